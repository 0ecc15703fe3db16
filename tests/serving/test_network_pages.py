"""The report on a partner's network, as a page and as data, on a store held in memory."""

import pytest
from pages_in_memory import DEVICE, HTML, client, network_found

from vigie.serving.network_pages import report_values
from vigie.serving.network_words import NETWORK_WORDS
from vigie.serving.page import Pages
from vigie.streams.settings import Settings

REPORT = "/networks/ville-aubagne?from=2026-06-01&to=2026-06-02"


def test_the_page_says_what_was_agreed_and_what_exceeded_it():
    page = client().get(REPORT, headers=HTML).text
    for text in (
        "Usage du réseau ville-aubagne, du 01/06/2026 au 02/06/2026", "Commune d&#39;Aubagne", "2026-14",
        "1 jour(s) au-delà des volumes convenus, 1 capteur(s) au-delà", "+284 messages", "200 / 287",
        "430 messages sur 480", "tamper", "inconnu de la flotte", "aucune grandeur ci-dessus ne désigne",
    ):  # fmt: skip
        assert text in page, text
    assert page.index("alert(&#39;x") < page.index(DEVICE), "who exceeds stands first"
    assert "<script" not in page
    english = client(Settings(language="en")).get(REPORT, headers=HTML).text
    assert "1 day(s) over the volumes agreed" in english


def test_the_data_has_every_device():
    data = client().get(REPORT).json()
    assert (data["from"], data["agreed"]["shortest_period_s"]) == ("2026-06-01", 900)
    assert [(one["device"], one["exceeds"]) for one in data["devices"]][1] == (DEVICE, False)
    assert data["days"][1] == {"day": "2026-06-02", "devices": 2, "uplinks": 384, "bytes": 4032, "over_uplinks": 284,
                               "over_bytes": 0}  # fmt: skip
    assert client().get("/networks").json() == {"networks": ["ville-aubagne"]}
    assert client().get("/networks/ville-aubagne.json", headers=HTML).json()["network"] == "ville-aubagne"


@pytest.mark.parametrize("query", ["from=hier", "from=2026-06-03&to=2026-06-01", "from=2020-01-01&to=2026-01-01"])
def test_a_span_that_cannot_be_read_is_said(query):
    answer = client().get(f"/networks/ville-aubagne?{query}")
    assert (answer.status_code, answer.json()["detail"]) == (400, NETWORK_WORDS["fr"]["bad_span"])


def test_an_unknown_network_is_said():
    assert client().get("/networks/none").json()["detail"] == NETWORK_WORDS["fr"]["missing"]


def test_the_report_as_a_file_for_the_partner():
    text = Pages("fr", "Europe/Paris").file("network.html", **report_values(network_found(), "fr"))
    assert "href=" not in text
    assert "+284 messages" in text
