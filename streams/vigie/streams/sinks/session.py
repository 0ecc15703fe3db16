"""The store's session with its database: one connection, on one thread of its own."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg

from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect_to_write
from vigie.streams.sinks.refusals import in_words, is_of_the_database

log = logging.getLogger(__name__)

T = TypeVar("T")
Connection = psycopg.Connection[Any]
Work = Callable[[Connection], T]

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0


class Session:
    """Does one piece of work after the other, each until the database takes it.

    Args:
        settings: of the installation.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._connection: Connection | None = None
        self._unwanted: set[threading.Event] = set()

    def run(self, work: "Work[T]") -> "asyncio.Future[T]":
        """Begin some work when what was begun before is done; cancelling the future ends its attempts.

        Args:
            work: takes the connection, in autocommit mode; called again after each refusal that is the database's.
        """
        unwanted = threading.Event()
        self._unwanted.add(unwanted)
        running = asyncio.wrap_future(self._thread.submit(self._until_taken, work, unwanted))

        def ended(_: object) -> None:
            unwanted.set()
            self._unwanted.discard(unwanted)

        running.add_done_callback(ended)
        return running

    async def close(self) -> None:
        """End what is tried again and again, and let the connection go."""
        for unwanted in self._unwanted:
            unwanted.set()
        await asyncio.wrap_future(self._thread.submit(self._let_go))
        self._thread.shutdown(wait=False)

    # -- in the thread

    def _until_taken(self, work: "Work[T]", unwanted: threading.Event) -> T:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return work(self._connected())
            except psycopg.Error as error:
                self._let_go()  # after a failover, and after a table was changed, an old session never recovers
                if not is_of_the_database(error) or unwanted.is_set():
                    raise
                log.warning(
                    "%s; trying again in %.1f s, nothing is lost meanwhile: Kafka keeps what is to be stored",
                    in_words(error),
                    pause_s,
                )
                if unwanted.wait(pause_s):
                    raise
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect_to_write(self._settings)
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
