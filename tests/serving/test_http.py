"""The pages and data of `serve`, on a store held in memory; test_serve.py asks the same of a real PostgreSQL."""

import base64
from contextlib import nullcontext
from dataclasses import replace
from urllib.parse import quote

import psycopg
import pytest
from pages_in_memory import ALERT, DEVICE, HTML, NOISY, PAGES, Memory, client, event

from vigie.serving.alert_report import WORDS as REPORT
from vigie.serving.alert_timeline import WORDS as TIMELINE
from vigie.serving.page_words import WORDS
from vigie.streams.settings import Settings
from vigie.topics.alert_event import Explanation


@pytest.mark.parametrize("base", [f"/alerts/{ALERT}", f"/devices/{DEVICE}", "/alerts", "/devices"])
def test_one_address_answers_as_page_or_data(base):
    web = client()
    assert web.get(base, headers=HTML).headers["content-type"].startswith("text/html")
    assert web.get(base, headers={"Accept": "application/json"}).headers["content-type"] == "application/json"
    assert web.get(base, headers={"Accept": "*/*"}).headers["content-type"] == "application/json"
    assert web.get(base + ".json", headers=HTML).headers["content-type"] == "application/json"
    assert web.get(base + ".html").headers["content-type"].startswith("text/html")
    json_rather = {"Accept": "text/html;q=0.4, application/json;q=0.8"}
    assert web.get(base, headers=json_rather).headers["content-type"] == "application/json"


def test_the_page_of_an_alert_tells_its_story_in_legal_time():
    page = client().get(f"/alerts/{ALERT}.html").text
    assert "Le capteur eui:24e124136b000001 se tait." in page
    assert "29/03/2026 à 14:05:30 (UTC+02:00)" in page
    assert 'datetime="2026-03-29T12:05:30Z"' in page
    assert page.index("déclenchée") < page.index("levée")
    assert "Période d&#39;envoi déclarée" in page
    assert "15\u00a0min" in page
    assert "moyenne" in page
    assert 'href="/devices/eui%3A24e124136b000001"' in page
    assert WORDS["fr"]["transitions"].replace("'", "&#39;") in page


def test_home_shows_what_a_mark_hides_apart_and_lists_say_kind_and_raise(monkeypatch):
    hidden = event(alert_id="c" * 32, state="suppressed")
    told = event(
        transition="commented", use_case="river", raised_at=event().event_at, event_at=event().event_at + 60_000
    )
    monkeypatch.setattr(Memory, "open_alerts", lambda *_: [told, hidden])
    page = client().get("/", headers=HTML).text
    assert page.index(f"/alerts/{ALERT}") < page.index(WORDS["fr"]["hidden_alerts"]) < page.index("/alerts/" + "c" * 32)
    assert "<td>silence</td>" in page
    assert "<td>cours d&#39;eau</td>" in page
    assert "14:05:30" in page
    assert "14:06:30" not in page


@pytest.mark.parametrize(
    ("device", "facts", "shown"),
    [
        ("capteur-1", {}, "<dd>capteur-1</dd>"),
        ("capteur-1", {"address": DEVICE}, f'href="/devices/{quote(DEVICE)}"'),
        (DEVICE, {}, f'href="/devices/{quote(DEVICE)}"'),
    ],
)
def test_a_device_is_a_link_only_where_its_address_is_known(monkeypatch, device, facts, shown):
    said = Explanation(sentence_fr="Haute.", sentence_en="High.", fields=facts)
    alert = event(alarm_key="value:point:P1:crue", device=device, explanation=said)
    monkeypatch.setattr(Memory, "alert", lambda *_: [alert])
    assert shown in client().get(f"/alerts/{ALERT}.html").text


def test_in_english_by_setting():
    web = client(Settings(language="en", timezone="UTC"))
    page = web.get(f"/alerts/{ALERT}.html").text
    assert "The device eui:24e124136b000001 is silent." in page
    assert "2026-03-29 12:05:30 (UTC+00:00)" in page
    assert "raised" in page
    assert "medium" in page
    assert '<html lang="en">' in page
    assert "21.5 °C" in web.get(f"/devices/{DEVICE}.html").text


def test_the_page_of_a_device_has_readings_in_french_units():
    page = client().get(f"/devices/{DEVICE}.html").text
    assert "température de l&#39;air" in page
    assert "21,5\u202f°C" in page
    assert "1\u202f234" in page
    assert f'href="/alerts/{ALERT}"' in page


def test_the_data_of_a_device_and_an_alert():
    web = client()
    device = web.get(f"/devices/{DEVICE}").json()
    assert device["device"] == DEVICE
    assert device["readings"][0] == {
        "property": "air_temperature",
        "property_id": 1,
        "channel": 0,
        "value": 21.5,
        "unit": "°C",
        "unit_code": "CEL",
        "observed_at": "2026-03-29T12:05:30Z",
    }
    alert = web.get(f"/alerts/{ALERT}").json()
    assert alert["state"] == "normal"
    assert [entry["transition"] for entry in alert["transitions"]] == ["raised", "cleared"]
    assert alert["transitions"][0]["event_at"] == "2026-03-29T12:05:30Z"
    assert alert["transitions"][0]["explanation"]["fields"] == {"period_s": "900"}


@pytest.mark.parametrize("path", PAGES)
def test_what_a_device_says_is_text_on_every_page(path):
    page = client().get(path, headers=HTML)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("text", ["x" * 460_000, "a\x1b[2J\u202eb"])
def test_what_others_wrote_is_short_and_moves_no_screen_on_every_page(text):
    class Written(Memory):
        def __init__(self):
            super().__init__()
            told = Explanation(sentence_fr=text, sentence_en=text, fields={"network": text, "delay_s": text, text: "1"})
            self.history = [event(explanation=told, reason=text, author=text)]
            self.others = []

        def last_uplinks(self, device, limit):
            return [replace(uplink, network=text) for uplink in super().last_uplinks(device, limit)]

    web = client(opened=lambda: nullcontext(Written()))
    for path in ("/alerts", f"/alerts/{ALERT}", f"/devices/{DEVICE}"):
        page = web.get(path, headers=HTML)
        assert page.status_code == 200
        assert len(page.text) < 12_000
        assert not {"\x1b", "\u202e"} & set(page.text)


@pytest.mark.parametrize(
    ("path", "name", "total", "following"),
    [
        ("/alerts.json", "alerts", "total", "next"),
        ("/", "open_alerts", "total", "next"),
        (f"/devices/{quote(NOISY, safe='')}", "alerts", "alerts_total", "alerts_next"),
        (f"/devices/{quote(NOISY, safe='')}.json", "alerts", "alerts_total", "alerts_next"),
    ],
)
def test_alerts_are_paged_to_their_end_and_say_how_many_they_are(path, name, total, following):
    web, seen, pages = client(), [], 0
    while path:
        page = web.get(path).json()
        seen += [entry["alert_id"] for entry in page[name]]
        path, pages = page[following], pages + 1
    assert len(seen) == len(set(seen)) == page[total] == (251 if name == "alerts" and total == "total" else 250)
    assert pages == 3


@pytest.mark.parametrize(("path", "rest"), [("/", "/?"), (f"/devices/{NOISY}", f"/devices/{quote(NOISY, safe='')}?")])
def test_a_page_that_is_cut_says_so(path, rest):
    web = client()
    assert "1 à 100 sur 250" in web.get(path, headers=HTML).text
    assert f'href="{rest}offset=100"' in web.get(path, headers=HTML).text
    last = web.get(f"{path}?offset=200", headers=HTML).text
    assert "201 à 250 sur 250" in last
    assert "offset=300" not in last
    assert "1 à 1 sur 1" not in web.get(f"/devices/{DEVICE}", headers=HTML).text


def test_a_device_whose_name_ends_like_a_form():
    web = client()
    assert web.get(f"/devices/{NOISY}").json()["device"] == NOISY
    assert web.get(f"/devices/{NOISY}", headers=HTML).headers["content-type"].startswith("text/html")
    assert web.get(f"/devices/{NOISY}.json", headers=HTML).json()["device"] == NOISY


def test_the_devices_are_paged_to_their_end():
    web = client()
    devices, path = [], "/devices.json"
    while path:
        page = web.get(path).json()
        devices += page["devices"]
        path = page["next"]
    assert len(devices) == len(set(devices)) == 150
    assert "/alerts?offset=100" in web.get("/alerts", headers=HTML).text


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/nowhere", 404, WORDS["fr"]["missing_page"]),
        ("/alerts.xml", 404, WORDS["fr"]["missing_page"]),
        ("/alerts/unknown", 404, WORDS["fr"]["missing_alert"]),
        ("/devices/eui:ffff", 404, WORDS["fr"]["missing_device"]),
        ("/alerts/%00", 404, WORDS["fr"]["missing_page"]),
        ("/devices/eui:%00", 404, WORDS["fr"]["missing_page"]),
        ("/static/%00", 404, WORDS["fr"]["missing_page"]),
        ("/devices?after=%00", 400, "after"),
        ("/alerts?offset=%00", 400, "offset"),
        ("/alerts?offset=-1", 400, "offset=-1"),
        ("/alerts?offset=1e9", 400, "offset=1e9"),
        ("/alerts.csv?profile=xls", 400, "profile=xls"),
        ("/static/none.css", 404, WORDS["fr"]["missing_page"]),
        ("/static/../http.py", 404, WORDS["fr"]["missing_page"]),
    ],
)
def test_errors_have_one_form(path, status, sentence):
    web = client()
    problem = web.get(path)
    assert problem.status_code == status
    assert problem.headers["content-type"] == "application/problem+json"
    body = problem.json()
    assert set(body) == {"type", "title", "status", "detail", "instance"}
    assert body["status"] == status
    assert sentence in body["detail"]
    page = web.get(path, headers=HTML)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>" in page.text


def test_methods_that_are_not_served():
    answer = client().post("/alerts")
    assert (answer.status_code, answer.json()["detail"]) == (405, WORDS["fr"]["bad_method"])
    assert "GET" in answer.headers["allow"]
    page = client().post("/alerts", headers=HTML).text
    assert WORDS["fr"]["bad_method"] in page
    assert "Method Not Allowed" not in page
    assert client().head("/alerts", headers=HTML).status_code == 200


def test_the_suffix_decides_the_form_of_an_error_too():
    page = client().get("/alerts/unknown.html", headers={"Accept": "application/json"})
    assert page.headers["content-type"].startswith("text/html")
    assert client().get("/alerts/unknown.json", headers=HTML).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/alerts/", "/devices/"])
def test_a_slash_too_many_leads_to_the_list(path):
    answer = client().get(path, follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["location"].endswith(path.rstrip("/"))


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/alerts.json"])
def test_no_cache_gives_the_page_for_the_data(path):
    answer = client().get(path, headers=HTML)
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("failure", [psycopg.OperationalError("refused"), psycopg.errors.UndefinedTable("alert_event")])
def test_a_store_that_is_away_is_a_503_with_a_sentence(failure):
    def away():
        raise failure

    answer = client(opened=away).get("/alerts")
    assert answer.status_code == 503
    assert answer.json()["detail"] == WORDS["fr"]["store_away"]
    assert answer.headers["retry-after"] == "10"
    data = client(opened=away).get("/alerts.json", headers=HTML)
    assert data.headers["content-type"] == "application/problem+json"
    page = client(opened=away).get("/alerts.html")
    assert page.status_code == 503
    assert "La base de données ne répond pas" in page.text
    assert client(opened=away).get("/alerts.csv").status_code == 503


def test_a_bug_is_a_500_that_tells_nothing_of_the_inside():
    def broken():
        raise RuntimeError("secret detail")

    answer = client(opened=broken).get("/alerts")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer s3cret", 200),
        ("bearer s3cret", 200),
        (basic("s3cret"), 200),
        ("Bearer s3cre", 401),
        ("Bearer ", 401),
        ("Bearer s3crété", 401),
        (basic("other"), 401),
        ("Basic %%%", 401),
        ("Basic", 401),
        ("s3cret", 401),
    ],
)
def test_with_a_token_every_address_asks_for_it(header, status):
    web = client(Settings(token="s3cret"))
    headers = {} if header is None else {"Authorization": header.encode()}
    for path in [*PAGES, "/alerts.csv", "/nowhere"]:
        answer = web.get(path, headers=headers)
        assert answer.status_code in ((401,) if status == 401 else (200, 404))
        if status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["status"] == 401


def test_another_authentication_can_take_its_place():
    web = client(authenticate=lambda request: request.headers.get("x-remote-user"))
    assert web.get("/alerts").status_code == 401
    assert web.get("/alerts", headers={"X-Remote-User": "alice"}).status_code == 200


def test_csv_of_the_alerts():
    web = client()
    file = web.get("/alerts.csv")
    assert file.content.startswith(b"\xef\xbb\xbfdate;heure;")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert "alertes.csv" in file.headers["content-disposition"]
    assert len(file.text.splitlines()) == 3
    assert web.get("/alerts.csv?profile=normalise").text.startswith("event_id,")


def test_both_languages_have_the_same_words():
    for both in (WORDS, REPORT, TIMELINE):
        assert both["fr"].keys() == both["en"].keys()
    assert all(text for words in (*WORDS.values(), *REPORT.values(), *TIMELINE.values()) for text in words.values())
