"""The HTTP endpoint: who may send, what is refused and counted, and that 200 means that Kafka has it."""

import base64
import contextlib
import gzip
import hashlib
import json
import socket
import time
import zlib
from collections.abc import Iterator

import httpx
import pytest
from streams.connectors.receiving import Receiving, headers, uplink, wait_until

from vigie.streams.intake.callers import INSTANT_HEADER, SIGNATURE_HEADER, sign

SOURCES = """
[[source]]
name = "tts"
kind = "http"
net = "lora"
format = "chirpstack-v4"
network = "tts"
token_file = "tts.token"
path = "event"

[[source]]
name = "signed"
kind = "http"
net = "lora"
format = "chirpstack-v4"
signing_key = "env:SIGNING_KEY"

[[source]]
name = "station"
kind = "http"
net = "cellular"
format = "chirpstack-v4"
user = "campbell"
password = "env:STATION_PASSWORD"
path = "file"

[[source]]
name = "slow"
kind = "http"
net = "other"
format = "chirpstack-v4"
token = "env:SLOW_TOKEN"
rate_per_s = 1
"""
SECRETS = {"SIGNING_KEY": "sign-s3cret", "STATION_PASSWORD": "pass-s3cret", "SLOW_TOKEN": "slow-s3cret"}
TOKEN = "bear-s3cret"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def role(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiving]:
    folder = tmp_path_factory.mktemp("http")
    (folder / "tts.token").write_text(TOKEN + "\n")
    with Receiving(kafka, folder, SOURCES, env=SECRETS) as one:
        one.url()
        yield one
        said = one.log.read_text()
        assert "Traceback" not in said, said
        for secret in (TOKEN, *SECRETS.values(), "gu3ssed"):
            assert secret not in said
            assert base64.b64encode(secret.encode()).decode()[:-3] not in said


def signed(body: bytes, *, key: str = SECRETS["SIGNING_KEY"], at: float | None = None) -> dict[str, str]:
    instant = str(int(time.time() if at is None else at))
    return {INSTANT_HEADER: instant, SIGNATURE_HEADER: sign(key, instant, body)}


def post(role: Receiving, path: str, body: bytes, **options) -> httpx.Response:
    return httpx.post(role.url() + path, content=body, timeout=30, **options)


def counted(role: Receiving, reason: str, source: str) -> float:
    return role.metric("vigie_receive_refused_total", reason=reason, source=source)


def of_source(role: Receiving, source: str, topic: str = "raw.lora") -> list:
    return [record for record in role.records(topic) if headers(record)["source"] == source]


def test_what_was_answered_200_is_in_kafka(role):
    answer = post(role, "tts/up", uplink(1), headers=BEARER | {"vigie-ingested-at": "1"})
    assert answer.status_code == 200
    (record,) = of_source(role, "tts")
    assert record.value() == uplink(1)
    assert record.key() == b"eui:24e124136b000001"
    assert headers(record) == {
        "connector": "http", "format": "chirpstack-v4", "network": "tts", "source": "tts", "event": "up",
    }  # fmt: skip


def test_a_query_names_event_and_device(role):
    before = len(of_source(role, "tts"))
    answer = post(role, "tts?event=join&LrnDevEui=70B3D5E75E003F8B", uplink(2), headers=BEARER)
    assert answer.status_code == 200
    said = [headers(record) for record in of_source(role, "tts")]
    assert len(said) == before + 1
    asked = {"event": "join", "address": "eui:70b3d5e75e003f8b"}
    assert any(asked.items() <= each.items() for each in said)


def test_a_station_posts_a_file_under_a_name(role):
    body = b"TOA5,station\n2026-11-23 10:00:00,1,7.5\n"
    answer = httpx.put(role.url() + "station/table1.dat", content=body, auth=("campbell", "pass-s3cret"))
    assert answer.status_code == 200
    (record,) = of_source(role, "station", "raw.cellular")
    assert (record.value(), record.key()) == (body, b"src:station")
    assert headers(record)["file"] == "table1.dat"


@pytest.mark.parametrize("name", ["%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a/b", "..%5c..%5cboot.ini", "x%00y", "%2e%2e"])
def test_a_path_in_a_file_name_is_refused(role, name):
    before = counted(role, "bad_name", "station")
    kept = len(of_source(role, "station", "raw.cellular"))
    request = f"PUT /in/station/{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic "
    request += base64.b64encode(b"campbell:pass-s3cret").decode() + "\r\nContent-Length: 1\r\n\r\nx"
    assert raw(role, request.encode()).startswith(b"HTTP/1.1 400 ")
    assert counted(role, "bad_name", "station") == before + 1
    assert len(of_source(role, "station", "raw.cellular")) == kept


def raw(role: Receiving, request: bytes, limit_s: float = 20) -> bytes:
    """What comes back for these very bytes, until the server closes or has answered."""
    url = httpx.URL(role.url())
    with socket.create_connection((url.host, url.port), limit_s) as connection:
        connection.sendall(request)
        connection.settimeout(limit_s)
        return connection.recv(65536)


@pytest.mark.parametrize(
    ("source", "given", "reason"),
    [
        ("tts", {}, "unauthenticated"),
        ("tts", {"Authorization": "Bearer gu3ssed"}, "wrong_token"),
        ("tts", {"Authorization": "Bearer "}, "wrong_token"),
        ("tts", {"Authorization": "Basic !!"}, "unauthenticated"),
        ("station", {"Authorization": "Basic " + base64.b64encode(b"campbell:gu3ssed").decode()}, "wrong_token"),
        ("station", {"Authorization": "Basic \xff\xfe"}, "wrong_token"),
        ("signed", {}, "unauthenticated"),
        ("signed", {SIGNATURE_HEADER: "sha256=00", INSTANT_HEADER: "soon"}, "wrong_signature"),
        ("signed", signed(b"x", at=time.time() - 1000), "outdated"),
    ],
)
def test_an_unknown_sender_is_refused_before_the_body_is_read(role, source, given, reason):
    before = counted(role, reason, source)
    head = f"POST /in/{source} HTTP/1.1\r\nHost: x\r\nContent-Length: 800000\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in given.items())
    answer = raw(role, head.encode("latin-1") + b"\r\n")  # and not one byte of the body
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in answer.lower()
    assert counted(role, reason, source) == before + 1


def test_a_signature_is_taken_once(role):
    body = uplink(10)
    given = signed(body)
    assert post(role, "signed", body, headers=given).status_code == 200
    assert post(role, "signed", body, headers=given).status_code == 409
    assert counted(role, "replayed", "signed") == 1
    assert post(role, "signed", body + b" ", headers=given).status_code == 401
    assert post(role, "signed", body, headers=signed(body, key="gu3ssed")).status_code == 401
    assert counted(role, "wrong_signature", "signed") >= 2
    assert len(of_source(role, "signed")) == 1


@pytest.mark.parametrize(("name", "pack"), [
    ("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda body: zlib.compress(body)[2:-4]),
])  # fmt: skip
def test_a_packed_body_is_unpacked(role, name, pack):
    answer = post(role, "tts/up", pack(uplink(20)), headers=BEARER | {"Content-Encoding": name})
    assert answer.status_code == 200
    assert uplink(20) in [record.value() for record in of_source(role, "tts")]


def test_a_bomb_is_refused_with_a_dead_letter(role):
    bomb = gzip.compress(b"\0" * 50_000_000)
    before = len(role.dead_letters())
    answer = post(role, "tts/up", bomb, headers=BEARER | {"Content-Encoding": "gzip"})
    assert answer.status_code == 413
    letters = role.dead_letters()
    assert len(letters) == before + 1
    mine = next(letter for letter in letters if letter.body_hash == hashlib.sha256(bomb).hexdigest())
    assert (mine.step, mine.reason, mine.topic, mine.body_size) == ("receive", "too_large", "raw.lora", len(bomb))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip, gzip", gzip.compress(gzip.compress(b"\0" * 1_000_000))),  # a bomb in a bomb
        ("br", b"x"),
        ("gzip", b"not gzip"),
        ("gzip", gzip.compress(uplink(1))[:-9]),
        ("gzip", gzip.compress(uplink(1)) + b"more"),
    ],
    # gzip writes the time: as part of the test's name it would differ between the workers that collect it
    ids=["a bomb in a bomb", "unknown", "not gzip", "cut short", "more behind it"],
)
def test_another_packing_is_refused(role, encoding, body):
    before = counted(role, "bad_encoding", "tts")
    assert post(role, "tts/up", body, headers=BEARER | {"Content-Encoding": encoding}).status_code == 415
    assert counted(role, "bad_encoding", "tts") == before + 1


def test_a_nested_bomb_of_json_is_kept_as_it_is_and_hurts_nobody(role):
    nested = b"[" * 400_000 + b"]" * 400_000
    assert post(role, "tts/up", nested, headers=BEARER).status_code == 200
    assert nested in [record.value() for record in of_source(role, "tts")]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused_with_size_hash_and_beginning(role, chunked):
    body = (b"chunked " if chunked else b"whole ") * 250_000
    content = (body[place : place + 65_536] for place in range(0, len(body), 65_536)) if chunked else body
    assert httpx.post(role.url() + "tts/up", content=content, headers=BEARER, timeout=30).status_code == 413
    (mine,) = [letter for letter in role.dead_letters() if letter.body_hash == hashlib.sha256(body).hexdigest()]
    assert (mine.body_size, mine.body) == (len(body), body[:65_536])


def test_a_sender_killed_in_the_middle_leaves_nothing(role):
    before = len(of_source(role, "tts"))
    url, body = httpx.URL(role.url()), uplink(30)
    for chunked in (False, True):
        connection = socket.create_connection((url.host, url.port))
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
        part = f"{len(body):x}\r\n".encode() + body[:100] if chunked else body[:100]
        connection.sendall(
            f"POST /in/tts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n{length}\r\n\r\n".encode() + part
        )
        time.sleep(0.3)
        connection.close()
    wait_until(lambda: counted(role, "gone", "tts") == 2, 10, role.text)
    assert len(of_source(role, "tts")) == before


def test_too_many_requests_are_told_when_to_come_again(role):
    given = {"Authorization": f"Bearer {SECRETS['SLOW_TOKEN']}"}
    answers = [post(role, "slow", uplink(n), headers=given) for n in range(4)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    late = [answer for answer in answers if answer.status_code == 429]
    assert late
    assert int(late[0].headers["Retry-After"]) >= 1
    assert counted(role, "rate", "slow") == len(late)


def test_a_source_that_does_not_exist_is_404_and_no_label(role):
    assert post(role, "nobody-knows", b"x").status_code == 404
    assert counted(role, "unknown_source", "none") == 1
    assert role.metric("vigie_receive_refused_total", source="nobody-knows") == 0
    before = counted(role, "bad_request", "none")
    assert httpx.get(role.url() + "tts").status_code == 405
    assert post(role, "../elsewhere", b"x").status_code == 404
    assert raw(role, b"NO HTTP AT ALL\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert raw(role, b"NO HTTP AT ALL\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert counted(role, "bad_request", "none") == before + 4
    assert role.text().count("Invalid HTTP request") <= 1, "strangers do not fill the log"


def test_a_request_of_two_lengths_is_no_way_to_hide_another_in_it(role):
    given, hidden = f"Host: x\r\nAuthorization: Bearer {TOKEN}\r\n", uplink(31)
    answer = raw(
        role,
        f"POST /in/tts/up HTTP/1.1\r\n{given}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        f"POST /in/tts/up HTTP/1.1\r\n{given}Content-Length: {len(hidden)}\r\n\r\n".encode() + hidden,
    )  # fmt: skip
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert hidden not in [record.value() for record in of_source(role, "tts")]


def test_a_packing_said_in_two_headers_is_two(role):
    body = gzip.compress(gzip.compress(uplink(32)))
    twice = [("Authorization", f"Bearer {TOKEN}"), ("Content-Encoding", "gzip"), ("Content-Encoding", "gzip")]
    assert post(role, "tts/up", body, headers=twice).status_code == 415


def test_of_a_stranger_who_claims_a_signature_no_more_is_read_than_may_be_kept(role):
    url, sent = httpx.URL(role.url()), 0
    head = "".join(f"{name}: {text}\r\n" for name, text in signed(b"").items())
    with socket.create_connection((url.host, url.port)) as connection:
        connection.settimeout(20)
        connection.sendall(f"POST /in/signed HTTP/1.1\r\nHost: x\r\n{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            while sent < 60_000_000:
                connection.sendall(b"10000\r\n" + b"a" * 65_536 + b"\r\n")
                sent += 65_536
    assert sent < 30_000_000, "the rest of it stood in the buffers of the network"


def test_a_sender_that_never_says_what_it_wants_is_let_go(role):
    began = time.monotonic()
    url = httpx.URL(role.url())
    with socket.create_connection((url.host, url.port)) as connection:
        connection.settimeout(25)
        connection.sendall(b"POST /in/tts HTTP/1.1\r\n")
        while time.monotonic() - began < 8:
            connection.sendall(b"X: y\r\n")
            time.sleep(1)
        assert connection.recv(1000) == b""
    assert time.monotonic() - began < 15


def test_a_head_without_end_is_refused(role):
    many = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(200))
    answer = raw(role, b"POST /in/tts HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ") or answer == b""


def test_an_answer_on_a_kept_connection_does_not_wait_for_the_senders_acknowledgement(role):
    took = []
    with httpx.Client(headers=BEARER, timeout=30) as client:
        for number in range(30):
            began = time.perf_counter()
            assert client.post(role.url() + "tts/up", content=uplink(100 + number)).status_code == 200
            took.append(time.perf_counter() - began)
    assert sorted(took)[5] < 0.035, took


def test_the_port_answers_after_all_that(role):
    assert post(role, "tts/up", uplink(99), headers=BEARER).status_code == 200
    assert json.dumps(role.health())
