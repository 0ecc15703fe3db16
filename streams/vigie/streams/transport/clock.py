"""The monotonic clock by which a worker knows that it was stopped, and the guard that then ends it."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

BEAT_S = 0.5

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now_s() -> float:
    """Monotonic seconds that also count the time a machine was suspended, where the system can tell."""
    return time.clock_gettime(_CLOCK)


def _leave() -> None:
    os._exit(1)  # not even the producer may send what it holds


class ZombieGuard:
    """Ends a worker that was stopped for longer than its session, before it sends what others have now.

    A worker that was suspended (SIGSTOP, a frozen machine) does not know that its partitions went to another one.
    Between any fetch and the send of what was made of it the loop beats here; two beats further apart than the
    session time-out mean that the partitions may be gone.

    Args:
        session_timeout_s: after how long without a heartbeat Kafka gives the partitions away.
        clock: monotonic seconds.
        leave: ends the process without sending anything.
    """

    def __init__(
        self, session_timeout_s: float, *, clock: Callable[[], float] = now_s, leave: Callable[[], None] = _leave
    ) -> None:
        self.session_timeout_s = session_timeout_s
        self._clock = clock
        self._leave = leave
        self.last_beat_s = clock()

    def check(self) -> None:
        """Call before anything is sent."""
        gap = self._clock() - self.last_beat_s
        if gap > self.session_timeout_s:
            log.critical(
                "This worker stood still for %.0f s, longer than its session of %.0f s: its work may be another "
                "worker's now. It ends without sending, and starts anew",
                gap,
                self.session_timeout_s,
            )
            self._leave()

    def before(self, call: Callable[[], T]) -> Callable[[], T]:
        """The same call, after the check."""

        def checked() -> T:
            self.check()
            return call()

        return checked

    def beat(self) -> None:
        """The event loop is alive."""
        self.check()
        self.last_beat_s = self._clock()

    async def run(self, on_beat: Callable[[], None] = lambda: None) -> None:
        """Beat for ever."""
        while True:
            self.beat()
            on_beat()
            await asyncio.sleep(BEAT_S)
