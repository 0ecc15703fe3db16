"""A ChirpStack v4 event becomes a frame, a reception, or a reason; nothing else, whatever the bytes."""

import base64
import json
import math

import pytest
from chirpstack_events import EUI, EVENT, anything, body, info, mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.codecs.envelopes.chirpstack_v4 import parse, peek
from vigie.codecs.frame import Frame, GatewayStats, Heard, Hints, PassedOver
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Gateway


def test_each_field_of_an_event():
    frame = parse(body())
    assert frame.address == f"eui:{EUI}"
    assert (frame.profile, frame.codec_tag) == ("Milesight EM310-UDL", None)
    assert (frame.session, frame.f_cnt, frame.f_port) == ("00d20001", 7, 85)
    assert frame.payload == b"\x01u\x5c"
    assert frame.received_at == 1_795_428_001_123
    assert (frame.bearer, frame.network) == ("lora", "chirpstack")
    radio = frame.radio
    assert radio.gateways == (Gateway("0016c001f153a14c", -97, 7.5), Gateway("b", -60, -2.0))
    assert (radio.dr, radio.sf, radio.frequency_hz) == (5, 7, 868_300_000)
    assert radio.airtime_ms == pytest.approx(51.456)
    assert radio.margin_db == 15.0, "of the gateway with the best SNR"
    assert radio.esp_dbm == pytest.approx(-97.711, abs=1e-3)


def test_zeros_that_protobuf_leaves_out():
    event = {"deviceInfo": {"devEui": EUI}, "time": EVENT["time"], "data": "AA==", "rxInfo": [{"gatewayId": "b"}]}
    frame = parse(json.dumps(event).encode())
    assert (frame.f_cnt, frame.f_port, frame.session, frame.profile) == (0, 0, None, "")
    assert frame.payload == b"\x00"
    assert frame.radio.gateways == (Gateway("b", 0, 0.0),)
    assert (frame.radio.dr, frame.radio.sf, frame.radio.airtime_ms, frame.radio.margin_db) == (0, None, None, None)


def test_an_uplink_of_mac_commands_has_no_payload():
    assert parse(body("data")).payload == b""
    assert parse(body(data=None)).payload == b""
    assert parse(body(data="")).payload == b""


def test_the_tag_names_a_codec():
    assert parse(body(deviceInfo=info(tags={"vigie_codec": "elsys"}))).codec_tag == "elsys"


def test_an_eui_is_one_device_in_any_case():
    assert parse(body(deviceInfo=info(devEui=EUI.upper()))).address == parse(body()).address
    assert parse(body(devAddr="00d2000A")).session == parse(body(devAddr="00D2000a")).session


def event_of(**more) -> bytes:
    return json.dumps({"deviceInfo": {"devEui": EUI}} | more).encode()


@pytest.mark.parametrize(
    ("event", "message"),
    [("join", event_of(devAddr="00d20001")), ("status", event_of(margin=10)), ("ack", event_of(acknowledged=True))],
)
def test_what_only_the_device_can_cause_shows_that_it_lives(event, message):
    said = parse(message, Hints(event=event))
    assert isinstance(said, Heard)
    assert (said.address, said.kind, said.network) == (f"eui:{EUI}", event, "chirpstack")


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("txack", event_of(gatewayId="0016c001f153a14c")),
        ("log", event_of(level="ERROR", code="OTAA")),
        ("location", event_of(location={})),
        ("integration", event_of(integrationName="x")),
        ("ack", event_of()),  # the time for the acknowledgement ran out
        ("ack", event_of(acknowledged=False)),
    ],
)
def test_what_the_network_says_is_no_sign_of_the_device(event, message):
    assert parse(message, Hints(event=event)) == PassedOver()


def test_an_uplink_by_its_event_or_without_one():
    assert isinstance(parse(body(), Hints(event="up")), Frame)
    assert isinstance(parse(body(), Hints(event=None)), Frame)


@pytest.mark.parametrize("event", ["", "UP", "uplink", "up ", "Join", "x" * 800_000])
def test_an_event_that_chirpstack_has_not_is_refused(event):
    with pytest.raises(Undecodable) as caught:
        parse(body(), Hints(event=event))
    assert caught.value.reason is Reason.BAD_HEADER
    assert caught.value.address is None, "nobody knows whether the device spoke"
    assert "txack" in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "bad",
    [
        body(data="?"),
        body(time="?"),
        body(time="0001-01-01T00:00:00+01:00"),
        body(devAddr="x"),
        body(fCnt="7"),
        body(deviceInfo=info(tags=1)),
    ],
)
def test_a_frame_that_cannot_be_read_says_whose_it_is(bad):
    with pytest.raises(Undecodable) as caught:
        parse(bad)
    assert caught.value.address == f"eui:{EUI}"


@pytest.mark.parametrize("bad", [b"{", b"{}", body(deviceInfo=info(devEui="x")), body(deviceInfo=info(devEui=1))])
def test_a_frame_of_nobody(bad):
    with pytest.raises(Undecodable) as caught:
        parse(bad)
    assert caught.value.address is None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [(b"{", Reason.NOT_JSON), (b"[]", Reason.BAD_ENVELOPE), (b'{"deviceInfo": {"devEui": "x"}}', Reason.BAD_ENVELOPE)],
)
def test_a_sign_of_life_that_cannot_be_read(bad, reason):
    with pytest.raises(Undecodable) as caught:
        parse(bad, Hints(event="join"))
    assert (caught.value.reason, caught.value.address) == (reason, None)


REFUSED = [
    # not JSON at all
    (b"", Reason.NOT_JSON),
    (b"\x00", Reason.NOT_JSON),
    (b"{", Reason.NOT_JSON),
    (body()[:-1], Reason.NOT_JSON),
    (body() + b"x", Reason.NOT_JSON),
    (b"\xef\xbb\xbf" + body(), Reason.NOT_JSON),  # a byte order mark
    (body().decode().encode("utf-16"), Reason.NOT_JSON),
    (body().replace(b"7.5", b"NaN"), Reason.NOT_JSON),
    (body().replace(b"Milesight", b"Mile\xffsight"), Reason.NOT_JSON),  # not UTF-8
    (body().replace(b"Milesight", b"\xed\xa0\x80"), Reason.NOT_JSON),  # a surrogate as UTF-8
    # a lone surrogate: could not be written out again
    (body(devAddr="\ud800"), Reason.NOT_JSON),
    (body(deviceInfo=info(deviceProfileName="\ud800x")), Reason.NOT_JSON),
    (body(deviceInfo=info(tags={"vigie_codec": "\udfff"})), Reason.NOT_JSON),
    (body(deviceInfo=info(tags={"\ud800": "x"})), Reason.NOT_JSON),
    (body(rxInfo=[{"gatewayId": "\ud800\ud800"}]), Reason.NOT_JSON),
    (body(x=0).replace(b'"x": 0', b'"x": ' + b"[" * 100_000 + b"]" * 100_000), Reason.NOT_JSON),  # nested too deeply
    # JSON, but no event
    (b"null", Reason.BAD_ENVELOPE),
    (b"[]", Reason.BAD_ENVELOPE),
    (b'"x"', Reason.BAD_ENVELOPE),
    (b"[" * 500_000, Reason.BAD_ENVELOPE),
    (b"{}", Reason.BAD_ENVELOPE),
    (b'{"deviceInfo": {}}', Reason.BAD_ENVELOPE),
    # a device id that is none
    (body("deviceInfo"), Reason.BAD_ENVELOPE),
    (body(deviceInfo=info(devEui="")), Reason.BAD_ENVELOPE),
    (body(deviceInfo=info(devEui="24e124136b00000")), Reason.BAD_ENVELOPE),
    (body(deviceInfo=info(devEui="24e124136b00000g")), Reason.BAD_ENVELOPE),
    (body(deviceInfo=info(devEui="24e124136b000001\n")), Reason.BAD_ENVELOPE),
    (body(deviceInfo=info(devEui="２4e124136b000001")), Reason.BAD_ENVELOPE),  # a digit, but not of ASCII
    (body(deviceInfo=info(devEui=1)), Reason.BAD_ENVELOPE),
    (body(deviceInfo=info(devEui=None)), Reason.BAD_ENVELOPE),
    # wrong types
    (body(deviceInfo=info(deviceProfileName=None)), Reason.BAD_ENVELOPE),
    (body(deviceInfo=info(tags=["vigie_codec"])), Reason.BAD_ENVELOPE),
    (body(deviceInfo=info(tags={"vigie_codec": 1})), Reason.BAD_ENVELOPE),
    (body(fCnt="7"), Reason.BAD_ENVELOPE),
    (body(fCnt=7.5), Reason.BAD_ENVELOPE),
    (body(fCnt=None), Reason.BAD_ENVELOPE),
    (body(fCnt=True), Reason.BAD_ENVELOPE),
    (body(data=["AXVc"]), Reason.BAD_ENVELOPE),
    (body(time=1_795_424_401), Reason.BAD_ENVELOPE),
    (body(rxInfo={}), Reason.BAD_ENVELOPE),
    (body(rxInfo=[None]), Reason.BAD_ENVELOPE),
    (body(rxInfo=[{"snr": "7.5"}]), Reason.BAD_ENVELOPE),
    (body(txInfo={"modulation": {"lora": {"spreadingFactor": "SF7"}}}), Reason.BAD_ENVELOPE),
    # out of range
    (body(fCnt=-1), Reason.BAD_ENVELOPE),
    (body(fCnt=2**32), Reason.BAD_ENVELOPE),
    (body(fCnt=0).replace(b'"fCnt": 0', b'"fCnt": ' + b"9" * 10_000), Reason.BAD_ENVELOPE),
    (body(fPort=256), Reason.BAD_ENVELOPE),
    (body(dr=-1), Reason.BAD_ENVELOPE),
    (body(dr=2**70), Reason.BAD_ENVELOPE),
    (body(rxInfo=[{"rssi": -(10**9)}]), Reason.BAD_ENVELOPE),
    (body(rxInfo=[{"snr": 1e300}]), Reason.BAD_ENVELOPE),
    (body().replace(b"7.5", b"1e999"), Reason.BAD_ENVELOPE),
    (body(txInfo={"frequency": 2**60}), Reason.BAD_ENVELOPE),
    (body(txInfo={"modulation": {"lora": {"spreadingFactor": 40}}}), Reason.BAD_ENVELOPE),
    (body(txInfo={"modulation": {"lora": {"bandwidth": 10**300}}}), Reason.BAD_ENVELOPE),
    # a session is 8 hex digits: it is a part of the uplink's identity
    (body(devAddr="00d2000"), Reason.BAD_ENVELOPE),
    (body(devAddr="00d2000\u0000"), Reason.BAD_ENVELOPE),
    (body(devAddr="\u001f"), Reason.BAD_ENVELOPE),
    (body(devAddr="0" * 300), Reason.BAD_ENVELOPE),
    # base64, strictly
    (body(data="AXV"), Reason.BAD_BASE64),
    (body(data="AXVc="), Reason.BAD_BASE64),
    (body(data="AXVc\n"), Reason.BAD_BASE64),
    (body(data=" AXVc"), Reason.BAD_BASE64),
    (body(data="AX-_"), Reason.BAD_BASE64),  # the URL alphabet
    (body(data="AXVc!AXVc"), Reason.BAD_BASE64),
    (body(data="AX==AXVc"), Reason.BAD_BASE64),
    (body(data="===="), Reason.BAD_BASE64),
    (body(data="é"), Reason.BAD_BASE64),
    (body(data="\u0000"), Reason.BAD_BASE64),
    # times
    (body("time"), Reason.BAD_TIME),
    (body(time=""), Reason.BAD_TIME),
    (body(time="yesterday"), Reason.BAD_TIME),
    (body(time="2026-11-23T10:00:01"), Reason.BAD_TIME),  # without a zone
    (body(time="2026-02-30T10:00:01Z"), Reason.BAD_TIME),
    (body(time="0000-01-01T00:00:00Z"), Reason.BAD_TIME),
    (body(time="0001-01-01T00:00:00+01:00"), Reason.BAD_TIME),  # the year 0 of UTC
    (body(time="9999-12-31T23:59:59-23:59"), Reason.BAD_TIME),
    (body(time="x" * 100_000), Reason.BAD_TIME),
]


@pytest.mark.parametrize(
    ("bad", "reason"), REFUSED, ids=[f"{n}-{reason.value}" for n, (_, reason) in enumerate(REFUSED)]
)
def test_what_is_refused_and_why(bad, reason):
    with pytest.raises(Undecodable) as caught:
        parse(bad)
    assert caught.value.reason is reason
    assert len(caught.value.message) < 300, "a sentence, not the body"
    assert caught.value.message.encode(), "can be written into the dead letter"


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2100-01-01T00:00:00+00:00", 4_102_444_800_000),
        ("2026-11-23T11:00:01.5+01:00", 1_795_428_001_500),
        ("2026-11-23T05:30:01.123456789-04:30", 1_795_428_001_123),
    ],
)
def test_times_that_are_odd_but_can_be_read(time, at):
    assert parse(body(time=time)).received_at == at


def test_what_is_odd_and_accepted():
    assert parse(b'{"fCnt": 1, ' + body()[1:]).f_cnt == 7, "of a key that stands twice the last one counts"
    assert parse(body(unknown={"x": [10**5000 // 3 % 10**300]})).f_cnt == 7
    assert parse(body(deviceInfo=info(deviceProfileName="a\u0000b"))).profile == "a\u0000b"
    assert parse(body(txInfo={"modulation": {"fsk": {"datarate": 50000}}})).radio.sf is None
    assert parse(body(txInfo=None)).radio.frequency_hz is None
    assert parse(body(rxInfo=[])).radio.esp_dbm is None
    assert parse(body(data=base64.b64encode(b"\x00" * 1_500_000).decode())).payload == b"\x00" * 1_500_000
    assert parse(body(data="AX==")).payload == b"\x01", "bits behind the last byte are nobody's"


def test_two_megabytes():
    assert len(parse(body(rxInfo=EVENT["rxInfo"] * 20_000)).radio.gateways) == 2, "each once"
    with pytest.raises(Undecodable):
        parse(b"x" * 2_000_000)


def test_peek_finds_the_device_or_nothing():
    assert peek(body()) == f"eui:{EUI}"
    for bad, _ in REFUSED:
        peek(bad)
    assert peek(b"{}") is None
    assert peek(body(deviceInfo=info(devEui="x"))) is None


def told(bad: bytes, event: str | None = None) -> Frame | Heard | GatewayStats | PassedOver | None:
    """What the envelope says, checked; None for what it refuses."""
    try:
        frame = parse(bad, Hints(event=event))
    except Undecodable as error:
        refused = error
    else:
        if isinstance(frame, PassedOver | GatewayStats):
            return frame
        assert frame.address.startswith("eui:")
        assert len(frame.address) == 20
        if isinstance(frame, Frame):
            (frame.session or "").encode()
            frame.profile.encode()
            assert 0 <= frame.f_cnt < 2**32
            assert 0 <= frame.f_port <= 255
            for one in frame.radio.gateways:
                one.id.encode()
            numbers = (frame.radio.airtime_ms, frame.radio.esp_dbm, frame.radio.margin_db)
            assert all(math.isfinite(one) for one in numbers if one is not None)
        return frame
    assert refused.message.encode()
    assert refused.address in (None, peek(bad))
    return None


@given(anything)
@settings(deadline=None, max_examples=300)
def test_any_json(value):
    told(json.dumps(value).encode())


@given(st.binary(max_size=200), st.sampled_from([None, "up", "join", "ack", "stats", "log", "x"]))
@settings(deadline=None, max_examples=300)
def test_any_bytes(value, event):
    told(value, event)


@given(mutated(), st.sampled_from([None, "up", "join", "status", "ack"]))
@settings(deadline=None, max_examples=1000)
def test_mutated_events(bad, event):
    told(bad, event)
