"""Range of a counter: can so many have passed, and has it never run backward?"""

import numpy as np

from vigie.streams.core.quality.series import HOUR_MS, Flags, Parameter, Series, Truths, flags_of, previous_present


def counter(series: Series, interval_s: Parameter, capacity_per_h: Parameter, whole: Parameter = 0.0) -> Flags:
    """Which counts of an interval cannot be?

    Args:
        series: how many passed in the interval that ends with the instant.
        interval_s: how long the interval is, seconds.
        capacity_per_h: what can pass at most in an hour; NaN for no limit.
        whole: 1 where a count is a whole number.

    Returns:
        (n,) 1, 4 for a negative count, one that is not whole or one above the capacity; 9 where the value is missing.

    Source: quality.md 4.1: "count integer ≥ 0", "count ≤ capacity".

    >>> from vigie.streams.core.quality.series import one_series
    >>> counter(one_series(np.arange(5), np.array([0, 25, 26, -1, 2.5])), 900.0, 100.0, 1.0).tolist()
    [1, 1, 4, 4, 4]
    """
    values = series.values
    with np.errstate(invalid="ignore"):
        most = np.asarray(capacity_per_h) * np.asarray(interval_s) / 3600
        fail = _impossible(series, whole) | (values > most)
    return flags_of(values, True, np.zeros(len(values), np.bool_), fail)


def cumulative_counter(series: Series, capacity_per_h: Parameter, whole: Parameter = 0.0) -> Flags:
    """Which readings of a counter that only rises cannot be?

    A reading below the one before is a reset if what stands there can have passed since then; the reset is noted as
    suspect, since what passed around it is not known. Any other fall fails.

    Args:
        series: readings of the counter.
        capacity_per_h: what can pass at most in an hour; NaN: no limit, and any fall is a reset.
        whole: 1 where it counts whole numbers.

    Returns:
        (n,) 1, 3 for a reset, 4; 2 without a value before; 9 where the value is missing.

    Source: quality.md 4.1: "index monotone".

    >>> from vigie.streams.core.quality.series import one_series
    >>> at = np.arange(6) * 3_600_000
    >>> cumulative_counter(one_series(at, np.array([500.0, 560, 900, 3, 50, 49.5])), 100.0).tolist()
    [2, 1, 4, 3, 1, 3]
    """
    before = previous_present(series)
    known = np.maximum(before, 0)
    values = series.values
    with np.errstate(invalid="ignore"):
        most = np.asarray(capacity_per_h) * (series.at_ms - series.at_ms[known]) / HOUR_MS
        rise = values - values[known]
        reset = (rise < 0) & ~(values > most)
        fail = (before >= 0) & ((rise > most) | ((rise < 0) & ~reset)) | _impossible(series, whole)
    return flags_of(values, (before >= 0) | fail, reset, fail)


def _impossible(series: Series, whole: Parameter) -> Truths:
    values = series.values
    broken = (np.asarray(whole) > 0) & (np.floor(values) != values)
    found: Truths = (values < 0) | broken
    return found
