"""What an apply recorded goes to Kafka right away, where Kafka is there; else the role recompute sends it later."""

import asyncio
from contextlib import suppress
from typing import Any, NamedTuple

import psycopg
from aiokafka.errors import KafkaError

from vigie.deploy.fleet_changes.words import tell
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.fleet.outbox import new_producer, pending, publish_pending
from vigie.streams.fleet.topic_content import unknown_revision
from vigie.streams.schema_check import SchemaRefusedError, schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.topics.avro import Framer

Connection = psycopg.Connection[Any]

LIMIT_S = 30.0
"""How long a command waits for Kafka."""


class Published(NamedTuple):
    """What became of the outbox.

    Attributes:
        records: how many were sent and confirmed.
        left: how many wait.
        why: why they do; empty where none does.
    """

    records: int
    left: int
    why: str


def framer(settings: Settings) -> Framer:
    """How records of fleet.v1 are framed, by the schema id of the registry in use.

    Raises:
        OperatorError: the registry refuses our schema.
    """
    try:
        return Framer("fleet.v1", schema_ids_in_use(settings, ["fleet.v1"])["fleet.v1"])
    except SchemaRefusedError as error:
        raise OperatorError(str(error), Exit.UNREACHABLE) from None


def publish(connection: Connection, settings: Settings) -> Published:
    """Send what waits in the outbox, for half a minute at most."""
    before = pending(connection)
    if not before:
        return Published(0, 0, "")
    why = tell(settings.language, "kafka_unknown") if not settings.kafka else asyncio.run(_send(connection, settings))
    left = pending(connection)
    return Published(before - left, left, why if left else "")


async def _send(connection: Connection, settings: Settings) -> str:
    """Send; returns why not all was."""
    producer, topic = new_producer(settings), settings.topic("fleet.v1")
    try:
        async with asyncio.timeout(LIMIT_S):
            await producer.start()
            topics = (await producer.client.fetch_all_metadata()).topics()
            if topic not in topics:
                return tell(settings.language, "no_topic", topic=topic)
            strange = await unknown_revision(connection, settings)
            if strange is not None:
                return tell(settings.language, "strange_topic", topic=topic, revision=strange)
            await publish_pending(connection, producer, topic=topic)
    except TimeoutError:
        return tell(settings.language, "kafka_slow", limit=int(LIMIT_S))
    except KafkaError:
        return tell(settings.language, "kafka_away", kafka=settings.kafka)
    finally:
        with suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(5):  # else it waits for what a lost Kafka has not confirmed
                await producer.stop()
    return ""
