"""Hub'Eau's rows, by its API or a file: units, doubles, what is missing; ids that an overlapping question repeats."""

import json

import pytest

from vigie.codecs.envelopes.hubeau import parse, peek
from vigie.codecs.frame import Frame, Hints, PassedOver, Refused
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable

HINTS = Hints(source="hubeau")
LEVEL = {
    "code_site": "F7000001", "code_station": "F700000103", "grandeur_hydro": "H", "date_obs": "2026-08-26T07:35:00Z",
    "resultat_obs": -1232.0, "code_statut": 4, "libelle_statut": "Brute", "code_qualification_obs": 16,
    "libelle_qualification_obs": "Non qualifiée", "libelle_methode_obs": "Mesurée", "continuite_obs_hydro": True,
}  # fmt: skip
FLOW = LEVEL | {"grandeur_hydro": "Q", "resultat_obs": 47800.0}


def page(*rows: dict) -> bytes:
    return json.dumps({"count": len(rows), "next": None, "api_version": "2.0.1", "data": rows}).encode()


def test_level_is_in_metres_of_the_stations_own_datum_and_flow_in_cubic_metres():
    level, flow = parse(page(LEVEL, FLOW), HINTS)
    assert [(r.property, r.value) for r in level.decoded.readings] == [(BY_NAME["water_level"].id, -1.232)]
    assert [(r.property, r.value) for r in flow.decoded.readings] == [(BY_NAME["flow"].id, 47.8)]
    assert level.observed_at == flow.observed_at == 1787729700000
    assert level.decoded.extras == {
        "status": "Brute", "qualification": "Non qualifiée", "method": "Mesurée", "continuous": "True",
    }  # fmt: skip


def test_the_same_row_has_the_same_identity_whatever_stands_beside_it():
    (alone,) = parse(page(LEVEL), HINTS)
    beside = parse(page(FLOW, dict(reversed(LEVEL.items()))), HINTS)[1]
    assert alone.identity == beside.identity
    corrected = parse(page(LEVEL | {"code_statut": 8, "resultat_obs": -1230.0}), HINTS)[0]
    assert corrected.identity != alone.identity


def test_a_row_of_the_site_doubles_its_stations_and_is_passed_over():
    site, station = parse(page(LEVEL | {"code_station": None}, LEVEL), HINTS)
    assert isinstance(site, PassedOver)
    assert isinstance(station, Frame)
    assert peek(page(LEVEL | {"code_station": None}, LEVEL), HINTS) == "src:hubeau:F700000103"
    assert peek(page(LEVEL, LEVEL | {"code_station": "H592001001"}), HINTS) is None


def test_what_is_missing_doubtful_or_unknown_is_said():
    missing, doubtful, unknown = parse(
        page(
            LEVEL | {"resultat_obs": None},
            LEVEL | {"libelle_qualification_obs": "Douteuse"},
            LEVEL | {"grandeur_hydro": "Z"},
        ),
        HINTS,
    )
    assert (missing.decoded.readings, missing.decoded.warnings) == ([], ["MISSING_VALUE"])
    assert doubtful.decoded.warnings == ["DOUBTFUL"]
    assert (unknown.decoded.readings, unknown.decoded.extras["grandeur_Z"]) == ([], "-1232")


def test_one_bad_row_is_refused_alone():
    bad, good = parse(page(LEVEL | {"date_obs": "yesterday"}, LEVEL), HINTS)
    assert isinstance(bad, Refused)
    assert bad.reason is Reason.BAD_TIME
    assert isinstance(good, Frame)


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"{", Reason.NOT_JSON), (b"\xff", Reason.NOT_JSON), (b"[]", Reason.BAD_ENVELOPE), (b"[" * 9000, Reason.NOT_JSON)],
)
def test_what_is_no_page_is_refused(body, reason):
    with pytest.raises(Undecodable) as refused:
        parse(body, HINTS)
    assert refused.value.reason in (reason, Reason.BAD_ENVELOPE)
    assert peek(body, HINTS) is None


NOW = {
    "code_site": "B7200000", "code_station": "B720000001", "grandeur_hydro": "H",
    "date_debut_serie": "2026-09-23T00:05:00Z",
    "date_fin_serie": "2026-09-23T19:30:00Z", "code_systeme_alti_serie": 31, "date_obs": "2026-09-23T19:30:00Z",
    "resultat_obs": 491.0, "code_methode_obs": 0, "libelle_methode_obs": "Mesurée", "code_qualification_obs": 16,
    "libelle_qualification_obs": "Non qualifiée", "longitude": 4.782579717, "latitude": 50.089049099, "code_statut": 4,
    "libelle_statut": "Brute", "code_continuite": 0, "libelle_continuite": "Continue",
}  # fmt: skip
"""All fields of a row of the version 2 of the API."""


def file(*rows: dict) -> bytes:
    lines = [rows[0].keys(), *(row.values() for row in rows)]
    return "\n".join(";".join(f'"{"" if one is None else one}"' for one in line) for line in lines).encode() + b"\n"


def test_a_file_says_what_the_api_says():
    rows = NOW, NOW | {"grandeur_hydro": "Q", "resultat_obs": 11200.0, "libelle_methode_obs": "Calculée"}
    by_api, by_file = parse(page(*rows), HINTS), parse(file(*rows), HINTS)
    for one, other in zip(by_api, by_file, strict=True):
        assert (one.identity, one.observed_at, one.address) == (other.identity, other.observed_at, other.address)
        assert (one.decoded.readings, one.decoded.extras) == (other.decoded.readings, other.decoded.extras)
    assert [one.decoded.readings[0].value for one in by_file] == [0.491, 11.2]
    assert by_file[0].decoded.extras["continuity"] == "Continue"
    assert by_file[0].decoded.extras["datum_code"] == "31"
    assert peek(file(*rows), HINTS) == "src:hubeau:B720000001"
    assert peek(file(NOW, NOW | {"code_station": "H592001001"}), HINTS) is None


def test_a_file_with_a_mark_of_utf_8_and_a_row_of_the_site():
    rows = file(NOW | {"code_station": None}, NOW | {"resultat_obs": None}, NOW)
    site, missing, station = parse(b"\xef\xbb\xbf" + rows, HINTS)
    assert isinstance(site, PassedOver)
    assert missing.decoded.warnings == ["MISSING_VALUE"]
    assert station.decoded.readings[0].value == 0.491


def test_a_bad_line_of_a_file_is_refused_alone():
    bad = file(NOW, NOW).replace(b'"491.0"', b'"high"', 1) + b'"B7200000";"B72\n'
    refused, good, cut = parse(bad, HINTS)
    assert refused.reason is cut.reason is Reason.BAD_ENVELOPE
    assert "Row 1" in refused.message
    assert "Row 3" in cut.message
    assert isinstance(good, Frame)


def test_a_file_that_is_no_utf_8_is_refused():
    with pytest.raises(Undecodable) as refused:
        parse(file(NOW).decode().encode("latin-1"), HINTS)
    assert refused.value.reason is Reason.BAD_ENVELOPE
    assert peek(file(NOW).decode().encode("latin-1"), HINTS) is None


def test_a_doubtful_row_is_known_by_its_code_alone():
    asked_for = {name: NOW[name] for name in ("code_station", "grandeur_hydro", "date_obs", "resultat_obs")}
    (doubtful,) = parse(page(asked_for | {"code_qualification_obs": 12}), HINTS)
    assert doubtful.decoded.warnings == ["DOUBTFUL"]
