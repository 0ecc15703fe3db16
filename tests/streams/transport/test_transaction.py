"""Output, state and offsets in one transaction: what a reader of committed records sees comes once, whoever is killed.

That holds for a role of one partition under one transactional id, as `alarm` is (docs/adr/0008 says why no more).
"""

import signal
import time
from collections.abc import Callable

import pytest
from churn import Worker

pytestmark = pytest.mark.parts

RATE = 2000


def active(workers: list[Worker], limit_s: float = 40) -> tuple[Worker, Worker]:
    """The worker that has the partition, then the other."""
    deadline = time.monotonic() + limit_s
    while True:
        last = [[line for line in one.log.read_text("utf-8").splitlines() if "forward has " in line] for one in workers]
        owns = [bool(lines) and "stands by" not in lines[-1] for lines in last]
        if sorted(owns) == [False, True] and all(one.process and one.process.poll() is None for one in workers):
            first = owns.index(True)
            return workers[first], workers[1 - first]
        assert time.monotonic() < deadline, "\n".join(one.tail() for one in workers)
        time.sleep(0.1)


def churn(kafka_service, lab, *, outage_s: float, guard: bool) -> dict[str, int]:
    """A zombie, a SIGKILL, a broker restart with a SIGKILL in it, a SIGTERM; returns what was counted."""
    options = ["state=1", "transactional=1", *([] if guard else ["no_guard=1"])]
    workers = [lab.worker(name, *options) for name in "AB"]
    feeder, checker = lab.feeder(RATE), lab.checker()
    with lab.supervised():
        for worker in workers:
            worker.join()
        feeder.start()
        time.sleep(3)

        zombie, heir = active(workers)
        zombie.process.send_signal(signal.SIGSTOP)
        before = heir.readies()
        heir.wait_ready(before, limit_s=40)
        time.sleep(2)
        zombie.process.send_signal(signal.SIGCONT)
        time.sleep(4)

        active(workers)[0].process.kill()
        time.sleep(2)
        first, second = active(workers)
        kafka_service.kill9()
        time.sleep(outage_s / 2)
        second.process.kill()
        time.sleep(outage_s / 2)
        kafka_service.start()
        time.sleep(3)
        first.process.kill()
        time.sleep(1)
        active(workers)[0].stop(signal.SIGTERM)
        time.sleep(4)
        feeder.close()
        found = lab.verdict(feeder, checker, doubled_limit=0)
    checker.close()
    return found


@pytest.mark.timeout(280)
def test_a_zombie_without_our_guard_is_fenced_by_kafka(kafka_service, make_lab: Callable) -> None:
    lab = make_lab(kafka_service.address, 1)
    lab.create()
    churn(kafka_service, lab, outage_s=2, guard=False)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("turn", range(20))
def test_twenty_times(kafka_service, make_lab: Callable, turn: int) -> None:
    """With our guard against zombies and without it, and outages of the broker of 1 to 10 s."""
    lab = make_lab(kafka_service.address, 1)
    lab.create()
    churn(kafka_service, lab, outage_s=1 + turn // 2, guard=turn % 2 == 0)
