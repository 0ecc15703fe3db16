"""ChirpStack 3: EUIs in hex or base64, instants that may be missing, data rates that may be an index only."""

import json

import pytest
from lorawan_messages import CHIRPSTACK_V3, CHIRPSTACK_V3_HEX, text

from vigie.codecs.envelopes.chirpstack_v3 import parse, peek
from vigie.codecs.frame import GatewayStats, Heard, Hints, PassedOver
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Gateway


def test_a_real_uplink_with_base64_euis():
    frame = parse(text(CHIRPSTACK_V3))
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == ("eui:2232330000888802", "012eb371", 579, 2)
    assert (frame.payload, frame.profile, frame.received_at) == (b"\x00\x01", "testOTAA", 1_364_746_877_528)
    radio = frame.radio
    assert radio.gateways == (Gateway("e45f01fffe7da7a8", -10, 8.5),)
    assert (radio.dr, radio.sf, radio.frequency_hz, radio.margin_db) == (0, 12, 867_300_000, 28.5)
    assert radio.airtime_ms == pytest.approx(1155.072), "the bandwidth is in kHz"


def test_a_real_uplink_with_hex_euis_has_its_spreading_factor_by_the_data_rate_of_europe():
    frame = parse(text(CHIRPSTACK_V3_HEX))
    assert (frame.address, frame.f_cnt, frame.payload.hex()) == ("eui:02aaaa0100000014", 28, "2003f56302000000004c5a")
    assert (frame.session, frame.received_at) == (None, None), "no DevAddr; no instant, which stands for the arrival"
    assert (frame.radio.dr, frame.radio.sf) == (0, 12)
    assert frame.radio.airtime_ms == pytest.approx(1482.752)


def test_elsewhere_a_data_rate_is_only_an_index():
    tx = {"frequency": 903_900_000, "dr": 3}
    assert parse(text(CHIRPSTACK_V3_HEX, txInfo=tx)).radio.sf is None
    fsk = {"frequency": 868_800_000, "dr": 7, "modulation": "FSK"}
    assert parse(text(CHIRPSTACK_V3_HEX, txInfo=fsk)).radio.sf is None


@pytest.mark.parametrize("eui", ["2232330000888802", "22-32-33-00-00-88-88-02", "22:32:33:00:00:88:88:02"])
def test_an_eui_is_one_device_however_it_is_written(eui):
    assert parse(text(CHIRPSTACK_V3, devEUI=eui)).address == "eui:2232330000888802"
    assert peek(text(CHIRPSTACK_V3, devEUI=eui)) == peek(text(CHIRPSTACK_V3)) == "eui:2232330000888802"


def test_a_time_of_null_is_the_time_of_publication():
    gateway = CHIRPSTACK_V3["rxInfo"][0]
    second = gateway | {"gatewayID": "647fdafffe00d228", "time": "2022-06-23T13:32:08.1Z"}
    without = text(CHIRPSTACK_V3, rxInfo=[gateway | {"time": None}])
    assert parse(without).received_at == 1_655_991_128_564
    assert parse(text(CHIRPSTACK_V3, rxInfo=[gateway | {"time": None}, second])).received_at == 1_655_991_128_100
    assert parse(text(CHIRPSTACK_V3, rxInfo=[gateway | {"time": None}], publishedAt=None)).received_at is None


def test_the_tag_names_a_codec_and_the_source_a_model():
    assert parse(text(CHIRPSTACK_V3, tags={"vigie_codec": "elsys"})).codec_tag == "elsys"
    assert parse(text(CHIRPSTACK_V3_HEX), Hints(model="wM-Bus reader")).profile == "wM-Bus reader"


def test_what_only_the_device_can_cause():
    join = parse(text(CHIRPSTACK_V3), Hints(event="join"))
    assert (join.kind, join.facts) == ("join", {"dev_addr": "012eb371"})
    assert join.radio.gateways[0].rssi_dbm == -10
    status = json.dumps({"devEUI": "IjIzAACIiAI=", "margin": 7, "batteryLevel": 75.5}).encode()
    assert parse(status, Hints(event="status")) == Heard(
        address="eui:2232330000888802", kind="status", network="chirpstack",
        facts={"margin_db": "7", "battery_pct": "75.5"},
    )  # fmt: skip
    unknown = json.dumps({"devEUI": "IjIzAACIiAI=", "batteryLevelUnavailable": True, "batteryLevel": 0}).encode()
    assert parse(unknown, Hints(event="status")).facts == {"margin_db": "0"}
    ack = json.dumps({"devEUI": "IjIzAACIiAI=", "acknowledged": True}).encode()
    assert parse(ack, Hints(event="ack")).kind == "ack"


def test_what_the_network_says_of_itself():
    assert parse(b'{"devEUI": "IjIzAACIiAI=", "acknowledged": false}', Hints(event="ack")) == PassedOver()
    for event in ("txack", "error", "location", "integration"):
        assert parse(b"{}", Hints(event=event)) == PassedOver()


def test_gateway_statistics():
    body = {
        "gatewayID": "5F8B//59p6g=", "ip": "10.0.0.2", "time": None, "location": None, "configVersion": "1.2.3",
        "rxPacketsReceived": 4, "rxPacketsReceivedOK": 3, "txPacketsReceived": 0, "txPacketsEmitted": 0,
        "metaData": {"kernel": "4.14"},
    }  # fmt: skip
    said = parse(json.dumps(body).encode(), Hints(event="stats"))
    assert isinstance(said, GatewayStats)
    assert (said.gateway, said.observed_at) == ("e45f01fffe7da7a8", None)
    assert said.facts == {
        "rx_packets": "4", "rx_packets_ok": "3", "tx_packets": "0", "tx_packets_emitted": "0",
        "config_version": "1.2.3", "metadata_kernel": "4.14",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"devEUI": "IjIzAACI"}, Reason.BAD_ENVELOPE),
        ({"devEUI": "IjIzAACIiAIA"}, Reason.BAD_ENVELOPE),  # nine bytes
        ({"devAddr": "AS6z"}, Reason.BAD_ENVELOPE),
        ({"data": "AAE"}, Reason.BAD_BASE64),
        ({"rxInfo": [{"time": "yesterday"}]}, Reason.BAD_TIME),
        ({"fCnt": "579"}, Reason.BAD_ENVELOPE),
    ],
)
def test_what_is_refused_and_why(changes, reason):
    with pytest.raises(Undecodable) as caught:
        parse(text(CHIRPSTACK_V3, **changes))
    assert caught.value.reason is reason


def test_an_event_that_chirpstack_has_not_is_refused():
    with pytest.raises(Undecodable) as caught:
        parse(text(CHIRPSTACK_V3), Hints(event="uplink"))
    assert caught.value.reason is Reason.BAD_HEADER
