"""The database as commands read it, and a sentence where it cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from vigie.deploy.connection_string import check_connection_string
from vigie.deploy.console_words import say
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect, place


@contextmanager
def told(settings: Settings) -> Iterator[None]:
    """Within it, a database that cannot be asked ends the command with a sentence.

    Raises:
        OperatorError: no database is known here, it does not answer, or it has no tables yet.
    """
    if not settings.database:
        raise OperatorError(say(settings.language, "no_database"), Exit.NOT_RUNNING)
    check_connection_string(settings.database)
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
        raise OperatorError(
            f"The database {place(settings.database)} has no tables of Vigie yet: start the role `store` once.",
            Exit.NOT_READY,
        ) from None
    except psycopg.OperationalError as error:
        raise OperatorError(
            f"The database {place(settings.database)} does not answer: {str(error).strip()}", Exit.UNREACHABLE
        ) from None


@contextmanager
def opened_database(settings: Settings) -> Iterator["psycopg.Connection[Any]"]:
    """A connection that only reads, in autocommit mode.

    Raises:
        OperatorError: as `told` says.
    """
    with told(settings), connect(settings) as connection:
        connection.execute("SET default_transaction_read_only = on")
        yield connection
