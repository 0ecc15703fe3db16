"""Clean series of weeks, one kind per use case: what a sound sensor sends, with the restlessness of the real thing.

Days differ, storms come, sirens pass, rivers rise, a reading in a hundred is lost and none comes on the dot. Whatever
the tests flag here is a false flag. Every number comes from the generator that is given, so a seed says it all.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vigie.streams.core.mobility.holidays import french_holidays
from vigie.streams.core.quality.legal_hour import calendar
from vigie.streams.core.quality.series import Numbers
from vigie.streams.core.quality.sun import sun_elevation
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Test

START_AT = 1_748_736_000_000
"""1 June 2025, 00:00 UTC."""
FIRST_DAY = date(2025, 6, 1)
LATITUDE, LONGITUDE = 43.30, 5.40
DAY_S = 86_400
RESOLUTION = {
    "air_temperature": 0.1, "relative_humidity": 0.5, "laeq": 0.1, "la95": 0.1, "water_level": 0.001, "fill": 1.0,
    "passages": 1.0, "active_power": 1.0,
}  # fmt: skip


class Clean(NamedTuple):
    """What the points of one use case measure, on an even grid.

    Attributes:
        step_s: measuring step.
        values: property id to (points, steps).
        span: property id to what can physically be, least and greatest.
        resolution: property id to what its values are rounded to.
        sigma: property id to (points, steps of a day), how much a value strays from what is usual at its hour.
        settings: property id to test to parameter to (points,): what is set for a point when it is installed.
        offsets: (points, 3): north and east in metres, altitude in metres; None where nobody has neighbours.
    """

    step_s: int
    values: dict[int, Numbers]
    span: dict[int, tuple[float, float]]
    resolution: dict[int, float]
    sigma: dict[int, Numbers]
    settings: dict[int, dict[Test, dict[str, Numbers]]]
    offsets: Numbers | None = None


class _Time(NamedTuple):
    """The grid of a use case: (steps,) each."""

    at_ms: NDArray[np.int64]
    hour: Numbers
    weekend: NDArray[np.bool_]  # and public holidays
    day: NDArray[np.int64]


def _time(weeks: int, step_s: int) -> _Time:
    at = START_AT + np.arange(weeks * 7 * DAY_S // step_s) * step_s * 1000
    legal = calendar(at, "Europe/Paris").hour
    hour = legal + (at % 3_600_000) / 3_600_000
    day = (at - START_AT + 2 * 3_600_000) // (DAY_S * 1000)
    is_off = day % 7 % 6 == 0  # 1 June 2025 is a Sunday
    dates = [FIRST_DAY + timedelta(days=number) for number in range(int(day[-1]) + 1)]
    is_holiday = np.array([one in french_holidays(one.year) for one in dates])
    return _Time(at, hour, is_off | is_holiday[day], day)


def _wander(rng: Generator, shape: tuple[int, int], memory: float) -> Numbers:
    """Noise of deviation 1 that remembers: x = memory * x before + something new."""
    new = rng.normal(0, np.sqrt(1 - memory * memory), shape)
    found = np.empty(shape)
    found[:, 0] = rng.normal(0, 1, shape[0])
    for step in range(1, shape[1]):
        found[:, step] = memory * found[:, step - 1] + new[:, step]
    return found


def spread_about_the_hour(values: Numbers, step_s: int) -> Numbers:
    """(points, steps of a day) deviation of values from the median of their time of day, at least that of all hours."""
    days = values.reshape(len(values), -1, DAY_S // step_s)
    apart = days - np.median(days, axis=1, keepdims=True)
    found: Numbers = np.maximum(np.std(apart, axis=1), np.std(apart, axis=(1, 2))[:, None])
    return found


def heat(rng: Generator, weeks: int) -> Clean:
    """Air temperature and relative humidity of twelve neighbours, every 15 minutes."""
    points, time = 12, _time(weeks, 900)
    shape = (points, len(time.at_ms))
    days = int(time.day[-1]) + 1
    weather = _wander(rng, (1, len(time.at_ms)), 0.998) * 2.5
    amplitude = rng.uniform(3, 7, days)[time.day]
    quarter = rng.normal(0, 1.0, (points, 1)) * (1 - np.cos((time.hour - 15) * np.pi / 12)) / 2
    truth = 24 + weather + amplitude * np.cos((time.hour - 15) * np.pi / 12) + quarter
    storm = np.zeros(len(time.at_ms))
    for begin in rng.integers(96, len(time.at_ms) - 96, 2 * weeks // 2):
        storm[begin:] -= (
            rng.uniform(3, 7)
            * (1 - np.exp(-np.arange(len(storm) - begin) / 2.5))
            * np.exp(-np.arange(len(storm) - begin) / 40)
        )
    altitude = rng.uniform(5, 120, points)
    temperature = truth + storm - 0.0065 * altitude[:, None] + _wander(rng, shape, 0.7) * 0.3
    damp = 62 - 2.6 * (truth - 24) - 2.5 * storm + _wander(rng, (1, shape[1]), 0.995) * 9 + _wander(rng, shape, 0.7)
    humidity = np.clip(damp, 12, 99.5)
    offsets = np.column_stack((rng.uniform(-1500, 1500, (points, 2)), altitude))
    return _clean(
        900,
        {"air_temperature": np.round(temperature, 1), "relative_humidity": np.round(humidity * 2) / 2},
        {"air_temperature": (-40, 85), "relative_humidity": (0, 100)},
        offsets=offsets,
    )


def noise(rng: Generator, weeks: int) -> Clean:
    """LAeq and LA95 of eight streets, every 15 minutes."""
    points, time = 8, _time(weeks, 900)
    shape = (points, len(time.at_ms))
    bustle = 1 / (1 + np.exp(-(time.hour - 6.5) * 1.5)) / (1 + np.exp((time.hour - 21.5) * 0.9))
    quiet, lively = rng.uniform(42, 50, (points, 1)), rng.uniform(12, 20, (points, 1))
    level = quiet + lively * bustle * np.where(time.weekend, 0.8, 1.0)
    level = level + _wander(rng, shape, 0.98) * 2.4 + _wander(rng, shape, 0.6) * 1.5
    sirens = (rng.random(shape) < 1 / 96) * rng.uniform(2, 9, shape)
    background = level - 8 + _wander(rng, shape, 0.8) * 1.2
    background = np.minimum(background, level - 3)
    return _clean(
        900,
        {"laeq": np.round(level + sirens, 1), "la95": np.round(background, 1)},
        {"laeq": (20, 130), "la95": (20, 130)},
    )


def river(rng: Generator, weeks: int) -> Clean:
    """Water level of six stations, every 15 minutes, with floods."""
    points, time = 6, _time(weeks, 900)
    steps = np.arange(len(time.at_ms))
    level = 0.5 + 0.02 * _wander(rng, (points, len(steps)), 0.999)
    for station in range(points):
        for begin in rng.integers(96, len(steps) - 96, max(weeks // 2, 1)):
            after = np.maximum(steps - begin, 0) / 4
            level[station] += rng.uniform(0.5, 1.4) * (1 - np.exp(-after / 1.5)) * np.exp(-after / 20) * 1.2
    level += rng.normal(0, 0.002, level.shape)
    bed, top = np.zeros(points), np.full(points, 5.0)
    return _clean(
        900, {"water_level": np.round(level, 3)}, {"water_level": (0.0, 8.0)},
        {"water_level": {Test.GROSS_RANGE: {"fail_min": bed - 0.1, "suspect_min": bed, "suspect_max": top}}},
    )  # fmt: skip


def waste(rng: Generator, weeks: int) -> Clean:
    """Filling of ten containers, every hour."""
    points, time = 10, _time(weeks, 3600)
    fill = np.empty((points, len(time.at_ms)))
    awake = np.exp(-(((time.hour - 13) / 5) ** 2)) + 0.05
    for row in fill:
        rate = rng.uniform(14, 24) / awake[:24].sum()
        bags = rng.poisson(rate * awake / 1.5) * rng.uniform(0.8, 2.4, len(awake))
        held, weekday = rng.uniform(5, 40), rng.permutation(6)[:2] + 1
        for step, added in enumerate(bags):
            held = min(held + added, 100.0)
            collected = time.hour[step] == 7 and (time.day[step] % 7 in weekday or held > 92)
            held = rng.uniform(0, 6) if collected else held
            row[step] = held
    settled = np.clip(fill + rng.normal(0, 0.7, fill.shape), 0, 100)
    change = fill[:, 12:] - fill[:, :-12]
    sigma = np.array([np.std(row[row > -1]) for row in change])
    found = _clean(3600, {"fill": np.round(settled)}, {"fill": (0, 100)})
    return found._replace(sigma={BY_NAME["fill"].id: np.repeat(sigma[:, None], 24, axis=1)})


def counts(rng: Generator, weeks: int) -> Clean:
    """Bicycles that pass eight counters, per 15 minutes."""
    points, time = 8, _time(weeks, 900)
    morning, evening = np.exp(-(((time.hour - 8.3) / 1.1) ** 2)), np.exp(-(((time.hour - 17.8) / 1.6) ** 2))
    noon = np.exp(-(((time.hour - 13) / 4) ** 2))
    profile = np.where(time.weekend, 0.7 * noon, morning + evening + 0.45 * noon) + 0.01
    busy = rng.uniform(15, 120, (points, 1))
    rate = busy * profile * np.exp(_wander(rng, (1, len(time.at_ms)), 0.99) * 0.15)
    passed = rng.poisson(rate * rng.gamma(80, 1 / 80, rate.shape)).astype(np.float64)
    week = passed[:, : 7 * 96]
    night = (time.hour[: 7 * 96] >= 22) | (time.hour[: 7 * 96] < 6)
    most, at_night = 1.5 * week.max(axis=1), 10 + 1.5 * week[:, night].max(axis=1)
    expected = {f"max_{month:02}": most for month in range(1, 13)} | {"night_max_drop": np.maximum(most - at_night, 0)}
    return _clean(
        900, {"passages": passed}, {"passages": (0, 1e6)}, {"passages": {Test.CLIMATOLOGY: expected}}
    )  # fmt: skip


def lighting(rng: Generator, weeks: int) -> Clean:
    """Active power of six lighting cabinets, every 15 minutes: on at dusk, dimmed from 23 to 5 h."""
    points, time = 6, _time(weeks, 900)
    shape = (points, len(time.at_ms))
    installed = rng.uniform(1500, 9000, (points, 1))
    dusk = rng.uniform(-5, -1, (points, int(time.day[-1]) + 1))[:, time.day]  # a cloudy evening is darker
    on = sun_elevation(time.at_ms, LATITUDE, LONGITUDE)[None, :] < dusk
    dimmed = (time.hour >= 23) | (time.hour < 5)
    standby = rng.integers(5, 25, (points, 1))
    lamps = installed * on * np.where(dimmed, 0.5, 1.0)
    power = np.round(lamps * (1 + _wander(rng, shape, 0.9) * 0.012) + standby)
    connected = installed[:, 0]
    return _clean(
        900, {"active_power": power}, {"active_power": (0, 250_000)},
        {"active_power": {Test.GROSS_RANGE: {"fail_min": 0 * connected, "suspect_max": 1.3 * connected}}},
    )  # fmt: skip


USE_CASES: dict[str, Callable[[Generator, int], Clean]] = {
    "heat": heat,
    "noise": noise,
    "river": river,
    "waste": waste,
    "mobility": counts,
    "lighting": lighting,
}
"""Generator of each use case; (random numbers, weeks) -> clean series."""


def _clean(
    step_s: int,
    values: dict[str, Numbers],
    span: dict[str, tuple[float, float]],
    settings: dict[str, dict[Test, dict[str, Numbers]]] | None = None,
    offsets: Numbers | None = None,
) -> Clean:
    return Clean(
        step_s,
        {BY_NAME[name].id: series for name, series in values.items()},
        {BY_NAME[name].id: bounds for name, bounds in span.items()},
        {BY_NAME[name].id: RESOLUTION[name] for name in values},
        {BY_NAME[name].id: spread_about_the_hour(series, step_s) for name, series in values.items()},
        {BY_NAME[name].id: tests for name, tests in (settings or {}).items()},
        offsets,
    )
