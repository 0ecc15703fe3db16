"""`vigie fleet intervene` and `vigie quality returns`, on a real PostgreSQL, within this process."""

import json
import os
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from click.testing import CliRunner
from store_by_hand import COMMUNE, MODEL, PARTY, TECHNICIAN, device, observation, placement, point, state

from vigie.deploy.cli import main
from vigie.streams.sinks.migrate import migrate

pytestmark = pytest.mark.parts


@pytest.fixture
def store(database, monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("VIGIE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VIGIE_DATABASE", database)
    monkeypatch.setenv("VIGIE_DATA", str(tmp_path))
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        state(connection, COMMUNE, MODEL, PARTY, TECHNICIAN, device("a1", "eui:24e124136b000001"),
              point("P1", code="TOIT"), point("P2"),
              placement("P1/1", "a1", "P1"))  # fmt: skip
        yield connection


def intervene(*arguments: str, **environment: str):
    return CliRunner(env=environment).invoke(main, ["fleet", "intervene", *arguments])


def noted(connection) -> list[dict]:
    rows = connection.execute(
        "SELECT v.attributes FROM fleet_version v JOIN fleet_object o ON o.number = v.object"
        " WHERE o.kind = 'intervention' AND v.superseded_at IS NULL ORDER BY o.id"
    )
    return [row[0] for row in rows]


def test_one_intervention_from_the_request_to_its_end(store):
    asked = intervene("TOIT", "--state", "requested", "--asked-of", "metropole", "--at", "2026-03-02 08:00")
    assert asked.exit_code == 0, asked.output
    early = intervene("TOIT", "--state", "under_way", "--at", "2026-03-02 09:00")
    assert (early.exit_code, "L'accord de metropole est demandé" in early.output) == (2, True)
    assert intervene("P1", "--state", "accepted", "--at", "2026-03-02 09:00").exit_code == 0
    begun = intervene("P1", "--state", "under_way", "--at", "2026-03-02 10:00", "--by", "technicien")
    assert begun.exit_code == 0, begun.output
    before = intervene("P1", "--state", "done", "--at", "2026-03-02 09:30")
    assert (before.exit_code, "02/03/2026 à 10:00:00" in before.output) == (2, True)
    done = intervene("P1", "--state", "done", "--at", "2026-03-02 11:00", "--breaks-series", "--work", "Pile")
    assert done.exit_code == 0, done.output
    assert "Des données de TOIT sont attendues avant le 02/03/2026 à 11:30" in done.output
    assert noted(store) == [
        {"point": "P1", "state": "done", "type": "curative", "asked_of": "metropole", "by": "technicien",
         "breaks_series": True, "work": "Pile", "requested_at": "2026-03-02T07:00:00Z",
         "answered_at": "2026-03-02T08:00:00Z", "started_at": "2026-03-02T09:00:00Z",
         "ended_at": "2026-03-02T10:00:00Z"}
    ]  # fmt: skip
    again = intervene("P1", "--id", "P1-20260302-1", "--state", "under_way")
    assert (again.exit_code, "elle est close" in again.output) == (2, True)


def test_what_cannot_follow_is_a_sentence_and_changes_nothing(store):
    nothing = intervene("P1", "--state", "accepted")
    assert (nothing.exit_code, "ne suit rien" in nothing.output) == (2, True)
    assert intervene("P9", "--state", "requested").exit_code == 2
    assert intervene("P1", "--state", "requested", "--at", "2026-03-02").exit_code == 0
    assert intervene("P1", "--state", "requested", "--at", "2026-03-02").exit_code == 0
    several = intervene("P1", "--state", "under_way", VIGIE_LANGUAGE="en")
    assert (several.exit_code, "P1-20260302-1, P1-20260302-2" in several.output) == (2, True)
    assert intervene("P1", "--state", "under_way", "--id", "none").exit_code == 2
    stranger = intervene("P1", "--id", "P1-20260302-1", "--state", "under_way", "--by", "nobody")
    assert (stranger.exit_code, [one["state"] for one in noted(store)]) == (17, ["requested", "requested"])


def test_whether_data_came_back(store):
    hour = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)

    def closed(at: datetime, where: str = "P1") -> dict:
        moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"point": where, "state": "done", "type": "curative", "started_at": moment, "ended_at": moment}

    state(
        store, ("intervention", "back", closed(hour)), ("intervention", "missing", closed(hour, "P2")),
        ("intervention", "old", closed(hour - timedelta(days=40))),
        ("intervention", "open", {"point": "P1", "state": "under_way", "type": "curative",
                                  "started_at": hour.strftime("%Y-%m-%dT%H:%M:%SZ")}),
        ("intervention", "no", {"point": "P1", "state": "refused", "type": "curative"}),
    )  # fmt: skip
    observation(store, "P1", (hour - timedelta(minutes=5)).isoformat())
    observation(store, "P1", (hour + timedelta(minutes=20)).isoformat())
    shown = CliRunner().invoke(main, ["quality", "returns"])
    assert shown.exit_code == 17, shown.output
    assert "données manquantes" in shown.output
    assert "(1\u00a0h" in shown.output
    lines = CliRunner().invoke(main, ["quality", "returns", "--json"]).output.splitlines()
    assert [(one["intervention"], one["state"]) for one in map(json.loads, lines)] == [
        ("missing", "missing"), ("open", "under_way"), ("back", "back"),
    ]  # fmt: skip
    assert json.loads(lines[2])["back_at"] == (hour + timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
