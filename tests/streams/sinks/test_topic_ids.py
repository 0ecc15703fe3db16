"""A topic that is deleted and made again has another id."""

from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from vigie.streams.sinks.topic_ids import topic_ids


async def test_ids_of_topics(kafka):
    name = f"ids-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1)])
        first = await topic_ids(kafka, [name, "no-such-topic"])
        assert set(first) == {name}
        assert await topic_ids(kafka, [name]) == first
        await admin.delete_topics([name])
        for _ in range(50):
            if not await topic_ids(kafka, [name]):
                break
        await admin.create_topics([NewTopic(name, 1, 1)])
        assert (await topic_ids(kafka, [name]))[name] != first[name]
    finally:
        await admin.close()
