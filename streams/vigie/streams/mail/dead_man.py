"""The dead man's switch: an address that is called once a minute while all goes well, for a watch from outside.

Well means: ticks come, and no mail has waited long. When the calls end, that watch tells people what no mail can.
"""

import asyncio
import logging
import time
from collections.abc import Callable

import httpx

log = logging.getLogger(__name__)

PERIOD_S = 60.0
TICK_LIMIT_S = 150.0
"""Without a tick for so long, nobody decides anything."""
OLDEST_LIMIT_S = 900.0
"""A mail that could leave and waits for so long says that nobody is told of anything."""
ANSWER_LIMIT_S = 10.0


class DeadMan:
    """Calls the address.

    Args:
        url: http or https.
        oldest_s: age of the oldest mail that could leave and waits.
    """

    def __init__(self, url: str, oldest_s: Callable[[], float]) -> None:
        self._url, self._oldest_s = url, oldest_s
        self._tick_at_s = float("-inf")

    def tick(self) -> None:
        """A tick has come."""
        self._tick_at_s = time.monotonic()

    def is_well(self) -> bool:
        """Whether the address may be called."""
        return time.monotonic() - self._tick_at_s <= TICK_LIMIT_S and self._oldest_s() <= OLDEST_LIMIT_S

    async def run(self) -> None:
        """Call it, until cancelled."""
        async with httpx.AsyncClient(timeout=ANSWER_LIMIT_S) as client:
            while True:
                if self.is_well():
                    try:
                        answer = await client.get(self._url)
                    except httpx.HTTPError as error:
                        log.warning("VIGIE_DEAD_MAN_URL does not answer (%s)", error or type(error).__name__)
                    else:
                        if not answer.is_success:
                            log.warning("VIGIE_DEAD_MAN_URL answers %d", answer.status_code)
                    await asyncio.sleep(PERIOD_S)
                else:
                    await asyncio.sleep(1.0)
