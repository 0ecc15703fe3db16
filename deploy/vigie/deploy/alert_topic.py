"""The topic `alerts.v1` read whole: what the archive holds can be told from it alone."""

import asyncio

from vigie.deploy import replays
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

    return asyncio.run(read())
