"""`vigie observations export` and `vigie quality explain`, on a real PostgreSQL."""

import csv
import io
import json

import psycopg
import pytest
from click.testing import CliRunner
from observations_by_hand import Fleet, observation, store
from real_parts import fresh_database
from store_by_hand import uplink

from vigie.deploy.cli import main
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.observation_rows import COLUMNS
from vigie.topics import quality
from vigie.topics.observation import ObservedReading
from vigie.topics.quality import Flag, pack, rolled

pytestmark = pytest.mark.parts

HALF_PAST = 1_792_891_800_000  # 2026-10-25T01:30Z: 02:30 in Marseille for the second time
STEP = 900_000
SPIKE = pack({quality.Test.GROSS_RANGE: Flag.GOOD, quality.Test.SPIKE: Flag.SUSPECT})
POINT = {
    "code": "TEM-1", "name": "=Canebière", "use_case": "heat", "commune": "13055", "buddy_group": "centre",
    "properties": [{"property": "air_temperature"}], "step_s": 900, "upload_s": 900,
}  # fmt: skip


def reading(value, tests=1, raw=None, number=1):
    return ObservedReading(number, 0, value, int(rolled(tests)), tests, raw)


@pytest.fixture(scope="module")
def filled(services):
    """Of the tests that only read."""
    server, owner = services.database()
    with fresh_database(server, owner) as made:
        fill(made)
        yield made


@pytest.fixture
def own(database):
    """The same, of a test that writes."""
    fill(database)
    return database


def fill(database):
    """A spike between two values at one point, and a correction of its conversion a month later."""
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        fleet = Fleet(connection)
        setting = {"point": "P1", "property": "air_temperature", "test": "spike", "parameters": {"suspect": 2.5}}
        fleet.state(
            "2026-01-01Z",
            ("commune", "13055", [("[,)", {"name": "Marseille"})]),
            ("point", "P1", [("[,)", POINT)]),
            ("point", "P2", [("[,)", POINT | {"code": "01001", "name": "Voisin"})]),
            ("device", "D1", [("[,)", {"addresses": ["eui:a1"], "model": "em300-th", "firmware": "1.3"})]),
            ("placement", "P1/1", [("[,)", {"device": "D1", "point": "P1", "conversions": ["C1"]})]),
            ("conversion", "C1", [("[,)", {"method": "linear", "property": "air_temperature", "offset": -0.5})]),
            ("quality_setting", "S1", [("[,)", setting)]),
        )
        for place, value in enumerate((20.0, 25.0, 20.5)):
            at = HALF_PAST + (place - 1) * STEP
            readings = (reading(value, SPIKE if place == 1 else 1, value + 0.5),)
            store(connection, observation(place, at=at, readings=readings, ingested_at=at + 2_000))
        store(connection, observation(7, "P2", HALF_PAST + 60_000, readings=(reading(20.2), reading(61.0, number=2))))
        uplink(connection, "eui:a1", "2026-10-25T01:30:00Z", id=f"{1:032x}", codec="milesight", codec_version="7")
        connection.execute("UPDATE observation SET recorded_at = '2026-10-26Z'")
        fleet.state("2026-11-26Z", ("quality_setting", "S1", [("[,)", setting | {"parameters": {"suspect": 9}})]))
        store(
            connection,
            observation(1, at=HALF_PAST, revisions=(0, 2, 0), readings=(reading(24.0, 1, 25.5),), reason="conversion"),
        )
        connection.execute("UPDATE observation SET recorded_at = '2026-11-26Z' WHERE fleet_revision = 2")
        connection.execute("UPDATE observation_superseded SET superseded_at = '2026-11-26Z'")


def vigie(database, *arguments, **environment):
    return CliRunner().invoke(main, arguments, env={"VIGIE_DATABASE": database} | environment, prog_name="vigie")


def rows(text):
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def test_export_for_a_spreadsheet(filled, tmp_path):
    file = tmp_path / "chaleur.csv"
    result = vigie(filled, "observations", "export", str(file), "--point", "TEM-1", "--use-case", "heat")
    assert (result.exit_code, result.stderr) == (0, f"{file} : 3 valeurs\n")
    lines = rows(file.read_bytes().decode())
    assert [line["valeur_brute"] for line in lines] == ["20", "24", "20,5"]
    assert list(lines[0])[:4] + list(lines[0])[-1:] == ["date", "heure", "date_heure", "decalage_utc", "horodatage_utc"]
    middle = lines[1]
    assert (middle["date"], middle["heure"], middle["decalage_utc"]) == ("2026-10-25", "02:30:00", "UTC+01:00")
    assert (middle["nom"], middle["code_insee"], middle["commune"]) == ("'=Canebière", "insee-13055", "Marseille")
    assert (middle["qualite"], middle["valeur_du_capteur"], middle["unite"]) == ("bonne", "25,5", "°C")
    assert (middle["motif"], middle["horodatage_utc"]) == ("conversion ou réglage corrigé", "2026-10-25T01:30:00Z")


def test_export_as_it_was_known(filled):
    arguments = ("observations", "export", "-", "--point", "P1", "--as-known-at", "2026-11-01")
    lines = rows(vigie(filled, *arguments).stdout)
    assert [line["valeur_brute"] for line in lines] == ["20", "25", "20,5"]
    assert [line["valeur_qualifiee"] for line in lines] == ["20", "", "20,5"]
    assert (lines[1]["qualite"], lines[1]["objections"]) == ("douteuse", "pic isolé")
    assert "valeur_qualifiee" not in rows(vigie(filled, *arguments, "--raw").stdout)[0]
    assert "valeur_brute" not in rows(vigie(filled, *arguments, "--qualified").stdout)[0]
    assert rows(vigie(filled, *arguments[:-1], "2026-10-20").stdout) == []


def test_export_of_a_commune_and_a_span_as_json(filled):
    arguments = ("observations", "export", "-", "--json", "--commune", "marseille", "--from", "2026-10-25 02:30:30")
    assert "existe deux fois" in vigie(filled, *arguments).stderr  # the clock is put back that night
    arguments = (*arguments[:-1], "2026-10-25 02:30:30+02:00")
    found = [json.loads(line) for line in vigie(filled, *arguments).stdout.splitlines()]
    assert len(found) == 5
    one = found[-1]
    assert (one["point"], one["code"], one["property"], one["value"]) == ("P2", "01001", "relative_humidity", 61.0)
    assert one["observed_at"] == "2026-10-25T01:31:00Z"
    last = vigie(filled, *arguments[:-1], "2026-10-25T02:31+01:00", "--to", "2026-10-25T02:40+01:00").stdout
    assert [json.loads(line)["value"] for line in last.splitlines()] == [20.2, 61.0]


def test_export_takes_no_name_for_a_number(filled):
    [line, _] = rows(vigie(filled, "observations", "export", "-", "--point", "P2").stdout)
    assert line["code"] == "n° 01001"


@pytest.mark.parametrize("option", ["--point", "--commune"])
def test_export_of_what_does_not_exist(filled, option):
    result = vigie(filled, "observations", "export", "-", option, "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr


def explained(database, *arguments, **environment):
    result = vigie(database, "quality", "explain", *arguments, **environment)
    assert result.exit_code == 0, result.output
    return result.stdout.replace("\u202f", " ").replace("\u00a0", " ")


def test_explain_says_what_is_known_now_and_what_was(filled):
    text = explained(filled, "TEM-1", "2026-10-25T02:31+01:00")
    assert text.startswith(
        "TEM-1 · =Canebière · température de l'air · 25/10/2026 à 02:30:00 (UTC+01:00)\n24 °C : bonne\n"
    )
    assert "Le capteur disait 25,5 °C. Conversions de la pose : C1 (× 1 − 0,5)." in text
    assert "Pose P1/1, capteur D1 (em300-th), micrologiciel 1.3." in text
    assert "lu par le décodeur milesight 7" in text
    assert "Bonne : aucun test n'objecte." in text
    assert "suspect = 9 (réglage S1), fail = 6 (départ)" in text
    first, second = text.split("Révisions :\n")[1].splitlines()
    assert "reçue en direct · 25 °C, douteuse · flotte 1, message 0, tour 0" in first
    assert "26/10/2026 à 02:00:00 (UTC+02:00) – 26/11/2026" not in second
    assert "conversion ou réglage corrigé · 24 °C, bonne · flotte 2" in second


def test_explain_judges_by_the_parameters_of_that_revision(own):
    with psycopg.connect(own) as connection:  # before the correction came
        columns = ", ".join(COLUMNS)
        connection.execute("DELETE FROM observation WHERE fleet_revision = 2")
        connection.execute(f"INSERT INTO observation ({columns}) SELECT {columns} FROM observation_superseded")
    text = explained(own, "P1", "2026-10-25T02:30+01:00", "--property", "air_temperature", "--channel", "0")
    assert "3 pic isolé : douteuse. 25 °C s'écarte de 4,5 °C de la valeur d'avant (20 °C, 25/10 02:15:00)" in text
    assert "plus que 2,5 °C." in text
    assert "suspect = 2,5 (réglage S1)" in text
    assert "Douteuse : le pire verdict l'emporte, celui de « pic isolé »." in text
    english = explained(own, "P1", "2026-10-25T02:30+01:00", VIGIE_LANGUAGE="en")
    assert "25 °C stands out by 4.5 °C" in english
    assert "Suspect: the worst verdict counts, that of 'spike'." in english


def test_explain_as_json(filled):
    [one] = json.loads(explained(filled, "TEM-1", "2026-10-25T02:30+01:00", "--json"))
    assert (one["value"], one["raw"], one["flag"], one["code"]) == (24.0, 25.5, 1, "TEM-1")
    spike = next(test for test in one["tests"] if test["test"] == "spike")
    assert spike["parameters"]["suspect"] == {"value": 9.0, "setting": "S1"}
    assert [revision["fleet"] for revision in one["revisions"]] == [1, 2]
    assert one["decoded"]["codec_version"] == "7"


def test_explain_of_a_verdict_and_of_what_was_withdrawn(own):
    verdict = {
        "point": "P1", "verdict": "validated", "reason": "canicule", "by": "responsable-chaleur",
        "start_at": "2026-10-25T00:00:00Z", "end_at": "2026-10-26T00:00:00Z",
    }  # fmt: skip
    with psycopg.connect(own, autocommit=True) as connection:
        fleet = Fleet(connection)
        fleet._revision = 2
        fleet.state("2026-11-27Z", ("qualification", "Q1", [("[,)", verdict)]))
        tests = SPIKE | pack({quality.Test.HUMAN: Flag.GOOD})
        store(
            connection,
            observation(1, at=HALF_PAST, revisions=(0, 3, 0), readings=(reading(24.0, tests),), reason="human"),
        )
        store(
            connection,
            observation(2, at=HALF_PAST + STEP, revisions=(0, 3, 0), withdrawn=True, readings=(reading(20.5),)),
        )
    text = explained(own, "TEM-1", "2026-10-25T02:30+01:00")
    assert "1 avis du responsable : bonne. Validée par responsable-chaleur : canicule." in text
    assert "3 pic isolé : douteuse." in text
    assert "Bonne : le responsable l'a validée, quoi que disent les tests." in text
    assert "Avis Q1 : validée, par responsable-chaleur : canicule" in text
    gone = explained(own, "TEM-1", "2026-10-25T03:15+01:00")
    assert "24 °C" in gone  # the nearest that stands
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute("DELETE FROM observation WHERE point = 'P1' AND NOT withdrawn")
    assert "Retirée depuis le" in explained(own, "TEM-1", "2026-10-25T02:45+01:00")


def test_explain_of_nothing(filled):
    for arguments, words in (
        (("nowhere", "2026-10-25"), "Aucun point n'a 'nowhere'"),
        (("TEM-1", "2026-05-01"), "aucune valeur de ce genre à moins d'une heure du 01/05/2026 à 00:00:00"),
        (("TEM-1", "yesterday"), "« yesterday » n'est pas une date"),
    ):
        result = vigie(filled, "quality", "explain", *arguments)
        assert result.exit_code == 2
        assert words in result.stderr


def test_a_reader_that_goes_away_is_no_complaint(filled, monkeypatch, caplog):
    """`vigie observations export - | head`."""

    def hang_up(found, *_, **__):
        next(found)
        raise BrokenPipeError

    monkeypatch.setattr("vigie.deploy.commands.observations.write_csv", hang_up)
    assert isinstance(vigie(filled, "observations", "export", "-").exception, BrokenPipeError)
    assert not [record.getMessage() for record in caplog.records if record.name.startswith("psycopg")]
