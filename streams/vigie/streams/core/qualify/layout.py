"""How the recent observations of a point are packed: one row of bytes per observation, for numpy to read as it stands.

row: instant i64 | uplink (16 bytes) | received, ingested (ms after the instant) i32 | fleet revision u32
     | origin u16 | round u8 | mark u8 | value f64 per series | raw f64 per series, if any was converted
     | code of the flags u16 per series (words.py)
"""

from collections.abc import Iterable
from functools import cache
from struct import Struct
from typing import Any

import numpy as np

from vigie.streams.core.qualify.words import PENDING

HEAD = Struct("<q16siiIHBB")
AT = Struct("<q").unpack_from
NAME_AT, FLEET_AT, ORIGIN_AT, ROUND_AT, MARK_AT = 8, 32, 36, 38, 39
LONGEST_MS = 2**31 - 1
"""What a difference of instants can be in a row; a greater one stands with its origin."""


class Layout:
    """The rows of points that measure the same series.

    Attributes:
        series: property << 16 | channel, in the order of the columns.
        raw: whether rows hold what the device said beside what was made of it.
        size: bytes of a row.
        columns: series -> its column.
        row: packs and unpacks a row: the head, values, raws if any, codes.
        codes: packs codes, at `codes_at` in the row.
        pending: codes of values that have not been tested.
        values: unpacks values, at HEAD.size in the row.
        dtype: of a row, for numpy.
    """

    __slots__ = ("codes", "codes_at", "columns", "dtype", "pending", "raw", "row", "series", "size", "values")

    def __init__(self, series: tuple[int, ...], raw: bool) -> None:
        count, doubles = len(series), len(series) * (2 if raw else 1)
        self.series, self.raw = series, raw
        self.columns = {pair: column for column, pair in enumerate(series)}
        self.row = Struct(f"<q16siiIHBB{doubles}d{count}H")
        self.size, self.codes_at = self.row.size, HEAD.size + 8 * doubles
        self.pending = (PENDING,) * count
        self.codes, self.values = Struct(f"<{count}H"), Struct(f"<{count}d")
        fields: list[Any] = [
            ("at", "<i8"), ("name", "V16"), ("received", "<i4"), ("ingested", "<i4"), ("fleet", "<u4"),
            ("origin", "<u2"), ("round", "u1"), ("mark", "u1"), ("value", "<f8", (count,)),
        ]  # fmt: skip
        if raw:
            fields.append(("raw", "<f8", (count,)))
        fields.append(("code", "<u2", (count,)))
        self.dtype = np.dtype(fields)


@cache
def layout_of(series: tuple[int, ...], raw: bool) -> Layout:
    """The layout of these series, the same object each time."""
    return Layout(series, raw)


def widened(layout: Layout, series: Iterable[int], raw: bool) -> Layout:
    """A layout that has these series too, in their order of number so that any order of arrival makes the same.

    >>> widened(layout_of((5, 9), False), (7, 9), False).series
    (5, 7, 9)
    """
    return layout_of(tuple(sorted({*layout.series, *series})), layout.raw or raw)


def moved(rows: bytes | bytearray, before: Layout, after: Layout) -> bytearray:
    """The same rows in a wider layout."""
    old = np.frombuffer(bytes(rows), before.dtype)
    new = np.zeros(len(old), after.dtype)
    columns = [after.columns[pair] for pair in before.series]
    new["value"] = np.nan
    for field in ("at", "name", "received", "ingested", "fleet", "origin", "round", "mark"):
        new[field] = old[field]
    new["value"][:, columns] = old["value"]
    new["code"][:, columns] = old["code"]
    if after.raw:
        new["raw"] = np.nan
        if before.raw:
            new["raw"][:, columns] = old["raw"]
    return bytearray(new.tobytes())
