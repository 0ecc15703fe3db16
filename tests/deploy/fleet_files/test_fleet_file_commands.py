"""`vigie fleet check`, `export`, `template` and `doc` as a person types them."""

import json
import re
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result

from vigie.deploy import topic_admin
from vigie.deploy.cli import main
from vigie.deploy.fleet_files.statement import read
from vigie.streams.fleet.apply import apply
from vigie.streams.settings import Settings
from vigie.streams.sinks.migrate import migrate
from vigie.topics.fleet.stated import Stated

PARTY = Stated(kind="party", id="metropole", attributes={"name": "Métropole", "type": "metropole"})
PUBLIC = {"party": "metropole", "role": "technician"}
CONTACT = Stated(kind="contact", id="tech", attributes=PUBLIC | {"name": "Camille", "mail": "c@x.example"})


def vigie(*words: object, **environment: str) -> Result:
    given = {"VIGIE_KAFKA": "", "VIGIE_DATABASE": "", "VIGIE_LANGUAGE": "fr"} | environment
    return CliRunner().invoke(main, ["fleet", *map(str, words)], env=given)


def test_check_prints_places_and_counts_and_ends_with_17(tmp_path: Path):
    (tmp_path / "party.yaml").write_text("- id: a\n  name: A\n  type: etat\n- id: b\n  nme: B\n")
    (tmp_path / "site.csv").write_bytes("id;name;commune\ns;École;13055\n".encode("cp1252"))
    result = vigie("check", tmp_path)
    assert result.exit_code == 17
    lines = result.stdout.splitlines()
    assert [line.partition("  ")[0] for line in lines[:2]] == ["party.yaml:3:9", "party.yaml:5:3"]
    assert any(line.startswith("site.csv:2  avertissement : ") for line in lines)
    assert any(line.startswith("site.csv:2:commune  ") and "13055" in line for line in lines)
    assert re.fullmatch(r"Objets : 3, versions : 3, erreurs : \d+, avertissements : 1\.", lines[-1])
    missing = [line for line in lines if line.startswith("party.yaml:1") and "`type`" in line]
    assert missing == [], "a value that was refused is not missing besides"
    english = vigie("check", tmp_path, VIGIE_LANGUAGE="en").stdout
    assert '"nme" is no field of party; is it "name"?' in english
    data = json.loads(vigie("check", tmp_path, "--json").stdout)
    first = data["problems"][0]
    assert (first["place"], first["line"], first["field"], first["severe"]) == ("party.yaml:3:9", 1, "type", True)
    assert data["errors"] == len(data["problems"]) - 1


def test_check_shows_a_hundred_problems_or_all(tmp_path: Path):
    (tmp_path / "zone.csv").write_text("id;name;role\n" + "".join(f"z{n};Z;nulle part\n" for n in range(150)))
    few, every = vigie("check", tmp_path).stdout, vigie("check", tmp_path, "--all").stdout
    assert (few.count("zone.csv:"), every.count("zone.csv:")) == (100, 150)
    assert "… et 50 autres" in few


def test_check_needs_something_to_check_and_is_content_with_a_good_fleet(tmp_path: Path):
    assert vigie("check").exit_code == 2
    (tmp_path / "party.yaml").write_text("metropole: {name: M, type: métropole}\n")
    result = vigie("check", tmp_path / "party.yaml")
    assert (result.exit_code, result.stdout) == (0, "Objets : 1, versions : 1, erreurs : 0, avertissements : 0.\n")


@pytest.mark.parts
def test_export_says_what_is_known_without_persons_and_what_was_known_then(database: str, tmp_path: Path):
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        assert apply(connection, [PARTY, CONTACT], author="a", source="s").revision == 1
        then = connection.execute("SELECT now()").fetchone()[0].isoformat()
        renamed = Stated(kind="party", id="metropole", attributes=PARTY.attributes | {"name": "Métropole AMP"})
        assert apply(connection, [renamed], author="a", source="s").revision == 2
    here = {"VIGIE_DATABASE": database}
    result = vigie("export", tmp_path / "flotte", **here)
    assert result.exit_code == 0, result.output
    assert "2 objets, 2 versions, 2 fichiers" in result.stderr
    assert "--with-contacts" in result.stderr
    stated = {one.kind: one.attributes for one in read(tmp_path / "flotte", "Europe/Paris").stated}
    assert stated == {"party": renamed.attributes, "contact": PUBLIC}
    result = vigie("export", tmp_path / "flotte.xlsx", "--with-contacts", "--known-at", then, **here)
    assert result.exit_code == 0, result.output
    stated = {one.kind: one.attributes for one in read(tmp_path / "flotte.xlsx", "Europe/Paris").stated}
    assert stated == {"party": PARTY.attributes, "contact": CONTACT.attributes}
    refused = vigie("export", tmp_path / "flotte", "--format", "csv", **here)
    assert (refused.exit_code, "contact.yaml" in refused.stderr) == (2, True)
    (tmp_path / "site.yaml").write_text("s: {name: S, commune: '13055'}\n")
    (tmp_path / "contact.yaml").write_text("c: {party: metropole, role: owner}\n")
    assert vigie("check", tmp_path / "contact.yaml").exit_code == 17
    assert vigie("check", tmp_path / "contact.yaml", "--onto-known", **here).exit_code == 0


@pytest.mark.parts
def test_republish_makes_the_topic_anew(database: str, kafka: str):
    prefix = f"t{uuid4().hex[:8]}."
    topic_admin.create(Settings(kafka=kafka, prefix=prefix, partitions=1))
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        apply(connection, [PARTY, CONTACT], author="a", source="s")
    result = vigie("check", "--republish", "--json", VIGIE_DATABASE=database, VIGIE_KAFKA=kafka, VIGIE_PREFIX=prefix)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) | {"differing": 0} == {
        "revision": 2, "records": 2, "sent": 2, "differing": 0, "forgotten": 0, "repairs": 0,
    }  # fmt: skip


def test_template_and_doc(tmp_path: Path):
    piped = vigie("template")
    assert piped.stdout_bytes.startswith(b"PK")
    assert vigie("template", tmp_path / "flotte.xlsx").exit_code == 0
    assert (tmp_path / "flotte.xlsx").read_bytes().startswith(b"PK")
    again = vigie("template", tmp_path / "flotte.xlsx")
    assert (again.exit_code, "existe déjà" in again.stderr) == (2, True)
    assert vigie("template", tmp_path / "none" / "flotte.xlsx").exit_code == 18
    assert "### point: Points de mesure" in vigie("doc").stdout
