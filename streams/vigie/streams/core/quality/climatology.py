"""Climatology: is such a value expected in this month, at this hour?"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.series import Flags, Numbers, Parameter, Series, flags_of, number_or

NIGHT_FROM_H, NIGHT_TO_H = 22, 6
DAY_FROM_H, DAY_TO_H = 12, 18


class Expected(NamedTuple):
    """What is expected in each month, January first.

    Attributes:
        minimum, maximum: (12,), or (n, 12) with a row for each value; property's unit; NaN where none is set.
        night_max_drop: how much lower the maximum is from 22 h to 6 h; a number or (n,).
        day_min_rise: how much higher the minimum is from 12 h to 18 h; a number or (n,).
    """

    minimum: Numbers
    maximum: Numbers
    night_max_drop: Parameter = 0.0
    day_min_rise: Parameter = 0.0


def expected(parameters: Mapping[str, Parameter]) -> Expected:
    """The months' spans out of parameters `min_01` … `max_12`, `night_max_drop`, `day_min_rise`; numbers or (n,).

    >>> expected({"max_07": 44.0}).maximum[5:7].tolist()
    [nan, 44.0]
    """
    least, greatest = (
        np.stack(
            np.broadcast_arrays(*[parameters.get(f"{name}_{month:02}", np.nan) for month in range(1, 13)]), axis=-1
        )
        for name in ("min", "max")
    )
    return Expected(least, greatest, parameters.get("night_max_drop", 0.0), parameters.get("day_min_rise", 0.0))


def climatology(series: Series, month: NDArray[np.integer], hour: NDArray[np.integer], spans: Expected) -> Flags:
    """Which values lie outside what is expected in their month, at their hour?

    Args:
        series: values in the property's unit.
        month: (n,) 1 to 12, of each value, in the time that the spans are meant in (legal time here).
        hour: (n,) 0 to 23, of each value, in the same time.
        spans: what is expected.

    Returns:
        (n,) 1 inside, bounds included; 3 outside; 2 where the month has no bound; 9 where the value is missing.

    Source: QARTOD test 5; ioos_qc 3.0.0 `climatology_test` with the period `month`.

    >>> from vigie.streams.core.quality.series import one_series
    >>> series = one_series(np.arange(4), np.array([43.0, 43.0, 45.0, 20.0]))
    >>> spans = expected({"max_07": 44.0, "night_max_drop": 4.0})
    >>> climatology(series, np.array([7, 7, 7, 8]), np.array([14, 2, 14, 14]), spans).tolist()
    [1, 3, 3, 2]
    """
    least, greatest = _of_month(spans.minimum, month), _of_month(spans.maximum, month)
    is_set = ~np.isnan(least) | ~np.isnan(greatest)
    night = (hour >= NIGHT_FROM_H) | (hour < NIGHT_TO_H)
    day = (hour >= DAY_FROM_H) & (hour < DAY_TO_H)
    least = np.where(day, least + number_or(spans.day_min_rise, 0.0), least)
    greatest = np.where(night, greatest - number_or(spans.night_max_drop, 0.0), greatest)
    values = series.values
    return flags_of(values, is_set, (values < least) | (values > greatest), np.zeros(len(values), np.bool_))


def _of_month(table: Numbers, month: NDArray[np.integer]) -> Numbers:
    found: Numbers = table[month - 1] if table.ndim == 1 else table[np.arange(len(month)), month - 1]
    return found
