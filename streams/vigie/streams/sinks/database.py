"""How the store's database is reached."""

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from vigie.streams.settings import Settings, SettingsError

UNLESS_SAID_OTHERWISE: dict[str, Any] = {
    "application_name": "vigie",
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
"""What the connection string may say otherwise: a host that vanishes is noticed within 30 s, where TCP takes hours."""

_TO_WRITE = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    " UNION ALL SELECT set_config('tcp_keepalives_idle', '10', false)"
    " UNION ALL SELECT set_config('tcp_keepalives_interval', '5', false)"
    " UNION ALL SELECT set_config('tcp_keepalives_count', '4', false)"
)
"""Commits are on disk before they are answered, and the server lets go of what a vanished store held locked."""


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
    wanted = UNLESS_SAID_OTHERWISE | conninfo_to_dict(dsn(settings))
    return psycopg.connect(make_conninfo("", **wanted), autocommit=True)


def connect_to_write(settings: Settings) -> "psycopg.Connection[Any]":
    """A connection as `connect` gives it, whose commits are on disk when the database answers them."""
    connection = connect(settings)
    connection.execute(_TO_WRITE)
    return connection
