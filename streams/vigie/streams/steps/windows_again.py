"""Windows made again from the store: what `dirty` and `aggregates.v1` ask for, what closed, what somebody asked.

It goes in portions. A portion is what was read, and the ends of the logs that the store writes, noted after it; once
the store has read up to these, it holds every reading and every revision that the portion needs. Then the windows are
made, published and confirmed, and only then the places of reading are moved. Killed anywhere, it does the portion
again: what is published already stands in the store with the same hash, and is not published twice.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.repair import pause_s
from vigie.streams.core.windows.rows import Record
from vigie.streams.core.windows.work import SeriesWork
from vigie.streams.fleet.repairs import stored_offsets
from vigie.streams.settings import Settings
from vigie.streams.sinks.session import Session
from vigie.streams.steps.window_job import STORED, Gate, Job
from vigie.streams.steps.window_maker import WindowMaker
from vigie.streams.steps.window_planner import RELEASED_HEADER, Planner
from vigie.streams.transport.output import Output
from vigie.streams.transport.plain_reader import PlainReader
from vigie.streams.transport.step import Outputs
from vigie.topics.aggregate_encoder import AggregateEncoder

log = logging.getLogger(__name__)

LOOK_S = 0.2
TELL_S = 30.0
PIECE_RECORDS = 20_000
"""So many are sent at once, then the rate is looked at."""

made_again = Counter(
    "vigie_windows_made_again", "Windows made from the store and compared with what stands.", ["cause"],
    registry=metrics.REGISTRY,
)  # fmt: skip
published_again = Counter(
    "vigie_windows_published_again", "Those of them that had changed and were published.", ["cause"],
    registry=metrics.REGISTRY,
)  # fmt: skip


class WindowsAgain:
    """Makes windows again, while its worker is the active one.

    Args:
        settings: of the installation.
        reader: reads the topics.
        output: sends and confirms.
        view: the fleet in force.
        tick_at: the last minute that has come, epoch ms; 0 before the first.
        answered: the last that all of observe has answered; -1 while some of it is unheard of.
        schema_id: of aggregates.v1.
    """

    def __init__(
        self, settings: Settings, reader: PlainReader, output: Output, view: Callable[[], FleetView],
        tick_at: Callable[[], int], answered: Callable[[], int], schema_id: int,
    ) -> None:  # fmt: skip
        self.view = view
        self._settings, self._reader, self._output = settings, reader, output
        self._maker = WindowMaker(AggregateEncoder(schema_id), settings.timezone)
        self._session = Session(settings)
        self._planner = Planner(settings, self._session, reader, view, (tick_at, answered), self._maker.portions)
        self._own: Gate = {}  # ends of what was published last, by whichever job
        self._last: Job | None = None
        self._told_at = -TELL_S

    async def run(self) -> None:
        """Work for ever."""
        await self._planner.begin()
        self._own, self._last = {}, None
        while True:
            await self._planner.look()
            job = await self._next()
            if job is None:
                if not self._planner.may_read:
                    await asyncio.sleep(LOOK_S)
            elif job.urgent:
                while await self._part(job):
                    pass
            else:
                await self._part(job)

    async def close(self) -> None:
        """Let the connection to the database go."""
        await self._session.close()

    async def _next(self) -> Job | None:
        """The first job that may begin: the store has read what it needs, and what another job published."""
        jobs = self._planner.jobs()
        gates = [job.gate for job in jobs] + [self._own]
        if not jobs:
            return None
        offsets = await self._session.run(partial(stored_offsets, topics=STORED)) if any(gates) else {}
        behind = [sum(max(end - offsets.get(one, 0), 0) for one, end in gate.items()) for gate in gates]
        if not behind[-1]:
            self._own = {}
        for job, missing in zip(jobs, behind[:-1], strict=True):
            if not missing and (job is self._last or not self._own):
                job.gate = {}
                return job
        if time.monotonic() - self._told_at >= TELL_S:
            self._told_at = time.monotonic()
            log.info("Windows to be made again wait: the store has not read %d records", max(behind))
        return None

    async def _part(self, job: Job) -> bool:
        """Do a part of a job; whether something is left."""
        self._last = job
        work = await asyncio.to_thread(next, job.works, None)
        if work is None:
            await job.done()
            return False
        cause = work.cause
        done = await self._session.run(partial(self._maker.do, roster=job.roster, work=work, job=job))
        made_again.labels(cause).inc(done.looked_at)
        released = isinstance(work, SeriesWork) and work.released
        if done.parts:  # first: when this is done again, windows that stand already say nothing of their parts
            out = Outputs()
            out.extend("zone-parts", done.parts)
            await self._confirmed(self._output.send(out))
            metrics.records_out.labels("recompute", "zone-parts").inc(len(done.parts))
        await self._publish(done.records, cause, [RELEASED_HEADER] if released else [])
        await job.noted(done.looked_at, len(done.records))
        return True

    async def _publish(self, records: list[Record], cause: str, headers: list[tuple[str, bytes]]) -> None:
        for begin in range(0, len(records), PIECE_RECORDS):
            began, out = time.monotonic(), Outputs()
            piece = records[begin : begin + PIECE_RECORDS]
            out.records["aggregates.v1"] = [(one.key, one.value, headers, None) for one in piece]
            self._own |= await self._confirmed(self._output.send(out))
            metrics.records_out.labels("recompute", "aggregates.v1").inc(len(piece))
            published_again.labels(cause).inc(len(piece))
            await asyncio.sleep(pause_s(len(piece), self._settings.window_rate, time.monotonic() - began))

    async def _confirmed(self, sending: "asyncio.Future[Gate]") -> Gate:
        while True:
            done, _ = await asyncio.wait({sending}, timeout=TELL_S)
            if done:
                return sending.result()
            log.warning("Kafka at %s confirms nothing: windows wait, nothing is lost", self._settings.kafka)
