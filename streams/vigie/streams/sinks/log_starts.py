"""Where the logs of partitions begin: retention deletes from their start."""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition


async def log_starts(bootstrap: str, partitions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The first offset of each partition's log.

    Args:
        bootstrap: host:port of brokers.
        partitions: full topic names and numbers.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    await consumer.start()
    try:
        found = await consumer.beginning_offsets([TopicPartition(*one) for one in partitions])
    finally:
        await consumer.stop()
    return {(tp.topic, tp.partition): offset for tp, offset in found.items()}
