"""Output, state and offsets of a checkpoint in one transaction, for a role of one partition that must be fenced.

The transactional producer is made anew at each take-over, before the committed offset is read: initialising it aborts
what a former owner left open, and whatever that one still sends is refused by Kafka. Readers with read_committed (all
of ours) see each checkpoint whole or not at all.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerFenced

from vigie.streams.transport.changelog import Snapshot
from vigie.streams.transport.step import CannotGoOnError
from vigie.streams.transport.stream_flow import Item, StreamFlow

log = logging.getLogger(__name__)

TRANSACTION_TIMEOUT_MS = 30_000
LET_GO_LIMIT_S = 5.0


class TransactionalProducer:
    """The producer of one transactional id; whoever claims it last owns it.

    Args:
        servers: bootstrap servers.
        transactional_id: with the prefix of the installation.
        group: the consumer group whose offsets go with it.
    """

    def __init__(self, servers: str, transactional_id: str, group: str) -> None:
        self._servers = servers
        self.transactional_id = transactional_id
        self.group = group
        self._producer: Any = None

    @property
    def kafka(self) -> Any:
        """The aiokafka producer."""
        assert self._producer is not None, "claim() comes before any send"
        return self._producer

    async def claim(self) -> None:
        """Own the id from now on."""
        await self.let_go()
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers, transactional_id=self.transactional_id, acks="all",
            compression_type="zstd", transaction_timeout_ms=TRANSACTION_TIMEOUT_MS, linger_ms=0,
        )  # fmt: skip
        await producer.start()
        self._producer = producer
        log.info("Took over %s", self.transactional_id)

    async def let_go(self) -> None:
        """Close the producer; what it has not sent is not waited for longer than 5 s."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):  # it may be fenced, or without a broker: it is of no use any more
                await asyncio.wait_for(producer.stop(), LET_GO_LIMIT_S)


class TransactionalFlow(StreamFlow):
    """A StreamFlow that keeps outputs until the checkpoint, and makes one as soon as there is something."""

    def __init__(
        self, *args: Any, producer: TransactionalProducer, full_name: Callable[[str], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._producer = producer
        self._full_name = full_name
        self._due = asyncio.Event()

    async def claim(self) -> None:
        """Take the transactional id over; what waits to be sent by the producer before is forgotten with it."""
        self._output.forget()
        await self._producer.claim()

    async def run(self) -> None:
        """A checkpoint whenever there is something, for ever."""
        while True:
            await self._due.wait()
            self._due.clear()
            if self._items and self.gate.is_open:
                await self._checkpoint_apart()

    def _send(self, item: Item) -> "asyncio.Future[Any]":
        del item  # it is sent in the transaction of the next checkpoint
        self._due.set()
        return asyncio.get_running_loop().create_future()

    async def _save(self, items: list[Item]) -> None:
        snapshot = Snapshot(self.states)
        self._crashes.guard.check()
        producer = self._producer.kafka
        try:
            await producer.begin_transaction()
            sends = [self._output.send(item.out, item.batch) for item in items]
            sends.append(self._output.send(snapshot.out))
            results = [await send for send in sends]
            offsets = self._offsets(items)
            if offsets:
                await producer.send_offsets_to_transaction(offsets, self._producer.group)
            await producer.commit_transaction()
        except ProducerFenced as error:
            raise CannotGoOnError(
                f"Another worker has taken over {self._producer.transactional_id}; this one starts anew as stand-by"
            ) from error
        snapshot.saved(results[-1])
        for item, ends in zip(items, results, strict=False):
            assert item.confirmation is not None
            item.confirmation.set_result(ends)
        await self._ack(items)

    def _offsets(self, items: list[Item]) -> dict[Any, int]:
        offsets: dict[Any, int] = {}
        for item in items:
            if item.batch is not None:
                tp = TopicPartition(self._full_name(item.batch.topic), item.batch.partition)
                offsets[tp] = item.batch.last_offset + 1
        return offsets
