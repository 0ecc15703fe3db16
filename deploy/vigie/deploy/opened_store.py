"""The store as commands ask it: opened to be read, and a sentence where it cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager

from vigie.deploy.opened_database import told
from vigie.serving.store import Store, store_of
from vigie.streams.settings import Settings

QUESTION_LIMIT_MS = 600_000
"""Who types a command waits for the report of a month; the pages answer within seconds or not at all."""


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store, to be read only.

    Raises:
        OperatorError: as `told` says.
    """
    with told(settings), store_of(settings, QUESTION_LIMIT_MS)() as store:
        yield store
