"""Follows the topic `fleet.v1` and holds the fleet that is in force.

It reads the topic from its beginning, without a group, in a thread with a loop of its own: a step may wait for a
revision (`wait_for`) without stopping what it waits for. An apply is in force once its last record (part = parts) was
read: with it, everything that was read before (records.md section 3; compaction removes members, so nobody counts
them). While the broker is away the fleet stays as it was, and the reading goes on from where it stood.
"""

import asyncio
import concurrent.futures
import contextlib
import gc
import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from prometheus_client import Counter, Gauge

from vigie.streams import metrics
from vigie.streams.core.fleet.view import FleetView
from vigie.topics.avro import Framer
from vigie.topics.fleet_object import FleetObject

log = logging.getLogger(__name__)

RETRY_S = 1.0
STOP_LIMIT_S = 2.0
LOOK_EVERY_S = 10.0
"""After so long without a record the broker is asked whether there is one: a connection may be dead without a sign."""
ANSWER_LIMIT_S = 15.0
MAX_RECORDS = 10_000
TOPIC = "fleet.v1"

revision_in_force = Gauge("vigie_fleet_revision", "Revision of the fleet that is in force.", registry=metrics.REGISTRY)
applies = Counter("vigie_fleet_applies_in_force", "Applies that were put in force.", registry=metrics.REGISTRY)
not_understood = Counter(
    "vigie_fleet_records_not_understood", "Records of fleet.v1 that were left out.", registry=metrics.REGISTRY
)


class FleetFollower:
    """Follows the fleet; `start()` once, then read `view` at each batch.

    Args:
        servers: bootstrap servers.
        topic: name of `fleet.v1` on the cluster.

    Attributes:
        view: the fleet in force; an empty one until the end of the topic was reached for the first time.
    """

    def __init__(self, servers: str, topic: str) -> None:
        self.view = FleetView()
        self._servers = servers
        self._tp = TopicPartition(topic, 0)
        self._framer = Framer(TOPIC)
        self._loop = asyncio.new_event_loop()
        self._ended: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._changed = threading.Condition()
        self._consumer: Any = None
        self._working: asyncio.Task[None] | None = None
        self._away = False  # told already
        self._next = 0  # the next offset to read
        self._end_at_start = 0  # what is read before shows a fleet that is long past
        self._base = self.view
        self._pending: list[FleetObject] = []  # of an apply whose end was not read yet

    # -- for the worker

    def start(self) -> None:
        """Begin to follow."""
        self._working = self._loop.create_task(self._work())
        threading.Thread(target=self._run, name="fleet", daemon=True).start()

    async def stop(self) -> None:
        """Let go of the connection."""
        if self._working is not None and not self._ended.done():
            with contextlib.suppress(RuntimeError):  # it ends this very moment
                self._loop.call_soon_threadsafe(self._working.cancel)
            await asyncio.wait({asyncio.wrap_future(self._ended)}, timeout=STOP_LIMIT_S)

    async def at_end(self, limit_s: float | None = None) -> bool:
        """Wait until all that the topic holds now is read; whether it was, within the limit.

        Raises:
            Exception: what ended the following.
        """
        asked = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._reach_end(), self._loop))
        ended = asyncio.wrap_future(self._ended)
        try:
            await asyncio.wait({asked, ended}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                ended.result()
            if not asked.done():
                log.warning("Goes on with the fleet as it was: %s did not answer in %s s", self._tp.topic, limit_s)
            return asked.done()
        finally:
            asked.cancel()

    async def run(self) -> None:
        """Return when the following ends; raises what ended it."""
        await asyncio.shield(asyncio.wrap_future(self._ended))

    # -- for steps

    def wait_for(self, revision: int, limit_s: float) -> bool:
        """Block until a revision is in force.

        This stops the loop of the worker that calls it, whose guard takes a loop that stands still for longer than the
        session time-out for a zombie: stay far below that.

        Args:
            revision: of the fleet; 0 is always in force.
            limit_s: how long to wait.

        Returns:
            Whether it is.
        """
        if self.view.revision >= revision:
            return True
        with self._changed:
            return self._changed.wait_for(lambda: self.view.revision >= revision, limit_s)

    # -- in the thread

    def _run(self) -> None:
        assert self._working is not None
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._working)
        except asyncio.CancelledError:
            self._ended.set_result(None)
        except BaseException as error:  # a mistake of ours: the worker ends by it
            self._ended.set_exception(error)
        finally:
            self._loop.close()

    async def _work(self) -> None:
        while True:
            try:
                await self._follow()
            except OffsetOutOfRangeError:
                self._made_again()
            except (KafkaError, OSError, TimeoutError) as error:
                if not self._away:
                    log.warning(
                        "The fleet stays as of revision %d while %s cannot be read (%s); trying again until it can",
                        self.view.revision, self._tp.topic, str(error) or type(error).__name__,
                    )  # fmt: skip
                self._away = True
            await asyncio.sleep(RETRY_S)

    async def _follow(self) -> None:
        """Read from where it stood until an error."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers, group_id=None, enable_auto_commit=False, auto_offset_reset="none",
            isolation_level="read_committed", max_partition_fetch_bytes=4_000_000,
        )  # fmt: skip
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await consumer.start()
                consumer.assign([self._tp])
                begin = (await consumer.beginning_offsets([self._tp]))[self._tp]
                end = (await consumer.end_offsets([self._tp]))[self._tp]
            if self._next > end:
                self._made_again()
            self._next = max(self._next, begin)
            self._end_at_start = max(self._end_at_start, end)
            consumer.seek(self._tp, self._next)
            self._consumer, self._away = consumer, False
            self._tell()
            looked_s = time.monotonic()
            while True:
                async with asyncio.timeout(ANSWER_LIMIT_S):  # a client that stands still is left for a new one
                    found = await consumer.getmany(self._tp, timeout_ms=1000, max_records=MAX_RECORDS)
                self._take(found.get(self._tp, ()))
                async with asyncio.timeout(ANSWER_LIMIT_S):
                    self._next = await consumer.position(self._tp)
                self._tell()
                if found:
                    looked_s = time.monotonic()
                elif time.monotonic() - looked_s > LOOK_EVERY_S:
                    await self._look(consumer)
                    looked_s = time.monotonic()
        finally:
            self._consumer = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_LIMIT_S):
                    await consumer.stop()

    async def _look(self, consumer: Any) -> None:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            end = (await consumer.end_offsets([self._tp]))[self._tp]
        if end > self._next:
            raise KafkaError(f"records up to {end} wait, and none came for {LOOK_EVERY_S:.0f} s")
        if end < self._next:
            raise OffsetOutOfRangeError({self._tp: self._next})

    async def _reach_end(self) -> None:
        end = None
        while end is None or self._next < end:
            if end is None and self._consumer is not None:
                with contextlib.suppress(KafkaError):
                    end = (await self._consumer.end_offsets([self._tp]))[self._tp]
            await asyncio.sleep(0.02)

    def _made_again(self) -> None:
        log.warning("%s ends before offset %d: it was made again, and is read anew", self._tp.topic, self._next)
        self._forget()

    def _forget(self) -> None:
        self._next = self._end_at_start = 0
        self._base, self._pending = FleetView(), []

    def _take(self, records: Iterable[Any]) -> None:
        """Put in force the applies that end here, all at once: a view for each would take minutes at a start."""
        due = 0
        for record in records:
            one = self._decode(record)
            if one is not None:
                self._pending.append(one)
                if one.part == one.parts:
                    due = len(self._pending)
                    applies.inc()
        if not due:
            return
        objects, self._pending = self._pending[:due], self._pending[due:]
        before = self._base.not_understood
        self._base = self._base.with_objects(objects)
        for key, why in self._base.not_understood.items():
            if before.get(key) != why:
                not_understood.inc()
                log.warning("%s of the fleet is not understood and stays as it was before: %s", key, why)
        if self._base.passed_over:
            log.warning(
                "%d records of %s are of an earlier revision than what is held, and passed over: they were sent again, "
                "or the database was restored (then: vigie fleet check --republish)",
                self._base.passed_over, self._tp.topic,
            )  # fmt: skip

    def _decode(self, record: Any) -> FleetObject | None:
        try:
            return self._framer.decode(record.value or b"", FleetObject)
        except Exception as error:  # foreign bytes: fastavro raises whatever it stumbles upon
            not_understood.inc()
            log.warning(
                "Record %d of %s is no fleet object and left out: %s",
                record.offset,
                self._tp.topic,
                error or type(error),
            )
            return None

    def _tell(self) -> None:
        """Show what is in force, once what the topic held at the start was read.

        A topic that was made again and is still empty says nothing: the fleet stays until it is published anew.
        """
        if self._base is self.view or self._next < self._end_at_start or not self._base.revision:
            return
        if not self.view.revision:  # a fleet is 200,000 objects that stay: the garbage collector passes by them
            gc.collect()
            gc.freeze()
        with self._changed:
            self.view = self._base
            self._changed.notify_all()
        revision_in_force.set(self.view.revision)
        log.info("Revision %d of the fleet is in force", self.view.revision)
