"""The job that other stream engines were measured on: decode, duplicate filter, 15-minute windows of five readings.

Ours are the real roles (`vigie worker decode`, and one that runs the windows alone over what `decode` made); beside
them the whole `observe`, which also places and tests every value; and the same job written for Quix Streams, in one run
on one broker. CPU is what the kernel counted for the processes from their being idle to the last window. One uplink in
a hundred comes an hour late and one in fifty twice: what each makes of these is counted, too.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from figures import Figure, cpu_s
from load import PARTITIONS, Ends, body, broker, make_topics

from vigie.topics import alarm_input
from vigie.topics.alarm_input import Tick
from vigie.topics.avro import Framer
from vigie.topics.fleet_object import FleetObject, Version

DEVICES = int(os.environ.get("VIGIE_TEST_BENCH_DEVICES", "1000"))
ROUNDS = int(os.environ.get("VIGIE_TEST_BENCH_PEER_ROUNDS", "24"))
STEP_S = 900
MEASURED = ("battery_level", "air_temperature", "relative_humidity", "distance", "tilted")
LATE_ROUNDS = 4
QUIX = Path(__file__).resolve().parents[1] / ".venv-quix" / "bin" / "python"


class Sent(NamedTuple):
    """An uplink on its way: when it was measured and when it comes (event time, seconds), and the record."""

    arrival_s: int
    at_s: int
    key: bytes
    body: bytes
    partition: int


def uplinks(start_s: int, seed: int = 3) -> Iterator[Sent]:
    """All uplinks, in order of arrival."""
    rng, late = random.Random(seed), deque[Sent]()
    for number in range(ROUNDS + LATE_ROUNDS):
        for device in range(DEVICES):
            at_s = start_s + number * STEP_S + device % STEP_S
            while late and late[0].arrival_s <= at_s:
                yield late.popleft()
            if number >= ROUNDS:
                continue
            key = b"eui:%016x" % (0x24E124136B000000 + device)
            made = Sent(at_s, at_s, key, body(number, device, rng, at_s), device % PARTITIONS)
            if rng.random() < 0.01:
                late.append(made._replace(arrival_s=at_s + LATE_ROUNDS * STEP_S))
                continue
            yield made
            if rng.random() < 0.02:
                yield made


class Feed:
    """Writes the uplinks of some rounds at a time, each with its event time.

    Args:
        servers: bootstrap servers.
        topic: full name.
        start_s: event time of the first round.
    """

    def __init__(self, servers: str, topic: str, start_s: int) -> None:
        self._producer = Producer({"bootstrap.servers": servers, "linger.ms": 50, "compression.type": "zstd",
                                   "queue.buffering.max.messages": 500_000, "enable.idempotence": True,
                                   "log_level": 0})  # fmt: skip
        self._topic, self._made = topic, deque(sorted(uplinks(start_s), key=lambda one: one.arrival_s))
        self.count = len(self._made)

    def upto(self, at_s: int) -> None:
        """Write and confirm what arrives before an instant."""
        while self._made and self._made[0].arrival_s < at_s:
            one = self._made.popleft()
            headers = [("vigie-ingested-at", b"%d" % (one.arrival_s * 1000))]
            self._producer.produce(
                self._topic, one.body, one.key, one.partition, timestamp=one.at_s * 1000, headers=headers
            )
            self._producer.poll(0)
        self._producer.flush(120)


@contextmanager
def running(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.NamedTemporaryFile(prefix="vigie-bench-", suffix=".log") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            yield process
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended: {Path(log.name).read_text()[-3000:]}")
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def at_rest(ends: Ends, pids: list[int], still_s: float = 10.0, limit_s: float = 900.0) -> tuple[int, float]:
    """How many records a topic holds once none comes any more; CPU seconds of processes when the last one came."""
    before, spent, since, began = 0, 0.0, time.monotonic(), time.monotonic()
    while time.monotonic() - since < still_s or not before:
        now = ends.sum()
        if now != before:
            before, since, spent = now, time.monotonic(), sum(map(cpu_s, pids))
        if time.monotonic() - began > limit_s:
            raise RuntimeError(f"No end after {limit_s:.0f} s: {before} records")
        time.sleep(0.3)
    return before, spent


def idle(pid: int) -> float:
    """CPU seconds of a process once it does nothing any more."""
    before = -1.0
    while (now := cpu_s(pid)) - before > 0.05:
        before = now
        time.sleep(2)
    return now


class Job(NamedTuple):
    """What a run came to: CPU µs per uplink, windows published, uplinks dropped as late."""

    cpu_us: float
    windows: int
    dropped: int


def quix(servers: str, start_s: int) -> Job:
    """Quix Streams."""
    source, sink = f"quix-in-{uuid4().hex[:6]}", f"quix-out-{uuid4().hex[:6]}"
    topics = [
        NewTopic(source, PARTITIONS, 1, config={"message.timestamp.type": "CreateTime"}),
        NewTopic(sink, PARTITIONS, 1),
    ]
    admin = AdminClient({"bootstrap.servers": servers})
    for future in admin.create_topics(topics).values():
        future.result(30)
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        dropped = Path(folder) / "dropped"
        script = str(Path(__file__).with_name("quix_worker.py"))
        command = [str(QUIX), script, servers, source, sink, source, folder + "/state", str(dropped)]
        with running(command, dict(os.environ)) as worker:
            time.sleep(15)
            started = idle(worker.pid)
            feed = Feed(servers, source, start_s)
            for at_s in halts(start_s):
                feed.upto(at_s)
            ends = Ends(servers, sink)
            windows, spent = at_rest(ends, [worker.pid])
            ends.close()
        return Job((spent - started) / feed.count * 1e6, windows, int(dropped.read_text()) if dropped.exists() else 0)


def ours(servers: str, start_s: int, windows: list[str], *, whole: bool) -> Job:
    """Our roles: `decode`, and one more."""
    prefix = f"bench-{uuid4().hex[:6]}."
    make_topics(servers, prefix)
    if whole:
        state_fleet(servers, prefix + "fleet.v1")
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        env = os.environ | {
            "VIGIE_KAFKA": servers, "VIGIE_PREFIX": prefix, "VIGIE_DATA": folder, "VIGIE_SCHEMA_REGISTRY": "",
            "VIGIE_TICKS": "log",
        }  # fmt: skip
        decode = [sys.executable, "-m", "vigie.deploy.cli", "worker", "decode"]
        ticks = Producer({"bootstrap.servers": servers, "log_level": 0})
        with running(decode, env) as first, running(windows, env) as second:
            time.sleep(10)
            tick(ticks, prefix, start_s)
            started = idle(first.pid) + idle(second.pid)
            feed = Feed(servers, prefix + "raw.lora", start_s)
            for at_s in halts(start_s):
                feed.upto(at_s)
                tick(ticks, prefix, at_s)
            ends = Ends(servers, prefix + "aggregates.v1")
            made, spent = at_rest(ends, [first.pid, second.pid])
            ends.close()
    return Job((spent - started) / feed.count * 1e6, made, 0)


def tick(producer: Producer, prefix: str, at_s: int) -> None:
    for name in ("platform", "alarm-inputs"):
        producer.produce(prefix + name, alarm_input.encode(Tick(at=at_s * 1000)), partition=0)
    producer.flush(30)


def state_fleet(servers: str, topic: str) -> None:
    """Every device at a point of its own that measures what it sends."""
    producer, framer = Producer({"bootstrap.servers": servers, "log_level": 0}), Framer("fleet.v1")
    stated = [
        ("device", "D{0}", {"addresses": ["eui:{1:016x}"], "model": "EM310-UDL"}),
        ("point", "P{0}", {
            "code": "P{0}", "use_case": "waste", "commune": "13055", "latitude": 43.3, "longitude": 5.4,
            "step_s": STEP_S, "upload_s": STEP_S, "properties": [{"property": name} for name in MEASURED],
        }),
        ("placement", "P{0}/1", {"device": "D{0}", "point": "P{0}"}),
    ]  # fmt: skip
    parts, part = DEVICES * len(stated), 0
    for device in range(DEVICES):
        for kind, name, attributes in stated:
            part += 1
            text = (
                json.dumps(attributes)
                .replace("{0}", str(device))
                .replace("{1:016x}", f"{0x24E124136B000000 + device:016x}")
            )
            one = FleetObject(
                kind=kind, id=name.format(device), revision=1, recorded_at=0, apply_id="bench", part=part, parts=parts,
                versions=(Version(valid_from=None, valid_to=None, attributes=text),),
            )  # fmt: skip
            producer.produce(topic, framer.encode(one), one.key(), partition=0)
            producer.poll(0)
    producer.flush(60)


def halts(start_s: int) -> Iterator[int]:
    """Every two hours of event time, to the end of the last window and one period more."""
    end_s = start_s + (ROUNDS + LATE_ROUNDS + 2) * STEP_S
    return iter(range(start_s + 8 * STEP_S, end_s + 8 * STEP_S, 8 * STEP_S))


def figures() -> Iterator[Figure]:
    start_s = 1_750_000_000 // 900 * 900
    alone = [sys.executable, str(Path(__file__).with_name("peer_windows_worker.py"))]
    observe = [sys.executable, "-m", "vigie.deploy.cli", "worker", "observe"]
    with broker() as servers:
        note = f"{ROUNDS} uplinks of each of {DEVICES} devices, one per {STEP_S // 60} min, 1 % an hour late"
        bare = ours(servers, start_s, alone, whole=False)
        yield Figure(
            name="peers' job: CPU per uplink", value=bare.cpu_us, unit="µs",
            note=f"{note}; {bare.windows} windows of a property, none dropped",
        )  # fmt: skip
        all_of_it = ours(servers, start_s, observe, whole=True)
        yield Figure(
            name="the same, placed, all tests, hours and days too", value=all_of_it.cpu_us, unit="µs",
            note=f"{all_of_it.windows} windows",
        )  # fmt: skip
        if not QUIX.exists():
            raise RuntimeError(f"{QUIX} is missing: `make bench` makes it")
        other = quix(servers, start_s)
        yield Figure(
            name="peers' job in Quix Streams: CPU per uplink", value=other.cpu_us, unit="µs",
            ratio=other.cpu_us / bare.cpu_us, ratio_to="ours", note=f"{other.windows} windows of five",
        )  # fmt: skip
        yield Figure(name="Quix Streams: uplinks dropped as late", value=other.dropped, unit="", note=note)
