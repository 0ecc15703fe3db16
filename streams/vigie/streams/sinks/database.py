"""How the store's database is reached."""

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from vigie.streams.settings import Settings, SettingsError


def dsn(settings: Settings) -> str:
    """The connection string; the supervisor gives the embedded database's to its roles as VIGIE_DATABASE.

    Raises:
        SettingsError: there is none.
    """
    if not settings.database:
        raise SettingsError(
            "VIGIE_DATABASE is not set, so there is no database to open: "
            "start with `vigie up`, or name an external PostgreSQL"
        )
    return settings.database


def place(conninfo: str) -> str:
    """Where a database is, for a log line, without its password.

    >>> place("postgresql://vigie:secret@127.0.0.1:5432/vigie")
    '127.0.0.1:5432/vigie'
    """
    parts = conninfo_to_dict(conninfo)
    return f"{parts.get('host', 'local')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def connect(settings: Settings) -> "psycopg.Connection[Any]":
    """A connection in autocommit mode; transactions are opened where they are meant.

    Raises:
        psycopg.OperationalError: the database does not answer within 5 s.
    """
    return psycopg.connect(dsn(settings), autocommit=True, connect_timeout=5, application_name="vigie")
