"""Nothing lost, nothing doubled but by id, while workers and the broker come and go and records flow."""

import signal
import time
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.parts

RATE = 2500


@pytest.mark.timeout(240)
def test_workers_come_and_go_and_the_broker_dies(kafka_service, make_lab: Callable) -> None:
    """About a minute: a worker joins and leaves by SIGTERM and by SIGKILL in turn, the broker by SIGKILL."""
    lab = make_lab(kafka_service.address)
    lab.create()
    a, b = lab.worker("A", "state=1"), lab.worker("B", "state=1")
    feeder, checker = lab.feeder(RATE), lab.checker()
    with lab.supervised():
        a.join()
        feeder.start()
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
            b.join()
            time.sleep(3)
            assert b.stop(number) < 15
            time.sleep(1 if number == signal.SIGTERM else 8)
        b.join()
        kafka_service.kill9()
        time.sleep(2)
        kafka_service.start()
        time.sleep(8)
        feeder.close()
        lab.verdict(
            feeder, checker, doubled_limit=20 * RATE
        )  # a kill with the broker away repeats what was not committed
        assert a.exits == []
    checker.close()


def test_graceful_comings_and_goings_double_nothing(lab) -> None:
    """A join and a leave by SIGTERM, with no state that could hide a repeat: not one record twice."""
    lab.settings["checkpoint_interval_s"] = 0.5
    a, b = lab.worker("A"), lab.worker("B")
    feeder, checker = lab.feeder(RATE), lab.checker()
    with lab.supervised():
        a.join()
        feeder.start()
        for _ in range(2):
            b.join()
            time.sleep(2)
            b.stop()
            time.sleep(1)
        feeder.close()
        lab.verdict(feeder, checker, doubled_limit=0, counted=False)
    checker.close()


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_slow_seek_under_churn(lab, number: int) -> None:
    """The seek of each rebalance takes 0.1 s per partition: what comes from those sought early must not be dropped."""
    a, b = lab.worker("A", "state=1", "slow_seek=0.1"), lab.worker("B", "state=1", "slow_seek=0.1")
    feeder, checker = lab.feeder(RATE), lab.checker()
    with lab.supervised():
        a.join()
        feeder.start()
        for _ in range(4):
            b.join()
            time.sleep(4)
            b.stop(number)
            time.sleep(3 if number == signal.SIGTERM else 10)
        feeder.close()
        lab.verdict(feeder, checker, doubled_limit=0 if number == signal.SIGTERM else 6 * RATE)
    checker.close()


@pytest.mark.long
@pytest.mark.timeout(400)
def test_broker_paused(kafka_service, make_lab: Callable) -> None:
    """The broker stands still for 40 s, longer than any session."""
    lab = make_lab(kafka_service.address)
    lab.create()
    a, b = lab.worker("A", "state=1"), lab.worker("B", "state=1")
    feeder, checker = lab.feeder(RATE), lab.checker()
    with lab.supervised():
        a.join()
        b.join()
        feeder.start()
        time.sleep(5)
        kafka_service.pause()
        time.sleep(40)
        kafka_service.resume()
        time.sleep(25)
        feeder.close()
        lab.verdict(feeder, checker, doubled_limit=6 * RATE)
    checker.close()


@pytest.mark.long
@pytest.mark.timeout(400)
def test_rolling_restart(lab) -> None:
    """Three workers restarted one after the other under load."""
    workers = [lab.worker(name, "state=1") for name in "ABC"]
    feeder, checker = lab.feeder(8000), lab.checker()
    with lab.supervised():
        for worker in workers:
            worker.join()
        feeder.start()
        time.sleep(5)
        for worker in workers * 2:
            worker.stop()
            worker.join()
            time.sleep(3)
        feeder.close()
        lab.verdict(feeder, checker, doubled_limit=0)
    checker.close()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("turn", range(8))
def test_everything_again_and_again(kafka_service, make_lab: Callable, turn: int) -> None:
    """The minute's run, eight times, with workers killed while the broker is down."""
    lab = make_lab(kafka_service.address)
    lab.create()
    a, b, c = (lab.worker(name, "state=1") for name in "ABC")
    feeder, checker = lab.feeder(RATE), lab.checker()
    with lab.supervised():
        a.join()
        b.join()
        feeder.start()
        for number in (signal.SIGKILL, signal.SIGTERM):
            c.join()
            time.sleep(turn)
            c.stop(number)
            kafka_service.kill9()
            time.sleep(1 + turn)
            if turn % 2:
                assert b.process is not None
                b.process.kill()
            kafka_service.start()
            time.sleep(10)
        feeder.close()
        lab.verdict(feeder, checker, doubled_limit=60 * RATE)  # while the broker is away nothing is committed
    checker.close()
