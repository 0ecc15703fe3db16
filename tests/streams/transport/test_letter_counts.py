"""Dead letters of a day, counted on a real Kafka."""

from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from vigie.streams.settings import Settings
from vigie.streams.transport.letter_counts import count_letters
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import DeadLetter

pytestmark = pytest.mark.parts


def letter(offset: int, **other) -> DeadLetter:
    values = {
        "step": "decode", "reason": "no_codec", "message": "…", "topic": "raw.lora", "partition": 3, "offset": offset,
        "ingested_at": 1000 + offset, "key": b"eui:a1", "body": b"x", "body_size": 1, "body_hash": "00",
        "headers": {"network": "ville"},
    } | other  # fmt: skip
    return DeadLetter(**values)


async def make_topic(settings: Settings) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(settings.topic("dead-letters.v1"), 2, 1)])
    finally:
        await admin.close()


async def test_letters_are_counted_by_device_and_network(kafka):
    settings = replace(Settings(), kafka=kafka, prefix=f"t{uuid4().hex[:8]}.")
    await make_topic(settings)
    framer = Framer("dead-letters.v1")
    assert await count_letters(settings, 0, 5000) == {}
    letters = [
        letter(1), letter(2), letter(2, replayed_as=7), letter(3, key=b"src:toits"), letter(4, key=None, headers={}),
        letter(5, step="observe"), letter(900),
    ]  # fmt: skip
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for one in letters:
            await producer.send_and_wait(settings.topic("dead-letters.v1"), framer.encode(one))
    for ticks in ("log", "live"):
        found = await count_letters(replace(settings, ticks=ticks), 0, 1500)
        assert found == {("eui:a1", "ville"): 2, ("", "ville"): 1, ("", ""): 1}
