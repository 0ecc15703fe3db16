"""Hub'Eau's rows: units, what doubles, what is missing; ids that an overlapping question repeats."""

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
