"""Comparisons with a reference, against numpy, scipy and figures counted by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vigie.streams.core.comparison import agreement, fit, over_intervals
from vigie.streams.core.student import t95
from vigie.topics.property import BY_NAME

TEMPERATURE, PASSAGES, LEVEL = BY_NAME["air_temperature"].id, BY_NAME["passages"].id, BY_NAME["laeq"].id
MINUTE = 60_000


@pytest.mark.parametrize("freedom", [1, 2, 9, 29, 30, 31, 60, 1000])
def test_the_quantile_of_student(freedom):
    assert t95(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=2e-4)


def test_counts_are_summed_gauges_averaged_levels_averaged_by_energy():
    at = np.arange(1, 9) * 15 * MINUTE  # 00:15 … 02:00, each count stands under the end of its quarter of an hour
    starts, ends = np.array([0, 60]) * MINUTE, np.array([60, 120]) * MINUTE
    counts = over_intervals(PASSAGES, at, np.array([1, 2, 3, 4, 10, 20, 30, 40.0]), starts, ends, 900)
    assert counts.values.tolist() == [10, 100]
    started = over_intervals(
        PASSAGES, at - 15 * MINUTE, np.arange(1, 9.0), starts, ends, 900, stamped_at_end=False
    )  # fmt: skip
    assert started.values.tolist() == [10, 26]
    gauges = over_intervals(TEMPERATURE, at - 15 * MINUTE, np.arange(8.0), starts, ends, 900)
    assert gauges.values.tolist() == [1.5, 5.5]
    levels = over_intervals(LEVEL, at - 15 * MINUTE, np.array([60, 60, 60, 70.0] * 2), starts, ends, 900)
    assert levels.values[0] == pytest.approx(10 * np.log10((3 * 1e6 + 1e7) / 4))


def test_a_counter_gives_its_growth_and_a_category_nothing():
    at = np.arange(0, 5) * 30 * MINUTE
    total = BY_NAME["passages_total"].id
    grown = over_intervals(total, at, np.array([100, 103, 110, 111, 120.0]), at[:3:2], at[2::2], 1800)
    assert grown.values.tolist() == [10, 10]
    with pytest.raises(ValueError, match="noise_category"):
        over_intervals(BY_NAME["noise_category"].id, at, at * 1.0, at[:1], at[1:2], 900)
    with pytest.raises(ValueError, match="la10"):
        over_intervals(BY_NAME["la10"].id, at, at * 1.0, at[:1], at[1:2], 900)


def test_an_interval_with_a_missing_count_is_not_used():
    at = np.array([15, 30, 60]) * MINUTE
    found = over_intervals(PASSAGES, at, np.ones(3), np.array([0]), np.array([60 * MINUTE]), 900)
    assert (np.isnan(found.values[0]), found.readings[0], found.expected[0]) == (True, 3, 4.0)


def test_agreement_counted_by_hand():
    found = agreement(TEMPERATURE, np.array([21.0, 22.0, 26.0, np.nan]), np.array([20.0, 20.0, 20.0, 5.0]))
    assert (found.n, found.bias, found.mae) == (3, 3.0, 3.0)
    assert found.rmse == pytest.approx((41 / 3) ** 0.5)
    assert found.relative_error == pytest.approx(9 / 60)
    assert found.bias_high - found.bias == pytest.approx(4.3027 * 7**0.5 / 3**0.5, rel=1e-4)
    assert found.correlation is None, "the reference does not vary"
    assert agreement(TEMPERATURE, np.array([np.nan]), np.array([1.0])) is None
    assert agreement(TEMPERATURE, np.array([1.0]), np.array([1.0])).bias_low is None


def test_directions_differ_the_shorter_way_round():
    wind = BY_NAME["wind_direction"].id
    found = agreement(wind, np.array([5.0, 355.0]), np.array([355.0, 5.0]))
    assert (found.bias, found.mae) == (0.0, 10.0)
    assert fit(wind, np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0])) is None


def test_the_factor_of_counts_is_a_ratio_of_sums():
    found = fit(PASSAGES, np.array([8.0, 0.0, 12.0]), np.array([10.0, 1.0, 14.0]))
    assert (found.factor, found.offset, found.offset_error) == (1.25, 0.0, 0.0)
    assert found.residual == pytest.approx(1.0)  # differences 0, 1, -1 over two degrees of freedom
    assert found.factor_error == pytest.approx(3**0.5 / 20)
    assert fit(PASSAGES, np.zeros(3), np.ones(3)) is None


def test_three_equal_values_determine_no_line():
    assert fit(TEMPERATURE, np.full(3, 20.0), np.array([1.0, 2.0, 3.0])) is None
    assert fit(TEMPERATURE, np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 60), st.integers(0, 2**32 - 1))
def test_least_squares_are_those_of_scipy_and_numpy(count, seed):
    random = np.random.default_rng(seed)
    values = random.normal(20, 5, count)
    references = 1.04 * values - 0.7 + random.normal(0, 0.5, count)
    found, expected = fit(TEMPERATURE, values, references), stats.linregress(values, references)
    assert (found.factor, found.offset) == pytest.approx(tuple(np.polyfit(values, references, 1)), rel=1e-6, abs=1e-6)
    errors = (expected.stderr, expected.intercept_stderr)
    assert (found.factor_error, found.offset_error) == pytest.approx(errors, rel=1e-6)
    agreed = agreement(TEMPERATURE, values, references)
    assert agreed.correlation == pytest.approx(expected.rvalue)
    interval = stats.t.interval(0.95, count - 1, agreed.bias, stats.sem(values - references))
    assert (agreed.bias_low, agreed.bias_high) == pytest.approx(interval, rel=1e-3, abs=1e-3)
