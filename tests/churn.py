"""Records flow while workers join, stop and die, and a counter says what was lost and what was doubled.

Three parts, to be put together by a test: a Feeder that sends records with an idempotent producer, Workers (any
command that runs a role) that are started, stopped, killed and started again as a supervisor would, and a Checker that
counts at the output. `identify` gives the source of an output record; the churn of the whole chain counts rows instead.
"""

import collections
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 12


def fresh_prefix() -> str:
    """A prefix for the topics of one test."""
    return f"t{uuid.uuid4().hex[:8]}."


def create_topics(broker: str, topics: Mapping[str, int], config: Mapping[str, str] | None = None) -> None:
    """Create topics: name -> partitions."""
    admin = AdminClient({"bootstrap.servers": broker})
    new = [
        NewTopic(name, count, 1, config={"message.timestamp.type": "LogAppendTime", **(config or {})})
        for name, count in topics.items()
    ]
    for future in admin.create_topics(new).values():
        future.result(30)
    for name, count in topics.items():  # a created topic may have no leader for a moment
        end_offsets(broker, name, count)


def end_offsets(broker: str, topic: str, partitions: int = PARTITIONS) -> dict[int, int]:
    """Partition -> end of its log."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "churn-ends", "log_level": 0})
    deadline = time.monotonic() + 20
    try:
        while True:
            try:
                return {n: consumer.get_watermark_offsets(TopicPartition(topic, n), 10)[1] for n in range(partitions)}
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
    finally:
        consumer.close()


def committed_offsets(broker: str, group: str, topic: str, partitions: int = PARTITIONS) -> dict[int, int]:
    """Partition -> offset that the group has committed (0 for none).

    A broker that was killed is for a while no group's coordinator, the longer the more topics it has to look through.
    """
    consumer = Consumer({"bootstrap.servers": broker, "group.id": group, "enable.auto.commit": False})
    deadline = time.monotonic() + 60
    try:
        while True:
            try:
                found = consumer.committed([TopicPartition(topic, n) for n in range(partitions)], timeout=20)
                return {tp.partition: max(tp.offset, 0) for tp in found}
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
    finally:
        consumer.close()


def read_all(broker: str, topic: str, partitions: int = PARTITIONS, *, committed_only: bool = True) -> list[Message]:
    """Every record that a topic holds now."""
    ends = end_offsets(broker, topic, partitions)
    level = "read_committed" if committed_only else "read_uncommitted"
    consumer = Consumer({
        "bootstrap.servers": broker, "group.id": "churn-read", "enable.auto.commit": False, "isolation.level": level,
        "enable.partition.eof": True, "fetch.wait.max.ms": 10,
    })  # fmt: skip
    consumer.assign([TopicPartition(topic, n, 0) for n in range(partitions)])
    messages, left = [], {n for n, end in ends.items()}
    while left:
        for message in consumer.consume(5000, 0.1):  # waits for so many or for so long
            if message.error() is None:
                messages.append(message)
            else:
                left.discard(message.partition())
    consumer.close()
    return messages


class Worker:
    """A worker process under a simple supervisor: an exit that nobody asked for is followed by a new start.

    Args:
        name: of its log file.
        command: that runs the role.
        env: its environment.
        folder: for its log.
        ready_line: what it writes each time it is ready.
    """

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], folder: Path, *, ready_line: str = " has "
    ) -> None:
        self.name = name
        self.command = list(command)
        self.env = dict(env)
        self.log = folder / f"{name}.log"
        self.ready_line = ready_line
        self.exits: list[int | str] = []
        self.process: subprocess.Popen[bytes] | None = None
        self.wanted = False
        self.log.touch()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.env, stdout=log, stderr=log)
        self.wanted = True

    def readies(self) -> int:
        return self.log.read_text("utf-8", "replace").count(self.ready_line)

    def wait_ready(self, beyond: int = 0, limit_s: float = 60) -> None:
        """Wait until it has said more than `beyond` times that it is ready."""
        deadline = time.monotonic() + limit_s
        while self.readies() <= beyond:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} was not ready within {limit_s:.0f} s:\n{self.tail()}")
            time.sleep(0.1)

    def join(self) -> None:
        """Start, and wait until it has partitions."""
        before = self.readies()
        self.start()
        self.wait_ready(before)

    def stop(self, number: int = signal.SIGTERM, limit_s: float = 40) -> float:
        """Send a signal and wait; returns the seconds that it took."""
        assert self.process is not None
        self.wanted = False
        begun = time.monotonic()
        self.process.send_signal(number)
        try:
            self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.exits.append("hung")
            self.process.kill()
            self.process.wait()
        return time.monotonic() - begun

    def watch(self) -> None:
        """Start it again if it has ended by itself."""
        if self.wanted and self.process is not None and self.process.poll() is not None:
            self.exits.append(self.process.returncode)
            self.start()

    def tail(self, size: int = 3000) -> str:
        return self.log.read_text("utf-8", "replace")[-size:]


class Supervisor(threading.Thread):
    """Watches workers until it is closed."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        super().__init__(daemon=True)
        self.workers = workers
        self._closing = threading.Event()

    def run(self) -> None:
        while not self._closing.wait(1.0):
            for worker in self.workers:
                worker.watch()

    def close(self) -> None:
        """Stop every worker that runs."""
        self._closing.set()
        self.join()
        for worker in self.workers:
            if worker.process is not None and worker.process.poll() is None:
                worker.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Feeder(threading.Thread):
    """Sends `rate` records a second, round robin over the partitions, by a producer that outlives outages.

    Args:
        broker: bootstrap servers.
        topic: name on the cluster.
        rate: records per second.
        record: number of a record -> (key, value).
        partition: number of a record -> where it goes; None for the key's partition.
    """

    def __init__(
        self,
        broker: str,
        topic: str,
        rate: int,
        record: Callable[[int], tuple[bytes, bytes]],
        partition: Callable[[int], int] | None = lambda n: n % PARTITIONS,
    ) -> None:
        super().__init__(daemon=True)
        self.topic = topic
        self.rate = rate
        self.sent = self.acknowledged = 0
        self._record = record
        self.partition = partition
        self._halt = threading.Event()
        self._producer = Producer({
            "bootstrap.servers": broker, "log_level": 0, "enable.idempotence": True, "linger.ms": 10,
            "compression.type": "lz4", "message.timeout.ms": 300_000, "queue.buffering.max.messages": 2_000_000,
            "queue.buffering.max.kbytes": 2_000_000,
        })  # fmt: skip

    def _delivered(self, error: Any, _message: Any) -> None:
        self.acknowledged += error is None

    def run(self) -> None:
        begun = time.monotonic()
        while not self._halt.is_set():
            due = int((time.monotonic() - begun) * self.rate)
            while self.sent < due:
                key, value = self._record(self.sent)
                where = {} if self.partition is None else {"partition": self.partition(self.sent)}
                self._producer.produce(self.topic, value, key, on_delivery=self._delivered, **where)
                self.sent += 1
            self._producer.poll(0.01)
        self._producer.flush(120)

    def close(self) -> None:
        """Stop sending, and wait until all is acknowledged."""
        self._halt.set()
        self.join()
        assert self.acknowledged == self.sent, f"{self.sent - self.acknowledged} records were not acknowledged"


class Checker(threading.Thread):
    """Counts output records by what `identify` says of them."""

    def __init__(
        self, broker: str, topic: str, identify: Callable[[Message], Any] = lambda message: message.key(),
        *, partitions: int = PARTITIONS,
    ) -> None:  # fmt: skip
        super().__init__(daemon=True)
        self.seen: collections.Counter[Any] = collections.Counter()
        self._identify = identify
        self._halt = threading.Event()
        self._consumer = Consumer({
            "bootstrap.servers": broker, "log_level": 0, "group.id": "churn-check", "enable.auto.commit": False,
            "fetch.wait.max.ms": 50, "isolation.level": "read_committed",
        })  # fmt: skip
        self._consumer.assign([TopicPartition(topic, n, 0) for n in range(partitions)])

    def run(self) -> None:
        while not self._halt.is_set():
            for message in self._consumer.consume(5000, 0.1):
                if message.error() is None:
                    self.seen[self._identify(message)] += 1
        self._consumer.close()

    def wait_for(self, count: int, limit_s: float = 90) -> None:
        """Wait until so many different records have been seen, or the limit has passed."""
        deadline = time.monotonic() + limit_s
        while len(self.seen) < count and time.monotonic() < deadline:
            time.sleep(0.2)

    def close(self) -> None:
        self._halt.set()
        self.join()

    def missing(self, expected: Iterable[Any]) -> int:
        return sum(1 for one in expected if one not in self.seen)

    def doubled(self) -> int:
        """How many records came more than once."""
        return sum(1 for count in self.seen.values() if count > 1)


def python(script: Path, *arguments: str) -> list[str]:
    """The command that runs a script of the tests."""
    return [sys.executable, str(script), *arguments]


def environment(broker: str, prefix: str, data: Path, **settings: object) -> dict[str, str]:
    """The environment of a worker: settings as VIGIE_ variables."""
    values = {"kafka": broker, "prefix": prefix, "data": data, "session_timeout_s": 6, **settings}
    clean = {key: value for key, value in os.environ.items() if not key.startswith("VIGIE_")}
    return {**clean, **{f"VIGIE_{key.upper()}": str(value) for key, value in values.items()}}
