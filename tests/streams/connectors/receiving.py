"""The role `receive` as a process on a real Kafka, with the sources that a test writes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen
from uuid import uuid4

from confluent_kafka import Consumer, KafkaException, TopicPartition

from vigie.deploy import topic_admin
from vigie.streams.settings import Settings
from vigie.topics import alarm_input
from vigie.topics.alarm_input import ConnectorHeartbeat
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import DeadLetter

PARTITIONS = 3
ROLE = "import sys; from vigie.deploy.cli import main; sys.argv = ['vigie', 'worker', 'receive']; main()"


def wait_until(true: Callable[[], Any], limit_s: float, what: Callable[[], str] = lambda: "") -> Any:
    deadline = time.monotonic() + limit_s
    while True:
        found = true()
        if found:
            return found
        assert time.monotonic() < deadline, what() or "it did not come"
        time.sleep(0.05)


def uplink(number: int, eui: str = "24e124136b000001") -> bytes:
    """A ChirpStack uplink, one of many."""
    return json.dumps(
        {
            "deviceInfo": {"devEui": eui, "deviceProfileName": "EM310-UDL"},
            "time": "2026-11-23T10:00:00Z", "devAddr": "00d20001", "fCnt": number, "fPort": 85, "data": "AXVc",
        }
    ).encode()  # fmt: skip


class Follower:
    """Reads a topic from its beginning, again and again up to where it ends then."""

    def __init__(self, kafka: str, topic: str, partitions: int) -> None:
        self._kafka = kafka
        self._assigned = [TopicPartition(topic, number, 0) for number in range(partitions)]
        self._next = dict.fromkeys(range(partitions), 0)
        self._records: list[Any] = []
        self._error = ""
        self._consumer = self._connected()

    def _connected(self) -> Consumer:
        consumer = Consumer(
            {
                "bootstrap.servers": self._kafka,
                "group.id": "receiving",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 50,
            }
        )
        consumer.assign([TopicPartition(one.topic, one.partition, self._next[one.partition]) for one in self._assigned])
        return consumer

    def all(self) -> list[Any]:
        ends = wait_until(self._ends, 150, lambda: f"the broker does not say where its topics end: {self._error}")
        while any(self._next[number] < end for number, end in ends.items()):
            for message in self._consumer.consume(5000, 0.1):
                if message.error() is not None:  # a broker that was away
                    continue
                self._records.append(message)
                self._next[message.partition()] = message.offset() + 1
        return self._records

    def _ends(self) -> dict[int, int]:
        try:
            return {one.partition: self._consumer.get_watermark_offsets(one, timeout=10)[1] for one in self._assigned}
        except KafkaException as error:  # a broker that was away: what this client knows of it may be of before
            self._error = str(error)
            self._consumer.close()
            self._consumer = self._connected()
            return {}

    def close(self) -> None:
        self._consumer.close()


class Receiving:
    """One worker; topics under a prefix of their own."""

    def __init__(self, kafka: str, folder: Path, sources: str, *, env: dict[str, str] | None = None, **settings: Any):
        self.folder = folder
        self.file = folder / "sources.toml"
        self.file.write_text(sources)
        self.settings = Settings(
            kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=PARTITIONS, data=folder / "data",
            schema_registry="http://127.0.0.1:9", sources=self.file, receive_port=0, **settings,
        )  # fmt: skip
        topic_admin.create(self.settings)
        self._env = env or {}
        self.log = folder / "receive.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._began = 0
        self._read: dict[str, Follower] = {}

    def start(self, *, ready: bool = True) -> Self:
        env = {key: value for key, value in os.environ.items() if not key.startswith("VIGIE_")}
        self._began = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", ROLE], env=env | self.settings.to_env() | self._env, stdout=out, stderr=out
            )
        if ready:
            wait_until(lambda: self.health().get("ready") or self.process.poll() is not None, 60, self.text)
            assert self.process.poll() is None, self.text()
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for follower in self._read.values():
            follower.close()

    def text(self) -> str:
        """What it has said since its last start."""
        with self.log.open("rb") as file:
            file.seek(self._began)
            return file.read().decode("utf-8", "replace")

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(40)

    def _ask(self, path: str) -> bytes:
        found = re.findall(r"metrics on (http://\S+)/metrics", self.text())
        if not found:
            return b""
        try:
            with urlopen(found[-1] + path, timeout=2) as answer:
                return answer.read()
        except OSError:
            return b""

    def health(self) -> dict[str, Any]:
        return json.loads(self._ask("/healthz") or b"{}")

    def metric(self, name: str, **labels: str) -> float:
        """Sum of a metric over what the labels leave open."""
        total = 0.0
        for line in self._ask("/metrics").decode().splitlines():
            found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
            if found and all(f'{key}="{value}"' in (found[1] or "") for key, value in labels.items()):
                total += float(found[2])
        return total

    def wait_up(self, source: str, limit_s: float = 30) -> None:
        wait_until(lambda: self.metric("vigie_connector_up", source=source) == 1, limit_s, self.text)

    def url(self) -> str:
        """Of the HTTP endpoint."""
        return str(wait_until(lambda: re.findall(r"listens on (http://\S+/in/)", self.text()), 30, self.text)[-1])

    def records(self, topic: str = "raw.lora", partitions: int = PARTITIONS) -> list[Any]:
        """All records that a topic holds now; only those that are new since the last call are read."""
        if topic not in self._read:
            self._read[topic] = Follower(self.settings.kafka, self.settings.topic(topic), partitions)
        return list(self._read[topic].all())

    def bodies(self, topic: str = "raw.lora") -> list[bytes]:
        return [record.value() for record in self.records(topic)]

    def wait_bodies(self, number: int, topic: str = "raw.lora", limit_s: float = 20) -> list[Any]:
        wait_until(
            lambda: len(self.records(topic)) >= number, limit_s,
            lambda: f"{len(self.records(topic))} of {number}: {self.text()[-3000:]}",
        )  # fmt: skip
        return self.records(topic)

    def dead_letters(self) -> list[DeadLetter]:
        framer = Framer("dead-letters.v1")
        return [framer.decode(record.value(), DeadLetter) for record in self.records("dead-letters.v1")]

    def heartbeats(self) -> list[ConnectorHeartbeat]:
        return [alarm_input.decode(record.value()) for record in self.records("alarm-inputs", 1)]


def headers(record: Any) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers() or ()}
