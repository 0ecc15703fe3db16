"""What windows of readings come to: many windows at once, over arrays, as the kind of their property asks.

The same rows in the same order give the same bits, however many windows one call holds: the owner of a window and
`recompute` agree. Formulas: energy mean of levels (ISO 1996-1), vector mean and circular deviation of directions
(Mardia and Jupp, Directional Statistics, 2.3), difference of meters by the sum of their rises.
"""

from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.topics.property import BY_NAME, PROPERTIES, Kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.uint8]

NO_MEAN = frozenset(BY_NAME[name].id for name in ("la10", "la50", "la90", "la95"))
"""Levels exceeded for a share of the time: those of the parts do not combine to that of the whole."""
MOST_GOOD = 2
"""The largest roll-up flag that takes part."""
PREDECESSOR_MS = 4 * 3_600_000
"""How long before a window a meter's reading still says where it stood when the window began."""
_NO_DIRECTION = 1e-9
"""Length of the mean vector below which directions cancel out and there is no mean direction."""
_PER_DB = float(np.log(10) / 10)
_ROW = np.dtype([("at", "<i8"), ("value", "<f8"), ("left_out", "u1")])


class Way(Enum):
    """How readings of a window combine; windows of all properties of one way go through one call."""

    GAUGE = "gauge"
    COUNT = "count"
    METER = "meter"
    LEVEL = "level"
    RANGE = "range"
    """Only what is smallest and largest (NO_MEAN)."""
    ANGLE = "angle"
    CATEGORY = "category"


_WAYS = {
    Kind.GAUGE: Way.GAUGE, Kind.INTERVAL_COUNT: Way.COUNT, Kind.COUNTER: Way.METER, Kind.LEVEL: Way.LEVEL,
    Kind.ANGLE: Way.ANGLE, Kind.CATEGORY: Way.CATEGORY,
}  # fmt: skip


@cache
def way_of(property_id: int) -> Way:
    """How readings of a property combine; one that the catalogue does not know is taken for a gauge.

    >>> way_of(1).name, way_of(10).name, way_of(13).name, way_of(70).name
    ('GAUGE', 'LEVEL', 'RANGE', 'METER')
    """
    if property_id in NO_MEAN:
        return Way.RANGE
    entry = PROPERTIES.get(property_id)
    return Way.GAUGE if entry is None else _WAYS[entry.kind]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of m windows, each (m,), in the unit of the property; NaN where the quantity has no such thing.

    Attributes:
        count: readings that took part (flags 1 and 2).
        unknown: those among them that were not evaluated (flag 2).
        excluded: readings left out for their flag.
        instants: different instants of those that took part; equal to `count` where a point has one device.
        minimum, maximum: none on a circle, none of a category.
        mean: of energies for levels, of vectors for directions; none of meters.
        sum: of a gauge and of counts; of a meter its difference.
        deviation: of the population; circular for directions, in degrees.
        first, last: by instant.
        value: the number to show: mean of a gauge, level or direction, sum of counts, difference of a meter.
        resets: how often a meter fell.
    """

    count: Ints
    unknown: Ints
    excluded: Ints
    instants: Ints
    minimum: Floats
    mean: Floats
    maximum: Floats
    sum: Floats
    deviation: Floats
    first: Floats
    last: Floats
    value: Floats
    resets: Ints


def statistics(
    way: Way, values: Floats, at_ms: Ints, flags: Flags, starts: Ints, ends: Ints, before: Ints | None = None
) -> Statistics:
    """What windows come to.

    Args:
        way: of every row (`way_of`); rows may be of several properties, points and channels.
        values: (n,) in the unit of the property, finite.
        at_ms: (n,) epoch ms UTC; within a window rows are sorted by (at_ms, value).
        flags: (n,) roll-up 1 to 4; 1 and 2 take part.
        starts: (m,) first row of each window.
        ends: (m,) row after its last; windows may be empty, may overlap (rolling ones), and rows may be in none.
        before: (m,) of meters, the row of the last good reading before the window and at most PREDECESSOR_MS before
            its start, -1 where there is none; None: none anywhere.

    >>> def of(way, values, flags=1):
    ...     n = len(values)
    ...     rows = np.asarray(values, float), np.arange(n), np.full(n, flags, np.uint8)
    ...     return statistics(way, *rows, np.array([0]), np.array([n]))
    >>> of(Way.LEVEL, [80.0, 60.0]).value.round(2), of(Way.ANGLE, [350.0, 20.0]).value
    (array([77.03]), array([5.]))
    >>> meter = of(Way.METER, [10.0, 14.0, 1.0])  # it rises by 4, starts again at nothing and rises by 1
    >>> meter.value, meter.resets
    (array([5.]), array([1]))
    """
    chosen, lengths = _gathered(starts, ends)
    all_flags = flags[chosen]
    good = all_flags <= MOST_GOOD
    window = np.repeat(np.arange(len(starts)), lengths)[good]
    kept, instants_at = values[chosen][good], at_ms[chosen][good]
    count = np.bincount(window, minlength=len(starts))
    filled = np.flatnonzero(count)
    first_rows = (np.cumsum(count) - count)[filled]
    made = _Made(len(starts), count, filled)
    made.whole("unknown", np.bincount(window[all_flags[good] == MOST_GOOD], minlength=len(starts)))
    made.whole("excluded", lengths - count)
    fresh = np.ones(len(kept), dtype=bool)
    fresh[1:] = instants_at[1:] != instants_at[:-1]
    fresh[first_rows] = True
    made.whole("instants", np.bincount(window[fresh], minlength=len(starts)))
    if len(filled):
        made.put("first", kept[first_rows])
        made.put("last", kept[first_rows + count[filled] - 1])
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite in the end is no number (`put`)
            if way is Way.METER:
                known = None if before is None else before[filled]
                _meter(made, kept, values, first_rows, known)
            else:
                _combine(way, made, kept, first_rows)
    return made.statistics()


class _Made:
    """Statistics in the making: columns over all windows, of which only filled ones get numbers."""

    def __init__(self, windows: int, count: Ints, filled: Ints) -> None:
        self.windows, self.filled, self.counts = windows, filled, count[filled]
        self.columns: dict[str, Any] = {"count": count, "resets": np.zeros(windows, dtype=np.int64)}

    def put(self, name: str, numbers: Floats) -> None:
        column = np.full(self.windows, np.nan)
        column[self.filled] = np.where(np.isfinite(numbers), numbers, np.nan)
        self.columns[name] = column

    def whole(self, name: str, numbers: Ints) -> None:
        self.columns[name] = numbers

    def statistics(self) -> Statistics:
        none = np.full(self.windows, np.nan)
        return Statistics(*(self.columns.get(one.name, none) for one in fields(Statistics)))


def _gathered(starts: Ints, ends: Ints) -> tuple[slice | Ints, Ints]:
    """The rows of all windows one after another, and how many each has."""
    lengths = ends - starts
    if not len(starts):
        return slice(0, 0), lengths
    if bool((starts[1:] == ends[:-1]).all()):
        return slice(int(starts[0]), int(ends[-1])), lengths
    offsets = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(starts - offsets, lengths), lengths


def _combine(way: Way, made: _Made, kept: Floats, rows: Ints) -> None:
    if way is Way.CATEGORY:
        return
    if way is Way.ANGLE:
        _direction(made, kept, rows)
        return
    low, high = np.minimum.reduceat(kept, rows), np.maximum.reduceat(kept, rows)
    made.put("minimum", low)
    made.put("maximum", high)
    if way is Way.RANGE:
        return
    total = np.add.reduceat(kept, rows)  # pairwise within each window
    rough = total / made.counts
    apart = kept - np.repeat(rough, made.counts)
    missed = np.add.reduceat(apart, rows) / made.counts  # what rounding left out of the mean
    spread = np.add.reduceat(apart * apart, rows) / made.counts - missed * missed
    made.put("deviation", np.sqrt(np.maximum(spread, 0)))
    if way is Way.LEVEL:
        quieter = np.exp((kept - np.repeat(high, made.counts)) * _PER_DB)  # relative to the loudest: nothing overflows
        mean = high + np.log(np.add.reduceat(quieter, rows) / made.counts) / _PER_DB
    else:
        mean = rough + missed
        made.put("sum", total)
    mean = np.clip(mean, low, high)  # a rounded mean may fall just outside of its values
    made.put("mean", mean)
    made.put("value", total if way is Way.COUNT else mean)


def _direction(made: _Made, kept: Floats, rows: Ints) -> None:
    turns = np.radians(kept % 360)
    east, north = np.add.reduceat(np.sin(turns), rows) / made.counts, np.add.reduceat(np.cos(turns), rows) / made.counts
    length = np.minimum(np.hypot(east, north), 1)
    none = length < _NO_DIRECTION
    mean = np.round(np.degrees(np.arctan2(east, north)), 9) % 360
    deviation = np.degrees(np.sqrt(-2 * np.log(np.where(none, 1, length)))) + 0.0
    made.put("mean", np.where(none, np.nan, mean))
    made.put("value", np.where(none, np.nan, mean))
    made.put("deviation", np.where(none, np.nan, deviation))


def _meter(made: _Made, kept: Floats, values: Floats, rows: Ints, before: Ints | None) -> None:
    """Rises between consecutive good readings whose later one is in the window; after a fall, what stands there."""
    rises = np.empty_like(kept)
    rises[1:] = kept[1:] - kept[:-1]
    known = np.zeros(len(rows), dtype=bool) if before is None else before >= 0
    stood = kept[rows]
    rises[rows] = 0.0
    if before is not None:
        rises[rows[known]] = stood[known] - values[before[known]]
    fell = rises < 0
    rises = np.where(fell, kept, rises)
    made.put("minimum", np.minimum.reduceat(kept, rows))
    made.put("maximum", np.maximum.reduceat(kept, rows))
    difference = np.where(known | (made.counts > 1), np.add.reduceat(rises, rows), np.nan)
    made.put("sum", difference)
    made.put("value", difference)
    resets = np.zeros(made.windows, dtype=np.int64)
    resets[made.filled] = np.add.reduceat(fell.astype(np.int64), rows)
    made.whole("resets", resets)


def predecessors(at_ms: Ints, flags: Flags, starts: Ints, start_at: Ints) -> Ints:
    """The row before each window of one series of a meter, for `statistics`.

    Args:
        at_ms: (n,) of one series, rising.
        flags: (n,) roll-up.
        starts: (m,) first row of each window.
        start_at: (m,) when each window begins, epoch ms UTC.

    Returns:
        (m,) the last good row before the window, -1 where none is at most PREDECESSOR_MS before its start.

    >>> predecessors(np.array([0, 60, 120]), np.array([1, 4, 1], np.uint8), np.array([0, 2]), np.array([0, 100]))
    array([-1,  0])
    """
    last = np.maximum.accumulate(np.where(flags <= MOST_GOOD, np.arange(len(at_ms)), -1)) if len(at_ms) else at_ms
    found = np.full(len(starts), -1, dtype=np.int64)
    later = starts > 0
    found[later] = last[starts[later] - 1]
    near = found >= 0
    near[near] = at_ms[found[near]] >= start_at[near] - PREDECESSOR_MS
    return np.where(near, found, -1)


def input_hashes(
    values: Floats, at_ms: Ints, flags: Flags, starts: Ints, ends: Ints, before: Ints | None = None
) -> list[str]:
    """A hash of what each window was made of, 16 hex digits; arguments as of `statistics`.

    Covers each row's instant, value and whether it was left out; of a meter also the reading before the window.

    >>> rows = np.array([1.0, 2.0]), np.array([0, 60_000]), np.array([1, 1], np.uint8)
    >>> one, two = input_hashes(*rows, np.array([0, 0]), np.array([2, 1]))
    >>> len(one), one == two
    (16, False)
    """
    packed = np.empty(len(values), dtype=_ROW)
    packed["at"], packed["value"], packed["left_out"] = at_ms, values + 0.0, flags > MOST_GOOD  # + 0.0: no minus zero
    data, size = memoryview(packed.tobytes()), _ROW.itemsize
    pairs = zip(starts.tolist(), ends.tolist(), [-1] * len(starts) if before is None else before.tolist(), strict=True)
    found = []
    for start, end, earlier in pairs:
        made = blake2b(data[start * size : end * size], digest_size=8)
        if earlier >= 0:
            made.update(data[earlier * size : (earlier + 1) * size])
        found.append(made.hexdigest())
    return found
