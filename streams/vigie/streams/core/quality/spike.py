"""Spike: does a value stand out between its two neighbours in time?"""

import numpy as np

from vigie.streams.core.quality.series import (
    BARELY,
    MEMORY_MS,
    Flags,
    Numbers,
    Parameter,
    Series,
    flags_of,
    is_set,
    number_or,
)


def spike(
    series: Series,
    suspect: Parameter,
    fail: Parameter,
    by_difference: Parameter = 0.0,
    suspect_share: Parameter = 0.0,
    suspect_root: Parameter = 0.0,
) -> Flags:
    """Which values stand out from the one before and the one after?

    By average (as QARTOD has it) |x − (x₋₁ + x₊₁)/2| is compared with the limits; by difference the smaller of
    |x − x₋₁| and |x₊₁ − x|, if the series goes up and down again, or down and up. By average a real step is half a
    spike, by difference it is none.

    Where the scale differs from point to point, the limit for suspect grows with the neighbours: at least
    `suspect_share` of the greater one (power), at least `suspect_root` times its square root (counts, whose deviation
    by chance is the root).

    Args:
        series: values in the property's unit.
        suspect: what stands out by more is suspect; property's unit.
        fail: what stands out by more fails; property's unit.
        by_difference: 0 by average, 1 by difference.
        suspect_share: part of the greater neighbour that the limit for suspect is at least; 0 adds nothing.
        suspect_root: multiple of the root of the greater neighbour that it is at least; 0 adds nothing.

    Returns:
        (n,) 1, 3, 4; 2 for the first and last value of a segment, next to a missing value or to a pause of more than
        26 h, and without a limit; 9 where the value is missing.

    Source: QARTOD test 6; ioos_qc 3.0.0 `spike_test`, methods `average` and `differential`.

    >>> from vigie.streams.core.quality.series import one_series
    >>> series = one_series(np.arange(6) * 900_000, np.array([1.0, 1.1, 1.5, 1.1, 2.1, 2.1]))
    >>> spike(series, 0.1, 0.3).tolist(), spike(series, 0.1, 0.3, 1.0).tolist()
    ([2, 3, 4, 4, 4, 2], [2, 1, 4, 4, 1, 2])
    """
    before, after = _neighbours(series)
    values = series.values
    rise, fall = values - before, after - values
    by_average = np.abs(values - (before + after) / 2)
    by_differences = np.where(rise * fall < 0, np.minimum(np.abs(rise), np.abs(fall)), 0.0)
    out = np.where(np.asarray(by_difference) > 0, by_differences, by_average)
    greater = np.maximum(np.abs(before), np.abs(after))
    share, root = number_or(suspect_share, 0.0), number_or(suspect_root, 0.0)
    limit = np.maximum(suspect, np.maximum(share * greater, root * np.sqrt(greater)))
    evaluated = ~np.isnan(before) & ~np.isnan(after) & is_set(suspect, fail)
    return flags_of(values, evaluated, out > limit * BARELY, out > np.asarray(fail) * BARELY)


def _neighbours(series: Series) -> tuple[Numbers, Numbers]:
    """Values before and after each; NaN for none."""
    before, after = np.full(len(series.values), np.nan), np.full(len(series.values), np.nan)
    joined = (np.diff(series.segment) == 0) & (np.diff(series.at_ms) <= MEMORY_MS)
    before[1:][joined] = series.values[:-1][joined]
    after[:-1][joined] = series.values[1:][joined]
    return before, after
