"""ChirpStack 4 in protobuf says what it says in JSON.

chirpstack_v4_protobuf.json was made with the package chirpstack-api 4.20.0 in an environment of its own: each `json`
was read by google.protobuf.json_format.ParseDict into the message class of that package and written with
SerializeToString (`hex`); the `json` kept here is that message's MessageToDict. None of our code took part.
"""

import json
import struct
from pathlib import Path

import pytest

from vigie.codecs.frame import Frame, GatewayStats, Heard, Hints, PassedOver
from vigie.codecs.registry import envelopes
from vigie.topics.reason import Reason, Undecodable

MESSAGES = json.loads(Path(__file__).with_name("chirpstack_v4_protobuf.json").read_text())


def binary(name: str) -> bytes:
    return bytes.fromhex(MESSAGES[name]["hex"])


def said(form: str, name: str):
    message = MESSAGES[name]
    body = binary(name) if form == "chirpstack-v4-protobuf" else json.dumps(message["json"]).encode()
    return envelopes()[form].parse(body, Hints(event=message["event"]))


@pytest.mark.parametrize("name", [name for name in MESSAGES if name != "encrypted"])
def test_both_forms_are_the_same(name):
    assert said("chirpstack-v4-protobuf", name) == said("chirpstack-v4", name)


def test_the_messages_are_what_they_are_called():
    up = said("chirpstack-v4-protobuf", "up")
    assert isinstance(up, Frame)
    assert (up.f_cnt, up.f_port, up.payload.hex(), up.codec_tag) == (7, 85, "01755c", "milesight")
    assert [one.snr_db for one in up.radio.gateways] == [9.2, -2.0], "the float32 as its shortest decimal"
    zeros = said("chirpstack-v4-protobuf", "zeros")
    assert (zeros.f_cnt, zeros.f_port, zeros.session, zeros.extras) == (0, 0, None, {"relay": "a84041ffff000001"})
    assert said("chirpstack-v4-protobuf", "join") == Heard(
        address="eui:24e124136b000001", kind="join", network="chirpstack", facts={"dev_addr": "00d20001"}
    )
    assert said("chirpstack-v4-protobuf", "status").facts == {"margin_db": "10", "battery_pct": "75.5"}
    assert said("chirpstack-v4-protobuf", "mains").facts == {"margin_db": "-3", "power": "external"}
    assert said("chirpstack-v4-protobuf", "no_ack") == PassedOver()
    stats = said("chirpstack-v4-protobuf", "stats")
    assert isinstance(stats, GatewayStats)
    assert (stats.gateway, stats.observed_at) == ("0016c001f153a14c", 1_795_428_000_000)
    assert stats.facts == {
        "rx_packets": "12", "rx_packets_ok": "10", "tx_packets": "3", "tx_packets_emitted": "2", "tx_status_ok": "2",
        "tx_status_too_late": "1", "config_version": "1.2.3", "lat": "43.2965", "lon": "5.3698", "altitude_m": "12",
        "metadata_concentratord_version": "4.3.0",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["chirpstack-v4", "chirpstack-v4-protobuf"])
def test_a_payload_without_app_s_key_is_not_decoded(form):
    with pytest.raises(Undecodable, match="AppSKey") as caught:
        said(form, "encrypted")
    assert (caught.value.reason, caught.value.address) == (Reason.BAD_ENVELOPE, "eui:24e124136b000001")


def field(number: int, kind: int, content: bytes) -> bytes:
    """One field of protobuf, short."""
    return bytes([number << 3 | kind]) + (bytes([len(content)]) if kind == 2 else b"") + content


def device(eui: str = "24e124136b000001") -> bytes:
    return field(3, 2, field(8, 2, eui.encode()))


def rx(content: bytes) -> bytes:
    return field(12, 2, content)


TIME = field(2, 2, field(1, 0, b"\x01"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff", Reason.NOT_WELL_FORMED),
        (b'{"deviceInfo": {}}', Reason.NOT_WELL_FORMED),
        (binary("up")[:-1], Reason.NOT_WELL_FORMED),
        (device("\x80"), Reason.BAD_ENVELOPE),
        (field(3, 2, field(8, 2, b"\xff\xfe")), Reason.NOT_WELL_FORMED),  # text that is not UTF-8
        (b"", Reason.BAD_ENVELOPE),
        (device("x"), Reason.BAD_ENVELOPE),
        (device(), Reason.BAD_TIME),
        (device() + field(2, 2, field(1, 0, b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f")), Reason.BAD_TIME),
        (device() + TIME + field(8, 0, b"\x80\x02"), Reason.BAD_ENVELOPE),  # port 256
        (device() + TIME + rx(field(6, 0, b"\xe8\x07")), Reason.BAD_ENVELOPE),  # 1000 dBm
        (device() + TIME + rx(field(7, 5, struct.pack("<f", float("nan")))), Reason.BAD_ENVELOPE),
        (device() + TIME + rx(field(7, 5, struct.pack("<f", float("inf")))), Reason.BAD_ENVELOPE),
        (device() + TIME + field(4, 2, b"xyz"), Reason.BAD_ENVELOPE),
        (device() + TIME + field(13, 2, field(2, 2, field(3, 2, field(2, 0, b"\x28")))), Reason.BAD_ENVELOPE),  # SF40
    ],
)
def test_what_is_refused_and_why(body, reason):
    with pytest.raises(Undecodable) as caught:
        envelopes()["chirpstack-v4-protobuf"].parse(body, Hints())
    assert caught.value.reason is reason


@pytest.mark.parametrize(("event", "reason"), [("uplink", Reason.BAD_HEADER), ("status", Reason.BAD_ENVELOPE)])
def test_other_events_that_cannot_be_read(event, reason):
    nan = device() + field(8, 5, struct.pack("<f", float("nan")))
    with pytest.raises(Undecodable) as caught:
        envelopes()["chirpstack-v4-protobuf"].parse(nan, Hints(event=event))
    assert caught.value.reason is reason


def test_a_field_of_a_newer_chirpstack_is_skipped():
    body = binary("up") + b"\xfa\x3f\x03abc"  # field 1023
    assert envelopes()["chirpstack-v4-protobuf"].parse(body, Hints()) == said("chirpstack-v4-protobuf", "up")


def test_peek():
    peek = envelopes()["chirpstack-v4-protobuf"].peek
    for name, message in MESSAGES.items():
        expected = None if name == "stats" else "eui:24e124136b000001"
        assert peek(binary(name), Hints(event=message["event"])) == expected
    assert peek(b"\xff", Hints()) is None
    assert peek(binary("up"), Hints(event="log")) is None, "a log line has the device in another field"
