"""Whatever the bytes, an envelope says something whole or refuses with a reason; and so does its peek."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import lorawan_messages as messages
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.codecs.frame import Frame, GatewayStats, Heard, Hints, PassedOver, Refused, Said
from vigie.codecs.instants import YEAR_1_AT, YEAR_10000_AT
from vigie.codecs.registry import envelopes
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import BEARERS

ENVELOPE_REASONS = {
    Reason.NOT_JSON, Reason.NOT_WELL_FORMED, Reason.BAD_ENVELOPE, Reason.BAD_BASE64, Reason.BAD_TIME,
    Reason.BAD_HEADER, Reason.TOO_LARGE,
}  # fmt: skip
OF_PAYLOADS = {Reason.BAD_PAYLOAD, Reason.TRUNCATED, Reason.EMPTY_PAYLOAD}  # of envelopes that read values themselves
EVENTS = [None, "up", "join", "status", "ack", "stats", "log", "x"]

PROTOBUF = json.loads(Path(__file__).with_name("chirpstack_v4_protobuf.json").read_text())
SEEDS: dict[str, list[bytes]] = {form: [body] for form, body in messages.ONE_UPLINK.items()}
SEEDS["chirpstack-v4"] += [json.dumps(one["json"]).encode() for one in PROTOBUF.values()]
SEEDS["chirpstack-v4"] += [messages.text(messages.CHIRPSTACK_V4)]
SEEDS["chirpstack-v4-protobuf"] = [bytes.fromhex(one["hex"]) for one in PROTOBUF.values()]
SEEDS["chirpstack-v3"] += [messages.text(one) for one in (messages.CHIRPSTACK_V3, messages.CHIRPSTACK_V3_HEX)]
SEEDS["tts-v3"] += [messages.text(messages.TTS_V3)]
SEEDS["thingpark-json"] += [messages.text(one) for one in (messages.THINGPARK_JSON, messages.THINGPARK_JOIN)]
SEEDS["thingpark-xml"] += [messages.THINGPARK_XML]
SEEDS["live-objects"] += [messages.text(messages.LIVE_OBJECTS)]
SEEDS["spot"] += [messages.text(messages.SPOT)]
SEEDS["wanesy"] += [messages.text(messages.WANESY), json.dumps({"list": [messages.WANESY]}).encode()]
SEEDS["loriot"] += [messages.text(one) for one in (messages.LORIOT_RX, messages.LORIOT_GW)]
SEEDS["helium"] += [messages.text(messages.HELIUM)]
JSON_FORMS = sorted(set(SEEDS) - {"thingpark-xml", "chirpstack-v4-protobuf"})

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(
    [
        "AXVc", messages.EUI, messages.EUI.upper(), "00d20001", "\ud800", "\x00", "", "-1", "nan", "inf", "1e400",
        "7.0",
        "SF7BW125", "SF99 BW9999", "2026-11-23T10:00:00Z", "9999-12-31T23:59:60Z", "0.061696s", "=", "AAAA=",
        -1, 2**31, 2**32, 2**63, 10**30, 1e308, 0, 0.0, 1e-320, 1e15, 1e16,
    ]
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@st.composite
def damaged(draw, form: str) -> bytes:
    """A message with values changed at any depth, keys doubled, bytes changed, its end cut off."""
    body = draw(st.sampled_from(SEEDS[form]))
    if form in JSON_FORMS:
        message = json.loads(body)
        for _ in range(draw(st.integers(0, 3))):
            _change(draw, message)
        body = json.dumps(message).encode()
        if draw(st.integers(0, 4)) == 0:
            name = draw(st.sampled_from(sorted(json.loads(draw(st.sampled_from(SEEDS[form]))))))
            body = body[:-1] + b", " + json.dumps(name).encode() + b": " + json.dumps(draw(anything)).encode() + b"}"
    changed = bytearray(body)
    for _ in range(draw(st.integers(0, 2))):
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    return bytes(changed[: len(changed) - draw(st.sampled_from([0, 0, 0, 0, 1, 5, 50, 500]))])


def _change(draw, inner) -> None:
    while True:
        if not inner:
            return
        name = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        deeper = inner[name]
        if isinstance(deeper, dict | list) and deeper and draw(st.integers(0, 2)):
            inner = deeper
            continue
        if isinstance(inner, dict) and draw(st.integers(0, 4)) == 0:
            del inner[name]
        else:
            inner[name] = draw(anything)
        return


def told(form: str, body: bytes, hints: Hints = Hints()) -> None:  # noqa: B008 -- it is frozen
    """Checks what the envelope says of a body, and that its peek never names another device."""
    envelope = envelopes()[form]
    peeked = envelope.peek(body, hints)
    assert peeked is None or peeked.startswith(("eui:", "imei:", "src:"))
    refused = None
    try:
        said = envelope.parse(body, hints)
    except Undecodable as error:
        refused = error
    if refused is not None:
        reasons = ENVELOPE_REASONS if form in SEEDS else ENVELOPE_REASONS | OF_PAYLOADS
        assert refused.reason in reasons, refused.message
        assert refused.message.encode()
        assert len(refused.message) < 300
        assert form not in SEEDS or refused.address is None or peeked in (None, refused.address)
        return
    for one in said if isinstance(said, Sequence) else [said]:
        whole(one)
        if isinstance(one, Frame | Heard) and peeked is not None:
            assert one.address == peeked


def whole(said: Said) -> None:
    if isinstance(said, PassedOver):
        return
    if isinstance(said, Refused):  # one uplink of several
        assert said.reason in ENVELOPE_REASONS
        assert len(said.message) < 300
        return
    facts = (said.extras or {}) if isinstance(said, Frame) else said.facts
    for name, fact in facts.items():
        name.encode()
        fact.encode()
    if isinstance(said, GatewayStats):
        assert said.gateway.encode()
        return
    assert said.address.startswith(("eui:", "imei:", "src:"))
    assert not said.address.startswith("eui:") or len(said.address) == 20
    if (radio := said.radio) is not None:
        for gateway in radio.gateways:
            gateway.id.encode()
            assert type(gateway.rssi_dbm) is int
            assert gateway.snr_db is None or math.isfinite(gateway.snr_db)
        numbers = (radio.airtime_ms, radio.esp_dbm, radio.margin_db)
        assert all(math.isfinite(one) for one in numbers if one is not None)
        assert radio.sf is None or 5 <= radio.sf <= 12
        assert radio.dr is None or 0 <= radio.dr <= 255
        assert radio.frequency_hz is None or 0 <= radio.frequency_hz < 2**41
    if isinstance(said, Frame):
        (said.session or "").encode()
        (said.codec_tag or "").encode()
        said.profile.encode()
        assert said.bearer in BEARERS
        assert said.f_cnt is None or 0 <= said.f_cnt < 2**32
        assert said.f_port is None or 0 <= said.f_port <= 255
        assert said.received_at is None or YEAR_1_AT <= said.received_at < YEAR_10000_AT
        assert type(said.payload) is bytes


HARD = [
    b"", b"\x00", b"{", b"{}", b"[]", b"null", b"7", b'"x"', b"\xef\xbb\xbf{}", b"\xff\xfe{\x00", b"NaN", b"1e400",
    b"-" * 1000, b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b"<a>" * 100_000 + b"</a>" * 100_000, b"<" * 1000, b"<!DOCTYPE a><a/>", b"\x9f" * 10_000, b"\x81" * 100_000,
    b"\x0b" * 100_000, b"\xa1" * 100_000, b"\x1a" * 1001, b"9" * 100_000, b'{"\\ud800": "\\udfff"}', b"x" * 900_000,
]  # fmt: skip


@pytest.mark.parametrize("form", sorted(envelopes()))
def test_hard_bodies(form):
    for body in HARD:
        told(form, body)


@pytest.mark.parametrize("form", JSON_FORMS)
def test_hard_values_in_each_place(form):
    """Nested too deeply, numbers out of any range, lone surrogates: at the end, and in place of each value."""
    hard = [b"[" * 100_000 + b"]" * 100_000, b"1e400", b"-1e400", b"9" * 5000, b'"\\ud800"', b"NaN", b"{}", b'""']
    for seed in SEEDS[form][:2]:
        message = json.loads(seed)
        for marked in _each_replaced(message):
            for value in hard[1:]:
                told(form, marked.replace(b'"@here@"', value))
        told(form, seed[:-1] + b', "zzz": ' + hard[0] + b"}")
        for cut in range(0, len(seed), 7):
            told(form, seed[:cut])


def _each_replaced(message):
    """The message as often as it has values, each time with another one marked."""

    def walk(inner, path):
        for name in sorted(inner) if isinstance(inner, dict) else range(len(inner)):
            yield (*path, name)
            if isinstance(inner[name], dict | list):
                yield from walk(inner[name], (*path, name))

    for path in list(walk(message, ())):
        copy = json.loads(json.dumps(message))
        inner = copy
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = "@here@"
        yield json.dumps(copy).encode()


@pytest.mark.parametrize("form", sorted(SEEDS))
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_damaged_messages(form, data):
    hints = Hints(event=data.draw(st.sampled_from(EVENTS)), source="s") if form.startswith("chirpstack") else Hints()
    told(form, data.draw(damaged(form)), hints)


@pytest.mark.parametrize("form", sorted(envelopes()))
@settings(deadline=None, max_examples=60)
@given(body=st.binary(max_size=200), event=st.sampled_from(EVENTS))
def test_any_bytes(form, body, event):
    told(form, body, Hints(event=event))


@pytest.mark.parametrize("form", sorted(envelopes()))
@settings(deadline=None, max_examples=60)
@given(value=anything)
def test_any_json(form, value):
    told(form, json.dumps(value).encode())


def test_every_network_server_has_a_seed():
    assert set(SEEDS) <= set(envelopes())
