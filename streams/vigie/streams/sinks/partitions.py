"""Partitions, made when their first row comes: of `uplink` and `observation` one per week, of `aggregate` per month."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]

_WEEK = timedelta(days=7)
_WEEK_MS = 604_800_000
_MONDAY = 345_600_000
"""Epoch ms of Monday 5 January 1970."""
_YEAR_2000, _YEAR_2200 = 946_684_800_000, 7_258_118_400_000
_AHEAD_MS = 300_000


def week_of(at_ms: int) -> int:
    """Monday 00:00 UTC of the week of an instant, epoch ms.

    >>> week_of(1_795_446_000_000)
    1795392000000
    """
    return (at_ms - _MONDAY) // _WEEK_MS * _WEEK_MS + _MONDAY


def month_of(at_ms: int) -> int:
    """00:00 UTC of the first of the month of an instant between 2000 and 2200, epoch ms; 0 of any other.

    >>> month_of(1_795_446_000_000), month_of(-1)
    (1793491200000, 0)
    """
    if not _YEAR_2000 <= at_ms < _YEAR_2200:
        return 0
    first = datetime.fromtimestamp(at_ms // 1000, UTC).replace(day=1, hour=0, minute=0, second=0)
    return int(first.timestamp()) * 1000


def is_possible(observed_at: int, ingested_at: int) -> bool:
    """Whether an instant gets a partition; one before 2000 or ahead of its arrival stands in the default partition."""
    return _YEAR_2000 <= observed_at <= min(ingested_at + _AHEAD_MS, _YEAR_2200)


_WITHOUT = r"""
SELECT span.begins, span.ends FROM unnest(%s::timestamptz[], %s::timestamptz[]) AS span (begins, ends)
WHERE NOT EXISTS (
    SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    CROSS JOIN LATERAL regexp_match(
        pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''?([^'')]+)''?\) TO \(''?([^'')]+)''?\)$'
    ) AS held
    WHERE i.inhparent = %s::regclass AND held IS NOT NULL
    AND coalesce(nullif(held[1], 'MINVALUE'), '-infinity')::timestamptz < span.ends
    AND coalesce(nullif(held[2], 'MAXVALUE'), 'infinity')::timestamptz > span.begins
) ORDER BY 1
"""
"""Spans that no partition reaches into, whatever its name: an operator's may hold a month, or an archived year."""


def make_missing_partitions(connection: Connection, weeks: Collection[int], table: str = "uplink") -> None:
    """See that these weeks (Mondays 00:00 UTC, epoch ms) have partitions.

    Args:
        connection: in autocommit mode.
        weeks: of the rows that are about to be written.
        table: partitioned by its column `observed_at`.
    """
    _make_missing(connection, table, "observed_at", [(monday, monday + _WEEK) for monday in map(_utc, weeks)])


def make_missing_months(connection: Connection, months: Collection[int]) -> None:
    """The same of months (as `month_of` gives them) of the table `aggregate`, by its column `window_start`."""
    spans = [(first, (first + timedelta(days=31)).replace(day=1)) for first in map(_utc, months)]
    _make_missing(connection, "aggregate", "window_start", spans)


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _make_missing(connection: Connection, table: str, column: str, spans: list[tuple[datetime, datetime]]) -> None:
    found = connection.execute(_WITHOUT, ([one for one, _ in spans], [one for _, one in spans], table)).fetchall()
    for first, after in found:
        _make_partition(connection, table, column, first.astimezone(UTC), after.astimezone(UTC))


def _make_partition(connection: Connection, table: str, column: str, first: datetime, after: datetime) -> None:
    """A partition for one span. Rows of it that stand in the default partition, from the future, move into it.

    Two stores that want it wait for each other at the first lock. The second keeps others from writing rows of that
    span to the default partition between the move and the end.
    """
    name, begins, ends = f"{table}_{first:%Y%m%d}", f"'{first:%Y-%m-%d}Z'", f"'{after:%Y-%m-%d}Z'"
    within = f"{column} >= {begins} AND {column} < {ends}"
    statements = (
        f"LOCK TABLE ONLY {table}_default IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE IF NOT EXISTS {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        f"WITH moved AS (DELETE FROM {table}_default WHERE {within} RETURNING *) INSERT INTO {name} TABLE moved",  # noqa: S608 -- names of ours
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({begins}) TO ({ends})",
    )
    with connection.transaction():
        connection.execute(f"LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE".encode())
        if connection.execute("SELECT FROM pg_inherits WHERE inhrelid = to_regclass(%s)", (name,)).rowcount:
            return
        for statement in statements:
            connection.execute(statement.encode())
