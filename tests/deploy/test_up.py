"""`vigie up` with real services: nothing outlives it, external services start nothing, the commands beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest
from supervised import dummy_supervisor

from vigie.deploy import topic_admin
from vigie.deploy.installation import settings_here
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.roles import ROLES
from vigie.streams.settings import Settings


def vigie(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vigie.deploy.cli", *arguments],
        env={"PATH": os.environ["PATH"]} | settings.to_env(), capture_output=True, text=True,
    )  # fmt: skip


def descendants_alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def test_external_services_start_nothing_embedded(kafka: str, database: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, kafka=kafka, database=database, registry_port=0, http_port=0)
    with dummy_supervisor(tmp_path, "one", services=None, settings=settings) as supervisor:
        assert [child.name for child in supervisor.status()] == ["one"]
        assert (supervisor.settings.kafka, supervisor.settings.database) == (kafka, database)
    assert not (tmp_path / "kafka").exists()
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("kafka", "127.0.0.1:1"),
        ("database", "postgresql://me:hidden@127.0.0.1:1/x"),
        ("schema_registry", "http://127.0.0.1:1"),
    ],
)
def test_an_external_service_that_does_not_answer_names_its_setting(
    setting: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.deploy.preflight.EXTERNAL_LIMIT_S", 0.1)
    settings = Settings(data=tmp_path, registry_port=0, http_port=0, **{setting: value})
    with pytest.raises(OperatorError, match=f"does not answer at .*VIGIE_{setting.upper()}") as caught:
        dummy_supervisor(tmp_path, "one", services=None, settings=settings).start()
    assert caught.value.exit_code == Exit.UNREACHABLE
    assert "hidden" not in caught.value.message


def test_down_stops_what_status_shows(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert vigie(settings, "status").returncode == Exit.NOT_RUNNING
    assert vigie(settings, "down").stdout == f"Rien ne tourne sur {tmp_path}.\n"
    english = replace(settings, language="en")
    assert vigie(english, "down").stdout == f"Nothing runs on {tmp_path}.\n"
    assert vigie(english, "status").stderr == f"vigie: Nothing runs on {tmp_path}: start it with `vigie up`.\n"
    supervised = Path(__file__).parents[1] / "supervised.py"
    process = subprocess.Popen([sys.executable, str(supervised), str(tmp_path), "one"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    assert "en marche" in vigie(settings, "status").stdout
    stopped = vigie(settings, "down")
    assert stopped.stdout == f"Arrêté (pid {process.pid}).\n"
    assert process.wait(5) == 0
    assert (tmp_path / "order").read_text() == "start one\nstop one\n"


def test_what_the_operator_can_mend_is_one_line_with_its_exit_code(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "vigie.deploy.cli", "status"],
        env={"VIGIE_DATA": str(tmp_path), "VIGIE_LANGUGE": "fr"}, capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode == Exit.USAGE
    assert refused.stderr == "vigie: VIGIE_LANGUGE is not a setting of Vigie: did you mean VIGIE_LANGUAGE?\n"
    nothing = subprocess.run(
        [sys.executable, "-m", "vigie.deploy.cli", "worker", "decode"],
        env={"VIGIE_DATA": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert nothing.returncode == Exit.NOT_RUNNING
    assert "VIGIE_KAFKA" in nothing.stderr
    assert len(nothing.stderr.splitlines()) == 1


def states(settings: Settings) -> dict[str, tuple[str, int]]:
    shown = json.loads(vigie(settings, "status", "--json").stdout)
    return {child["name"]: (child["state"], child["pid"]) for child in shown["children"]}


def wait_until_up(settings: Settings, limit_s: float) -> dict[str, tuple[str, int]]:
    deadline = time.monotonic() + limit_s
    while not (found := states(settings)) or {state for state, _ in found.values()} != {"up"} or len(found) < 9:
        assert time.monotonic() < deadline, f"{found}\n{(settings.data / 'up.log').read_text()}"
        time.sleep(0.3)
    return found


def test_the_whole_platform_outlives_its_parts_but_not_its_supervisor(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, http_port=0, registry_port=0, session_timeout_s=6)
    with (tmp_path / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "vigie.deploy.cli", "up"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)} | settings.to_env(),
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        first = wait_until_up(settings, limit_s=90)
        assert list(first)[:3] == ["postgres", "kafka", "registry"]
        with psycopg.connect(settings_here({"VIGIE_DATA": str(tmp_path)}).database) as connection:
            connection.execute("create table kept as select 1 as n")
        for part in ("kafka", "postgres", "store"):
            os.kill(first[part][1], signal.SIGKILL)
        deadline = time.monotonic() + 60
        while any(states(settings)[part][1] in (0, first[part][1]) for part in ("kafka", "postgres", "store")):
            assert time.monotonic() < deadline
            time.sleep(0.3)
        wait_until_up(settings, limit_s=90)
        assert "kafka s'est arrêté, redémarrage dans 0.5 s; exit code -9" in (tmp_path / "up.log").read_text()
        everyone = psutil.Process(process.pid).children(recursive=True)
        lines = [" ".join(child.cmdline()) for child in everyone]
        assert any("kafka.Kafka" in line for line in lines)
        assert sum("postgres" in line for line in lines) > 3, "the server's own children are in the count"
        assert sum("cli worker " in line for line in lines) == len(ROLES) - 1, "all but receive, which has no source"
    finally:
        process.kill()
        process.wait()
    killed_at = time.monotonic()
    while left := descendants_alive(everyone):
        assert time.monotonic() - killed_at < 10, left
        time.sleep(0.05)
    keeps_its_data(tmp_path)


def keeps_its_data(data: Path) -> None:
    """Start again on what a killed supervisor has left, and look through the other commands' eyes."""
    with dummy_supervisor(data, "one", services=None, prepare=lambda s: None) as again:
        assert topic_admin.differences(again.settings) == [], "the topics are still there"
        with psycopg.connect(again.settings.database) as connection:
            assert connection.execute("select n from kept").fetchone() == (1,)
        here = settings_here({"VIGIE_DATA": str(data)})
        assert (here.kafka, here.database) == (again.settings.kafka, again.settings.database)
        shown = vigie(Settings(data=data), "status", "--json")
        assert shown.returncode == 0, shown.stderr
        assert [child["name"] for child in json.loads(shown.stdout)["children"]] == ["postgres", "kafka", "one"]
        assert here.database not in shown.stdout, "it holds the password"


def test_signals_that_come_in_a_burst_stop_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As `timeout` sends them; a lock taken in a handler would be waited for in the next one for ever."""
    import threading

    from vigie.deploy.commands import up

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    supervisor = dummy_supervisor(tmp_path, "one")
    asked = up._stop_signals()
    try:
        supervisor.begin()
        burst = threading.Timer(1, lambda: [os.kill(os.getpid(), signal.SIGTERM) for _ in range(200)])
        burst.start()
        up._wait(supervisor, asked)
        burst.join()
        assert not supervisor.alive()
        assert (tmp_path / "order").read_text().splitlines() == ["start one", "stop one"]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
