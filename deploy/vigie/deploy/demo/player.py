"""Plays a recorded day: bodies with their arrival beside them, and the minute ticks that are its clock.

The order is the promise: every body that arrived before a minute is confirmed by the broker before that minute's tick
is sent, so a role that has read up to the tick has read all that came before it. The player never runs far ahead of the
roles: it waits for the first tick's answer before it sends a body, and then stays within some minutes of the answers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from vigie.deploy.demo.expected import Event
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Heartbeat, Tick

MINUTE_MS = 60_000


class FellBehindError(OperatorError):
    """The roles did not follow the player; the message says which tick was not answered."""


@dataclass(slots=True)
class Played:
    """What the player did.

    Attributes:
        sent: confirmed bodies.
        ticks: confirmed ticks.
        seconds: wall time from the first body to the last answer of observe.
    """

    sent: int = 0
    ticks: int = 0
    seconds: float = 0.0


class Answers:
    """Which ticks `observe`, the last role that obeys them, has answered for all partitions.

    Its heartbeats are read from alarm-inputs, without a group.
    """

    def __init__(self, settings: Settings) -> None:
        self._log = settings.data / "logs" / "observe.log"
        self._topic = TopicPartition(settings.topic("alarm-inputs"), 0)
        self._wanted = {("uplinks.lora.v1", partition) for partition in range(settings.partitions)}
        self._missing: dict[int, set[tuple[str, int]]] = {}
        self._changed = asyncio.Event()
        self.last_at = 0

    async def follow(self, kafka: str) -> None:
        """Read answers until cancelled."""
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", fetch_max_wait_ms=20)
        await consumer.start()
        try:
            consumer.assign([self._topic])
            async for record in consumer:
                message = alarm_input.decode(record.value)
                if isinstance(message, Heartbeat) and message.role == "observe":
                    self._note(message)
        finally:
            await consumer.stop()

    def _note(self, heartbeat: Heartbeat) -> None:
        if heartbeat.tick_at <= self.last_at:
            return
        missing = self._missing.setdefault(heartbeat.tick_at, set(self._wanted))
        missing.difference_update(tuple(pair) for pair in heartbeat.partitions)
        if not missing:
            self.last_at = heartbeat.tick_at
            self._missing = {at: left for at, left in self._missing.items() if at > self.last_at}
            self._changed.set()

    async def reach(self, tick_at: int, patience_s: float) -> None:
        """Wait until the tick has been answered.

        Raises:
            FellBehindError: it was not, for `patience_s`.
        """
        while self.last_at < tick_at:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), patience_s)
            except TimeoutError:
                raise FellBehindError(
                    f"observe has not answered the tick {tick_at} for {patience_s:.0f} s (its last answer: "
                    f"{self.last_at or 'none'}): its log is {self._log}",
                    Exit.NOT_READY,
                ) from None


class Player:
    """Plays events and ticks.

    Args:
        settings: prefix and partitions of the installation.
        kafka: bootstrap servers.
        send: hands bodies to the platform, and returns when all of them are in Kafka.
        seconds: how long the day should take; it takes longer where the roles cannot follow.
        lead_ticks: how many minutes of the day the player may be ahead of observe's answers.
        progress: called with each minute played (done, all).
        handing: called with the bodies of each minute just before they are sent.
        patience_s: how long the roles may take for one answer.
    """

    def __init__(
        self,
        settings: Settings,
        kafka: str,
        send: Callable[[Sequence[Event]], Awaitable[None]],
        *,
        seconds: float,
        lead_ticks: int = 15,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        handing: Callable[[Sequence[Event]], None] = lambda _events: None,
        patience_s: float = 90.0,
    ) -> None:
        self.settings, self.kafka, self.send = settings, kafka, send
        self.seconds, self.lead_ticks, self.patience_s = seconds, lead_ticks, patience_s
        self.progress, self.handing = progress, handing
        self.played = Played()

    async def play(self, events: Sequence[Event], first_tick_at: int, last_tick_at: int) -> Played:
        """Send everything in order, confirmed.

        Args:
            events: bodies by rising arrival.
            first_tick_at: epoch ms of the first tick, sent before the bodies that come after it.
            last_tick_at: epoch ms of the last tick.

        Raises:
            FellBehindError: the roles do not follow.
        """
        producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka, enable_idempotence=True, acks="all", linger_ms=0, compression_type="zstd"
        )
        answers = Answers(self.settings)
        await producer.start()
        following = asyncio.create_task(answers.follow(self.kafka))
        started = time.monotonic()
        try:
            place, minutes = 0, range(first_tick_at, last_tick_at + 1, MINUTE_MS)
            for number, tick_at in enumerate(minutes):
                place = await self._minute(events, place, tick_at)
                await send_tick(producer, self.settings, tick_at)
                self.played.ticks += 1
                self.progress(number + 1, len(minutes))
                if following.done():
                    following.result()
                followed = number if number == 0 else number - self.lead_ticks
                if followed >= 0:
                    await answers.reach(minutes[followed], self.patience_s)
                await asyncio.sleep(max(0.0, started + self.seconds * (number + 1) / len(minutes) - time.monotonic()))
            await answers.reach(last_tick_at, self.patience_s)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await producer.stop()
        self.played.seconds = time.monotonic() - started
        return self.played

    async def _minute(self, events: Sequence[Event], place: int, tick_at: int) -> int:
        """Send and confirm what arrived before the tick; returns where the next minute begins."""
        first = place
        while place < len(events) and events[place].arrival_at < tick_at:
            place += 1
        self.handing(events[first:place])
        await self.send(events[first:place])
        self.played.sent += place - first
        return place


async def send_tick(producer: Any, settings: Settings, at: int) -> None:
    """Send a tick, and return when Kafka has it.

    Args:
        producer: an aiokafka producer.
        settings: prefix of the installation.
        at: epoch ms.
    """
    value = alarm_input.encode(Tick(at=at))
    sent = [
        await producer.send(settings.topic(name), value=value, partition=0) for name in ("platform", "alarm-inputs")
    ]
    for confirmation in sent:
        await confirmation
