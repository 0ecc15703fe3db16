"""The role `store`: uplinks, windows and alerts into PostgreSQL, each once, with the place of reading beside them."""

import logging
import time
from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg

from vigie.streams import metrics
from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import dsn, place
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.session import Session
from vigie.streams.sinks.topic_ids import topic_ids
from vigie.streams.sinks.transaction import Transaction
from vigie.streams.transport.role import run_role
from vigie.streams.transport.step import Batch
from vigie.topics.catalogue import NETWORKS

log = logging.getLogger(__name__)

UPLINKS = tuple(f"uplinks.{net}.v1" for net in NETWORKS)
INPUTS = (*UPLINKS, "aggregates.v1", "alerts.v1")


class TopicReplacedError(CannotGoOnError):
    """A topic is not the one whose offsets the database holds."""


class LostPlaceError(CannotGoOnError):
    """Another writer moved the place of reading: this one is no longer the owner of the partition."""


class StoreStep:
    """Writes batches in one transaction, and keeps its own offsets in the same one.

    Args:
        settings: of the installation.
    """

    name = "store"
    inputs = INPUTS

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._conninfo = dsn(settings)
        self._session = Session(settings)
        self._next: dict[tuple[str, int], int] = {}

    async def open(self) -> None:
        """Connect and bring the tables to this version, as soon as the database answers."""
        version = await self._session.run(migrate)
        log.info("The store at %s has version %d of its tables", place(self._conninfo), version)

    async def close(self) -> None:
        """Let the connection go."""
        await self._session.close()

    async def start_offsets(self, partitions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Where the database says that reading goes on.

        Raises:
            TopicReplacedError: a topic was deleted and made again since.
        """
        topics = sorted({topic for topic, _ in partitions})
        ids = await topic_ids(self._settings.kafka, [self._settings.topic(topic) for topic in topics])
        known = {topic: ids[self._settings.topic(topic)] for topic in topics}
        self._next = await self._session.run(partial(self._offsets, list(partitions), known))
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
        await self._session.run(partial(self._commit, transaction, ends))
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

    def _offsets(
        self, partitions: list[tuple[str, int]], ids: dict[str, UUID], connection: "psycopg.Connection[Any]"
    ) -> dict[tuple[str, int], int]:
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

    def _commit(
        self, transaction: Transaction, ends: dict[tuple[str, int], int], connection: "psycopg.Connection[Any]"
    ) -> None:
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
