"""The tests with long windows, over whole windows of the values of which a glance did not tell."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.qualify.blocks import Block, Group, SegmentParameters, flat
from vigie.streams.core.qualify.shortcuts import OPEN, flat_line_shortcut
from vigie.streams.core.qualify.value_tests import measured
from vigie.streams.core.qualify.words import Words
from vigie.streams.core.quality.attenuated import attenuated
from vigie.streams.core.quality.flat_line import flat_line
from vigie.streams.core.quality.series import MEMORY_MS, Flags, Numbers, Series, Truths
from vigie.topics.quality import Test

LONG_TESTS = (Test.FLAT_LINE, Test.ATTENUATED)
EXTRA = 4
"""Rows before a window's beginning: the last value at or before it, and repeats of a radio that do not count."""

RECENT = 16

Found = tuple[Test, int, NDArray[np.int64], NDArray[np.int64], Flags]
"""Test, number of the group, rows and columns of its values, flags."""


def over_whole_windows(groups: Sequence[Group], left: Mapping[Test, Sequence[Truths]], words: Words) -> Iterator[Found]:
    """What the tests say of the values that are left.

    Args:
        groups: of blocks.
        left: test -> of each group (rows, series), which values; those that are told are struck out.
        words: codes of packed flags.
    """
    if Test.FLAT_LINE in left:  # a series that stood still for an hour has most often moved within some
        for test, number, rows, columns, flags in _over(groups, {Test.FLAT_LINE: left[Test.FLAT_LINE]}, words, _recent):
            plain = flags != OPEN
            left[test][number][rows[plain], columns[plain]] = False
            yield test, number, rows[plain], columns[plain], flags[plain]
    if left:
        yield from _over(groups, left, words, _whole)


def _over(
    groups: Sequence[Group], left: Mapping[Test, Sequence[Truths]], words: Words, stretch: Callable[[Block, int], Block]
) -> Iterator[Found]:
    """The same over stretches of rows that end with the values."""
    longs, masks, homes, numbers = [], [], [], []
    for number, group in enumerate(groups):
        any_left = np.logical_or.reduce([masks_of[number] for masks_of in left.values()])
        rows = np.flatnonzero(any_left.any(axis=1))
        if not len(rows):
            continue
        asked, firsts = np.unique(group.block[rows], return_index=True)
        blocks = [
            stretch(one := group.blocks[block], one.start + int(row - group.starts[block]))
            for block, row in zip(asked.tolist(), rows[firsts], strict=True)
        ]
        long = Group(group.layout, blocks)
        columns = np.zeros((len(group.blocks), any_left.shape[1]), np.bool_)
        np.logical_or.at(columns, group.block[rows], any_left[rows])
        longs.append(long)
        masks.append((long.rows["code"] != 0) & measured(long, words).rows[:, None] & columns[asked][long.block])
        shift = np.array([one.start - group.blocks[block].start for one, block in zip(blocks, asked, strict=True)])
        homes.append(
            group.starts[asked][long.block] + shift[long.block] + np.arange(len(long.rows)) - long.starts[long.block]
        )
        numbers.append(number)
    if not longs:
        return
    series, parameters = flat(longs, masks), SegmentParameters(longs)
    for test, left_of in left.items():
        done = np.flatnonzero(parameters.done(test)[series.series.segment])
        if stretch is _recent:
            flags = flat_line_shortcut(series, done, parameters, RECENT)
        else:
            flags = _kernel(test, _some(series.series, done), parameters)
        for place, number in enumerate(numbers):
            own = np.flatnonzero(series.group[done] == place)
            row, column = series.row[done[own]], series.column[done[own]]
            looked_at = longs[place].looked_at[row]
            own, row, column = own[looked_at], homes[place][row[looked_at]], column[looked_at]
            asked_for = left_of[number][row, column]
            yield test, number, row[asked_for], column[asked_for], flags[own[asked_for]]


def _recent(block: Block, low: int) -> Block:
    """The block with some rows more before its values from a place on."""
    return _from(block, max(low - RECENT, 0))


def _whole(block: Block, low: int) -> Block:
    """The block with the whole windows of its values from a place on."""
    memory = block.memory
    back = MEMORY_MS if memory.sparse else block.parameters.reach_ms
    return _from(block, max(memory.place(memory.at(low) - back) - EXTRA, 0))


def _from(block: Block, start: int) -> Block:
    return block._replace(start=start, low=max(block.low, start))


def _some(series: Series, chosen: NDArray[np.int64]) -> Series:
    return Series(series.at_ms[chosen], series.values[chosen], series.segment[chosen])


def _kernel(test: Test, series: Series, parameters: SegmentParameters) -> Flags:

    def of(name: str, default: float = np.nan) -> Numbers | float:
        return parameters.of(test, name, series.segment, default)

    if test is Test.FLAT_LINE:
        return flat_line(
            series, of("suspect_h"), of("fail_h"), of("tolerance"), of("unless_above"), of("unless_below"),
            of("min_values", 3.0), of("excused_h"),
        )  # fmt: skip
    return attenuated(
        series, of("suspect_below"), of("fail_below"), of("span_h"), of("by_range", 0.0), of("min_values", 3.0)
    )
