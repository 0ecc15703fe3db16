"""`vigie alerts`, on a real PostgreSQL."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from vigie.deploy.cli import main
from vigie.streams.sinks.migrate import migrate

pytestmark = pytest.mark.parts

ALERT = "a" * 32


def vigie(database: str, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, ["alerts", *arguments], env=_environment(database) | environment)


def vigie_process(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in (os.environ | _environment(database)).items() if value is not None}
    command = [sys.executable, "-m", "vigie.deploy.cli", "alerts", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def _environment(database: str) -> dict[str, str | None]:
    ours: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith("VIGIE_"))
    return ours | {"VIGIE_DATABASE": database, "COLUMNS": "200"}


@pytest.fixture
def alerts(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        for alert, revision, transition, state in (
            (ALERT, 0, "raised", "unacknowledged"),
            (ALERT, 1, "cleared", "normal"),
            ("b" * 32, 0, "raised", "unacknowledged"),
        ):
            connection.execute(
                "INSERT INTO alert_event (event_id, alert_id, incident_id, alarm_key, revision, transition, state,"
                " priority, event_at, arrival_at, decided_at, author, reason, sentence_fr, sentence_en, fields,"
                " generation, raised_at) VALUES (%(id)s || %(revision)s, %(id)s, %(id)s, 'device:eui:1:silence',"
                " %(revision)s, %(transition)s, %(state)s, 2, %(at)s, %(at)s, %(at)s, 'system', 'silence',"
                " 'Le capteur [toit] se tait.', 'The device [roof] is silent.', '{}', 1, '2026-10-25T00:30:00Z')",
                {"id": alert, "revision": revision, "transition": transition, "state": state}
                | {"at": f"2026-10-25T0{revision}:30:00Z"},
            )
    return database


def test_list_as_a_table(alerts):
    result = vigie(alerts, "list")
    assert result.exit_code == 0, result.stderr
    assert "Le capteur [toit] se tait." in result.stdout
    assert "UTC+01:00" not in result.stdout, "an alert is listed by when it was raised"
    assert "25/10/2026 à 02:30:00 (UTC+02:00)" in result.stdout
    assert "haute" in result.stdout
    assert result.stdout.count("se tait") == 2
    only_open = vigie(alerts, "list", "--open").stdout
    assert "b" * 32 in only_open
    assert ALERT not in only_open
    english = vigie(alerts, "list", VIGIE_LANGUAGE="en").stdout
    assert "The device [roof] is silent." in english
    assert "high" in english


def test_list_of_what_is_asked_for(alerts):
    assert "b" * 32 in vigie(alerts, "list", "--state", "open", "--priority", "2").stdout
    assert ALERT not in vigie(alerts, "list", "--state", "open").stdout
    assert "Aucune alerte." in vigie(alerts, "list", "--priority", "1").stdout
    assert vigie(alerts, "list", "--from", "2026-10-02", "--to", "2026-10-01").exit_code == 2
    cut = vigie(alerts, "list", "--rule", "silence", "--limit", "1")
    assert (cut.stdout.count("se tait"), "Montrées : 1 sur 2" in cut.stderr) == (1, True)


def test_what_a_mark_hides_stands_last_among_the_open(alerts):
    with psycopg.connect(alerts, autocommit=True) as connection:
        connection.execute("UPDATE alert_event SET state = 'suppressed' WHERE alert_id = %s", ("b" * 32,))
        connection.execute("UPDATE alert_event SET state = 'returned' WHERE state = 'normal'")
        connection.execute("UPDATE alert_event SET decided_at = now() WHERE alert_id = %s", ("b" * 32,))
    listed = [json.loads(line)["state"] for line in vigie(alerts, "list", "--open", "--json").stdout.splitlines()]
    assert listed == ["returned", "suppressed"]


def test_list_as_json(alerts):
    lines = [json.loads(line) for line in vigie(alerts, "list", "--json").stdout.splitlines()]
    assert {line["alert_id"]: line["state"] for line in lines} == {ALERT: "normal", "b" * 32: "unacknowledged"}
    assert len(vigie(alerts, "list", "--json", "--limit", "1").stdout.splitlines()) == 1


def test_a_list_that_is_cut_says_so(alerts):
    for arguments in (["list", "--limit", "1"], ["list", "--limit", "1", "--json"]):
        assert vigie(alerts, *arguments).stderr == "Montrées : 1 sur 2 ; --limit en montre davantage.\n"
    assert vigie(alerts, "list", "--limit", "1", VIGIE_LANGUAGE="en").stderr == "Shown: 1 of 2; --limit shows more.\n"
    assert vigie(alerts, "list").stderr == vigie(alerts, "list", "--limit", "1", "--open").stderr == ""


def test_export_to_a_file(alerts, tmp_path):
    file = tmp_path / "alertes.csv"
    result = vigie(alerts, "export", str(file))
    assert result.exit_code == 0, result.stderr
    assert "3 transitions" in result.stderr
    rows = list(csv.DictReader(file.open(encoding="utf-8-sig", newline=""), delimiter=";"))
    assert [row["transition"] for row in rows] == ["déclenchée", "levée", "déclenchée"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["alertes.csv"]


def test_export_to_standard_output(alerts):
    result = vigie_process(alerts, "export", "--profile", "normalise", "-")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert [row["event_at"] for row in rows] == [f"2026-10-25T0{hour}:30:00Z" for hour in (0, 1, 0)]


def test_an_export_that_fails_leaves_the_old_file(tmp_path):
    file = tmp_path / "alertes.csv"
    file.write_text("old")
    result = vigie("postgresql://nobody:secret@127.0.0.1:1/none", "export", str(file))
    assert result.exit_code == 16
    assert "127.0.0.1:1/none does not answer" in result.stderr
    assert "secret" not in result.stderr
    assert file.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["alertes.csv"]


def test_a_folder_that_does_not_exist_is_said(alerts, tmp_path):
    result = vigie(alerts, "export", str(tmp_path / "none" / "alertes.csv"))
    assert result.exit_code == 18
    assert "cannot be written" in result.stderr
    assert not Path(tmp_path / "none").exists()


def test_a_file_in_the_place_of_a_folder_is_said(alerts, tmp_path):
    (tmp_path / "file").write_text("")
    result = vigie(alerts, "export", str(tmp_path / "file" / "alertes.csv"))
    assert result.exit_code == 18
    assert result.stderr.count("\n") == 1
    assert "cannot be written" in result.stderr


def test_a_connection_string_that_is_none_is_said():
    result = vigie("nonsense", "list")
    assert result.exit_code == 2
    assert "VIGIE_DATABASE is no connection string" in result.stderr


def test_a_database_without_tables_is_said(database):
    result = vigie(database, "list")
    assert result.exit_code == 14
    assert "no tables of Vigie yet" in result.stderr


def test_without_any_database(tmp_path):
    result = vigie("", "list", VIGIE_DATA=str(tmp_path))
    assert result.exit_code == 15
    assert "vigie up" in result.stderr


def test_show_takes_the_first_letters_and_tells_the_whole_story(alerts):
    result = vigie(alerts, "show", ALERT[:5])
    assert result.exit_code == 0, result.stderr
    assert result.stdout.index("Le capteur [toit] se tait.") < result.stdout.index("déclenchée")
    assert "25/10/2026 à 02:30:00 (UTC+02:00)" in result.stdout
    assert "60\u00a0min après le déclenchement" in result.stdout or "1\u00a0h après" in result.stdout
    told = json.loads(vigie(alerts, "show", ALERT, "--json").stdout)
    assert [entry["transition"] for entry in told["transitions"]] == ["raised", "cleared"]


@pytest.mark.parametrize(
    ("name", "said"), [("abc", "identifiant"), ("0123", "Aucune alerte"), ("xyzzy", "identifiant")]
)
def test_show_says_what_is_wrong_with_a_name(alerts, name, said):
    result = vigie(alerts, "show", name)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_report_of_a_month(alerts):
    result = vigie(alerts, "report", "--month", "2026-10")
    assert result.exit_code == 0, result.stderr
    assert "du 01/10/2026 au 31/10/2026" in result.stdout
    assert "Alertes par heure et par opérateur" in result.stdout
    told = json.loads(vigie(alerts, "report", "--month", "10/2026", "--json").stdout)
    assert (told["raised"], told["values"]["priority_2"]) == (2, 1.0)
    assert "Aucune alerte" in vigie(alerts, "report", "--month", "2020-01").stdout
    assert vigie(alerts, "report", "--from", "2026-10-02", "--to", "2026-10-01").exit_code == 2


def test_a_topic_that_is_not_reached_is_said(alerts, tmp_path):
    file = tmp_path / "alertes.csv"
    away = vigie(alerts, "export", str(file), "--from-topic", VIGIE_KAFKA="127.0.0.1:1", VIGIE_DATA=str(tmp_path))
    assert (away.exit_code, "Kafka does not answer" in away.stderr, file.exists()) == (16, True, False)
    assert vigie(alerts, "export", str(file), "--from-topic", VIGIE_DATA=str(tmp_path)).exit_code == 15
