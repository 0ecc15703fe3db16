"""The partitions of the tables `uplink` and `observation`: one per week, made when its first row comes."""

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


def is_possible(observed_at: int, ingested_at: int) -> bool:
    """Whether an instant gets a partition; one before 2000 or ahead of its arrival stands in the default partition."""
    return _YEAR_2000 <= observed_at <= min(ingested_at + _AHEAD_MS, _YEAR_2200)


_WITHOUT = r"""
SELECT week FROM unnest(%s::timestamptz[]) AS week WHERE NOT EXISTS (
    SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    CROSS JOIN LATERAL regexp_match(
        pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''?([^'')]+)''?\) TO \(''?([^'')]+)''?\)$'
    ) AS ends
    WHERE i.inhparent = %s::regclass AND ends IS NOT NULL
    AND coalesce(nullif(ends[1], 'MINVALUE'), '-infinity')::timestamptz < week + interval '168 hours'
    AND coalesce(nullif(ends[2], 'MAXVALUE'), 'infinity')::timestamptz > week
) ORDER BY week
"""
"""Weeks that no partition reaches into, whatever its name: an operator's may hold a month, or an archived year."""


def make_missing_partitions(connection: Connection, weeks: Collection[int], table: str = "uplink") -> None:
    """See that these weeks (Mondays 00:00 UTC, epoch ms) have partitions.

    Args:
        connection: in autocommit mode.
        weeks: of the rows that are about to be written.
        table: partitioned by its column `observed_at`.
    """
    mondays = [datetime.fromtimestamp(week / 1000, UTC) for week in weeks]
    for (monday,) in connection.execute(_WITHOUT, (mondays, table)).fetchall():
        _make_partition(connection, table, monday.astimezone(UTC))


def _make_partition(connection: Connection, table: str, monday: datetime) -> None:
    """A partition for one week. Rows of it that stand in the default partition, from the future, move into it.

    Two stores that want it wait for each other at the first lock. The second keeps others from writing rows of that
    week to the default partition between the move and the end.
    """
    name, first, last = f"{table}_{monday:%Y%m%d}", f"'{monday:%Y-%m-%d}Z'", f"'{monday + _WEEK:%Y-%m-%d}Z'"
    within = f"observed_at >= {first} AND observed_at < {last}"
    statements = (
        f"LOCK TABLE ONLY {table}_default IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE IF NOT EXISTS {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        f"WITH moved AS (DELETE FROM {table}_default WHERE {within} RETURNING *) INSERT INTO {name} TABLE moved",  # noqa: S608 -- names of ours
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({last})",
    )
    with connection.transaction():
        connection.execute(f"LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE".encode())
        if connection.execute("SELECT FROM pg_inherits WHERE inhrelid = to_regclass(%s)", (name,)).rowcount:
            return
        for statement in statements:
            connection.execute(statement.encode())
