"""Who has fallen silent? One clock per address, moved by arrival alone.

A device is silent when a tick comes and three of its declared upload periods have gone by since its last arrival. Event
time never counts: a logger that sends yesterday's readings has been heard. Only revision 0 uplinks and receptions move
a clock, so a replay neither wakes nor kills a device.

Ticks that stay away for more than five minutes say that nobody watched (a platform that was stopped, a host whose clock
jumped). Nothing can be said about a device that was not watched, so every clock then counts from the first tick that
came again: a restart in the morning raises no storm, and a device that is really silent is told three periods later.

A worker that ends between its signal and its checkpoint loses the mark that a silence was told. So an arrival after
three periods says that the silence is over whether or not it is marked; where no alert is open, `alarm` passes it by.
"""

from collections.abc import Callable
from sys import intern

from msgspec import Struct, msgpack

from vigie.topics.alarm_input import SilenceSignal

PERIODS = 3
"""How many declared periods without arrival make a silence."""
BLIND_MS = 5 * 60_000
"""Ticks further apart than this were not watched between."""

ServedSince = Callable[[str, int], int | None]
"""Address and instant (epoch ms) -> since when the device is to be heard; None while it is not (work at its point)."""
PeriodOf = Callable[[str], int]
"""Model name -> declared upload period in seconds; 0 where none is declared, and then the model is not watched."""


class Clock(Struct, array_like=True, tag=0):
    """When a device was last heard.

    Attributes:
        last_arrival_at: epoch ms UTC.
        silent_due_at: epoch ms UTC when it fell silent; 0 while it is heard.
        model: short name of its model; empty while only receptions have been seen.
        network: where it was last heard.
    """

    last_arrival_at: int
    silent_due_at: int = 0
    model: str = ""
    network: str = ""


class Watch(Struct, array_like=True, tag=1):
    """Since when the devices of a partition are watched without a gap.

    Attributes:
        last_tick_at: epoch ms UTC.
        since_at: epoch ms UTC of the tick that ended the last gap; 0 if there was none.
    """

    last_tick_at: int
    since_at: int = 0


_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder(Clock | Watch).decode


def dump(value: Clock | Watch) -> bytes:
    """A state value as bytes (about 40), for the changelog."""
    return _encode(value)


def load(data: bytes) -> Clock | Watch:
    """The value that `dump` wrote.

    >>> load(dump(Clock(7, 0, "EM300-TH", "metropole")))
    Clock(last_arrival_at=7, silent_due_at=0, model='EM300-TH', network='metropole')
    """
    value: Clock | Watch = _decode(data)
    if type(value) is Clock:
        value.model, value.network = intern(value.model), intern(value.network)
    return value


def heard(
    clock: Clock | None, address: str, arrival_at: int, model: str, network: str, period_of: PeriodOf
) -> tuple[Clock, SilenceSignal | None]:
    """A device was heard.

    Args:
        clock: of the device; None if it was never heard. It is changed in place.
        address: the device id.
        arrival_at: epoch ms UTC, `ingested_at`.
        model: its model; empty where the record does not say.
        network: where it was heard.
        period_of: declared periods.

    Returns:
        The clock, and the signal that its silence is over if one may have been told.

    >>> silent = Clock(0, silent_due_at=2_700_000, model="EM300-TH")
    >>> clock, signal = heard(silent, "eui:a1", 3_000_000, "", "net", lambda model: 900)
    >>> signal.silent, signal.arrival_at, clock.silent_due_at
    (False, 3000000, 0)
    """
    if clock is None:
        return Clock(arrival_at, 0, intern(model), intern(network)), None
    if model and model != clock.model:
        clock.model = intern(model)
    last_arrival_at = clock.last_arrival_at
    if arrival_at <= last_arrival_at:
        return clock, None
    clock.last_arrival_at = arrival_at
    if network and network != clock.network:
        clock.network = intern(network)
    period_s = period_of(clock.model)
    due_at, clock.silent_due_at = clock.silent_due_at, 0
    if not due_at:
        due_at = last_arrival_at + PERIODS * 1000 * period_s
        if not period_s or arrival_at < due_at:
            return clock, None
    return clock, SilenceSignal(
        address=address,
        silent=False,
        last_arrival_at=last_arrival_at,
        due_at=due_at,
        arrival_at=arrival_at,
        decided_at=arrival_at,
        period_s=period_s,
        model=clock.model,
        network=clock.network,
    )


def watched(watch: Watch | None, tick_at: int) -> Watch:
    """The watch after a tick.

    >>> watched(Watch(60_000), 120_000)
    Watch(last_tick_at=120000, since_at=0)
    >>> watched(Watch(60_000), 7_200_000)
    Watch(last_tick_at=7200000, since_at=7200000)
    """
    if watch is None:
        return Watch(tick_at)
    blind = tick_at - watch.last_tick_at > BLIND_MS
    return Watch(tick_at, tick_at if blind else watch.since_at)


def judge(
    clock: Clock, address: str, watch: Watch, period_of: PeriodOf, served_since: ServedSince = lambda *_: 0
) -> SilenceSignal | None:
    """Is this device silent at the watch's last tick? If so its clock is marked, in place.

    Args:
        clock: of the device.
        address: the device id.
        watch: of its partition, after the tick.
        period_of: declared periods.
        served_since: asked only for a device that would be silent; its silence counts from there.

    Returns:
        The signal, once per silence; None for a device that is heard, known to be silent, out of service, or has no
        declared period.

    >>> judge(Clock(0, model="EM300-TH"), "eui:a1", Watch(2_699_999), lambda model: 900) is None
    True
    >>> judge(Clock(0, model="EM300-TH"), "eui:a1", Watch(2_700_000), lambda model: 900).due_at
    2700000
    """
    if clock.silent_due_at:
        return None
    period_s = period_of(clock.model)
    if not period_s:
        return None
    due_at = max(clock.last_arrival_at, watch.since_at) + PERIODS * 1000 * period_s
    if due_at > watch.last_tick_at:
        return None
    since_at = served_since(address, watch.last_tick_at)
    if since_at is None:
        return None
    due_at = max(due_at, since_at + PERIODS * 1000 * period_s)
    if due_at > watch.last_tick_at:
        return None
    clock.silent_due_at = due_at
    return SilenceSignal(
        address=address,
        silent=True,
        last_arrival_at=clock.last_arrival_at,
        due_at=due_at,
        arrival_at=None,
        decided_at=watch.last_tick_at,
        period_s=period_s,
        model=clock.model,
        network=clock.network,
    )
