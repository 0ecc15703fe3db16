"""What `recompute` is to do, as jobs: what was read of `dirty` and `aggregates.v1`, what closed, what was asked.

A job notes the ends of the logs that the store writes when it is made, and its places (in recompute_place) move when it
is done: killed before, it is made again of the same records, ticks or request.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any

import msgspec
from prometheus_client import Gauge

from vigie.streams import metrics
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.closing import again, closed
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.core.windows.plan import OWNED_CODES, dense_spans, spans
from vigie.streams.core.windows.roster import Roster, entries
from vigie.streams.core.windows.touched import Touched, head_of
from vigie.streams.core.windows.work import SeriesWork, Work
from vigie.streams.core.windows.zones_again import ZonesAgain
from vigie.streams.settings import Settings
from vigie.streams.sinks.aggregate_queries import move, places
from vigie.streams.sinks.part_queries import networks, networks_of, subjects_with
from vigie.streams.sinks.session import Session
from vigie.streams.steps.window_job import STORED, Gate, Job
from vigie.streams.steps.window_requests import Piece, Requests
from vigie.streams.transport.plain_reader import Partition, PlainReader
from vigie.topics import dirty
from vigie.topics.catalogue import TOPICS
from vigie.topics.dirty import Dirty
from vigie.topics.property import PROPERTIES

log = logging.getLogger(__name__)

READ = ("dirty", "aggregates.v1")
TICKS = ("ticks", 0)
"""The place of ticks: windows that closed by then are done."""
MOST_RECORDS = 300_000
"""Of a portion; their bytes are let go of before it is done."""
GATHER_S = 3.0
A_FEW = 500
WAIT_S = 0.3
SWEEP_MS = 31 * 86_400_000
"""Ticks further apart are looked after a month at a time."""
RELEASED_HEADER = ("vigie-released", b"1")
"""On a window of a point that its owner no longer holds: the windows of its zones are recompute's too."""

dirty_waiting = Gauge(
    "vigie_dirty_waiting", "Days of points and zones whose windows wait to be made again.", registry=metrics.REGISTRY
)
dirty_oldest_s = Gauge(
    "vigie_dirty_oldest_seconds", "Age of the oldest of them, 0 where none waits.", registry=metrics.REGISTRY
)
closed_until = Gauge(
    "vigie_windows_closed_until_timestamp_seconds", "Tick up to which what closed is made.",
    registry=metrics.REGISTRY,
)  # fmt: skip
feed_lag = Gauge(
    "vigie_windows_feed_lag_records", "Records of dirty and aggregates.v1 that are not taken yet.",
    registry=metrics.REGISTRY,
)  # fmt: skip


class Planner:
    """Makes jobs.

    Args:
        settings: of the installation.
        session: with the database.
        reader: reads the topics.
        view: the fleet in force.
        ticks: the last minute that has come, epoch ms, 0 before the first; and the last that all of observe has
            answered, -1 while some of it is unheard of.
        portions: work in parts that fit into memory.
    """

    def __init__(
        self, settings: Settings, session: Session, reader: PlainReader, view: Callable[[], FleetView],
        ticks: tuple[Callable[[], int], Callable[[], int]], portions: Callable[[Roster, Work], Iterator[Work]],
    ) -> None:  # fmt: skip
        self._settings, self._session, self._reader, self._view = settings, session, reader, view
        self._portions, (self._tick_at, self._answered) = portions, ticks
        self._requests = Requests(settings, session)
        self._roster = Roster(FleetView(), {})
        self._read_job: Job | None = None
        self._sweep: Job | None = None
        self._asked: Job | None = None
        self._swept = self._sweeping = 0

    async def begin(self) -> None:
        """Stand where the database says."""
        self._read_job = self._sweep = self._asked = None
        known = await self._session.run(places)
        self._swept = self._sweeping = known.get(TICKS, 0)
        if not self._swept and self._settings.ticks == "live":  # what comes before the first tick is not passed over
            await self._swept_to(int(time.time() * 1000))
        await self._reader.begin(self._partitions(READ), known)

    @property
    def may_read(self) -> bool:
        """Whether reading waits for records by itself."""
        return self._read_job is None

    def jobs(self) -> list[Job]:
        """What is to be done, the most urgent first; a request is not passed over by what closes meanwhile."""
        found = [job for job in (self._read_job, self._sweep, self._asked) if job is not None]
        return sorted(found, key=lambda job: (not job.urgent, job.number))

    async def look(self) -> None:
        """See what there is to do; waits for records a moment if there is nothing."""
        if self._tick_at() > self._sweeping and self._sweep is None:
            await self._begin_sweep()
        if self._asked is None:
            await self._begin_asked()
        if self._read_job is None:
            await self._read(0.0 if self.jobs() else WAIT_S)

    # -- what was read

    async def _read(self, wait_s: float) -> None:
        found = await self._gathered(wait_s)
        feed_lag.set(self._reader.lag())
        dirty_waiting.set(0)
        dirty_oldest_s.set(0)
        if not found:
            return
        roster = await self._of_fleet()
        # In a thread: hundreds of thousands of records would keep the session with the database from saying it lives.
        dirties, touched, zones = await asyncio.to_thread(self._understood, found, roster)
        self._tell(found, dirties)
        points = [one for one in dirties if one.subject.startswith("point:") and not one.dense]
        dense = [one for one in dirties if one.dense]
        if moved := [one for one in points if one.reason == "placement"]:
            zones.moved(moved, roster, await self._session.run(partial(_held, moved=moved, roster=roster)))
        works: Iterator[Work] = chain(
            (SeriesWork(span, OWNED_CODES, None, "dirty", True) for span in spans(points, self._settings.timezone)),
            (
                SeriesWork(span, OWNED_CODES, None, "dense", dense=True)
                for span in dense_spans(dense, self._settings.timezone)
            ),
            zones.work(roster, await self._networks(zones)),
            again(roster, touched, self._sweeping, self._settings.timezone),
        )
        to = {partition: records[-1].offset + 1 for partition, records in found.items()}
        first = await asyncio.to_thread(next, works, None)
        if first is None:  # nothing that was closed has changed: no need to wait for the store
            await self._done_reading(to)
            return
        self._read_job = await self._job(chain([first], works), roster, partial(self._done_reading, to), urgent=True)

    async def _gathered(self, wait_s: float) -> dict[Partition, list[Any]]:
        """What stands in the topics now: the more is done together, the less is done twice and waited for."""
        found = await self._reader.read(MOST_RECORDS, wait_s)
        until, count = time.monotonic() + GATHER_S, sum(map(len, found.values()))
        while found and count < MOST_RECORDS and time.monotonic() < until:
            more = await self._reader.read(MOST_RECORDS - count, wait_s)
            for partition, records in more.items():
                found.setdefault(partition, []).extend(records)
            came = sum(map(len, more.values()))
            count += came
            if came < (1 if wait_s else A_FEW):  # with other work to be done a trickle is not waited for
                break
        return found

    async def _networks(self, zones: ZonesAgain) -> dict[str, list[str]]:
        if not zones.points:
            return {}
        return await self._session.run(partial(networks_of, points=zones.points, span=zones.span()))

    def _understood(self, found: dict[Partition, list[Any]], roster: Roster) -> tuple[list[Dirty], Touched, ZonesAgain]:
        touched, zones = Touched(self._settings.timezone), ZonesAgain(self._settings.timezone)
        dirties = [one for record in _of(found, "dirty") if (one := _dirty(record)) is not None]
        for record in _of(found, "aggregates.v1"):
            self._heard(record, roster, touched, zones)
        zones.dirty(one for one in dirties if not one.subject.startswith("point:"))
        return dirties, touched, zones

    def _heard(self, record: Any, roster: Roster, touched: Touched, zones: ZonesAgain) -> None:
        try:
            head = head_of(record.value or b"")
        except (IndexError, UnicodeDecodeError):
            log.warning(
                "Record %d of %s/%d is no aggregate and left out", record.offset, record.topic, record.partition
            )
            return
        touched.add(head, roster.view)
        if RELEASED_HEADER in record.headers:
            zones.released(head)

    def _tell(self, found: dict[Partition, list[Any]], dirties: list[Dirty]) -> None:
        dirty_waiting.set(len({(one.subject, one.from_at) for one in dirties}))
        stamps = [record.timestamp for record in _of(found, "dirty")]
        dirty_oldest_s.set(max(time.time() - min(stamps) / 1000, 0) if stamps else 0)

    async def _done_reading(self, to: dict[Partition, int]) -> None:
        await self._session.run(partial(move, to=to))
        self._read_job = None

    # -- what closed

    async def _begin_sweep(self) -> None:
        if not self._swept:  # the first tick of all: what closed before is made when something of it changes
            await self._swept_to(self._tick_at())
            return
        to = min(self._tick_at(), self._swept + SWEEP_MS)
        roster = await self._of_fleet()
        self._sweeping = to  # changes from now on find its windows closed
        works = closed(roster, self._swept, to, self._settings.timezone)
        self._sweep = await self._job(works, roster, partial(self._swept_to, to))

    async def _swept_to(self, to: int) -> None:
        await self._session.run(partial(move, to={TICKS: to}))
        self._swept = self._sweeping = to
        closed_until.set(to / 1000)
        self._sweep = None

    # -- what was asked

    async def _begin_asked(self) -> None:
        piece = await self._requests.next(self._of_fleet, self._tick_at() or self._swept, self._answered())
        if piece is not None:
            self._asked = await self._job(piece.works, piece.roster, partial(self._done_asked, piece))
            self._asked.noted = piece.noted

    async def _done_asked(self, piece: Piece) -> None:
        await self._requests.done(piece)
        self._asked = None

    # -- helpers

    async def _job(
        self, works: Iterator[Work], roster: Roster, done: Callable[[], Any], *, urgent: bool = False
    ) -> Job:
        gate: Gate | None = None
        while gate is None:
            gate = await self._reader.ends(self._partitions(STORED))
        parts = (part for work in works for part in self._portions(roster, work))
        return Job(parts, roster, gate, done, urgent=urgent)

    def _partitions(self, topics: Iterable[str]) -> list[Partition]:
        return [(name, part) for name in topics for part in range(TOPICS[name].partitions(self._settings.partitions))]

    async def _of_fleet(self) -> Roster:
        """The roster of the fleet in force."""
        view = self._view()
        if self._roster.view is not view or not self._roster.indicators:
            heard = await self._session.run(networks)
            self._roster = Roster(view, entries(view, indicators(), _tell), heard)
        return self._roster


def _held(connection: Any, moved: list[Dirty], roster: Roster) -> dict[str, list[str]]:
    """Subjects that tell of points which may lie elsewhere, in these days."""
    points = sorted({one.subject.removeprefix("point:") for one in moved})
    names = {
        PROPERTIES[key.property].name for one in points for each in roster.points.get(one, ()) for key in each.series
    }
    span = min(one.from_at for one in moved), max(one.to_at for one in moved)
    return subjects_with(connection, points, sorted(names), span)


def _tell(name: str, why: str) -> None:
    log.warning("The indicator %s of the fleet is not computed: %s", name, why)


def _of(found: dict[Partition, list[Any]], topic: str) -> Iterator[Any]:
    for (name, _), records in found.items():
        if name == topic:
            yield from records


def _dirty(record: Any) -> Dirty | None:
    try:
        return dirty.decode(record.value or b"")
    except msgspec.DecodeError as error:
        log.warning("Record %d of %s/%d asks for nothing that is understood and is left out: %s", record.offset,
                    record.topic, record.partition, error)  # fmt: skip
        return None
