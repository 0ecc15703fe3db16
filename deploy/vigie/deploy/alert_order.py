"""Sends one command about an alert to the role `alarm`, and waits for the event that answers it."""

import asyncio
import time
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Command, Tick
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer

LAST_RECORDS = 500
"""The last tick is looked for among so many records of `platform`, where freezes and thaws stand too."""
LOOK_S = 5.0


def answered(settings: Settings, command: Command, wait_s: float) -> AlertEvent | None:
    """Send a command; returns the event that answers it, None if none came in time.

    Args:
        settings: of the installation.
        command: with the instant 0 it is dated by the clock that the installation lives by.
        wait_s: for how long the answer is waited for.

    Raises:
        OperatorError: Kafka does not answer.
    """
    try:
        return asyncio.run(_answered(settings, command, wait_s))
    except KafkaError as error:
        raise OperatorError(
            f"Kafka does not answer at {settings.kafka} ({type(error).__name__}): start it, or correct VIGIE_KAFKA.",
            Exit.UNREACHABLE,
        ) from error


def now(settings: Settings) -> int:
    """Epoch ms UTC by the clock that the installation lives by: with the setting ticks = log, the last tick.

    Raises:
        OperatorError: Kafka does not answer.
    """
    if settings.ticks == "live":
        return round(time.time() * 1000)
    try:
        return asyncio.run(_last_tick(settings)) or round(time.time() * 1000)
    except KafkaError as error:
        raise OperatorError(f"Kafka does not answer at {settings.kafka} ({error}).", Exit.UNREACHABLE) from error


async def _answered(settings: Settings, command: Command, wait_s: float) -> AlertEvent | None:
    place = TopicPartition(settings.topic("alerts.v1"), 0)
    consumer, producer = _consumer(settings), AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all")
    try:
        await consumer.start()
        consumer.assign([place])
        consumer.seek(place, (await consumer.end_offsets([place]))[place])
        await producer.start()
        await producer.send_and_wait(settings.topic("alarm-inputs"), value=alarm_input.encode(command), partition=0)
        return await _answer(consumer, command.id, wait_s)
    finally:
        await producer.stop()
        await consumer.stop()


async def _answer(consumer: Any, command_id: str, wait_s: float) -> AlertEvent | None:
    framer, deadline = Framer("alerts.v1"), time.monotonic() + wait_s
    while (left_s := deadline - time.monotonic()) > 0:
        for batch in (await consumer.getmany(timeout_ms=round(min(left_s, 1.0) * 1000))).values():
            for record in batch:
                event = framer.decode(record.value, AlertEvent)
                if event.command == command_id:
                    return event
    return None


async def _last_tick(settings: Settings) -> int:
    place = TopicPartition(settings.topic("platform"), 0)
    consumer = _consumer(settings)
    try:
        await consumer.start()
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        begin = (await consumer.beginning_offsets([place]))[place]
        consumer.seek(place, max(begin, end - LAST_RECORDS))
        latest, deadline = 0, time.monotonic() + LOOK_S
        while await consumer.position(place) < end and time.monotonic() < deadline:
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                said = [alarm_input.decode(record.value) for record in batch]
                latest = max([latest, *(message.at for message in said if isinstance(message, Tick))])
        return latest
    finally:
        await consumer.stop()


def _consumer(settings: Settings) -> Any:
    return AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, group_id=None, enable_auto_commit=False, auto_offset_reset="latest",
        isolation_level="read_committed", fetch_max_wait_ms=100,
    )  # fmt: skip
