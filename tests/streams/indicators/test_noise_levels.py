"""LAeq, Lden, Lday, Levening, Lnight, LN against formulas written out one reading at a time."""

from datetime import datetime
from math import log10
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_inputs import PARIS, at, every, point, result, results, window

from vigie.streams.core.noise.histogram import histogram, histogram_exceeded
from vigie.streams.core.noise.levels import exceeded
from vigie.streams.core.windows.indicator import indicators

DAYS = [(2026, 3, 29), (2026, 10, 25), (2026, 6, 2), (2028, 2, 29)]


def levels(instants, seed=1):
    return 55 + 8 * np.sin(instants / 3.1e6) + np.random.default_rng(seed).normal(0, 4, len(instants))


def mean_by_hand(values):
    return 10 * log10(sum(10 ** (value / 10) for value in values) / len(values))


def walls(instants):
    return [datetime.fromtimestamp(one / 1000, ZoneInfo(PARIS)) for one in instants]


@pytest.fixture
def quarters():
    instants = every(900, at(2026, 1, 1), at(2027, 1, 1))
    return instants, levels(instants)


@pytest.mark.parametrize("day", DAYS)
def test_levels_of_a_day_are_those_of_its_parts_also_when_the_clocks_change(day):
    today = window("1d", *day, 12)
    instants = every(900, today.start_at - 86_400_000, today.end_at + 86_400_000)
    values = levels(instants)
    here = point(laeq=(instants, values, 900))
    told = dict(zip(instants, values, strict=True))
    clock = dict(zip(instants, walls(instants), strict=True))
    date = datetime(*day).date()
    mine = [value for one, value in told.items() if clock[one].date() == date]
    parts = {
        "noise_laeq_day": [told[one] for one in told if clock[one].date() == date and 6 <= clock[one].hour < 22],
        "noise_lday": [told[one] for one in told if clock[one].date() == date and 6 <= clock[one].hour < 18],
        "noise_levening": [told[one] for one in told if clock[one].date() == date and 18 <= clock[one].hour < 22],
        "noise_lnight": [told[one] for one in told if at(*day) - 7_200_000 <= one < at(*day, 6)],
    }
    parts["noise_laeq_night"] = parts["noise_lnight"]
    for name, values_of_part in parts.items():
        found = result(name, today, [here])
        assert found.value == pytest.approx(mean_by_hand(values_of_part), abs=1e-9), name
        assert (found.count, found.expected, found.completeness) == (len(values_of_part),) * 2 + (1.0,)
        assert (found.quality, found.minimum, found.last) == (1, min(values_of_part), values_of_part[-1])
    assert result("noise_laeq", today, [here]).value == pytest.approx(mean_by_hand(mine), abs=1e-9)
    one, two, three = (mean_by_hand(parts[name]) for name in ("noise_lday", "noise_levening", "noise_lnight"))
    lden = 10 * log10((12 * 10 ** (one / 10) + 4 * 10 ** ((two + 5) / 10) + 8 * 10 ** ((three + 10) / 10)) / 24)
    found = result("noise_lden", today, [here])
    assert found.value == pytest.approx(lden, abs=1e-9)
    assert dict(found.details) == pytest.approx({"lday": one, "levening": two, "lnight": three}, abs=1e-9)
    assert found.count == found.expected == sum(len(parts[f"noise_{name}"]) for name in found.details)


@pytest.mark.parametrize("code", ["1mo", "1y"])
def test_nights_of_a_month_and_of_a_year_begin_the_evening_before(quarters, code):
    instants, values = quarters
    span = window(code, 2026, 10, 9)
    evening = at(2026, 9, 30, 22) if code == "1mo" else 0
    last = at(2026, 10, 31, 22) if code == "1mo" else at(2026, 12, 31, 22)
    night = [
        value
        for one, wall, value in zip(instants, walls(instants), values, strict=True)
        if evening <= one < last and (wall.hour >= 22 or wall.hour < 6)
    ]
    found = result("noise_lnight", span, [point(laeq=(instants, values, 900))])
    assert found.value == pytest.approx(mean_by_hand(night), abs=1e-9)
    missing = 8 if code == "1y" else 0  # the evening of 31 December 2025
    assert found.expected - found.count == missing
    assert result("noise_lden", span, [point(laeq=(instants, values, 900))]).details["lnight"] == found.value


def test_a_part_that_is_too_thin_makes_lden_null_and_says_how_thin_it_is():
    today = window("1d", 2026, 6, 2)
    instants = every(900, at(2026, 6, 1, 12), today.end_at)
    night = (instants >= at(2026, 6, 2)) & (instants < at(2026, 6, 2, 2, 15))  # 9 of 32 quarters of the night
    here = point(laeq=(instants[~night], levels(instants)[~night], 900))
    found = result("noise_lden", today, [here])
    assert (found.value, found.quality, found.completeness) == (None, 9, 23 / 32)
    assert result("noise_lnight", today, [here]).value is None
    assert result("noise_lday", today, [here]).value is not None
    flags = np.where(night, 3, 1)
    doubted = point(laeq=(instants, levels(instants), 900, flags))
    found = result("noise_lnight", today, [doubted])
    assert (found.value, found.count, found.excluded) == (None, 23, 9)


@pytest.mark.parametrize("name", [name for name in indicators() if name.startswith("noise_l")])
def test_a_late_reading_changes_it(name):
    today = window("1d", 2026, 6, 2)
    instants = every(10, at(2026, 6, 1, 21), today.end_at)
    values = levels(instants)
    late = np.isin(instants, every(10, at(2026, 6, 2, 5), at(2026, 6, 2, 6)))
    late |= np.isin(instants, every(10, at(2026, 6, 2, 17), at(2026, 6, 2, 18, 30)))
    before = result(name, today, [point(laeq=(instants[~late], values[~late], 10))])
    after = result(name, today, [point(laeq=(instants, values, 10))])
    assert before.completeness < after.completeness == 1.0
    assert before.value is not None
    assert before.value != after.value


@pytest.mark.parametrize("percent", [10, 50, 90, 95])
def test_levels_exceeded_are_percentiles_of_the_seconds(percent):
    hour = window("1h", 2026, 6, 2, 8)
    instants = every(1, hour.start_at, hour.end_at)
    values = levels(instants)
    found = result(f"noise_l{percent}", hour, [point(laeq=(instants, values, 1))])
    ordered, rank = np.sort(values), (100 - percent) / 100 * 3599
    exact = ordered[int(rank)] + (ordered[int(rank) + 1] - ordered[int(rank)]) * (rank % 1)
    assert found.value == pytest.approx(exact, abs=1e-9)
    month = window("1mo", 2026, 2, 2)
    instants = every(10, month.start_at, month.end_at)
    values = levels(instants)
    found = result(f"noise_l{percent}", month, [point(laeq=(instants, values, 10))])
    assert abs(found.value - np.percentile(values, 100 - percent)) <= 0.5


@pytest.mark.parametrize(("step", "why"), [(900, "step_too_long"), (60, "step_too_long"), (0, "step_unknown")])
def test_levels_of_long_steps_tell_no_percentile_and_say_why(step, why):
    today = window("1d", 2026, 6, 2, 8)
    instants = every(step or 1, today.start_at, today.end_at)
    here = point(laeq=(instants, levels(instants), step))
    assert not results("noise_l90", window("1h", 2026, 6, 2, 8), [here])  # once a day is enough
    found = result("noise_l90", today, [here])
    assert (found.value, found.category, found.quality, found.count) == (None, why, 9, len(instants))


def test_each_channel_has_its_level():
    hour = window("1h", 2026, 6, 2, 8)
    instants = every(900, hour.start_at, hour.end_at)
    here = point(laeq=(instants, [50.0] * 4, 900), laeq__2=(instants, [70.0] * 4, 900))
    assert [(one.channel, one.value) for one in results("noise_laeq", hour, [here])] == [(0, 50.0), (2, 70.0)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-0.5, 140.5), min_size=1, max_size=300), st.floats(0, 100))
def test_a_histogram_is_within_half_a_decibel(values, percent):
    array = np.array(values)
    counts = histogram(array)
    assert abs(histogram_exceeded(counts, percent) - exceeded(array, percent)) <= 0.5 + 1e-9
    half = len(array) // 2
    assert (histogram(array[:half]) + histogram(array[half:]) == counts).all()


def test_an_empty_histogram_says_that_it_is():
    with pytest.raises(ValueError, match="without levels"):
        histogram_exceeded(histogram(np.array([])), 50)


@pytest.mark.parametrize("step", [1, 900])
def test_an_absurd_level_that_nobody_judged_is_no_crash(step):
    hour = window("1h", 2026, 6, 2, 8)
    day = window("1d", 2026, 6, 2, 8)
    instants = np.repeat(every(step, hour.start_at - 600_000, hour.end_at + 300_000), 2)
    absurd = np.full(len(instants), 5000.0)
    here = point(laeq=(instants, absurd, step), la95eq=(instants, absurd, step))
    assert result("noise_harmonica", hour, [here]).value == pytest.approx(0.2 * 4970)
    instants = every(900, day.start_at - 86_400_000, day.end_at)
    here = point(laeq=(instants, np.full(len(instants), 5000.0), 900))
    assert result("noise_lden", day, [here]).value == pytest.approx(5006.4, abs=0.01)


@pytest.mark.parametrize("name", ["noise_laeq", "noise_lday"])
def test_extremes_of_a_day_need_more_of_it_than_its_mean(name):
    today = window("1d", 2026, 6, 2, 8)
    instants = every(900, today.start_at, today.end_at)
    thin = np.arange(len(instants)) % 5 > 0
    found = result(name, today, [point(laeq=(instants[thin], levels(instants[thin]), 900))])
    assert found.value is not None
    assert (found.minimum, found.maximum) == (None, None)
