"""Gross range: can the sensor, and does the operator expect to, measure such a value?"""

from vigie.streams.core.quality.series import Flags, Parameter, Series, flags_of, is_set


def gross_range(
    series: Series, fail_min: Parameter, fail_max: Parameter, suspect_min: Parameter, suspect_max: Parameter
) -> Flags:
    """Which values lie outside the sensor's span (fail) or the operator's (suspect)?

    The bounds themselves are inside. A bound that is NaN is not set; without any bound the test says 2.

    Args:
        series: values in the property's unit.
        fail_min: least value of the sensor's span, in the property's unit.
        fail_max: greatest of the same.
        suspect_min: least value of the operator's span, in the property's unit.
        suspect_max: greatest of the same.

    Returns:
        (n,) 1 inside, 3, 4, 2 where no bound is set, 9 where the value is missing.

    Source: QARTOD test 4; ioos_qc 3.0.0 `gross_range_test`.

    >>> import numpy as np
    >>> from vigie.streams.core.quality.series import one_series
    >>> values = np.array([-16, -15, -9, 20, 42.5, np.nan])
    >>> gross_range(one_series(np.arange(6), values), -15.0, 48.0, -8.0, 42.0).tolist()
    [4, 3, 3, 1, 3, 9]
    """
    values = series.values
    return flags_of(
        values,
        is_set(fail_min, fail_max, suspect_min, suspect_max),
        (values < suspect_min) | (values > suspect_max),
        (values < fail_min) | (values > fail_max),
    )
