"""Gap: was the series interrupted before this value?"""

import numpy as np

from vigie.streams.core.quality.series import Flags, Parameter, Series, flags_of


def gap(series: Series, step_s: Parameter, periods: Parameter) -> Flags:
    """Which values come after a pause of more than so many measuring steps?

    The pause is that since the last value that is not missing, however long ago; the value itself is as good as any,
    so this flag is no part of the roll-up.

    Args:
        series: only its instants, and which values are missing, count.
        step_s: the point's measuring step, seconds.
        periods: how many steps.

    Returns:
        (n,) 1, 3; 2 for the first value of a segment, and without step or periods; 9 where the value is missing.

    Source: QARTOD test 1; ioos_qc 3.0.0 `time_gap_test` (which fails; here the flag is a note).

    >>> from vigie.streams.core.quality.series import one_series
    >>> at = np.array([0, 15, 60, 120]) * 60_000
    >>> gap(one_series(at, np.array([1.0, np.nan, 3.0, 4.0])), 900.0, 3.5).tolist()
    [2, 9, 3, 3]
    """
    size = len(series.values)
    places = np.where(np.isnan(series.values), -1, np.arange(size))
    before = np.full(size, -1, np.int64)
    before[1:] = np.maximum.accumulate(places)[:-1] if size else before[1:]
    known = np.maximum(before, 0)
    with np.errstate(invalid="ignore"):
        longest = np.asarray(step_s) * np.asarray(periods) * 1000.0
        paused = series.at_ms - series.at_ms[known] > longest
    evaluated = (before >= 0) & (series.segment[known] == series.segment) & ~np.isnan(longest)
    return flags_of(series.values, evaluated, paused, np.zeros(size, np.bool_))
