"""Values of series nearest to given instants, and the mean of several series there."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.statistics import MOST_GOOD
from vigie.streams.core.windows.track import Track

Floats = NDArray[np.float64]


class Near(NamedTuple):
    """Values at m instants.

    Attributes:
        values: (m,) NaN where there is none.
        unknown: (m,) whether one that was not evaluated is in it.
        excluded: how many readings near the instants were left out for their flag.
    """

    values: Floats
    unknown: NDArray[np.bool_]
    excluded: int

    def less(self, other: "Near") -> "Near":
        """The difference."""
        return Near(self.values - other.values, self.unknown | other.unknown, self.excluded + other.excluded)


def nearest(series: Track, targets_at: NDArray[np.int64], reach_ms: int) -> Near:
    """The good value nearest to each instant; of two as near the earlier, of two devices their mean.

    Args:
        series: readings of all flags.
        targets_at: (m,) epoch ms UTC.
        reach_ms: how far away a value may be, inclusive.

    >>> from vigie.streams.core.windows.track import track
    >>> nearest(track([0, 900_000], [20.0, 21.0]), np.array([300_000, 500_000, 2_000_000]), 900_000).values
    array([20., 21., nan])
    """
    good, left_out = series.good(), series.where(series.flags > MOST_GOOD).at_ms
    near = np.searchsorted(left_out, targets_at + reach_ms, "right") - np.searchsorted(left_out, targets_at - reach_ms)
    excluded = int(near.sum())
    if not len(good):
        return Near(np.full(len(targets_at), np.nan), np.zeros(len(targets_at), dtype=bool), excluded)
    at_ms, first, count = np.unique(good.at_ms, return_index=True, return_counts=True)
    values = np.add.reduceat(good.values, first) / count
    unknown = np.maximum.reduceat(good.flags, first) == MOST_GOOD
    after = np.searchsorted(at_ms, targets_at)
    later, earlier = np.minimum(after, len(at_ms) - 1), np.maximum(after - 1, 0)
    chosen = np.where(np.abs(at_ms[later] - targets_at) < np.abs(targets_at - at_ms[earlier]), later, earlier)
    reached = np.abs(at_ms[chosen] - targets_at) <= reach_ms
    return Near(np.where(reached, values[chosen], np.nan), reached & unknown[chosen], excluded)


def mean_near(series: Sequence[Track], targets_at: NDArray[np.int64], reach_ms: int) -> Near:
    """The mean of several series at each instant, of those that have a value there."""
    found = [nearest(one, targets_at, reach_ms) for one in series]
    values = np.array([one.values for one in found]).reshape(-1, len(targets_at))
    unknown = np.array([one.unknown for one in found], dtype=bool).reshape(-1, len(targets_at))
    return Near(mean_of(values), np.asarray(unknown.any(axis=0)), sum(one.excluded for one in found))


def mean_of(values: Floats) -> Floats:
    """(m,) the mean over the first axis of (k, m), without NaN; NaN where there is nothing.

    >>> mean_of(np.array([[1.0, np.nan], [3.0, np.nan]]))
    array([ 2., nan])
    """
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    total = np.where(there, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
