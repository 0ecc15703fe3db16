"""Which windows become due between two ticks, and which points have rows in a span."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.legal import QUARTER_MS, windows_between
from vigie.streams.core.windows.owned.gather import Pairs
from vigie.streams.core.windows.owned.layout import DEAD
from vigie.streams.core.windows.owned.memory import Memory
from vigie.streams.core.windows.owned.specs import CODES


class Span(NamedTuple):
    """A window: its place in specs.CODES, its first instant and the instant after its last (epoch ms UTC)."""

    code: int
    start_at: int
    end_at: int


def due_between(
    codes: Iterable[int], uploads_ms: Iterable[int], since_at: int, tick_at: int, mark: int, zone: str
) -> list[Span]:
    """Windows due after one tick and by another, for some upload period.

    Args:
        codes: places in specs.CODES.
        uploads_ms: upload periods.
        since_at: the tick before.
        tick_at: the tick.
        mark: windows that start before it are not asked for.
        zone: of legal time.

    >>> due_between([0, 2], [900_000], 8_100_000, 8_160_000, 0, "UTC")  # 2:16
    []
    >>> due_between([0, 2], [900_000], 8_040_000, 8_100_000, 0, "UTC")  # 2:15
    [Span(code=0, start_at=6300000, end_at=7200000), Span(code=2, start_at=3600000, end_at=7200000)]
    """
    codes = list(codes)
    found: set[Span] = set()
    for upload_ms in uploads_ms:
        low, high = max(since_at - upload_ms, mark), tick_at - upload_ms
        if high // QUARTER_MS > low // QUARTER_MS:  # windows end at quarters of an hour
            for code in codes:
                found.update(_ending(code, low, high, mark, zone))
    return sorted(found)


def _ending(code: int, low: int, high: int, mark: int, zone: str) -> Iterator[Span]:
    """Windows that end in (low, high]."""
    for _, start_at, end_at in windows_between(CODES[code], low, high, zone):
        if end_at > high:
            return
        if end_at > low and start_at >= mark:
            yield Span(code, start_at, end_at)


def starting(codes: Iterable[int], from_at: int, to_at: int, zone: str) -> list[Span]:
    """Windows that start in [from_at, to_at)."""
    return [
        Span(code, start_at, end_at)
        for code in codes
        for _, start_at, end_at in windows_between(CODES[code], from_at, to_at, zone)
        if from_at <= start_at < to_at
    ]


def present(memory: Memory, from_at: int, to_at: int) -> NDArray[np.bool_]:
    """(points,) which have a row in a span, or had one that was replaced or was one too many."""
    found = np.zeros(len(memory.points), bool)
    for store in memory.between(from_at, to_at):
        rows = store.rows()
        low, high = max(from_at - store.base_at, 0), to_at - store.base_at
        found[rows["point"][(rows["at"] >= low) & (rows["at"] < high) & (rows["code"] != DEAD)]] = True
    found[[point for point in memory.dense if memory.is_dense(point, from_at, to_at)]] = True
    return found


def pairs_of(spans: Iterable[Span], points: Iterable[NDArray[np.int64]]) -> Pairs:
    """Every window with each of its points."""
    spans, points = list(spans), list(points)
    counts = [len(one) for one in points]
    columns = np.repeat(np.array(spans, np.int64).reshape(-1, 3), counts, axis=0)
    joined = np.concatenate(points) if points else np.empty(0, np.int64)
    return Pairs(joined, columns[:, 0], columns[:, 1], columns[:, 2])
