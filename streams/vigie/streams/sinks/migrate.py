"""The database's tables, brought to this version: numbered files, each once, each in a transaction."""

from importlib.resources import files
from typing import Any

import psycopg

from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.topics.property import PROPERTIES

_LOCK = 0x56494749
"""Advisory lock: two workers that start together do not migrate together."""


class NewerDatabaseError(CannotGoOnError):
    """The database was made by a later version of Vigie."""


def _migrations() -> list[tuple[int, str, str]]:
    folder = files("vigie.streams.sinks").joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names]


def migrate(connection: "psycopg.Connection[Any]") -> int:
    """Apply what is missing, and refresh the property catalogue.

    Args:
        connection: in autocommit mode.

    Returns:
        The version that the database now has.

    Raises:
        NewerDatabaseError: it already has a later one.
    """
    todo = _migrations()
    last = todo[-1][0]
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version"
            " (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
        have = int(str(row[0])) if row else 0
        if have > last:
            raise NewerDatabaseError(
                f"The database has version {have} of its tables, this Vigie knows {last}: "
                "install the Vigie that made it, or a later one"
            )
        for version, name, text in todo:
            if version > have:
                connection.execute(text.encode())
                connection.execute("INSERT INTO schema_version (version, name) VALUES (%s, %s)", (version, name))
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO property (id, name, unit, kind, label_fr) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT (id) DO UPDATE SET (name, unit, kind, label_fr)"
                " = (excluded.name, excluded.unit, excluded.kind, excluded.label_fr)",
                [(p.id, p.name, p.unit, p.kind.value, p.label_fr) for p in PROPERTIES.values()],
            )
    return last
