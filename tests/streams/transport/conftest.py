"""What the transport's tests share: topics of their own and workers that forward."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from churn import (
    Checker,
    Feeder,
    Supervisor,
    Worker,
    committed_offsets,
    create_topics,
    end_offsets,
    environment,
    fresh_prefix,
    python,
    read_all,
)

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
    partitions: int = 12
    prefix: str = field(default_factory=fresh_prefix)
    workers: list[Worker] = field(default_factory=list)
    settings: dict[str, object] = field(default_factory=dict)

    def topic(self, name: str) -> str:
        return self.prefix + name

    @property
    def group(self) -> str:
        return self.prefix.replace(".", "-") + "forward"

    def create(self, topics: dict[str, int] = NEEDED, **config: str) -> None:
        counts = {self.topic(name): min(count, self.partitions) for name, count in topics.items()}
        create_topics(self.broker, counts, config)

    def worker(self, name: str = "A", *options: str, **settings: object) -> Worker:
        env = environment(self.broker, self.prefix, self.folder / "data", **{**self.settings, **settings})
        worker = Worker(name, python(FORWARDER, *options), env, self.folder)
        self.workers.append(worker)
        return worker

    def feeder(self, rate: int = 3000, devices: int = 500) -> Feeder:
        def record(n: int) -> tuple[bytes, bytes]:
            return b"dev-%d-%d" % (n % 12, n % devices), b'{"n":%d}' % n + b" " * 100

        return Feeder(self.broker, self.topic("raw.lora"), rate, record, lambda n: n % self.partitions)

    def checker(self) -> Checker:
        checker = Checker(self.broker, self.topic("uplinks.lora.v1"), partitions=self.partitions)
        checker.start()
        return checker

    def supervised(self) -> Supervisor:
        return Supervisor(self.workers)

    def verdict(self, feeder: Feeder, checker: Checker, *, doubled_limit: int, counted: bool = True) -> dict[str, int]:
        """Wait until all has come out, then count and judge."""
        ends = end_offsets(self.broker, self.topic("raw.lora"), self.partitions)
        total = sum(ends.values())
        assert total >= feeder.sent
        checker.wait_for(total)
        deadline = time.monotonic() + 150  # a worker without commits is ended by its watchdog after 120 s
        committed: dict[int, int] = {}
        while committed != ends and time.monotonic() < deadline:
            time.sleep(0.5)
            committed = committed_offsets(self.broker, self.group, self.topic("raw.lora"), self.partitions)
        expected = [b"%d:%d" % (n, offset) for n, end in ends.items() for offset in range(end)]
        found = {
            "records": total,
            "missing": checker.missing(expected),
            "doubled": checker.doubled(),
            "uncommitted": sum(ends.values()) - sum(committed.values()),
            "counted": self.counted_in_state() if counted else total,
        }
        print(found, {worker.name: worker.exits for worker in self.workers if worker.exits})
        assert found["missing"] == 0
        assert found["uncommitted"] == 0
        assert found["doubled"] <= doubled_limit
        assert found["counted"] == total, "the state counted a record twice, or not at all"
        return found

    def counted_in_state(self) -> int:
        """Sum of all counts, each key's value with the highest applied offset."""
        best: dict[bytes, tuple[int, int]] = {}
        for message in read_all(self.broker, self.topic("state.decode.filter"), self.partitions):
            applied, value = msgspec.msgpack.decode(message.value())
            best[message.key()] = max(best.get(message.key(), (-1, 0)), (sum(applied.values()), int(value)))
        return sum(count for _, count in best.values())

    def close(self) -> None:
        for worker in self.workers:
            if worker.process is not None and worker.process.poll() is None:
                worker.process.kill()
                worker.process.wait()


@pytest.fixture
def make_lab(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    labs: list[Lab] = []

    def make(broker: str, partitions: int = 12) -> Lab:
        labs.append(Lab(broker, tmp_path, partitions))
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()


@pytest.fixture
def lab(kafka: str, make_lab: Callable[..., Lab]) -> Lab:
    """On the session's broker, all topics there."""
    lab = make_lab(kafka)
    lab.create()
    return lab


@pytest.fixture(scope="module")
def side_by_side(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., list[Future[Any]]]]:
    """Plays the same in several labs at once, for tests that wait for Kafka's time-outs rather than work."""
    labs: list[Lab] = []

    def played(lab: Lab, play: Callable[..., Any], case: Any) -> Any:
        lab.create()
        return play(lab, case)

    with ThreadPoolExecutor(3) as pool:

        def begin(play: Callable[..., Any], cases: Iterable[Any]) -> list[Future[Any]]:
            """What comes of `play(lab, case)` for each case."""
            begun = []
            for case in cases:
                labs.append(Lab(kafka, tmp_path_factory.mktemp("lab")))
                begun.append(pool.submit(played, labs[-1], play, case))
            return begun

        yield begin
    for lab in labs:
        lab.close()
