"""What stands on `fleet.v1` now: the last record of each object."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from vigie.streams.settings import Settings
from vigie.topics.avro import Framer
from vigie.topics.fleet.stated import Fleet, Key, Stated
from vigie.topics.fleet_object import FleetObject


async def read_topic(settings: Settings) -> dict[Key, FleetObject]:
    """Every object's last record, read to the end that the topic has now; without a group, so nobody's offsets move.

    Raises:
        KafkaError: Kafka does not answer.
    """
    framer, found = Framer("fleet.v1"), {}
    partition = TopicPartition(settings.topic("fleet.v1"), 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        while await consumer.position(partition) < end:
            for batch in (await consumer.getmany(timeout_ms=500, max_records=5000)).values():
                for record in batch:
                    if record.value is not None:
                        one = framer.decode(record.value, FleetObject)
                        found[one.kind, one.id] = one
    finally:
        await consumer.stop()
    return found


def as_fleet(records: dict[Key, FleetObject]) -> Fleet:
    """The fleet as these records say it, without what is private.

    >>> as_fleet({})
    {}
    """
    return {
        key: tuple(
            Stated(
                kind=one.kind, id=one.id, valid_from=version.valid_from, valid_to=version.valid_to,
                attributes=version.fields(),
            )
            for version in one.versions
        )
        for key, one in records.items() if one.versions
    }  # fmt: skip
