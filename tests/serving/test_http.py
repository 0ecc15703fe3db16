"""The pages and data of `serve`, on a store held in memory; test_serve.py asks the same of a real PostgreSQL."""

import base64
import re
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import psycopg
import pytest
from starlette.testclient import TestClient

from vigie.serving.http import application
from vigie.serving.page_words import FACTS, WORDS
from vigie.streams.settings import Settings
from vigie.streams.sinks.queries import StoredReading, StoredUplink
from vigie.topics.alert_event import AlertEvent, Explanation

DEVICE = "eui:24e124136b000001"
NOON = 1_774_785_930_000
ALERT = "a" * 32
SCRIPT = "<script>alert('x')</script>"


def event(**changes) -> AlertEvent:
    explanation = Explanation(
        sentence_fr=f"Le capteur {DEVICE} se tait. {SCRIPT}",
        sentence_en=f"The device {DEVICE} is silent.",
        fields={"period_s": "900"},
    )
    fields = {
        "event_id": "e" * 32,
        "alert_id": ALERT,
        "incident_id": ALERT,
        "alarm_key": f"silence:{DEVICE}:no_arrival",
        "revision": 0,
        "transition": "raised",
        "state": "unacknowledged",
        "priority": 3,
        "event_at": NOON,
        "arrival_at": NOON,
        "decided_at": NOON + 60_000,
        "author": "system",
        "reason": "silence",
        "explanation": explanation,
        "generation": 1,
    }
    return AlertEvent(**(fields | changes))


READING = StoredReading(device=DEVICE, property=1, channel=0, value=21.5, observed_at=NOON)


class Memory:
    """A store of one device with one alert that is over, and 250 others."""

    def __init__(self) -> None:
        self.history = [event(), event(revision=1, transition="cleared", state="normal", event_at=NOON + 600_000)]
        self.others = [event(alert_id=f"{n:032x}", event_at=NOON - n) for n in range(250)]

    def open_alerts(self, limit):
        return self.others[:limit]

    def alerts(self, limit, offset):
        return [self.history[-1], *self.others][offset : offset + limit]

    def alert(self, alert_id):
        return self.history if alert_id == ALERT else []

    def alerts_of_device(self, device, limit):
        return [self.history[-1]][:limit] if device == DEVICE else []

    def events(self):
        return iter(self.history)

    def devices(self, limit, after):
        names = [f"eui:{n:016x}" for n in range(150)]
        return [(name, NOON) for name in names if name > after][:limit]

    def last_readings(self, device):
        return [READING, replace(READING, property=60, channel=2, value=1234.0)]

    def last_uplinks(self, device, limit):
        if device != DEVICE:
            return []
        uplink = StoredUplink(
            id="u",
            revision=0,
            observed_at=NOON,
            ingested_at=NOON,
            network="ville",
            codec="x 1",
            properties=(1,),
            channels=(0,),
            values=(21.5,),
        )
        return [uplink][:limit]


def client(settings: Settings | None = None, opened=None, **options) -> TestClient:
    @contextmanager
    def memory():
        yield Memory()

    app = application(settings or Settings(), opened or memory, **options)
    return TestClient(app, raise_server_exceptions=False)


HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = ["/", "/alerts", "/alerts?offset=100", f"/alerts/{ALERT}", "/devices", f"/devices/{DEVICE}", "/accessibility"]


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


def test_lists_are_paged_to_their_end():
    web = client()
    seen, path = [], "/alerts.json"
    while path:
        page = web.get(path).json()
        seen += [entry["alert_id"] for entry in page["alerts"]]
        path = page["next"]
    assert len(seen) == len(set(seen)) == 251
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
    assert (answer.status_code, answer.json()["status"]) == (405, 405)
    assert client().head("/alerts", headers=HTML).status_code == 200


def test_the_suffix_decides_the_form_of_an_error_too():
    page = client().get("/alerts/unknown.html", headers={"Accept": "application/json"})
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("failure", [psycopg.OperationalError("refused"), psycopg.errors.UndefinedTable("alert_event")])
def test_a_store_that_is_away_is_a_503_with_a_sentence(failure):
    def away():
        raise failure

    answer = client(opened=away).get("/alerts")
    assert answer.status_code == 503
    assert answer.json()["detail"] == WORDS["fr"]["store_away"]
    assert answer.headers["retry-after"] == "10"
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
    assert WORDS["fr"].keys() == WORDS["en"].keys()
    assert FACTS["fr"].keys() == FACTS["en"].keys()
    assert all(text for words in (*WORDS.values(), *FACTS.values()) for text in words.values())


class Outline(HTMLParser):
    """What a screen reader meets: tags in order with their attributes, every one closed."""

    VOID = ("meta", "link", "br", "hr", "img", "input")

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.children: dict[int, list[str]] = {}

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("path", [*PAGES, "/nowhere"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_keep_the_rules_of_accessibility_that_a_program_can_see(path, language):
    page = client(Settings(language=language)).get(path, headers=HTML).text
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert outline.named("html") == [{"lang": language}]
    assert len(outline.named("h1")) == len(outline.named("main")) == len(outline.named("title")) == 1
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        assert table.count("<caption>") == 1
        assert "<caption></caption>" not in table
    assert all(header.get("scope") in ("col", "row") for header in outline.named("th"))
    regions = [div for div in outline.named("div") if div.get("role") == "region"]
    assert all(region["aria-label"] and region["tabindex"] == "0" for region in regions)
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in outline.named("a")]
    assert links[0] == "#content"
    assert "content" in ids
    assert "/accessibility" in links
    assert not outline.named("script") + outline.named("style")
    assert not [attributes for _, attributes in outline.tags if "style" in attributes]
    assert "Undefined" not in page


def test_every_link_of_every_page_leads_somewhere():
    web = client()
    known = {f"/alerts/{n:032x}" for n in range(250)}
    for path in PAGES:
        outline = Outline()
        outline.feed(web.get(path, headers=HTML).text)
        for href in {a["href"] for a in outline.named("a")} | {link["href"] for link in outline.named("link")}:
            if not href.startswith("#") and href not in known and "eui%3A0" not in href:
                assert web.get(href, headers=HTML).status_code == 200, (path, href)
