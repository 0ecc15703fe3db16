"""A consumer without a group: sees ticks, heartbeats and where logs end, without taking part in the work."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from vigie.topics.alarm_input import AlarmInput, decode

log = logging.getLogger(__name__)

ANSWER_LIMIT_S = 15.0


class Observer:
    """Reads one-partition topics from their end, and asks where other logs end.

    Args:
        servers: bootstrap servers.
        topics: names on the cluster of the topics to follow.
    """

    def __init__(self, servers: str, topics: Collection[str]) -> None:
        self._servers = servers
        self._followed = [TopicPartition(topic, 0) for topic in topics]
        self._consumer: Any = None

    async def start(self) -> None:
        """Connect, and stand at the end of what is followed."""
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers, group_id=None, enable_auto_commit=False, auto_offset_reset="latest",
            isolation_level="read_committed",
        )  # fmt: skip
        await self._consumer.start()
        if self._followed:
            self._consumer.assign(self._followed)
            for tp, end in (await self._consumer.end_offsets(self._followed)).items():
                self._consumer.seek(tp, end)

    async def stop(self) -> None:
        """Let go of the connection."""
        if self._consumer is not None:
            await self._consumer.stop()

    async def follow(self, on_message: Callable[[str, AlarmInput], None]) -> None:
        """Hand each message of the followed topics to `on_message(name on the cluster, message)`, for ever."""
        while self._followed:
            for tp, records in (await self._consumer.getmany(timeout_ms=1000)).items():
                for record in records:
                    try:
                        message = decode(record.value)
                    except ValueError as error:
                        log.warning("Record %d of %s is not understood and left out: %s", record.offset, tp, error)
                    else:
                        on_message(tp.topic, message)

    async def ends(self, partitions: Iterable[Any]) -> dict[tuple[str, int], int] | None:
        """(name on the cluster, partition) -> end offset; None if the broker does not answer in time."""
        wanted = [TopicPartition(*tp) for tp in partitions]
        if not wanted:
            return {}
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(ANSWER_LIMIT_S):
                found = await self._consumer.end_offsets(wanted)
            return {(tp.topic, tp.partition): offset for tp, offset in found.items()}
        return None
