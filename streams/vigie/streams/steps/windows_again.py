"""Windows made again from the store: what `dirty` and `aggregates.v1` ask for, what closed, what somebody asked.

It goes in portions. A portion is what was read, and the ends of the logs that the store writes, noted after it; once
the store has read up to these, it holds every reading and every revision that the portion needs. Then the windows are
made, published and confirmed, and only then the places of reading are moved. Killed anywhere, it does the portion
again: what is published already stands in the store with the same hash, and is not published twice.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import psycopg
from prometheus_client import Counter, Gauge

from vigie.streams import metrics
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.repair import pause_s
from vigie.streams.core.windows.plan import spans
from vigie.streams.core.windows.rows import Record
from vigie.streams.fleet.repairs import stored_offsets
from vigie.streams.settings import Settings
from vigie.streams.sinks.aggregate_queries import move, places
from vigie.streams.sinks.session import Session
from vigie.streams.steps.point_windows import PointWindows
from vigie.streams.transport.output import Output
from vigie.streams.transport.plain_reader import Partition, PlainReader
from vigie.streams.transport.step import Outputs
from vigie.topics import dirty
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.catalogue import TOPICS
from vigie.topics.dirty import Dirty

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]

READ = ("dirty",)
STORED = ("observations.v1", "aggregates.v1")
"""What the store must have read before a portion is done."""
MOST_RECORDS = 20_000
"""Of a portion."""
WAIT_S = 0.3
LOOK_S = 0.2
TELL_S = 30.0
PIECE_RECORDS = 20_000
"""So many are sent at once, then the rate is looked at."""
RELEASED_HEADER = ("vigie-released", b"1")
"""On a window of a point that its owner no longer holds: the windows of its zones are recompute's too."""

dirty_waiting = Gauge(
    "vigie_dirty_waiting", "Days of points and zones whose windows wait to be made again.", registry=metrics.REGISTRY
)
dirty_oldest_s = Gauge(
    "vigie_dirty_oldest_seconds", "Age of the oldest of them, 0 where none waits.", registry=metrics.REGISTRY
)
made_again = Counter(
    "vigie_windows_made_again", "Windows made from the store and compared with what stands.", ["cause"],
    registry=metrics.REGISTRY,
)  # fmt: skip
published_again = Counter(
    "vigie_windows_published_again", "Those of them that had changed and were published.", ["cause"],
    registry=metrics.REGISTRY,
)  # fmt: skip


@dataclass(slots=True)
class Portion:
    """What was read together.

    Attributes:
        dirty: in the order of their partitions.
        next: where reading goes on after it.
        oldest_ms: append time of the first record, epoch ms; 0 while there is none.
        gate: the ends that the store must reach; None while they are not noted.
    """

    dirty: list[Dirty] = field(default_factory=list)
    next: dict[Partition, int] = field(default_factory=dict)
    oldest_ms: int = 0
    gate: dict[Partition, int] | None = None


class WindowsAgain:
    """Makes windows again, while its worker is the active one.

    Args:
        settings: of the installation.
        reader: reads the topics.
        output: sends and confirms.
        view: the fleet in force.
        schema_id: of aggregates.v1.
    """

    def __init__(
        self, settings: Settings, reader: PlainReader, output: Output, view: Callable[[], FleetView], schema_id: int,
    ) -> None:  # fmt: skip
        self._settings, self._reader, self._output, self._view = settings, reader, output, view
        self._points = PointWindows(AggregateEncoder(schema_id), settings.timezone)
        self._session = Session(settings)
        self._portion = Portion()
        self._told_at = -TELL_S

    async def run(self) -> None:
        """Work for ever."""
        self._portion = Portion()
        known = await self._session.run(places)
        await self._reader.begin(self._partitions(READ), known)
        while True:
            if self._portion.gate is None:
                await self._read()
            elif await self._is_stored(self._portion.gate):
                await self._do(self._portion)
                self._portion = Portion()
            else:
                await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Let the connection to the database go."""
        await self._session.close()

    def _partitions(self, topics: Iterable[str]) -> list[Partition]:
        return [(name, part) for name in topics for part in range(TOPICS[name].partitions(self._settings.partitions))]

    # -- what is to be done

    async def _read(self) -> None:
        portion = self._portion
        found = await self._reader.read(MOST_RECORDS, WAIT_S)
        for (topic, number), records in found.items():
            for record in records:
                if topic == "dirty" and (one := _dirty(record)) is not None:
                    portion.dirty.append(one)
            stamp = min((record.timestamp for record in records), default=0)
            portion.oldest_ms = min(portion.oldest_ms or stamp, stamp)
            portion.next[topic, number] = records[-1].offset + 1
        self._tell_waiting()
        if portion.next:
            portion.gate = await self._reader.ends(self._partitions(STORED))

    async def _is_stored(self, gate: dict[Partition, int]) -> bool:
        offsets = await self._session.run(partial(stored_offsets, topics=STORED))
        behind = sum(max(end - offsets.get(one, 0), 0) for one, end in gate.items())
        self._tell_waiting()
        if behind and time.monotonic() - self._told_at >= TELL_S:
            self._told_at = time.monotonic()
            log.info("Windows to be made again wait: the store has not read %d records", behind)
        return not behind

    def _tell_waiting(self) -> None:
        portion = self._portion
        dirty_waiting.set(len({(one.subject, one.from_at) for one in portion.dirty}))
        dirty_oldest_s.set(max(time.time() - portion.oldest_ms / 1000, 0) if portion.dirty else 0)

    # -- doing it

    async def _do(self, portion: Portion) -> None:
        view, points = self._view(), [one for one in portion.dirty if one.subject.startswith("point:")]
        for span in spans(points, self._settings.timezone):
            for piece in self._points.portions(span):
                made = await self._session.run(lambda connection, piece=piece: self._remade(connection, view, piece))
                made_again.labels("dirty").inc(sum(one.looked_at for one in made))
                await self._publish([record for one in made for record in one.records], "dirty", [RELEASED_HEADER])
        await self._session.run(partial(move, to=portion.next))
        portion.dirty.clear()
        self._tell_waiting()

    def _remade(self, connection: Connection, view: FleetView, piece: Any) -> list[Any]:
        return list(self._points.again(connection, view, piece))

    async def _publish(self, records: list[Record], cause: str, headers: list[tuple[str, bytes]]) -> None:
        for begin in range(0, len(records), PIECE_RECORDS):
            began, out = time.monotonic(), Outputs()
            piece = records[begin : begin + PIECE_RECORDS]
            out.records["aggregates.v1"] = [(one.key, one.value, headers, None) for one in piece]
            await self._confirmed(self._output.send(out))
            metrics.records_out.labels("recompute", "aggregates.v1").inc(len(piece))
            published_again.labels(cause).inc(len(piece))
            await asyncio.sleep(pause_s(len(piece), self._settings.window_rate, time.monotonic() - began))

    async def _confirmed(self, sending: "asyncio.Future[Any]") -> None:
        while True:
            done, _ = await asyncio.wait({sending}, timeout=TELL_S)
            if done:
                sending.result()
                return
            log.warning("Kafka at %s confirms nothing: windows wait, nothing is lost", self._settings.kafka)


def _dirty(record: Any) -> Dirty | None:
    try:
        return dirty.decode(record.value or b"")
    except msgspec.DecodeError as error:
        log.warning("Record %d of %s/%d asks for nothing that is understood and is left out: %s", record.offset,
                    record.topic, record.partition, error)  # fmt: skip
        return None
