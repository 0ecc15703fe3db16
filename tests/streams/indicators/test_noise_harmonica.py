"""The Harmonica index: its checks, its definition written out one second at a time, quarters of an hour, nulls."""

from math import log10

import numpy as np
import pytest
from indicator_inputs import at, every, point, result, window

from vigie.streams.core.noise.harmonica import Hour, la95
from vigie.streams.core.windows.legal import Window

HOUR = (2026, 6, 2, 8)


def mean_by_hand(values):
    return 10 * log10(sum(10 ** (value / 10) for value in values) / len(values))


def street(instants, seed=1):
    """A street: a background that drifts, cars."""
    rng = np.random.default_rng(seed)
    cars = rng.exponential(6, len(instants)) * (rng.random(len(instants)) < 0.3)
    return 48 + 5 * np.sin(instants / 4e5) + rng.normal(0, 1.5, len(instants)) + cars


def la95_by_hand(levels, instants, first, last):
    """LA95 of each second between two instants, from the seconds around it that there are."""
    told = dict(zip(instants.tolist(), levels.tolist(), strict=True))
    found = []
    for moment in range(first, last, 1000):
        around = [told[one] for one in range(moment - 599_000, moment + 1000, 1000) if one in told]
        found.append(np.percentile(around, 5) if moment in told else None)
    return found


@pytest.mark.parametrize(
    ("level", "index", "colour"), [(30.0, 0.0, "green"), (80.0, 10.0, "red"), (60.0, 6.0, "orange")]
)
@pytest.mark.parametrize("kind", ["seconds", "quarters"])
def test_constant_levels(kind, level, index, colour):
    span = window("1h", *HOUR)
    seconds, quarters = every(1, span.start_at - 600_000, span.end_at), every(900, span.start_at, span.end_at)
    here = point(laeq=(seconds, np.full(len(seconds), level), 1))
    if kind == "quarters":
        here = point(laeq=(quarters, [level] * 4, 900), la95eq=(quarters, [level] * 4, 900))
    found = result("noise_harmonica", span, [here])
    assert found.value == pytest.approx(index, abs=1e-9)
    assert (found.category, found.completeness, found.quality) == (colour, 1.0, 1)
    assert dict(found.details) == pytest.approx({"bgn": index, "evt": 0, "laeq": level, "la95eq": level}, abs=1e-9)


def test_it_is_what_its_definition_says_one_second_at_a_time():
    span = window("1h", *HOUR)
    instants = every(1, span.start_at - 600_000, span.end_at)
    levels = street(instants)
    kept = np.random.default_rng(2).random(len(instants)) < 0.93
    kept &= ~((instants > span.start_at + 900_000) & (instants < span.start_at + 1_000_000))
    instants, levels = instants[kept], levels[kept]
    background = [one for one in la95_by_hand(levels, instants, span.start_at, span.end_at) if one is not None]
    laeq = mean_by_hand(levels[instants >= span.start_at])
    la95eq = mean_by_hand(background)
    found = result("noise_harmonica", span, [point(laeq=(instants, levels, 1))])
    assert found.value == pytest.approx(0.2 * (la95eq - 30) + 0.25 * (laeq - la95eq), abs=1e-9)
    assert found.details["la95eq"] == pytest.approx(la95eq, abs=1e-9)
    assert (found.count, found.expected) == (len(background), 3600)


def test_the_middle_of_the_ten_minutes_is_a_parameter():
    span = window("1h", *HOUR)
    instants = every(1, span.start_at - 600_000, span.end_at + 600_000)
    levels = street(instants)
    # a second in the middle of its ten minutes is one at their end of levels that came five minutes earlier
    background = [
        one for one in la95_by_hand(levels, instants, span.start_at + 299_000, span.end_at + 299_000) if one is not None
    ]
    found = result("noise_harmonica", span, [point(laeq=(instants, levels, 1))], centred=1.0)
    assert found.details["la95eq"] == pytest.approx(mean_by_hand(background), abs=1e-9)
    trailing = result("noise_harmonica", span, [point(laeq=(instants, levels, 1))])
    assert abs(found.details["la95eq"] - trailing.details["la95eq"]) > 0.01


@pytest.mark.parametrize("seed", range(5))
def test_four_quarters_of_an_hour_give_what_the_seconds_give(seed):
    span = window("1h", *HOUR)
    instants = every(1, span.start_at - 600_000, span.end_at)
    levels = street(instants, seed)
    exact = result("noise_harmonica", span, [point(laeq=(instants, levels, 1))])
    quarters = every(900, span.start_at, span.end_at)
    background = np.array(la95_by_hand(levels, instants, span.start_at, span.end_at)).reshape(4, 900)
    laeq = [mean_by_hand(part) for part in levels[600:].reshape(4, 900)]
    sent = [round(one, 1) for one in laeq]  # as a sensor sends them, to a tenth
    sent_background = [round(mean_by_hand(part), 1) for part in background]
    here = point(laeq=(quarters, sent, 900), la95eq=(quarters, sent_background, 900))
    found = result("noise_harmonica", span, [here])
    assert abs(found.value - exact.value) <= 0.05
    unrounded = point(laeq=(quarters, laeq, 900), la95eq=(quarters, [mean_by_hand(part) for part in background], 900))
    assert result("noise_harmonica", span, [unrounded]).value == pytest.approx(exact.value, abs=1e-9)


def test_a_sensor_twice_as_fast_or_two_of_them_say_the_same():
    span = window("1h", *HOUR)
    instants = every(1, span.start_at - 600_000, span.end_at)
    levels = street(instants)
    twice = point(laeq=(np.concatenate([instants, instants + 500]), np.concatenate([levels, levels]), 1))
    once = result("noise_harmonica", span, [point(laeq=(instants, levels, 1))])
    assert result("noise_harmonica", span, [twice]).value == pytest.approx(once.value, abs=1e-9)


@pytest.mark.parametrize(("there", "told"), [(0.81, True), (0.79, False)])
def test_eighty_percent_of_the_seconds_are_asked(there, told):
    span = window("1h", *HOUR)
    instants = every(1, span.start_at, span.end_at)
    instants = instants[: int(3600 * there)]  # the rest is one gap, and there is nothing before the hour
    found = result("noise_harmonica", span, [point(laeq=(instants, street(instants), 1))])
    assert found.completeness == pytest.approx(there, abs=1e-3)
    assert (found.value is not None, found.quality, bool(found.category)) == (told, 1 if told else 9, told)


def test_three_quarters_of_an_hour_are_too_few_and_the_fourth_repairs_it():
    span = window("1h", *HOUR)
    quarters, values = every(900, span.start_at, span.end_at), [60.0, 62.0, 64.0, 70.0]
    late = point(laeq=(quarters, values, 900), la95eq=(quarters[:3], [50.0] * 3, 900))
    found = result("noise_harmonica", span, [late])
    assert (found.value, found.completeness, found.quality, found.details) == (None, 0.75, 9, {})
    there = point(laeq=(quarters, values, 900), la95eq=(quarters, [50.0] * 4, 900))
    assert result("noise_harmonica", span, [there]).value == pytest.approx(
        Hour(mean_by_hand(values), 50.0).index, abs=1e-9
    )
    doubted = point(laeq=(quarters, values, 900, [1, 1, 4, 1]), la95eq=(quarters, [50.0] * 4, 900))
    found = result("noise_harmonica", span, [doubted])
    assert (found.value, found.excluded) == (None, 1)


@pytest.mark.parametrize(("step", "why"), [(60, "step_too_long"), (900, "step_too_long"), (0, "step_unknown")])
def test_coarser_steps_without_la95eq_cannot_give_it(step, why):
    span = window("1h", *HOUR)
    instants = every(step or 1, span.start_at, span.end_at)
    found = result("noise_harmonica", span, [point(laeq=(instants, street(instants), step))])
    assert (found.value, found.category, found.quality) == (None, why, 9)
    assert (found.count, found.expected) == (len(instants), len(instants) if step else None)
    found = result("noise_harmonica_day", window("1d", *HOUR), [point(laeq=(instants, street(instants), step))])
    assert (found.value, found.category) == (None, why)


@pytest.mark.parametrize(
    ("hour", "index", "colour"),
    [(6, 3.9, "green"), (21, 4.0, "orange"), (6, 8.0, "orange"), (7, 8.1, "red"),
     (5, 2.9, "green"), (22, 3.0, "orange"), (0, 7.0, "orange"), (4, 7.1, "red")],
)  # fmt: skip
def test_colours_by_day_and_by_night(hour, index, colour):
    span = window("1h", 2026, 6, 2, hour)
    quarters, level = every(900, span.start_at, span.end_at), 30 + 5 * index
    here = point(laeq=(quarters, [level] * 4, 900), la95eq=(quarters, [level] * 4, 900))
    found = result("noise_harmonica", span, [here])
    assert (found.category, found.value) == (colour, pytest.approx(index, abs=1e-9))


@pytest.mark.parametrize(("day", "night_h"), [((2026, 3, 29), 7), ((2026, 10, 25), 9), ((2026, 6, 2), 8)])
def test_averages_of_the_hours_of_day_night_and_24_hours(day, night_h):
    today = window("1d", *day, 12)
    quarters = every(900, today.start_at - 7_200_000, today.end_at)
    rng = np.random.default_rng(3)
    background = rng.uniform(35, 60, len(quarters))
    laeq = background + rng.uniform(0, 15, len(quarters))
    here = point(laeq=(quarters, laeq, 900), la95eq=(quarters, background, 900))
    by_hour = {
        start: result("noise_harmonica", Window("1h", start, start + 3_600_000), [here]).value
        for start in range(today.start_at - 7_200_000, today.end_at, 3_600_000)
    }
    hours = {
        "noise_harmonica_24h": [by_hour[one] for one in by_hour if one >= today.start_at],
        "noise_harmonica_day": [by_hour[one] for one in by_hour if at(*day, 6) <= one < at(*day, 22)],
        "noise_harmonica_night": [by_hour[one] for one in by_hour if one < at(*day, 6)],
    }
    assert [len(found) for found in hours.values()] == [night_h + 16, 16, night_h]
    for name, wanted in hours.items():
        found = result(name, today, [here])
        assert found.value == pytest.approx(sum(wanted) / len(wanted), abs=1e-9)
        assert (found.count, found.expected, found.maximum) == (len(wanted), len(wanted), max(wanted))
        assert bool(found.category) == (name != "noise_harmonica_24h")


def test_a_day_of_hours_is_null_below_three_quarters_of_them_until_late_ones_come():
    today = window("1d", 2026, 6, 2)
    quarters = every(900, today.start_at, today.end_at)
    levels = np.full(len(quarters), 55.0)
    thin = np.arange(len(quarters)) >= 25  # six hours and a quarter are not there
    late = result("noise_harmonica_24h", today, [point(laeq=(quarters[thin], levels[thin], 900),
                                                       la95eq=(quarters, levels, 900))])  # fmt: skip
    assert (late.value, late.count, late.expected, late.quality, late.details) == (None, 17, 24, 9, {})
    there = result("noise_harmonica_24h", today, [point(laeq=(quarters, levels, 900), la95eq=(quarters, levels, 900))])
    assert (there.value, there.count) == (pytest.approx(5.0), 24)


def test_la95_needs_half_of_its_ten_minutes():
    levels = np.full(1200, 50.0)
    levels[:301] = np.nan
    found = la95(levels)
    assert np.isnan(found[0])
    assert found[1:].tolist() == [50.0] * 600
