"""Statistics of windows against plain Python, window by window, written from the definitions."""

import cmath
import math
import statistics as plain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.windows.statistics import Way, input_hashes, predecessors, statistics, way_of
from vigie.topics.property import BY_NAME

reading = st.tuples(
    st.integers(0, 40), st.floats(-500, 500, allow_subnormal=False), st.sampled_from((1, 1, 1, 2, 3, 4))
)
windows = st.lists(st.lists(reading, max_size=12).map(sorted), max_size=6)


def columns(many):
    rows = [one for window in many for one in window]
    lengths = np.array([len(window) for window in many], dtype=np.int64)
    ends = np.cumsum(lengths)
    return (
        np.array([value for _, value, _ in rows], dtype=float), np.array([at for at, *_ in rows], dtype=np.int64),
        np.array([flag for *_, flag in rows], dtype=np.uint8), ends - lengths, ends,
    )  # fmt: skip


def close(found, expected):
    if expected is None:
        return math.isnan(found)
    return found == pytest.approx(expected, rel=1e-9, abs=1e-7)


def circular(values):
    mean = sum(cmath.rect(1, math.radians(value)) for value in values) / len(values)
    if abs(mean) < 1e-9:
        return None, None
    return math.degrees(cmath.phase(mean)) % 360, math.degrees(math.sqrt(-2 * math.log(min(abs(mean), 1))))


@given(windows)
@settings(max_examples=40, deadline=None)
def test_gauges_counts_and_levels(many):
    found = {way: statistics(way, *columns(many)) for way in (Way.GAUGE, Way.COUNT, Way.LEVEL)}
    for place, window in enumerate(many):
        good = [value for _, value, flag in window if flag < 3]
        for way, of in found.items():
            assert of.count[place] == len(good)
            assert of.excluded[place] == len(window) - len(good)
            assert of.unknown[place] == sum(flag == 2 for *_, flag in window)
            assert of.instants[place] == len({at for at, _, flag in window if flag < 3})
            if not good:
                assert math.isnan(of.value[place])
                assert math.isnan(of.first[place])
                continue
            loud = max(good)
            energies = [10 ** ((value - loud) / 10) for value in good]
            mean = loud + 10 * math.log10(math.fsum(energies) / len(good)) if way is Way.LEVEL else plain.fmean(good)
            total = math.fsum(good)
            assert (of.minimum[place], of.maximum[place]) == (min(good), loud)
            assert (of.first[place], of.last[place]) == (good[0], good[-1])
            assert close(of.mean[place], mean)
            assert min(good) <= of.mean[place] <= loud
            assert close(of.deviation[place], plain.pstdev(good))
            assert close(of.sum[place], None if way is Way.LEVEL else total)
            assert close(of.value[place], total if way is Way.COUNT else mean)


@given(windows)
@settings(max_examples=40, deadline=None)
def test_directions_ranges_and_categories(many):
    found = {way: statistics(way, *columns(many)) for way in (Way.ANGLE, Way.RANGE, Way.CATEGORY)}
    for place, window in enumerate(many):
        good = [value for _, value, flag in window if flag < 3]
        if not good:
            continue
        angle, extremes, category = (found[way] for way in (Way.ANGLE, Way.RANGE, Way.CATEGORY))
        mean, deviation = circular(good)
        if mean is None:
            assert math.isnan(angle.mean[place])
        else:
            apart = (angle.mean[place] - mean + 180) % 360 - 180
            assert abs(apart) < 1e-5
            assert abs(angle.deviation[place] - deviation) < 1e-4
            assert 0 <= angle.mean[place] < 360
        assert math.isnan(angle.minimum[place])
        assert math.isnan(angle.sum[place])
        assert (extremes.minimum[place], extremes.maximum[place]) == (min(good), max(good))
        assert math.isnan(extremes.value[place])
        assert math.isnan(extremes.mean[place])
        assert (category.first[place], category.last[place]) == (good[0], good[-1])
        assert math.isnan(category.minimum[place])
        assert math.isnan(category.value[place])


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from((1, 2, 4))), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_a_meter_rises_between_consecutive_good_readings(rows):
    """Six windows of an hour, a reading every ten minutes, the first two hours before the first window."""
    at = [-7_200_000 + 600_000 * place for place in range(len(rows))]
    flags = np.array([flag for _, flag in rows], dtype=np.uint8)
    values, at_ms = np.array([float(value) for value, _ in rows]), np.array(at, dtype=np.int64)
    start_at = np.arange(6) * 3_600_000
    starts, ends = np.searchsorted(at_ms, start_at), np.searchsorted(at_ms, start_at + 3_600_000)
    found = statistics(Way.METER, values, at_ms, flags, starts, ends, predecessors(at_ms, flags, starts, start_at))
    for place, begin in enumerate(start_at.tolist()):
        stood, total, resets, compared = None, 0.0, 0, 0
        for moment, (value, flag) in zip(at, rows, strict=True):
            if flag == 4 or moment >= begin + 3_600_000:
                continue
            if moment >= begin and stood is not None:
                compared += 1
                total += value - stood if value >= stood else value
                resets += value < stood
            stood = value
        assert found.resets[place] == resets
        assert close(found.value[place], total if compared else None)


def test_a_reading_too_long_before_says_nothing():
    at, flags = np.array([0, 4 * 3_600_000 + 1]), np.ones(2, np.uint8)
    assert predecessors(at, flags, np.array([1]), np.array([4 * 3_600_000])).tolist() == [0]
    assert predecessors(at, flags, np.array([1]), np.array([4 * 3_600_000 + 1])).tolist() == [-1]


@given(st.lists(reading, min_size=1, max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
@settings(max_examples=40, deadline=None)
def test_each_window_says_the_same_alone_and_among_others(rows, spans):
    """Windows that overlap, are empty, leave rows out: to the last bit as if each were alone."""
    values, at, flags, *_ = columns([sorted(rows)])
    starts = np.array([min(low, high, len(rows)) for low, high in spans], dtype=np.int64)
    ends = np.array([min(max(low, high), len(rows)) for low, high in spans], dtype=np.int64)
    for way in (Way.GAUGE, Way.LEVEL, Way.ANGLE):
        together = statistics(way, values, at, flags, starts, ends)
        for place, (low, high) in enumerate(zip(starts, ends, strict=True)):
            alone = statistics(
                way, values[low:high], at[low:high], flags[low:high], np.array([0]), np.array([high - low])
            )
            for name in ("count", "mean", "sum", "deviation", "value", "first"):
                np.testing.assert_array_equal(getattr(together, name)[place], getattr(alone, name)[0])


def test_windows_that_meet_at_an_instant_each_count_it():
    """Windows of two points: what one ends with, the other begins with."""
    found = statistics(Way.GAUGE, *columns([[(0, 1.0, 1), (7, 2.0, 1)], [(7, 3.0, 1), (7, 4.0, 1), (9, 5.0, 1)]]))
    assert found.instants.tolist() == [2, 2]


def test_a_meter_read_once_says_no_difference():
    found = statistics(Way.METER, *columns([[(0, 5.0, 1)], [(1, 7.0, 1)]]), np.array([-1, 0]))
    assert math.isnan(found.value[0])
    assert found.value[1] == 2.0


def test_long_windows_keep_their_precision():
    """A year of seconds of a small number on a large one: as math.fsum has it, to 1e-9."""
    values = 1e6 + np.random.default_rng(6).normal(0, 1, 1_000_000)
    rows = np.arange(len(values)), np.ones(len(values), np.uint8), np.array([0]), np.array([len(values)])
    found = statistics(Way.GAUGE, values, *rows)
    mean = math.fsum(values) / len(values)
    assert found.sum[0] == pytest.approx(math.fsum(values), rel=1e-12)
    assert found.mean[0] == pytest.approx(mean, rel=1e-14)
    assert found.deviation[0] == pytest.approx(math.sqrt(math.fsum((values - mean) ** 2) / len(values)), rel=1e-10)


def test_numbers_beyond_the_largest_double_are_none():
    found = statistics(Way.GAUGE, *columns([[(0, 1.7e308, 1), (1, 1.7e308, 1)]]))
    assert math.isnan(found.sum[0])
    assert found.maximum[0] == 1.7e308


def test_every_property_has_its_way():
    assert {name: way_of(BY_NAME[name].id) for name in ("fill", "passages", "passages_total", "laeq", "la95")} == {
        "fill": Way.GAUGE, "passages": Way.COUNT, "passages_total": Way.METER, "laeq": Way.LEVEL, "la95": Way.RANGE,
    }  # fmt: skip
    assert (way_of(BY_NAME["wind_direction"].id), way_of(BY_NAME["fire"].id)) == (Way.ANGLE, Way.CATEGORY)


def test_the_hash_tells_values_instants_and_what_was_left_out():
    bounds = np.array([0]), np.array([2])

    def of(values=(1.0, 2.0), at=(0, 1), flags=(1, 1), before=None):
        return input_hashes(np.array(values), np.array(at), np.array(flags, np.uint8), *bounds, before)[0]

    assert of() == of(flags=(2, 1)) == of() != of(flags=(3, 1))
    assert len({of(), of(values=(1.0, 2.5)), of(at=(0, 2)), of(flags=(1, 4)), of(before=np.array([0]))}) == 5
    assert of(values=(0.0, 1.0)) == of(values=(-0.0, 1.0))
