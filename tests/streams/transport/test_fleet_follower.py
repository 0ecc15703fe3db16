"""The fleet is in force within seconds of its apply, whatever happens to the broker or stands on the topic."""

import asyncio
import logging
import time
from collections.abc import Callable
from threading import Timer

import pytest
from aiokafka.errors import KafkaError
from churn import create_topics, fresh_prefix
from confluent_kafka.admin import AdminClient
from fleet_objects import Outbox, device, gone, placement, point

from vigie.deploy.embedded.kafka import EmbeddedKafka
from vigie.streams.transport import fleet_follower
from vigie.streams.transport.fleet_follower import FleetFollower

pytestmark = pytest.mark.parts
ADDRESS = "eui:24e124136b000001"
FLEET = point("P1"), device("D1", ADDRESS), placement("P1/1", "D1", "P1")


def where(follower: FleetFollower) -> str | None:
    found = follower.view.covering(ADDRESS, 0, 0)
    return None if found is None else found.point


def until(condition: Callable[[], object], limit_s: float) -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < limit_s, f"not within {limit_s:.0f} s"
        time.sleep(0.01)
    return time.monotonic() - begun


@pytest.fixture
def topic(kafka: str) -> str:
    name = fresh_prefix() + "fleet.v1"
    create_topics(kafka, {name: 1}, {"cleanup.policy": "compact"})
    return name


async def test_an_apply_is_in_force_at_its_last_part_and_soon(kafka: str, topic: str):
    outbox = Outbox(kafka, topic)
    outbox.apply(1, *FLEET)
    outbox.apply(2, device("D1"), point("P9"), but_last=1)
    follower = FleetFollower(kafka, topic)
    follower.start()
    try:
        assert await follower.at_end(10)
        assert (follower.view.revision, where(follower)) == (1, "P1"), "half an apply is not in force"

        Timer(0.3, lambda: outbox.rest(2, device("D1"), point("P9"), but_last=1)).start()
        assert not follower.wait_for(2, 0.05)
        assert follower.wait_for(2, 5), "waiting must not stop the thread that reads"
        assert where(follower) is None

        begun = time.monotonic()
        outbox.apply(3, FLEET[1])
        assert follower.wait_for(3, 5)
        took_s = time.monotonic() - begun
        print(f"from the apply to its force: {took_s:.3f} s")
        assert (where(follower), took_s < 2) == ("P1", True)
    finally:
        await follower.stop()


async def test_a_record_that_is_no_fleet_object_is_told_and_left_out(
    kafka: str, topic: str, caplog: pytest.LogCaptureFixture
):
    outbox = Outbox(kafka, topic)
    outbox.send(b"point:P0", b"\x00\x00\x00\x00\x07garbage")
    outbox.apply(1, point("P2", latitude="north"), *FLEET)
    follower = FleetFollower(kafka, topic)
    before = fleet_follower.not_understood._value.get()
    with caplog.at_level(logging.WARNING):
        follower.start()
        assert await follower.at_end(10)
    await follower.stop()
    assert (follower.view.revision, where(follower)) == (1, "P1")
    assert fleet_follower.not_understood._value.get() == before + 2
    assert f"Record 0 of {topic} is no fleet object" in caplog.text
    assert "point:P2 of the fleet is not understood" in caplog.text


async def test_a_topic_that_was_made_again_is_read_anew(
    kafka: str, topic: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fleet_follower, "LOOK_EVERY_S", 0.2)
    Outbox(kafka, topic).apply(1, point("P2"), *FLEET)
    follower = FleetFollower(kafka, topic)
    follower.start()
    try:
        assert await follower.at_end(10)
        admin = AdminClient({"bootstrap.servers": kafka})
        admin.delete_topics([topic])[topic].result(20)
        until(lambda: topic not in admin.list_topics(timeout=10).topics, 10)
        create_topics(kafka, {topic: 1}, {"cleanup.policy": "compact"})
        assert where(follower) == "P1", "an empty topic says nothing"
        Outbox(kafka, topic).apply(2, *FLEET)
        until(lambda: follower.view.revision == 2, 20)
        assert (where(follower), follower.view.point_at("P2", 0)) == ("P1", None)
    finally:
        await follower.stop()


@pytest.mark.parametrize("call", ["getmany", "position", "stop"])
async def test_a_client_that_stands_still_is_left_for_a_new_one(kafka: str, topic: str, monkeypatch, call: str):
    """The client's call is put to sleep: what makes a real one stand still, after a broker's death, is a race."""
    outbox, stuck = Outbox(kafka, topic), []
    outbox.apply(1, *FLEET)

    class Client(fleet_follower.AIOKafkaConsumer):
        async def wait(self) -> None:
            if not stuck:
                stuck.append(call)
                await asyncio.sleep(3600)

        async def getmany(self, *partitions, **given):
            if call == "stop" and not stuck:
                raise KafkaError("so that it is stopped")
            await (self.wait() if call == "getmany" else asyncio.sleep(0))
            return await super().getmany(*partitions, **given)

        async def position(self, partition):
            await (self.wait() if call == "position" else asyncio.sleep(0))
            return await super().position(partition)

        async def stop(self) -> None:
            await (self.wait() if call == "stop" else asyncio.sleep(0))
            await super().stop()

    monkeypatch.setattr(fleet_follower, "AIOKafkaConsumer", Client)
    monkeypatch.setattr(fleet_follower, "ANSWER_LIMIT_S", 2.0)
    follower = FleetFollower(kafka, topic)
    follower.start()
    try:
        until(lambda: follower.view.revision == 1 and stuck, 20)
        outbox.apply(2, gone("placement", "P1/1"))
        until(lambda: follower.view.revision == 2, 20)
    finally:
        await follower.stop()


async def test_while_the_broker_is_away_the_fleet_stays_and_then_goes_on(kafka_service: EmbeddedKafka):
    kafka, topic = kafka_service.address, fresh_prefix() + "fleet.v1"
    create_topics(kafka, {topic: 1}, {"cleanup.policy": "compact"})
    Outbox(kafka, topic).apply(1, *FLEET)
    follower = FleetFollower(kafka, topic)
    follower.start()
    try:
        assert await follower.at_end(10)
        kafka_service.kill9()
        time.sleep(1)
        assert where(follower) == "P1"
        assert not await follower.at_end(0.5)
        kafka_service.start()
        Outbox(kafka, topic).apply(2, gone("placement", "P1/1"))
        print(f"after the broker came back: {until(lambda: follower.view.revision == 2, 150):.2f} s")
        assert where(follower) is None
    finally:
        await follower.stop()
