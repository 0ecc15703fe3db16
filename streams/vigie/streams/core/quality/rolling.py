"""Least, greatest, spread of windows of unequal length, for all windows at once.

A window of 2^k values is made of two of 2^(k−1), and any window of two that overlap (range) or of its binary digits
(moments). So a result depends on the window's own values only: the same value has the same flag in any batch, to the
last bit, which sums that run over the whole input would not give.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.series import Numbers, Places

Levels = NDArray[np.int64]


def window_range(values: Numbers, starts: Places) -> Numbers:
    """Greatest less least value of each window, missing values passed over.

    Args:
        values: (n,), NaN where missing.
        starts: (n,) place of each window's first value; its last is the place itself.

    Returns:
        (n,); −inf for a window without values.

    >>> window_range(np.array([1.0, 4.0, np.nan, 2.0]), np.array([0, 0, 1, 2])).tolist()
    [0.0, 3.0, 0.0, 0.0]
    """
    missing = np.isnan(values)
    least = np.where(missing, np.inf, values)
    greatest = np.where(missing, -np.inf, values)
    ends = np.arange(len(values))
    levels = _level(ends - starts + 1)
    found = np.empty(len(values))
    for level in range(int(levels.max(initial=0)) + 1):
        if level:
            half = 1 << level - 1
            least = np.minimum(least[:-half], least[half:])
            greatest = np.maximum(greatest[:-half], greatest[half:])
        asked = np.flatnonzero(levels == level)
        first, last = starts[asked], ends[asked] - (1 << level) + 1
        found[asked] = np.maximum(greatest[first], greatest[last]) - np.minimum(least[first], least[last])
    return found


def window_greatest(values: Numbers, starts: Places) -> Numbers:
    """(n,) greatest value of each window; none may be missing.

    >>> window_greatest(np.array([1.0, 4.0, 3.0, 2.0]), np.array([0, 0, 2, 2])).tolist()
    [1.0, 4.0, 3.0, 3.0]
    """
    greatest, ends = values, np.arange(len(values))
    levels = _level(ends - starts + 1)
    found = np.empty(len(values))
    for level in range(int(levels.max(initial=0)) + 1):
        if level:
            half = 1 << level - 1
            greatest = np.maximum(greatest[:-half], greatest[half:])
        asked = np.flatnonzero(levels == level)
        found[asked] = np.maximum(greatest[starts[asked]], greatest[ends[asked] - (1 << level) + 1])
    return found


def window_count(values: Numbers, starts: Places) -> NDArray[np.int64]:
    """(n,) how many values of each window are not missing.

    >>> window_count(np.array([1.0, 4.0, np.nan, 2.0]), np.array([0, 0, 1, 2])).tolist()
    [1, 2, 1, 1]
    """
    until = np.concatenate(([0], np.cumsum(~np.isnan(values))))
    found: NDArray[np.int64] = until[1:] - until[starts]
    return found


class Moments(NamedTuple):
    """Of each window: how many values are not missing, their mean, their standard deviation (population, ddof 0).

    The last two are NaN for a window without values.
    """

    number: Numbers
    mean: Numbers
    deviation: Numbers


def window_moments(values: Numbers, starts: Places) -> Moments:
    """Count, mean and standard deviation of each window, missing values passed over.

    Counts, means and squares of halves are joined by the formula of Chan, Golub and LeVeque (1979), which loses no
    digits where the mean is large beside the spread.

    >>> found = window_moments(np.array([1.0, 3.0, np.nan, 1e9]), np.array([0, 0, 1, 3]))
    >>> found.number.tolist(), found.mean.tolist(), found.deviation.tolist()
    ([1.0, 2.0, 1.0, 1.0], [1.0, 2.0, 3.0, 1000000000.0], [0.0, 1.0, 0.0, 0.0])
    """
    present = ~np.isnan(values)
    blocks = (present.astype(np.float64), np.where(present, values, 0.0), np.zeros(len(values)))
    lengths = np.arange(len(values)) - starts + 1
    place = starts.copy()
    count, mean, square = (np.zeros(len(values)) for _ in range(3))
    for level in range(int(lengths.max(initial=0)).bit_length()):
        if level:
            half = 1 << level - 1
            left, right = [part[:-half] for part in blocks], [part[half:] for part in blocks]
            blocks = _joined(left[0], left[1], left[2], right[0], right[1], right[2])
        asked = np.flatnonzero(lengths >> level & 1)
        part = [block[place[asked]] for block in blocks]
        count[asked], mean[asked], square[asked] = _joined(
            count[asked], mean[asked], square[asked], part[0], part[1], part[2]
        )
        place[asked] += 1 << level
    some = np.where(count > 0, 1.0, np.nan)
    return Moments(count, mean * some, np.sqrt(square / np.maximum(count, 1.0)) * some)


def _joined(
    count: Numbers, mean: Numbers, square: Numbers, count2: Numbers, mean2: Numbers, square2: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    total = count + count2
    share = count2 / np.maximum(total, 1.0)
    apart = mean2 - mean
    return total, mean + apart * share, square + square2 + apart * apart * count * share


def _level(lengths: Places) -> Levels:
    """The greatest k with 2^k at most each length, exactly (a logarithm would round)."""
    found: Levels = np.frexp(lengths.astype(np.float64))[1].astype(np.int64) - 1
    return found
