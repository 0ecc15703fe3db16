"""Rows of many points laid one behind the other, for tests that are run once over all of them.

A block is a stretch of one point's rows: those that are looked at again, with as many around them as the tests need.
Blocks of the same layout make a group; the series of all groups make one numpy series of segments.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.qualify.layout import MARK_AT, Layout
from vigie.streams.core.qualify.memory import Memory
from vigie.streams.core.qualify.parameters import ROWS, ROWS_OF, Parameters
from vigie.streams.core.qualify.places import Where
from vigie.streams.core.quality.series import Numbers, Series, Truths
from vigie.topics.quality import Test

BEFORE = 3
"""Rows before the first that is looked at again: the value before, and two more by which most series show that they
have moved."""
MOST_SCANNED = 400


class Block(NamedTuple):
    """A stretch of a point's rows.

    Attributes:
        memory: of the point.
        point: its id.
        start, end: places of its rows in the memory, end exclusive.
        low, high: rows from–to (exclusive) of which those with a mark are looked at.
        parameters: that hold for them.
        where: of its new observation, where that is known already.
        only: whether that observation, the last row, is all that has to be tested whole.
    """

    memory: Memory
    point: str
    start: int
    end: int
    low: int
    high: int
    parameters: Parameters
    where: Where | None = None
    only: bool = False


def block_of(memory: Memory, point: str, low: int, high: int, parameters: Parameters) -> Block:
    """The rows low to high (exclusive), and around them what the tests of the next values need."""
    count = len(memory)
    start, end = max(low - BEFORE, 0), min(high + 1, count)
    if memory.sparse:
        start, end = min(start, _before(memory, low)), max(end, _after(memory, high - 1))
    # What repeats another stands beside it, and does not count: the block begins and ends with one that does.
    soon_ms = parameters.repeats_ms
    while start > 0 and memory.at(start) - memory.at(start - 1) <= soon_ms:
        start -= 1
    while end < count and memory.at(end - 1) - memory.at(end - 2) <= soon_ms:
        end += 1
    return Block(memory, point, start, end, low, high, parameters)


def marked(memory: Memory) -> tuple[int, int]:
    """Places of the first marked row, and of the last one + 1; both 0 where none is."""
    marks = memory.rows[MARK_AT :: memory.layout.size]
    last = len(marks.rstrip(b"\x00"))
    return (len(marks) - len(marks.lstrip(b"\x00")) if last else 0), last


def _before(memory: Memory, place: int) -> int:
    """The place before a row from which on each series has a value."""
    wanted = set(range(len(memory.layout.series)))
    for one in range(place - 1, max(place - MOST_SCANNED, 0) - 1, -1):
        wanted -= memory.columns_at(one)
        if not wanted:
            return one
    return max(place - MOST_SCANNED, 0)


def _after(memory: Memory, place: int) -> int:
    """The place after a row up to which (exclusive) each series has a value."""
    wanted = set(range(len(memory.layout.series)))
    last = min(place + MOST_SCANNED, len(memory))
    for one in range(place + 1, last):
        wanted -= memory.columns_at(one)
        if not wanted:
            return one + 1
    return last


class Group:
    """Blocks of one layout.

    Attributes:
        rows: (n,) structured, as layout.dtype says.
        block: (n,) which block a row belongs to.
        looked_at: (n,) whether a row is looked at.
    """

    def __init__(self, layout: Layout, blocks: Sequence[Block]) -> None:
        self.layout, self.blocks = layout, blocks
        size = layout.size
        self.rows: Any = np.frombuffer(
            b"".join([one.memory.rows[one.start * size : one.end * size] for one in blocks]), layout.dtype
        )
        lengths = np.array([one.end - one.start for one in blocks])
        self.starts = np.cumsum(lengths) - lengths
        self.block: NDArray[np.int64] = np.repeat(np.arange(len(blocks)), lengths)
        place = np.arange(len(self.rows)) - self.starts[self.block]
        low = np.array([one.low - one.start for one in blocks])
        high = np.array([one.high - one.start for one in blocks])
        within = (place >= low[self.block]) & (place < high[self.block])
        self.looked_at: Truths = (self.rows["mark"] != 0) & within
        matrices = {id(one.parameters.matrix): one.parameters.matrix for one in blocks}
        numbers = {name: number for number, name in enumerate(matrices)}
        self._of_block = np.array([numbers[id(one.parameters.matrix)] for one in blocks])
        self._matrices = np.stack(list(matrices.values()))

    def parameter(self, row: int) -> Numbers:
        """(series · blocks,) a parameter of each segment, the blocks of the first series before those of the second."""
        found: Numbers = self._matrices[:, row, :][self._of_block].T.reshape(-1)
        return found


class Flat(NamedTuple):
    """The series of all groups.

    Attributes:
        series: present values, one segment per block and series.
        group, row, column: (n,) where each value stands.
    """

    series: Series
    group: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]


def flat(groups: Sequence[Group], chosen: Sequence[Truths]) -> Flat:
    """Lay the series of groups one behind the other.

    Args:
        groups: of blocks.
        chosen: of each group, (rows, series) which values take part.
    """
    at, values, segments, numbers, rows, columns = [], [], [], [], [], []
    first = 0
    for number, (group, mask) in enumerate(zip(groups, chosen, strict=True)):
        column, row = np.nonzero(mask.T)
        at.append(group.rows["at"][row])
        values.append(group.rows["value"][row, column])
        segments.append(first + column * len(group.blocks) + group.block[row])
        numbers.append(np.full(len(row), number))
        rows.append(row)
        columns.append(column)
        first += len(group.blocks) * len(group.layout.series)
    segment = np.concatenate(segments).astype(np.int32)
    series = Series(np.concatenate(at), np.concatenate(values), segment)
    return Flat(series, np.concatenate(numbers), np.concatenate(rows), np.concatenate(columns))


class SegmentParameters:
    """Parameters of the segments of some groups."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups
        self._made: dict[int, Numbers] = {}

    def row(self, row: int) -> Numbers:
        """(segments,) one parameter; NaN where it is not set."""
        found = self._made.get(row)
        if found is None:
            found = self._made[row] = np.concatenate([group.parameter(row) for group in self._groups])
        return found

    def of(
        self, test: Test | None, name: str, segment: NDArray[np.integer], default: float = np.nan
    ) -> Numbers | float:
        """(n,) a parameter of values by their segment; a number where it is the same for all."""
        own = self.row(ROWS[test, name])
        if np.isnan(own).any():
            own = np.where(np.isnan(own), default, own)
        if len(own) and (own == own[0]).all():
            return float(own[0])
        if np.isnan(own).all():
            return np.nan
        found: Numbers = own[segment]
        return found

    def done(self, test: Test) -> Truths:
        """(segments,) whether a test is done."""
        done = np.zeros(len(self.row(0)), np.bool_)
        for row in ROWS_OF[test]:
            done |= ~np.isnan(self.row(row))
        return done
