"""The robust slope of a series: the median of the slopes of all pairs (Theil and Sen)."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.track import Track

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
    return _slope(at_ms[chosen].tobytes(), values[chosen].tobytes())


@lru_cache(4096)
def _slope(instants: bytes, measured: bytes) -> float:
    """Of the same readings once: what looks back on the days before does so every day."""
    at, numbers = np.frombuffer(instants, np.int64), np.frombuffer(measured, np.float64)
    low, high = _pairs(len(at))
    apart = at[high] - at[low]
    some = apart > 0
    if not some.any():
        return float("nan")
    slopes = np.sort((numbers[high] - numbers[low])[some] / (apart[some] / HOUR_MS))  # a few: quicker than np.median
    middle = len(slopes) // 2
    return float(slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2)


def theil_sen_of_spans(series: Track, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.float64]:
    """The same of the readings of each of many spans, which may overlap.

    Args:
        series: readings that count.
        starts: (m,) epoch ms UTC, inclusive.
        ends: (m,) epoch ms UTC, exclusive.

    >>> from vigie.streams.core.windows.track import track
    >>> theil_sen_of_spans(track([0, HOUR_MS], [1.0, 3.0]), np.array([0, 1]), np.array([9 * HOUR_MS] * 2))
    array([ 2., nan])
    """
    low, high = np.searchsorted(series.at_ms, starts), np.searchsorted(series.at_ms, ends)
    count, slopes = high - low, np.full(len(starts), np.nan)
    for length in np.unique(count[count > 1]).tolist():
        chosen = np.flatnonzero(count == length)
        rows = low[chosen][:, None] + thinned(length)
        at, numbers = series.at_ms[rows], series.values[rows]
        first, second = _pairs(rows.shape[1])
        apart = at[:, second] - at[:, first]
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.sort(
                (numbers[:, second] - numbers[:, first]) / (apart / HOUR_MS) + np.where(apart > 0, 0, np.nan)
            )
        pairs = (apart > 0).sum(axis=1)  # those at one instant are NaN, which sorts last
        line = np.arange(len(chosen))
        slopes[chosen] = (each[line, (pairs - 1) // 2] + each[line, pairs // 2]) / 2
    return slopes


@lru_cache(MOST + 1)
def _pairs(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    low, high = np.triu_indices(count, 1)
    return low, high
