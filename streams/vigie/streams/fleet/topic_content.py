"""What stands on `fleet.v1` now: the last record of each object, and whether the database knows its last apply."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition

from vigie.streams.settings import Settings
from vigie.topics.avro import Framer
from vigie.topics.fleet.stated import Fleet, Key, Stated
from vigie.topics.fleet_object import FleetObject


async def read_topic(settings: Settings) -> dict[Key, FleetObject]:
    """Every object's record of the highest revision, read to the end that the topic has now.

    Raises:
        KafkaError: Kafka does not answer.
    """
    found: dict[Key, FleetObject] = {}
    async with _consumer(settings) as (consumer, partition, end):
        await consumer.seek_to_beginning(partition)
        async for one in _records(consumer, partition, end):
            held = found.get((one.kind, one.id))
            if held is None or held.revision <= one.revision:
                found[one.kind, one.id] = one
    return found


async def unknown_revision(connection: psycopg.Connection[Any], settings: Settings) -> int | None:
    """The revision of the topic's last apply, where the database does not know that apply; None where it does.

    A database that was restored to before it would give out the same revisions once more, for something else: until
    the topic was made anew (republish.py) nothing may be sent.

    Raises:
        KafkaError: Kafka does not answer.
    """
    async with _consumer(settings) as (consumer, partition, end):
        if not end:
            return None
        consumer.seek(partition, end - 1)
        found = [one async for one in _records(consumer, partition, end)]
    if not found:
        return None
    last = found[-1]
    known = await asyncio.to_thread(_knows, connection, last)
    return None if known else last.revision


def _knows(connection: psycopg.Connection[Any], last: FleetObject) -> bool:
    row = connection.execute(
        "SELECT FROM fleet_revision WHERE apply_id = %s OR (source = 'republish' AND revision > %s) LIMIT 1",
        (last.apply_id, last.revision),
    ).fetchone()
    return row is not None


@asynccontextmanager
async def _consumer(settings: Settings) -> AsyncIterator[tuple[AIOKafkaConsumer, TopicPartition, int]]:
    """A consumer of the topic, without a group so that nobody's offsets move, and where the topic ends now."""
    partition = TopicPartition(settings.topic("fleet.v1"), 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        yield consumer, partition, (await consumer.end_offsets([partition]))[partition]
    finally:
        await consumer.stop()


async def _records(consumer: AIOKafkaConsumer, partition: TopicPartition, end: int) -> AsyncIterator[FleetObject]:
    framer = Framer("fleet.v1")
    while await consumer.position(partition) < end:
        for batch in (await consumer.getmany(timeout_ms=500, max_records=5000)).values():
            for record in batch:
                if record.value is not None:
                    yield framer.decode(record.value, FleetObject)


def as_fleet(records: dict[Key, FleetObject]) -> Fleet:
    """The fleet as these records say it, without what is private.

    >>> as_fleet({})
    {}
    """
    return {
        key: tuple(
            Stated(
                kind=one.kind, id=one.id, valid_from=version.valid_from, valid_to=version.valid_to,
                attributes=version.fields(),
            )
            for version in one.versions
        )
        for key, one in records.items() if one.versions
    }  # fmt: skip
