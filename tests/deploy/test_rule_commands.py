"""`vigie rules list|show|explain|try|doc` on a real PostgreSQL, and the page docs/rules.md."""

import json
import time
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from real_parts import fresh_database
from store_by_hand import COMMUNE, PARTY, observation, point, state

from vigie.deploy.cli import main
from vigie.deploy.rule_page import page, section
from vigie.deploy.rule_words import WORDS
from vigie.streams.core.detect.rule import rules
from vigie.streams.core.local_time import utc_text
from vigie.streams.sinks.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
QUARTER_MS = 900_000
FLOOD = {"name": "Crue", "definition": "Vigilance", "owner": "astreinte", "base": "threshold", "state": "trial",
         "properties": ["water_level"], "points": ["P1"], "parameters": {"level_1": 1.5, "level_2": 2.0},
         "priority": 3}  # fmt: skip
VALUES = [1.0] * 4 + [1.6, 1.7, 2.1, 2.2, 2.4, 1.8] + [1.0] * 14
FILE = """
crue:
  name: Crue
  definition: Vigilance
  owner: astreinte
  base: threshold
  properties: [water_level]
  points: [P1]
  parameters: {level_1: %s}
"""


def test_the_page_is_that_of_the_registry():
    assert (ROOT / "docs/rules.md").read_text("utf-8") == page(), "run: vigie rules doc > docs/rules.md"


@pytest.mark.parametrize("one", rules().values(), ids=lambda one: one.name)
def test_a_rule_says_what_the_law_asks_for(one):
    texts = ("label_fr", "label_en", "contribution_fr", "sources_fr", "operations_fr", "limits_fr", "check_fr",
             "check_en", "clears_fr", "clears_en", "source", "version")  # fmt: skip
    assert [name for name in texts if not getattr(one, name).strip()] == []
    assert [name for name, parameter in one.parameters.items() if not parameter.meaning_fr] == []
    assert len(list(section(one))) > 10


def test_both_languages_have_the_same_words():
    assert WORDS["fr"].keys() == WORDS["en"].keys()


@pytest.fixture(scope="module")
def database(services):
    server, owner = services.database()
    with fresh_database(server, owner) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        migrate(connection)
        state(
            connection, COMMUNE, PARTY, ("contact", "astreinte", {"party": "metropole", "role": "owner", "name": "X"}),
            point("P1", code="RIV-1", name="Huveaune", use_case="river", properties=[{"property": "water_level"}]),
            ("rule", "crue", FLOOD),
        )  # fmt: skip
        start = (round(time.time() * 1000) // QUARTER_MS - len(VALUES) - 4) * QUARTER_MS
        for number, value in enumerate(VALUES):
            observation(connection, "P1", utc_text(start + number * QUARTER_MS), {"water_level": value})
        yield dsn


@pytest.fixture
def vigie(database, monkeypatch, tmp_path):
    monkeypatch.setenv("VIGIE_DATABASE", database)
    monkeypatch.setenv("VIGIE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "300")

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["rules", *words])
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.mark.parts
def test_rules_are_listed_shown_and_explained(vigie):
    assert "à l'essai" in vigie("list")
    listed = {one["name"]: one for one in map(json.loads, vigie("list", "--json").splitlines())}
    assert listed["crue"]["parameters"] == {"level_1": 1.5, "level_2": 2.0}
    assert listed["quality_fault"]["state"] == "unasked"
    assert [json.loads(one)["name"] for one in vigie("list", "--json", "--use-case", "heat").splitlines()]
    assert json.loads(vigie("show", "crue", "--json"))["points_concerned"] == ["P1"]
    shown = vigie("show", "crue")
    assert "Vigilance" in shown
    assert "astreinte" in shown
    explained = vigie("explain", "crue")
    assert "Contribution" in explained
    assert "aucun avis d'agent" in explained
    assert "level_2" in explained
    assert json.loads(vigie("explain", "crue", "--json"))["parameters"]["deadband"] == 0.05
    assert "vouliez-vous dire crue ?" in vigie("show", "cru", code=2)


@pytest.mark.parts
def test_a_rule_is_tried_on_what_is_stored(vigie, tmp_path):
    tried = json.loads(vigie("try", "crue", "--since", "2d", "--json"))
    [alert] = tried["alerts"]
    assert (alert["levels"], alert["priority"], alert["worst"], alert["late"]) == ([1, 2, 1], 2, 2.4, False)
    assert alert["ended_at"]
    assert (tried["points"], tried["judged"]) == (["P1"], len(VALUES))
    assert (tried["mails"]["raised"], tried["mails"]["worse"], tried["mails"]["ended"]) == (1, 1, 1)
    text = vigie("try", "crue", "--point", "RIV-1")
    assert "2,4" in text
    assert "Courriels par destinataire : 3" in text

    file = tmp_path / "rule.yaml"
    file.write_text(FILE % "9", "utf-8")
    assert "Elle n'aurait rien signalé" in vigie("try", "crue", "--file", str(file))
    file.write_text(FILE % "9, levl_2: 10", "utf-8")
    refused = vigie("try", "crue", "--file", str(file), code=17)
    assert "rule.yaml:9" in refused
    assert "vouliez-vous dire level_2 ?" in refused
    assert "n'est pas une durée" in vigie("try", "crue", "--since", "demain", code=2)
    assert "n'a pas de niveau" in vigie("try", "threshold", code=2)
    long_ago = vigie("try", "crue", "--until", "2019-01-01")
    assert "l'essai ne dit rien. La dernière mesure de ces points est du" in long_ago


@pytest.mark.parts
def test_rules_of_windows_baselines_and_faults_can_be_tried(vigie):
    for name in ("quality_fault", "data_gap", "baseline", "drift"):
        tried = json.loads(vigie("try", name, "--since", "2d", "--json"))
        assert tried["alerts"] == []
        assert tried["mails"]["total"] == 0
