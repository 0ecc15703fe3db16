"""The place of reading: kept, moved by its owner alone, and set forward where Kafka's log begins later."""

from uuid import uuid4

import psycopg
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

from vigie.streams.sinks.log_starts import log_starts
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.places import Log, LostPlaceError, TopicReplacedError, lost_offsets, move, take_up

KEY = "uplinks.lora.v1", 3
TOPIC_ID = uuid4()


def log_from(start, topic_id=TOPIC_ID):
    return {KEY: Log(name="vigie.uplinks.lora.v1", topic_id=topic_id, start=start)}


def lost():
    return lost_offsets.labels(KEY[0])._value.get()


@pytest.fixture
def connection(database):
    with psycopg.connect(database, autocommit=True) as made:
        migrate(made)
        yield made


def stored(connection):
    return connection.execute("SELECT topic, partition, next_offset FROM sink_offset").fetchall()


@pytest.mark.parametrize("start", [0, 70])
def test_a_new_database_begins_where_the_log_does_without_a_word(connection, caplog, start):
    before = lost()
    assert take_up(connection, log_from(start)) == {KEY: start}
    assert stored(connection) == [(*KEY, start)]
    assert (caplog.messages, lost()) == ([], before)


def test_what_retention_deleted_before_it_was_read_is_told_and_counted(connection, caplog):
    before = lost()
    take_up(connection, log_from(10))
    with connection.transaction():
        assert move(connection, {KEY: 10}, {KEY: 40})
    assert take_up(connection, log_from(40)) == {KEY: 40}
    assert (caplog.messages, lost()) == ([], before)
    assert take_up(connection, log_from(70)) == {KEY: 70}
    assert stored(connection) == [(*KEY, 70)]
    [told] = caplog.messages
    assert told.startswith("Offsets 40 to 69 of vigie.uplinks.lora.v1/3 were deleted")
    assert told.endswith("It goes on at offset 70")
    assert lost() == before + 30
    with connection.transaction():
        assert move(connection, {KEY: 70}, {KEY: 80})


def test_places_of_partitions_that_others_own_stay(connection):
    take_up(connection, log_from(5))
    other = KEY[0], 4
    take_up(connection, {other: Log(name="vigie.uplinks.lora.v1", topic_id=TOPIC_ID, start=9)})
    assert sorted(stored(connection)) == [(*KEY, 5), (*other, 9)]


def test_a_commit_whose_answer_was_lost_is_not_written_twice(connection):
    take_up(connection, log_from(0))
    assert move(connection, {KEY: 0}, {KEY: 10})
    assert not move(connection, {KEY: 0}, {KEY: 10})
    with pytest.raises(LostPlaceError):
        move(connection, {KEY: 0}, {KEY: 9})


def test_another_topic_of_the_name_is_not_taken_up(connection):
    take_up(connection, log_from(0))
    with pytest.raises(TopicReplacedError, match="deleted and made again"):
        take_up(connection, log_from(0, uuid4()))


async def test_where_real_logs_begin(kafka):
    name = f"starts-{uuid4().hex[:8]}"
    admin, producer = AIOKafkaAdminClient(bootstrap_servers=kafka), AIOKafkaProducer(bootstrap_servers=kafka)
    await admin.start()
    await producer.start()
    try:
        await admin.create_topics([NewTopic(name, 2, 1)])
        for _ in range(5):
            await producer.send_and_wait(name, b"x", partition=0)
        assert await log_starts(kafka, [(name, 0), (name, 1)]) == {(name, 0): 0, (name, 1): 0}
        await admin.delete_records({TopicPartition(name, 0): RecordsToDelete(before_offset=3)})
        assert await log_starts(kafka, [(name, 0), (name, 1)]) == {(name, 0): 3, (name, 1): 0}
    finally:
        await producer.stop()
        await admin.close()
