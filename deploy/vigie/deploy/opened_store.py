"""The store as commands ask it: opened to be read, and a sentence where it cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from vigie.deploy.connection_string import check_connection_string
from vigie.deploy.console_words import say
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.store import Store, store_of
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import place


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store, to be read only.

    Raises:
        OperatorError: none is known here, it does not answer, or it has no tables yet.
    """
    with answers(settings), store_of(settings)() as store:
        yield store


@contextmanager
def answers(settings: Settings) -> Iterator[None]:
    """A block that opens the database of the settings, whose failures are sentences.

    Raises:
        OperatorError: none is known here, it does not answer, or it has no tables yet.
    """
    if not settings.database:
        raise OperatorError(say(settings.language, "no_database"), Exit.NOT_RUNNING)
    check_connection_string(settings.database)
    try:
        yield
    except psycopg.errors.UndefinedTable:
        raise OperatorError(
            f"The database {place(settings.database)} has no tables of Vigie yet: start the role `store` once.",
            Exit.NOT_READY,
        ) from None
    except psycopg.OperationalError as error:
        raise OperatorError(
            f"The database {place(settings.database)} does not answer: {str(error).strip()}", Exit.UNREACHABLE
        ) from None
