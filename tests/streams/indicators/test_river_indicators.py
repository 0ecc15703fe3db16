"""Indicators of rivers, held against plain loops over the same levels."""

from itertools import combinations
from statistics import mean, median

import numpy as np
import pytest
from looked_at import HOUR_MS, MARSEILLE, PARIS, at, run, without

from vigie.streams.core.windows.indicator import Inputs, PointTracks, indicators
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.track import track
from vigie.topics.property import BY_NAME

STEP_S = 300
STEP_MS = STEP_S * 1000
SPRING, AUTUMN, PLAIN = "2026-03-29", "2026-10-25", "2026-06-10"
DAYS = [(SPRING, 23), (AUTUMN, 25), (PLAIN, 24)]
FIRST, LAST = at("2026-03-27 00:00"), at("2026-11-01 00:00")
THRESHOLDS = {"yellow": 1.4, "orange": 1.7, "red": 2.2}


def flood(seed: int = 1, step_ms: int = STEP_MS):
    """Months of a level that swings by 2 m within days, with noise of half a centimetre."""
    rng = np.random.default_rng(seed)
    instants = np.arange(FIRST, LAST, step_ms)
    hours = (instants - FIRST) / HOUR_MS
    level = 1.2 + 0.7 * np.sin(hours / 9) + 0.5 * np.sin(hours / 31) + rng.normal(0, 0.005, len(instants))
    return {("water_level", 0): track(instants, level, property_id=40, step_s=step_ms // 1000)}


@pytest.fixture(scope="module")
def river():
    return flood()


def inside(one, low: int, high: int):
    """(instant, level) of what counts in [low, high), one reading at a time."""
    rows = zip(one.at_ms.tolist(), one.values.tolist(), one.flags.tolist(), strict=True)
    return [(instant, level) for instant, level, flag in rows if low <= instant < high and flag < 3]


@pytest.mark.parametrize(("day", "hours"), DAYS)
def test_the_level_of_a_day(river, day, hours):
    levels = [
        level for _, level in inside(river["water_level", 0], at(f"{day} 00:00"), at(f"{day} 00:00") + hours * HOUR_MS)
    ]
    found = run("river_level", "1d", f"{day} 12:00", river)[0]
    assert (found.count, found.expected, found.category) == (12 * hours, 12 * hours, "no_datum")
    assert found.value == found.mean == pytest.approx(mean(levels), abs=1e-9)
    assert (found.minimum, found.maximum, found.first, found.last) == (min(levels), max(levels), levels[0], levels[-1])


def test_a_level_says_its_datum(river):
    window = window_of("1h", at(f"{PLAIN} 12:00"), PARIS)
    point = PointTracks("P1", river, *MARSEILLE, datum="NGF")
    (found,) = indicators()["river_level"].compute(Inputs(window=window, zone=PARIS, points=[point]))
    assert found.category == "NGF"


def test_a_day_says_its_mean_from_three_quarters_and_its_extremes_from_nine_tenths(river):
    one = river["water_level", 0]
    rows = np.flatnonzero((one.at_ms >= at(f"{PLAIN} 00:00")) & (one.at_ms < at("2026-06-11 00:00")))
    for gone, mean_told, extremes_told in ((28, True, True), (29, True, False), (72, True, False), (73, False, False)):
        cut = {("water_level", 0): without(one, np.isin(np.arange(len(one)), rows[:gone]))}
        found = run("river_level", "1d", f"{PLAIN} 12:00", cut)[0]
        assert (found.value is not None, found.maximum is not None) == (mean_told, extremes_told)
        assert (found.mean is not None, found.minimum is not None) == (mean_told, extremes_told)
        assert found.completeness == (288 - gone) / 288
        assert (found.quality == 9) is not mean_told
        threshold = run("river_threshold", "1d", f"{PLAIN} 12:00", cut, **THRESHOLDS)[0]
        assert (threshold.value is not None, threshold.category != "") == (extremes_told, extremes_told)


def test_two_devices_at_a_point_count_twice_and_complete_it_once(river):
    one = river["water_level", 0].between(at(f"{PLAIN} 12:00"), at(f"{PLAIN} 12:30"))
    both = track(np.repeat(one.at_ms, 2), np.repeat(one.values, 2), step_s=STEP_S)
    found = run("river_level", "1h", f"{PLAIN} 12:30", {("water_level", 0): both})[0]
    assert (found.count, found.completeness, found.value) == (12, 0.5, None)


# -- rise


def rise_by_hand(one, end_at, span_ms, step_ms):
    pairs = combinations(inside(one, end_at - span_ms - step_ms, end_at), 2)
    return 100 * median((b[1] - a[1]) / ((b[0] - a[0]) / HOUR_MS) for a, b in pairs)


@pytest.mark.parametrize(("name", "span_ms"), [("15m", HOUR_MS // 4), ("1h", HOUR_MS), ("3h", 3 * HOUR_MS)])
@pytest.mark.parametrize("when", [f"{PLAIN} 07:20", f"{SPRING} 03:05", f"{AUTUMN} 02:40", f"{AUTUMN} 00:00"])
def test_a_rise_is_the_median_slope(river, name, span_ms, when):
    for code in indicators()[f"river_rise_{name}"].codes:
        end_at = window_of(code, at(when), PARIS).end_at
        found = run(f"river_rise_{name}", code, when, river)[0]
        assert found.value == pytest.approx(rise_by_hand(river["water_level", 0], end_at, span_ms, STEP_MS), abs=1e-7)
        assert found.count == found.expected == span_ms // STEP_MS + 1


def test_a_steady_rise_whatever_one_reading_says():
    instants = at(f"{PLAIN} 00:00") + np.arange(0, 49) * STEP_MS
    level = 2 + 0.30 * (instants - instants[0]) / HOUR_MS
    level[42] += 1.5  # at 03:30: a quarter of an hour has too few readings to bear it
    steady = {("water_level", 0): track(instants, level, step_s=STEP_S)}
    for name in ("15m", "1h", "3h"):
        found = run(f"river_rise_{name}", "15m", f"{PLAIN} 03:45", steady)[0]
        assert found.value == pytest.approx(30.0, abs=0.5 if name != "15m" else 1e-6)


def test_a_quarter_of_an_hour_between_two_readings():
    slow = {("water_level", 0): track(at(f"{PLAIN} 00:00") + np.arange(8) * 900_000, np.arange(8) / 100, step_s=900)}
    found = run("river_rise_15m", "15m", f"{PLAIN} 01:00", slow)[0]
    assert (found.value, found.count, found.expected) == (pytest.approx(4.0), 2, 2)
    alone = {("water_level", 0): without(slow["water_level", 0], np.arange(8) == 4)}
    assert run("river_rise_15m", "15m", f"{PLAIN} 01:00", alone)[0].value is None
    hourly = {("water_level", 0): track(at(f"{PLAIN} 00:00") + np.arange(8) * HOUR_MS, np.arange(8) / 100, step_s=3600)}
    assert run("river_rise_15m", "15m", f"{PLAIN} 05:00", hourly) == {}
    assert run("river_rise_1h", "15m", f"{PLAIN} 05:00", hourly) == {}
    assert run("river_rise_1h", "1h", f"{PLAIN} 05:00", hourly)[0].value == pytest.approx(1.0)


def test_a_reading_that_comes_late_changes_the_rise(river):
    one = river["water_level", 0]
    gone = {("water_level", 0): without(one, one.at_ms == at(f"{PLAIN} 07:10"))}
    before, after = (run("river_rise_1h", "15m", f"{PLAIN} 07:20", tracks)[0] for tracks in (gone, river))
    assert (before.count, after.count) == (12, 13)
    assert before.value != after.value


# -- thresholds


@pytest.mark.parametrize(("day", "hours"), DAYS)
def test_thresholds_of_a_day(river, day, hours):
    low = at(f"{day} 00:00")
    rows = inside(river["water_level", 0], low, low + hours * HOUR_MS)
    highest = max(level for _, level in rows)
    found = run("river_threshold", "1d", f"{day} 12:00", river, **THRESHOLDS)[0]
    assert found.value == found.maximum == highest
    assert found.category == next(
        (name for name in ("red", "orange", "yellow") if highest >= THRESHOLDS[name]), "green"
    )
    for name, threshold in THRESHOLDS.items():
        assert found.details[f"{name}_h"] == pytest.approx(sum(level >= threshold for _, level in rows) / 12)
    assert found.details["observed_h"] == hours


@pytest.mark.parametrize(("level", "colour"), [(1.39, "green"), (1.4, "yellow"), (1.7, "orange"), (2.3, "red")])
def test_colours(level, colour):
    still = {("water_level", 0): track(at(f"{PLAIN} 00:00") + np.arange(12) * STEP_MS, [level] * 12, step_s=STEP_S)}
    assert run("river_threshold", "1h", f"{PLAIN} 00:30", still, **THRESHOLDS)[0].category == colour
    assert run("river_threshold", "15m", f"{PLAIN} 00:30", still, red=1.0)[0].category == "red"


def test_without_thresholds_there_is_no_such_indicator(river):
    assert run("river_threshold", "1d", f"{PLAIN} 12:00", river) == {}


def test_hours_above_a_threshold_leave_out_what_nobody_measured():
    one = track(at(f"{PLAIN} 00:00") + np.arange(288) * STEP_MS, [3.0] * 288, step_s=STEP_S)
    gap = {("water_level", 0): without(one, (np.arange(288) >= 100) & (np.arange(288) < 120))}
    found = run("river_threshold", "1d", f"{PLAIN} 12:00", gap, **THRESHOLDS)[0]
    assert found.details["red_h"] == found.details["observed_h"] == pytest.approx((268 + 0.5) / 12)


# -- quality of the water


@pytest.mark.parametrize("name", ["water_temperature", "conductivity", "turbidity", "ph", "redox", "dissolved_oxygen",
                                  "oxygen_saturation"])  # fmt: skip
@pytest.mark.parametrize(("day", "hours"), DAYS)
def test_the_range_of_a_day(name, day, hours):
    rng = np.random.default_rng(5)
    instants = np.arange(FIRST, LAST, HOUR_MS // 2)
    flags = np.where(rng.random(len(instants)) < 0.02, 4, 1)
    one = track(instants, rng.normal(7, 1, len(instants)), flags, property_id=BY_NAME[name].id, step_s=1800)
    low = at(f"{day} 00:00")
    values = [value for _, value in inside(one, low, low + hours * HOUR_MS)]
    found = run(f"river_range_{name}", "1d", f"{day} 12:00", {(name, 0): one})[0]
    assert (found.expected, found.count, found.excluded) == (2 * hours, len(values), 2 * hours - len(values))
    assert found.value == max(values) - min(values)
    assert (found.minimum, found.maximum) == (min(values), max(values))
    assert indicators()[f"river_range_{name}"].unit == BY_NAME[name].unit
    gone = without(one, (one.at_ms >= low) & (one.at_ms < low + 3 * HOUR_MS))
    assert run(f"river_range_{name}", "1d", f"{day} 12:00", {(name, 0): gone})[0].value is None


def test_all_numbers_are_pythons_own(river):
    wanted = [(one.name, code) for one in indicators().values() if one.use_case == "river" for code in one.codes]
    for name, code in wanted:
        given = THRESHOLDS if name == "river_threshold" else {}
        for found in run(name, code, f"{PLAIN} 12:00", river, **given).values():
            told = [found.value, found.minimum, found.mean, found.maximum, found.first, found.last]
            assert {type(one) for one in [*told, *found.details.values()]} <= {float, type(None)}
