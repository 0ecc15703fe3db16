"""Readings in bulk, as arrays: millions per second, for what is computed from the complete set in the store.

An observation crosses as one row of binary COPY whose columns have no NULL: rows of as many readings have one width,
so that numpy reads all of them as one structured array, without a Python object per reading.

Source: PostgreSQL documentation, "COPY", section "Binary Format", and `array_send` (one dimension, no NULL: 20 bytes,
then per element its length and its bytes).
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray

from vigie.streams.core.windows.track import Track
from vigie.streams.sinks.binary_copy import SIGNATURE, TRAILER

Connection = psycopg.Connection[Any]
Block = bytes | bytearray | memoryview

_EPOCH_US = 946_684_800_000_000
_AT_ONCE = 200_000
"""Rows that are turned into arrays together: what has crossed is not kept twice in full."""

_QUERY = """
COPY (
    SELECT w.place::int4, o.observed_at, o.properties, o.channels, o."values", o.flags
    FROM unnest(%s::text[]) WITH ORDINALITY AS w (point, place) JOIN observation o ON o.point = w.point
    WHERE NOT o.withdrawn AND o.observed_at >= to_timestamp(%s / 1000.0) AND o.observed_at < to_timestamp(%s / 1000.0)
    AND o.observed_at >= timestamptz '2000-01-01 00:00Z' AND o.observed_at <= o.ingested_at + interval '5 min'
    AND cardinality(o.properties) > 0
"""
"""Instants that cannot be take no part (core/possible_instants.py)."""
_TO_US = ") TO STDOUT (FORMAT binary)"


class Readings(NamedTuple):
    """Readings as columns, (n,) each, in no order.

    Attributes:
        place: int64, of the point among those asked for.
        at_ms: int64, epoch ms UTC.
        property, channel: int64.
        values: float64; NaN where the value is missing.
        flags: uint8.
    """

    place: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    property: NDArray[np.int64]
    channel: NDArray[np.int64]
    values: NDArray[np.float64]
    flags: NDArray[np.uint8]

    def where(self, chosen: NDArray[Any]) -> "Readings":
        """Those that `chosen` (a mask or indices) names."""
        return Readings._make(column[chosen] for column in self)


_NONE = Readings._make(np.empty(0, dtype=kind) for kind in (*(np.int64,) * 4, np.float64, np.uint8))


def load_tracks(
    connection: Connection, points: Sequence[str], from_at: int, to_at: int, properties: Sequence[int] | None = None
) -> dict[str, dict[tuple[int, int], Track]]:
    """The series of points in a span, of every flag but "missing"; withdrawn observations are gone.

    Args:
        connection: to the store.
        points: ids, each once.
        from_at: epoch ms UTC, inclusive.
        to_at: the same, exclusive.
        properties: ids of the catalogue; None for all.

    Returns:
        Point -> (property, channel) -> its track, whose `step_s` is 0: the fleet knows it. Every point is a key.
    """
    found: dict[str, dict[tuple[int, int], Track]] = {point: {} for point in points}
    wanted = None if properties is None else sorted(set(properties))
    for (place, number, channel), track in _tracks(load_readings(connection, points, from_at, to_at, wanted)):
        found[points[place]][number, channel] = Track(number, channel, 0, *track)
    return found


def load_readings(
    connection: Connection, points: Sequence[str], from_at: int, to_at: int, properties: Sequence[int] | None = None
) -> Readings:
    """The same as columns, missing ones among them (see `load_tracks`)."""
    some = "" if properties is None else " AND o.properties && %s::smallint[]"
    query = _QUERY + some + _TO_US
    values: list[Any] = [list(points), from_at, to_at]
    if properties is not None:
        values.append(list(properties))
    pieces: list[Readings] = []
    with connection.cursor() as cursor, cursor.copy(query.encode(), values) as copy:
        blocks = iter(copy)
        first = bytes(next(blocks)).removeprefix(SIGNATURE)  # which stands before the first row, in its block
        given: Iterator[Block] = chain((first,), blocks)
        for lines in _portions(given):
            pieces += _columns(lines, properties)
    return Readings._make(np.concatenate(columns) for columns in zip(_NONE, *pieces, strict=True))


def _portions(blocks: Iterator[Block]) -> Iterator[list[bytes]]:
    while lines := list(map(bytes, islice(blocks, _AT_ONCE))):
        yield lines


@cache
def _row(count: int) -> np.dtype[Any]:
    """A row of so many readings, byte for byte."""

    def array(kind: str) -> np.dtype[Any]:
        return np.dtype([("head", "V24"), ("of", [("length", ">i4"), ("it", kind)], (count,))])

    return np.dtype([
        ("fields", ">i2"), ("place_length", ">i4"), ("place", ">i4"), ("at_length", ">i4"), ("at_us", ">i8"),
        ("properties", array(">i2")), ("channels", array(">i2")), ("values", array(">f8")), ("flags", array(">i2")),
    ])  # fmt: skip


_FIXED_BYTES, _READING_BYTES = _row(0).itemsize, _row(1).itemsize - _row(0).itemsize


def _columns(blocks: Sequence[bytes], properties: Sequence[int] | None) -> Iterator[Readings]:
    for width in sorted(set(map(len, blocks))):
        lines = [line for line in blocks if len(line) == width]
        if width <= len(TRAILER):
            continue
        count, rest = divmod(width - _FIXED_BYTES, _READING_BYTES)
        assert not rest, f"A row of {width} bytes is none of an observation's: an array in it holds a NULL"
        table = np.frombuffer(b"".join(lines), dtype=_row(count))

        def flat(name: str, kind: type, table: NDArray[Any] = table) -> NDArray[Any]:
            return table[name]["of"]["it"].astype(kind).ravel()

        place = np.repeat(table["place"].astype(np.int64) - 1, count)
        at_ms = np.repeat((table["at_us"].astype(np.int64) + _EPOCH_US) // 1000, count)
        found = Readings(
            place, at_ms, flat("properties", np.int64), flat("channels", np.int64), flat("values", np.float64),
            flat("flags", np.uint8),
        )  # fmt: skip
        if properties is not None and count:
            chosen = np.isin(found.property, properties)
            found = found.where(chosen)
        yield found


def _tracks(found: Readings) -> Iterator[tuple[tuple[int, int, int], tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]]:
    """Place, property and channel, and the instants, values and flags in a track's order."""
    there = (found.flags <= 4) & ~np.isnan(found.values)
    if not there.all():
        found = found.where(there)
    series = (found.place << 32) | (found.property << 16) | found.channel
    order = np.argsort(series, kind="stable")
    series = series[order]
    bounds = [*np.flatnonzero(np.diff(series, prepend=-1)).tolist(), len(series)]
    for low, high in pairwise(bounds):
        rows = order[low:high]
        at_ms, values = found.at_ms[rows], found.values[rows]
        if not (np.diff(at_ms) > 0).all():
            inner = np.lexsort((found.flags[rows], values, at_ms))
            rows, at_ms, values = rows[inner], at_ms[inner], values[inner]
        which = int(series[low])
        yield (which >> 32, which >> 16 & 0xFFFF, which & 0xFFFF), (at_ms, values, found.flags[rows])
