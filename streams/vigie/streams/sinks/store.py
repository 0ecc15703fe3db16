"""The role `store`: uplinks, windows and alerts into PostgreSQL, each once, with the place of reading beside them."""

import asyncio
import logging
import time
from collections.abc import Collection
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg
from tenacity import RetryCallState, retry, retry_if_exception_type, wait_exponential

from vigie.streams import metrics
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect_to_write, dsn, place
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.topic_ids import topic_ids
from vigie.streams.sinks.transaction import Transaction
from vigie.streams.transport.role import run_role
from vigie.streams.transport.step import Batch
from vigie.topics.catalogue import NETWORKS

log = logging.getLogger(__name__)

UPLINKS = tuple(f"uplinks.{net}.v1" for net in NETWORKS)
INPUTS = (*UPLINKS, "aggregates.v1", "alerts.v1")


class TopicReplacedError(RuntimeError):
    """A topic is not the one whose offsets the database holds."""


class LostPlaceError(RuntimeError):
    """Another writer moved the place of reading: this one is no longer the owner of the partition."""


def _away(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome is not None else None
    sentence = str(error).strip().partition("\n")[0]
    full = isinstance(error, psycopg.errors.DiskFull)
    log.warning(
        "%s (%s); trying again in %.0f s, nothing is lost meanwhile: Kafka keeps what is to be stored",
        "The database's disk is full: make room" if full else "The database does not take rows",
        sentence,
        state.next_action.sleep if state.next_action is not None else 0,
    )


_until_the_database_answers = retry(
    retry=retry_if_exception_type((psycopg.OperationalError, psycopg.InterfaceError)),
    wait=wait_exponential(multiplier=0.2, max=5),
    before_sleep=_away,
)
"""OperationalError covers a server that is away, starting, stopping, out of disk or out of memory."""


class StoreStep:
    """Writes batches in one transaction each, and keeps its own offsets in the same one.

    Args:
        settings: of the installation.
    """

    name = "store"
    inputs = INPUTS

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._conninfo = dsn(settings)
        self._connection: psycopg.Connection[Any] | None = None
        self._next: dict[tuple[str, int], int] = {}

    async def open(self) -> None:
        """Connect and bring the tables to this version, as soon as the database answers."""
        await asyncio.to_thread(self._until_ready)

    async def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def start_offsets(self, partitions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Where the database says that reading goes on.

        Raises:
            TopicReplacedError: a topic was deleted and made again since.
        """
        topics = sorted({topic for topic, _ in partitions})
        ids = await topic_ids(self._settings.kafka, [self._settings.topic(topic) for topic in topics])
        known = {topic: ids[self._settings.topic(topic)] for topic in topics}
        self._next = await asyncio.to_thread(self._offsets, list(partitions), known)
        return dict(self._next)

    async def write(self, batches: list[Batch]) -> None:
        """Store these batches; returns when PostgreSQL has committed them.

        Raises:
            LostPlaceError: another worker has written past the place where these batches start.
        """
        ends = {(batch.topic, batch.partition): batch.last_offset + 1 for batch in batches}
        transaction = Transaction()
        for batch in batches:
            if batch.topic in UPLINKS:
                transaction.uplinks.add([record.value for record in batch if record.value])
            elif batch.topic == "aggregates.v1":
                transaction.add_aggregates([record.value for record in batch if record.value])
            else:
                transaction.add_alerts([record.value for record in batch if record.value])
        await asyncio.to_thread(self._commit, transaction, ends)
        self._next.update(ends)
        metrics.delay_seconds.observe_many(
            ("store",), (time.time() * 1000 - self._arrivals(batches, transaction)) / 1000
        )

    def _arrivals(self, batches: list[Batch], transaction: Transaction) -> "npt.NDArray[np.float64]":
        """First arrivals, epoch ms; of a recorded day, whose arrivals are of another clock, those at `uplinks.*`."""
        if self._settings.ticks == "live":
            return np.asarray(transaction.uplinks.arrivals, dtype=np.float64)
        stamps = [record.timestamp for batch in batches if batch.topic in UPLINKS for record in batch]
        return np.asarray(stamps, dtype=np.float64)

    # -- in a thread

    @_until_the_database_answers
    def _until_ready(self) -> None:
        connection = self._connected()
        version = migrate(connection)
        log.info("The store at %s has version %d of its tables", place(self._conninfo), version)

    def _connected(self) -> "psycopg.Connection[Any]":
        if self._connection is None or self._connection.closed or self._connection.broken:
            if self._connection is not None:
                self._connection.close()
            self._connection = connect_to_write(self._settings)
        return self._connection

    @_until_the_database_answers
    def _offsets(self, partitions: list[tuple[str, int]], ids: dict[str, UUID]) -> dict[tuple[str, int], int]:
        connection = self._connected()
        with connection.transaction():
            for topic, partition in partitions:
                connection.execute(
                    "INSERT INTO sink_offset (topic, partition, next_offset, topic_id) VALUES (%s, %s, 0, %s)"
                    " ON CONFLICT DO NOTHING",
                    (topic, partition, ids[topic]),
                )
            rows = connection.execute("SELECT topic, partition, next_offset, topic_id FROM sink_offset").fetchall()
        found: dict[tuple[str, int], int] = {}
        wanted = set(partitions)
        for topic, partition, next_offset, topic_id in rows:
            key = topic, partition
            if key not in wanted:
                continue
            if topic_id != ids[key[0]]:
                raise TopicReplacedError(_replaced(self._settings.topic(key[0]), key[0], topic_id, ids[key[0]]))
            found[key] = next_offset
        return found

    @_until_the_database_answers
    def _commit(self, transaction: Transaction, ends: dict[tuple[str, int], int]) -> None:
        connection = self._connected()
        transaction.prepare(connection)
        with connection.transaction():
            keys = sorted(ends)
            moved = connection.execute(
                "UPDATE sink_offset s SET next_offset = v.ending FROM"
                " unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) AS v (topic, partition, start, ending)"
                " WHERE s.topic = v.topic AND s.partition = v.partition AND s.next_offset = v.start",
                (
                    [topic for topic, _ in keys],
                    [partition for _, partition in keys],
                    [self._next[key] for key in keys],
                    [ends[key] for key in keys],
                ),
            ).rowcount
            if moved != len(keys):
                if self._is_committed(connection, ends):
                    return  # just these records stand in the database: the answer to a commit was lost, not the commit
                raise LostPlaceError(
                    "The place of reading in the database is not where this worker left it, so another one owns these "
                    "partitions now: ending without writing"
                )
            transaction.write(connection)

    def _is_committed(self, connection: "psycopg.Connection[Any]", ends: dict[tuple[str, int], int]) -> bool:
        rows = connection.execute("SELECT topic, partition, next_offset FROM sink_offset").fetchall()
        stands = {(topic, partition): next_offset for topic, partition, next_offset in rows}
        return all(stands.get(key) == end for key, end in ends.items())


def _replaced(full_name: str, topic: str, was: object, now: object) -> str:
    return (
        f"The topic {full_name} was deleted and made again: the database holds the place of reading of its predecessor "
        f"({was}, now {now}). If what the old topic held is not to come back, remove that place from the table "
        f"sink_offset (rows with topic = '{topic}'), and the store reads the new topic from its beginning"
    )


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    return run_role(settings, "store", StoreStep(settings))
