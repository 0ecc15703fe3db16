"""Rate of change: can what is measured change so fast?"""

import numpy as np

from vigie.streams.core.quality.series import (
    BARELY,
    HOUR_MS,
    Flags,
    Parameter,
    Series,
    flags_of,
    is_set,
    number_or,
    previous_present,
)


def rate_of_change(
    series: Series,
    suspect_per_h: Parameter,
    fail_per_h: Parameter,
    min_span_s: Parameter = 0.0,
    rise_only: Parameter = 0.0,
) -> Flags:
    """Which values differ from the one before by more than the time between them allows?

    |x − x₋₁| / Δt is compared with the limits, Δt being the real time between the two instants: series need not be
    even. x₋₁ is the last value that is not missing, at most 26 h older; without one the test says 2.

    Args:
        series: values in the property's unit.
        suspect_per_h: a faster change is suspect; property's unit per hour.
        fail_per_h: a faster change fails; property's unit per hour.
        min_span_s: a shorter Δt counts as this one, so that a tenth of a degree between two instants one second apart
            is no storm; 0 takes each Δt as it is.
        rise_only: 1 where only a rise is judged (a container is emptied in a minute).

    Returns:
        (n,) 1, 3, 4; 2 without a value before or without a limit; 9 where the value is missing.

    Source: QARTOD test 7; ioos_qc 3.0.0 `rate_of_change_test` (per second there; a first value is good there).

    >>> from vigie.streams.core.quality.series import one_series
    >>> at = np.array([0, 15, 30, 60]) * 60_000
    >>> rate_of_change(one_series(at, np.array([20.0, 26.0, 21.0, 31.0])), 20.0, 40.0).tolist()
    [2, 3, 1, 1]
    """
    before = previous_present(series)
    known = np.maximum(before, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        hours = np.maximum(series.at_ms - series.at_ms[known], number_or(min_span_s, 0.0) * 1000.0) / HOUR_MS
        change = series.values - series.values[known]
        rate = np.where(np.asarray(rise_only) > 0, change, np.abs(change)) / hours
        evaluated = (before >= 0) & is_set(suspect_per_h, fail_per_h)
        return flags_of(
            series.values, evaluated, rate > np.asarray(suspect_per_h) * BARELY, rate > np.asarray(fail_per_h) * BARELY
        )
