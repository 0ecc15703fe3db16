"""`store`: framed uplinks and observations of 5 readings from Kafka into PostgreSQL, CPU of the worker and rate.

The worker (`vigie worker store`) has one core, PostgreSQL and the broker the others. Every record is another row; COPY,
the insert and the place of reading are in one transaction per write, synchronous_commit is on.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from figures import Figure, cpu_s, rss_mb
from load import PARTITIONS, bodies, broker, fill, make_topics

from vigie.deploy.embedded.postgres import EmbeddedPostgres
from vigie.streams.settings import Settings
from vigie.streams.steps.decode import make_decoder
from vigie.streams.transport.step import Outputs
from vigie.topics.observation import Observation, ObservedReading, observation_id
from vigie.topics.observation_encoder import ObservationEncoder
from vigie.topics.quality import Flag, Test, pack, rolled

COUNT = int(os.environ.get("VIGIE_TEST_BENCH_COUNT", "400000"))


class _Record:
    """What the decoder needs of a Kafka record."""

    headers = ()
    key = None
    partition = 0

    def __init__(self, value: bytes, offset: int, timestamp: int) -> None:
        self.value, self.offset, self.timestamp = value, offset, timestamp


class _NoFilter:
    """A filter that knows nothing: every uplink of the load is new."""

    def get(self, _partition: int, _key: str) -> None:
        return None

    def applied(self, *_anything: object) -> int:
        return -1

    def put(self, *_anything: object) -> None:
        return None


def framed(count: int) -> Iterator[tuple[bytes, bytes, int]]:
    """(key, framed uplink, partition) of `count` distinct uplinks, made by the decoder itself."""
    decoder, now = make_decoder(Settings()), int(time.time() * 1000)
    for offset, (_, body, partition) in enumerate(bodies(count)):
        out = Outputs()
        decoder.process("raw.lora", 0, [_Record(body, offset, now)], _NoFilter(), out)
        for key, value in out.records["uplinks.lora.v1"]:
            yield key, value, partition


@contextmanager
def a_core_for_the_worker() -> Iterator[int]:
    """The number of a core that this process, and the servers that it starts, leave alone."""
    all_cores = os.sched_getaffinity(0)
    core, *others = sorted(all_cores)
    os.sched_setaffinity(0, others or all_cores)
    try:
        yield core
    finally:
        os.sched_setaffinity(0, all_cores)


def observations(count: int) -> Iterator[tuple[bytes, bytes, int]]:
    """(key, framed observation, partition) of `count` distinct observations; one flag in fifty is another."""
    encoder, rng, now = ObservationEncoder(), random.Random(1), int(time.time() * 1000)
    good, spike = pack({Test.GROSS_RANGE: Flag.GOOD}), pack({Test.GROSS_RANGE: Flag.GOOD, Test.SPIKE: Flag.SUSPECT})
    for number in range(count):
        place, uplink = number % 5000, f"{rng.getrandbits(128):032x}"
        point, at = f"PAV-{place:05}", now - number // 5000 * 1000
        tests = [spike if rng.random() < 0.02 else good for _ in range(5)]
        one = Observation(
            id=observation_id(uplink, point, at), revision=256, withdrawn=False, point=point, device=f"D-{place:05}",
            placement=f"{point}/1", use_case="waste", commune=f"{13000 + place % 92}", zones=("centre",), uplink=uplink,
            network="metropole", observed_at=at, received_at=at, ingested_at=at + 2000, ruleset="1", fleet_revision=1,
            reason="live",
            readings=tuple(
                ObservedReading(property_, 0, rng.random() * 100, rolled(packed), packed)
                for property_, packed in zip((1, 2, 30, 31, 90), tests, strict=True)
            ),
        )  # fmt: skip
        yield point.encode(), encoder.encode(one), place % PARTITIONS


def figures() -> Iterator[Figure]:
    with a_core_for_the_worker() as core, broker() as servers:
        yield from _stored(servers, core, "uplinks.lora.v1", "uplink", framed(COUNT))
        yield from _stored(servers, core, "observations.v1", "observation", observations(COUNT))


def _stored(
    servers: str, core: int, topic: str, name: str, records: Iterator[tuple[bytes, bytes, int]]
) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        Path(folder).chmod(0o755)
        database = EmbeddedPostgres(Path(folder) / "postgres")
        database.start()
        prefix = f"bench-{uuid4().hex[:6]}."
        try:
            make_topics(servers, prefix)
            fill(servers, prefix + topic, records)
            env = os.environ | {"VIGIE_KAFKA": servers, "VIGIE_PREFIX": prefix, "VIGIE_DATA": folder,
                                "VIGIE_DATABASE": database.dsn()}  # fmt: skip
            worker = subprocess.Popen(
                ["taskset", "-c", str(core), sys.executable, "-m", "vigie.deploy.cli", "worker", "store"],
                env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            try:
                yield from _watch(worker.pid, database.dsn(), topic, name)
            finally:
                worker.terminate()
                worker.wait(30)
        finally:
            database.stop()


def _watch(pid: int, dsn: str, topic: str, name: str) -> Iterator[Figure]:
    first, memory, started = None, 0.0, time.monotonic()
    query = "SELECT coalesce(sum(next_offset), 0) FROM sink_offset WHERE topic = %s"
    while time.monotonic() - started < 600:
        try:
            with psycopg.connect(dsn) as connection:
                row = connection.execute(query, (topic,)).fetchone()
        except psycopg.errors.UndefinedTable:
            row = (0,)
        done, now, cpu = int(row[0]) if row else 0, time.monotonic(), cpu_s(pid)
        memory = max(memory, rss_mb(pid))
        if first is None and done >= COUNT * 0.15:
            first = done, now, cpu
        if first is not None and done >= COUNT:
            made, note = done - first[0], f"{COUNT} {name}s, {PARTITIONS} partitions"
            cpu_us = (cpu - first[2]) / made * 1e6
            yield Figure(name=f"store: CPU per {name}", value=cpu_us, unit="µs", note=note)
            yield Figure(name=f"store: {name}s per second of process CPU", value=1e6 / cpu_us, unit="1/s", note=note)
            yield Figure(name=f"store: {name}s per second, wall", value=made / (now - first[1]), unit="1/s",
                         note="PostgreSQL and broker on the other core")  # fmt: skip
            yield Figure(name=f"store: resident memory, {name}s", value=memory, unit="MB", note=note)
            return
        time.sleep(0.05)
    raise RuntimeError("The store did not finish within 600 s")
