"""The outbox on a real Kafka: in order, once confirmed, by one sender; and the topic made anew after a restore."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from stated_city import A1, city, one, placement, point

from vigie.deploy import topic_admin
from vigie.deploy.replays import records
from vigie.streams.fleet import known, outbox
from vigie.streams.fleet.apply import apply
from vigie.streams.fleet.republish import republish
from vigie.streams.fleet.topic_content import as_fleet, read_topic, unknown_revision
from vigie.streams.settings import Settings
from vigie.streams.sinks.migrate import migrate
from vigie.topics.avro import Framer
from vigie.topics.fleet.stated import Stated
from vigie.topics.fleet_object import FleetObject

pytestmark = pytest.mark.parts
Connection = psycopg.Connection[Any]


@pytest.fixture
def store(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        yield connection


@pytest.fixture
def installation(kafka: str) -> Settings:
    found = replace(Settings(), kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=1)
    topic_admin.create(found)
    return found


def state(connection: Connection, *stated: Stated) -> None:
    assert apply(connection, list(stated), author="a", source="s").revision is not None


async def publish(connection: Connection, settings: Settings, **other: Any) -> int:
    producer = outbox.new_producer(settings)
    await producer.start()
    try:
        return await outbox.publish_pending(connection, producer, topic=settings.topic("fleet.v1"), **other)
    finally:
        await producer.stop()


async def on_topic(settings: Settings) -> list[FleetObject]:
    framer = Framer("fleet.v1")
    return [framer.decode(one_.value, FleetObject) async for one_ in records(settings, settings.kafka, ["fleet.v1"])]


def place(one_: FleetObject) -> tuple[int, int, int]:
    return one_.revision, one_.part, one_.parts


async def test_records_come_in_order_once(store: Connection, installation: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbox, "CHUNK", 5)
    monkeypatch.setattr(outbox, "BATCH_BYTES", 400)
    state(store, *city())
    state(store, point("P1", code="T-1"))
    assert outbox.pending(store) == len(city()) + 1
    assert await publish(store, installation) == len(city()) + 1
    assert (outbox.pending(store), await publish(store, installation)) == (0, 0)
    found = await on_topic(installation)
    assert [place(one_) for one_ in found] == [*((1, n, len(city())) for n in range(1, len(city()) + 1)), (2, 1, 1)]
    assert found[-1].versions[0].fields()["code"] == "T-1"


async def test_two_senders_do_not_mix(database: str, store: Connection, installation: Settings):
    state(store, *city())
    with psycopg.connect(database, autocommit=True) as other:
        sent = await asyncio.gather(publish(store, installation), publish(other, installation))
        assert sorted(sent) == [0, len(city())]
        state(store, point("P1", code="T-1"))
        store.execute("SELECT pg_advisory_lock(%s)", (outbox.OUTBOX_LOCK,))
        assert await publish(other, installation, wait=False) == 0
        store.execute("SELECT pg_advisory_unlock(%s)", (outbox.OUTBOX_LOCK,))
        assert await publish(other, installation, wait=False) == 1
    assert len(await on_topic(installation)) == len(city()) + 1


async def test_what_kafka_has_not_confirmed_is_sent_again(
    store: Connection, installation: Settings, monkeypatch: pytest.MonkeyPatch
):
    state(store, *city())

    async def refused(*_: Any, **__: Any) -> None:
        raise ConnectionError("the line went dead after the records were sent")

    with monkeypatch.context() as patch:
        patch.setattr(AIOKafkaProducer, "send_batch", refused)
        with pytest.raises(ConnectionError):
            await publish(store, installation)
    assert outbox.pending(store) == len(city())
    assert await publish(store, installation, wait=False) == len(city()), "its lock was given back"


async def test_after_a_restore_the_topic_follows_postgresql(store: Connection, installation: Settings):
    state(store, *city())
    state(store, one("party", "perdue", name="Recorded after the backup", type="other"), point("P1", use_case="noise"),
          placement("P1/1", "D1", "P1", "2026-02-01T00:00:00Z"))  # fmt: skip
    await publish(store, installation)
    for table in ("fleet_outbox", "fleet_repair", "fleet_reference", "fleet_version", "fleet_object", "fleet_revision"):
        store.execute(f"DELETE FROM {table}".encode())  # as if restored to before all of it, then stated again
    state(store, *city())
    restored = known.read(store)
    assert await unknown_revision(store, installation) == 2, "nothing may be sent: revision 1 would say two things"
    done = republish(store, await read_topic(installation), author="exploitant")
    assert (done.revision, done.forgotten) == (3, (("party", "perdue"),))
    assert set(done.differing) == {("party", "perdue"), ("point", "P1"), ("placement", "P1/1")}
    assert await publish(store, installation) == done.records == len(city()) + 1
    assert await unknown_revision(store, installation) is None
    found = await read_topic(installation)
    assert {one_.revision for one_ in found.values()} == {3}
    assert found["party", "perdue"].versions == ()
    public = {key: [(one_.valid_from, one_.valid_to) for one_ in versions] for key, versions in as_fleet(found).items()}
    assert public == {
        key: [(one_.valid_from, one_.valid_to) for one_ in versions] for key, versions in restored.items()
    }
    repairs = store.execute("SELECT point, device FROM fleet_repair WHERE revision = 3").fetchall()
    assert repairs == [("P1", A1)], "P1 was placed by what is forgotten; P2 was not"

    state(store, point("P1", code="T-1"))
    assert known.revision(store) == 4


async def test_an_empty_topic_is_filled(store: Connection, installation: Settings):
    state(store, *city())
    store.execute("UPDATE fleet_outbox SET sent_at = now()")  # sent to a topic that was lost
    assert (await read_topic(installation), await unknown_revision(store, installation)) == ({}, None)
    done = republish(store, {}, author="a")
    assert (done.revision, done.repairs) == (2, 0)
    await publish(store, installation)
    assert len(await read_topic(installation)) == len(city())
