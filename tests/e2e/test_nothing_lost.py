"""The first path under fire: what a producer was told is safe stands in PostgreSQL exactly once, whoever is killed."""

import os
import signal
import time

import pytest
from churn import Supervisor
from e2e.chain import Chain

pytestmark = pytest.mark.parts

RATE = 2200


@pytest.fixture
def chain(kafka_service, service_database, tmp_path):
    made = Chain(kafka_service.address, service_database, tmp_path)
    with Supervisor(made.workers):
        yield made


@pytest.mark.timeout(280)
def test_each_acknowledged_uplink_is_stored_once(chain, kafka_service, database_service):
    """Workers by SIGTERM and SIGKILL in turn, then PostgreSQL and the broker by SIGKILL, at 2,200 uplinks a second."""
    d1, d2, s1, s2 = chain.workers
    d1.join()
    s1.join()
    feeder = chain.feeder(RATE)
    feeder.start()
    for joining, staying, number in ((d2, d1, signal.SIGTERM), (s2, s1, signal.SIGKILL), (d2, d1, signal.SIGKILL)):
        joining.join()
        time.sleep(2)
        joining.stop(number)
        time.sleep(1 if number == signal.SIGTERM else 7)
        assert staying.process.poll() is None
    database_service.kill9()
    time.sleep(1)
    database_service.start()
    time.sleep(3)
    kafka_service.kill9()
    time.sleep(2)
    kafka_service.start()
    time.sleep(6)
    os.kill(s1.process.pid, signal.SIGKILL)  # and the only store worker, which is started again
    time.sleep(3)
    feeder.close()
    chain.verdict(feeder)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_the_same_for_ten_minutes(chain, kafka_service, database_service):
    """Every fault again and again, the broker paused for 40 s among them."""
    d1, d2, s1, s2 = chain.workers
    for worker in (d1, s1):
        worker.join()
    feeder = chain.feeder(RATE)
    feeder.start()
    until = time.monotonic() + 600
    turn = 0
    while time.monotonic() < until:
        turn += 1
        for joining in (d2, s2):
            joining.join()
            time.sleep(3)
            joining.stop(signal.SIGTERM if turn % 2 else signal.SIGKILL)
            time.sleep(8)
        for victim in (d1, s1):
            os.kill(victim.process.pid, signal.SIGKILL)
            time.sleep(12)
        database_service.kill9()
        time.sleep(5)
        database_service.start()
        if turn % 3 == 0:
            kafka_service.pause()
            time.sleep(40)
            kafka_service.resume()
        else:
            kafka_service.kill9()
            time.sleep(3)
            kafka_service.start()
        time.sleep(15)
    feeder.close()
    chain.verdict(feeder)
