"""The flags of all values that are looked at in a batch: each test once over the series of all points.

Tests of a value alone see every value; those of a series see what was measured: not what a radio repeated, and not what
a clock put where it cannot have been (as core/quality/run.py does over a complete set). Of a value after which another
one came only the test that looks ahead is done again.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.qualify.blocks import Block, Flat, Group, SegmentParameters, flat
from vigie.streams.core.qualify.memory import SUCCESSOR
from vigie.streams.core.qualify.series_tests import series_tests
from vigie.streams.core.qualify.shortcuts import OPEN, flat_line_shortcut, variation_shortcut
from vigie.streams.core.qualify.value_tests import Measured, as_words, measured, value_words
from vigie.streams.core.qualify.whole_windows import LONG_TESTS, over_whole_windows
from vigie.streams.core.qualify.words import PackedFlags, Words
from vigie.streams.core.quality.series import Flags, Truths
from vigie.topics.quality import Flag, Test

_ALL = (1 << 4 * len(Test)) - 1


def nibble(test: Test) -> int:
    """The bits of a test."""
    return 15 << 4 * test


_BY_NEIGHBOURS = np.uint64(nibble(Test.NEIGHBOURS) | nibble(Test.RADIATION))
_BUT_AHEAD = np.uint64(_ALL ^ nibble(Test.SPIKE))


class Result(NamedTuple):
    """The flags of one group.

    Attributes:
        group: its blocks.
        rows: (m,) which of the group's rows were looked at.
        before, after: (m, series) packed flags, published and found; 0 of a value that is not there.
    """

    group: Group
    rows: NDArray[np.int64]
    before: PackedFlags
    after: PackedFlags


class _Slots:
    """Where the flags of the values that are looked at are put together, group after group, row by row."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.rows = [np.flatnonzero(group.looked_at) for group in groups]
        widths = np.array([len(group.layout.series) for group in groups])
        sizes = np.array([len(rows) for rows in self.rows]) * widths
        self.widths, self.firsts = widths, np.cumsum(sizes) - sizes
        self.words: PackedFlags = np.zeros(int(sizes.sum()), np.uint64)
        self._order = []
        for group, rows in zip(groups, self.rows, strict=True):
            order = np.full(len(group.rows), -1, np.int64)
            order[rows] = np.arange(len(rows))
            self._order.append(order)

    def of(self, group: int, row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
        """The slots of values of a group; rows that are looked at."""
        found: NDArray[np.int64] = self.firsts[group] + self._order[group][row] * self.widths[group] + column
        return found

    def of_flat(self, series: Flat, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The slots of values of all groups."""
        found = np.empty(len(places), np.int64)
        group, row, column = series.group[places], series.row[places], series.column[places]
        for number in range(len(self.rows)):
            own = group == number
            if own.all():
                return self.of(number, row, column)
            found[own] = self.of(number, row[own], column[own])
        return found

    def put(self, test: Test, slots: NDArray[np.int64], flags: Flags) -> None:
        """Write a test's flags; each slot at most once per test."""
        self.words[slots] |= as_words(test, flags)


def evaluate(blocks: Sequence[Block], words: Words, zone: str) -> list[Result]:
    """What all tests say of the values that are looked at.

    Args:
        blocks: of any layouts.
        words: codes of packed flags.
        zone: of the legal time that climatology is meant in.
    """
    by_layout: dict[int, list[Block]] = {}
    for one in blocks:
        by_layout.setdefault(id(one.memory.layout), []).append(one)
    groups = [Group(same[0].memory.layout, same) for same in by_layout.values()]
    slots = _Slots(groups)
    seen = [measured(group, words) for group in groups]
    for number, group in enumerate(groups):
        rows = slots.rows[number]
        first = slots.firsts[number]
        found = value_words(group, rows, seen[number])
        slots.words[first : first + found.size] = found.reshape(-1)
    with np.errstate(over="ignore"):  # of two numbers that fit, the difference need not
        _of_series(groups, slots, seen, words, zone)
    return [_result(number, group, slots, words) for number, group in enumerate(groups)]


def _of_series(groups: Sequence[Group], slots: _Slots, seen: Sequence[Measured], words: Words, zone: str) -> None:
    """The tests that look at a value's series."""
    parameters = SegmentParameters(groups)
    chosen = [(group.rows["code"] != 0) & part.rows[:, None] for group, part in zip(groups, seen, strict=True)]
    series = flat(groups, chosen)
    looked_at = np.concatenate([group.looked_at for group in groups])[_row_numbers(groups, series)]
    places = np.flatnonzero(looked_at)
    if len(places):
        for test, asked, flags in series_tests(series, places, parameters, groups, zone):
            slots.put(test, slots.of_flat(series, asked), flags)
        _long(series, places, parameters, groups, words, slots)


def _row_numbers(groups: Sequence[Group], series: Flat) -> NDArray[np.int64]:
    sizes = np.array([len(group.rows) for group in groups])
    found: NDArray[np.int64] = (np.cumsum(sizes) - sizes)[series.group] + series.row
    return found


def _full(groups: Sequence[Group], series: Flat, places: NDArray[np.int64]) -> Truths:
    """Of which values all tests are done, not that of the value after alone."""
    marks = np.concatenate([group.rows["mark"] for group in groups])[_row_numbers(groups, series)[places]]
    found: Truths = (marks & ~np.uint8(SUCCESSOR)) != 0
    return found


def _long(
    series: Flat, places: NDArray[np.int64], parameters: SegmentParameters, groups: Sequence[Group], words: Words,
    slots: _Slots,
) -> None:  # fmt: skip
    """The tests with long windows: by their shortcuts, and what stays open over whole windows."""
    places = places[_full(groups, series, places)]
    left: dict[Test, list[Truths]] = {}
    for test in LONG_TESTS:
        asked = places[parameters.done(test)[series.series.segment[places]]]
        if not len(asked):
            continue
        if test is Test.FLAT_LINE:
            flags = flat_line_shortcut(series, asked, parameters)
        else:
            flags = _variation(series, asked, groups)
        plain = flags != OPEN
        slots.put(test, slots.of_flat(series, asked[plain]), flags[plain])
        if not plain.all():
            left[test] = _where(series, asked[~plain], groups)
    for test, number, rows, columns, flags in over_whole_windows(groups, left, words):
        slots.put(test, slots.of(number, rows, columns), flags)


def _variation(series: Flat, asked: NDArray[np.int64], groups: Sequence[Group]) -> Flags:
    flags = np.empty(len(asked), np.uint8)
    group = series.group[asked]
    for number, one in enumerate(groups):
        own = group == number
        if own.any():
            row, column = series.row[asked[own]], series.column[asked[own]]
            flags[own] = variation_shortcut(one)[one.block[row], column]
    flags[np.isnan(series.series.values[asked])] = Flag.MISSING
    return flags


def _where(series: Flat, places: NDArray[np.int64], groups: Sequence[Group]) -> list[Truths]:
    """(rows, series) of each group: which values these are."""
    found = []
    for number, group in enumerate(groups):
        own = places[series.group[places] == number]
        mask = np.zeros((len(group.rows), len(group.layout.series)), np.bool_)
        mask[series.row[own], series.column[own]] = True
        found.append(mask)
    return found


def _result(number: int, group: Group, slots: _Slots, words: Words) -> Result:
    rows = slots.rows[number]
    width = len(group.layout.series)
    first = slots.firsts[number]
    made = slots.words[first : first + len(rows) * width].reshape(-1, width)
    codes = group.rows["code"][rows]
    before = words.all_packed(codes)
    kept = np.where(group.rows["mark"][rows] == SUCCESSOR, _BUT_AHEAD, _BY_NEIGHBOURS)[:, None]
    after = (before & kept) | (made & ~kept)
    after[codes == 0] = 0
    return Result(group, rows, before, after)
