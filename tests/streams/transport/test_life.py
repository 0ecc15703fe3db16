"""Starting, stopping and standing still, with the broker there and away."""

import json
import re
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from churn import end_offsets

from vigie.deploy import role_process
from vigie.deploy.embedded.ports import free_port
from vigie.streams.transport.worker import END_LIMIT_S, STOP_LIMIT_S

pytestmark = pytest.mark.parts


def wait_for(condition: Callable[[], object], limit_s: float = 20) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def health(port: int) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_stop_that_was_asked_for_ends_with_zero(lab) -> None:
    worker = lab.worker()
    worker.join()
    assert worker.stop(signal.SIGINT) < 5
    assert worker.process is not None
    assert worker.process.returncode == 0


def test_a_worker_started_while_the_broker_is_away_waits_for_it(kafka_service, make_lab: Callable) -> None:
    lab = make_lab(kafka_service.address)
    lab.create()
    port = free_port()
    kafka_service.kill9()
    worker = lab.worker(metrics_port=port)
    worker.start()
    wait_for(lambda: "No Kafka broker answers at 127.0.0.1" in worker.tail())
    status, told = health(port)
    assert status == 503
    assert "No Kafka broker answers" in str(told["reason"])
    kafka_service.start()
    worker.wait_ready(limit_s=40)
    assert health(port) == (200, {"role": "forward", "ready": True, "reason": ""})
    assert worker.process is not None
    assert worker.process.poll() is None


def test_a_stop_while_the_start_waits(make_lab: Callable) -> None:
    lab = make_lab(f"127.0.0.1:{free_port()}")
    worker = lab.worker()
    worker.start()
    wait_for(lambda: "No Kafka broker answers" in worker.tail())
    assert worker.stop() < 5
    assert worker.process is not None
    assert worker.process.returncode == 0


def test_missing_topics_are_named_and_waited_for(kafka: str, make_lab: Callable) -> None:
    lab = make_lab(kafka)
    worker = lab.worker()
    worker.start()
    wait_for(lambda: "`vigie topics create`" in worker.tail())
    assert f"Topics {lab.topic('raw.lora')}, {lab.topic('dead-letters.v1')}" in worker.tail()
    lab.create()
    worker.wait_ready(limit_s=30)


def test_topics_that_do_not_go_together_are_told(kafka: str, make_lab: Callable) -> None:
    lab = make_lab(kafka)
    lab.create({"raw.lora": 12, "state.decode.filter": 6, "dead-letters.v1": 1, "alarm-inputs": 1})
    worker = lab.worker("A", "state=1")
    worker.start()
    assert worker.process is not None
    assert worker.process.wait(20) == 1
    assert re.search(r"same number of partitions, but have: \S+raw.lora 12, \S+state.decode.filter 6", worker.tail())
    assert "Traceback" not in worker.tail()


def test_a_stop_while_the_broker_is_down_ends_within_a_bound(kafka_service, make_lab: Callable) -> None:
    assert STOP_LIMIT_S + END_LIMIT_S < role_process.STOP_LIMIT_S, "else the supervisor kills it before"
    lab = make_lab(kafka_service.address)
    lab.create()
    worker = lab.worker("A", "state=1", "stop_limit=8")
    feeder, checker = lab.feeder(), lab.checker()
    feeder.start()
    worker.join()
    time.sleep(2)
    kafka_service.kill9()
    time.sleep(2)
    assert worker.stop() < 8 + END_LIMIT_S + 2
    assert worker.exits == []
    assert worker.process is not None
    assert worker.process.returncode == 0
    kafka_service.start()
    feeder.close()
    heir = lab.worker("B", "state=1")
    heir.join()
    lab.verdict(feeder, checker, doubled_limit=10_000)
    checker.close()


def at_rest(lab) -> int:
    """How many uplinks stand in the topic once the heir has repeated all that the zombie had not committed."""
    before, now = -1, 0
    while before != now:
        before, now = now, sum(end_offsets(lab.broker, lab.topic("uplinks.lora.v1")).values())
        time.sleep(2)
    return now


def test_a_zombie_ends_unsent(lab) -> None:
    """Frozen for longer than its session, its partitions gone to another: it must not send what it holds."""
    zombie, heir = lab.worker("zombie", "state=1", "sleep_ms=20"), lab.worker("heir", "state=1")
    feeder, checker = lab.feeder(), lab.checker()
    zombie.join()
    feeder.start()
    time.sleep(3)
    assert zombie.process is not None
    zombie.process.send_signal(signal.SIGSTOP)
    heir.start()
    heir.wait_ready(limit_s=40)
    time.sleep(2)
    feeder.close()
    checker.wait_for(feeder.sent)
    before = at_rest(lab)
    zombie.process.send_signal(signal.SIGCONT)
    assert zombie.process.wait(10) == 1
    assert "stood still for" in zombie.tail()
    assert sum(end_offsets(lab.broker, lab.topic("uplinks.lora.v1")).values()) == before
    lab.verdict(feeder, checker, doubled_limit=10_000)
    checker.close()
    heir.stop()


def test_lag_without_progress_ends_the_worker(lab) -> None:
    worker = lab.worker("A", "stall=1", stall_limit_s=6)
    feeder = lab.feeder()
    feeder.start()
    worker.join()
    feeder.close()
    assert worker.process is not None
    assert worker.process.wait(30) == 1
    assert re.search(r"\d+ records wait in forward's partitions, and for 6 s none has been fetched", worker.tail())


def test_an_idle_worker_is_not_stalled(lab) -> None:
    worker = lab.worker("A", stall_limit_s=4)
    worker.join()
    time.sleep(6)
    assert worker.process is not None
    assert worker.process.poll() is None


def test_a_taken_metrics_port_is_a_sentence(lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        worker = lab.worker(metrics_port=port)
        worker.start()
        assert worker.process is not None
        assert worker.process.wait(20) == 1
    assert f"Port {port} for /metrics of forward cannot be used" in worker.tail()
    assert "Traceback" not in worker.tail()
