"""The partitions of the table `uplink`: one per week, made when its first row comes."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]

_WEEK = timedelta(days=7)

_WITHOUT = r"""
SELECT week FROM unnest(%s::timestamptz[]) AS week WHERE NOT EXISTS (
    SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    CROSS JOIN LATERAL regexp_match(
        pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''?([^'')]+)''?\) TO \(''?([^'')]+)''?\)$'
    ) AS ends
    WHERE i.inhparent = 'uplink'::regclass AND ends IS NOT NULL
    AND coalesce(nullif(ends[1], 'MINVALUE'), '-infinity')::timestamptz < week + interval '168 hours'
    AND coalesce(nullif(ends[2], 'MAXVALUE'), 'infinity')::timestamptz > week
) ORDER BY week
"""
"""Weeks that no partition reaches into, whatever its name: an operator's may hold a month, or an archived year."""


def make_missing_partitions(connection: Connection, weeks: Collection[int]) -> None:
    """See that these weeks (Mondays 00:00 UTC, epoch ms) have partitions.

    Args:
        connection: in autocommit mode.
        weeks: of the rows that are about to be written.
    """
    mondays = [datetime.fromtimestamp(week / 1000, UTC) for week in weeks]
    for (monday,) in connection.execute(_WITHOUT, (mondays,)).fetchall():
        _make_partition(connection, monday.astimezone(UTC))


def _make_partition(connection: Connection, monday: datetime) -> None:
    """A partition for one week. Rows of it that stand in the default partition, from the future, move into it.

    Two stores that want it wait for each other at the first lock. The second keeps others from writing rows of that
    week to the default partition between the move and the end.
    """
    name, first, last = f"uplink_{monday:%Y%m%d}", f"'{monday:%Y-%m-%d}Z'", f"'{monday + _WEEK:%Y-%m-%d}Z'"
    within = f"observed_at >= {first} AND observed_at < {last}"
    statements = (
        "LOCK TABLE ONLY uplink_default IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE IF NOT EXISTS {name} (LIKE uplink INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        f"WITH moved AS (DELETE FROM uplink_default WHERE {within} RETURNING *) INSERT INTO {name} TABLE moved",  # noqa: S608 -- names of ours
        f"ALTER TABLE uplink ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({last})",
    )
    with connection.transaction():
        connection.execute("LOCK TABLE ONLY uplink IN SHARE UPDATE EXCLUSIVE MODE")
        if connection.execute("SELECT FROM pg_inherits WHERE inhrelid = to_regclass(%s)", (name,)).rowcount:
            return
        for statement in statements:
            connection.execute(statement.encode())
