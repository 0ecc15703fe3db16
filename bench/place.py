"""`place`: uplinks of 5 readings to their points, in a fleet of 20,000 points; and how long such a fleet takes to load.

In this process: placing alone, then placing with the copies confirmed by the broker, which is what the step adds to
`observe`. The worker is a role that does nothing but place, on one core: fetch and Avro decoding are in it too, which
`observe` does once for silence, windows and place.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from confluent_kafka import Producer
from decode import _measure
from figures import Figure
from load import PARTITIONS, Ends, broker, fill, make_topics
from store import framed

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.place import Placer
from vigie.streams.transport.output import Output
from vigie.streams.transport.step import Outputs
from vigie.topics.avro import Framer
from vigie.topics.fleet_object import FleetObject, Version

COUNT = int(os.environ.get("VIGIE_TEST_BENCH_COUNT", "400000"))
POINTS = 20_000
BATCH = 2000
WORKER = """
import os, sys
from vigie.streams.settings import Settings
from vigie.streams.steps.place import PlaceStep
from vigie.streams.steps.uplink_reader import UplinkReader
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.role import run_role
settings = Settings.from_env(os.environ)
fleet = FleetFollower(settings.kafka, settings.topic("fleet.v1"))
sys.exit(run_role(settings, "place", [PlaceStep(fleet, UplinkReader())], fleet=fleet))
"""


def fleet() -> list[FleetObject]:
    """POINTS points, each with a device and its placement."""
    stated = [
        entry
        for number in range(POINTS)
        for entry in (
            ("point", f"P{number}", {
                "code": f"P{number}", "use_case": "waste", "commune": "13055", "latitude": 43.3, "longitude": 5.4,
                "step_s": 900, "upload_s": 900, "properties": [{"property": "distance"}]}),
            ("device", f"D{number}", {"addresses": ["eui:%016x" % (0x24E124136B000000 + number)], "model": "EM310"}),
            ("placement", f"P{number}/1", {
                "device": f"D{number}", "point": f"P{number}", "empty_mm": 1800, "full_mm": 200}),
        )
    ]  # fmt: skip
    return [
        FleetObject(
            kind=kind, id=name, revision=1, recorded_at=0, apply_id="bench", part=part, parts=len(stated),
            versions=(Version(valid_from=None, valid_to=None, attributes=json.dumps(attributes)),),
        )
        for part, (kind, name, attributes) in enumerate(stated, 1)
    ]  # fmt: skip


def figures() -> Iterator[Figure]:
    objects = fleet()
    started = time.process_time()
    view = FleetView().with_objects(objects)
    yield Figure(name="place: a fleet taken in", value=time.process_time() - started, unit="s of CPU",
                 note=f"{len(objects)} objects")  # fmt: skip
    started = time.process_time()
    view.with_objects(objects[-1:])
    yield Figure(name="place: one object more", value=(time.process_time() - started) * 1e3, unit="ms",
                 note=f"{POINTS} points")  # fmt: skip
    values = [value for _, value, _ in framed(50 * BATCH)]
    decode = Framer("uplinks.lora.v1").decode_dict
    uplinks = [decode(value) for value in values]
    yield _alone(view, values, uplinks)
    with broker() as servers, tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        prefix = f"bench-{uuid4().hex[:6]}."
        make_topics(servers, prefix)
        yield asyncio.run(_confirmed(servers, prefix, view, values, uplinks))
        prefix = f"bench-{uuid4().hex[:6]}."
        make_topics(servers, prefix)
        _publish(servers, prefix + "fleet.v1", objects)
        fill(servers, prefix + "uplinks.lora.v1", framed(COUNT))
        ends = Ends(servers, prefix + "placed")
        env = os.environ | {"VIGIE_KAFKA": servers, "VIGIE_PREFIX": prefix, "VIGIE_DATA": folder}
        cpu_us, rate, memory = _measure([sys.executable, "-c", WORKER], env, ends, COUNT)
        ends.close()
        note = f"{COUNT} uplinks, {POINTS} points; with fetch, Avro and confirmed copies"
        yield Figure(name="place: CPU per uplink of a role of its own", value=cpu_us, unit="µs", note=note)
        yield Figure(name="place: uplinks per second, wall", value=rate, unit="1/s", note="broker on the other core")
        yield Figure(name="place: resident memory", value=memory, unit="MB", note=note)


def _batches(view: FleetView, values: list[bytes], uplinks: list[dict[str, Any]]) -> Iterator[list[Any]]:
    placer = Placer()
    for start in range(0, len(values), BATCH):
        yield placer.place(view, values[start : start + BATCH], uplinks[start : start + BATCH]).records


def _alone(view: FleetView, values: list[bytes], uplinks: list[dict[str, Any]]) -> Figure:
    started = time.process_time()
    placed = sum(len(records) for records in _batches(view, values, uplinks))
    cpu_us = (time.process_time() - started) / len(values) * 1e6
    if placed != len(values):
        raise RuntimeError(f"{placed} of {len(values)} uplinks were placed")
    return Figure(name="place: CPU per uplink, placing alone", value=cpu_us, unit="µs", note=f"{POINTS} points")


async def _confirmed(
    servers: str, prefix: str, view: FleetView, values: list[bytes], uplinks: list[dict[str, Any]]
) -> Figure:
    producer = AIOKafkaProducer(
        bootstrap_servers=servers, acks="all", enable_idempotence=True, compression_type="zstd",
        max_batch_size=256 * 1024, linger_ms=20,
    )  # fmt: skip
    await producer.start()
    output = Output(
        lambda: producer, lambda name: prefix + name, {f"{prefix}placed": PARTITIONS}, lambda *_: (None, b"")
    )
    started = time.process_time()
    waiting: deque[Any] = deque()
    for records in _batches(view, values, uplinks):
        out = Outputs()
        out.records["placed"] = records
        waiting.append(output.send(out))
        if len(waiting) == 4:
            await waiting.popleft()
    for one in waiting:
        await one
    cpu_us = (time.process_time() - started) / len(values) * 1e6
    await producer.stop()
    return Figure(name="place: CPU per uplink, copies confirmed", value=cpu_us, unit="µs",
                  note=f"{POINTS} points, {PARTITIONS} partitions")  # fmt: skip


def _publish(servers: str, topic: str, objects: list[FleetObject]) -> None:
    producer, encode = Producer({"bootstrap.servers": servers, "enable.idempotence": True}), Framer("fleet.v1").encode
    for one in objects:
        producer.produce(topic, encode(one), one.key(), partition=0)
    producer.flush(60)
