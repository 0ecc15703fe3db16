"""A database that is away costs no memory and no uplink."""

import time
from pathlib import Path

import pytest
from churn import Supervisor
from e2e.chain import Chain

pytestmark = [pytest.mark.parts, pytest.mark.long]


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:"))


@pytest.mark.timeout(1200)
def test_a_store_that_is_down_for_ten_minutes(kafka_service, database_service, service_database, tmp_path):
    chain = Chain(kafka_service.address, service_database, tmp_path)
    d1, _, s1, _ = chain.workers
    with Supervisor(chain.workers):
        d1.join()
        s1.join()
        feeder = chain.feeder(1000)
        feeder.start()
        time.sleep(20)
        assert chain.rows()[0] > 0
        database_service.kill9()
        time.sleep(20)
        before = {worker.name: rss_mb(worker.process.pid) for worker in (d1, s1)}
        highest = dict(before)
        until = time.monotonic() + 600
        while time.monotonic() < until:
            time.sleep(2)
            for worker in (d1, s1):
                highest[worker.name] = max(highest[worker.name], rss_mb(worker.process.pid))
        database_service.start()
        feeder.close()
        chain.verdict(feeder)
    growth = {name: highest[name] - before[name] for name in before}
    print({"growth MB": growth})
    assert max(growth.values()) < 50
    assert d1.exits == s1.exits == []
