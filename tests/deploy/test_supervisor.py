"""The supervisor on dummy roles: order, restarts, what it refuses to start on, and that nothing outlives it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from supervised import dummy_supervisor

from vigie.deploy import preflight
from vigie.deploy.installation import RunRecord, exclusive, holder, running
from vigie.deploy.kept import Event
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.roles import ROLES
from vigie.streams.settings import Settings

SUPERVISED = Path(__file__).parents[1] / "supervised.py"


def wait_until(true: Callable[[], object], limit_s: float = 15.0) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, f"not within {limit_s} s"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start_process(data: Path, *roles: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, str(SUPERVISED), str(data), *roles], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def test_start_in_order_stop_in_reverse(tmp_path: Path) -> None:
    with dummy_supervisor(tmp_path, "one", "two", "three") as supervisor:
        assert [child.state for child in supervisor.status()] == ["up"] * 3
        assert all(child.pid and child.memory_mb and child.port for child in supervisor.status())
        wait_until(lambda: (tmp_path / "order").read_text().count("start") == 3)
    stops = [line for line in (tmp_path / "order").read_text().splitlines() if line.startswith("stop")]
    assert stops == ["stop three", "stop two", "stop one"]
    assert [child.state for child in supervisor.status()] == ["stopped"] * 3


def test_sigterm_stops_in_reverse_order(tmp_path: Path) -> None:
    process = start_process(tmp_path, "one", "two")
    process.terminate()
    assert process.wait(20) == 0
    stops = [line for line in (tmp_path / "order").read_text().splitlines() if line.startswith("stop")]
    assert stops == ["stop two", "stop one"]


def test_a_killed_role_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    events: list[Event] = []
    with dummy_supervisor(tmp_path, "one", "two", on_event=events.append) as supervisor:
        first = supervisor.status()[0].pid
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: supervisor.status()[0].state == "up" and supervisor.status()[0].pid != first)
        assert [child.restarts for child in supervisor.status()] == [1, 0]
    fell = next(event for event in events if event.kind == "fell")
    assert fell.name == "one"
    assert "0.5 s; exit code -9" in fell.detail


def test_pauses_grow_between_restarts(tmp_path: Path) -> None:
    events: list[Event] = []
    with dummy_supervisor(tmp_path, "one", on_event=events.append) as supervisor:
        for restart in range(3):
            wait_until(lambda: supervisor.status()[0].state == "up")
            os.kill(supervisor.status()[0].pid, signal.SIGKILL)
            wait_until(lambda restart=restart: supervisor.status()[0].restarts == restart + 1)
    pauses = [event.detail.split(" s;")[0] for event in events if event.kind == "fell"]
    assert pauses == ["0.5", "1", "2"]


def test_a_role_that_cannot_start_is_a_sentence_with_its_last_words(tmp_path: Path) -> None:
    supervisor = dummy_supervisor(tmp_path, "one", "two:dies")
    with pytest.raises(OperatorError, match=r"role two ended at its start.*\n?.*I cannot live like this") as caught:
        supervisor.start()
    assert caught.value.exit_code == Exit.NOT_READY
    assert not supervisor.alive()
    assert (tmp_path / "order").read_text() == "start one\nstop one\n", "what was started is stopped"


def test_a_role_that_answers_badly_is_not_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.deploy.supervisor.READY_LIMIT_S", 1.0)
    with pytest.raises(OperatorError, match=r"one did not answer on port \d+ within 1 s.*one\.log"):
        dummy_supervisor(tmp_path, "one:sick").start()


def test_a_deaf_role_is_killed_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.deploy.role_process.RoleProcess.stop.__defaults__", (0.5,))
    with dummy_supervisor(tmp_path, "one:deaf") as supervisor:
        pid = supervisor.status()[0].pid
    assert not alive(pid)


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    process = start_process(tmp_path, "one", "two:deaf")
    record = RunRecord.read(tmp_path)
    assert record is not None
    pids = [child.pid for child in record.children]
    assert all(alive(pid) for pid in pids)
    process.kill()
    process.wait()
    killed_at = time.monotonic()
    wait_until(lambda: not any(alive(pid) for pid in pids), limit_s=10)
    assert time.monotonic() - killed_at < 10
    with dummy_supervisor(tmp_path, "one"):  # and the folder is free again
        pass


def test_a_data_folder_in_use_names_the_pid(tmp_path: Path) -> None:
    process = start_process(tmp_path, "one")
    try:
        assert holder(tmp_path) == process.pid
        with pytest.raises(OperatorError, match=rf"sert à un autre `vigie up` \(pid {process.pid}\)") as caught:
            dummy_supervisor(tmp_path, "one").start()
        assert caught.value.exit_code == Exit.IN_USE
        assert running(tmp_path) is not None, "the other one's record is untouched"
    finally:
        process.terminate()
        process.wait(20)
    assert holder(tmp_path) == 0
    assert running(tmp_path) is None


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorError, match="VIGIE_DATA") as caught, exclusive(tmp_path / "file" / "data"):
        pass
    assert caught.value.exit_code == Exit.NO_PERMISSION


def test_a_taken_port_is_named_with_setting_and_owner(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings(data=tmp_path, http_port=port, registry_port=0)
        with pytest.raises(OperatorError, match=rf"Le port {port} \(VIGIE_HTTP_PORT\).*pid {os.getpid()}") as caught:
            preflight.check_ports(settings, ["http_port", "registry_port"])
        assert caught.value.exit_code == Exit.PORT_TAKEN


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("vigie.deploy.preflight.shutil.disk_usage", lambda _: usage._replace(free=5_000_000))
    with pytest.raises(OperatorError, match="n'a que 5 Mo libres") as caught:
        dummy_supervisor(tmp_path, "one").start()
    assert caught.value.exit_code == Exit.DISK_FULL


def test_the_record_is_ours_alone(tmp_path: Path) -> None:
    with dummy_supervisor(tmp_path, "one"):
        assert (tmp_path / "run.json").stat().st_mode & 0o077 == 0


def test_every_role_of_the_table_can_be_loaded() -> None:
    assert list(ROLES) == ["registry", "receive", "decode", "observe", "alarm", "notify", "store", "recompute", "serve"]
    for role in ROLES.values():
        assert callable(role.load()), role.name
