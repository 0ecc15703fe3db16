"""Windows made again from complete series, and which of them differ from what stands in the store.

All is columns: a repair of some hundred thousand windows costs a few calls of numpy per property's way of combining.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.honest import DAY_MS, Honest, honest
from vigie.streams.core.windows.statistics import (
    PREDECESSOR_MS,
    Ints,
    Statistics,
    Way,
    input_hashes,
    predecessors,
    statistics,
    way_of,
)  # fmt: skip
from vigie.streams.core.windows.track import Track

MINUTE_MS = 60_000
FOR_EVER = 2**62

Steps = Sequence[tuple[int, int]]
"""(from when on, epoch ms UTC; step in seconds, 0 where nobody knows), by rising instant."""


class Series(NamedTuple):
    """A series whose windows are made.

    Attributes:
        subject: `point:` and its id.
        indicator: name of the property, with `#channel` where that is not 0.
        track: its readings, from PREDECESSOR_MS before the first window on.
        steps: how often there should be a reading.
        reason: why they are made again.
        before: only windows that begin before this instant are made.
        ended_after: only windows that end after this instant.
        ended_by: only windows that end by this instant.
        since: only windows that begin at this instant or later.
        dense: spans; where there are some, only windows that rest on one of them (topics.dirty.Dirty).
    """

    subject: str
    indicator: str
    track: Track
    steps: Steps
    reason: str = "asked"
    before: int = FOR_EVER
    ended_after: int = -FOR_EVER
    ended_by: int = FOR_EVER
    since: int = -FOR_EVER
    dense: tuple[tuple[int, int], ...] = ()


class Bounds(NamedTuple):
    """Windows of one code, (k,) each: first instants, and the instants after the last (epoch ms UTC)."""

    code: str
    starts: Ints
    ends: Ints


class Made(NamedTuple):
    """Windows of one code with at least one reading, (m,) each; those of a series lie together, by rising start.

    Attributes:
        code: of all.
        series: place of the series among those that were given.
        start_at, end_at: epoch ms UTC.
        honest: what they come to.
        hashes: of their inputs, 16 hex digits each.
    """

    code: str
    series: Ints
    start_at: Ints
    end_at: Ints
    honest: Honest
    hashes: list[str]

    def keys(self) -> Ints:
        """One integer for each window."""
        return keys(self.series, self.start_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store holds of windows of one code, (n,) each, in any order.

    Attributes:
        series: place of the series.
        start_at, end_at: epoch ms UTC.
        revision, count: of the aggregate.
        expected: -1 where nobody knows.
        hashes: (n,) S16.
    """

    series: Ints
    start_at: Ints
    end_at: Ints
    revision: Ints
    count: Ints
    expected: Ints
    hashes: NDArray[np.bytes_]


class Changes(NamedTuple):
    """What is to be published.

    Attributes:
        changed: places in Made.
        revisions: of these, beside them.
        emptied: places in Standing of windows that have no reading any more.
        looked_at: how many windows were compared.
    """

    changed: Ints
    revisions: Ints
    emptied: Ints
    looked_at: int


def keys(series: Ints, start_at: Ints) -> Ints:
    """One integer for each window: of windows of one code, those of a series lie together, by rising start."""
    return series << 32 | start_at // MINUTE_MS


def make(series: Sequence[Series], places: Iterable[int], bounds: Bounds) -> Made:
    """The windows of some series that hold a reading.

    Args:
        series: all of them.
        places: which of them.
        bounds: windows, by rising start.
    """
    by_way: dict[Way, list[int]] = {}
    for place in places:
        if len(series[place].track):
            by_way.setdefault(way_of(series[place].track.property), []).append(place)
    found = [_of_way(way, series, chosen, bounds) for way, chosen in by_way.items()]
    found = [one for one in found if len(one.series)] or [_of_way(Way.GAUGE, series, [], bounds)]
    numbers, start_at, end_at = (
        np.concatenate([getattr(one, name) for one in found]) for name in ("series", "start_at", "end_at")
    )
    hashes = [one_hash for one in found for one_hash in one.hashes]
    return Made(bounds.code, numbers, start_at, end_at, _together([one.honest for one in found]), hashes)


def _together(told: Sequence[Honest]) -> Honest:
    columns = [np.concatenate(column) for column in zip(*(one[1:] for one in told), strict=True)]
    numbers = [np.concatenate([getattr(one.statistics, each.name) for one in told]) for each in fields(Statistics)]
    return Honest(Statistics(*numbers), *columns)


def _of_way(way: Way, series: Sequence[Series], chosen: Sequence[int], bounds: Bounds) -> Made:
    tracks = [series[place].track for place in chosen]
    offsets = np.cumsum([0, *map(len, tracks)]).tolist()
    found = [_rows(way, series[place], offset, bounds) for place, offset in zip(chosen, offsets, strict=False)]
    at_ms = _joined([one.at_ms for one in tracks], np.int64)
    rows = _joined([one.values for one in tracks], np.float64), at_ms, _joined([one.flags for one in tracks], np.uint8)
    window, low, high, before, steps = (_joined([one[column] for one in found], np.int64) for column in range(5))
    start_at, end_at = bounds.starts[window], bounds.ends[window]
    earlier = before if way is Way.METER else None
    told = honest(way, statistics(way, *rows, low, high, earlier), end_at - start_at, steps)
    numbers = np.repeat(np.asarray(chosen, dtype=np.int64), [len(one[0]) for one in found])
    return Made(bounds.code, numbers, start_at, end_at, told, input_hashes(*rows, low, high, earlier))


def _joined(columns: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(columns).astype(kind, copy=False) if columns else np.empty(0, dtype=kind)


def _rows(way: Way, one: Series, offset: int, bounds: Bounds) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Of the windows that hold rows of a series: their places, first rows, ends, rows before, steps."""
    track = one.track
    low, high = np.searchsorted(track.at_ms, bounds.starts), np.searchsorted(track.at_ms, bounds.ends)
    steps = steps_at(one.steps, bounds.starts)
    window = np.flatnonzero((high > low) & wanted(one, steps, bounds.starts, bounds.ends))
    low, high = low[window], high[window]
    before = low
    if way is Way.METER:
        before = predecessors(track.at_ms, track.flags, low, bounds.starts[window])
        before = np.where(before >= 0, before + offset, -1)
    return window, low + offset, high + offset, before, steps[window]


def wanted(one: Series, steps: Ints, starts: Ints, ends: Ints) -> NDArray[np.bool_]:
    """Which windows of a series are looked at: those asked for, but for windows shorter than its step."""
    lengths = ends - starts
    slack = np.where(lengths >= DAY_MS, _SPRING_MS, 0)
    asked = (starts < one.before) & (ends > one.ended_after) & (ends <= one.ended_by)
    if one.since > -FOR_EVER:
        asked &= starts >= one.since
    if one.dense:
        asked &= rests_on(one.dense, starts, ends)
    return asked & (lengths >= steps * 1000 - slack)


def rests_on(spans: Sequence[tuple[int, int]], starts: Ints, ends: Ints) -> NDArray[np.bool_]:
    """Which windows hold an instant of one of these spans, or begin up to four hours after it.

    >>> rests_on([(0, 100)], np.array([-50, 50, 14_400_099, 14_400_100]), np.array([0, 60, 14_400_200, 14_400_200]))
    array([False,  True,  True, False])
    """
    found = np.zeros(len(starts), bool)
    for from_at, to_at in spans:
        found |= (ends > from_at) & (starts - PREDECESSOR_MS < to_at)
    return found


_SPRING_MS = 3_600_000
"""A day in spring is an hour shorter than a step of a day."""


def steps_at(steps: Steps, starts: Ints) -> Ints:
    """The step (s) that holds at each instant; 0 where nobody knows.

    >>> steps_at([(0, 900), (100, 300)], np.array([-5, 0, 99, 100]))
    array([  0, 900, 900, 300])
    """
    if not steps:
        return np.zeros(len(starts), dtype=np.int64)
    froms, seconds = (np.asarray(column, dtype=np.int64) for column in zip(*steps, strict=True))
    place = np.searchsorted(froms, starts, side="right") - 1
    return np.where(place >= 0, seconds[place], 0)


def compare(made: Made, standing: Standing, series: Sequence[Series], bounds: Bounds) -> Changes:
    """Which windows differ from what stands, and which of those that stand have lost all their readings.

    Args:
        made: windows of one code.
        standing: of the same code; windows beside `bounds` are passed over.
        series: those whose windows were made.
        bounds: the windows that were looked at.
    """
    mine = made.keys()
    theirs = keys(standing.series, standing.start_at)
    order = np.argsort(theirs, kind="stable")
    theirs = theirs[order]
    place = np.searchsorted(theirs, mine)
    place_within = np.minimum(place, max(len(theirs) - 1, 0))
    known = (theirs[place_within] == mine) if len(theirs) else np.zeros(len(mine), dtype=bool)
    there = order[place_within] if len(theirs) else np.zeros(len(mine), dtype=np.int64)
    hashes = np.array(made.hashes, dtype="S16") if made.hashes else np.empty(0, dtype="S16")
    same = known.copy()
    same[known] = (standing.hashes[there[known]] == hashes[known]) & (
        standing.expected[there[known]] == made.honest.expected[known]
    )
    changed = np.flatnonzero(~same)
    revisions = np.where(known[changed], standing.revision[there[changed]] + 1, 0) if len(theirs) else changed * 0
    return Changes(changed, revisions, _emptied(standing, order, theirs, mine, series, bounds), len(mine))


def _emptied(
    standing: Standing, order: Ints, theirs: Ints, mine: Ints, series: Sequence[Series], bounds: Bounds
) -> Ints:
    if not len(theirs):
        return theirs
    found = order[~np.isin(theirs, mine, assume_unique=True)]
    found = found[(standing.hashes[found] != NOTHING) & np.isin(standing.start_at[found], bounds.starts)]
    asked = [
        bool(
            wanted(series[number], _NO_STEP, standing.start_at[place : place + 1], standing.end_at[place : place + 1])[
                0
            ]
        )
        for number, place in zip(standing.series[found].tolist(), found.tolist(), strict=True)
    ]
    emptied: Ints = found[np.asarray(asked, dtype=bool)]
    return emptied


_NO_STEP = np.zeros(1, np.int64)
_NO_ROWS = np.empty(0), np.empty(0, np.int64), np.empty(0, np.uint8)
_NO_ROW = np.zeros(1, np.int64)
NOTHING = np.bytes_(input_hashes(*_NO_ROWS, _NO_ROW, _NO_ROW)[0])
"""The hash of a window without readings."""
