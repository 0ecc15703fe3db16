"""Polled APIs against a server of their documented shapes: tokens, pages, pauses, a cursor that survives."""

import asyncio
import base64
import contextlib
import json
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streams.connectors.receiving import Receiving, headers, wait_until

from vigie.streams.connector import ConnectorDownError
from vigie.streams.connectors.poll import PollSource
from vigie.streams.intake import api

SOURCES = """
[[source]]
name = "velo"
kind = "poll"
net = "other"
format = "eco-visio"
shape = "eco-visio"
items = ["100125331"]
url = "{url}/api/1.0"
token_url = "{url}/token"
client_id = "vigie"
client_secret = "env:ECO_SECRET"
every_s = 0.5
per_minute = 6000

[[source]]
name = "hubeau"
kind = "poll"
net = "cellular"
format = "hubeau"
shape = "hubeau"
items = ["F700000103"]
url = "{url}/api/v2/hydrometrie"
every_s = 0.5
per_minute = 6000
"""
SECRET = "oauth-s3cret"


def iso(at: float, zone: str = "") -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + zone


class Apis:
    """Eco-Visio and Hub'Eau, as their pages document them."""

    def __init__(self) -> None:
        self.now = int(time.time()) // 900 * 900
        self.counts = [{"date": iso(self.now - back * 900, "+0000"), "counts": back} for back in range(40, 1, -1)]
        self.counts.append({"date": iso(self.now, "+0000"), "counts": 1})  # its interval is not over
        self.levels = [self.level(back) for back in range(30, 0, -1)]
        self.tokens: list[str] = []
        self.asked: list[dict] = []
        self.fail: list[tuple[int, dict[str, str]]] = []
        self.elsewhere = ""
        self.garbage: list[bytes] = []
        self.after_token = ""
        apis = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                assert self.rfile.read(length) == b"grant_type=client_credentials"
                expected = "Basic " + base64.b64encode(f"vigie:{SECRET}".encode()).decode()
                if self.headers["Authorization"] != expected:
                    return self.answer(401, {"error": "invalid_client"})
                apis.tokens.append(f"token-{len(apis.tokens)}")
                return self.answer(
                    200,
                    {"access_token": apis.tokens[-1] + apis.after_token, "token_type": "bearer", "expires_in": 3600},
                )

            def do_GET(self):
                where = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(where.query).items()}
                apis.asked.append(query | {"path": where.path})
                if apis.fail:
                    status, more = apis.fail.pop(0)
                    return self.answer(status, {}, more)
                if apis.garbage:
                    return self.send(200, apis.garbage.pop(0))
                if query.get("code_entite") == "TAKEN-DOWN":
                    return self.answer(404, {})
                if where.path == "/api/1.0/data/site/100125331":
                    if self.headers["Authorization"] != f"Bearer {apis.tokens[-1] if apis.tokens else ''}":
                        return self.answer(401, {})
                    return self.answer(200, apis.counts)
                assert where.path == "/api/v2/hydrometrie/observations_tr"
                start = int(query.get("cursor", "0"))
                rows = [row for row in apis.levels if row["date_obs"] >= query["date_debut_obs"]][start : start + 10]
                since = f"date_debut_obs={query['date_debut_obs']}"
                more = f"http://{self.headers['Host']}{where.path}?{since}&cursor={start + 10}"
                full = len(rows) == 10
                page = {"count": 30, "next": (apis.elsewhere or more) if full else None, "data": rows}
                return self.answer(206 if full else 200, page)

            def answer(self, status, body, more=None):
                return self.send(status, json.dumps(body).encode(), more)

            def send(self, status, text, more=None):
                self.send_response(status)
                for name, value in (more or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def level(self, back: int, value: float | None = None) -> dict:
        return {
            "code_station": "F700000103", "grandeur_hydro": "H", "date_obs": iso(self.now - back * 300, "Z"),
            "resultat_obs": value or 800.0 + back,
        }  # fmt: skip

    def close(self) -> None:
        self._server.shutdown()


@pytest.fixture
def apis() -> Iterator[Apis]:
    one = Apis()
    yield one
    one.close()


def receiving(kafka: str, tmp_path: Path, apis: Apis, secret: str = SECRET) -> Receiving:
    return Receiving(kafka, tmp_path, SOURCES.format(url=apis.url), env={"ECO_SECRET": secret})


def rows(role: Receiving, topic: str) -> list[dict]:
    found = []
    for body in role.bodies(topic):
        read = json.loads(body)
        found += read["data"] if isinstance(read, dict) else read
    return found


def test_rows_are_sent_once_over_polls_and_restarts(kafka, tmp_path, apis):
    with receiving(kafka, tmp_path, apis) as role:
        wait_until(lambda: len(rows(role, "raw.cellular")) >= 30, 20, role.text)
        wait_until(lambda: rows(role, "raw.other"), 20, role.text)
        role.wait_up("velo")
        role.wait_up("hubeau")
        (record,) = role.records("raw.other")
        assert headers(record)["address"] == "src:velo:100125331"
        assert record.key() == b"src:velo:100125331"
        assert rows(role, "raw.other") == apis.counts[:-1], "the interval that is not over waits"
        assert {row["date_obs"] for row in rows(role, "raw.cellular")} == {row["date_obs"] for row in apis.levels}
        apis.levels.append(apis.level(0))
        apis.levels[3] = apis.level(27, 812.5)  # corrected
        wait_until(lambda: len(rows(role, "raw.cellular")) == 32, 20, role.text)
        role.end(signal.SIGKILL)
        asked = len(apis.asked)
        role.start()
        wait_until(lambda: len(apis.asked) > asked + 6, 20, role.text)
        assert len(rows(role, "raw.cellular")) == 32
        assert rows(role, "raw.other") == apis.counts[:-1]
        eco = [query for query in apis.asked if "/data/site/" in query["path"]]
        assert all(query["step"] == "15m" and query["complete"] == "false" for query in eco)
        assert SECRET not in role.log.read_text()
        assert "token-0" not in role.log.read_text()


def test_a_token_that_was_withdrawn_is_asked_for_again(kafka, tmp_path, apis):
    with receiving(kafka, tmp_path, apis) as role:
        role.wait_up("velo")
        apis.tokens.append("another")
        wait_until(lambda: len(apis.tokens) > 2, 20, role.text)
        assert role.metric("vigie_connector_up", source="velo") == 1


def test_a_wrong_secret_is_told_without_it(kafka, tmp_path, apis):
    with receiving(kafka, tmp_path, apis, "wr0ng-s3cret") as role:
        wait_until(lambda: "gives no token (status 401)" in role.text(), 20, role.text)
        assert "wr0ng-s3cret" not in role.log.read_text()


def test_a_pause_that_the_api_asks_for_is_kept(kafka, tmp_path, apis):
    text = SOURCES[SOURCES.index('[[source]]\nname = "hubeau"') :].format(url=apis.url)
    apis.fail.append((429, {"Retry-After": "4"}))
    began = time.monotonic()
    with Receiving(kafka, tmp_path, text) as role:
        wait_until(lambda: "answers 429" in role.text(), 20, role.text)
        role.wait_up("hubeau")
        assert time.monotonic() - began > 4
        assert len(rows(role, "raw.cellular")) == 30


def test_an_answer_that_leads_to_another_host_is_not_followed(kafka, tmp_path, apis):
    apis.elsewhere = "http://169.254.169.254/latest/meta-data"
    with receiving(kafka, tmp_path, apis) as role:
        wait_until(lambda: "leads to another host" in role.text(), 20, role.text)
        assert rows(role, "raw.cellular") == []


def test_a_station_that_was_taken_down_does_not_hold_up_the_others(kafka, tmp_path, apis):
    text = SOURCES[SOURCES.index('[[source]]\nname = "hubeau"') :].format(url=apis.url)
    with Receiving(kafka, tmp_path, text.replace('["F7', '["TAKEN-DOWN", "F7')) as role:
        wait_until(lambda: len(rows(role, "raw.cellular")) == 30, 20, role.text)
        wait_until(lambda: "hubeau is down: TAKEN-DOWN: " in role.text(), 20, role.text)
        assert role.metric("vigie_connector_up", source="hubeau") == 0
        apis.levels.append(apis.level(0))
        wait_until(lambda: len(rows(role, "raw.cellular")) == 31, 20, role.text)


def test_an_answer_that_is_nonsense_is_a_sentence_and_asked_for_again(kafka, tmp_path, apis):
    text = SOURCES[SOURCES.index('[[source]]\nname = "hubeau"') :].format(url=apis.url)
    leads = [b'{"data": [], "next": "http://["}', b'{"data": [], "next": "' + apis.url.encode() + b'/\\u0000"}']
    apis.garbage += [b"<html>", b'{"data": "\xff"}', b"[" * 100_000, *leads]
    with Receiving(kafka, tmp_path, text) as role:
        wait_until(lambda: len(rows(role, "raw.cellular")) == 30, 40, role.text)
        assert role.text().count("hubeau is down: ") == 5
        assert "Traceback" not in role.log.read_text()


def test_a_token_that_is_no_header_is_not_shown(kafka, tmp_path, apis):
    apis.after_token = "t0ken-s3cret\r\nX: y"
    with receiving(kafka, tmp_path, apis) as role:
        wait_until(lambda: "gives no token (status 200)" in role.text(), 20, role.text)
        assert "t0ken-s3cret" not in role.log.read_text()


def test_an_answer_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr(api, "_WHOLE_LIMIT_S", 0.5)

    async def dripping(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"1\r\n[\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)

    async def ask():
        async with await asyncio.start_server(dripping, "127.0.0.1", 0) as server:
            base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            source = PollSource(
                name="a", net="other", format="hubeau", shape="hubeau", items=("A",), url=base, per_minute=6000
            )
            async with api.Api(source, base, "") as one:
                with pytest.raises(ConnectorDownError, match="/x has not answered whole within 0 s"):
                    await one.get(f"{base}/x?key=s3cret")

    asyncio.run(asyncio.wait_for(ask(), 20))
