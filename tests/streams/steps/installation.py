"""Roles as processes on a real Kafka, and a day that a test plays to them: uplinks, receptions, ticks, signals."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen
from uuid import uuid4

from churn import read_all
from confluent_kafka import Producer

from vigie.deploy import topic_admin
from vigie.streams.settings import Settings
from vigie.topics import alarm_input, reception
from vigie.topics.aggregate import Aggregate
from vigie.topics.alarm_input import AlarmInput, Heartbeat, Tick
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer
from vigie.topics.reception import Reception
from vigie.topics.uplink import CodecRef, Reading, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

PARTITIONS = 3
MINUTE = 60_000
START = 1_750_197_600_000  # 18 June 2025, 00:00 in Paris
ROLE = "import sys; from vigie.deploy.cli import main; sys.argv = ['vigie', 'worker', sys.argv[1]]; main()"


class Role:
    """One role as a process."""

    def __init__(self, name: str, settings: Settings, log: Path) -> None:
        env = {key: value for key, value in os.environ.items() if not key.startswith("VIGIE_")}
        self.name, self.log = name, log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", ROLE, name], env=env | settings.to_env(), stdout=out, stderr=out
            )

    def text(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def health(self) -> dict[str, Any]:
        """What /healthz says; empty while there is none."""
        said = [line for line in self.text().splitlines() if "metrics on http" in line]
        if not said:
            return {}
        address = said[-1].rpartition("metrics on ")[2].replace("/metrics", "/healthz").strip()
        try:
            with urlopen(address, timeout=2) as answer:
                return json.load(answer)
        except OSError:
            return {}

    def wait_ready(self, limit_s: float = 60) -> Self:
        wait_until(lambda: self.health().get("ready"), limit_s, lambda: f"{self.name}: {self.text()[-3000:]}")
        return self

    def end(self, number: int) -> int:
        """Send a signal and wait; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(40)


class Installation:
    """Topics under a prefix of their own, roles, and a producer."""

    def __init__(self, kafka: str, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.settings = replace(
            Settings(), kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=PARTITIONS, ticks="log", data=folder,
            schema_registry="http://127.0.0.1:9", checkpoint_interval_s=0.2, **settings,
        )  # fmt: skip
        topic_admin.create(self.settings)
        self._producer = Producer({"bootstrap.servers": kafka, "enable.idempotence": True, "linger.ms": 0})
        self._stack = ExitStack()
        self._encode = UplinkEncoder("uplinks.lora.v1").encode
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self, name: str) -> Role:
        """A role; ready when `wait_ready()` returns, killed at the end of the test."""
        self._started += 1
        role = Role(name, self.settings, self.folder / f"{name}-{self._started}.log")
        self._stack.callback(lambda: (role.process.kill(), role.process.wait()))
        return role

    # -- what is sent

    def uplinks(self, *uplinks: Uplink) -> None:
        for one in uplinks:
            self._send("uplinks.lora.v1", self._encode(one), key=one.device.encode())
        self.confirm()

    def receptions(self, *receptions: Reception) -> None:
        for one in receptions:
            self._send("receptions", reception.encode(one), key=one.address.encode())
        self.confirm()

    def inputs(self, *messages: AlarmInput) -> None:
        for message in messages:
            self._send("alarm-inputs", alarm_input.encode(message), partition=0)
        self.confirm()

    def tick(self, minute: float) -> None:
        """The minute has come, and decode has answered it."""
        at = int(START + minute * MINUTE)
        raw = tuple(("raw.lora", partition) for partition in range(PARTITIONS))
        self._send("platform", alarm_input.encode(Tick(at=at)), partition=0)
        self.inputs(Heartbeat(role="decode", tick_at=at, partitions=raw))

    def _send(self, topic: str, value: bytes, **where: Any) -> None:
        self._producer.produce(self.settings.topic(topic), value, **where)

    def confirm(self) -> None:
        assert self._producer.flush(30) == 0

    # -- what came of it

    def alerts(self) -> list[AlertEvent]:
        return self._read("alerts.v1", 1, AlertEvent)

    def aggregates(self) -> list[Aggregate]:
        return self._read("aggregates.v1", PARTITIONS, Aggregate)

    def answered(self) -> int:
        """The last minute that observe has answered for all partitions of uplinks.lora.v1."""
        left: dict[int, int] = {}
        for message in read_all(self.settings.kafka, self.settings.topic("alarm-inputs"), 1):
            beat = alarm_input.decode(message.value())
            if isinstance(beat, Heartbeat) and beat.role == "observe":
                count = sum(topic == "uplinks.lora.v1" for topic, _ in beat.partitions)
                left[beat.tick_at] = left.get(beat.tick_at, 0) + count
        done = [at for at, count in left.items() if count >= PARTITIONS]
        return (max(done) - START) // MINUTE if done else -1

    def _read(self, topic: str, partitions: int, kind: type) -> list[Any]:
        framer = Framer(topic)
        messages = read_all(self.settings.kafka, self.settings.topic(topic), partitions)
        return [framer.decode(message.value(), kind) for message in messages]


def wait_until(condition: Callable[[], object], limit_s: float, otherwise: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not come to that within {limit_s:.0f} s; {otherwise()}"
        time.sleep(0.2)


def uplink(device: str, minute: float, number: int, values: Iterable[float] = (20.0,)) -> Uplink:
    """An uplink of an EM300-TH, observed and arrived at a minute of the day."""
    at = int(START + minute * MINUTE)
    return Uplink(
        id=uuid4().hex, revision=0, device=device, bearer="lora", network="metropole", observed_at=at, received_at=at,
        ingested_at=at, session="00d20001", f_cnt=number, f_port=85, payload=b"", raw=None,
        codec=CodecRef("milesight-em300-th", "1", "00"), firmware=None,
        readings=tuple(Reading(1, 0, value) for value in values), extras={"model": "EM300-TH"}, radio=None, cell=None,
        warnings=(),
    )  # fmt: skip
