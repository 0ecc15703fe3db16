"""What the transport's tests share: topics of their own and workers that forward."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from churn import Checker, Feeder, Supervisor, Worker, create_topics, environment, fresh_prefix, python

FORWARDER = Path(__file__).with_name("forwarder.py")
NEEDED = {
    "raw.lora": 12,
    "uplinks.lora.v1": 12,
    "state.decode.filter": 12,
    "dead-letters.v1": 12,
    "receptions": 12,
    "alarm-inputs": 1,
    "platform": 1,
}


@dataclass
class Lab:
    """Topics with a prefix of their own on one broker, and what runs on them."""

    broker: str
    folder: Path
    prefix: str = field(default_factory=fresh_prefix)
    workers: list[Worker] = field(default_factory=list)
    settings: dict[str, object] = field(default_factory=dict)

    def topic(self, name: str) -> str:
        return self.prefix + name

    @property
    def group(self) -> str:
        return self.prefix.replace(".", "-") + "forward"

    def create(self, topics: dict[str, int] = NEEDED, **config: str) -> None:
        create_topics(self.broker, {self.topic(name): count for name, count in topics.items()}, config)

    def worker(self, name: str = "A", *options: str, **settings: object) -> Worker:
        env = environment(self.broker, self.prefix, self.folder / "data", **{**self.settings, **settings})
        worker = Worker(name, python(FORWARDER, *options), env, self.folder)
        self.workers.append(worker)
        return worker

    def feeder(self, rate: int = 3000, devices: int = 500) -> Feeder:
        def record(n: int) -> tuple[bytes, bytes]:
            return b"dev-%d-%d" % (n % 12, n % devices), b'{"n":%d}' % n + b" " * 100

        return Feeder(self.broker, self.topic("raw.lora"), rate, record)

    def checker(self) -> Checker:
        checker = Checker(self.broker, self.topic("uplinks.lora.v1"))
        checker.start()
        return checker

    def supervised(self) -> Supervisor:
        return Supervisor(self.workers)

    def close(self) -> None:
        for worker in self.workers:
            if worker.process is not None and worker.process.poll() is None:
                worker.process.kill()
                worker.process.wait()


@pytest.fixture
def make_lab(tmp_path: Path) -> Iterator[Callable[[str], Lab]]:
    labs: list[Lab] = []

    def make(broker: str) -> Lab:
        labs.append(Lab(broker, tmp_path))
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()


@pytest.fixture
def lab(kafka: str, make_lab: Callable[[str], Lab]) -> Lab:
    """On the session's broker, all topics there."""
    lab = make_lab(kafka)
    lab.create()
    return lab
