"""Where `recompute` is measured: a broker, a database, workers, a fleet, and live observations beside."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition
from load import PARTITIONS, broker, make_topics

from vigie.deploy.embedded.postgres import EmbeddedPostgres
from vigie.streams.sinks.migrate import migrate
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Tick
from vigie.topics.avro import Framer
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.observation import Observation, ObservedReading, observation_id
from vigie.topics.observation_encoder import ObservationEncoder
from vigie.topics.property import PROPERTIES

START_LIMIT_S, DONE_LIMIT_S = 90.0, 900.0
LIVE_PER_S = 100
ROLLING = ("30m", "r1h", "r8h", "r24h", "r7d")


class Place:
    """A broker, a database, topics, and workers."""

    def __init__(self, servers: str, database: EmbeddedPostgres, folder: str) -> None:
        self.servers, self.dsn, self.prefix = servers, database.dsn(), f"bench-{uuid4().hex[:6]}."
        self._folder, self._workers = folder, dict[str, Any]()
        make_topics(servers, self.prefix)
        self.producer = Producer({
            "bootstrap.servers": servers, "linger.ms": 20, "compression.type": "zstd", "log_level": 0,
        })  # fmt: skip
        self.store = psycopg.connect(self.dsn, autocommit=True)
        migrate(self.store)

    def start(self, role: str, **settings: str) -> int:
        """Start a worker; returns its process id."""
        env = os.environ | {"VIGIE_KAFKA": self.servers, "VIGIE_PREFIX": self.prefix, "VIGIE_DATA": self._folder,
                            "VIGIE_DATABASE": self.dsn, "VIGIE_TICKS": "log"} | settings  # fmt: skip
        with Path(self._folder, f"{role}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "vigie.deploy.cli", "worker", role], env=env, stdout=log, stderr=log
            )
        self._workers[role] = worker
        return int(worker.pid)

    def stop(self) -> None:
        """End the workers."""
        for worker in self._workers.values():
            worker.terminate()
        for worker in self._workers.values():
            worker.wait(30)
        self.producer.purge()

    def send(self, topic: str, key: bytes | None, value: bytes, **more: Any) -> None:
        """Send a record."""
        while True:
            try:
                self.producer.produce(self.prefix + topic, value, key, **more)
                return
            except BufferError:
                self.producer.poll(0.1)

    def fleet(self, use_case: str, series: Sequence[tuple[int, int]], count: int) -> None:
        """Points that measure all these (property, channel), and rolling windows of the first."""
        names = [{"property": PROPERTIES[number].name, "channel": channel} for number, channel in series]
        asked = {"name": "Glissantes", "definition": "D", "owner": "technicien", "use_case": use_case,
                 "properties": [names[0]["property"]], "windows": ROLLING}  # fmt: skip
        objects: list[tuple[str, str, dict[str, Any]]] = [("indicator", "glissantes", asked)]
        for number in range(count):
            said = {"code": name_of(number), "use_case": use_case, "commune": "13055", "latitude": 43.3,
                    "longitude": 5.4, "zones": [f"Z{number % 20}"], "step_s": 900, "upload_s": 900,
                    "properties": names}  # fmt: skip
            objects.append(("point", name_of(number), said))
        encode = Framer("fleet.v1").encode
        for place, (kind, name, said) in enumerate(objects, 1):
            one = FleetObject(
                kind=kind, id=name, revision=1, recorded_at=0, apply_id="a", part=place, parts=len(objects),
                versions=(Version(valid_from=None, valid_to=None, attributes=json.dumps(said)),),
            )  # fmt: skip
            self.send("fleet.v1", one.key(), encode(one), partition=0)
        self.producer.flush()

    def tick(self, at: int) -> None:
        """Tell `recompute` what time it is, until it has heard."""

        def heard() -> bool:
            self.send("alarm-inputs", None, alarm_input.encode(Tick(at=at)), partition=0)
            self.producer.flush()
            return self.place("recompute_place", "ticks") >= at

        self.until(heard, "recompute hears its first tick", START_LIMIT_S, 1.0)

    def until(self, done: Callable[[], bool], what: str, limit_s: float = DONE_LIMIT_S, every_s: float = 0.2) -> None:
        """Wait.

        Raises:
            RuntimeError: it took longer than the limit; what the workers said stands in the message.
        """
        deadline = time.monotonic() + limit_s
        while not done():
            if time.monotonic() > deadline:
                said = "\n".join(path.read_text()[-2000:] for path in Path(self._folder).glob("*.log"))
                raise RuntimeError(f"{what}: not within {limit_s:.0f} s\n{said}")
            time.sleep(every_s)

    def place(self, table: str, topic: str) -> int:
        """How far reading of a topic is, of all partitions together."""
        return self.number(f"SELECT coalesce(sum(next_offset), 0) FROM {table} WHERE topic = %s", topic)

    def number(self, query: str, *values: Any) -> int:
        """The only number that a query returns."""
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(query.encode(), values).fetchone()
        return int(row[0]) if row else 0

    def caught_up(self, table: str, topic: str) -> None:
        """Wait until a topic is read up to its end."""
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": "ends", "log_level": 0})
        partitions = [TopicPartition(self.prefix + topic, number) for number in range(PARTITIONS)]

        def done() -> bool:
            return self.place(table, topic) >= sum(consumer.get_watermark_offsets(one, 10)[1] for one in partitions)

        try:
            self.until(done, f"{table} reaches the end of {topic}")
        finally:
            consumer.close()


@contextmanager
def place() -> Iterator[Place]:
    """A place of its own; its workers end with it, also when it is told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
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


class Live:
    """Live observations, LIVE_PER_S each second, and their delay to the store."""

    def __init__(self, found: Place, series: Sequence[tuple[int, int]]) -> None:
        self._found, self._series, self._stop = found, series, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._producer = Producer({"bootstrap.servers": found.servers, "linger.ms": 5, "log_level": 0})

    def p95_s(self, since_s: float, until_s: float) -> float:
        """Of those that came between two instants (epoch s): 95 % stood in the store within so long."""
        with psycopg.connect(self._found.dsn) as connection:
            row = connection.execute(
                "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM recorded_at - ingested_at))"
                " FROM observation WHERE point LIKE 'LIVE%%' AND ingested_at BETWEEN to_timestamp(%s)"
                " AND to_timestamp(%s)", (since_s, until_s),
            ).fetchone()  # fmt: skip
        return float(row[0]) if row and row[0] is not None else float("nan")

    def stored(self) -> bool:
        """Whether one stands in the store."""
        return self._found.number("SELECT count(*) FROM observation WHERE point LIKE 'LIVE%%'") > 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._producer.flush(5)

    def _run(self) -> None:
        encode, number = ObservationEncoder().encode, 0
        while not self._stop.wait(0.05):
            now = int(time.time() * 1000)
            for _ in range(LIVE_PER_S // 20):
                number += 1
                one = observation(f"LIVE{number % 1000:04}", now - number % 1000, 20.0, self._series)
                self._producer.produce(self._found.prefix + "observations.v1", encode(one), one.point.encode())
            self._producer.poll(0)


def observation(point: str, at: int, value: float, series: Sequence[tuple[int, int]]) -> Observation:
    """An observation of these (property, channel)."""
    uplink = uuid4().hex
    return Observation(
        id=observation_id(uplink, point, at), revision=256, withdrawn=False, point=point, device="D", placement="P/1",
        use_case="heat", commune="13055", zones=("Z1",), uplink=uplink, network="metropole", observed_at=at,
        received_at=at, ingested_at=max(at, int(time.time() * 1000)), ruleset="1", fleet_revision=1, reason="live",
        readings=tuple(ObservedReading(number, channel, value + number, 1, 1) for number, channel in series),
    )  # fmt: skip


def name_of(number: int) -> str:
    """The id of a point."""
    return f"PT-{number:05}"
