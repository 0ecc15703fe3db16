"""Tests of a series: a flag depends on its own series only; missing values, parameters not set, no values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.quality.attenuated import attenuated
from vigie.streams.core.quality.climatology import climatology, expected
from vigie.streams.core.quality.consistency import consistency, falls_when_emptied
from vigie.streams.core.quality.counter import counter, cumulative_counter
from vigie.streams.core.quality.duplicate import duplicate
from vigie.streams.core.quality.flat_line import flat_line
from vigie.streams.core.quality.gap import gap
from vigie.streams.core.quality.gross_range import gross_range
from vigie.streams.core.quality.legal_hour import calendar
from vigie.streams.core.quality.rate_of_change import rate_of_change
from vigie.streams.core.quality.series import MEMORY_MS, Series, one_series
from vigie.streams.core.quality.spike import spike
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Flag

QUARTER = 900_000
TESTS = {
    "gross_range": lambda s: gross_range(s, 0.0, 30.0, 5.0, 25.0),
    "climatology": lambda s: climatology(s, *calendar(s.at_ms, "UTC"), expected({"max_01": 20.0, "min_01": 5.0})),
    "spike": lambda s: spike(s, 1.0, 4.0),
    "spike by difference": lambda s: spike(s, 1.0, 4.0, 1.0, 0.1, 0.2),
    "rate_of_change": lambda s: rate_of_change(s, 4.0, 12.0, 900.0),
    "flat_line": lambda s: flat_line(s, 1.0, 3.0, 0.5, 20.0, 2.0, 3.0, 4.0),
    "attenuated, std": lambda s: attenuated(s, 1.0, 0.3, 2.0),
    "attenuated, range": lambda s: attenuated(s, 3.0, 1.0, 2.0, 1.0),
    "falls_when_emptied": lambda s: falls_when_emptied(s, 3.0, 2.0),
    "counter": lambda s: counter(s, 900.0, 80.0, 1.0),
    "cumulative_counter": lambda s: cumulative_counter(s, 20.0),
    "gap": lambda s: gap(s, 900.0, 3.5),
}


def a_series(seed: int) -> Series:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 60))
    steps = rng.choice([0, 1, 1, 1, 1, 2, 5, 20, 150], size) * QUARTER + rng.integers(0, 60_000, size)
    values = np.round(10 + np.cumsum(rng.choice([0.0, 0.0, 0.1, -0.5, 2.0, -6.0, 6.0], size)), 1)
    values[rng.random(size) < 0.1] = np.nan
    return one_series(1_735_689_600_000 + np.cumsum(steps), values)


def laid_together(parts: list[Series]) -> Series:
    return Series(
        np.concatenate([one.at_ms for one in parts]),
        np.concatenate([one.values for one in parts]),
        np.repeat(np.arange(len(parts)), [len(one.values) for one in parts]).astype(np.int32),
    )


@pytest.mark.parametrize("name", TESTS)
@settings(max_examples=20, deadline=None)
@given(seeds=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6))
def test_a_flag_depends_on_its_own_series_only(name, seeds):
    parts = [a_series(seed) for seed in seeds]
    alone = np.concatenate([TESTS[name](one) for one in parts])
    assert TESTS[name](laid_together(parts)).tolist() == alone.tolist()


@pytest.mark.parametrize("name", TESTS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_older_than_the_memory_changes_nothing(name, seed):
    series = a_series(seed)
    flags = TESTS[name](series)
    last = len(flags) - 1
    near = series.at_ms >= series.at_ms[last] - MEMORY_MS
    remembered = Series(series.at_ms[near], series.values[near], series.segment[near])
    if name != "gap":  # which looks back to the value before, however old
        assert TESTS[name](remembered)[-1] == flags[last]


@pytest.mark.parametrize("name", TESTS)
def test_no_values_and_missing_values(name):
    nothing = one_series(np.zeros(0, np.int64), np.zeros(0))
    assert TESTS[name](nothing).tolist() == []
    at = 1_735_689_600_000 + np.arange(4) * QUARTER
    assert TESTS[name](one_series(at, np.full(4, np.nan))).tolist() == [Flag.MISSING] * 4


def test_a_parameter_per_value_is_as_a_parameter_per_call():
    first, second = a_series(1), a_series(2)
    own = laid_together([first, second])
    limit = np.where(own.segment == 0, 1.0, 3.0)
    alone = [spike(first, 1.0, np.nan), spike(second, 3.0, np.nan)]
    assert spike(own, limit, np.nan).tolist() == np.concatenate(alone).tolist()
    span = np.where(own.segment == 0, 1.0, np.nan)
    alone = [flat_line(first, 1.0, np.nan, 0.5), np.where(np.isnan(second.values), 9, 2)]
    assert flat_line(own, span, np.nan, 0.5).tolist() == np.concatenate(alone).tolist()
    kind = np.where(own.segment == 0, 0.0, 1.0)
    alone = [attenuated(first, 1.0, np.nan, 2.0, 0.0), attenuated(second, 1.0, np.nan, 2.0, 1.0)]
    assert attenuated(own, 1.0, np.nan, 2.0, kind).tolist() == np.concatenate(alone).tolist()


def test_a_limit_that_is_not_set_is_not_evaluated():
    series = one_series(np.arange(3) * QUARTER, np.array([1.0, 2.0, 3.0]))
    none = float("nan")
    assert gross_range(series, none, none, none, none).tolist() == [2, 2, 2]
    assert gross_range(series, none, none, none, 2.5).tolist() == [1, 1, 3]
    assert spike(series, none, none).tolist() == [2, 2, 2]
    assert gap(series, 900.0, none).tolist() == [2, 2, 2]


def test_a_flood_is_no_spike_by_difference_and_one_by_average():
    level = one_series(np.arange(5) * QUARTER, np.array([0.4, 0.4, 1.6, 1.9, 2.0]))
    assert spike(level, 0.1, 0.3, 1.0).tolist() == [2, 1, 1, 1, 2]
    assert Flag.FAIL in spike(level, 0.1, 0.3).tolist()


def test_a_limit_that_grows_with_its_neighbours():
    def middle(neighbour: float, value: float) -> int:
        series = one_series(np.arange(3) * QUARTER, np.array([neighbour, value, neighbour]))
        return int(spike(series, 5.0, np.nan, 1.0, 0.0, 4.0)[1])

    assert (middle(0, 6), middle(100, 135), middle(100, 145)) == (3, 1, 3)


def test_saturation_may_stand_still_but_not_for_ever():
    at = np.arange(110) * QUARTER
    damp = flat_line(one_series(at, np.full(110, 99.0)), 5.0, 10.0, 0.1, 97.0, np.nan, 4.0, 24.0)
    assert set(damp[:96].tolist()) == {Flag.GOOD}
    assert set(damp[96:].tolist()) == {Flag.SUSPECT}
    dry = flat_line(one_series(at, np.full(110, 60.0)), 5.0, 10.0, 0.1, 97.0, np.nan, 4.0, 24.0)
    assert (dry[19], dry[20], dry[39], dry[40]) == (Flag.UNKNOWN, Flag.SUSPECT, Flag.SUSPECT, Flag.FAIL)


def test_a_pause_within_a_flat_stretch_leaves_the_question_open():
    at = np.concatenate((np.arange(4), np.arange(4) + 14)) * QUARTER
    assert flat_line(one_series(at, np.full(8, 5.0)), 3.0, 6.0, 0.1).tolist() == [2] * 8


def test_only_a_rise_is_judged_where_a_fall_is_a_collection():
    fill = one_series(np.arange(4) * 3_600_000, np.array([20.0, 60.0, 5.0, 20.0]))
    assert rate_of_change(fill, 20.0, np.nan, 3600.0, 1.0).tolist() == [2, 3, 1, 1]
    assert rate_of_change(fill, 20.0, np.nan, 3600.0).tolist() == [2, 3, 3, 1]


def test_of_levels_out_of_order_all_that_are_in_it_are_suspect():
    of = {name: BY_NAME[name].id for name in ("laeq", "la95", "la50", "la90")}
    said = {"laeq": 60.0, "la95": 55.0, "la50": 54.0, "la90": 56.0}
    found = consistency({of[name]: np.array([value]) for name, value in said.items()}, {})
    assert {name: int(found[one][0]) for name, one in of.items()} == {"laeq": 1, "la95": 1, "la50": 3, "la90": 3}


def test_a_month_and_an_hour_are_those_of_legal_time():
    at = np.array([1_751_320_800_000, 1_751_317_200_000])  # 30 June 2025, 22 h and 21 h UTC
    assert calendar(at, "Europe/Paris").month.tolist() == [7, 6]
    assert calendar(at, "Europe/Paris").hour.tolist() == [0, 23]


def test_a_counter_that_runs_backward_fails_and_one_that_begins_anew_is_noted():
    at = np.arange(4) * 3_600_000
    index = one_series(at, np.array([1_000_000.0, 999_000.0, 20.0, 90.0]))
    assert cumulative_counter(index, 100.0).tolist() == [2, 4, 3, 1]
    assert cumulative_counter(index, np.nan).tolist() == [2, 3, 3, 1]


def test_an_uplink_is_no_duplicate_of_itself_and_a_message_of_another_point_none_either():
    at, same = np.array([0, 5_000, 5_000]), np.full(3, 7, np.uint64)
    uplinks = np.array([1, 1, 2], np.uint64)
    assert duplicate(at, np.array([0, 0, 1], np.int32), same, uplinks, 30.0).tolist() == [1, 1, 1]
    assert duplicate(at, np.zeros(3, np.int32), same, uplinks, 30.0).tolist() == [1, 1, 3]
    assert duplicate(at, np.zeros(3, np.int32), same, uplinks, np.nan).tolist() == [2, 2, 2]


def test_a_value_on_its_limit_is_inside_whatever_its_binary_fraction():
    start = np.arange(-100, 400) / 10
    pairs = [one_series(np.array([0, 1]) * QUARTER, np.round([one, one + 5], 1)) for one in start]
    assert all(rate_of_change(one, 20.0, 40.0)[1] == Flag.GOOD for one in pairs)
    tops = [one_series(np.arange(3) * QUARTER, np.round([one, one + 3, one], 1)) for one in start]
    assert all(spike(one, 3.0, 6.0, 1.0)[1] == Flag.GOOD for one in tops)
    falls = [one_series(np.array([0, 1]) * QUARTER, np.round([one + 10, one], 1)) for one in start + 40]
    assert all(falls_when_emptied(one, 10.0, 25.0)[1] == Flag.GOOD for one in falls)
    assert rate_of_change(one_series(np.array([0, 1]) * QUARTER, np.array([20.0, 25.01])), 20.0, 40.0)[1] == 3
