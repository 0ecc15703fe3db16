"""Flat line: is the sensor stuck?"""

import numpy as np

from vigie.streams.core.quality.rolling import window_count, window_greatest, window_range
from vigie.streams.core.quality.series import (
    HOUR_MS,
    Flags,
    Parameter,
    Series,
    Truths,
    flags_of,
    is_set,
    number_or,
    previous_present,
    window_starts,
)

ALMOST = 1 - 1e-6
"""8.1 - 8.0 is a little less than 0.1 in binary fractions, and yet a change of a tenth."""

_PAUSE, _PAUSE_EXCUSED = 0.5, 0.25


def flat_line(
    series: Series,
    suspect_h: Parameter,
    fail_h: Parameter,
    tolerance: Parameter,
    unless_above: Parameter = np.nan,
    unless_below: Parameter = np.nan,
    min_values: Parameter = 3.0,
    excused_h: Parameter = np.nan,
) -> Flags:
    """Which values end a time in which the series did not change?

    The greatest less the least value of the window that ends with the value is compared with the tolerance; below it,
    the series stood still. The window reaches back over `suspect_h` (suspect) or `fail_h` (fail) and begins at the last
    value at or before that, so that it covers the whole time. Missing values are passed over.

    Args:
        series: values in the property's unit.
        suspect_h: after how long it is suspect, in hours, at most 26.
        fail_h: after how long it fails, in hours, at most 26.
        tolerance: a range less than this is no change; property's unit. Less by a millionth is not less: decimal
            fractions have no exact binary ones.
        unless_above: a value at or above it may stand still (relative humidity at saturation: 97 %).
        unless_below: a value at or below it may stand still (no rain, no passage, a lamp that is off: 0).
        min_values: as many values must stand in the window: two equal values with a pause between prove nothing. For
            the same reason no pause in it may be longer than half of it.
        excused_h: after how long even such a value is suspect, in hours, at most 26; NaN: never. A pause of a quarter
            of it, in which a lamp may have been on, leaves the question open.

    Returns:
        (n,) 1 where the series changed within the window; 3, 4; 2 where it did not, but the window does not cover its
        time or holds too few values; 9 where the value is missing.

    Source: QARTOD test 8; ioos_qc 3.0.0 `flat_line_test` (which counts values by the median step instead).

    >>> from vigie.streams.core.quality.series import one_series
    >>> at = np.arange(8) * 900_000
    >>> series = one_series(at, np.array([20.0, 20.3, 20.3, 20.3, 20.3, 20.3, 20.3, 20.9]))
    >>> flat_line(series, 0.5, 1.0, 0.1).tolist()
    [2, 1, 1, 3, 3, 4, 4, 1]
    """
    values = series.values
    suspect, moved = _still(series, suspect_h, tolerance, min_values, _PAUSE)
    fail, moved_long = _still(series, fail_h, tolerance, min_values, _PAUSE)
    excused = (values >= unless_above) | (values <= unless_below)
    suspect, fail = suspect & ~excused, fail & ~excused
    told = moved | suspect | fail | excused | (moved_long & np.isnan(suspect_h))
    if is_set(excused_h).any():
        too_long, _ = _still(series, excused_h, tolerance, min_values, _PAUSE_EXCUSED)
        suspect = suspect | (excused & too_long)
    evaluated = told & is_set(suspect_h, fail_h) & ~np.isnan(tolerance)
    return flags_of(values, evaluated, suspect, fail)


def _still(
    series: Series, span_h: Parameter, tolerance: Parameter, min_values: Parameter, pause: float
) -> tuple[Truths, Truths]:
    """Where the window of a span stood still, and where it did not."""
    span_ms = np.asarray(span_h) * HOUR_MS
    starts, covered = window_starts(series, span_ms)
    change = window_range(series.values, starts)
    limit = tolerance * ALMOST
    still = change < limit
    enough = window_count(series.values, starts) >= number_or(min_values, 3.0)
    before, here = previous_present(series), np.arange(len(starts))
    pauses = np.where(before >= 0, series.at_ms - series.at_ms[np.maximum(before, 0)], 0.0)
    enough &= window_greatest(pauses, np.minimum(starts + 1, here)) <= span_ms * pause
    return still & covered & enough & ~np.isnan(span_h), (change >= limit) & ~np.isnan(span_h)
