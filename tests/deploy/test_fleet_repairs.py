"""`vigie fleet repairs` on a real database: what is shown, what is asked for, what is refused with a sentence."""

import json
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from vigie.deploy.commands.fleet import command
from vigie.streams.sinks.migrate import migrate

pytestmark = pytest.mark.parts


def fleet(database: str, *words: str, **environment: str) -> Result:
    settings = {"VIGIE_KAFKA": "127.0.0.1:1", "VIGIE_DATABASE": database, "VIGIE_LANGUAGE": "fr"}
    return CliRunner().invoke(command, ["repairs", *words], env=settings | environment)


@pytest.fixture
def repaired(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        connection.execute("INSERT INTO fleet_revision VALUES (1, 'a', now(), 'x', 'y', 1)")
        span = "[2025-06-18 00:10+02,)"
        for state, done_to, uplinks in (
            ("offered", None, 0), ("asked", "2025-06-18 12:00+02", 7), ("done", None, 3), ("offered", None, 0),
        ):  # fmt: skip
            connection.execute(
                "INSERT INTO fleet_repair (revision, point, device, span, reason, state, done_to, uplinks)"
                " VALUES (1, 'TEM-1', 'eui:24e124136b000001', %s, 'placement', %s, %s, %s)",
                (span, state, done_to, uplinks),
            )
    return database


def states(database: str) -> list[Any]:
    with psycopg.connect(database) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM fleet_repair ORDER BY number")]


def test_what_is_under_way_is_shown_with_its_progress(repaired: str):
    shown = fleet(repaired)
    assert shown.exit_code == 0, shown.output
    assert "en cours, faite jusqu'au 18/06/2025 à 12:00:00" in shown.output
    assert "Reprises : 2 proposées, 1 à faire, 1 faites." in shown.output
    assert shown.output.count("TEM-1") == 3
    assert fleet(repaired, "--done", VIGIE_LANGUAGE="en").output.count("TEM-1") == 4


def test_json_gives_instants_in_utc(repaired: str):
    found = json.loads(fleet(repaired, "--json", "--done", "--limit", "3").output)
    assert (found["offered"], found["asked"], found["done"]) == (2, 1, 1)
    assert [one["number"] for one in found["repairs"]] == [4, 3, 2]
    assert found["repairs"][2] == {
        "number": 2, "fleet_revision": 1, "point": "TEM-1", "address": "eui:24e124136b000001",
        "since": "2025-06-17T22:10:00Z", "until": None, "reason": "placement", "state": "asked",
        "done_to": "2025-06-18T10:00:00Z", "uplinks": 7,
    }  # fmt: skip


def test_what_was_offered_is_asked_for_by_number_or_all(repaired: str):
    assert "n° 9 n'existe pas" in fleet(repaired, "ask", "1", "9").output
    assert states(repaired) == ["offered", "asked", "done", "offered"], "nothing is asked for where one number is wrong"
    assert json.loads(fleet(repaired, "ask", "1", "2", "3", "--json").output) == {"asked": [1]}
    assert states(repaired) == ["asked", "asked", "done", "offered"]
    assert fleet(repaired, "ask", "--all").output == "Reprises demandées : 1.\n"
    assert states(repaired) == ["asked", "asked", "done", "asked"]
    assert fleet(repaired, "ask", "--all").output == "Aucune reprise n'est proposée.\n"


@pytest.mark.parametrize("words", [["ask"], ["ask", "--all", "1"]])
def test_neither_or_both_is_refused(repaired: str, words: list[str]):
    refused = fleet(repaired, *words)
    assert refused.exit_code == 2
    assert "--all" in refused.output


def test_a_database_without_tables_is_told(database: str):
    refused = fleet(database)
    assert refused.exit_code == 14
    assert "start the role `store` once" in refused.output
