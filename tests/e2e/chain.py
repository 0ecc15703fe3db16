"""decode and store on a real Kafka and a real PostgreSQL, fed with numbered uplinks and counted in the end."""

import base64
import sys
import time
from pathlib import Path

import psycopg
from churn import (
    PARTITIONS,
    Feeder,
    Worker,
    committed_offsets,
    create_topics,
    end_offsets,
    environment,
    fresh_prefix,
)  # fmt: skip

from vigie.topics.catalogue import TOPICS

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
        time.sleep(2.5)  # a checkpoint more: what is doubled comes by then
        rows, different = self.rows()
        raw = end_offsets(self.broker, self.prefix + "raw.lora")
        uplinks = end_offsets(self.broker, self.prefix + "uplinks.lora.v1")
        # A client may not find the coordinator of a killed broker for a minute and more; a commit that waits for 120 s
        # ends its worker, which is started again.
        deadline = time.monotonic() + 150
        while self.places() != (raw, uplinks) and time.monotonic() < deadline:
            time.sleep(0.5)
        committed, stored = self.places()
        print({"sent": feeder.sent, "rows": rows, "different": different, "doubled on the topic":
               sum(uplinks.values()) - feeder.sent, "exits": {w.name: w.exits for w in self.workers}})  # fmt: skip
        assert feeder.acknowledged == feeder.sent <= sum(raw.values())
        assert (rows, different) == (feeder.sent, feeder.sent)
        assert committed == raw, f"committed {committed}, the ends of raw.lora are {raw}"
        assert stored == uplinks, f"stored {stored}, the ends of uplinks.lora.v1 are {uplinks}"

    def places(self) -> tuple[dict[int, int], dict[int, int]]:
        """Where decode has committed raw.lora, and where the store stands in uplinks.lora.v1."""
        group = self.prefix.replace(".", "-") + "decode"
        committed = committed_offsets(self.broker, group, self.prefix + "raw.lora")
        with psycopg.connect(self.database) as connection:
            query = "SELECT partition, next_offset FROM sink_offset WHERE topic = 'uplinks.lora.v1'"
            return committed, dict(connection.execute(query).fetchall())

    def feeder(self, rate: int) -> Feeder:
        """Sends so many uplinks a second until it is closed; a device's always to the same partition."""
        return Feeder(self.broker, self.prefix + "raw.lora", rate, record, lambda n: n % DEVICES % PARTITIONS)
