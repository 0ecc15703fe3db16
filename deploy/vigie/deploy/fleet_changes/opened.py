"""The database as commands open it that change the fleet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from vigie.deploy.opened_database import told
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.fleet import known
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect_to_write
from vigie.streams.sinks.migrate import NewerDatabaseError, migrate
from vigie.topics.fleet.stated import Fleet

Connection = psycopg.Connection[Any]


@contextmanager
def opened(settings: Settings) -> Iterator[Connection]:
    """A connection in autocommit mode to a database that has our tables: a fleet may be stated before the store ran.

    Raises:
        OperatorError: no database is known here, it does not answer, or a later release made it.
    """
    with told(settings), connect_to_write(settings) as connection:
        try:
            migrate(connection)
        except NewerDatabaseError as error:
            raise OperatorError(str(error), Exit.NOT_READY) from None
        yield connection


def known_fleet(connection: Connection) -> Fleet:
    """The fleet as it is known now; empty where the database has no tables yet."""
    return known_with_revision(connection)[1]


def known_with_revision(connection: Connection) -> tuple[int, Fleet]:
    """The same, with the revision that it had just before it was read."""
    row = connection.execute("SELECT to_regclass('fleet_version') IS NOT NULL").fetchone()
    return (known.revision(connection), known.read(connection)) if row and row[0] else (0, {})
