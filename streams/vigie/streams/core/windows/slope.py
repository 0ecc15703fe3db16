"""The robust slope of a series: the median of the slopes of all pairs (Theil and Sen)."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

HOUR_MS = 3_600_000
MOST = 96
"""Readings that take part, at most: every k-th, counted from the last."""


def thinned(count: int, most: int = MOST) -> NDArray[np.int64]:
    """Places of the readings that take part, the last always among them.

    >>> thinned(5, 2), thinned(3, 9)
    (array([1, 4]), array([0, 1, 2]))
    """
    step = -(-count // most) if count else 1
    return np.arange(count - 1, -1, -step, dtype=np.int64)[::-1]


def theil_sen(at_ms: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """The median slope over all pairs of readings at different instants.

    Args:
        at_ms: (n,) epoch ms UTC, rising.
        values: (n,) in any unit.

    Returns:
        The unit per hour; NaN with fewer than two instants.

    Source: Theil (1950) and Sen, J. Am. Stat. Assoc. 63 (1968) 1379-1389.

    >>> theil_sen(np.array([0, 1, 2, 3]) * HOUR_MS, np.array([0.0, 2.0, 91.0, 6.0]))
    2.0
    """
    chosen = thinned(len(at_ms))
    at, numbers = at_ms[chosen], values[chosen]
    low, high = _pairs(len(at))
    apart = at[high] - at[low]
    some = apart > 0
    if not some.any():
        return float("nan")
    slopes = np.sort((numbers[high] - numbers[low])[some] / (apart[some] / HOUR_MS))  # a few: quicker than np.median
    middle = len(slopes) // 2
    return float(slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2)


@lru_cache(MOST + 1)
def _pairs(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    low, high = np.triu_indices(count, 1)
    return low, high
