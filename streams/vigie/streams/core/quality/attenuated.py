"""Attenuated signal: does the series vary too little, without standing still?"""

import numpy as np

from vigie.streams.core.quality.rolling import window_count, window_moments, window_range
from vigie.streams.core.quality.series import (
    HOUR_MS,
    Flags,
    Parameter,
    Series,
    flags_of,
    is_set,
    number_or,
    window_starts,
)


def attenuated(
    series: Series,
    suspect_below: Parameter,
    fail_below: Parameter,
    span_h: Parameter,
    by_range: Parameter = 0.0,
    min_values: Parameter = 3.0,
) -> Flags:
    """Which values end a time in which the series varied too little?

    The variation of the window that ends with the value is compared with the limits. The window holds the values of
    the last `span_h` hours, a value exactly that old left out; it is judged only where the series reaches back as far.
    A value is judged by its own window, never by the whole input.

    Args:
        series: values in the property's unit.
        suspect_below: a variation of less is suspect; property's unit.
        fail_below: a variation of less fails; property's unit.
        span_h: over how long, in hours, at most 26.
        by_range: 0 for the standard deviation (population), 1 for greatest less least value.
        min_values: as many values must stand in the window.

    Returns:
        (n,) 1, 3, 4; 2 where the window does not cover its span or holds too few values, and without a limit; 9 where
        the value is missing.

    Source: QARTOD test 9; ioos_qc 3.0.0 `attenuated_signal_test`, types `std` and `range`, with a test period.

    >>> from vigie.streams.core.quality.series import one_series
    >>> series = one_series(np.arange(6) * 900_000, np.array([5.0, 5.3, 5.1, 5.2, 5.1, 5.9]))
    >>> attenuated(series, 0.25, 0.05, 0.75, 1.0).tolist()
    [2, 2, 2, 3, 3, 1]
    """
    starts, covered = window_starts(series, np.asarray(span_h) * HOUR_MS, inside=True)
    ranged = np.broadcast_to(np.asarray(by_range) > 0, len(series.values))
    variation = np.full(len(series.values), np.nan)
    if ranged.any():
        variation[ranged] = window_range(series.values, starts)[ranged]
    if not ranged.all():
        variation[~ranged] = window_moments(series.values, starts).deviation[~ranged]
    enough = window_count(series.values, starts) >= number_or(min_values, 3.0)
    evaluated = covered & enough & is_set(suspect_below, fail_below) & ~np.isnan(span_h)
    return flags_of(series.values, evaluated, variation < suspect_below, variation < fail_below)
