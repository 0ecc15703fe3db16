"""`vigie indicators list|show|explain` on a real PostgreSQL."""

import json

import psycopg
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from real_parts import fresh_database
from store_by_hand import COMMUNE, PARTY, aggregate, observation, point, state

from vigie.deploy.cli import main
from vigie.serving.indicator_words import WORDS
from vigie.streams.sinks.migrate import migrate
from vigie.topics import quality
from vigie.topics.aggregate import Aggregate
from vigie.topics.quality import Flag, pack

pytestmark = pytest.mark.parts

HOUR_MS = 3_600_000
TWO = 1_784_030_400_000  # 14 July 2026, 14:00 in Marseille
MIDNIGHT = TWO - 14 * HOUR_MS
SPIKE = pack({quality.Test.SPIKE: Flag.SUSPECT})
HARMONICA = Aggregate(
    subject="point:P1", indicator="noise_harmonica", window_code="1h", window_start=TWO, window_end=TWO + HOUR_MS,
    revision=0, count=3, minimum=None, mean=None, maximum=None, input_hash="0" * 16, reason="closed", value=7.7,
    expected=4, completeness=0.8, quality=1, definition="1", category="orange",
    details={"bgn": 6.2, "evt": 1.5, "laeq": 67.0, "la95eq": 61.0},
)  # fmt: skip
LAEQ = replace(
    HARMONICA, indicator="laeq", definition="", category="", details={}, unit="dB(A)", value=61.25, minimum=60.0,
    maximum=62.5, completeness=0.75, excluded=1, quality=3,
)  # fmt: skip


def put(connection, *aggregates):
    for one in aggregates:  # one transaction each: revisions come one after the other
        aggregate(connection, one)


@pytest.fixture(scope="module")
def database(services):
    server, owner = services.database()
    with fresh_database(server, owner) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        migrate(connection)
        state(
            connection, COMMUNE, PARTY, ("contact", "bruit", {"party": "metropole", "role": "owner", "name": "Secret"}),
            ("zone", "Z1", {"name": "Parc", "role": "project"}),
            point("P3", code="SON-3", use_case="noise", zones=["Z1"], properties=[{"property": "laeq"}]),
            point("P1", code="SON-1", name="Canebière", use_case="noise", zones=["Z1"], properties=[
                {"property": "laeq"}, {"property": "la95eq"}]),
            ("indicator", "noise_harmonica", {"name": "Harmonica", "definition": "…", "owner": "bruit"}),
            ("indicator", "loud_hours", {
                "name": "Heures bruyantes", "definition": "Heures au-dessus de 65 dB(A).", "owner": "bruit",
                "expression": "hours_above(laeq, 65)", "unit": "h", "windows": ["1d"], "use_case": "noise"}),
        )  # fmt: skip
        for minute, laeq in ((0, 60.0), (15, 61.0), (45, 62.5)):
            observation(connection, "P1", f"2026-07-14T12:{minute:02d}:00Z", {"laeq": laeq, "la95eq": 55.0})
        observation(
            connection, "P1", "2026-07-14T12:30:00Z", {"laeq": 92.0, "la95eq": 55.0}, flags=[3, 1], tests=[SPIKE, 0]
        )
        observation(connection, "P1", "2026-07-14T12:05:00Z", {"laeq": 40.0}, withdrawn=True)
        put(connection, HARMONICA, replace(
            HARMONICA, revision=1, value=None, completeness=0.5, count=2, quality=9, category="", details={},
            input_hash="1" * 16, reason="quality", window_start=TWO + HOUR_MS, window_end=TWO + 2 * HOUR_MS,
        ))  # fmt: skip
        put(connection, replace(HARMONICA, revision=1, value=7.9, input_hash="1" * 16, reason="late"), LAEQ)
        put(connection, replace(
            LAEQ, subject="zone:Z1", parts=("P1", "P2"), count=2, expected=3, completeness=0.9))  # fmt: skip
        put(connection, replace(
            HARMONICA, indicator="loud_hours", window_code="1d", window_start=MIDNIGHT, value=2.5, unit="h", details={},
            window_end=MIDNIGHT + 24 * HOUR_MS, definition="was", category=""))  # fmt: skip
        put(connection, replace(HARMONICA, indicator="gone_since", value=3.5, category="", details={}))
        yield dsn


@pytest.fixture
def run(database, monkeypatch):
    monkeypatch.setenv("VIGIE_DATABASE", database)
    monkeypatch.setenv("COLUMNS", "200")

    def ran(*arguments, code=0, language="fr"):
        monkeypatch.setenv("VIGIE_LANGUAGE", language)
        result = CliRunner().invoke(main, ["indicators", *arguments])
        assert result.exit_code == code, result.output
        return result.output.replace("\u202f", " ").replace("\xa0", " ")

    return ran


def test_both_languages_have_the_same_words():
    assert WORDS["fr"].keys() == WORDS["en"].keys()


def test_a_list_of_all_with_their_owners(run):
    told = [json.loads(line) for line in run("list", "--json").splitlines()]
    by_name = {one["name"]: one for one in told}
    assert by_name["noise_harmonica"]["owner"] == "bruit"
    assert by_name["loud_hours"]["windows"] == ["1d"]
    assert by_name["loud_hours"]["properties"] == ["laeq"]
    assert by_name["waste_fill"]["owner"] is None
    text = run("list", "--use-case", "noise")
    assert "Heures bruyantes (flotte)" in text
    assert "indice Harmonica" in text
    assert "remplissage" not in text


def test_without_a_database_the_platform_s_own_are_listed(run, monkeypatch, tmp_path):
    monkeypatch.delenv("VIGIE_DATABASE")
    monkeypatch.setenv("VIGIE_DATA", str(tmp_path))
    assert "noise_harmonica" in run("list")


def test_values_of_a_point_by_its_code(run):
    told = run("show", "SON-1", "noise_harmonica")
    assert [line for line in told.splitlines() if "7,9" in line and "80 %" in line and "orange" in line]
    assert [line for line in told.splitlines() if "–" in line and "50 %" in line and "vide" in line]
    [one] = [json.loads(line) for line in run(
        "show", "P1", "noise_harmonica", "--to", "2026-07-14 15:00", "--json").splitlines()]  # fmt: skip
    assert (one["value"], one["revision"], one["window_start"]) == (7.9, 1, "2026-07-14T12:00:00Z")
    last = run("show", "SON-1")
    assert "niveau LAeq" in last
    assert "Heures bruyantes" in last


def test_an_hour_is_explained(run):
    told = run("explain", "SON-1", "noise_harmonica", "2026-07-14 14:20")
    for sentence in (
        "SON-1 · Canebière · indice Harmonica",
        "heure · du 14/07/2026 à 14:00:00 (UTC+02:00) au 14/07/2026 à 15:00:00 (UTC+02:00)",
        "7,9 (orange ; qualité : bonne).",
        "Révision 1 : mesures tardives, connue depuis le ",
        "BGN [6,2] = 0,2·(LA95eq [61] - 30)",
        "Responsable : bruit",
        "niveau LAeq : bonnes 3 sur 4 (pas de 15 min), laissées de côté 1.",
        "niveau LA95eq : bonnes 4 sur 4 (pas de 15 min), laissées de côté 0.",
        "Comptées : 14:00:00 60 dB(A) ; 14:15:00 61 dB(A) ; 14:45:00 62,5 dB(A).",
        "Rien de bon du 14/07/2026 à 14:15:00 (UTC+02:00) au 14/07/2026 à 14:45:00 (UTC+02:00) (30 min).",
        "Messages retirés du point par une correction de la flotte : 1.",
        "14/07 14:30:00 · niveau LAeq 92 dB(A) : douteuse (pic isolé).",
        "Complétude : 80 % (définie dans les limites) ; il en faut 80 %. Comptées : 3 sur 4.",
        "regarde aussi au-delà de la fenêtre : 10 min avant, 5 min après.",
        "  0 : 7,7 (orange) ; fenêtre close (définition 1) ; connue depuis le ",
        "  1 : 7,9 (orange) ; mesures tardives (définition 1) ; connue depuis le ",
    ):
        assert sentence in told


def test_an_empty_value_says_why(run):
    told = run("explain", "P1", "noise_harmonica", "2026-07-14 15:20")
    assert "Aucun nombre : 50 % des mesures attendues sont là et bonnes, il en faut 80 %." in told
    assert "Sous la borne : la valeur est laissée vide." in told


def test_a_property_and_a_zone_are_explained(run):
    told = run("explain", "P1", "laeq", "2026-07-14 14:20", language="en")
    assert "Formula: energy mean of the good readings" in told
    assert "n = 3, from 60 dB(A) to 62.5 dB(A): 61.25 dB(A)" in told
    assert "la95" not in told
    zone = run("explain", "zone:Z1", "laeq", "2026-07-14 14:20")
    assert "Points qui y ont pris part (2 sur 3)" in zone
    assert "Sans part : SON-3." in zone
    assert "  SON-1 : 61,25 dB(A), complétude 75 %." in zone
    assert "  P2." in zone


def test_a_day_of_hours_is_listed_and_a_day_of_its_own_explained(run):
    assert "une ligne par fenêtre" in run("explain", "SON-1", "noise_harmonica", "2026-07-14")
    told = run("explain", "SON-1", "loud_hours", "2026-07-14")
    assert "Calcul : hours_above(laeq, 65)" in told
    assert "La valeur est de la version was de la définition" in told
    [one] = json.loads(run("explain", "SON-1", "loud_hours", "2026-07-14", "--json"))
    assert one["bound"] == 0.9  # hours of a day
    assert one["left_out_count"] == 1
    assert one["left_out"][0]["tests"] == ["spike"]
    assert [each["good"] for each in one["series"]] == [3]
    assert one["indicator_definition"]["owner"] == "bruit"


def test_what_is_not_there_is_a_sentence_and_exit_code_2(run):
    assert "Aucun point n'a « X » pour identifiant" in run("show", "X", code=2)
    assert "ne s'appelle « x » (vigie" in run("explain", "P1", "x", "2026-07-14", code=2)
    assert "« LAek » : vouliez-vous dire laeq ?" in run("explain", "P1", "LAek", "2026-07-14", code=2)
    assert "3,5" in run("show", "SON-1", "gone_since")  # values outlive their definition
    assert "3,5" in run("explain", "SON-1", "gone_since", "2026-07-14 14:20")
    told = run("explain", "P1", "noise_harmonica", "2020-01-01", code=2)
    assert "La dernière commence le 14/07/2026 à " in told
    told = run("explain", "P1", "noise_lden", "2026-07-14", code=2)
    assert "point:P1 n'a aucune fenêtre noise_lden" in told
    assert "loud_hours" in told
