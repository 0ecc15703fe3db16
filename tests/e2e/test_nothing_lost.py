"""The first path under fire: what a producer was told is safe stands in PostgreSQL exactly once, whoever is killed."""

import base64
import os
import signal
import sys
import time
from pathlib import Path

import psycopg
import pytest
from churn import (
    PARTITIONS,
    Feeder,
    Supervisor,
    Worker,
    committed_offsets,
    create_topics,
    end_offsets,
    environment,
    fresh_prefix,
)  # fmt: skip

from vigie.topics.catalogue import TOPICS

pytestmark = pytest.mark.parts

RATE = 2200
DEVICES = 600
BODY = (
    '{"deviceInfo":{"devEui":"%016x","deviceProfileName":"Milesight EM310-UDL"},"time":"2026-11-23T10:%02d:%02d.%03dZ",'
    '"devAddr":"%08x","dr":5,"fCnt":%d,"fPort":85,"data":"%s","rxInfo":[{"gatewayId":"0016c001f153a14c","rssi":-97,'
    '"snr":7.5}],"txInfo":{"frequency":868300000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":7}}}}'
)


def record(number: int) -> tuple[bytes, bytes]:
    """The uplink of this number; each is another one."""
    device, f_cnt = number % DEVICES, number // DEVICES
    eui = 0x24E124136B000000 + device
    payload = base64.b64encode(b"\x01\x75\x5c\x03\x82" + (f_cnt % 65536).to_bytes(2, "little")).decode()
    second = number // 1000 % 3600
    body = BODY % (eui, second // 60, second % 60, number % 1000, 0x00D20000 + device, f_cnt, payload)
    return b"eui:%016x" % eui, body.encode()


class Chain:
    """decode and store workers on one broker and one database."""

    def __init__(self, broker: str, database: str, folder: Path) -> None:
        self.broker, self.database, self.prefix = broker, database, fresh_prefix()
        self.env = environment(broker, self.prefix, folder, database=database)
        self.folder = folder
        self.workers = [self._worker(role, name) for role, name in
                        (("decode", "D1"), ("decode", "D2"), ("store", "S1"), ("store", "S2"))]  # fmt: skip
        create_topics(broker, {self.prefix + topic.name: topic.partitions(PARTITIONS) for topic in TOPICS.values()})

    def _worker(self, role: str, name: str) -> Worker:
        env = self.env | {"VIGIE_DATA": str(self.folder / name)}
        return Worker(name, [sys.executable, "-m", "vigie.deploy.cli", "worker", role], env, self.folder)

    def rows(self) -> tuple[int, int]:
        """Rows, and different uplinks among them."""
        with psycopg.connect(self.database) as connection:
            found = connection.execute("SELECT count(*), count(DISTINCT id) FROM uplink").fetchone()
        assert found is not None
        return found

    def verdict(self, feeder: Feeder) -> None:
        """Wait until the chain is still, then count."""
        deadline = time.monotonic() + 120
        while self.rows()[0] < feeder.sent and time.monotonic() < deadline:
            time.sleep(0.5)
        time.sleep(2.5)  # a checkpoint more: what is doubled comes by then, and offsets are committed
        raw = end_offsets(self.broker, self.prefix + "raw.lora")
        group = self.prefix.replace(".", "-") + "decode"
        committed = committed_offsets(self.broker, group, self.prefix + "raw.lora")
        with psycopg.connect(self.database) as connection:
            query = "SELECT partition, next_offset FROM sink_offset WHERE topic = 'uplinks.lora.v1'"
            stored = dict(connection.execute(query).fetchall())
        uplinks = end_offsets(self.broker, self.prefix + "uplinks.lora.v1")
        rows, different = self.rows()
        print({"sent": feeder.sent, "rows": rows, "different": different, "doubled on the topic":
               sum(uplinks.values()) - feeder.sent, "exits": {w.name: w.exits for w in self.workers}})  # fmt: skip
        assert feeder.acknowledged == feeder.sent <= sum(raw.values())
        assert (rows, different) == (feeder.sent, feeder.sent)
        assert committed == raw
        assert stored == uplinks


@pytest.fixture
def chain(kafka_service, service_database, tmp_path):
    made = Chain(kafka_service.address, service_database, tmp_path)
    with Supervisor(made.workers):
        yield made


@pytest.mark.timeout(280)
def test_each_acknowledged_uplink_is_stored_once(chain, kafka_service, database_service):
    """Workers by SIGTERM and SIGKILL in turn, then PostgreSQL and the broker by SIGKILL, at 2,200 uplinks a second."""
    d1, d2, s1, s2 = chain.workers
    d1.join()
    s1.join()
    feeder = Feeder(chain.broker, chain.prefix + "raw.lora", RATE, record, lambda n: n % DEVICES % PARTITIONS)
    feeder.start()
    for joining, staying, number in ((d2, d1, signal.SIGTERM), (s2, s1, signal.SIGKILL), (d2, d1, signal.SIGKILL)):
        joining.join()
        time.sleep(2)
        joining.stop(number)
        time.sleep(1 if number == signal.SIGTERM else 7)
        assert staying.process.poll() is None
    database_service.kill9()
    time.sleep(1)
    database_service.start()
    time.sleep(3)
    kafka_service.kill9()
    time.sleep(2)
    kafka_service.start()
    time.sleep(6)
    os.kill(s1.process.pid, signal.SIGKILL)  # and the only store worker, which is started again
    time.sleep(3)
    feeder.close()
    chain.verdict(feeder)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_the_same_for_ten_minutes(chain, kafka_service, database_service):
    """Every fault again and again, the broker paused for 40 s among them."""
    d1, d2, s1, s2 = chain.workers
    for worker in (d1, s1):
        worker.join()
    feeder = Feeder(chain.broker, chain.prefix + "raw.lora", RATE, record, lambda n: n % DEVICES % PARTITIONS)
    feeder.start()
    until = time.monotonic() + 600
    turn = 0
    while time.monotonic() < until:
        turn += 1
        for joining in (d2, s2):
            joining.join()
            time.sleep(3)
            joining.stop(signal.SIGTERM if turn % 2 else signal.SIGKILL)
            time.sleep(8)
        for victim in (d1, s1):
            os.kill(victim.process.pid, signal.SIGKILL)
            time.sleep(12)
        database_service.kill9()
        time.sleep(5)
        database_service.start()
        if turn % 3 == 0:
            kafka_service.pause()
            time.sleep(40)
            kafka_service.resume()
        else:
            kafka_service.kill9()
            time.sleep(3)
            kafka_service.start()
        time.sleep(15)
    feeder.close()
    chain.verdict(feeder)
