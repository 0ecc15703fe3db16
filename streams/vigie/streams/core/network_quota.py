"""When will a network's traffic reach what was agreed?"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vigie.streams.core.windows.slope import theil_sen

Floats = npt.NDArray[np.float64]

DAY_MS = 86_400_000
LEAST_DAYS = 7
_NOW_DAYS = 7


class Quota(NamedTuple):
    """Traffic against what was agreed.

    Attributes:
        share_pct: of the last day, of the quota.
        per_day: by how much it grows each day.
        days_left: until the quota is reached; 0 when it is, None where it does not come nearer or too little is known.
    """

    share_pct: float
    per_day: float
    days_left: float | None


def slope_per_day(days: Floats, values: Floats) -> float:
    """The robust slope of values over days, per day; 0 for fewer than two.

    >>> slope_per_day(np.array([0.0, 1, 2, 3]), np.array([0.0, 2, 4, 6]))
    2.0
    """
    slope = theil_sen((days * DAY_MS).astype(np.int64), values) * 24
    return 0.0 if np.isnan(slope) else slope


def quota(daily: Floats, most: float) -> Quota:
    """How far traffic is from its quota, and when it gets there if it goes on growing as it did.

    Args:
        daily: (n,) one number for each day, the last one at the end; NaN for a day that nobody counted.
        most: agreed for a day.

    >>> growing = quota(np.arange(100.0, 128.0), 200)
    >>> growing.share_pct, growing.per_day, growing.days_left
    (63.5, 1.0, 73.0)
    """
    days = np.flatnonzero(~np.isnan(daily))
    known = daily[days]
    slope = slope_per_day(days.astype(np.float64), known) if len(days) >= LEAST_DAYS else 0.0
    share = 100 * float(daily[-1]) / most if most else float("inf")
    if daily[-1] >= most:
        return Quota(share, slope, 0.0)
    level = float(np.median(known[-_NOW_DAYS:])) + slope * (_NOW_DAYS - 1) / 2
    return Quota(share, slope, max((most - level) / slope, 0.0) if slope > 0 else None)
