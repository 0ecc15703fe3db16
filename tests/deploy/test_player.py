"""The player: every body that arrived before a minute is confirmed before that minute's tick is sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from vigie.deploy import topic_admin
from vigie.deploy.demo import standing_clock
from vigie.deploy.demo.expected import Event
from vigie.deploy.demo.player import FellBehindError, Player
from vigie.deploy.replays import records
from vigie.streams.settings import Settings
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Heartbeat, Tick

pytestmark = pytest.mark.parts
MINUTE = 60_000
START = 1_750_197_600_000


@pytest.fixture
def settings(kafka: str) -> Settings:
    found = replace(Settings(), kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=3, ticks="log")
    topic_admin.create(found)
    return found


async def answering_role(settings: Settings) -> None:
    """Answers each tick as observe does, in two halves."""
    consumer = AIOKafkaConsumer(
        settings.topic("platform"), bootstrap_servers=settings.kafka, auto_offset_reset="earliest"
    )
    async with consumer, AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        async for record in consumer:
            tick = alarm_input.decode(record.value)
            assert isinstance(tick, Tick)
            for part in ((("uplinks.lora.v1", 0), ("uplinks.lora.v1", 1)), (("uplinks.lora.v1", 2), ("receptions", 2))):
                answer = Heartbeat(role="observe", tick_at=tick.at, partitions=part)
                await producer.send_and_wait(settings.topic("alarm-inputs"), alarm_input.encode(answer))


def sender(settings: Settings):
    """Sends straight into Kafka, and returns when all is confirmed, as the player asks of whoever sends."""

    async def send(bodies: Sequence[Event]) -> None:
        async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
            for event in bodies:
                arrival = [("vigie-ingested-at", b"%d" % event.arrival_at)]
                await producer.send_and_wait(settings.topic("raw.lora"), event.body, headers=arrival)

    return send


def events(minutes: int) -> list[Event]:
    return [
        Event(
            START + minute * MINUTE + place * 7000, "chirpstack", "lora", b"%d/%d" % (minute, place), "uplink", "", ()
        )
        for minute in range(minutes)
        for place in range(1 + minute % 4)
    ]


async def test_bodies_are_confirmed_before_the_tick_that_follows_them(settings: Settings):
    handed: list[int] = []
    player = Player(
        settings,
        settings.kafka,
        sender(settings),
        seconds=0.5,
        lead_ticks=3,
        handing=lambda bodies: handed.append(len(bodies)),
    )
    role = asyncio.create_task(answering_role(settings))
    try:
        played = await player.play(events(12), START, START + 13 * MINUTE)
    finally:
        role.cancel()
    assert played.sent == sum(handed) == len(events(12))
    assert played.ticks == 14
    bodies = [r async for r in records(settings, settings.kafka, ["raw.lora"])]
    ticks = [r async for r in records(settings, settings.kafka, ["platform"])]
    copies = [
        alarm_input.decode(r.value).at
        async for r in records(settings, settings.kafka, ["alarm-inputs"])
        if b'"tick"' in r.value
    ]
    assert [alarm_input.decode(r.value).at for r in ticks] == copies == [START + n * MINUTE for n in range(14)]
    for body in bodies:
        headers = dict(body.headers)
        arrival_at = int(headers["vigie-ingested-at"])
        for tick in ticks:
            if arrival_at < alarm_input.decode(tick.value).at:
                assert body.timestamp <= tick.timestamp
            else:
                assert body.timestamp >= tick.timestamp
    assert {r.value for r in bodies} == {e.body for e in events(12)}


async def test_a_player_whose_roles_do_not_follow_says_so(settings: Settings):
    player = Player(settings, settings.kafka, sender(settings), seconds=0.1, patience_s=1.0)
    with pytest.raises(FellBehindError, match="has not answered the tick"):
        await player.play(events(6), START, START + 8 * MINUTE)
    bodies = [r async for r in records(settings, settings.kafka, ["raw.lora"])]
    assert bodies == [], "no body is sent before the first tick was answered"


async def test_after_the_day_ticks_go_on_by_a_millisecond_so_that_corrections_come_into_force(settings: Settings):
    alive = iter([True] * 3 + [False])
    assert await standing_clock.keep(settings, settings.kafka, START, lambda: next(alive), every_s=0.1) == 3
    for topic in ("platform", "alarm-inputs"):
        ticks = [alarm_input.decode(r.value).at async for r in records(settings, settings.kafka, [topic])]
        assert ticks == [START + 1, START + 2, START + 3]
