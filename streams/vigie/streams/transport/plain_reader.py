"""A reader without a group: reads partitions from given offsets, and says where logs end."""

import contextlib
import logging
from asyncio import timeout
from collections.abc import Collection, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

log = logging.getLogger(__name__)

ANSWER_LIMIT_S = 15.0
Partition = tuple[str, int]
"""Bare topic, number."""


class PlainReader:
    """Reads some partitions for somebody who keeps the place of reading.

    Args:
        servers: bootstrap servers.
        full_name: bare topic -> name on the cluster.
    """

    def __init__(self, servers: str, full_name: Any) -> None:
        self._servers, self._full_name = servers, full_name
        self._consumer: Any = None
        self._bare: dict[str, str] = {}
        self._next: dict[TopicPartition, int] = {}

    async def start(self) -> None:
        """Connect."""
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers, group_id=None, enable_auto_commit=False, auto_offset_reset="none",
            isolation_level="read_committed", max_partition_fetch_bytes=1_000_000,
        )  # fmt: skip
        await self._consumer.start()

    async def stop(self) -> None:
        """Let go of the connection."""
        if self._consumer is not None:
            await self._consumer.stop()

    async def begin(self, partitions: Collection[Partition], places: Mapping[Partition, int]) -> None:
        """Stand at these places; where there is none, or retention has deleted what stood there, at the beginning."""
        self._bare = {self._full_name(topic): topic for topic, _ in partitions}
        tps = {TopicPartition(self._full_name(topic), number): (topic, number) for topic, number in partitions}
        self._consumer.assign(list(tps))
        begins, ends = await self._consumer.beginning_offsets(list(tps)), await self._consumer.end_offsets(list(tps))
        for tp, key in tps.items():
            place = places.get(key, begins[tp])
            if not begins[tp] <= place <= ends[tp]:
                log.warning(
                    "Offset %d of %s, where reading was left, is outside of its log (%d to %d): retention has deleted "
                    "it, or the topic was made again; reading goes on at %d",
                    place, tp.topic, begins[tp], ends[tp], begins[tp],
                )  # fmt: skip
                place = begins[tp]
            self._consumer.seek(tp, place)
            self._next[tp] = place

    async def read(self, most: int, wait_s: float) -> dict[Partition, list[Any]]:
        """The next records, at most so many; empty where none came in time."""
        try:
            found = await self._consumer.getmany(timeout_ms=int(wait_s * 1000), max_records=most)
        except OffsetOutOfRangeError as error:  # retention passed by: from where the log begins now
            for tp in error.args[0]:
                begin = (await self._consumer.beginning_offsets([tp]))[tp]
                log.warning("%s was deleted up to offset %d before it was read; reading goes on there", tp, begin)
                self._consumer.seek(tp, begin)
                self._next[tp] = begin
            return {}
        self._next |= {tp: records[-1].offset + 1 for tp, records in found.items() if records}
        return {(self._bare[tp.topic], tp.partition): records for tp, records in found.items()}

    def lag(self) -> int:
        """How many records stand in the topics that were not read yet, as far as the broker has said."""
        last = self._consumer.last_stable_offset
        places = {tp: self._next.get(tp, 0) for tp in self._consumer.assignment()}
        return sum(max((last(tp) or 0) - place, 0) for tp, place in places.items())

    async def ends(self, partitions: Collection[Partition]) -> dict[Partition, int] | None:
        """Where the logs of any partitions end; None if the broker does not answer in time."""
        tps = {TopicPartition(self._full_name(topic), number): (topic, number) for topic, number in partitions}
        with contextlib.suppress(KafkaError, TimeoutError):
            async with timeout(ANSWER_LIMIT_S):
                found = await self._consumer.end_offsets(list(tps))
            return {tps[tp]: offset for tp, offset in found.items()}
        return None
