"""The place of reading of each partition: kept in the database, moved in the transaction of the rows."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.cannot_go_on import CannotGoOnError

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
Partition = tuple[str, int]
"""Bare topic name, number."""

lost_offsets = Counter(
    "vigie_store_lost_offsets",
    "Offsets that retention deleted from a log before the store had read them.",
    ["topic"],
    registry=metrics.REGISTRY,
)


class TopicReplacedError(CannotGoOnError):
    """A topic is not the one whose offsets the database holds."""


class LostPlaceError(CannotGoOnError):
    """Another writer moved the place of reading: this one is no longer the owner of the partition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The log of a partition as Kafka has it.

    Attributes:
        name: of its topic on the cluster.
        topic_id: another one after the topic was deleted and made again.
        start: its first offset; retention moves it.
    """

    name: str
    topic_id: UUID
    start: int


def take_up(connection: Connection, logs: Mapping[Partition, Log]) -> dict[Partition, int]:
    """Where reading goes on: where the database says, or where the log begins if that is later or new.

    What retention deleted before it was read is told and counted: it stands in no table.

    Args:
        connection: in autocommit mode.
        logs: of the partitions that are taken over.

    Raises:
        TopicReplacedError: a topic was deleted and made again since.
    """
    found: dict[Partition, int] = {}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO sink_offset (topic, partition, next_offset, topic_id) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [(*key, log.start, log.topic_id) for key, log in logs.items()],
        )
        rows = cursor.execute("SELECT topic, partition, next_offset, topic_id FROM sink_offset FOR UPDATE").fetchall()
        for topic, number, next_offset, topic_id in rows:
            key = topic, number
            if key not in logs:
                continue
            if topic_id != logs[key].topic_id:
                raise TopicReplacedError(_replaced(logs[key], topic, topic_id))
            if next_offset < logs[key].start:
                _tell_of_gap(logs[key], key, next_offset)
            found[key] = max(next_offset, logs[key].start)
        cursor.executemany(
            "UPDATE sink_offset SET next_offset = %s WHERE topic = %s AND partition = %s AND next_offset < %s",
            [(start, *key, start) for key, start in found.items()],
        )
    return found


def move(connection: Connection, starts: Mapping[Partition, int], ends: Mapping[Partition, int]) -> bool:
    """Move the places of these partitions inside the open transaction.

    Args:
        connection: with the transaction that writes the rows.
        starts: where this worker left each of them.
        ends: where each goes on.

    Returns:
        Whether the rows are still to be written; False if they stand there already, with just these places: the
        answer to a commit was lost, not the commit.

    Raises:
        LostPlaceError: another worker has moved them meanwhile.
    """
    keys = sorted(ends)
    moved = connection.execute(
        "UPDATE sink_offset s SET next_offset = v.ending FROM"
        " unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) AS v (topic, partition, start, ending)"
        " WHERE s.topic = v.topic AND s.partition = v.partition AND s.next_offset = v.start",
        (
            [topic for topic, _ in keys],
            [partition for _, partition in keys],
            [starts[key] for key in keys],
            [ends[key] for key in keys],
        ),
    ).rowcount
    if moved == len(keys):
        return True
    rows = connection.execute("SELECT topic, partition, next_offset FROM sink_offset").fetchall()
    standing = {(topic, partition): next_offset for topic, partition, next_offset in rows}
    if all(standing.get(key) == end for key, end in ends.items()):
        return False
    raise LostPlaceError(
        "The place of reading in the database is not where this worker left it, so another one owns these "
        "partitions now: ending without writing"
    )


def _tell_of_gap(found: Log, key: Partition, next_offset: int) -> None:
    log.warning(
        "Offsets %d to %d of %s/%d were deleted by Kafka's retention before the store had read them, and stand in no "
        "table: its database was restored to an earlier day, or the store was down for longer than the topic keeps "
        "its records. It goes on at offset %d",
        next_offset,
        found.start - 1,
        found.name,
        key[1],
        found.start,
    )
    lost_offsets.labels(key[0]).inc(found.start - next_offset)


def _replaced(found: Log, topic: str, was: object) -> str:
    return (
        f"The topic {found.name} was deleted and made again: the database holds the place of reading of its "
        f"predecessor ({was}, now {found.topic_id}). If what the old topic held is not to come back, remove that place "
        f"from the table sink_offset (rows with topic = '{topic}'), and the store reads the new topic from its "
        "beginning"
    )
