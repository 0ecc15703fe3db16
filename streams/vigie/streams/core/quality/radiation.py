"""Radiation: does the sun shine on the sensor?"""

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.rolling import window_moments
from vigie.streams.core.quality.series import (
    BARELY,
    MEMORY_MS,
    Flags,
    Numbers,
    Parameter,
    Series,
    flags_of,
    window_starts,
)


def radiation(
    values: Numbers,
    median: Numbers,
    count: NDArray[np.int64],
    elevation_deg: Numbers,
    night_excess: Numbers,
    excess: Parameter,
    min_elevation_deg: Parameter = 10.0,
    num_min: Parameter = 3.0,
) -> Flags:
    """Which values are warmer than their neighbours because the sun shines on the sensor?

    Suspect is a value above the median of its neighbours by more than `excess` while the sun stands high enough, if
    the sensor was not as much too warm at night: then something else is wrong with it.

    Args:
        values: (n,) air temperature, °C.
        median: (n,) of the neighbours, brought to the value's altitude (neighbours.around).
        count: (n,) how many neighbours.
        elevation_deg: (n,) of the sun (sun.sun_elevation).
        night_excess: (n,) mean excess of the sensor in the nights of the last 26 h (`night_excess`); NaN: not known.
        excess: more is suspect, °C.
        min_elevation_deg: elevation above which the sun can shine on the sensor.
        num_min: with fewer neighbours nothing is said.

    Returns:
        (n,) 1, 3; 2 while the sun is low or with too few neighbours; 9 where the value is missing.

    Source: quality.md 4.1: "T − median(buddies) > 3 °C with sun elevation > 10°, absent at night".

    >>> four = np.full(4, 20.0)
    >>> sun, night = np.array([40.0, 40.0, -5.0, 40.0]), np.array([0.2, 3.5, 0.2, np.nan])
    >>> radiation(np.array([24.0, 24.0, 24.0, 21.0]), four, np.full(4, 5), sun, night, 3.0).tolist()
    [3, 1, 2, 1]
    """
    with np.errstate(invalid="ignore"):
        warmer = (values - median > np.asarray(excess) * BARELY) & ~(night_excess > excess)
        evaluated = (elevation_deg > min_elevation_deg) & (count >= num_min) & ~np.isnan(excess)
    return flags_of(values, evaluated, warmer, np.zeros(len(values), np.bool_))


def night_excess(excess: Series, elevation_deg: Numbers) -> Numbers:
    """Mean excess over the neighbours while the sun was down, over the 26 h that end with each value.

    Args:
        excess: value less median of its neighbours, °C, of one or many sensors.
        elevation_deg: (n,) of the sun.

    Returns:
        (n,) °C; NaN where no night value is known.

    >>> from vigie.streams.core.quality.series import one_series
    >>> series = one_series(np.arange(3) * 3_600_000, np.array([0.5, 0.7, 4.0]))
    >>> night_excess(series, np.array([-10.0, -2.0, 20.0])).round(2).tolist()
    [0.5, 0.6, 0.6]
    """
    dark = np.where(elevation_deg < 0, excess.values, np.nan)
    starts, _ = window_starts(excess, float(MEMORY_MS))
    return window_moments(dark, starts).mean
