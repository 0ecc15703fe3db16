"""What too few readings cannot tell is not told, of every kind and length of window."""

import math

import numpy as np
import pytest

from vigie.streams.core.windows.honest import honest, honest_result
from vigie.streams.core.windows.indicator import Result
from vigie.streams.core.windows.legal import Window, windows_between
from vigie.streams.core.windows.statistics import Way, predecessors, statistics

HOUR, DAY = 3_600_000, 86_400_000
QUARTER = 900_000


def told(way, there, length_ms, step_s=900, flags=None):
    rows = np.arange(there, dtype=float), np.arange(there) * QUARTER
    flags = np.ones(there, np.uint8) if flags is None else np.array(flags, np.uint8)
    found = statistics(way, *rows, flags, np.array([0]), np.array([there]))
    return honest(way, found, np.array([length_ms]), np.array([step_s]))


@pytest.mark.parametrize(
    ("way", "there", "length", "value", "mean", "extremes"),
    [
        (Way.GAUGE, 3, HOUR, True, True, True),
        (Way.GAUGE, 2, HOUR, False, False, False),
        (Way.COUNT, 3, HOUR, True, True, True),
        (Way.GAUGE, 72, DAY, True, True, False),  # 0.75: a mean, but what is missing may have held the extremes
        (Way.LEVEL, 72, DAY, True, True, False),
        (Way.COUNT, 72, DAY, False, True, False),
        (Way.COUNT, 87, DAY, True, True, True),
        (Way.COUNT, 86, DAY, False, True, False),
        (Way.COUNT, 83, 23 * HOUR, True, True, True),  # 0.902 of the short day
        (Way.COUNT, 90, 25 * HOUR, True, True, True),
        (Way.COUNT, 89, 25 * HOUR, False, True, False),
        (Way.GAUGE, 71, DAY, False, False, False),
    ],
)
def test_bounds(way, there, length, value, mean, extremes):
    of = told(way, there, length)
    shown = of.statistics
    assert math.isnan(shown.value[0]) is not value
    assert math.isnan(shown.mean[0]) is not mean
    assert math.isnan(shown.minimum[0]) is not extremes
    assert math.isnan(shown.maximum[0]) is not extremes
    assert (of.quality[0] == 9) is not value
    assert of.expected[0] == length // QUARTER
    assert of.completeness[0] == there / (length // QUARTER)
    assert shown.count[0] == there
    assert shown.first[0] == 0
    assert shown.last[0] == there - 1


def test_without_a_step_one_reading_is_enough_and_none_is_none():
    one, none = told(Way.GAUGE, 1, DAY, 0), told(Way.GAUGE, 0, DAY, 0)
    assert (one.quality[0], one.expected[0], one.statistics.value[0]) == (1, -1, 0.0)
    assert math.isnan(one.completeness[0])
    assert none.quality[0] == 9
    assert math.isnan(none.statistics.value[0])


def test_quality_tells_what_was_not_evaluated_and_what_was_left_out():
    assert told(Way.GAUGE, 4, HOUR, flags=[1, 1, 2, 1]).quality[0] == 2
    assert told(Way.GAUGE, 4, HOUR, flags=[1, 2, 3, 1]).quality[0] == 3
    assert told(Way.GAUGE, 4, HOUR, flags=[1, 4, 3, 1]).quality[0] == 9


def test_two_devices_at_a_point_do_not_make_up_for_missing_instants():
    rows = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, QUARTER, QUARTER])
    found = statistics(Way.GAUGE, *rows, np.ones(4, np.uint8), np.array([0]), np.array([4]))
    of = honest(Way.GAUGE, found, np.array([HOUR]), np.array([900]))
    assert (of.statistics.count[0], of.completeness[0], of.quality[0]) == (4, 0.5, 9)


def test_a_named_result_below_its_bound():
    full = Result(value=1.0, count=3, completeness=0.8, minimum=0.0, maximum=2.0, quality=1, category="green")
    assert honest_result(full, 0.8) == full
    little = honest_result(full, 0.81)
    assert (little.value, little.minimum, little.category, little.quality) == (None, None, "", 9)
    assert (little.count, little.completeness) == (3, 0.8)
    assert honest_result(Result(value=1.0, count=0), 0.75).quality == 9


def of_windows(way, at, values, flags, windows):
    starts, ends = (np.searchsorted(at, [getattr(one, name) for one in windows]) for name in ("start_at", "end_at"))
    start_at = np.array([one.start_at for one in windows])
    before = predecessors(at, flags, starts, start_at) if way is Way.METER else None
    found = statistics(way, values, at, flags, starts, ends, before)
    lengths = np.array([one.end_at - one.start_at for one in windows])
    return honest(way, found, lengths, np.full(len(windows), 900))


@pytest.mark.parametrize(("first", "hours"), [(1_774_652_400_000, 23), (1_792_792_800_000, 25)])
def test_days_that_have_23_and_25_hours(first, hours):
    """A count every 15 minutes from midnights of 28 March and 24 October 2026: days and their hours are whole."""
    at = first + np.arange(4 * 24 * 4) * QUARTER
    rows = Way.COUNT, at, np.arange(len(at), dtype=float), np.ones(len(at), np.uint8)
    (day,) = windows_between("1d", first + DAY, first + DAY + 1, "Europe/Paris")
    assert day.end_at - day.start_at == hours * HOUR
    of = of_windows(*rows, [day])
    inside = [place for place, instant in enumerate(at.tolist()) if day.start_at <= instant < day.end_at]
    assert (of.statistics.count[0], of.expected[0], of.statistics.value[0]) == (hours * 4, hours * 4, sum(inside))
    parts = of_windows(*rows, list(windows_between("1h", day.start_at, day.end_at, "Europe/Paris")))
    assert parts.statistics.value.sum() == sum(inside)
    assert len(parts.quality) == hours


def test_a_meters_window_needs_the_reading_before_it():
    at, values = np.array([0, QUARTER, 2 * QUARTER, 5 * QUARTER]), np.array([5.0, 9.0, 2.0, 3.0])
    hours = [Window("1h", 0, HOUR), Window("1h", HOUR, 2 * HOUR)]
    of = of_windows(Way.METER, at, values, np.ones(4, np.uint8), hours)
    assert (of.statistics.value[0], of.statistics.resets[0], of.quality[0]) == (6.0, 1, 1)
    assert math.isnan(of.statistics.value[1])
    assert (of.quality[1], of.statistics.last[1]) == (9, 3.0)
