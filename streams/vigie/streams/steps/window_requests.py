"""Requests of `vigie recompute`, piece by piece: a month of legal time each, noted when it is published."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

from prometheus_client import Gauge

from vigie.streams import metrics
from vigie.streams.core.windows.asked import Request, needs_owners, pieces, work_of
from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.work import Work
from vigie.streams.settings import Settings
from vigie.streams.sinks.recompute_requests import next_asked, note, waiting
from vigie.streams.sinks.session import Session

log = logging.getLogger(__name__)

LOOK_S = 1.0
TELL_S = 30.0
HOUR_MS = 3_600_000

requests_waiting = Gauge(
    "vigie_recompute_requests_waiting", "Requests of `vigie recompute` that are not done.", registry=metrics.REGISTRY
)


@dataclass(slots=True)
class Piece:
    """A month of a request.

    Attributes:
        request: which.
        roster: of the fleet by which it is done.
        works: what is to be done.
        done_to: its end, epoch ms UTC.
        last: whether nothing of the request is left after it.
        windows: computed so far.
        changed: published of these.
    """

    request: Request
    roster: Roster
    works: Iterator[Work]
    done_to: int
    last: bool
    windows: int = 0
    changed: int = 0

    async def noted(self, looked_at: int, changed: int) -> None:
        """Count a part that is published."""
        self.windows += looked_at
        self.changed += changed


class Requests:
    """Takes requests in the order in which they were asked.

    Args:
        settings: of the installation.
        session: with the database.
    """

    def __init__(self, settings: Settings, session: Session) -> None:
        self._settings, self._session = settings, session
        self._looked_at = -LOOK_S
        self._told_at = -TELL_S

    async def next(self, roster: Callable[[], Awaitable[Roster]], tick_at: int, answered: int) -> Piece | None:
        """The next piece; None where nothing is asked, or nobody looked for a second.

        Args:
            roster: of the fleet in force.
            tick_at: the last tick, epoch ms; 0 where none was heard.
            answered: the last that all of observe has answered: it tells which windows are still its own; -1 while
                some of it is unheard of.
        """
        if time.monotonic() - self._looked_at < LOOK_S:
            return None
        self._looked_at = time.monotonic()
        requests_waiting.set(await self._session.run(waiting))
        request = await self._session.run(next_asked)
        if request is None:
            return None
        if answered < 0 and needs_owners(request):
            self._tell(request)
            return None
        if self._settings.ticks == "live":
            tick_at = max(tick_at, int(time.time() * 1000))
        if not tick_at:  # of a recorded day nothing has closed yet, as far as anybody knows
            return None
        spans, of_fleet = pieces(request, self._settings.timezone), await roster()
        if not spans:
            await self._session.run(partial(note, number=request.number, done_to=request.to_at, windows=0, changed=0,
                                            done=True))  # fmt: skip
            return None
        if request.done_to <= request.from_at:
            log.info("Request %d: %s is computed again", request.number, request.indicator)
        memory_ms = self._settings.memory_hours * HOUR_MS
        works = work_of(request, spans[0], of_fleet, (tick_at, answered), memory_ms, self._settings.timezone)
        return Piece(request, of_fleet, works, spans[0][1], len(spans) == 1)

    def _tell(self, request: Request) -> None:
        if time.monotonic() - self._told_at >= TELL_S:
            self._told_at = time.monotonic()
            log.info(
                "Request %d waits until observe says which windows are still its own: it does so at each minute tick",
                request.number,
            )

    async def done(self, piece: Piece) -> None:
        """A piece is published and confirmed."""
        await self._session.run(
            partial(
                note, number=piece.request.number, done_to=piece.done_to, windows=piece.windows, changed=piece.changed,
                done=piece.last,
            )
        )  # fmt: skip
        self._looked_at = -LOOK_S
        if piece.last:
            log.info("Request %d is done", piece.request.number)
