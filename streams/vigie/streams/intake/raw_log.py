"""The producer of a `receive` worker: idempotent, with room for so much that Kafka has not confirmed.

The producer never gives a record up that it has taken (that would break the sequence that makes it idempotent), so a
sender who was told "not kept" may find its body there all the same: it comes twice then, with the same bytes, and the
identities of what is made of it are the same.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError, UnknownTopicOrPartitionError

from vigie.streams.settings import Settings
from vigie.topics.avro import Framer

log = logging.getLogger(__name__)

_MOST_UNCONFIRMED, _MOST_UNCONFIRMED_BYTES = 5000, 64_000_000
_LINGER_MS = 2


class NotKeptError(Exception):
    """Kafka has not confirmed the body in time: the sender must keep it and send it again."""


class RawLog:
    """The producer of a `receive` worker, with room for so many records that Kafka has not confirmed.

    Args:
        settings: of the installation.
        dead_letter_schema_id: under which the registry in use knows dead letters; None for the packaged one.
    """

    def __init__(self, settings: Settings, dead_letter_schema_id: int | None = None) -> None:
        self.settings = settings
        self.dead = Framer("dead-letters.v1", dead_letter_schema_id)
        self.broken: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._producer: Any = None
        self._unconfirmed = self._bytes = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def start(self) -> None:
        """Connect.

        Raises:
            KafkaError: no broker answers.
        """
        producer = AIOKafkaProducer(
            bootstrap_servers=self.settings.kafka, enable_idempotence=True, acks="all", compression_type="zstd",
            linger_ms=_LINGER_MS, max_request_size=1_048_576, request_timeout_ms=30_000,
        )  # fmt: skip
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def stop(self, limit_s: float = 10.0) -> None:
        """Wait for what is on its way, at most so long, and let go of the connection."""
        if self._producer is None:
            return
        deadline = time.monotonic() + limit_s
        while self._unconfirmed and time.monotonic() < deadline:  # noqa: ASYNC110 -- once, at the end
            await asyncio.sleep(0.02)
        with contextlib.suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(max(deadline - time.monotonic(), 1.0)):
                await self._producer.stop()

    async def send(
        self, topic: str, key: bytes | None, value: bytes, headers: list[tuple[str, bytes]], limit_s: float | None
    ) -> asyncio.Future[Any]:
        """Hand a record to the producer, waiting for room; the future is done when Kafka has confirmed it.

        Raises:
            NotKeptError: there was no room, or no broker, for `limit_s` (None waits for ever).
        """
        size = len(value) + 200
        try:
            async with asyncio.timeout(limit_s):
                await self._take_room(size)
                try:
                    future: asyncio.Future[Any] = await self._hand_over(topic, key, value, headers)
                except BaseException:
                    self._give_room(size)
                    raise
        except TimeoutError:
            raise NotKeptError(f"Kafka at {self.settings.kafka} takes nothing now") from None
        future.add_done_callback(lambda done: self._confirmed(done, size))
        return future

    async def _hand_over(
        self, topic: str, key: bytes | None, value: bytes, headers: list[tuple[str, bytes]]
    ) -> asyncio.Future[Any]:
        name = self.settings.topic(topic)
        while True:
            try:
                future: asyncio.Future[Any] = await self._producer.send(name, value, key=key, headers=headers)
                return future
            except KafkaTimeoutError:  # full: the caller's own limit ends this
                continue
            except UnknownTopicOrPartitionError:
                log.warning("The topic %s does not exist: create it by `vigie topics create`", name)
                await asyncio.sleep(1)

    async def _take_room(self, size: int) -> None:
        while self._unconfirmed and (
            self._unconfirmed >= _MOST_UNCONFIRMED or self._bytes + size > _MOST_UNCONFIRMED_BYTES
        ):
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self._unconfirmed += 1
        self._bytes += size

    def _give_room(self, size: int) -> None:
        self._unconfirmed -= 1
        self._bytes -= size
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)

    def _confirmed(self, done: asyncio.Future[Any], size: int) -> None:
        self._give_room(size)
        error = None if done.cancelled() else done.exception()
        if error is not None and not getattr(error, "retriable", False) and not self.broken.done():
            self.broken.set_result(f"{type(error).__name__}: {error}")  # nothing that follows can be trusted
