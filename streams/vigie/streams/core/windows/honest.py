"""When a window of readings may say a number: completeness, quality and the null rule, the same for everybody."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from vigie.streams.core.windows.indicator import Result
from vigie.streams.core.windows.statistics import Floats, Ints, Statistics, Way

ENOUGH = 0.75
"""Completeness from which a window says its numbers."""
ENOUGH_OF_A_DAY = 0.9
"""The same for sums, differences and extremes of a day or more: what is missing may have held them."""
DAY_MS = 23 * 3_600_000
"""The shortest legal day."""
NOT_TOLD = 9

_STRICT_VALUE = frozenset({Way.COUNT, Way.METER, Way.RANGE})
_STRICT_FIELDS = ("minimum", "maximum", "sum")
_LENIENT_FIELDS = ("mean", "deviation")


class Honest(NamedTuple):
    """Statistics of m windows with what may not be said taken out.

    Attributes:
        statistics: NaN where it may not be said.
        expected: (m,) readings that there should have been; -1 where nobody knows.
        completeness: (m,) 0 to 1; NaN where nobody knows.
        quality: (m,) 1 all good, 2 some not evaluated, 3 some left out for their flag, 9 nothing may be said.
    """

    statistics: Statistics
    expected: Ints
    completeness: Floats
    quality: Ints


def honest(way: Way, found: Statistics, length_ms: Ints, step_s: Ints) -> Honest:
    """Statistics without what too few readings cannot tell.

    Args:
        way: of the windows.
        found: what they come to.
        length_ms: (m,) from start to end.
        step_s: (m,) how often there should be a reading; 0 where nobody knows: then one reading is enough.

    >>> from vigie.streams.core.windows.statistics import statistics
    >>> values, at = np.array([1.0, 3.0]), np.array([0, 900_000])
    >>> one = statistics(Way.GAUGE, values, at, np.ones(2, np.uint8), np.array([0]), np.array([2]))
    >>> half = honest(Way.GAUGE, one, np.array([3_600_000]), np.array([900]))
    >>> half.completeness, half.statistics.value, half.statistics.last, half.quality
    (array([0.5]), array([nan]), array([3.]), array([9]))
    """
    known = step_s > 0
    expected = np.where(known, np.maximum(length_ms // (np.maximum(step_s, 1) * 1000), 1), -1)
    rate = np.where(known, np.minimum(found.instants / np.maximum(expected, 1), 1.0), np.nan)
    lacking = found.count == 0
    rated = np.where(known, rate, 1.0)
    few = lacking | (rated < ENOUGH)
    few_strict = lacking | (rated < np.where(length_ms >= DAY_MS, ENOUGH_OF_A_DAY, ENOUGH))
    few_value = few_strict if way in _STRICT_VALUE else few
    cleared = {name: np.where(few_strict, np.nan, getattr(found, name)) for name in _STRICT_FIELDS}
    cleared |= {name: np.where(few, np.nan, getattr(found, name)) for name in _LENIENT_FIELDS}
    cleared["value"] = np.where(few_value, np.nan, found.value)
    quality = np.where(found.excluded > 0, 3, np.where(found.unknown > 0, 2, 1))
    return Honest(replace(found, **cleared), expected, rate, np.where(few_value, NOT_TOLD, quality))


def expected_of(length_ms: int, step_s: int) -> int | None:
    """How many readings a window of this length should hold; None where nobody knows the step.

    >>> expected_of(3_600_000, 900), expected_of(3_600_000, 0)
    (4, None)
    """
    return max(length_ms // (step_s * 1000), 1) if step_s > 0 else None


def completeness_of(instants: int, expected: int | None) -> float | None:
    """The share that is there, at most 1; None where nobody knows.

    >>> completeness_of(3, 4), completeness_of(3, None)
    (0.75, None)
    """
    return None if expected is None else min(1.0, instants / expected) if expected else 0.0


def quality_of(unknown: int, excluded: int) -> int:
    """The quality of a number that may be said: of how many not evaluated, and how many left out for their flag.

    >>> quality_of(0, 0), quality_of(2, 0), quality_of(2, 1)
    (1, 2, 3)
    """
    return 3 if excluded else 2 if unknown else 1


def honest_result(result: Result, bound: float) -> Result:
    """A named indicator's result as it may be said: nothing but its counts, first and last below the bound.

    The category of one that is null already says why, and stays.

    Args:
        result: with its completeness; None where nobody knows what to expect, then one reading is enough.
        bound: of the indicator.

    >>> honest_result(Result(value=60.0, count=2, completeness=0.5, category="red"), 0.75)
    Result(value=None, count=2, expected=None, completeness=0.5, excluded=0, minimum=None, mean=None, maximum=None, \
sum=None, first=None, last=None, quality=9, category='', details={}, parts=(), channel=0)
    """
    enough = result.count > 0 if result.completeness is None else result.completeness >= bound
    if enough and result.value is not None:
        return result
    if enough:
        return replace(result, quality=NOT_TOLD)
    return replace(
        result, value=None, minimum=None, mean=None, maximum=None, sum=None, quality=NOT_TOLD,
        category="" if result.value is not None else result.category, details={},
    )  # fmt: skip
