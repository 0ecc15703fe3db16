"""The pages of measuring points, on a store held in memory."""

import pytest
from pages_in_memory import DEVICE, HTML, NOON, POINT, client

from vigie.serving.audit_words import AUDIT_WORDS
from vigie.serving.comparison_words import COMPARISON_WORDS
from vigie.serving.intervention_words import INTERVENTION_WORDS
from vigie.serving.network_words import NETWORK_WORDS
from vigie.serving.page import Pages
from vigie.serving.point_pages import PointPages, audit_values
from vigie.serving.point_words import FLAG_WORDS, POINT_WORDS
from vigie.serving.reliability_words import RELIABILITY_WORDS
from vigie.streams.settings import Settings


@pytest.fixture
def noon(monkeypatch):
    """Twenty seconds after the last uplink."""
    monkeypatch.setattr(PointPages.__init__, "__defaults__", (lambda: NOON + 20_000,))


@pytest.mark.parametrize(
    "words",
    [POINT_WORDS, AUDIT_WORDS, FLAG_WORDS, COMPARISON_WORDS, INTERVENTION_WORDS, NETWORK_WORDS, RELIABILITY_WORDS],
)
def test_both_languages_have_the_same_words(words):
    assert words["fr"].keys() == words["en"].keys()


@pytest.mark.parametrize("base", ["/points", f"/points/{POINT}", f"/points/{POINT}/audit"])
def test_one_address_answers_as_page_or_data(base):
    web = client()
    assert web.get(base, headers=HTML).headers["content-type"].startswith("text/html")
    assert web.get(base).headers["content-type"] == "application/json"
    assert web.get(base + ".json", headers=HTML).headers["content-type"] == "application/json"
    assert web.get(base + ".html").headers["content-type"].startswith("text/html")


def test_a_technician_on_the_roof_reads_how_it_was_heard(noon):
    page = client().get(f"/points/{POINT}", headers=HTML).text
    assert "Entendu il y a 20\u00a0s, −97\u202fdBm, 2 passerelles, marge 12 dB" in page
    data = client().get(f"/points/{POINT}").json()
    assert data["heard"] == {
        "device": DEVICE, "network": "ville", "ingested_at": "2026-03-29T12:05:30Z", "rssi_dbm": -97, "snr_db": 4.5,
        "margin_db": 12.0, "sf": 7, "gateways": ["g1", "g2"], "ago_s": 20,
    }  # fmt: skip
    english = client(Settings(language="en")).get(f"/points/{POINT}", headers=HTML).text
    assert "Heard 20\u00a0s ago, −97 dBm, 2 gateways, margin 12 dB" in english


def test_the_page_of_a_point_shows_its_place_device_values_and_history():
    page = client().get(f"/points/{POINT}.html").text
    for text in (
        "Marseille", "Centre", "mât ou candélabre, minéral", "43,2965 ; 5,37 ; 12 m", "em300-th", "3,5 m", "douteuse",
        "21,5\u202f°C", "en cours", "curative", "Pile changée", "pile vide", "29/03/2026 à 13:00:00 (UTC+02:00)",
        "pose.jpg", "1\u00a0h", "15\u00a0min",
    ):  # fmt: skip
        assert text in page, text
    assert "<script" not in page
    assert client().get(f"/points/{POINT}").json()["values"] == [
        {"property": "air_temperature", "channel": 0, "value": 21.5, "unit": "°C", "flag": 3, "tests": {"spike": 3},
         "observed_at": "2026-03-29T12:05:30Z"}
    ]  # fmt: skip


def test_the_audit_says_what_was_held_against_what_and_how():
    page = client().get(f"/points/{POINT}/audit", headers=HTML).text
    for text in ("93,8\u202f%", "≥ 95\u202f% ; ≥ 80\u202f%", "180 / 192", "à surveiller", "ne sont pas terminées"):
        assert text in page, text
    assert "passages, voie 2" in page
    data = client().get(f"/points/{POINT}/audit").json()
    assert (data["verdict"], data["complete"]) == ("watch", False)
    assert data["lines"][0]["threshold"] == {"good": 0.95, "watch": 0.8, "at_least": True, "unit": "share"}
    assert data["lines"][0]["method"].startswith("Messages received")
    english = client(Settings(language="en")).get(f"/points/{POINT}/audit", headers=HTML).text
    assert "93.8 %" in english
    assert "Commissioning audit" in english


def test_the_audit_as_a_file_needs_no_server():
    from pages_in_memory import audit_found

    text = Pages("fr", "Europe/Paris").file("audit.html", **audit_values(audit_found(), "fr"))
    assert "href=" not in text
    assert "@media print" in text
    assert "180 / 192" in text
    assert "<script" not in text


def test_points_are_paged_to_their_end():
    web, seen, following = client(), [], "/points"
    while following:
        answer = web.get(following).json()
        seen += [one["id"] for one in answer["points"]]
        following = answer["next"]
    assert len(seen) == 151
    assert seen[-1] == POINT


@pytest.mark.parametrize(
    ("path", "word"),
    [("/points/none", "missing_point"), ("/points/none/audit", "missing_point"),
     (f"/points/{POINT}/audit?placement=x", "no_placement")],
)  # fmt: skip
def test_what_there_is_not_is_said(path, word):
    answer = client().get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"] == (POINT_WORDS["fr"].get(word) or AUDIT_WORDS["fr"][word])


def test_points_without_an_id_are_the_list():
    assert client().get("/points/", follow_redirects=False).headers["location"] == "/points"
    assert client().get("/points.xml").status_code == 404


def test_a_point_without_device_or_values_has_a_page_too():
    from contextlib import nullcontext

    from pages_in_memory import Memory, point_facts

    class Bare(Memory):
        def point(self, point, now):
            return point_facts()._replace(
                commune=None, site=None, support=None, zones={}, placement=None, device=None, placements=[], values=[],
                heard=None, interventions=[], documents=[],
            )  # fmt: skip

    page = client(opened=lambda: nullcontext(Bare())).get(f"/points/{POINT}", headers=HTML).text
    for word in ("no_value", "no_device", "no_intervention", "no_document"):
        assert POINT_WORDS["fr"][word].replace("'", "&#39;") in page
