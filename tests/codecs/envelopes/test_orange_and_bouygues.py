"""Orange Live Objects and Bouygues Objenious SPOT: figures of the best gateway only, payloads beside decoded values."""

import json

import pytest
from lorawan_messages import EUI, LIVE_OBJECTS, SPOT, text

from vigie.codecs.envelopes import live_objects, spot
from vigie.codecs.frame import Heard, Hints, PassedOver
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Gateway


def orange(**changes) -> bytes:
    """The message with fields of metadata.network.lora changed; None takes one out."""
    lora = LIVE_OBJECTS["metadata"]["network"]["lora"] | changes
    lora = {name: value for name, value in lora.items() if value is not None}
    return text(LIVE_OBJECTS, metadata=LIVE_OBJECTS["metadata"] | {"network": {"lora": lora}})


def test_a_real_message_of_live_objects():
    frame = live_objects.parse(text(LIVE_OBJECTS))
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == ("eui:70b3d59ba0009832", None, 1, 5)
    assert (frame.payload.hex(), frame.profile, frame.codec_tag) == ("6d011f0179", "sonde_test_num2", None)
    assert frame.received_at == 1_571_833_964_546, "of the network, not when the platform made the record"
    assert frame.radio.gateways == (Gateway("", -99, 7.0),)
    assert (frame.radio.sf, frame.radio.frequency_hz) == (12, None)
    assert frame.radio.esp_dbm == pytest.approx(-99.79, abs=1e-2), "as Live Objects' esp"
    assert frame.extras == {
        "gateway_count": "1", "signal_level": "5", "network_lat": "49.8527", "network_lon": "3.28297",
        "network_accuracy_m": "10000",
    }  # fmt: skip


def test_the_eui_may_stand_in_the_stream_only():
    body = orange(devEUI=None)
    assert live_objects.parse(body).address == live_objects.peek(body) == "eui:70b3d59ba0009832"


def test_what_queued_for_days_keeps_the_instant_of_the_network():
    assert live_objects.parse(text(LIVE_OBJECTS, created="2019-10-30T12:00:00Z")).received_at == 1_571_833_964_546
    assert live_objects.parse(text(LIVE_OBJECTS, timestamp=None)).received_at == 1_571_833_968_011
    assert live_objects.parse(text(LIVE_OBJECTS, timestamp=None, created=None)).received_at is None


def test_the_tag_names_a_codec_and_the_source_a_model():
    assert live_objects.parse(text(LIVE_OBJECTS, tags=["a", "vigie_codec=elsys"])).codec_tag == "elsys"
    assert live_objects.parse(text(LIVE_OBJECTS), Hints(model="Sonde")).profile == "Sonde"


def test_a_join_of_live_objects():
    said = live_objects.parse(orange(messageType="JOIN_REQUEST"))
    assert (said.address, said.kind) == ("eui:70b3d59ba0009832", "join")
    assert said.radio.gateways == (Gateway("", -99, 7.0),)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{}", Reason.BAD_ENVELOPE),
        (text(LIVE_OBJECTS, metadata={"connector": "mqtt"}), Reason.BAD_ENVELOPE),
        (text(LIVE_OBJECTS, streamId="urn:lo:nsid:sms:1", metadata={"network": {"lora": {}}}), Reason.BAD_ENVELOPE),
        (text(LIVE_OBJECTS, value={"payload": "6d0"}), Reason.BAD_ENVELOPE),
        (text(LIVE_OBJECTS, timestamp="?"), Reason.BAD_TIME),
        (orange(fcnt="1"), Reason.BAD_ENVELOPE),
    ],
)
def test_what_live_objects_is_refused(body, reason):
    with pytest.raises(Undecodable) as caught:
        live_objects.parse(body)
    assert caught.value.reason is reason


def test_a_message_of_spot():
    frame = spot.parse(text(SPOT))
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == (f"eui:{EUI}", "0e00a1b2", 21, 1)
    assert (frame.payload.hex(), frame.received_at) == ("01755c", 1_462_377_686_572)
    assert frame.radio.gateways == (Gateway("", -110, -3.2),)
    assert (frame.radio.sf, frame.radio.margin_db) == (12, pytest.approx(16.8))
    assert frame.extras == {
        "network_lat": "48.64332", "network_lon": "2.34123", "noise_dbm": "-107.1", "signal_dbm": "-114.9",
    }  # fmt: skip


def test_the_codec_and_model_of_spot():
    device = {"deveui": EUI, "vigie_codec": "elsys"}
    assert spot.parse(text(SPOT, device_properties=device)).codec_tag == "elsys"
    assert spot.parse(text(SPOT, profile_id=7)).profile == "7"
    assert spot.parse(text(SPOT, profile_id=7), Hints(model="Sonde")).profile == "Sonde"


def test_a_join_of_spot():
    assert spot.parse(text(SPOT, type="join", payload_cleartext=None)) == Heard(
        address=f"eui:{EUI}", kind="join", network="spot", facts={"dev_addr": "0e00a1b2"},
        radio=spot.parse(text(SPOT, type="join", payload_cleartext=None)).radio,
    )  # fmt: skip


def test_what_spot_says_of_itself():
    for kind in ("downlink", "external"):
        assert spot.parse(text(SPOT, type=kind)) == PassedOver()


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"payload_cleartext": None}, "AppSKey"),
        ({"payload_cleartext": ""}, "AppSKey"),
        ({"payload_cleartext": "0"}, "not hex"),
        ({"type": "other"}, "external"),
        ({"protocol_data": {"DevAddr": "x"}}, "DevAddr"),
    ],
)
def test_what_spot_is_refused(changes, match):
    with pytest.raises(Undecodable, match=match) as caught:
        spot.parse(text(SPOT, **changes))
    assert (caught.value.reason, caught.value.address) == (Reason.BAD_ENVELOPE, f"eui:{EUI}")


def test_decoded_values_named_like_fields_of_the_envelope_fool_nobody():
    value = {
        "payload": "6d011f0179",
        "devEUI": "ffffffffffffffff",
        "metadata": {"network": {"lora": {"devEUI": "f" * 16}}},
    }
    assert live_objects.peek(text(LIVE_OBJECTS, value=value)) == "eui:70b3d59ba0009832"
    decoded = [{"data": {"device_properties": {"deveui": "f" * 16}}}]
    assert spot.peek(text(SPOT, payload=decoded)) == f"eui:{EUI}"
    assert spot.peek(json.dumps({"payload": decoded}).encode()) is None
