"""Rows of a memory, series by series in the order of points and instants, and windows of them as ranges of rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.owned.layout import DEAD, Layout, layout_of
from vigie.streams.core.windows.owned.memory import Memory, Store
from vigie.streams.core.windows.statistics import PREDECESSOR_MS, Ints

AT_BITS = 40
_AT_MASK = (1 << AT_BITS) - 1
"""Room for an instant beside the number of its point: milliseconds of 34 years."""


class Pairs(NamedTuple):
    """Windows of points, each (m,).

    Attributes:
        point: number of the point.
        code: place in specs.CODES.
        start_at, end_at: epoch ms UTC.
    """

    point: Ints
    code: Ints
    start_at: Ints
    end_at: Ints


class Sheet(NamedTuple):
    """Rows of some series of which each row has them all, by rising (point, instant, value of the only series or name).

    Attributes:
        layout: the series.
        point, at_ms, subjects: (n,); subjects by their number.
        values: (n, k).
        flags: (n, k) roll-up, 0 where there is no number.
        key: (n,) point and instant in one, rising.
        origin_at: what instants in it count from.
    """

    layout: Layout
    point: Ints
    at_ms: Ints
    subjects: Ints
    values: NDArray[np.float64]
    flags: NDArray[np.uint8]
    key: Ints
    origin_at: int

    def ranges(self, pairs: Pairs) -> tuple[Ints, Ints]:
        """First row of each pair's window, and the row after its last."""
        lead = pairs.point << AT_BITS
        starts = np.searchsorted(self.key, lead | np.clip(pairs.start_at - self.origin_at, 0, _AT_MASK))
        ends = np.searchsorted(self.key, lead | np.clip(pairs.end_at - self.origin_at, 0, _AT_MASK))
        return starts, ends


def sheets_of(memory: Memory, pairs: Pairs) -> list[Sheet]:
    """The rows that windows of points are made of, and what stands up to four hours before them where meters are.

    Layouts that share a series are taken apart, so that each series stands in one sheet.
    """
    wanted = np.zeros(len(memory.points), bool)
    wanted[pairs.point] = True
    from_at, to_at = int(pairs.start_at.min()), int(pairs.end_at.max())
    pieces: dict[Layout, list[_Piece]] = {}
    for store in memory.between(from_at - PREDECESSOR_MS, to_at):
        begin = from_at - PREDECESSOR_MS if store.layout.has_meter else from_at
        piece = _piece(memory, store, wanted, begin, to_at)
        if piece is not None:
            pieces.setdefault(store.layout, []).append(piece)
    origin_at = from_at - PREDECESSOR_MS
    return [_sheet(layout, some, origin_at) for layout, some in _apart(pieces)]


class _Piece(NamedTuple):
    point: Ints
    at_ms: Ints
    subjects: Ints
    values: NDArray[np.float64]
    flags: NDArray[np.uint8]


def _piece(memory: Memory, store: Store, wanted: NDArray[np.bool_], from_at: int, to_at: int) -> _Piece | None:
    rows = store.rows()
    if not len(rows) or not len(store.layout.series):
        return None
    low, high = max(from_at - store.base_at, 0), to_at - store.base_at
    chosen = (rows["at"] >= low) & (rows["at"] < high) & wanted[rows["point"]] & (rows["code"] != DEAD)
    some = rows[chosen]
    if not len(some):
        return None
    codes = some["code"]
    flags = store.flags()[codes]
    if not flags.any(axis=1).all():  # withdrawn, or nothing but gaps
        some, flags = some[flags.any(axis=1)], flags[flags.any(axis=1)]
        codes = some["code"]
    at = some["at"].astype(np.int64) + store.base_at
    subjects = store.subjects(memory.subjects)[codes]
    return _Piece(some["point"].astype(np.int64), at, subjects, some["value"], flags)


def _apart(pieces: dict[Layout, list[_Piece]]) -> list[tuple[Layout, list[_Piece]]]:
    """Layouts with their rows; of those that share a series, each series for itself."""
    holders: dict[int, int] = {}
    for layout in pieces:
        for one in layout.series:
            holders[one] = holders.get(one, 0) + 1
    found: dict[Layout, list[_Piece]] = {}
    for layout, some in pieces.items():
        if all(holders[one] == 1 for one in layout.series) and all(bool(piece.flags.all()) for piece in some):
            found[layout] = some
            continue
        for place, one in enumerate(layout.series):
            single = found.setdefault(layout_of((one,)), [])
            for piece in some:
                there = piece.flags[:, place] != 0
                single.append(_picked(piece, there, slice(place, place + 1)))
    return [(layout, some) for layout, some in found.items() if sum(len(piece.point) for piece in some)]


def _sheet(layout: Layout, pieces: Sequence[_Piece], origin_at: int) -> Sheet:
    columns = pieces[0] if len(pieces) == 1 else _joined(pieces)
    key = columns.point << AT_BITS | (columns.at_ms - origin_at)
    if bool((key[1:] <= key[:-1]).any()):
        alone = len(layout.series) == 1
        ranks = (columns.flags[:, 0], columns.values[:, 0], key) if alone else (key,)
        order = np.lexsort(ranks)
        columns, key = _picked(columns, order, slice(None)), key[order]
    return Sheet(layout, *columns, key, origin_at)


def _joined(pieces: Sequence[_Piece]) -> _Piece:
    columns: list[Any] = [np.concatenate(some) for some in zip(*pieces, strict=True)]
    return _Piece(*columns)


def _picked(piece: _Piece, rows: NDArray[Any], columns: slice) -> _Piece:
    return _Piece(
        piece.point[rows], piece.at_ms[rows], piece.subjects[rows], piece.values[rows, columns],
        piece.flags[rows, columns],
    )  # fmt: skip


def single(sheet: Sheet, place: int) -> Sheet:
    """One series of a sheet, equal instants of a point in the order of its values."""
    values, flags = sheet.values[:, place], sheet.flags[:, place]
    layout = layout_of((sheet.layout.series[place],))
    order = np.lexsort((flags, values, sheet.key))
    return Sheet(
        layout, sheet.point[order], sheet.at_ms[order], sheet.subjects[order], values[order][:, None],
        flags[order][:, None], sheet.key[order], sheet.origin_at,
    )  # fmt: skip


def of_one_order(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Sheets whose rows stand in the order that `statistics` wants, for each of their series."""
    found: list[Sheet] = []
    for sheet in sheets:
        if len(sheet.layout.series) > 1 and bool((sheet.key[1:] == sheet.key[:-1]).any()):
            found += [single(sheet, place) for place in range(len(sheet.layout.series))]
        else:
            found.append(sheet)
    return found
