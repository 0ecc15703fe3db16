"""Aggregates that stand in the store, in bulk, as columns: what was published, to be compared with what is made again.

Rows cross as binary COPY of fixed width (docs of PostgreSQL, "COPY", section "Binary Format").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg

from vigie.streams.core.windows.again import Standing
from vigie.streams.sinks.binary_copy import SIGNATURE, TRAILER
from vigie.streams.sinks.partitions import month_of

Connection = psycopg.Connection[Any]

DAY_MS = 86_400_000
_EPOCH_US = 946_684_800_000_000
_STANDING = (
    "COPY (SELECT w.place::int4, a.window_start, a.window_end, a.revision, a.count, coalesce(a.expected, -1),"
    " rpad(left(a.input_hash, 16), 16)"
    " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS w (subject, indicator, place)"
    " CROSS JOIN LATERAL (SELECT * FROM aggregate g WHERE g.subject = w.subject AND g.indicator = w.indicator"
    " AND g.window_code = %s AND g.window_start >= to_timestamp(%s / 1000.0)"
    " AND g.window_start < to_timestamp(%s / 1000.0) OFFSET 0) a) TO STDOUT (FORMAT binary)"
)
"""OFFSET 0 keeps the planner from reading the whole table for many series: each costs a look into the index."""
_NUMBERS = ("start", "end", "revision", "count", "expected")
_ROW = np.dtype([
    ("fields", ">i2"), ("place_length", ">i4"), ("place", ">i4"),
    *[field for name in _NUMBERS for field in ((f"{name}_length", ">i4"), (name, ">i8"))],
    ("hash_length", ">i4"), ("hash", "S16"),
])  # fmt: skip


def load_standing(
    connection: Connection, series: Sequence[tuple[str, str]], code: str, from_at: int, to_at: int
) -> Standing:
    """The aggregates of series that begin in a span.

    Args:
        connection: to the store.
        series: (subject, indicator), each once.
        code: of the windows.
        from_at: epoch ms UTC; windows that begin then or later.
        to_at: epoch ms UTC; windows that begin earlier.
    """
    values = ([one[0] for one in series], [one[1] for one in series], code, from_at, to_at)
    with connection.cursor() as cursor, cursor.copy(_STANDING.encode(), values) as copy:
        data = b"".join(map(bytes, copy))
    data = data.removeprefix(SIGNATURE).removesuffix(TRAILER)
    rows = np.frombuffer(data, dtype=_ROW)
    start, end, revision, count, expected = (rows[name].astype(np.int64) for name in _NUMBERS)
    return Standing(
        rows["place"].astype(np.int64) - 1, (start + _EPOCH_US) // 1000, (end + _EPOCH_US) // 1000, revision, count,
        expected, rows["hash"].copy(),
    )  # fmt: skip


_IN_MONTHS = "a.window_start >= %(since)s AND a.window_start < %(until)s"
_SERIES = (
    "SELECT s.subject, d.indicator FROM unnest(%(subjects)s::text[]) AS s (subject) CROSS JOIN LATERAL ("  # noqa: S608 -- a text of ours
    f"WITH RECURSIVE found AS ((SELECT a.indicator FROM aggregate a WHERE a.subject = s.subject AND {_IN_MONTHS}"
    " ORDER BY a.indicator LIMIT 1) UNION ALL SELECT (SELECT a.indicator FROM aggregate a WHERE a.subject = s.subject"
    f" AND a.indicator > found.indicator AND {_IN_MONTHS} ORDER BY a.indicator LIMIT 1) FROM found"
    " WHERE found.indicator IS NOT NULL) SELECT indicator FROM found WHERE indicator IS NOT NULL) d"
)
"""Each name costs one look into the index of each month: whole partitions are asked, so that no row is passed over."""


def indicators_standing(
    connection: Connection, subjects: Sequence[str], from_at: int, to_at: int
) -> Iterator[tuple[str, str]]:
    """(subject, indicator) of all aggregates in the months (UTC) of a span, of whatever code.

    Args:
        connection: to the store.
        subjects: whose.
        from_at: epoch ms UTC.
        to_at: epoch ms UTC.
    """
    bounds = month_of(from_at), month_of(month_of(to_at) + 32 * DAY_MS)
    since, until = (datetime.fromtimestamp(at / 1000, UTC) for at in bounds)
    values = {"subjects": list(subjects), "since": since, "until": until}
    yield from connection.execute(_SERIES.encode(), values)


def places(connection: Connection) -> dict[tuple[str, int], int]:
    """How far `recompute` has come: (bare topic, partition) -> next offset; for what is no topic see `move`."""
    rows = connection.execute("SELECT topic, partition, next_offset FROM recompute_place")
    return {(topic, partition): offset for topic, partition, offset in rows}


def move(connection: Connection, to: dict[tuple[str, int], int]) -> None:
    """Note how far `recompute` has come, all or none; a place never goes back.

    Args:
        connection: in autocommit mode.
        to: (bare topic, partition) -> next offset; `("ticks", 0)` -> instant (epoch ms) up to which windows that
            closed were looked after.
    """
    keys = sorted(to)
    connection.execute(
        "INSERT INTO recompute_place SELECT * FROM unnest(%s::text[], %s::int[], %s::bigint[])"
        " ON CONFLICT (topic, partition) DO UPDATE SET next_offset ="
        " greatest(excluded.next_offset, recompute_place.next_offset)",
        ([topic for topic, _ in keys], [number for _, number in keys], [to[key] for key in keys]),
    )


@dataclass(frozen=True, slots=True)
class NamedStanding:
    """What stands of a named indicator in a window."""

    revision: int
    count: int
    input_hash: str
    definition: str


_NAMED = (
    "SELECT a.subject, (extract(epoch FROM a.window_start) * 1000)::bigint, a.indicator, a.revision, a.count,"
    " a.input_hash, a.definition FROM unnest(%(subjects)s::text[]) AS w (subject)"
    " CROSS JOIN LATERAL (SELECT * FROM aggregate g WHERE g.subject = w.subject{named}"
    " AND g.window_code = %(code)s AND g.window_start >= to_timestamp(%(from_at)s / 1000.0)"
    " AND g.window_start < to_timestamp(%(to_at)s / 1000.0) OFFSET 0) a"
)


def load_named(
    connection: Connection, subjects: Sequence[str], names: Sequence[str] | None, code: str, from_at: int, to_at: int
) -> dict[tuple[str, int], dict[str, NamedStanding]]:
    """What stands of a named indicator, or of all.

    Args:
        connection: to the store.
        subjects: whose.
        names: of the indicator, with its channels; None for whatever stands there.
        code: of the windows.
        from_at: epoch ms UTC; windows that begin then or later.
        to_at: epoch ms UTC; windows that begin earlier.

    Returns:
        (subject, window start) -> name with its `#channel` -> what stands.
    """
    values = {
        "subjects": list(subjects),
        "names": names and list(names),
        "code": code,
        "from_at": from_at,
        "to_at": to_at,
    }
    query = _NAMED.format(named="" if names is None else " AND g.indicator = ANY(%(names)s)")
    found: dict[tuple[str, int], dict[str, NamedStanding]] = {}
    with connection.cursor(binary=True) as cursor:
        for subject, start_at, indicator, *rest in cursor.execute(query.encode(), values):
            found.setdefault((subject, start_at), {})[indicator] = NamedStanding(*rest)
    return found
