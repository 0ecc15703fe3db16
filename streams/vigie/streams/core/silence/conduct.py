"""How a device behaves while it is heard: late, zombie, clock, replay, reset.

late     its messages come later after their event time than the bound (a p95 above it): of the last 40 slots or so
         more than a tenth had nothing that was in time; over at a fortieth
zombie   it sends, but no measure (6 slots and 2 h), or one that has not moved (96 messages and 7 days)
clock    event times more than 5 minutes ahead, or before 2000: twice in a row; over after three that are not
replay   the same frame (id and counter) again and again: three of ten; over at one of ten
reset    its frame counter fell back; over after a day without another

Each has two thresholds, one to begin and one to end, so that it does not chatter. Pure: a message in, what began or
ended out.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

LATE, ZOMBIE, CLOCK, REPLAY, RESET = "late", "zombie", "clock", "replay", "reset"
KINDS = (LATE, ZOMBIE, CLOCK, REPLAY, RESET)
_BIT = {kind: 1 << place for place, kind in enumerate(KINDS)}

MEMORY = 40
"""Slots, or messages, after which an observation weighs a third."""
LATE_ON, LATE_OFF = 0.10, 0.025
LATE_LEAST_S = 900.0
"""Bound of lateness: two upload intervals, and at least so much."""
REPLAY_ON, REPLAY_OFF = 0.30, 0.10
AHEAD_ON, AHEAD_OFF = 2, 3
DUMB_SLOTS, DUMB_LEAST_S = 6, 7200
FROZEN_COUNT, FROZEN_S = 96, 7 * 86_400
RESET_S = 86_400
_ONE = 10_000
"""Shares are kept as whole ten-thousandths."""


class Conduct(Struct, array_like=True):
    """What is remembered of it.

    Attributes:
        late, again: shares of slots without a message in time, and of messages that repeat, in ten-thousandths.
        ahead: event times ahead in a row, below 0 when counting good ones after.
        dumb_at: first arrival without a measure since one; 0 while measures come.
        frozen: 32-bit hash of the measures of the last message.
        frozen_at: first arrival with them.
        frozen_count: messages with them.
        reset_at: when the counter fell last; 0 for never.
        in_time: whether something in time came in this slot.
        active: bits of KINDS that go on.
        causes: kind -> what names the one that goes on.
    """

    late: int = 0
    again: int = 0
    ahead: int = 0
    dumb_at: int = 0
    frozen: int = 0
    frozen_at: int = 0
    frozen_count: int = 0
    reset_at: int = 0
    in_time: bool = True
    active: int = 0
    causes: dict[str, str] = {}


class Message(NamedTuple):
    """What a message showed.

    Attributes:
        id: of the uplink; of a reception its arrival.
        arrival_at, event_at: epoch ms UTC; event_at is that of its newest reading.
        new_slot: whether it is the first of a slot.
        measures: hash of its measures; 0 for none.
        countable: whether a measure that stands still says something (no categories).
        repeat: the same id and counter as one before.
        reset: its counter fell back.
        impossible: an instant of it is more than 5 minutes ahead, or before 2000 (the warning CLOCK).
    """

    id: str
    arrival_at: int
    event_at: int
    new_slot: bool
    measures: int
    countable: bool = True
    repeat: bool = False
    reset: bool = False
    impossible: bool = False


class Change(NamedTuple):
    """A kind that began or ended: what names it, since when (epoch ms), and the figure that decided."""

    kind: str
    active: bool
    cause_id: str
    event_at: int
    figure: float


def followed(share: int, hit: bool) -> int:
    """A share after another observation.

    >>> followed(0, True), followed(1000, False)
    (250, 975)
    """
    return share + ((_ONE if hit else 0) - share) // MEMORY


def observe(conduct: Conduct, message: Message, interval_s: float) -> Iterable[Change]:
    """Take a message of a device with this interval (seconds; 0 if unknown); `conduct` is changed in place."""
    at = message.arrival_at
    sound = message.measures != conduct.frozen and message.countable and message.measures and not message.repeat
    if (
        sound and conduct.in_time and at - message.event_at <= 1000 * LATE_LEAST_S
        and not (message.impossible or message.reset or conduct.active or conduct.late or conduct.again)
        and not (conduct.ahead or conduct.dumb_at or conduct.reset_at)
    ):  # nothing to tell, and nothing that was to be forgotten  # fmt: skip
        conduct.frozen, conduct.frozen_at, conduct.frozen_count = message.measures, at, 1
        return ()
    return _changes(conduct, message, interval_s)


def _changes(conduct: Conduct, message: Message, interval_s: float) -> Iterator[Change]:
    at = message.arrival_at
    conduct.again = followed(conduct.again, message.repeat)
    yield from _switch(conduct, REPLAY, message, conduct.again / _ONE, on=REPLAY_ON, off=REPLAY_OFF)
    if message.repeat:
        return
    ahead_s = (message.event_at - at) / 1000
    if message.impossible:
        conduct.ahead = max(conduct.ahead, 0) + 1
    elif conduct.ahead:
        conduct.ahead = 0 if conduct.ahead <= -AHEAD_OFF + 1 else min(conduct.ahead, 0) - 1
    if conduct.ahead >= AHEAD_ON:
        yield from _begin(conduct, CLOCK, message, ahead_s)
    elif conduct.ahead == 0:
        yield from _end(conduct, CLOCK, message, ahead_s)
    bound_s = max(LATE_LEAST_S, 2 * interval_s)
    if interval_s and not message.impossible:
        if message.new_slot:
            conduct.late = followed(conduct.late, not conduct.in_time)
            conduct.in_time = False
        conduct.in_time = conduct.in_time or at - message.event_at <= 1000 * bound_s
        yield from _switch(conduct, LATE, message, conduct.late / _ONE, on=LATE_ON, off=LATE_OFF)
    yield from _zombie(conduct, message, interval_s)
    if message.reset:
        conduct.reset_at = at
        yield from _begin(conduct, RESET, message, 1)
    elif conduct.reset_at and at - conduct.reset_at >= 1000 * RESET_S:
        conduct.reset_at = 0
        yield from _end(conduct, RESET, message, 0)


def _zombie(conduct: Conduct, message: Message, interval_s: float) -> Iterator[Change]:
    at = message.arrival_at
    if not message.measures:
        conduct.dumb_at = conduct.dumb_at or at
        dumb_s = (at - conduct.dumb_at) / 1000
        if dumb_s >= max(DUMB_LEAST_S, DUMB_SLOTS * interval_s):
            yield from _begin(conduct, ZOMBIE, message, dumb_s)
        return
    conduct.dumb_at = 0
    if message.measures != conduct.frozen or not message.countable:
        conduct.frozen, conduct.frozen_at, conduct.frozen_count = message.measures, at, 1
        yield from _end(conduct, ZOMBIE, message, 0)
        return
    conduct.frozen_count += 1
    frozen_s = (at - conduct.frozen_at) / 1000
    if conduct.frozen_count >= FROZEN_COUNT and frozen_s >= FROZEN_S:
        yield from _begin(conduct, ZOMBIE, message, frozen_s)


def _switch(
    conduct: Conduct, kind: str, message: Message, figure: float, *, on: float, off: float
) -> Iterator[Change]:  # fmt: skip
    if figure >= on:
        yield from _begin(conduct, kind, message, figure)
    elif figure <= off:
        yield from _end(conduct, kind, message, figure)


def _begin(conduct: Conduct, kind: str, message: Message, figure: float) -> Iterator[Change]:
    if not conduct.active & _BIT[kind]:
        conduct.active |= _BIT[kind]
        conduct.causes[kind] = message.id
        yield Change(kind, True, message.id, message.event_at, figure)


def _end(conduct: Conduct, kind: str, message: Message, figure: float) -> Iterator[Change]:
    if conduct.active & _BIT[kind]:
        conduct.active &= ~_BIT[kind]
        yield Change(kind, False, conduct.causes.pop(kind, message.id), message.event_at, figure)
