"""The role `store`: uplinks, observations, windows and alerts into PostgreSQL, with the place of reading beside."""

import asyncio
import logging
import sys
import time
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from vigie.streams import metrics
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import dsn, place
from vigie.streams.sinks.log_starts import log_starts
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.places import Log, Partition, move, take_up
from vigie.streams.sinks.session import Session
from vigie.streams.sinks.topic_ids import topic_ids
from vigie.streams.sinks.transaction import Transaction
from vigie.streams.transport.role import run_role
from vigie.streams.transport.step import Batch
from vigie.topics.catalogue import NETWORKS

log = logging.getLogger(__name__)

UPLINKS = tuple(f"uplinks.{net}.v1" for net in NETWORKS)
INPUTS = (*UPLINKS, "observations.v1", "aggregates.v1", "alerts.v1")
PORTION_RECORDS = 4_000
"""A transaction has at least so many of the records of a write, and then up to a batch more."""
SWITCH_S = 0.0005
"""Python's default of 5 ms, for each of a transaction's statements, is as long as making the next portion takes."""


class StoreStep:
    """Writes batches, and keeps its own offsets in the transaction of their rows.

    Args:
        settings: of the installation.
    """

    name = "store"
    inputs = INPUTS

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._conninfo = dsn(settings)
        self._session = Session(settings)
        self._next: dict[Partition, int] = {}

    async def open(self) -> None:
        """Connect and bring the tables to this version, as soon as the database answers."""
        version = await self._session.run(partial(migrate, timezone=self._settings.timezone))
        log.info("The store at %s has version %d of its tables", place(self._conninfo), version)

    async def close(self) -> None:
        """Let the connection go."""
        await self._session.close()

    async def start_offsets(self, partitions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Where the database says that reading goes on, or where Kafka's log begins by now.

        Raises:
            TopicReplacedError: a topic was deleted and made again since.
        """
        logs = await self._logs(partitions)
        self._next = await self._session.run(partial(take_up, logs=logs))
        return dict(self._next)

    async def _logs(self, partitions: Collection[Partition]) -> dict[Partition, Log]:
        kafka, named = self._settings.kafka, {key: (self._settings.topic(key[0]), key[1]) for key in partitions}
        ids = await topic_ids(kafka, {name for name, _ in named.values()})
        starts = await log_starts(kafka, named.values())
        return {key: Log(name=where[0], topic_id=ids[where[0]], start=starts[where]) for key, where in named.items()}

    async def write(self, batches: list[Batch]) -> None:
        """Store these batches; returns when PostgreSQL has committed them.

        They go in portions, each in a transaction of its own: while the database takes one, the next is made.

        Raises:
            LostPlaceError: another worker has written past the place where these batches start.
        """
        taken: asyncio.Future[None] | None = None
        try:
            for portion in _portions(batches):
                transaction = _transaction(portion)
                if taken is not None:
                    await taken
                taken = self._session.run(partial(self._store, portion, transaction))
            if taken is not None:
                await taken
        finally:
            if taken is not None:
                taken.cancel()

    def _arrivals(self, batches: list[Batch], transaction: Transaction) -> "npt.NDArray[np.float64]":
        """First arrivals, epoch ms; of a recorded day, whose arrivals are of another clock, those at `uplinks.*`."""
        if self._settings.ticks == "live":
            return np.asarray(transaction.uplinks.arrivals, dtype=np.float64)
        stamps = [record.timestamp for batch in batches if batch.topic in UPLINKS for record in batch]
        return np.asarray(stamps, dtype=np.float64)

    # -- in the session's thread

    def _store(self, portion: list[Batch], transaction: Transaction, connection: "psycopg.Connection[Any]") -> None:
        ends = {(batch.topic, batch.partition): batch.last_offset + 1 for batch in portion}
        transaction.prepare(connection)
        with connection.transaction():
            if move(connection, self._next, ends):
                transaction.write(connection)
        self._next.update(ends)
        for batch in portion:
            metrics.records_out.labels(self.name, batch.topic).inc(len(batch))
        delays_ms = time.time() * 1000 - self._arrivals(portion, transaction)
        metrics.delay_seconds.observe_many((self.name,), delays_ms / 1000)


def _portions(batches: list[Batch]) -> Iterator[list[Batch]]:
    """Batches, so many together that they come to at least PORTION_RECORDS, if there are.

    Those of a partition stay in their order; windows come last: a repair may bring many at once, and what was just
    measured does not wait for them.
    """
    portion: list[Batch] = []
    for batch in sorted(batches, key=_is_of_windows):
        portion.append(batch)
        if sum(map(len, portion)) >= PORTION_RECORDS:
            yield portion
            portion = []
    if portion:
        yield portion


def _is_of_windows(batch: Batch) -> bool:
    return batch.topic == "aggregates.v1"


def _transaction(portion: list[Batch]) -> Transaction:
    transaction = Transaction()
    for batch in portion:
        values = [record.value for record in batch if record.value]
        if batch.topic in UPLINKS:
            transaction.uplinks.add(values)
        elif batch.topic == "observations.v1":
            transaction.observations.add(values)
        elif batch.topic == "aggregates.v1":
            transaction.aggregates.add(values)
        else:
            transaction.add_alerts(values)
    return transaction


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    sys.setswitchinterval(SWITCH_S)
    return run_role(settings, "store", StoreStep(settings))
