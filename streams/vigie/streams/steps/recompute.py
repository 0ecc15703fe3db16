"""The role `recompute`: the fleet's changes to their topic, and history repaired after them, by one active worker.

The active one holds an advisory lock of its database session, so that a stand-by follows as soon as that session ends.
One that is frozen keeps its session; as it says nothing in it, the database ends it after `session_timeout_s`. When it
wakes up it ends before it sends anything: what it had made may be older than what the other one has published.
"""

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import _exit
from typing import Any, TypeVar

import psycopg
from aiokafka.errors import KafkaError
from prometheus_client import Gauge
from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception_type, wait_exponential

from vigie.streams import metrics
from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.core.repair_gate import OBSERVE, RepairGate
from vigie.streams.fleet import repairs
from vigie.streams.fleet.outbox import new_producer, pending, publish_pending
from vigie.streams.fleet.topic_content import unknown_revision
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect_to_write
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.refusals import in_words, is_of_the_database
from vigie.streams.steps import windows_role
from vigie.streams.steps.baselines import Baselines
from vigie.streams.steps.nightly import every_night
from vigie.streams.steps.repair import Repairer, waiting
from vigie.streams.steps.windows_again import WindowsAgain
from vigie.streams.transport import log_lines
from vigie.streams.transport.clock import ZombieGuard
from vigie.streams.transport.observer import Observer
from vigie.streams.transport.output import Output
from vigie.streams.transport.start import wait_for_topics
from vigie.topics.alarm_input import AlarmInput, Heartbeat, Tick
from vigie.topics.catalogue import NETWORKS, TOPICS

log = logging.getLogger(__name__)

T = TypeVar("T")
Connection = psycopg.Connection[Any]

UPLINKS = tuple(f"uplinks.{net}.v1" for net in NETWORKS)
PUBLISH_S = 1.0
"""How often the fleet's outbox is looked at."""
STAND_BY_S = 0.3
"""How often a stand-by asks for the lock."""
FIRST_PAUSE_S, LAST_PAUSE_S = 0.2, 5.0
STOP_LIMIT_S = 10.0
ALIVE, FROZEN = 0.1, 0.8
"""Of the session's time-out: how often something is said in it, and after what it may be lost."""

outbox_waiting = Gauge(
    "vigie_fleet_outbox_waiting", "Changes of the fleet recorded and not published.", registry=metrics.REGISTRY
)
active = Gauge("vigie_recompute_active", "1 for the active worker, 0 for a stand-by.", registry=metrics.REGISTRY)


class Recompute:
    """The process: waits for Kafka and for the database, stands by or reigns, until told to stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._health = metrics.Health()
        self._guard = ZombieGuard(FROZEN * settings.session_timeout_s)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._connection: Connection | None = None
        self._strange: int | None = None  # revision of fleet.v1 that the database does not know, told already
        count = TOPICS[UPLINKS[0]].partitions(settings.partitions)
        self._inputs = [(topic, number) for topic in UPLINKS for number in range(count)]
        self._tick_at = 0
        self._gate = RepairGate(self._inputs)

    async def run(self) -> int:
        """Work until SIGTERM or SIGINT; returns the exit code."""
        settings = self._settings
        port = metrics.serve(self._health, host=settings.host, port=settings.metrics_port, role="recompute")
        log.info("recompute starts; metrics on http://%s:%d/metrics", settings.host, port)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        tasks = [asyncio.create_task(work) for work in (stop.wait(), self._work(), self._guard.run(self._health.beat))]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        self._health.not_ready("stopping")
        _exit_after(STOP_LIMIT_S, 0 if stop.is_set() else 1)
        log.info("recompute stops")
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await self._let_go()
        for result in results:
            if isinstance(result, Exception):
                raise result
        return 0

    async def _work(self) -> None:
        settings = self._settings
        topics = ["fleet.v1", "requalify", "alarm-inputs", "baselines", *windows_role.TOPICS_NEEDED, *UPLINKS]
        counts = await wait_for_topics(settings.kafka, map(settings.topic, topics), [], self._health)
        async with contextlib.AsyncExitStack() as stack:
            self._health.not_ready("Kafka does not answer")
            producer = await self._started(stack, lambda: new_producer(settings))
            observer = await self._started(stack, lambda: Observer(settings.kafka, [settings.topic("alarm-inputs")]))
            output = Output(self._guard.before(lambda: producer), settings.topic, counts, _too_large)
            following = asyncio.create_task(observer.follow(self._heard))
            stack.callback(following.cancel)
            ticks = lambda: self._tick_at, self._gate.answered
            windows, knowing = await windows_role.begin(stack, settings, self._started, output, *ticks)
            ruling = asyncio.create_task(self._rule(observer, producer, output, windows))
            stack.callback(ruling.cancel)
            done, _ = await asyncio.wait({following, knowing, ruling}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _started(self, stack: contextlib.AsyncExitStack, make: Callable[[], Any]) -> Any:
        """A producer or an observer once it is connected, however long that takes; the stack stops it."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((KafkaError, OSError)), wait=wait_exponential(0.5, max=10),
            before_sleep=before_sleep_log(log, logging.WARNING),
        ):  # fmt: skip
            with attempt:
                part = make()
                try:
                    await part.start()
                except BaseException:
                    await _stop(part)
                    raise
        stack.push_async_callback(_stop, part)
        return part

    def _heard(self, _topic: str, message: AlarmInput) -> None:
        if isinstance(message, Heartbeat) and message.role == OBSERVE:
            self._gate.heard(message)
        elif isinstance(message, Tick):
            self._tick_at = message.at

    async def _ends(self, observer: Observer) -> dict[tuple[str, int], int] | None:
        names = {(self._settings.topic(topic), number): (topic, number) for topic, number in self._inputs}
        ends = await observer.ends(names)
        return None if ends is None else {names[one]: end for one, end in ends.items()}

    async def _rule(self, observer: Observer, producer: Any, output: Output, windows: WindowsAgain) -> None:
        """Reign, and again after each loss of the database."""
        pause_s = FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            alive: asyncio.Task[None] | None = None
            try:
                await self._in_thread(self._open)
                alive = asyncio.create_task(self._say_alive())
                await self._stand_by()
                self._gate.shut()
                ends = partial(self._ends, observer)
                repairer = Repairer(self._settings, self._in_database, output, ends, self._gate)
                baselines = Baselines(self._settings, output, windows.view, lambda: self._tick_at)
                await self._reign(producer, repairer, windows, baselines)
            except psycopg.Error as error:
                if not is_of_the_database(error):
                    raise
                if time.monotonic() - began > 10 * LAST_PAUSE_S:
                    pause_s = FIRST_PAUSE_S
                self._health.not_ready(in_words(error))
                log.warning("%s; trying again in %.1f s, what is to be done stays noted", in_words(error), pause_s)
            finally:
                if alive is not None:
                    alive.cancel()
                for gauge in (active, waiting, outbox_waiting):  # who is active counts
                    gauge.set(0)
                await self._in_thread(self._close)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LAST_PAUSE_S)

    async def _say_alive(self) -> None:
        """Also while Kafka is waited for, so that the database does not end the session of one that is not frozen."""
        with contextlib.suppress(psycopg.Error):  # whoever works with the session is told, too
            while True:
                await asyncio.sleep(ALIVE * self._settings.session_timeout_s)
                await self._in_database(lambda connection: connection.execute("SELECT 1"))

    async def _reign(self, producer: Any, repairer: Repairer, windows: WindowsAgain, baselines: Baselines) -> None:
        beside = [asyncio.create_task(one) for one in (every_night(self._settings), windows.run(), baselines.run())]
        try:
            await self._work_by_day(producer, repairer, beside)
        finally:
            for task in beside:
                task.cancel()

    async def _work_by_day(self, producer: Any, repairer: Repairer, beside: "list[asyncio.Task[None]]") -> None:
        published_at = -PUBLISH_S
        while True:
            for task in beside:
                if task.done():
                    task.result()
            if time.monotonic() - published_at >= PUBLISH_S:
                await self._publish(producer)
                published_at = time.monotonic()
            pause_s = await repairer.go_on()
            self._health.ready()
            await asyncio.sleep(pause_s)

    async def _publish(self, producer: Any) -> None:
        """What applies recorded and no command has published, because it was killed or Kafka was away."""
        found = await self._in_database(pending)
        outbox_waiting.set(found)
        if found and self._connection is not None:
            topic = self._settings.topic("fleet.v1")
            if not await self._knows_topic(topic):
                return
            sent = await publish_pending(self._connection, producer, topic=topic, wait=False)
            metrics.records_out.labels("recompute", "fleet.v1").inc(sent)
            outbox_waiting.set(await self._in_database(pending))

    async def _knows_topic(self, topic: str) -> bool:
        assert self._connection is not None
        try:
            strange = await unknown_revision(self._connection, self._settings)
        except KafkaError:  # away; asked again in a moment
            return False
        if strange is not None and strange != self._strange:
            log.error(
                "Changes of the fleet are not published: %s has a revision %d that the database does not know, "
                "probably because it was restored; vigie fleet check --republish makes the topic anew",
                topic, strange,
            )  # fmt: skip
        self._strange = strange
        return strange is None

    async def _stand_by(self) -> None:
        told = False
        while not await self._in_database(repairs.become_active):
            if not told:
                log.info("Another recompute is active; this one stands by")
                told = True
                self._health.ready()
            await asyncio.sleep(STAND_BY_S)
        active.set(1)
        log.info("recompute is the active one now")

    # -- the database's thread

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _in_database(self, work: Callable[[Connection], T]) -> T:
        connection = self._connection
        assert connection is not None
        return await self._in_thread(lambda: work(connection))

    def _open(self) -> None:
        self._connection = connect_to_write(self._settings)
        migrate(self._connection)
        limit = f"{self._settings.session_timeout_s * 1000:.0f}ms"
        self._connection.execute("SELECT set_config('idle_session_timeout', %s, false)", (limit,))

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _let_go(self) -> None:
        await self._in_thread(self._close)
        self._thread.shutdown(wait=False)


async def _stop(part: Any) -> None:
    with contextlib.suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(STOP_LIMIT_S / 2):
            await part.stop()


def _too_large(topic: str, key: bytes | None, value: bytes, _source: Any) -> tuple[bytes | None, bytes]:
    raise RuntimeError(f"A record of {len(value)} bytes for {topic} (key {key!r}) is larger than its uplink was")


def _exit_after(limit_s: float, code: int) -> None:
    timer = threading.Timer(limit_s, _exit, (code,))
    timer.daemon = True
    timer.start()


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    log_lines.configure()
    try:
        return asyncio.run(Recompute(settings).run())
    except (CannotGoOnError, KafkaError) as error:
        log.error("recompute ends: %s", error)  # noqa: TRY400 -- a sentence, not a traceback
        return 1
