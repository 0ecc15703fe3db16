"""The outbox of `notify` on Kafka: its records at their places, and the one order in which they are saved."""

import asyncio
from collections.abc import Iterable

from vigie.streams.core.mail.outbox_records import Record, dump, load
from vigie.streams.core.mail.shelf import Shelf
from vigie.streams.transport.state import KeyedState
from vigie.streams.transport.step import Save

PARTITION = 0
EVENTS = "alerts.v1"


class OutboxState:
    """What stands on state.notify.outbox.

    Attributes:
        state: for the harness.
        shelf: of the records that are loaded; new after each load.
        offset: of the last event taken; -1 for none.
    """

    def __init__(self) -> None:
        self.state: KeyedState[Record] = KeyedState("state.notify.outbox", load=load, dump=dump)
        self.shelf = Shelf(self)
        self.offset = -1
        self._save: Save | None = None
        self._saving = asyncio.Lock()

    def bind(self, save: Save) -> None:
        """Take the harness's way to save."""
        self._save = save

    def loaded(self) -> Shelf:
        """The state was loaded: its records, on a new shelf."""
        self.shelf = Shelf(self)
        self.offset = self.shelf.applied(self.shelf.head)
        return self.shelf

    async def save(self) -> None:
        """Write what has changed, and return when Kafka has it.

        One at a time: else a save could find that another took its changes, and return before they are confirmed.
        """
        assert self._save is not None, "the harness binds before it writes"
        async with self._saving:
            if self.shelf.is_changed(self.offset):
                self.shelf.write()
                await self._save()

    # -- Places

    def items(self) -> Iterable[tuple[str, Record]]:
        """All places and what they hold."""
        return self.state.items(PARTITION)

    def put(self, place: str, record: Record) -> None:
        """Keep a record, changed by what was read so far."""
        if self.offset >= 0:
            self.state.put(PARTITION, place, record, EVENTS, self.offset)
        else:
            self.state.put(PARTITION, place, record)

    def applied(self, place: str) -> int:
        """Offset of the last event that changed what stands at a place; -1 for none."""
        return self.state.applied(PARTITION, place, EVENTS)
