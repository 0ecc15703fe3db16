"""Repairs of history, in portions: stored uplinks go to `requalify`, and are noted once Kafka has confirmed them.

Killed in between, it hands the same uplinks on once more, and `qualify` makes the same observations of them under the
same ids and revisions.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import psycopg
from prometheus_client import Counter, Gauge

from vigie.streams import metrics
from vigie.streams.core import repair as core
from vigie.streams.core.place import REVISION_HEADER
from vigie.streams.core.repair import Place, Repair
from vigie.streams.core.repair_gate import Partition, RepairGate
from vigie.streams.fleet import repairs
from vigie.streams.fleet.repairs import Moved
from vigie.streams.settings import Settings
from vigie.streams.transport.output import Output
from vigie.streams.transport.step import Outputs
from vigie.topics import requalify

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]

IDLE_S = 1.0
"""How often the repairs are looked at while there is nothing to do."""
PORTION_ROWS = 1000
"""At most, and no more than may leave in a second."""
MOST_REPAIRS = 200
"""So many repairs at most share a portion: after a first apply most of them find no uplink."""
TELL_S = 30.0

waiting = Gauge("vigie_repairs_waiting", "Repairs of history asked for and not done.", registry=metrics.REGISTRY)
handed_on = Counter(
    "vigie_repair_uplinks", "Stored uplinks handed on to be placed and qualified again.", registry=metrics.REGISTRY
)

InDatabase = Callable[[Callable[[Connection], Any]], Awaitable[Any]]


class Repairer:
    """Does the repairs, while its worker is the active one.

    Args:
        settings: of the installation.
        in_database: runs a function of the session's connection.
        output: sends and confirms.
        ends: where the logs of `uplinks.*` end now; None if the broker does not say.
        gate: when a repair may begin.
    """

    def __init__(
        self,
        settings: Settings,
        in_database: InDatabase,
        output: Output,
        ends: Callable[[], Awaitable[dict[Partition, int] | None]],
        gate: RepairGate,
    ) -> None:
        self._settings = settings
        self._in_database = in_database
        self._output = output
        self._ends = ends
        self._gate = gate
        self._portion_rows = min(PORTION_ROWS, settings.repair_rate)
        self._places: dict[int, Place] = {}
        self._told_at = -TELL_S

    async def go_on(self) -> float:
        """One portion of what is to be done; returns how long to wait before the next."""
        began = time.monotonic()
        asked = await self._in_database(partial(repairs.asked, limit=MOST_REPAIRS))
        waiting.set(len(asked) if len(asked) < MOST_REPAIRS else await self._in_database(repairs.count_asked))
        if not asked:
            return IDLE_S
        await self._look_at_gate(asked[0].revision)
        due = [one for one in asked if one.revision <= self._gate.open_to]
        if not due:
            return IDLE_S
        rows = await self._hand_on(due)
        return core.pause_s(rows, self._settings.repair_rate, time.monotonic() - began)

    async def _look_at_gate(self, revision: int) -> None:
        gate = self._gate
        if revision <= gate.open_to:
            return
        if gate.wants_ends(revision):
            placed_by = gate.placed_by()  # before the ends are asked for: what comes after them is placed by it
            ends = await self._ends()
            if ends is not None:
                gate.note(placed_by, ends)
                log.info("observe places by revision %d of the fleet: repairs wait for the store alone", placed_by)
        offsets = await self._in_database(partial(repairs.stored_offsets, topics={topic for topic, _ in gate.inputs}))
        gate.stored(offsets)
        if revision > gate.open_to and time.monotonic() - self._told_at >= TELL_S:
            self._told_at = time.monotonic()
            log.info(
                "Repairs after revision %d of the fleet wait: %s", revision, gate.closed_because(revision, offsets)
            )

    async def _hand_on(self, due: list[Repair]) -> int:
        """Send one portion and note it; returns how many rows it had."""
        out, moves, places, rows = Outputs(), [], {}, 0
        for repair in due:
            limit = self._portion_rows - rows
            if not limit:
                break
            place = self._places.get(repair.number)
            found = await self._in_database(partial(repairs.stored_rows, repair=repair, place=place, limit=limit))
            rows += len(found)
            place = core.move(repair, place, found)
            key, headers = repair.point.encode(), [(REVISION_HEADER, b"%d" % repair.revision)]
            for row in found:
                out.send("requalify", key, requalify.encode(core.again(repair, row)), headers=headers)
            done = len(found) < limit
            if place is not None:
                moves.append(Moved(repair.number, place.at, place.rows if done else place.before, done))
                places[repair.number] = place
            else:
                moves.append(Moved(repair.number, repair.done_to, repair.uplinks, done))
        await self._confirmed(self._output.send(out))
        metrics.records_out.labels("recompute", "requalify").inc(rows)
        handed_on.inc(rows)
        await self._in_database(partial(repairs.move, moves=moves))
        self._places = {one.number: places[one.number] for one in moves if not one.done and one.number in places}
        for one in moves:
            if one.done and one.uplinks:
                log.info("Repair %d is done: %d stored uplinks are placed and qualified again", one.number, one.uplinks)
        return rows

    async def _confirmed(self, sending: "asyncio.Future[Any]") -> None:
        while True:
            done, _ = await asyncio.wait({sending}, timeout=TELL_S)
            if done:
                sending.result()
                return
            log.warning("Kafka at %s confirms nothing: the repair waits, nothing is lost", self._settings.kafka)
