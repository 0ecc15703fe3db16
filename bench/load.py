"""Loads: realistic raw bodies and framed uplinks, and the servers and topics they go to."""

import base64
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from msgspec import json

from vigie.deploy.embedded.kafka import EmbeddedKafka
from vigie.streams.settings import Settings
from vigie.topics.catalogue import TOPICS

PARTITIONS = 12
PROFILE = "Milesight EM310-UDL"


def body(number: int, device: int, rng: random.Random, at_s: float) -> bytes:
    """A ChirpStack v4 uplink event of about 1.1 kB whose payload holds 5 readings."""
    payload = bytes((1, 0x75, 92, 3, 0x67, *rng.randrange(300).to_bytes(2, "little"), 4, 0x68, 101,
                     3, 0x82, *rng.randrange(4000).to_bytes(2, "little"), 4, 0, 1))  # fmt: skip
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_s)) + ".%06d+00:00" % rng.randrange(10**6)
    return json.encode({
        "deduplicationId": "%032x" % rng.getrandbits(128), "time": stamp,
        "deviceInfo": {
            "tenantId": "52f14cd4-c6f1-4fbd-8f87-4025e1d49242", "tenantName": "ChirpStack",
            "applicationId": "ca739e26-7b67-4f14-b69e-d568c22a5a75", "applicationName": "metropole",
            "deviceProfileId": "605d08d4-65f5-4d2c-8a5a-3d2457662f79", "deviceProfileName": PROFILE,
            "deviceName": "pav-%05d" % device, "devEui": "%016x" % (0x24E124136B000000 + device),
            "deviceClassEnabled": "CLASS_A", "tags": {"commune": "%05d" % (13000 + device % 92), "usage": "PAV"}},
        "devAddr": "%08x" % (0x00D20000 + device), "adr": True, "dr": 5, "fCnt": number, "fPort": 85,
        "confirmed": False, "data": base64.b64encode(payload).decode(),
        "rxInfo": [{
            "gatewayId": "0016c001f153a1%02x" % (device % 40), "uplinkId": rng.getrandbits(32), "nsTime": stamp,
            "timeSinceGpsEpoch": "1445932818.123s", "rssi": -rng.randrange(40, 120),
            "snr": rng.randrange(-150, 120) / 10,
            "channel": rng.randrange(8), "rfChain": 1,
            "location": {"latitude": 43.2965, "longitude": 5.3698, "altitude": 12.0}, "context": "EFwMtA==",
            "metadata": {"region_config_id": "eu868", "region_common_name": "EU868"}, "crcStatus": "CRC_OK"}],
        "txInfo": {"frequency": 868300000, "modulation": {"lora": {
            "bandwidth": 125000, "spreadingFactor": 7, "codeRate": "CR_4_5"}}},
        "regionConfigId": "eu868"})  # fmt: skip


def bodies(count: int, devices: int = 5000, seed: int = 1) -> Iterator[tuple[bytes, bytes, int]]:
    """(key, body, partition) of `count` distinct uplinks."""
    rng, now = random.Random(seed), time.time()
    for number in range(count):
        device = number % devices
        yield (
            b"eui:%016x" % (0x24E124136B000000 + device),
            body(number // devices, device, rng, now),
            device % PARTITIONS,
        )


@contextmanager
def broker() -> Iterator[str]:
    """Bootstrap servers: those of VIGIE_KAFKA, else an embedded broker for this run."""
    import os

    settings = Settings.from_env(os.environ)
    if settings.kafka:
        yield settings.kafka
        return
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        service = EmbeddedKafka(Path(folder), settings.cache, heap="1g")
        service.start()
        try:
            yield service.address
        finally:
            service.stop()


def make_topics(servers: str, prefix: str) -> None:
    """All topics of the catalogue under a prefix."""
    admin = AdminClient({"bootstrap.servers": servers})
    topics = [NewTopic(prefix + t.name, t.partitions(PARTITIONS), 1, config=t.config()) for t in TOPICS.values()]
    for future in admin.create_topics(topics).values():
        future.result(30)


def fill(servers: str, topic: str, records: Iterator[tuple[bytes, bytes, int]]) -> int:
    """Write records, zstd-compressed as aiokafka and ChirpStack would; returns how many."""
    producer = Producer({
        "bootstrap.servers": servers, "linger.ms": 50, "compression.type": "zstd", "batch.size": 500_000,
        "queue.buffering.max.messages": 500_000, "enable.idempotence": True, "log_level": 0,
    })  # fmt: skip
    count = 0
    for key, value, partition in records:
        while True:
            try:
                producer.produce(topic, value, key, partition=partition)
                break
            except BufferError:
                producer.poll(0.1)
        count += 1
        if count % 10_000 == 0:
            producer.poll(0)
    producer.flush(120)
    return count


class Ends:
    """How many records stand in a topic: the sum of its end offsets."""

    def __init__(self, servers: str, topic: str) -> None:
        self._consumer = Consumer({"bootstrap.servers": servers, "group.id": "vigie-bench-ends", "log_level": 0})
        self._partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]

    def sum(self) -> int:
        try:
            return sum(self._consumer.get_watermark_offsets(p, timeout=20, cached=False)[1] for p in self._partitions)
        except KafkaException:  # a topic that was just made has no leader yet
            return 0

    def close(self) -> None:
        self._consumer.close()
