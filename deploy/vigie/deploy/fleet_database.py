"""The database as commands about the fleet ask it: opened, and a sentence where it cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from vigie.deploy.connection_string import check_connection_string
from vigie.deploy.console_words import say
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect_to_write, place


@contextmanager
def opened_fleet(settings: Settings) -> Iterator["psycopg.Connection[Any]"]:
    """A connection in autocommit mode, whose commits are on disk.

    Raises:
        OperatorError: none is known here, it does not answer, or it has no tables yet.
    """
    if not settings.database:
        raise OperatorError(say(settings.language, "no_database"), Exit.NOT_RUNNING)
    check_connection_string(settings.database)
    try:
        with connect_to_write(settings) as connection:
            yield connection
    except psycopg.errors.UndefinedTable:
        raise OperatorError(
            f"The database {place(settings.database)} has no tables of the fleet yet: start the role `store` once.",
            Exit.NOT_READY,
        ) from None
    except psycopg.OperationalError as error:
        raise OperatorError(
            f"The database {place(settings.database)} does not answer: {str(error).strip()}", Exit.UNREACHABLE
        ) from None
