"""How long does a body take from the hand of its sender to a row that a reader of the database can see?"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from vigie.deploy.demo.expected import UPLINK, Event

LOOK_S = 0.05
_SEEN = """
SELECT place FROM unnest(%s::text[], %s::timestamptz[]) WITH ORDINALITY AS wanted (device, observed_at, place)
WHERE EXISTS (SELECT FROM uplink WHERE uplink.device = wanted.device AND uplink.observed_at = wanted.observed_at)
"""


class DelayProbe:
    """Watches one body per minute of the day; exact to the interval at which it looks (50 ms).

    Args:
        database: connection string.
    """

    def __init__(self, database: str) -> None:
        self._database = database
        self._waiting: list[tuple[str, datetime, float]] = []
        self.delays_s: list[float] = []

    def handing(self, events: Sequence[Event]) -> None:
        """Bodies are about to be sent: watch the first that becomes an uplink with a reading."""
        for event in events:
            if event.fate == UPLINK and event.points:
                observed_at = datetime.fromtimestamp(event.points[0].observed_at / 1000, UTC)
                self._waiting.append((event.device, observed_at, time.monotonic()))
                return

    async def watch(self) -> None:
        """Look until cancelled."""
        async with await psycopg.AsyncConnection.connect(self._database, autocommit=True) as connection:
            while True:
                await asyncio.sleep(LOOK_S)
                asked = self._waiting[:500]
                if not asked:
                    continue
                # Before the store's first start the table is not there.
                with contextlib.suppress(psycopg.errors.UndefinedTable):
                    cursor = await connection.execute(_SEEN, ([one[0] for one in asked], [one[1] for one in asked]))
                    now = time.monotonic()
                    seen = {place - 1 for (place,) in await cursor.fetchall()}
                    self.delays_s += [now - asked[place][2] for place in seen]
                    self._waiting = [one for place, one in enumerate(self._waiting) if place not in seen]

    def quantile(self, share: float) -> float | None:
        """A quantile of the delays in seconds; None while there are none.

        >>> probe = DelayProbe("")
        >>> probe.delays_s = [0.1, 0.2, 0.3, 0.4]
        >>> probe.quantile(0.5), probe.quantile(0.95)
        (0.2, 0.4)
        """
        delays = sorted(self.delays_s)
        return delays[max(0, -(-int(share * 1000) * len(delays) // 1000) - 1)] if delays else None
