"""Messages of MQTT that are not yet handed on; those without acknowledgement are kept within a limit.

Nothing but this limit holds a sender of QoS 0 back. Of QoS 1 the broker sends no more than its window.
"""

import asyncio
from collections.abc import Callable
from typing import Any

MOST, MOST_BYTES = 10_000, 64_000_000


class Inbox(asyncio.Queue[Any]):
    """A queue of messages (`qos`, `payload`).

    Args:
        overflow: called for each message that is dropped.
        maxsize: of asyncio's queue.
    """

    def __init__(self, overflow: Callable[[], None], maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._overflow = overflow
        self._bytes = 0

    def put_nowait(self, item: Any) -> None:
        """Take a message, or drop it."""
        if item.qos == 0 and (self.qsize() >= MOST or self._bytes + len(item.payload) > MOST_BYTES):
            self._overflow()
            return
        self._bytes += len(item.payload)
        super().put_nowait(item)

    def _get(self) -> Any:
        item = super()._get()
        self._bytes -= len(item.payload)
        return item
