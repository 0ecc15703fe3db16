"""ChirpStack 4, JSON: a real uplink, other events, relays, payloads still encrypted, device ids elsewhere."""

import json

import pytest
from chirpstack_events import EUI, EVENT, body
from lorawan_messages import CHIRPSTACK_V4, text

from vigie.codecs.envelopes.chirpstack_v4 import parse, peek
from vigie.codecs.frame import GatewayStats, Hints
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Gateway


def test_a_real_uplink():
    frame = parse(text(CHIRPSTACK_V4))
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == ("eui:a840419edb62011c", "01087309", 0, 2)
    assert (frame.payload.hex(), frame.profile, frame.extras) == ("cce109a901c40108f57fff", "Dargino LHT65N", None)
    assert frame.received_at == 1_787_841_584_530
    radio = frame.radio
    assert radio.gateways == (Gateway("2cf7f11081400088", -102, -12.0),)
    assert (radio.dr, radio.sf, radio.frequency_hz, radio.margin_db) == (0, 12, 867_300_000, 8.0)
    assert radio.airtime_ms == pytest.approx(1482.752)
    assert peek(text(CHIRPSTACK_V4)) == "eui:a840419edb62011c"


def event_of(**more) -> bytes:
    return json.dumps({"deviceInfo": {"devEui": EUI}} | more).encode()


@pytest.mark.parametrize(
    ("event", "message", "facts"),
    [
        ("join", event_of(devAddr="00D20001"), {"dev_addr": "00d20001"}),
        ("join", event_of(), {}),
        ("status", event_of(margin=10, batteryLevel=75.5), {"margin_db": "10", "battery_pct": "75.5"}),
        ("status", event_of(margin=-3, externalPowerSource=True), {"margin_db": "-3", "power": "external"}),
        ("status", event_of(batteryLevelUnavailable=True), {"margin_db": "0"}),
        ("ack", event_of(acknowledged=True), {}),
    ],
)
def test_what_such_an_event_says(event, message, facts):
    assert parse(message, Hints(event=event)).facts == facts


def test_statistics_of_a_gateway():
    stats = {
        "gatewayId": "0016C001F153A14C", "time": "2026-11-23T10:00:00Z", "configVersion": "1.2.3",
        "location": {"latitude": 43.2965, "longitude": 5.3698, "altitude": 12.0},
        "rxPacketsReceived": 12, "rxPacketsReceivedOk": 10, "txPacketsReceived": 3,
        "metadata": {"model": "wirnet"}, "txPacketsPerStatus": {"OK": 2, "TOO_LATE": 1},
    }  # fmt: skip
    said = parse(json.dumps(stats).encode(), Hints(event="stats"))
    assert said == GatewayStats(
        gateway="0016c001f153a14c", network="chirpstack", observed_at=1_795_428_000_000,
        facts={
            "rx_packets": "12", "rx_packets_ok": "10", "tx_packets": "3", "tx_packets_emitted": "0",
            "tx_status_ok": "2", "tx_status_too_late": "1", "config_version": "1.2.3", "lat": "43.2965",
            "lon": "5.3698", "altitude_m": "12", "metadata_model": "wirnet",
        },
    )  # fmt: skip
    assert peek(json.dumps(stats).encode()) is None, "a gateway is no device"
    with pytest.raises(Undecodable) as caught:
        parse(b'{"gatewayId": "0016c001f153a14c", "time": "x"}', Hints(event="stats"))
    assert (caught.value.reason, caught.value.address) == (Reason.BAD_TIME, None)
    for bad in (b"{}", b"[]", b'{"gatewayId": 7}'):
        with pytest.raises(Undecodable) as caught:
            parse(bad, Hints(event="stats"))
        assert caught.value.reason is Reason.BAD_ENVELOPE


def test_a_relay_is_named_and_not_taken_for_the_device():
    relay = {"devEui": "A84041FFFF000001", "frequency": 868100000, "dr": 3, "snr": 4, "rssi": -90}
    relayed = body(relayRxInfo=relay)
    assert parse(relayed).extras == {"relay": "a84041ffff000001"}
    assert parse(relayed).address == peek(relayed) == f"eui:{EUI}"


def test_without_the_app_s_key_the_payload_is_not_decoded():
    with pytest.raises(Undecodable, match="AppSKey") as caught:
        parse(body(joinServerContext={"sessionKeyId": "AXBSH1Pk6Z0G166", "appSKey": None}))
    assert (caught.value.reason, caught.value.address) == (Reason.BAD_ENVELOPE, f"eui:{EUI}")
    assert parse(body(joinServerContext=None)).payload


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"object": {"devEui": "f" * 16, "deviceInfo": {"devEui": "f" * 16}}},
        {"note": '{"deviceInfo":{"devEui":"ffffffffffffffff"}}'},
        {"devEui": "f" * 16},
    ],
)
def test_a_device_id_elsewhere_does_not_fool_peek(elsewhere):
    compact = json.dumps(elsewhere | EVENT | elsewhere, separators=(",", ":")).encode()
    assert peek(compact) == f"eui:{EUI}"
    assert peek(json.dumps(elsewhere, separators=(",", ":")).encode()) is None
