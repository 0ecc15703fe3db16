"""What PostgreSQL knows of the fleet, now or as it was known at an instant."""

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from vigie.topics.fleet.stated import Fleet, Key, Stated

Connection = psycopg.Connection[Any]

_VERSIONS = (
    "SELECT o.kind, o.id, (extract(epoch FROM lower(v.valid)) * 1000)::bigint,"
    " (extract(epoch FROM upper(v.valid)) * 1000)::bigint, v.attributes::text"
    " FROM fleet_version v JOIN fleet_object o ON o.number = v.object"
)
_NOW = " WHERE v.superseded_at IS NULL"
_THEN = " WHERE v.recorded_at <= %(at)s AND (v.superseded_at IS NULL OR v.superseded_at > %(at)s)"
_ORDER = " ORDER BY o.kind, o.id, lower(v.valid) NULLS FIRST"


def read(connection: Connection, *, known_at: datetime | None = None) -> Fleet:
    """Every object's history.

    Args:
        connection: to a database that has our tables.
        known_at: aware; as it was known at that instant. None: as it is known now.
    """
    found: dict[Key, list[Stated]] = defaultdict(list)
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with connection.cursor() as cursor:
        cursor.execute((_VERSIONS + (_NOW if known_at is None else _THEN) + _ORDER).encode(), {"at": known_at})
        for kind, name, valid_from, valid_to, attributes in cursor:
            found[kind, name].append(
                Stated(kind=kind, id=name, valid_from=valid_from, valid_to=valid_to, attributes=decode(attributes))
            )
    return {key: tuple(versions) for key, versions in found.items()}


def revision(connection: Connection) -> int:
    """The fleet's revision; 0 before the first apply."""
    row = connection.execute("SELECT coalesce(max(revision), 0) FROM fleet_revision").fetchone()
    return int(row[0]) if row else 0
