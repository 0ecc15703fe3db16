"""A device was heard: its clock is moved, what it tells of interval and loss is learned, and its silence ends.

Any arrival stops the clock, a logger's flush included: the device is returning. What was told of it is over with its
next message that is on time (no slot missed in between), or with the third: so a device that dies again after one
message stays one alert. What was told by another law than slots is over at once.
"""

from vigie.streams.core.silence import rates
from vigie.streams.core.silence.clock import NO_ARRIVAL, SENDING_MS, Clock
from vigie.streams.core.silence.expected import Expected
from vigie.streams.core.silence.interval import RING, learned_interval_s, learned_jitter_s
from vigie.streams.core.silence.judge import LEAST_INTERVALS, Surroundings, judge
from vigie.streams.core.silence.loss import MOST_SLOTS, Counts, counted
from vigie.streams.core.silence.schedule import IRREGULAR
from vigie.streams.core.silence.told import Signals, over
from vigie.streams.core.silence.watch import BLIND_MS, paused

LEARN_EACH = 8
"""Sendings after which T and J are made anew."""
RETURNED = 2
"""Slots heard, without one missed between the last two, that end a silence."""
MOST_RETURNS = 3
GAP_MOST_S = 2**31
_UNKNOWN_MS = 600_000


def heard(clock: Clock, address: str, arrival_at: int, expected: Expected, around: Surroundings) -> Signals:
    """A device was heard.

    Args:
        clock: of the device; changed in place.
        address: its id.
        arrival_at: epoch ms UTC, `ingested_at`.
        expected: of it, now.
        around: what it is judged by.

    Returns:
        What is over by it. A worker that ends between its signal and its checkpoint loses the mark of a silence, so
        an arrival after a silence that no tick has judged says likewise that it is over: where no alert is open,
        `alarm` passes it by.
    """
    last_at = clock.last_at
    if arrival_at <= last_at:
        return ()
    interval_s = expected.interval_s or clock.interval_s
    if not last_at:
        return _first(clock, address, arrival_at, interval_s, expected)
    watch = around.watch
    unwatched = arrival_at - watch.last_tick_at > BLIND_MS
    if clock.due_at <= arrival_at and not clock.told and not unwatched:
        judge(clock, address, arrival_at, expected, around)
    if arrival_at - last_at >= SENDING_MS or clock.told:
        whole = not unwatched and not paused(watch, last_at, arrival_at, address, clock.network)[1]
        signals = _sending(clock, address, arrival_at, interval_s, expected, whole=whole)
        interval_s = expected.interval_s or clock.interval_s
    else:
        signals = ()
    clock.last_at = arrival_at
    clock.due_at = arrival_at + (
        _UNKNOWN_MS if expected.schedule else LEAST_INTERVALS * 1000 * interval_s or _UNKNOWN_MS
    )
    return signals


def _first(clock: Clock, address: str, arrival_at: int, interval_s: int, expected: Expected) -> Signals:
    clock.last_at = clock.anchor_at = arrival_at
    clock.due_at = arrival_at + (LEAST_INTERVALS * 1000 * interval_s or _UNKNOWN_MS)
    return over(clock, address, arrival_at, arrival_at, expected.interval_s) if clock.told else ()


def _sending(
    clock: Clock, address: str, arrival_at: int, interval_s: int, expected: Expected, *, whole: bool
) -> Signals:  # fmt: skip
    """A sending: learned from if the time since the last one was watched whole; it may end a silence."""
    gap_s = (arrival_at - clock.last_at) // 1000
    slots = 1
    if whole and gap_s < GAP_MOST_S:
        if not clock.told:
            _learn_gap(clock, gap_s, expected)
        if interval_s:
            slots = (arrival_at - clock.anchor_at + 500 * interval_s) // (1000 * interval_s)
            if slots:
                _learn_loss(clock, slots - 1)
    if expected.schedule == IRREGULAR or not interval_s:
        clock.rates = rates.heard(clock.rates, arrival_at, skipped=not whole or clock.told != 0)
    elif clock.rates is not None and expected.schedule != IRREGULAR:
        clock.rates = None
    if slots:
        clock.anchor_at = arrival_at
    return _return(clock, address, arrival_at, slots, expected) if clock.told else ()


def _learn_gap(clock: Clock, gap_s: int, expected: Expected) -> None:
    gaps = clock.gaps
    gaps.append(gap_s)
    if len(gaps) > RING:
        del gaps[0]
    if clock.slots % LEARN_EACH == 0 or clock.jitter_s < 0:
        if not expected.interval_s:
            clock.interval_s = learned_interval_s(gaps)
        if interval_s := expected.interval_s or clock.interval_s:
            learned_s = learned_jitter_s(gaps, interval_s)
            clock.jitter_s = clock.jitter_s if learned_s < 0 else learned_s


def _learn_loss(clock: Clock, lost: int) -> None:
    if not lost and clock.slots < MOST_SLOTS:
        clock.slots += 1
        return
    counts = Counts(clock.slots, clock.lost, clock.after, clock.again)
    told = clock.told and not clock.returned_at
    most = clock.missed if told else lost  # an outage that was told is no loss beyond what it took to tell it
    counts = counted(counts, min(lost, most), cut=lost > most)
    clock.slots, clock.lost, clock.after, clock.again = counts


def _return(clock: Clock, address: str, arrival_at: int, slots: int, expected: Expected) -> Signals:
    if not clock.returned_at:
        clock.returned_at = arrival_at
    clock.returns += slots > 0
    known_slots = (expected.interval_s or clock.interval_s) and not expected.schedule
    on_time = clock.returns >= RETURNED and slots == 1
    if clock.told & NO_ARRIVAL and known_slots and not on_time and clock.returns < MOST_RETURNS:
        return ()
    return over(clock, address, arrival_at, clock.returned_at, expected.interval_s)
