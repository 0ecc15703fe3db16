"""A point's values beside a reference: how far they are apart, and which conversion would bring them together.

Everything is a function of arrays; instants are epoch ms UTC.
"""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from vigie.streams.core.student import t95
from vigie.streams.core.windows.statistics import Way, statistics, way_of
from vigie.topics.property import PROPERTIES, Kind

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COMPLETE = 0.9
"""An interval counts when at least this share of the readings that the step announces is there."""


class Intervals(NamedTuple):
    """The point's values over the intervals of a campaign.

    Attributes:
        values: (m,) NaN where an interval cannot be used.
        readings: (m,) how many readings took part.
        expected: (m,) how many the step announces.
    """

    values: Floats
    readings: Ints
    expected: Floats


class Agreement(NamedTuple):
    """How values agree with a reference; bias is ours minus theirs, all in the property's unit.

    Attributes:
        n: pairs compared.
        bias: mean difference; bias_low, bias_high: its interval of confidence at 95 % (Student), None below two pairs.
        rmse, mae: root mean square and mean absolute difference.
        relative_error: sum of absolute differences over the sum of the reference's absolute values; None over zero.
        correlation: Pearson's; None where either side does not vary.
    """

    n: int
    bias: float
    bias_low: float | None
    bias_high: float | None
    rmse: float
    mae: float
    relative_error: float | None
    correlation: float | None


class Fit(NamedTuple):
    """A conversion: reference ≈ factor * value + offset.

    Attributes:
        factor, offset: of least squares; the offset is 0 for a count, whose factor is the ratio of the sums.
        factor_error, offset_error: standard errors.
        residual: standard deviation of what is left, in the property's unit.
    """

    factor: float
    offset: float
    factor_error: float
    offset_error: float
    residual: float


def over_intervals(
    property_id: int, at: Ints, values: Floats, starts: Ints, ends: Ints, step_s: int, *, stamped_at_end: bool = True
) -> Intervals:
    """What readings come to over each interval, as their kind combines.

    Args:
        property_id: of the catalogue.
        at: (n,) rising instants of the readings.
        values: (n,) readings, usable ones only.
        starts: (m,) of the intervals.
        ends: (m,) of the intervals.
        step_s: how often a reading comes.
        stamped_at_end: a count stands under the end of its time, so (start, end] holds those of the interval;
            else, and for every other kind, [start, end) does.

    Returns:
        Counts summed; of a cumulative counter its growth; levels averaged by energy, angles by vector, the rest
        plainly.

    Raises:
        ValueError: for a category, and for a level that does not combine (la10 …): they have no value over an interval.
    """
    way = way_of(property_id)
    if way in (Way.CATEGORY, Way.RANGE):
        raise ValueError(PROPERTIES[property_id].name)
    side: Literal["left", "right"] = "right" if way is Way.COUNT and stamped_at_end else "left"
    first, last = np.searchsorted(at, starts, side), np.searchsorted(at, ends, side)
    readings = (last - first).astype(np.int64)
    expected = (ends - starts) / 1000 / step_s
    if way is Way.METER:
        found = np.array([_growth(at, values, *span) for span in zip(starts.tolist(), ends.tolist(), strict=True)])
    else:
        found = statistics(way, values, at, np.ones(len(values), dtype=np.uint8), first, last).value
    found = np.where(readings >= np.maximum(COMPLETE * expected, 1), found, np.nan)
    return Intervals(found, readings, expected)


def _growth(at: Ints, values: Floats, start: int, end: int) -> float:
    """How much a counter grew from its last reading at or before the start to that at or before the end."""
    before, upto = np.searchsorted(at, [start, end], "right") - 1
    return float(values[upto] - values[before]) if before >= 0 and values[upto] >= values[before] else np.nan


def differences(property_id: int, values: Floats, references: Floats) -> Floats:
    """Ours minus theirs; of angles the shorter way round, in degrees."""
    difference = values - references
    if PROPERTIES[property_id].kind is Kind.ANGLE:
        return (difference + 180) % 360 - 180
    return difference


def agreement(property_id: int, values: Floats, references: Floats) -> Agreement | None:
    """How values agree with a reference, over the pairs where both are there; None without a pair.

    Args:
        property_id: of the catalogue.
        values: (m,) ours, NaN where missing.
        references: (m,) theirs, NaN where missing.
    """
    both = ~(np.isnan(values) | np.isnan(references))
    ours, theirs = values[both], references[both]
    count = len(ours)
    if not count:
        return None
    difference = differences(property_id, ours, theirs)
    bias = float(difference.mean())
    half = t95(count - 1) * float(difference.std(ddof=1)) / count**0.5 if count > 1 else None
    total = float(np.abs(theirs).sum())
    varies = count > 1 and ours.std() > 0 and theirs.std() > 0 and PROPERTIES[property_id].kind is not Kind.ANGLE
    return Agreement(
        n=count,
        bias=bias,
        bias_low=None if half is None else bias - half,
        bias_high=None if half is None else bias + half,
        rmse=float(np.sqrt((difference**2).mean())),
        mae=float(np.abs(difference).mean()),
        relative_error=float(np.abs(difference).sum()) / total if total else None,
        correlation=float(np.corrcoef(ours, theirs)[0, 1]) if varies else None,
    )


def fit(property_id: int, values: Floats, references: Floats) -> Fit | None:
    """The conversion that would bring values to the reference; None where the pairs do not determine one.

    Counts: the factor is Σ reference / Σ value, through nothing at nothing (a sensor that sees nobody counts nobody);
    its error is that of a ratio of sums. Others: least squares of reference over value, which needs three pairs that
    differ. Angles have no linear conversion.

    Args:
        property_id: of the catalogue.
        values: (m,) ours, NaN where missing.
        references: (m,) theirs, NaN where missing.
    """
    kind = PROPERTIES[property_id].kind
    both = ~(np.isnan(values) | np.isnan(references))
    ours, theirs = values[both], references[both]
    if kind is Kind.ANGLE:
        return None
    if kind in (Kind.INTERVAL_COUNT, Kind.COUNTER):
        return _ratio(ours, theirs)
    count = len(ours)
    spread = float(((ours - ours.mean()) ** 2).sum()) if count > 2 else 0.0
    if not spread:
        return None
    factor = float(((ours - ours.mean()) * (theirs - theirs.mean())).sum()) / spread
    offset = float(theirs.mean() - factor * ours.mean())
    residual = float(np.sqrt(((theirs - factor * ours - offset) ** 2).sum() / (count - 2)))
    offset_error = residual * (1 / count + float(ours.mean()) ** 2 / spread) ** 0.5
    return Fit(factor, offset, residual / spread**0.5, offset_error, residual)


def _ratio(ours: Floats, theirs: Floats) -> Fit | None:
    count, total = len(ours), float(ours.sum()) if len(ours) else 0.0
    if count < 2 or total <= 0:
        return None
    factor = float(theirs.sum()) / total
    residual = float(np.sqrt(((theirs - factor * ours) ** 2).sum() / (count - 1)))
    return Fit(factor, 0.0, residual * count**0.5 / total, 0.0, residual)
