"""The role `receive`: runs every source of the sources file, each in a task of its own, until SIGTERM."""

import asyncio
import contextlib
import logging
import random
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception_type, wait_exponential

from vigie.codecs.registry import envelopes
from vigie.streams import metrics, sources
from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.connector import ConnectorDownError, connectors
from vigie.streams.feed import Feed
from vigie.streams.intake.raw_log import RawLog
from vigie.streams.schema_check import SchemaRefusedError, schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.sources import Sources, SourcesError
from vigie.streams.transport import log_lines
from vigie.streams.transport.start import wait_for_topics
from vigie.topics.alarm_input import ConnectorHeartbeat, encode

log = logging.getLogger(__name__)

BEAT_S = 1.0
HEARTBEAT_S = 60.0
FIRST_HEARTBEAT_S = 5.0
FIRST_PAUSE_S, LAST_PAUSE_S = 0.5, 30.0
STEADY_S = 60.0
STOP_LIMIT_S = 20.0


def run(settings: Settings) -> int:
    """Run the sources until SIGTERM or SIGINT.

    Returns:
        Exit code: 0 after a stop that was asked for, 1 when it cannot go on (the log says why).
    """
    log_lines.configure()
    for shouting in ("mqtt", "coap-server", "coap"):  # these two warn of each datagram that is no CoAP: log at will
        logging.getLogger(shouting).setLevel(logging.ERROR)
    for chatty in ("httpx", "httpcore", "asyncssh"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        found = sources.load(settings.sources, secrets=True)
        ids = schema_ids_in_use(settings, ["dead-letters.v1"])
        return asyncio.run(_Receive(settings, found, ids["dead-letters.v1"]).run())
    except (SourcesError, SchemaRefusedError, CannotGoOnError, OSError) as error:
        log.error("receive cannot start: %s", error)  # noqa: TRY400 -- a sentence, not a traceback
        return 1
    except asyncio.CancelledError:
        return 0  # told to end while Kafka was still away


class _Receive:
    def __init__(self, settings: Settings, found: Sources, dead_letter_schema_id: int) -> None:
        self._settings = settings
        self._found = found
        self._schema_id = dead_letter_schema_id
        self._health = metrics.Health()
        self._stop = asyncio.Event()

    async def run(self) -> int:
        settings, health = self._settings, self._health
        port = metrics.serve(health, host=settings.host, port=settings.metrics_port, role="receive")
        log.info("receive starts; metrics on http://%s:%d/metrics", settings.host, port)
        beating = asyncio.create_task(self._beat())
        starting = asyncio.current_task()
        assert starting is not None
        _on_signals(starting.cancel)
        raw = RawLog(settings, self._schema_id)
        topics = [settings.topic(name) for name in self._topics()]
        await wait_for_topics(settings.kafka, topics, [], health)
        health.not_ready("Kafka does not answer")
        await self._connect(raw)
        _on_signals(self._stop.set)
        try:
            return await self._serve(raw)
        finally:
            await raw.stop()
            beating.cancel()

    def _topics(self) -> list[str]:
        return ["dead-letters.v1", "alarm-inputs", *sorted({f"raw.{source.net}" for source in self._found.sources})]

    async def _connect(self, raw: RawLog) -> None:
        trying = AsyncRetrying(
            retry=retry_if_exception_type((KafkaError, OSError)),
            wait=wait_exponential(FIRST_PAUSE_S, LAST_PAUSE_S),
            before_sleep=before_sleep_log(log, logging.WARNING),
        )
        await trying(raw.start)

    async def _serve(self, raw: RawLog) -> int:
        feeds = [
            Feed(raw, source, self._found.hints(source), envelopes()[source.format]) for source in self._found.sources
        ]
        tasks = [asyncio.create_task(work, name=name) for name, work in self._works(feeds)]
        if not tasks:
            log.warning("No source is to be run: VIGIE_SOURCES names no file, or one whose sources write to Kafka")
        heart = asyncio.create_task(self._heartbeats(raw, feeds))
        stopped = asyncio.create_task(self._stop.wait())
        self._health.ready()
        watched: list[asyncio.Future[Any]] = [stopped, raw.broken, *tasks]
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        code = 0 if self._stop.is_set() else 1
        if raw.broken.done():
            log.error("Kafka refuses what is sent (%s): receive ends, and starts anew", raw.broken.result())
        self._stop.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_LIMIT_S)
            for task in late:
                log.warning("The source %s did not end in time", task.get_name())
                task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                log.error("receive ends: %s", result)
                code = 1
        heart.cancel()
        stopped.cancel()
        return code

    def _works(self, feeds: Sequence[Feed]) -> list[tuple[str, Coroutine[Any, Any, None]]]:
        works: list[tuple[str, Coroutine[Any, Any, None]]] = []
        for kind, connector in connectors().items():
            mine = [feed for feed in feeds if feed.kind == kind]
            if not mine:
                continue
            if connector.run_together is not None:
                together, group = connector.run_together, mine
                works.append((kind, self._keep(mine, lambda t=together, g=group: t(g, self._stop))))  # type: ignore[misc]
            elif connector.run is not None:
                run = connector.run
                works += [
                    (feed.source.name, self._keep([feed], lambda r=run, f=feed: r(f, self._stop)))  # type: ignore[misc]
                    for feed in mine
                ]
        return works

    async def _keep(self, feeds: Sequence[Feed], work: Callable[[], Awaitable[None]]) -> None:
        """Run one connector, and again after a pause that grows, until told to stop."""
        pause = FIRST_PAUSE_S
        names = ", ".join(feed.source.name for feed in feeds)
        while not self._stop.is_set():
            began, asked_s = time.monotonic(), 0.0
            try:
                await work()
            except ConnectorDownError as error:
                asked_s = error.pause_s
                log.warning("%s is down: %s", names, error)
            except CannotGoOnError:
                raise
            except Exception:  # a bug in one connector must not stop the others; its traceback is in the log
                log.exception("%s has failed; it is started again", names)
            for feed in feeds:
                feed.down()
            if self._stop.is_set():
                return
            if time.monotonic() - began > STEADY_S:
                pause = FIRST_PAUSE_S
            for feed in feeds:
                feed.metrics.retries.inc()
            with contextlib.suppress(TimeoutError):
                jitter = random.uniform(0.5, 1)  # noqa: S311 -- many workers, one broker
                async with asyncio.timeout(max(pause * jitter, asked_s)):
                    await self._stop.wait()
            pause = min(pause * 2, LAST_PAUSE_S)

    async def _beat(self) -> None:
        while True:
            self._health.beat()
            await asyncio.sleep(BEAT_S)

    async def _heartbeats(self, raw: RawLog, feeds: Sequence[Feed]) -> None:
        """Tell of each source once a minute, the first time when it has had the time to come up."""
        await asyncio.sleep(FIRST_HEARTBEAT_S)
        while True:
            at = time.time_ns() // 1_000_000
            for feed in feeds:
                beat = ConnectorHeartbeat(
                    connector=feed.kind, source=feed.source.name, at=at, up=feed.is_up, received=feed.received_since(),
                    network=feed.source.network,
                )  # fmt: skip
                with contextlib.suppress(Exception):  # the next one tells it; the producer's own log says why
                    await raw.send("alarm-inputs", None, encode(beat), [], HEARTBEAT_S / 2)
            await asyncio.sleep(HEARTBEAT_S)


def _on_signals(call: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, call)
