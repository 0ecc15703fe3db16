"""Commands of `notify` to the life cycle, on `alarm-inputs`: what a second source said is attached to its alert."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from vigie.streams.settings import Settings
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Command

LIMIT_S = 10.0


class CommandsGiven:
    """A producer, connected when the first command is given.

    Args:
        settings: where Kafka is.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: Any = None
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, command: Command) -> None:
        """Send a command; returns when Kafka has it.

        Raises:
            OSError: Kafka does not take it within 10 s.
        """
        try:
            async with self._one_at_a_time, asyncio.timeout(LIMIT_S):
                if self._producer is None:
                    self._producer = await self._connected()
                await self._producer.send_and_wait(self._settings.topic("alarm-inputs"), alarm_input.encode(command))
        except (KafkaError, TimeoutError) as error:
            raise OSError(f"Kafka does not take a command: {error or type(error).__name__}") from None

    async def stop(self) -> None:
        """Let go of the connection."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _connected(self) -> Any:
        producer = AIOKafkaProducer(bootstrap_servers=self._settings.kafka, enable_idempotence=True, acks="all")
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer
