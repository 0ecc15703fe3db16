"""The mean temperature of a zone on each of many days, from its points."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.heat.nearest import mean_of
from vigie.streams.core.windows.honest import ENOUGH
from vigie.streams.core.windows.indicator import PointTracks
from vigie.streams.core.windows.spans import Spans, over_spans

Floats = NDArray[np.float64]


class PointDays(NamedTuple):
    """Points over m days.

    Attributes:
        points: k of them, those that have air temperature.
        means: (k, m) of each day, NaN where it is not complete enough; channels of a point are averaged.
        unknown: how many readings were not evaluated.
        excluded: how many were left out for their flag.
    """

    points: list[str]
    means: Floats
    unknown: int
    excluded: int


def point_days(points: Sequence[PointTracks], spans: Spans) -> PointDays:
    """Each point's mean of each span (m, 2)."""
    names, rows, unknown, excluded = [], [], 0, 0
    for one in sorted(points, key=lambda one: one.point):
        found = [over_spans(series, spans) for series in one.of("air_temperature")]
        if found:
            names.append(one.point)
            rows.append(mean_of(np.array([np.where(s.enough(ENOUGH), s.statistics.mean, np.nan) for s in found])))
            unknown += sum(int(s.statistics.unknown.sum()) for s in found)
            excluded += sum(int(s.statistics.excluded.sum()) for s in found)
    return PointDays(names, np.array(rows).reshape(-1, len(spans)), unknown, excluded)


def zone_days(
    by_point: Floats, before: NDArray[np.bool_], after: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """The zone's mean of each day, over its points that have days both before and after.

    A point that came or went with the works would make a difference of its own.

    Args:
        by_point: (k, m) as of `point_days`.
        before: (m,) which days are before the works.
        after: (m,) which are after.

    Returns:
        (m,) NaN where no such point has a value, and (k,) which points took part.
    """
    there = ~np.isnan(by_point)
    both = np.logical_and((there & before).any(axis=1), (there & after).any(axis=1))
    return mean_of(by_point[both].reshape(-1, by_point.shape[1])), both
