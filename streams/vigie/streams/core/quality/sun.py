"""Where the sun stands."""

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.series import Numbers, Parameter


def sun_elevation(at_ms: NDArray[np.int64], latitude: Parameter, longitude: Parameter) -> Numbers:
    """Elevation of the sun's centre above the horizon, degrees, without refraction; right to about half a degree.

    Args:
        at_ms: (n,) epoch ms UTC.
        latitude: degrees, north positive.
        longitude: degrees, east positive.

    Returns:
        (n,) degrees, negative below the horizon.

    Source: NOAA Global Monitoring Laboratory, "General Solar Position Calculations" (fractional year, equation of time
    and declination by Fourier series after Spencer 1971).

    >>> noon_in_june = np.array([1_750_506_600_000])  # 2025-06-21 11:50 UTC
    >>> [round(float(one), 1) for one in sun_elevation(noon_in_june, 43.3, 5.4)]
    [70.0]
    """
    instant = at_ms.astype("datetime64[ms]")
    day = (instant.astype("datetime64[D]") - instant.astype("datetime64[Y]")).astype(np.int64)
    minutes = at_ms % 86_400_000 / 60_000
    year = 2 * np.pi / 365 * (day + (minutes / 60 - 12) / 24)
    equation_min = 229.18 * (
        0.000075
        + 0.001868 * np.cos(year)
        - 0.032077 * np.sin(year)
        - 0.014615 * np.cos(2 * year)
        - 0.040849 * np.sin(2 * year)
    )
    declination = (
        0.006918
        - 0.399912 * np.cos(year)
        + 0.070257 * np.sin(year)
        - 0.006758 * np.cos(2 * year)
        + 0.000907 * np.sin(2 * year)
        - 0.002697 * np.cos(3 * year)
        + 0.00148 * np.sin(3 * year)
    )
    hour_angle = np.radians((minutes + equation_min + 4 * np.asarray(longitude)) / 4 - 180)
    height = np.radians(latitude)
    sine = np.sin(height) * np.sin(declination) + np.cos(height) * np.cos(declination) * np.cos(hour_angle)
    found: Numbers = np.degrees(np.arcsin(np.clip(sine, -1, 1)))
    return found
