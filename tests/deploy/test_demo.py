"""What surrounds a demo: its data folder, its tables, its exit code. The demo itself runs in tests/e2e/test_demo.py."""

import json
import shlex
import socket
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from rich.console import Console

from vigie.deploy.commands import demo as demo_command
from vigie.deploy.demo import further
from vigie.deploy.demo.expected import UPLINK, Counts, Event, Point
from vigie.deploy.demo.folder import MEMORY_HOURS, demo_settings, wipe
from vigie.deploy.demo.probe import DelayProbe
from vigie.deploy.demo.report import Report, show
from vigie.deploy.demo.run import Demo
from vigie.deploy.embedded.ports import is_taken
from vigie.deploy.installation import exclusive
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.supervisor import Supervisor
from vigie.streams.settings import Settings

GOOD = Counts(received=1200, decoded=1190, dead_letters={"truncated": 10}, stored=1190, windows=4000, mails=1)


def test_the_data_folder_is_wiped_only_if_it_is_a_demos_own(tmp_path: Path):
    mine = tmp_path / "demo"
    wipe(mine)
    (mine / "kafka").mkdir()
    (mine / "kafka" / "log").write_text("old")
    (mine / "run.json").write_text("{}")
    wipe(mine)
    assert [path.name for path in mine.iterdir()] == ["demo"]
    foreign = tmp_path / "photos"
    foreign.mkdir()
    (foreign / "me.jpg").write_bytes(b"precious")
    with pytest.raises(OperatorError, match="holds no demo"):
        wipe(foreign)
    assert (foreign / "me.jpg").exists()


def test_a_data_folder_in_use_is_left_alone(tmp_path: Path):
    wipe(tmp_path / "demo")
    with exclusive(tmp_path / "demo"), pytest.raises(OperatorError, match="running") as refused:
        wipe(tmp_path / "demo")
    assert refused.value.exit_code == Exit.IN_USE


def test_the_demo_starts_its_own_services_whatever_the_environment_names(tmp_path: Path):
    outside = Settings(
        kafka="broker:9092",
        database="postgresql://x/y",
        ticks="live",
        prefix="prod.",
        http_port=8080,
        memory_hours=2,
    )
    own = demo_settings(outside, tmp_path)
    assert (own.kafka, own.database, own.ticks, own.http_port, own.prefix) == ("", "", "log", 0, "vigie.")
    assert own.data == tmp_path
    assert own.memory_hours == MEMORY_HOURS, "what is repaired in memory depends on it"


def test_the_commands_to_look_further_can_be_typed_whatever_the_folder_is_called(tmp_path: Path):
    settings = Settings(data=tmp_path / "la journée de l'eau", language="en")
    supervisor = SimpleNamespace(settings=settings, status=list)
    found = further.commands(supervisor, "", stays=False)
    assert shlex.split(found["what runs"])[0] == f"VIGIE_DATA={settings.data}"
    assert shlex.split(found["a mail"]) == ["cat", f"{settings.data}/mails/0001.eml"]


def test_the_commands_for_metrics_and_schemas_hold_after_the_one_that_starts_everything_again(tmp_path: Path):
    settings = Settings(data=tmp_path, language="en", registry_port=20_001, schema_registry="http://127.0.0.1:20001")
    supervisor = SimpleNamespace(settings=settings, status=list)
    with socket.socket() as other:
        if not is_taken(further.METRICS_PORT + 1):
            other.bind(("127.0.0.1", further.METRICS_PORT + 1))
            other.listen()
        found = further.commands(supervisor, "", stays=False)
    variables = dict(word.split("=", 1) for word in shlex.split(found["start everything again on this data"])[:-2])
    again = Supervisor(Settings.from_env(variables))
    ports = {role.name: again._role_process(number, role).port for number, role in enumerate(again._roles)}
    assert found["see the metrics of a role"] == f"curl http://127.0.0.1:{ports['store']}/metrics"
    assert further.METRICS_PORT + 1 not in ports.values()
    assert found["the schemas"] == f"curl http://127.0.0.1:{variables['VIGIE_REGISTRY_PORT']}/subjects"


def test_the_delay_is_taken_from_a_body_with_readings():
    """A manufacturer's vector may decode to none."""
    probe = DelayProbe("")
    empty = Event(0, "chirpstack", "lora", b"", UPLINK, "eui:1", ())
    probe.handing([empty])
    probe.handing([empty, empty._replace(device="eui:2", points=(Point(1, 0, 60_000, 21.5),))])
    assert [device for device, _, _ in probe._waiting] == ["eui:2"]


@pytest.mark.parametrize(("language", "words"), [("fr", ["attendu", "1\u202f200", "✗"]), ("en", ["seen", "1,200"])])
def test_the_table_shows_expected_and_seen_and_names_what_differs(language: str, words: list[str]):
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    report = Report(seed=1, expected=GOOD, seen=replace(GOOD, stored=1189, dead_letters={"not_json": 10}))
    show(report, console, language)
    text = console.export_text()
    assert all(word in text for word in words), text
    assert not report.agrees
    assert [line["name"] for line in report.as_json()["differences"]] == ["dead.not_json", "dead.truncated", "stored"]


@pytest.mark.parametrize(("seen", "code"), [(GOOD, 0), (replace(GOOD, mails=0), int(Exit.DIFFERENT))])
def test_the_exit_code_tells_whether_the_counts_agree_and_the_last_line_is_json(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seen: Counts, code: int
):
    monkeypatch.setattr(Demo, "run", lambda self: Report(seed=self.seed, expected=GOOD, seen=seen))
    done = CliRunner().invoke(demo_command.command, ["--json", "--seed", "9", "--data", str(tmp_path / "d")])
    assert done.exit_code == code, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["seed"], told["ok"], told["received"]) == (9, code == 0, 1200)
