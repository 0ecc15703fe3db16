"""`fleet.v1` made anew from PostgreSQL, from the console."""

import asyncio
import getpass
import json
from typing import Any

import click
import psycopg
from aiokafka.errors import KafkaError

from vigie.deploy.fleet_changes.publishing import framer
from vigie.deploy.fleet_files.words import say
from vigie.deploy.installation import settings_here
from vigie.deploy.opened_database import told
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.fleet.outbox import new_producer, publish_pending
from vigie.streams.fleet.republish import Republished, republish
from vigie.streams.fleet.topic_content import read_topic
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect_to_write


def republish_here(*, as_json: bool) -> None:
    """Repair the topic, and say what it came to.

    Raises:
        OperatorError: nothing runs here, or PostgreSQL or Kafka does not answer.
    """
    settings = settings_here()
    if not settings.kafka:
        raise OperatorError("No Kafka is known here: start `vigie up`, or set VIGIE_KAFKA.", Exit.NOT_RUNNING)
    with told(settings), connect_to_write(settings) as connection:
        try:
            done, sent = asyncio.run(_republish(connection, settings))
        except KafkaError as error:
            raise OperatorError(
                f"Kafka at {settings.kafka} does not answer ({error}). What was written into the outbox stays there: "
                "the role recompute sends it, or give this command again.",
                Exit.UNREACHABLE,
            ) from None
    facts: dict[str, Any] = {
        "revision": done.revision, "records": done.records, "sent": sent, "differing": len(done.differing),
        "forgotten": len(done.forgotten), "repairs": done.repairs,
    }  # fmt: skip
    click.echo(json.dumps(facts) if as_json else say(settings.language, "republished", **facts))


async def _republish(connection: "psycopg.Connection[Any]", settings: Settings) -> tuple[Republished, int]:
    on_topic = await read_topic(settings)
    done = republish(connection, on_topic, author=getpass.getuser(), framer=framer(settings))
    producer = new_producer(settings)
    await producer.start()
    try:
        return done, await publish_pending(connection, producer, topic=settings.topic("fleet.v1"))
    finally:
        await producer.stop()
