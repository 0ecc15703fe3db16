"""What goes with a mail about an alert, asked of the store: a series, arrivals, a point's name, explained alerts."""

from collections.abc import Sequence
from typing import Any

import psycopg

from vigie.streams.core.mail.letter import Child
from vigie.streams.sinks import fleet_queries

Connection = psycopg.Connection[Any]

BEHIND_MS = 7 * 86_400_000
"""A message that arrives may be about a time so long ago: the index of uplinks is by their own instant."""
_MOST = 20_000


def arrivals(connection: Connection, addresses: Sequence[str], start_at: int, end_at: int) -> list[int]:
    """When messages of these addresses came in a span (epoch ms UTC, inclusive), rising."""
    rows = connection.execute(
        "SELECT (extract(epoch FROM ingested_at) * 1000)::bigint FROM uplink WHERE device = ANY (%(addresses)s)"
        " AND observed_at >= to_timestamp(%(early)s / 1000.0)"
        " AND observed_at <= to_timestamp(%(end)s / 1000.0) + interval '5 min'"
        " AND ingested_at BETWEEN to_timestamp(%(start)s / 1000.0) AND to_timestamp(%(end)s / 1000.0)"
        " ORDER BY 1 LIMIT %(most)s",
        {"addresses": list(addresses), "early": start_at - BEHIND_MS, "start": start_at, "end": end_at, "most": _MOST},
    )
    return [at for (at,) in rows]


def addresses_of(connection: Connection, device: str) -> list[str]:
    """Every address that a device ever had; itself, where the fleet does not know it."""
    versions = fleet_queries.versions(connection, "device", device)
    return sorted({address for one in versions for address in one.get("addresses", [])}) or [device]


def point_name(connection: Connection, point: str, at: int) -> str:
    """Code and name of a point at an instant (epoch ms UTC); its id, where the fleet does not know it."""
    found = fleet_queries.at(fleet_queries.versions(connection, "point", point), at)
    if found is None:
        return point
    code, name = found.get("code", point), found.get("name")
    return f"{code} ({name})" if name else str(code)


def children(connection: Connection, alert_ids: Sequence[str]) -> list[Child]:
    """What these alerts are about, as they were raised; those that the archive does not hold yet are left out."""
    rows = connection.execute(
        "SELECT DISTINCT ON (alert_id) alert_id, alarm_key, fields FROM alert_event WHERE alert_id = ANY (%s)"
        " ORDER BY alert_id, revision",
        (list(alert_ids),),
    )
    return sorted((Child(name, key, fields) for name, key, fields in rows), key=lambda one: one.alarm_key)
