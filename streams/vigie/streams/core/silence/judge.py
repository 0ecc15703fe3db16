"""Is a device silent? Its clock against the tick, by the law that fits how it sends (docs/silence.md).

    slots      T declared or learned: m missed slots, phi(m) >= Phi
    schedule   fixed times: two missed
    irregular  events: phi of the rates of its hours of the week
    cap        the use case's longest silence came first: told in the digest as poor coverage

A device that never spoke, and one at which work has ended, is told after two intervals.
"""

from collections.abc import Callable
from typing import NamedTuple

from vigie.streams.core.silence import rates, schedule
from vigie.streams.core.silence.census import Census
from vigie.streams.core.silence.clock import NEVER_SEEN, NO_ARRIVAL, NO_RETURN, POOR_COVERAGE, Clock
from vigie.streams.core.silence.expected import RIVER, Expected, cap_s
from vigie.streams.core.silence.interval import jitter_in_force_s
from vigie.streams.core.silence.loss import Counts, believed, phi_of
from vigie.streams.core.silence.told import Signals, Verdict, begun, over
from vigie.streams.core.silence.watch import Watch, paused
from vigie.topics.alarm_input import SilenceSignal

LOOK_AGAIN_MS = 600_000
"""When a device is looked at again of which nothing can be said, or all is said."""
LEAST_INTERVALS = 2
SLOTS, SCHEDULE, RATES, CAP = "slots", "schedule", "irregular", "cap"

ServedSince = Callable[[str, int], int | None]
"""Address and instant (epoch ms) -> since when the device is to be heard; None while it is not."""


class Surroundings(NamedTuple):
    """What a clock is judged by, the same for all of a partition.

    Attributes:
        watch: of the partition.
        census: its devices and networks.
        served_since: asked only for a device that is due.
        zone: of the legal time, for schedules.
    """

    watch: Watch
    census: Census
    served_since: ServedSince = lambda *_: 0
    zone: str = "Europe/Paris"


def judge(clock: Clock, address: str, now_at: int, expected: Expected, around: Surroundings) -> Signals:
    """What is to be told of a device at an instant; its clock is marked, in place.

    Args:
        clock: of the device.
        address: its id.
        now_at: epoch ms UTC: a tick, or the arrival that ends what no tick has judged.
        expected: of it, now.
        around: the rest.

    Returns:
        Signals, each once per silence; none for a device that is heard, known to be silent, or out of service.
    """
    if now_at < clock.due_at:
        return ()
    watch = around.watch
    since_at = around.served_since(address, now_at)
    if since_at is None:
        clock.due_at = now_at + LOOK_AGAIN_MS
        gone = clock.told and expected.known and not expected.point
        return over(clock, address, now_at, None, expected.interval_s) if gone else ()
    if clock.told & (NO_ARRIVAL | NEVER_SEEN | NO_RETURN) and since_at <= clock.silence_at:
        clock.due_at = now_at + LOOK_AGAIN_MS
        return ()
    begun_at = max(clock.last_at, since_at) if clock.last_at else max(since_at, watch.first_at)
    pause_ms, pause_end_at = paused(watch, begun_at, now_at, address, clock.network)
    found = _verdict(clock, begun_at, now_at, pause_ms, pause_end_at, expected, around)
    if found is None:
        clock.due_at = now_at + LOOK_AGAIN_MS
        return ()
    interval_ms = 1000 * found.interval_s
    grace_at = pause_end_at + LEAST_INTERVALS * interval_ms if pause_end_at else 0.0
    least_ms = LEAST_INTERVALS * interval_ms
    if now_at < grace_at or found.elapsed_ms < least_ms:
        clock.due_at = int(max(grace_at, now_at + least_ms - found.elapsed_ms))
        return ()
    rule = _rule(clock, since_at, now_at, found, expected, around)
    if not rule or clock.told & rule:
        clock.due_at = _next_at(now_at, found, cap_s(expected, found.interval_s))
        return ()
    return (_told(clock, address, rule, begun_at, now_at, found, expected),)


def _verdict(
    clock: Clock, begun_at: int, now_at: int, pause_ms: int, pause_end_at: int, expected: Expected, around: Surroundings
) -> Verdict | None:
    """How the silence stands; None where nothing is known of how the device sends."""
    planned = expected.schedule
    if planned and planned != schedule.IRREGULAR:
        return _by_schedule(clock, begun_at, now_at, pause_ms, schedule.parse(planned), around)
    interval_s: float = expected.interval_s or (clock.interval_s if expected.known else 0)
    river = expected.use_case == RIVER
    if clock.rates is not None and (planned == schedule.IRREGULAR or (expected.known and not interval_s)):
        mean = rates.mean_rate(clock.rates) if clock.rates.seen >= rates.HOURS else 0.0
        if not mean:
            return None
        interval_s = 3600 / mean
        phi = rates.phi_of(clock.rates, begun_at + pause_ms, now_at)
        threshold = around.census.threshold(interval_s, river=river)
        return Verdict(RATES, now_at - begun_at - pause_ms, interval_s, 0.0, 0, phi, threshold, 0.0, 0.0)
    if not interval_s:
        return None
    elapsed_ms = now_at - begun_at - pause_ms - (1000 * interval_s if pause_end_at else 0)
    jitter_s = jitter_in_force_s(clock.jitter_s, interval_s)
    missed = max(0, int((elapsed_ms / 1000 - jitter_s) // interval_s))
    counts = Counts(clock.slots, clock.lost, clock.after, clock.again)
    loss, burst = believed(counts, around.census.prior(clock.network))
    threshold = around.census.threshold(interval_s, river=river)
    phi = phi_of(missed, loss, burst)
    return Verdict(SLOTS, elapsed_ms, interval_s, jitter_s, missed, phi, threshold, loss, burst)


def _by_schedule(
    clock: Clock, begun_at: int, now_at: int, pause_ms: int, planned: schedule.Schedule, around: Surroundings
) -> Verdict:
    missed_at = schedule.missed_at(planned, begun_at, around.zone) + pause_ms
    interval_s = 86_400 / planned.per_day
    counts = Counts(clock.slots, clock.lost, clock.after, clock.again)
    loss, burst = believed(counts, around.census.prior(clock.network))
    missed = schedule.MISSED if now_at >= missed_at else 0
    # Two missed slots are a silence: the time that counts is scaled so that they are two intervals.
    elapsed_ms = LEAST_INTERVALS * 1000 * interval_s + (now_at - missed_at)
    phi = phi_of(missed, loss, burst)
    return Verdict(SCHEDULE, elapsed_ms, interval_s, planned.tolerance_s, missed, phi, 0.0, loss, burst)


def _rule(
    clock: Clock, since_at: int, now_at: int, found: Verdict, expected: Expected, around: Surroundings
) -> int:  # fmt: skip
    """Which rule the silence meets; 0 for none."""
    if since_at > clock.last_at and since_at >= around.watch.first_at:
        return NO_RETURN if clock.last_at else NEVER_SEEN
    if found.phi >= found.threshold and (found.law == RATES or found.missed >= LEAST_INTERVALS):
        return NO_ARRIVAL if clock.last_at else NEVER_SEEN
    if not clock.last_at or found.elapsed_ms < 1000 * cap_s(expected, found.interval_s):
        return 0
    if expected.use_case == RIVER and clock.capped_at and not clock.told & POOR_COVERAGE:
        # It is mailed: a station that is badly heard is told so once, then by phi, or caps would go beyond B.
        return POOR_COVERAGE if now_at - clock.capped_at >= around.census.cap_spacing_ms() else 0
    return POOR_COVERAGE


def _next_at(now_at: int, found: Verdict, cap: float) -> int:
    """When to look again: at the next slot, or at the cap."""
    if found.law == RATES:
        return now_at + LOOK_AGAIN_MS
    interval_ms = 1000 * found.interval_s
    wait_ms = interval_ms - (found.elapsed_ms - 1000 * found.jitter_s) % interval_ms
    until_cap_ms = 1000 * cap - found.elapsed_ms
    return int(now_at + max(1.0, min(wait_ms, until_cap_ms) if until_cap_ms > 0 else wait_ms))


def _told(
    clock: Clock, address: str, rule: int, begun_at: int, now_at: int, found: Verdict, expected: Expected
) -> SilenceSignal:  # fmt: skip
    if not clock.told:
        clock.silence_at = clock.last_at or begun_at
    clock.told |= rule
    clock.missed = max(clock.missed, found.missed)
    clock.returned_at = clock.returns = 0
    clock.due_at = now_at + LOOK_AGAIN_MS
    if rule == POOR_COVERAGE:
        clock.capped_at = now_at
        clock.due_at = _next_at(now_at, found, float("inf"))
        found = found._replace(law=CAP)
    return begun(
        clock, address, rule, _due_at(begun_at, now_at, rule, found, expected), now_at, expected.interval_s, found
    )


def _due_at(begun_at: int, now_at: int, rule: int, found: Verdict, expected: Expected) -> int:
    """Since when the silence meets its rule: at most an interval before it was judged."""
    interval_ms = 1000 * found.interval_s
    if found.law == CAP:
        beyond_ms = found.elapsed_ms - 1000 * cap_s(expected, found.interval_s)
    elif found.law == SLOTS and rule == NO_ARRIVAL:
        beyond_ms = (found.elapsed_ms - 1000 * found.jitter_s) % interval_ms
    else:
        beyond_ms = found.elapsed_ms - LEAST_INTERVALS * interval_ms if found.law != RATES else 0.0
    return max(begun_at, int(now_at - beyond_ms))
