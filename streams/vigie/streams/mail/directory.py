"""Lists and contacts from PostgreSQL, current within seconds, with a last copy in a file for when it is away.

The copy names persons and their addresses, so it is readable by the installation's user only (mode 0600), and nothing
of it goes to Kafka or to the log.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

import psycopg

from vigie.streams.core.mail.directory import AddressBook
from vigie.streams.core.mail.held import Held, book_at, communes_at
from vigie.streams.fleet import known
from vigie.streams.intake.kept import Kept
from vigie.streams.settings import Settings, SettingsError
from vigie.streams.sinks import contact_queries
from vigie.streams.sinks.database import connect
from vigie.streams.sinks.refusals import in_words

log = logging.getLogger(__name__)

ASK_S = 15.0
"""How often the fleet's revision is asked for."""
READ_S = 300.0
"""How often all is read, whatever the revision."""
STATEMENT_LIMIT_MS = 10_000


class KeptDirectory:
    """The directory of an installation.

    Args:
        settings: data folder and database.
        now_ms: epoch ms UTC: who holds a role now. It is the wall clock's business, on a recorded day too: mails go
            to persons of today.
    """

    def __init__(self, settings: Settings, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._settings, self._now_ms = settings, now_ms
        self._kept = Kept(settings.data / "notify", "directory")
        self._held = Held()
        self._book: tuple[int, Held, AddressBook] = (-1, self._held, AddressBook())
        self._keeping: asyncio.Task[None] | None = None
        self._read_at = float("-inf")
        self._away = False

    def book(self) -> AddressBook:
        """Who may be told now, by the newest copy at hand."""
        minute = self._now_ms() // 60_000
        if self._book[0] != minute or self._book[1] is not self._held:
            self._book = (minute, self._held, book_at(self._held, minute * 60_000))
        return self._book[2]

    def communes(self) -> dict[str, str]:
        """What communes are called, by their ids, by the newest copy at hand."""
        return communes_at(self._held, self._now_ms())

    async def start(self) -> None:
        """Read the last copy, and begin to keep it current."""
        if self._keeping is None:
            self._held = self._kept.load(Held, self._held)
            self._keeping = asyncio.create_task(self._keep(), name="directory")

    async def stop(self) -> None:
        """End it."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    async def refresh(self) -> None:
        """Read what changed; where the database is away, the last copy stays."""
        try:
            fresh = await asyncio.to_thread(self._read)
        except (psycopg.Error, SettingsError) as error:
            if not self._away:
                said = in_words(error) if isinstance(error, psycopg.Error) else str(error)
                log.warning(
                    "Mailing lists and contacts cannot be read: %s. Mails go on with the copy of revision %d (%s)",
                    said, self._held.revision, self._kept.file,
                )  # fmt: skip
            self._away = True
            return
        self._away = False
        if fresh is not None and fresh != self._held:
            self._held = fresh
            try:
                await asyncio.to_thread(self._kept.save, fresh)
            except OSError as error:
                log.warning("The copy of mailing lists and contacts cannot be written: %s. Make room, or correct who "
                            "owns the folder", error)  # fmt: skip

    async def _keep(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(ASK_S)

    def _read(self) -> Held | None:
        """In a thread: all, if the revision is another or all was last read long ago; else None."""
        due = time.monotonic() - self._read_at >= READ_S
        with connect(self._settings) as connection:
            connection.execute(f"SET statement_timeout = {STATEMENT_LIMIT_MS}".encode())
            if not due and known.revision(connection) == self._held.revision:
                return None
            fresh = contact_queries.held(connection)
        self._read_at = time.monotonic()
        return fresh
