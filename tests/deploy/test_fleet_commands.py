"""`vigie fleet diff`, `apply`, `replace` and `claim` on a real PostgreSQL, and on Kafka where it matters."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result

from vigie.deploy import topic_admin
from vigie.deploy.cli import main
from vigie.deploy.fleet_changes import publishing
from vigie.streams.fleet import known, outbox
from vigie.streams.settings import Settings
from vigie.streams.sinks.migrate import migrate

pytestmark = pytest.mark.parts

A1, A2, A9 = (f"eui:24e124136b00000{number}" for number in (1, 2, 9))
FILES = {
    "commune.csv": "id;name;latitude;longitude;radius_km\n13055;Marseille;43,2965;5,3698;20\n",
    "model.yaml": "EM300-TH: {maker: Milesight, properties: [air_temperature]}\n",
    "point.yaml": "".join(
        f'TEM-{number}: {{code: TEM-{number}, use_case: heat, commune: "13055", latitude: 43.3{number}, '
        "longitude: 5.37, properties: [air_temperature], step_s: 900, upload_s: 900}\n"
        for number in (1, 2)
    ),
    "device.yaml": f'D1: {{addresses: ["{A1}"], model: EM300-TH}}\n',
    "placement.csv": "id;device;point;from;height_m\nTEM-1/1;D1;TEM-1;2026-03-01;3,2\n",
}
UPLINK = (
    "INSERT INTO uplink (id, observed_at, revision, device, bearer, network, received_at, ingested_at, codec,"
    ' codec_version, codec_hash, properties, channels, "values", extras)'
    " VALUES (gen_random_uuid(), %(at)s, 0, %(device)s, 'lora', 'n', %(at)s, %(at)s, 'c', '1', 'h',"
    " '{1}', '{0}', '{20}', '{\"model\": \"EM300-TH\"}')"
)


class Console:
    """The commands of one installation."""

    def __init__(self, database: str, folder: Path) -> None:
        self.environment = {"VIGIE_DATABASE": database, "VIGIE_DATA": str(folder / "data"), "VIGIE_KAFKA": ""}
        self.files = folder / "flotte"
        self.files.mkdir()
        for name, text in FILES.items():
            (self.files / name).write_text(text, "utf-8")

    def __call__(self, *words: str, typed: str | None = None, **environment: str) -> Result:
        words = tuple(str(self.files) if word == "FLEET" else word for word in words)
        return CliRunner().invoke(main, ["fleet", *words], input=typed, env=self.environment | environment)

    def said(self, *words: str, code: int = 0, **environment: str) -> str:
        result = self(*words, **environment)
        assert result.exit_code == code, result.output
        return result.output

    def data(self, *words: str) -> dict[str, Any]:
        result = self(*words, "--json")
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.files / name).read_text("utf-8")
        assert old in text
        (self.files / name).write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def vigie(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    for name in ("VIGIE_DATABASE", "VIGIE_KAFKA", "VIGIE_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    return Console(database, tmp_path)


@pytest.fixture
def store(vigie: Console, database: str) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        yield connection


def uplinks(store: "psycopg.Connection[Any]", *devices: str) -> None:
    for device in devices:
        for day in range(1, 6):
            store.execute(UPLINK.encode(), {"at": f"2026-03-0{day}T12:00:00Z", "device": device})


def test_diff_shows_and_changes_nothing_even_before_there_are_tables(vigie: Console, database: str):
    said = vigie.said("diff", "FLEET")
    assert "Points de mesure : ajouts 2\n  + TEM-1\n  + TEM-2" in said
    assert "Objets qui changent : 6." in said
    assert "Points de mesure" not in vigie.said("diff", "FLEET", VIGIE_LANGUAGE="en")
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT to_regclass('fleet_version')").fetchone() == (None,)


def test_apply_says_what_it_did_and_what_waits(vigie: Console, store: "psycopg.Connection[Any]"):
    uplinks(store, A1, A9)
    said = vigie.said("apply", "FLEET", "--author", "m.durand")
    assert "Messages stockés à placer ou à reprendre : 5 (périodes de points : 1)." in said
    assert "Flotte appliquée : révision 1, objets changés : 6." in said
    assert "pas encore publié (aucun Kafka n'est connu ici)" in said
    assert store.execute("SELECT author FROM fleet_revision").fetchall() == [("m.durand",)]
    assert "Rien à changer : la flotte (révision 1)" in vigie.said("apply", "FLEET")
    vigie.edit("point.yaml", "code: TEM-1, use_case: heat", "code: TOIT-1, use_case: noise")
    said = vigie.said("diff", "FLEET")
    assert "  ~ TEM-1\n      Code lisible : TEM-1 → TOIT-1\n      Cas d'usage : chaleur → bruit\n" in said
    found = vigie.data("apply", "FLEET", "--no-replay")
    assert (found["revision"], found["uplinks"], found["repairs"], found["waiting"]) == (2, 5, 1, 7)
    assert found["changes"][0]["fields"][0] == {
        "field": "code", "from": None, "to": None, "before": "TEM-1", "after": "TOIT-1",
    }  # fmt: skip
    rows = store.execute("SELECT revision, state FROM fleet_repair ORDER BY 1").fetchall()
    assert rows == [(1, "asked"), (2, "offered")]


def test_a_refused_statement_is_told_by_file_line_and_column_and_changes_nothing(vigie: Console, store: Any):
    vigie.edit("point.yaml", "latitude: 43.31, longitude: 5.37", "latitude: 5.37, longitude: 43.31")
    vigie.edit("placement.csv", "3,2", "trois")
    for command in ("diff", "apply"):
        said = vigie.said(command, "FLEET", code=17)
        assert "point.yaml:1:" in said
        assert "point TEM-1 : latitude 5.37 et longitude 43.31 sont interverties" in said
        assert "placement.csv:2:height_m" in said
        assert said.count("height_m") == 1, "told once, by the file that knows the column"
        assert "Refusé, rien n'est changé. Erreurs : 2." in said
    assert known.revision(store) == 0
    assert json.loads(vigie("apply", "FLEET", "--json").stdout)["problems"][0]["severe"] is True


def test_a_terminal_is_asked(vigie: Console, store: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vigie.deploy.fleet_changes.carry_out._asks", lambda wanted: not wanted.yes)
    uplinks(store, A1)
    declined = vigie("apply", "FLEET", typed="n\n")
    assert "Appliquer ? [y/N]: n\nRien n'est changé." in declined.output
    assert known.revision(store) == 0
    offered = vigie("apply", "FLEET", typed="y\nn\n")
    assert "Reprendre l'historique de ces messages ?" in offered.output
    assert "`vigie fleet repairs ask --all` le demande" in offered.output
    assert store.execute("SELECT state FROM fleet_repair").fetchall() == [("offered",)]


def test_prune_needs_a_yes(vigie: Console, store: Any):
    vigie.said("apply", "FLEET")
    vigie.edit("placement.csv", "TEM-1/1;D1;TEM-1;2026-03-01;3,2\n", "")
    assert "--prune retire des objets (1)" in vigie.said("apply", "FLEET", "--prune", code=2)
    assert "Poses : retraits 1\n  - TEM-1/1" in vigie.said("apply", "FLEET", "--prune", "--yes")
    assert ("placement", "TEM-1/1") not in known.read(store)


def test_replace_keeps_the_series_and_the_mounting(vigie: Console, store: Any):
    vigie.said("apply", "FLEET")
    at = "2026-03-04 10:00"
    unknown = vigie.said("replace", "TEM-9", "--device", "D2", "--at", at, code=2)
    assert "point TEM-9 n'existe pas ; est-ce TEM-" in unknown
    assert "donnez son adresse par --address" in vigie.said("replace", "TEM-1", "--device", "D2", "--at", at, code=2)
    assert "Aucun capteur n'est posé" in vigie.said("replace", "TEM-2", "--device", "D2", "--at", at, code=2)
    assert "est déjà celui" in vigie.said("replace", "TEM-1", "--device", "D1", "--at", at, code=2)
    assert "attendu channels" in vigie.said("replace", "TEM-1", "--device", "D2", "--at", at, "--set", "x=1", code=2)
    said = vigie.said("replace", "TEM-1", "--device", "D2", "--address", A2.upper().replace("EUI", "eui"), "--at", at,
                      "--reason", "pile vide", "--set", "orientation_deg=90")  # fmt: skip
    assert "vigie fleet export" in said
    fleet = known.read(store)
    (old,), (new,) = fleet["placement", "TEM-1/1"], fleet["placement", "TEM-1/2"]
    assert old.valid_to == new.valid_from == 1_772_614_800_000
    assert old.attributes["end_reason"] == "pile vide"
    assert new.attributes == {"device": "D2", "point": "TEM-1", "height_m": 3.2, "orientation_deg": 90}
    assert fleet["device", "D2"][0].attributes == {"addresses": [A2], "model": "EM300-TH"}
    (done,) = fleet["intervention", "TEM-1-20260304-1"]
    assert (done.attributes["state"], done.attributes["breaks_series"], done.attributes["device"]) == (
        "done",
        True,
        "D1",
    )
    stale = vigie.said("apply", "FLEET", code=17)
    assert "placement.csv:2:point  placement TEM-1/1 : le point TEM-1 a déjà le capteur D2" in stale, (
        "files that were not brought up to date undo nothing"
    )


def test_claim_lists_and_adopts_an_unknown_device(vigie: Console, store: Any):
    vigie.said("apply", "FLEET")
    uplinks(store, A1, A9)
    said = vigie.said("claim")
    assert A9 in said
    assert A1 not in said
    assert "EM300-TH" in said
    assert json.loads(vigie("claim", "--json").stdout) == {
        "address": A9, "model": "EM300-TH", "uplinks": 5, "first_at": "2026-03-01T12:00:00Z",
        "last_at": "2026-03-05T12:00:00Z",
    }  # fmt: skip
    assert "Donnez aussi --point et --at" in vigie.said("claim", A9, code=2)
    assert "« neuf » n'est pas une adresse" in vigie.said("claim", "neuf", code=2)
    assert "est-ce TEM-2 ?" in vigie.said("claim", A9, "--point", "tem-2", "--at", "2026-03-03", code=2)
    found = vigie.data("claim", A9, "--point", "TEM-2", "--at", "2026-03-03")
    assert found["uplinks"] == 3, "those that came since it is placed"
    fleet = known.read(store)
    name = A9.replace(":", "-")  # an id that files may have
    assert fleet["device", name][0].attributes == {"addresses": [A9], "model": "EM300-TH"}
    assert fleet["placement", "TEM-2/1"][0].attributes == {"device": name, "point": "TEM-2"}
    assert "Aucune adresse inconnue" in vigie.said("claim")


def test_it_is_published_right_away_where_kafka_is_and_later_where_it_is_not(
    vigie: Console, store: Any, kafka: str, monkeypatch: pytest.MonkeyPatch
):
    settings = replace(Settings(), kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=1)
    topic_admin.create(settings)
    monkeypatch.setattr(publishing, "LIMIT_S", 3.0)
    away = vigie.said("apply", "FLEET", VIGIE_KAFKA="127.0.0.1:1")
    assert "Kafka ne répond pas à 127.0.0.1:1" in away
    assert outbox.pending(store) == 6
    said = vigie.said("apply", "FLEET", VIGIE_KAFKA=kafka, VIGIE_PREFIX=settings.prefix)
    assert f"Publié sur {settings.prefix}fleet.v1 (enregistrements : 6)." in said
    assert outbox.pending(store) == 0


def test_a_sender_that_waits_for_kafka_does_not_hold_the_command_up(
    vigie: Console, store: Any, kafka: str, monkeypatch: pytest.MonkeyPatch
):
    settings = replace(Settings(), kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=1)
    topic_admin.create(settings)
    monkeypatch.setattr(publishing, "LIMIT_S", 1.0)
    store.execute("SELECT pg_advisory_lock(%s)", (outbox.OUTBOX_LOCK,))
    said = vigie.said("apply", "FLEET", VIGIE_KAFKA=kafka, VIGIE_PREFIX=settings.prefix)
    assert "Flotte appliquée : révision 1" in said
    assert "Kafka n'a pas confirmé en 1 s" in said
    assert outbox.pending(store) == 6
