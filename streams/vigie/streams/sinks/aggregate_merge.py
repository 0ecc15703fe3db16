"""Aggregates into the database: of a window the last record stands; of a named indicator the earlier ones are kept.

The order is that of the log. A record with a lower revision than what stands is a repeat: it changes nothing. One with
the same revision replaces it: its writer was started anew and came to the same number by another set of readings.
"""

from typing import Any

import psycopg

from vigie.streams.sinks.aggregate_rows import COLUMNS, AggregateRows
from vigie.streams.sinks.bulk import copied_to_its_place, copy_rows

Connection = psycopg.Connection[Any]

_NAMES = ", ".join(COLUMNS)
_CHANGED = COLUMNS[4:]

_INCOMING = (
    "CREATE TEMP TABLE IF NOT EXISTS incoming_aggregate (LIKE aggregate INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
)
_SUPERSEDE = f"INSERT INTO aggregate_superseded ({_NAMES}, recorded_at) "
_OTHER = "(i.revision, i.input_hash) <> (a.revision, a.input_hash)"
_KEEP_WHAT_STOOD = (
    f"{_SUPERSEDE} SELECT {', '.join('s.' + name for name in COLUMNS)}, s.recorded_at FROM incoming_aggregate i"  # noqa: S608 -- names of ours
    " CROSS JOIN LATERAL (SELECT a.* FROM aggregate a WHERE a.subject = i.subject AND a.indicator = i.indicator"
    " AND a.window_code = i.window_code AND a.window_start = i.window_start AND a.definition <> ''"
    f" AND i.revision >= a.revision AND {_OTHER} OFFSET 0) s ON CONFLICT DO NOTHING"
)
"""OFFSET 0 keeps the planner from reading the whole table: each row costs a look into an index."""
_KEEP_WHAT_PASSED = f"{_SUPERSEDE} SELECT {_NAMES}, now() FROM incoming_aggregate ON CONFLICT DO NOTHING"  # noqa: S608 -- names of ours
_PUT = (
    f"INSERT INTO aggregate ({_NAMES}) SELECT {_NAMES} FROM incoming_aggregate"  # noqa: S608 -- names of ours
    " ON CONFLICT (subject, indicator, window_code, window_start) DO UPDATE SET"
    f" ({', '.join(_CHANGED)}) = ROW({', '.join('excluded.' + name for name in _CHANGED)}),"
    " recorded_at = CASE WHEN (excluded.revision, excluded.input_hash) = (aggregate.revision, aggregate.input_hash)"
    " THEN aggregate.recorded_at ELSE excluded.recorded_at END"
    " WHERE excluded.revision >= aggregate.revision"
)


def write_aggregates(connection: Connection, rows: AggregateRows) -> None:
    """Write rows inside the open transaction: first revisions by COPY to their place, others over what stands."""
    found = sorted(rows.rows.values())  # by key: neighbours in the index are written together
    new, later = [one for one in found if not one.revision], [one for one in found if one.revision]
    if new and not copied_to_its_place(connection, "aggregate", _NAMES, [one.line for one in new]):
        later = found
    if not later and not rows.passed:
        return
    connection.execute(_INCOMING)
    if later:
        copy_rows(connection, "incoming_aggregate", _NAMES, [one.line for one in later])
        if any(one.is_named for one in later):
            connection.execute(_KEEP_WHAT_STOOD.encode())
        connection.execute(_PUT.encode())
        connection.execute("TRUNCATE incoming_aggregate")
    if rows.passed:
        copy_rows(connection, "incoming_aggregate", _NAMES, rows.passed)
        connection.execute(_KEEP_WHAT_PASSED.encode())
        connection.execute("TRUNCATE incoming_aggregate")
