"""The Things Stack: omitted zeros, three instants, Packet Broker, simulated uplinks."""

import json

import pytest
from lorawan_messages import TTS_V3, text

from vigie.codecs.envelopes.tts_v3 import parse, peek
from vigie.codecs.frame import Heard, Hints, PassedOver
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Gateway

IDS = TTS_V3["end_device_ids"]
UPLINK = TTS_V3["uplink_message"]


def uplink(**changes) -> bytes:
    message = {name: value for name, value in (UPLINK | changes).items() if value is not None}
    return text(TTS_V3, uplink_message=message)


def test_a_real_uplink():
    frame = parse(text(TTS_V3))
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == ("eui:70b3d52dd600035a", "27fe87f6", 14, 2)
    assert (frame.payload.hex(), frame.profile, frame.network) == ("b100001001e500d701", "mclimate/mc-button", "tts")
    assert frame.received_at == 1_744_804_453_787, "of the network server, not of the application server"
    radio = frame.radio
    assert radio.gateways == (Gateway("58a0cbfffe8052ec", -31, 9.5),)
    assert (radio.dr, radio.sf, radio.frequency_hz, radio.airtime_ms) == (5, 7, 867_700_000, 61.696)
    assert frame.extras == {"session_key_id": "aAixKtmNZUKQXd4GqpHDsw==", "network_battery_pct": "90.1186"}


def test_zeros_that_are_left_out():
    body = {"end_device_ids": IDS, "received_at": TTS_V3["received_at"], "uplink_message": {"rx_metadata": [{}]}}
    frame = parse(json.dumps(body).encode())
    assert (frame.f_cnt, frame.f_port, frame.payload, frame.extras) == (0, 0, b"", None)
    assert frame.radio.gateways == (Gateway("", 0, 0.0),)
    assert (frame.radio.sf, frame.radio.airtime_ms, frame.radio.frequency_hz) == (None, None, None)
    assert frame.received_at == 1_744_804_453_995, "then that of the application server"
    assert parse(text(TTS_V3, received_at=None, uplink_message={"f_cnt": 1})).received_at is None


def test_loss_and_simulation_are_said():
    assert parse(uplink(packet_error_rate=0.025)).extras["packet_error_rate"] == "0.025"
    assert "packet_error_rate" not in parse(uplink()).extras
    assert parse(text(TTS_V3, simulated=True)).extras["simulated"] == "1"
    assert "simulated" not in parse(text(TTS_V3)).extras


def test_packet_broker_hides_the_gateway_behind_its_own_name():
    heard = [
        {"gateway_ids": {"gateway_id": "packetbroker"}, "rssi": -111, "snr": -2.8,
         "packet_broker": {"forwarder_gateway_eui": "0015FCC23D0DD9BE", "forwarder_gateway_id": "eui-0015"}},
        {"gateway_ids": {"gateway_id": "packetbroker"}, "rssi": -119,
         "packet_broker": {"forwarder_gateway_id": "roof"}},
        {"gateway_ids": {"gateway_id": "My-Gateway"}, "rssi": -100, "snr": 1},
    ]  # fmt: skip
    names = [one.id for one in parse(uplink(rx_metadata=heard)).radio.gateways]
    assert names == ["0015fcc23d0dd9be", "roof", "my-gateway"]


def test_a_gateway_with_two_antennas_is_one():
    ids = {"gateway_ids": {"eui": "0015FCC23D0DD9BE"}}
    heard = [ids | {"antenna_index": 0, "rssi": -100, "snr": 1}, ids | {"antenna_index": 1, "rssi": -90, "snr": 4}]
    assert parse(uplink(rx_metadata=heard)).radio.gateways == (Gateway("0015fcc23d0dd9be", -90, 4.0),)


def test_without_a_dev_addr_the_session_is_the_key():
    message = text(TTS_V3, end_device_ids={"dev_eui": IDS["dev_eui"]})
    assert parse(message).session == UPLINK["session_key_id"]


def test_a_device_without_dev_eui_is_one_of_its_source():
    message = text(TTS_V3, end_device_ids={"device_id": "dev1", "dev_addr": "27FE87F6"})
    assert parse(message, Hints(source="ttn")).address == peek(message, Hints(source="ttn")) == "src:ttn:dev1"
    assert peek(message) is None
    with pytest.raises(Undecodable):
        parse(message)


def test_the_attribute_names_a_codec_and_the_source_a_model():
    assert parse(uplink(attributes={"vigie_codec": "elsys"})).codec_tag == "elsys"
    assert parse(uplink(attributes={"vigie-codec": "elsys"})).codec_tag == "elsys", "as its keys may be spelt"
    assert parse(uplink(), Hints(model="MClimate button")).profile == "MClimate button"


def test_a_join_is_a_sign_of_life():
    message = text({"end_device_ids": IDS, "join_accept": {"session_key_id": "AXBSH1Pk6Z0G166="}})
    assert parse(message) == Heard(
        address="eui:70b3d52dd600035a", kind="join", network="tts",
        facts={"dev_addr": "27fe87f6", "session_key_id": "AXBSH1Pk6Z0G166="},
    )  # fmt: skip
    assert parse(text({"end_device_ids": IDS, "downlink_ack": {"f_port": 1}})).kind == "ack"


@pytest.mark.parametrize(
    "kind", ["uplink_normalized", "downlink_nack", "downlink_sent", "downlink_failed", "downlink_queued",
             "downlink_queue_invalidated", "location_solved", "service_data"]
)  # fmt: skip
def test_what_the_network_says_of_itself(kind):
    assert parse(text({"end_device_ids": IDS, kind: {"f_port": 1}})) == PassedOver()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (text({"end_device_ids": IDS}), Reason.BAD_ENVELOPE),
        (text({"uplink_message": UPLINK}), Reason.BAD_ENVELOPE),
        (uplink(f_cnt=-1), Reason.BAD_ENVELOPE),
        (uplink(frm_payload="?"), Reason.BAD_BASE64),
        (uplink(received_at="?"), Reason.BAD_TIME),
        (uplink(settings={"frequency": "x"}), Reason.BAD_ENVELOPE),
        (text(TTS_V3, end_device_ids=IDS | {"dev_addr": "x"}), Reason.BAD_ENVELOPE),
    ],
)
def test_what_is_refused_and_why(body, reason):
    with pytest.raises(Undecodable) as caught:
        parse(body)
    assert caught.value.reason is reason


def test_an_airtime_that_cannot_be_read_is_computed():
    assert parse(uplink(consumed_airtime="?")).radio.airtime_ms == pytest.approx(56.576)
