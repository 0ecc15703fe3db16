"""`recompute`: a flush of three days repaired while live values come in, and a year of a use case computed again.

The flush: observations of 300 points as `observe` would publish them, and the days that it would mark dirty; measured
until every window stands in the store, with the delay of live observations before and meanwhile. The year: readings
written to the store beforehand, a request for one use case.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import numpy as np
import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition
from figures import Figure, cpu_s, rss_mb
from load import PARTITIONS, broker, make_topics

from vigie.deploy.embedded.postgres import EmbeddedPostgres
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.partitions import make_missing_partitions, week_of
from vigie.streams.sinks.recompute_requests import ask, progress
from vigie.topics import alarm_input, dirty
from vigie.topics.alarm_input import Tick
from vigie.topics.avro import Framer
from vigie.topics.dirty import Dirty
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.observation import Observation, ObservedReading, observation_id
from vigie.topics.observation_encoder import ObservationEncoder
from vigie.topics.property import PROPERTIES

POINTS = int(os.environ.get("VIGIE_TEST_BENCH_POINTS", "300"))
YEAR_POINTS = int(os.environ.get("VIGIE_TEST_BENCH_YEAR_POINTS", "57"))
LIVE_PER_S = 100
QUARTER, HOUR, DAY = 900_000, 3_600_000, 86_400_000
SERIES = (1, 2, 3, 4, 5)
JANUARY = 1_735_686_000_000
"""1 January 2025, 00:00 in Paris."""


class Place:
    """A broker, a database, topics, and workers."""

    def __init__(self, servers: str, database: EmbeddedPostgres, folder: str) -> None:
        self.servers, self.dsn, self.prefix = servers, database.dsn(), f"bench-{uuid4().hex[:6]}."
        self._folder, self._workers = folder, dict[str, Any]()
        make_topics(servers, self.prefix)
        self.producer = Producer({"bootstrap.servers": servers, "linger.ms": 20, "compression.type": "zstd"})
        self.store = psycopg.connect(self.dsn, autocommit=True)
        migrate(self.store)

    def start(self, role: str, **settings: str) -> int:
        env = os.environ | {"VIGIE_KAFKA": self.servers, "VIGIE_PREFIX": self.prefix, "VIGIE_DATA": self._folder,
                            "VIGIE_DATABASE": self.dsn, "VIGIE_TICKS": "log"} | settings  # fmt: skip
        with Path(self._folder, f"{role}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "vigie.deploy.cli", "worker", role], env=env, stdout=log, stderr=log
            )
        self._workers[role] = worker
        return int(worker.pid)

    def stop(self) -> None:
        for worker in self._workers.values():
            worker.terminate()
        for worker in self._workers.values():
            worker.wait(30)

    def send(self, topic: str, key: bytes | None, value: bytes, **more: Any) -> None:
        while True:
            try:
                self.producer.produce(self.prefix + topic, value, key, **more)
                return
            except BufferError:
                self.producer.poll(0.1)

    def fleet(self, use_case: str, count: int) -> None:
        encode = Framer("fleet.v1").encode
        for number in range(count):
            said = {"code": _name(number), "use_case": use_case, "commune": "13055", "latitude": 43.3, "longitude": 5.4,
                    "zones": [f"Z{number % 20}"], "step_s": 900, "upload_s": 900,
                    "properties": [{"property": PROPERTIES[one].name} for one in SERIES]}  # fmt: skip
            one = FleetObject(
                kind="point", id=_name(number), revision=1, recorded_at=0, apply_id="a", part=number + 1, parts=count,
                versions=(Version(valid_from=None, valid_to=None, attributes=json.dumps(said)),),
            )  # fmt: skip
            self.send("fleet.v1", one.key(), encode(one), partition=0)
        self.producer.flush()

    def tick(self, at: int) -> None:
        self.send("alarm-inputs", None, alarm_input.encode(Tick(at=at)), partition=0)
        self.producer.flush()

    def place(self, table: str, topic: str) -> int:
        query = f"SELECT coalesce(sum(next_offset), 0) FROM {table} WHERE topic = %s"
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(query.encode(), (topic,)).fetchone()
        return int(row[0]) if row else 0

    def end(self, topic: str) -> int:
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": "ends"})
        try:
            name = self.prefix + topic
            return sum(consumer.get_watermark_offsets(TopicPartition(name, n), 10)[1] for n in range(PARTITIONS))
        finally:
            consumer.close()

    def wait(self, table: str, topic: str, limit_s: float = 900) -> None:
        deadline = time.monotonic() + limit_s
        while self.place(table, topic) < self.end(topic):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{table} did not reach the end of {topic} within {limit_s:.0f} s")
            time.sleep(0.2)


@contextmanager
def place() -> Iterator[Place]:
    with broker() as servers, tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        Path(folder).chmod(0o755)
        database = EmbeddedPostgres(Path(folder) / "postgres")
        database.start()
        try:
            found = Place(servers, database, folder)
            try:
                yield found
            finally:
                found.stop()
                found.store.close()
        finally:
            database.stop()


def figures() -> Iterator[Figure]:
    with place() as found:
        yield from flush(found)
    with place() as found:
        yield from year(found)


def flush(found: Place) -> Iterator[Figure]:
    found.fleet("heat", POINTS)
    found.start("store")
    pid = found.start("recompute")
    time.sleep(8)
    begin = JANUARY + 10 * DAY
    found.tick(begin + 20 * DAY)
    with _live(found) as live:
        time.sleep(20)
        usual = live.p95_s(10)
        for message in _observations(begin):
            found.send("observations.v1", *message)
        for number in range(POINTS):
            for day in range(3):
                at = begin + day * DAY
                one = Dirty(f"point:{_name(number)}", at, at + DAY, begin + 5 * DAY, "late", "observations.v1", 0, 0)
                found.send("dirty", f"{one.subject}:{at}".encode(), dirty.encode(one))
        found.producer.flush()
        began, cpu = time.monotonic(), cpu_s(pid)
        found.wait("recompute_place", "dirty")
        topic_s = time.monotonic() - began
        written = _count(found, "window_code IN ('15m', '1h', '1d') AND subject LIKE 'point:%%'")
        while written < POINTS * 5 * (288 + 72 + 3):
            time.sleep(0.5)
            written = _count(found, "window_code IN ('15m', '1h', '1d') AND subject LIKE 'point:%%'")
        stored_s = time.monotonic() - began
        busy = live.p95_s(stored_s)
        used = cpu_s(pid) - cpu
        found.wait("recompute_place", "aggregates.v1")
        rest_s = time.monotonic() - began
    note = f"{POINTS} points of heat, {POINTS * 288 * 5} readings, store and broker on the same cores"
    yield Figure(name="recompute: flush of three days on the topic", value=topic_s, unit="s", note=note)
    yield Figure(name="recompute: flush of three days in the store", value=stored_s, unit="s",
                 note=f"{note}; {written} windows of 15 min to a day")  # fmt: skip
    yield Figure(name="recompute: long windows, indicators and zones after it", value=rest_s, unit="s", note=note)
    yield Figure(name="recompute: CPU of the flush's windows", value=used / written * 1e6, unit="µs", note="per window")
    yield Figure(
        name="recompute: live delay p95 meanwhile", value=busy, unit="s", ratio=busy / usual,
        ratio_to="the same before", note=f"{LIVE_PER_S} observations/s, from arrival to the store",
    )  # fmt: skip
    yield Figure(name="recompute: resident memory", value=rss_mb(pid), unit="MB", note=note)


class _Live:
    """Live observations, some each second, and their delay to the store."""

    def __init__(self, found: Place) -> None:
        self._found, self._stop = found, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._producer = Producer({"bootstrap.servers": found.servers, "linger.ms": 5})

    def p95_s(self, last_s: float) -> float:
        with psycopg.connect(self._found.dsn) as connection:
            row = connection.execute(
                "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM recorded_at - ingested_at))"
                " FROM observation WHERE point LIKE 'LIVE%%' AND ingested_at > now() - make_interval(secs => %s)",
                (last_s,),
            ).fetchone()
        return float(row[0]) if row and row[0] is not None else float("nan")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        encode, number = ObservationEncoder().encode, 0
        while not self._stop.wait(0.05):
            now = int(time.time() * 1000)
            for _ in range(LIVE_PER_S // 20):
                number += 1
                one = _observation(f"LIVE{number % 1000:04}", now - number % 1000, 20.0)
                self._producer.produce(self._found.prefix + "observations.v1", encode(one), one.point.encode())
            self._producer.poll(0)


_live = _Live


def year(found: Place) -> Iterator[Figure]:
    found.fleet("heat", YEAR_POINTS)
    _write_year(found.store)
    found.start("store")
    pid = found.start("recompute", VIGIE_WINDOW_RATE="1000000")
    time.sleep(8)
    found.tick(JANUARY + 400 * DAY)
    readings = YEAR_POINTS * 365 * 96 * 5
    note = f"{YEAR_POINTS} points, a year, {readings} readings"
    for name, what in (("*", "first, all published"), ("*", "again, nothing has changed")):
        began, cpu = time.monotonic(), cpu_s(pid)
        number = ask(found.store, name, None, _at(JANUARY), _at(JANUARY + 365 * DAY))
        while (done := progress(found.store, number)) is None or done.state != "done":
            time.sleep(0.5)
        yield Figure(
            name=f"recompute: a year of a use case, {what}", value=time.monotonic() - began, unit="s",
            note=f"{note}; {done.windows} windows, {done.changed} changed; CPU {cpu_s(pid) - cpu:.0f} s",
        )  # fmt: skip
        found.wait("sink_offset", "aggregates.v1")
        found.wait("recompute_place", "aggregates.v1")
    yield Figure(name="recompute: resident memory, a year", value=rss_mb(pid), unit="MB", note=note)


def _write_year(store: "psycopg.Connection[Any]") -> None:
    make_missing_partitions(store, {week_of(JANUARY + day * DAY) for day in range(366)}, "observation")
    for number in range(YEAR_POINTS):
        store.execute(
            "INSERT INTO observation (id, observed_at, revision, point, device, placement, use_case, commune, uplink,"
            ' network, received_at, ingested_at, properties, channels, "values", flags, tests, ruleset,'
            " fleet_revision, reason, withdrawn)"
            " SELECT gen_random_uuid(), at, 256, %(point)s, 'd', 'p', 'heat', '13055', gen_random_uuid(), 'lora',"
            " at, at, '{1,2,3,4,5}', '{0,0,0,0,0}', ARRAY[20 + random(), 50 + random(), 10 + random(),"
            " 1013 + random(), random()], '{1,1,1,1,1}', '{1,1,1,1,1}', '1', 1, 'live', false"
            " FROM generate_series(to_timestamp(%(from)s), to_timestamp(%(to)s), interval '15 min') at",
            {"point": _name(number), "from": JANUARY / 1000, "to": (JANUARY + 365 * DAY) / 1000 - 1},
        )
    store.execute("ANALYZE observation")


def _observations(begin: int) -> Iterator[tuple[bytes, bytes]]:
    encode, rng = ObservationEncoder().encode, np.random.default_rng(1)
    for number in range(POINTS):
        values = rng.normal(20, 5, 288)
        for quarter in range(288):
            one = _observation(_name(number), begin + quarter * QUARTER, float(values[quarter]))
            yield one.point.encode(), encode(one)


def _observation(point: str, at: int, value: float) -> Observation:
    uplink = uuid4().hex
    return Observation(
        id=observation_id(uplink, point, at), revision=256, withdrawn=False, point=point, device="D", placement="P/1",
        use_case="heat", commune="13055", zones=("Z1",), uplink=uplink, network="metropole", observed_at=at,
        received_at=at, ingested_at=max(at, int(time.time() * 1000)), ruleset="1", fleet_revision=1, reason="live",
        readings=tuple(ObservedReading(one, 0, value + one, 1, 1) for one in SERIES),
    )  # fmt: skip


def _count(found: Place, where: str) -> int:
    with psycopg.connect(found.dsn) as connection:
        row = connection.execute(f"SELECT count(*) FROM aggregate WHERE {where}".encode(), ()).fetchone()
    return int(row[0]) if row else 0


def _name(number: int) -> str:
    return f"TEM-{number:05}"


def _at(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
