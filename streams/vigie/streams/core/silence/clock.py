"""What is remembered of an address: when it was heard, how regularly, how often a message of it is lost.

A clock is moved by arrival alone (`ingested_at` of revision 0 uplinks and of receptions): a logger that sends
yesterday's readings has been heard, and a replay neither wakes nor kills a device. It is a short array in the
changelog; counts are whole numbers that are halved when they grow (loss.py), so the past is forgotten slowly.
"""

from sys import intern

from msgspec import Struct, msgpack

from vigie.streams.core.silence.conduct import Conduct
from vigie.streams.core.silence.rates import Rates
from vigie.streams.core.silence.watch import Watch

NO_ARRIVAL, NEVER_SEEN, NO_RETURN, POOR_COVERAGE = 1, 2, 4, 8
RULES = {NO_ARRIVAL: "no_arrival", NEVER_SEEN: "never_seen", NO_RETURN: "no_return", POOR_COVERAGE: "poor_coverage"}
"""What can be told of a silence, one bit each: a silence may first be poor coverage, then a device that is gone."""
SENDING_MS = 60_000
"""What arrives within a minute of another message is one sending: ticks see no finer."""


class Clock(Struct, array_like=True, tag=2):
    """An address.

    Attributes:
        last_at: epoch ms UTC of its last arrival; 0 of a device that never spoke.
        anchor_at: the arrival from which its slots are counted: messages between two slots do not shift them.
        due_at: when it is to be judged next; not before two intervals after the last arrival.
        told: bits of RULES that were told and are not over.
        silence_at: last arrival before the silence that was told; names it.
        returned_at: first arrival after it, while that is not yet over; 0 for none.
        returns: arrivals since, one per slot.
        missed: slots that it had missed when it was told.
        model: short name of its model; empty while only receptions have been seen.
        network: where it was last heard.
        gaps: seconds between its last sendings, a ring of interval.RING.
        slots, lost: slots that went by, and how many were lost.
        after, again: slots that followed a lost one, and how many of them were lost as well.
        interval_s: learned; 0 while unknown.
        jitter_s: how late a message may come, J; -1 while unknown.
        frames: of those, which gateways carried how many (gateways.py).
        gateways: id -> frames.
        conduct: how it behaves while it is heard; None while there is nothing to remember.
        rates: of a device without a regular interval.
        capped_at: when a cap was told of it last, of a river's; 0 for never.
    """

    last_at: int
    anchor_at: int = 0
    due_at: int = 0
    told: int = 0
    silence_at: int = 0
    returned_at: int = 0
    returns: int = 0
    missed: int = 0
    model: str = ""
    network: str = ""
    gaps: list[int] = []
    slots: int = 0
    lost: int = 0
    after: int = 0
    again: int = 0
    interval_s: int = 0
    jitter_s: int = -1
    frames: int = 0
    gateways: dict[str, int] = {}
    conduct: Conduct | None = None
    rates: Rates | None = None
    capped_at: int = 0


class _Simple(Struct, array_like=True, tag=0):
    """A clock as it was remembered before it learned: when it was heard, and that it was then called silent."""

    last_at: int
    silent_due_at: int = 0
    model: str = ""
    network: str = ""


_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder(Clock | Watch | _Simple).decode


def dump(value: Clock | Watch) -> bytes:
    """A state value as bytes (about 200), for the changelog."""
    return _encode(value)


def load(data: bytes) -> Clock | Watch:
    """The value that `dump` wrote, in this version or an earlier one.

    >>> clock = load(dump(Clock(7, model="EM300-TH", network="metropole", gaps=[900, 902])))
    >>> clock.last_at, clock.model, clock.gaps
    (7, 'EM300-TH', [900, 902])
    >>> load(msgpack.encode([0, 7, 0, "EM300-TH", "metropole"])).last_at
    7
    """
    found: Clock | Watch | _Simple = _decode(data)
    if isinstance(found, _Simple):
        found = Clock(found.last_at, found.last_at, model=found.model, network=found.network)
    if isinstance(found, Clock):
        found.model, found.network = intern(found.model), intern(found.network)
        found.gateways = {intern(name): frames for name, frames in found.gateways.items()}
    return found
