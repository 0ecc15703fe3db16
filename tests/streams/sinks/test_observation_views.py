"""The views for people who read in SQL, on a real PostgreSQL: what is known now, and what was known on a day."""

import psycopg
import pytest
from observations_by_hand import NOON, Fleet, observation, store

from vigie.streams.core.quality_words import FLAGS, TESTS
from vigie.streams.sinks.migrate import migrate
from vigie.topics import quality
from vigie.topics.observation import ObservedReading
from vigie.topics.quality import Flag, pack

pytestmark = pytest.mark.parts
HOUR_MS = 3_600_000


@pytest.fixture
def connection(database):
    with psycopg.connect(database, autocommit=True) as made:
        migrate(made)
        known = Fleet(made)
        known.state(
            "2026-01-01",
            ("commune", "13055", [("[,)", {"name": "Marseille"})]),
            ("commune", "13001", [("[,)", {"name": "Aix-en-Provence"})]),
            ("zone", "Z1", [("[,)", {"name": "Parc", "role": "project", "parent": "Z0"})]),
            ("zone", "Z0", [("[,)", {"name": "Ville", "role": "other"})]),
            ("device", "D1", [("[,)", {"addresses": ["eui:a1"], "model": "em300-th"})]),
            ("point", "P1", [("[,)", POINT)]),
            ("placement", "P1/1", [("[2026-01-01Z,2026-11-20Z)", {"device": "D1", "point": "P1", "height_m": 3})]),
            ("placement", "P1/2", [("[2026-11-20Z,)", {"device": "D2", "point": "P1"})]),
            ("intervention", "I1", [("[,)", INTERVENTION)]),
        )  # fmt: skip
        made.fleet = known
        yield made


INTERVENTION = {
    "point": "P1", "state": "done", "type": "curative", "breaks_series": True, "started_at": "2026-11-21T08:00:00Z",
    "ended_at": "2026-11-21T09:00:00Z",
}  # fmt: skip
POINT = {
    "code": "TEM-1", "name": "Canebière", "use_case": "heat", "commune": "13055", "zones": ["Z1"], "latitude": 43.29,
    "longitude": 5.37, "step_s": 900, "upload_s": 900, "properties": [{"property": "air_temperature"}],
}  # fmt: skip


def rows(connection, query, *values):
    return connection.execute(query, values).fetchall()


def test_points_and_what_is_placed_there_today(connection):
    assert rows(connection, "SELECT code, commune_name, zones, device, placement FROM v_point") == [
        ("TEM-1", "Marseille", ["Z0", "Z1"], "D2", "P1/2")
    ]
    assert rows(connection, "SELECT placement, code, model, height_m, is_current FROM v_pose ORDER BY 1") == [
        ("P1/1", "TEM-1", "em300-th", 3.0, False), ("P1/2", "TEM-1", None, None, True)
    ]  # fmt: skip


def test_breaks_of_a_series(connection):
    assert rows(connection, "SELECT state_fr, type_fr, breaks_series FROM v_intervention") == [
        ("faite", "curative", True)
    ]
    assert rows(connection, "SELECT nature_fr, source, extract(day FROM ends_at)::int FROM v_rupture ORDER BY at") == [
        ("première pose", "P1/1", 1), ("changement de capteur", "P1/2", 20), ("intervention", "I1", 21)
    ]  # fmt: skip


def test_a_renamed_point_shows_both_names_and_the_commune_of_its_place_then(connection):
    connection.fleet.state(
        "2026-02-01",
        ("point", "P1", [
            ("[,2026-11-22Z)", POINT | {"commune": "13001"}),
            ("[2026-11-22Z,)", POINT | {"code": "TEM-9", "name": "Vieux-Port"}),
        ]),
    )  # fmt: skip
    store(connection, observation(at=NOON), observation(2, at=NOON - 48 * HOUR_MS))
    query = "SELECT code, name, code_then, commune_name FROM v_mesure WHERE code = 'TEM-9' ORDER BY observed_at"
    assert rows(connection, query) == [
        ("TEM-9", "Vieux-Port", "TEM-1", "Aix-en-Provence"), ("TEM-9", "Vieux-Port", "TEM-9", "Marseille")
    ]  # fmt: skip


def test_what_was_known_on_a_day(connection):
    store(connection, observation(value=20.0))
    connection.execute("UPDATE observation SET recorded_at = '2026-11-24Z'")
    store(connection, observation(revisions=(0, 2, 0), value=21.5))
    connection.execute("UPDATE observation SET recorded_at = '2026-12-01Z'")
    connection.execute("UPDATE observation_superseded SET superseded_at = '2026-12-01Z'")
    connection.fleet.state("2026-12-01", ("point", "P1", [("[,)", POINT | {"code": "TEM-9"})]))
    known = "SELECT code, value FROM mesure_connue_le(%s) WHERE point = 'P1'"
    assert rows(connection, known, "2026-11-23Z") == []
    assert rows(connection, known, "2026-11-25Z") == [("TEM-1", 20.0)]
    assert rows(connection, known, "2026-12-02Z") == [("TEM-9", 21.5)]
    assert rows(connection, known, None) == rows(connection, "SELECT code, value FROM v_mesure")


def test_what_was_withdrawn_shows_only_on_the_days_before(connection):
    store(connection, observation())
    connection.execute("UPDATE observation SET recorded_at = '2026-11-24Z'")
    store(connection, observation(revisions=(0, 2, 0), withdrawn=True, readings=()))
    assert rows(connection, "SELECT * FROM v_mesure") == []
    assert len(rows(connection, "SELECT * FROM mesure_connue_le('2026-11-25Z')")) == 1
    assert rows(connection, "SELECT * FROM mesure_connue_le(now() + interval '1 day')") == []


def test_values_raw_and_qualified(connection):
    validated, rejected = (
        pack({quality.Test.SPIKE: Flag.FAIL, quality.Test.HUMAN: Flag.GOOD}),
        pack({quality.Test.HUMAN: Flag.FAIL}),
    )
    readings = (
        ObservedReading(1, 0, 20.0, 1, pack({quality.Test.GROSS_RANGE: Flag.GOOD, quality.Test.GAP: Flag.SUSPECT})),
        ObservedReading(1, 1, 21.0, 2, 0),
        ObservedReading(1, 2, 22.0, 3, pack({quality.Test.SPIKE: Flag.SUSPECT, quality.Test.NEIGHBOURS: Flag.FAIL})),
        ObservedReading(1, 3, 23.0, 1, validated),
        ObservedReading(1, 4, 24.0, 4, rejected),
        ObservedReading(1, 5, float("nan"), 9, pack({quality.Test.GROSS_RANGE: Flag.MISSING})),
        ObservedReading(31, 0, 64.5, 1, 1, 812.0),
    )
    store(connection, observation(readings=readings))
    query = (
        "SELECT qualified_value, flag_fr, objections FROM v_mesure WHERE property = 'air_temperature' ORDER BY channel"
    )
    assert rows(connection, query) == [
        (20.0, "bonne", "interruption de la série"), (21.0, "non évaluée", None),
        (None, "douteuse", "pic isolé, écart aux voisins"), (23.0, "bonne", "pic isolé"),
        (None, "mauvaise", "avis du responsable"), (None, "manquante", None),
    ]  # fmt: skip
    assert rows(connection, "SELECT raw_value, unit FROM v_mesure WHERE property = 'fill'") == [(812.0, "%")]
    words = {flag: said.fr for flag, said in FLAGS.items()}
    assert set(rows(connection, "SELECT DISTINCT flag, flag_fr FROM v_mesure")) == set(words.items())
    named = rows(connection, "SELECT number, name, label_fr FROM quality_test ORDER BY 1")
    assert named == [(int(test), test.name.lower(), said.fr) for test, said in TESTS.items()]


@pytest.mark.parametrize("at", [-(2**62), 2**62, 0])
def test_an_impossible_instant_keeps_no_view_from_answering(connection, at):
    store(connection, observation(at=at))
    assert len(rows(connection, "SELECT local_date FROM v_mesure")) == 1


def test_legal_time_is_that_of_the_setting(connection):
    store(connection, observation())
    query = "SELECT local_date::text, local_time::text FROM v_mesure"
    assert rows(connection, query) == [("2026-11-23", "16:00:00")]
    migrate(connection, timezone="Indian/Reunion")
    assert rows(connection, query) == [("2026-11-23", "19:00:00")]
    migrate(connection)
    assert rows(connection, query) == [("2026-11-23", "19:00:00")]


@pytest.mark.parametrize("source", ["v_mesure", "mesure_connue_le(now())"])
def test_filters_by_code_and_time_reach_the_index(connection, source):
    connection.execute(
        "INSERT INTO observation SELECT gen_random_uuid(), timestamptz '2026-11-23Z' + n * interval '1 s', 1,"
        " 'P' || n % 500, 'D', 'P', 'heat', '13055', NULL, gen_random_uuid(), 'n', now(), now(), '{1}', '{0}', '{20}',"
        " NULL, '{1}', '{1}', '1', 1, 'live', false FROM generate_series(1, 20000) n"
    )
    connection.execute("ANALYZE")
    query = f"EXPLAIN SELECT * FROM {source} WHERE code = 'TEM-1' AND observed_at > '2026-11-23 01:00Z'"
    plan = "\n".join(line for (line,) in connection.execute(query))
    assert "observation_default_point_observed_at_idx" in plan
    assert "Seq Scan on observation_default" not in plan
    assert ("observation_superseded" in plan) == (source != "v_mesure")
