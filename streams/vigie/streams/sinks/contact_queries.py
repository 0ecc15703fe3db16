"""Who may be told of alerts, as the fleet's tables say: contacts, mailing lists, communes."""

from typing import Any

import psycopg

from vigie.streams.core.mail.held import FIELDS, Held, Version
from vigie.streams.fleet import known

Connection = psycopg.Connection[Any]

_QUERY = (
    "SELECT o.kind, o.id, (extract(epoch FROM lower(v.valid)) * 1000)::bigint,"
    " (extract(epoch FROM upper(v.valid)) * 1000)::bigint, v.attributes"
    " FROM fleet_object o JOIN fleet_version v ON v.object = o.number AND v.superseded_at IS NULL"
    " WHERE o.kind = ANY (%s) ORDER BY o.kind, o.id, lower(v.valid) NULLS FIRST"
)


def held(connection: Connection) -> Held:
    """Contacts, lists, and what goes with them, in all their versions, as known now.

    Args:
        connection: to a database with our tables, in autocommit mode.
    """
    with connection.transaction():
        # One snapshot: a list that names a contact is never read without it.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        revision = known.revision(connection)
        rows = connection.execute(_QUERY, (list(FIELDS),)).fetchall()
    versions = (
        Version(kind, name, from_at, to_at, {field: attributes[field] for field in FIELDS[kind] if field in attributes})
        for kind, name, from_at, to_at, attributes in rows
    )
    return Held(revision=revision, versions=tuple(versions))
