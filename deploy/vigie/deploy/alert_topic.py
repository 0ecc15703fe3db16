"""The topic `alerts.v1` read whole: what the archive holds can be told from it alone."""

import asyncio

from aiokafka.errors import KafkaError

from vigie.deploy import replays
from vigie.deploy.console_words import say
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer


def alert_events(settings: Settings) -> list[AlertEvent]:
    """Every transition on the topic, in its order.

    Raises:
        OperatorError: Kafka does not answer.
    """
    framer = Framer("alerts.v1")

    async def read() -> list[AlertEvent]:
        records = replays.records(settings, settings.kafka, ["alerts.v1"])
        return [framer.decode(record.value, AlertEvent) async for record in records]

    if not settings.kafka:
        raise OperatorError(say(settings.language, "no_installation", data=settings.data), Exit.NOT_RUNNING)
    try:
        return asyncio.run(read())
    except KafkaError as error:
        raise OperatorError(
            f"Kafka does not answer at {settings.kafka} ({type(error).__name__}): start it, or correct VIGIE_KAFKA.",
            Exit.UNREACHABLE,
        ) from error
