"""Faults that rules see by an indicator: lamps that no longer light, a direction that is hidden; played day by day."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from vigie.deploy.faults.clean import LATITUDE, LONGITUDE, START_AT
from vigie.deploy.faults.inject import DAY_MS, Fault
from vigie.deploy.faults.rules_played import Alarm
from vigie.deploy.faults.rules_world import HISTORY_WEEKS, ZONE, World, world
from vigie.streams.core.detect.engine import Engine
from vigie.streams.core.detect.memory import Memory
from vigie.streams.core.detect.plan import Plan
from vigie.streams.core.detect.rule import Sample
from vigie.streams.core.fleet.words import ALWAYS, EVER, Expected, Point
from vigie.streams.core.local_time import local
from vigie.streams.core.quality.series import Numbers, Places
from vigie.streams.core.windows.indicator import Inputs, PointTracks, Result, indicators
from vigie.streams.core.windows.legal import Window, windows_between
from vigie.streams.core.windows.track import Track

LAMP_W = 60.0
Tracks = dict[tuple[str, int], Track]


class Case(NamedTuple):
    """A fault and the rule that is to find it.

    Attributes:
        use_case, property: names.
        rule, indicator, code: names.
        put: (values of a point by channel, rows where the fault may stand, their instants, chance) -> rows touched.
    """

    use_case: str
    property: str
    rule: str
    indicator: str
    code: str
    put: Callable[[list[Numbers], Places, Places, Generator], Places]


def lamps(values: list[Numbers], rows: Places, at: Places, rng: Generator) -> Places:
    """From a night on, 4 to 10 % of the lamps stay dark, two at least; half as much while the others are dimmed."""
    own = values[0]
    full = float(np.quantile(own, 0.95))
    lost = max(round(rng.uniform(0.04, 0.1) * full / LAMP_W), 2) * LAMP_W
    begin: Places = rows[at >= at[0] + rng.uniform(0, 5) * DAY_MS]
    own[begin] -= np.where(own[begin] > 0.75 * full, lost, np.where(own[begin] > 0.25 * full, lost / 2, 0.0))
    return begin


def blocked(values: list[Numbers], rows: Places, at: Places, rng: Generator) -> Places:
    """For two to five days one direction counts nothing."""
    begin = at[0] + rng.uniform(1, 8) * DAY_MS
    touched: Places = rows[(at >= begin) & (at < begin + rng.uniform(2, 5) * DAY_MS)]
    values[int(rng.integers(0, 2))][touched] = 0.0
    return touched


_LAMPS = "lighting_lamps_lost"
DIMMED = "lamps_lost_dimmed"
CASES = {
    "lamps_lost": Case("lighting", "active_power", _LAMPS, _LAMPS, "1d", lamps),
    DIMMED: Case("lighting", "active_power", _LAMPS, _LAMPS, "1d", lamps),
    "blocked_direction": Case(
        "mobility", "passages", "mobility_blocked_direction", "mobility_direction_share", "1h", blocked
    ),
}  # fmt: skip


def play(fault: str, seed: int, weeks: int) -> tuple[list[Alarm], list[Fault], int]:
    """Alarms, faults, and how many points; half of the points have a fault, the others none."""
    case = CASES[fault]
    found = world(case.use_case, case.property, seed, weeks)
    rng = default_rng(SeedSequence((seed, 11, len(fault))))
    alarms: list[Alarm] = []
    faults: list[Fault] = []
    points = int(found.every.point[-1]) + 1
    for number in range(points):
        at, values = _channels(found, number, case, rng, is_dimmed=fault == DIMMED)
        if number % 2:
            rows = np.flatnonzero(at >= START_AT + HISTORY_WEEKS * 7 * DAY_MS)
            touched = case.put(values, rows, at[rows], rng)
            faults.append(Fault(number, int(at[touched[0]]), int(at[touched[-1]]), 0))
        alarms += _alarms(found, number, case, at, values, weeks)
    return alarms, faults, points


def _channels(
    found: World, number: int, case: Case, rng: Generator, *, is_dimmed: bool
) -> tuple[Places, list[Numbers]]:  # fmt: skip
    """Instants, and values by channel: of passages each way, of a cabinet whose lamps are dimmed or not."""
    own = found.every.point == number
    at, values = found.every.at_ms[own], found.every.values[found.target][own].copy()
    hours = np.array([local(int(one), ZONE).hour for one in at // 3_600_000 * 3_600_000])
    if case.use_case != "mobility":
        values[~np.array(is_dimmed) & ((hours >= 23) | (hours < 5)) & (values > 100)] *= 2
        return at, [values]
    share = 0.5 + rng.uniform(-0.15, 0.15) * np.cos((hours - 8) * np.pi / 12)
    first = rng.binomial(values.astype(np.int64), share).astype(np.float64)
    return at, [first, values - first]


def _alarms(
    found: World, number: int, case: Case, at: Places, values: list[Numbers], weeks: int
) -> Iterator[Alarm]:  # fmt: skip
    step_s = found.clean.step_s
    numbers = range(1, len(values) + 1) if len(values) > 1 else range(1)
    tracks = {
        (case.property, channel): Track(found.target, channel, step_s, at, series, np.ones(len(at), np.uint8))
        for channel, series in zip(numbers, values, strict=True)
    }
    point = Point(
        f"p{number}", ALWAYS, EVER, f"p{number}", case.use_case, "c", (), LATITUDE, LONGITUDE, 0.0, step_s, step_s,
        tuple(Expected(found.target, channel, step_s, step_s) for channel in numbers), "",
    )  # fmt: skip
    memory, plan, engine = Memory(), Plan(f"point:p{number}", point, (), (), ZONE), Engine()
    begin = START_AT + HISTORY_WEEKS * 7 * DAY_MS
    wanted = list(windows_between(case.code, begin, begin + weeks * 7 * DAY_MS, ZONE))
    for window, results in zip(wanted, _results(case, number, tracks, wanted), strict=True):
        for one in results:
            if one.value is None:
                continue
            key = f"{case.indicator} {case.code}"
            sample = Sample(window.end_at, window.end_at, one.value, 1, 0, f"{key} {window.start_at}", fresh=True,
                            category=one.category, details=one.details)  # fmt: skip
            engine.bind(memory, plan)
            engine.judge(memory, engine.watched(memory, key), sample)
            yield from (Alarm(made.rule, number, made.event_at) for made in engine.taken() if made.active)


def _results(case: Case, number: int, tracks: Tracks, windows: Sequence[Window]) -> Iterator[Sequence[Result]]:
    indicator = indicators()[case.indicator]
    said = {name: one.default for name, one in indicator.parameters.items()}

    def inputs(window: Window) -> Inputs:
        cut = {
            key: one.between(window.start_at - 1000 * indicator.before_s, window.end_at + 1000 * indicator.after_s)
            for key, one in tracks.items()
        }
        return Inputs(window, ZONE, [PointTracks(f"p{number}", cut, LATITUDE, LONGITUDE)], parameters=said)

    if indicator.many is None:
        yield from (indicator.compute(inputs(window)) for window in windows)
        return
    whole = Window(case.code, windows[0].start_at, windows[-1].end_at)
    for window, found in zip(windows, indicator.many(inputs(whole), windows), strict=True):
        yield indicator.compute(inputs(window)) if found is None else found
