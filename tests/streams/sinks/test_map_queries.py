"""A map at an instant, on a real PostgreSQL, and as the command shows it."""

import json

import psycopg
import pytest
from click.testing import CliRunner
from observations_by_hand import NOON, Fleet, observation, store
from real_parts import fresh_database

from vigie.deploy.indicator_commands.map import command
from vigie.streams.sinks.map_queries import map_at
from vigie.streams.sinks.migrate import migrate
from vigie.topics.observation import ObservedReading

pytestmark = pytest.mark.parts
MINUTE = 60_000
POINT = {
    "code": "TEM-1", "name": "Canebière", "use_case": "heat", "commune": "13055", "zones": ["Z1"], "latitude": 43.29,
    "longitude": 5.37, "step_s": 900, "upload_s": 900, "properties": [{"property": "air_temperature"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def database(services):
    """Of all tests: they only read."""
    server, owner = services.database()
    with fresh_database(server, owner) as made:
        yield made


@pytest.fixture(scope="module")
def connection(database):
    with psycopg.connect(database, autocommit=True) as made:
        migrate(made)
        Fleet(made).state(
            "2026-01-01",
            ("zone", "Z1", [("[,)", {"name": "Parc", "role": "project", "parent": "Z0"})]),
            ("zone", "Z0", [("[,)", {"name": "Ville", "role": "other"})]),
            ("point", "P1", [("[,)", POINT | {"altitude_m": 12})]),
            ("point", "P2", [("[,)", POINT | {"code": "TEM-2", "zones": ["Z0"], "latitude": 43.3})]),
            ("point", "P3", [("[,)", POINT | {"code": "TEM-3", "zones": [], "commune": "13001"})]),
            ("point", "P4", [("[,)", POINT | {"code": "BRU-4", "properties": [{"property": "laeq"}]})]),
            ("point", "P5", [("[,2026-06-01Z)", POINT | {"code": "TEM-5"})]),
        )
        bad = (ObservedReading(1, 0, 99.0, 4, 4),)
        two = (ObservedReading(1, 0, 18.0, 1, 1), ObservedReading(1, 1, 17.0, 2, 0))
        store(
            made,
            observation(1, at=NOON - 10 * MINUTE, value=20.0), observation(2, at=NOON + 5 * MINUTE, value=21.0),
            observation(3, at=NOON, readings=bad), observation(4, "P2", at=NOON + 14 * MINUTE, readings=two),
            observation(5, "P3", at=NOON - 16 * MINUTE, value=16.0),
        )  # fmt: skip
        yield made


def told(found):
    return [(one.point, one.channel, one.value, one.gap_s) for one in found]


def test_the_nearest_good_value_of_each_point(connection):
    assert told(map_at(connection, NOON, "air_temperature")) == [
        ("P1", 0, 21.0, 300.0), ("P2", 0, 18.0, 840.0), ("P2", 1, 17.0, 840.0), ("P3", 0, None, None),
    ]  # fmt: skip
    assert told(map_at(connection, NOON, "air_temperature", 960))[-1] == ("P3", 0, 16.0, -960.0)
    assert told(map_at(connection, NOON, "air_temperature", 60)) == [(p, 0, None, None) for p in ("P1", "P2", "P3")]
    assert told(map_at(connection, NOON, "laeq")) == [("P4", 0, None, None)]
    assert map_at(connection, NOON, "ph") == []
    one = map_at(connection, NOON, "air_temperature")[0]
    assert (one.code, one.latitude, one.longitude, one.altitude_m, one.zones, one.unit, one.observed_at) == (
        "TEM-1", 43.29, 5.37, 12.0, ("Z0", "Z1"), "°C", NOON + 5 * MINUTE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "points"),
    [("zone:Z1", "P1"), ("zone:Z0", "P1 P2"), ("commune:13001", "P3"), ("use_case:heat", "P1 P2 P3"),
     ("point:P2", "P2"), ("zone:Z9", "")],
)  # fmt: skip
def test_a_subject_has_its_points(connection, subject, points):
    found = map_at(connection, NOON, "air_temperature", subject=subject)
    assert sorted({one.point for one in found}) == points.split()


def test_values_are_found_by_the_index(connection):
    connection.execute("ANALYZE")
    connection.execute("SET enable_seqscan = off")
    plan = connection.execute(
        "EXPLAIN (COSTS off) SELECT * FROM carte_a(to_timestamp(0), 'air_temperature')"
    ).fetchall()
    assert any("Index" in line and "observation_default" in line for (line,) in plan), plan


def test_the_command_prints_a_table_json_and_geojson(connection, database, monkeypatch, tmp_path):
    monkeypatch.setenv("VIGIE_DATABASE", database)
    monkeypatch.setenv("VIGIE_DATA", str(tmp_path))

    def run(*words, code=0):
        found = CliRunner().invoke(command, [*words])
        assert found.exit_code == code, found.output
        return found.output

    noon = ("air_temperature", "2026-11-23 16:00")
    text = run(*noon, "--subject", "zone:Z0")
    assert "température de l'air, le 23/11/2026 à 16:00:00" in text
    assert "TEM-1 Canebière" in text
    assert "21\u202f°C" in text
    assert "43,29°" in text
    assert "2 points sur 2 ont une bonne valeur." in text
    said = json.loads(run(*noon, "--json"))
    assert said["instant"] == "2026-11-23T15:00:00Z"
    assert [one["value"] for one in said["points"]] == [21.0, 18.0, 17.0, None]
    file = tmp_path / "carte.geojson"
    assert "3 points" in run(*noon, "--geojson", str(file))
    made = json.loads(file.read_text(encoding="utf-8"))
    assert made["features"][0]["geometry"] == {"type": "Point", "coordinates": [5.37, 43.29, 12.0]}
    assert made["features"][0]["properties"]["value"] == 21.0
    assert "--subject" in run(*noon, "--subject", "Z1", code=2)
    monkeypatch.setenv("VIGIE_LANGUAGE", "en")
    assert "No point measures" in run("ph", "2026-11-23 16:00", code=17)
