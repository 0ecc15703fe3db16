"""A topic that is deleted and made again has another id."""

import asyncio
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from vigie.streams.sinks.topic_ids import topic_ids


async def made(kafka: str, name: str) -> object:
    """The id of a topic that was just made: a busy broker answers that it is before it tells of it."""
    async with asyncio.timeout(30):
        while not (found := await topic_ids(kafka, [name])):
            await asyncio.sleep(0.05)
    return found[name]


async def test_ids_of_topics(kafka):
    name = f"ids-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1)])
        first = await made(kafka, name)
        assert await topic_ids(kafka, [name, "no-such-topic"]) == {name: first}
        assert await topic_ids(kafka, [name]) == {name: first}
        await admin.delete_topics([name])
        async with asyncio.timeout(30):
            while await topic_ids(kafka, [name]):
                await asyncio.sleep(0.05)
        await admin.create_topics([NewTopic(name, 1, 1)])
        assert await made(kafka, name) != first
    finally:
        await admin.close()
