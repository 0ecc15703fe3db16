"""Interventions asked of the store: those that are open, and whether data came back after those that were closed."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from vigie.streams.core.intervention_steps import INSTANT_OF, OPEN, Return, after_closing
from vigie.streams.sinks import fleet_queries
from vigie.streams.sinks.fleet_queries import Known, epoch_ms

Connection = psycopg.Connection[Any]


class Followed(NamedTuple):
    """An intervention and what became of it; code: the point's readable one today."""

    intervention: Known
    code: str
    returned: Return


def returns(connection: Connection, now: int, since: int) -> list[Followed]:
    """Open interventions, and closed ones that ended at or after an instant; what needs a hand stands first.

    Args:
        connection: to the store.
        now: epoch ms UTC.
        since: epoch ms UTC.
    """
    found = {one.id: one for one in fleet_queries.of_kind(connection, "intervention")}
    followed = []
    for one in found.values():
        state = str(one.get("state"))
        point = fleet_queries.at(fleet_queries.versions(connection, "point", str(one.get("point"))), now)
        code = str(point.get("code", point.id)) if point else str(one.get("point"))
        if state in OPEN:
            followed.append(Followed(one, code, Return(state, _ms(one.get(INSTANT_OF[state])) or now, None, None)))
        elif state == "done" and point and (ended_at := _ms(one.get("ended_at"))) is not None and ended_at >= since:
            first = _first_arrival(connection, point.id, ended_at)
            followed.append(Followed(one, code, after_closing(ended_at, int(point.get("upload_s")), first, now)))
    order = ("missing", "under_way", "late", "waiting", "accepted", "requested", "back")
    return sorted(followed, key=lambda one: (order.index(one.returned.state), one.returned.since_at))


def _first_arrival(connection: Connection, point: str, ended_at: int) -> int | None:
    """Arrival of the first data that were measured after an intervention."""
    row = connection.execute(
        "SELECT ingested_at FROM observation WHERE point = %s AND observed_at > to_timestamp(%s / 1000.0)"
        " AND observed_at <= ingested_at + interval '5 minutes' AND NOT withdrawn ORDER BY observed_at LIMIT 1",
        (point, ended_at),
    ).fetchone()
    return epoch_ms(row[0]) if row else None


def _ms(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)
