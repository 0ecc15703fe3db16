"""Repairs of history in the database: what is asked for, the stored uplinks that it needs, how far it has come."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import psycopg

from vigie.streams.core.repair import Place, Repair, StoredRow

Connection = psycopg.Connection[Any]

_ACTIVE_LOCK = 0x5245434F
"""Advisory lock of the session of the active `recompute`; PostgreSQL lets it go when that session ends."""

_REPAIR = (
    "number, revision, point, device, coalesce(lower(span), '-infinity')::text,"
    " coalesce(upper(span), 'infinity')::text, reason, state, done_to::text, uplinks"
)
_NAMES = ("number", "revision", "point", "device", "since", "until", "reason", "state", "done_to", "uplinks")
_ROWS = (
    "SELECT observed_at::text, id, (extract(epoch FROM observed_at) * 1000)::bigint, revision, network,"
    " (extract(epoch FROM received_at) * 1000)::bigint, (extract(epoch FROM ingested_at) * 1000)::bigint,"
    ' properties, channels, "values" FROM uplink'
    " WHERE device = %(device)s AND observed_at >= %(since)s::timestamptz AND observed_at < %(until)s::timestamptz"
    " AND (observed_at, id) > (%(at)s::timestamptz, %(id)s)"
    " ORDER BY observed_at, id LIMIT %(limit)s"
)
_BEFORE_ALL = "00000000-0000-0000-0000-000000000000"


class Moved(NamedTuple):
    """How far a repair has come.

    Attributes:
        number: of the repair.
        done_to: instant before which all is handed on, as PostgreSQL writes it; None where there was nothing.
        uplinks: rows handed on before it, or altogether.
        done: whether nothing is left.
    """

    number: int
    done_to: str | None
    uplinks: int
    done: bool


def become_active(connection: Connection) -> bool:
    """Whether this session is the active one now; False while another one is."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_ACTIVE_LOCK,)).fetchone()
    return row is not None and bool(row[0])


def asked(connection: Connection, limit: int) -> list[Repair]:
    """Repairs to be done, in the order in which they were asked for."""
    rows = connection.execute(
        f"SELECT {_REPAIR} FROM fleet_repair WHERE state = 'asked' ORDER BY number LIMIT %s".encode(),  # noqa: S608
        (limit,),
    )
    return [_repair(row) for row in rows]


def count_asked(connection: Connection) -> int:
    """How many repairs are still to be done."""
    row = connection.execute("SELECT count(*) FROM fleet_repair WHERE state = 'asked'").fetchone()
    return int(row[0]) if row else 0


def stored_rows(connection: Connection, repair: Repair, place: Place | None, limit: int) -> list[StoredRow]:
    """The next rows of a repair, by instant and id.

    Args:
        connection: in autocommit mode.
        repair: which.
        place: the last row that was read; None begins where the repair was left.
        limit: at most so many.
    """
    since = repair.done_to or repair.since
    values = {
        "device": repair.device, "since": place.at if place else since, "until": repair.until,
        "at": place.at if place else since, "id": place.id if place else _BEFORE_ALL, "limit": limit,
    }  # fmt: skip
    return [StoredRow(*row) for row in connection.execute(_ROWS.encode(), values)]


def move(connection: Connection, moves: Collection[Moved]) -> None:
    """Note how far repairs have come, all or none."""
    connection.execute(
        "UPDATE fleet_repair r SET done_to = coalesce(v.done_to::timestamptz, r.done_to), uplinks = v.uplinks,"
        " state = CASE WHEN v.done THEN 'done' ELSE r.state END"
        " FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::boolean[]) AS v (number, done_to, uplinks, done)"
        " WHERE r.number = v.number",
        tuple([list(column) for column in zip(*moves, strict=True)]),
    )


def stored_offsets(connection: Connection, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """Where the store goes on reading: (bare topic, partition) -> offset."""
    rows = connection.execute(
        "SELECT topic, partition, next_offset FROM sink_offset WHERE topic = ANY(%s)", (list(topics),)
    )
    return {(topic, partition): offset for topic, partition, offset in rows}


def listed(connection: Connection, states: Collection[str], limit: int) -> list[Repair]:
    """Repairs in any of these states, the latest first."""
    rows = connection.execute(
        f"SELECT {_REPAIR} FROM fleet_repair WHERE state = ANY(%s) ORDER BY number DESC LIMIT %s".encode(),  # noqa: S608
        (list(states), limit),
    )
    return [_repair(row) for row in rows]


def counts(connection: Connection) -> dict[str, int]:
    """How many repairs there are in each state."""
    rows = connection.execute("SELECT state, count(*) FROM fleet_repair GROUP BY state")
    return {"offered": 0, "asked": 0, "done": 0} | dict(rows.fetchall())


def ask(connection: Connection, numbers: Collection[int] | None) -> Mapping[int, str]:
    """Ask for repairs that an apply only offered.

    Args:
        connection: in autocommit mode.
        numbers: which; None for all that are offered.

    Returns:
        Number -> state before, of those that exist.
    """
    with connection.transaction():
        rows = connection.execute(
            "SELECT number, state FROM fleet_repair WHERE CASE WHEN %(all)s THEN state = 'offered'"
            " ELSE number = ANY(%(numbers)s) END ORDER BY number FOR UPDATE",
            {"all": numbers is None, "numbers": list(numbers or ())},
        ).fetchall()
        offered = [number for number, state in rows if state == "offered"]
        connection.execute("UPDATE fleet_repair SET state = 'asked' WHERE number = ANY(%s)", (offered,))
    return dict(rows)


def _repair(row: tuple[Any, ...]) -> Repair:
    return Repair(**dict(zip(_NAMES, row, strict=True)))
