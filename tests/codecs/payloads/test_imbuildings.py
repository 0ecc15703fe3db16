"""IMBuildings: with a head and without, what the maker's decoder reads wrongly, and what is no frame."""

import pytest

from vigie.codecs.maker_words import judge
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

PEOPLE, COMFORT = "imbuildings-people-counter", "imbuildings-comfort"


def decode(codec, payload, f_port=1):
    return codecs()[codec].decode(bytes.fromhex(payload.replace(" ", "")), f_port, 0)


def read(codec, payload, f_port=1):
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decode(codec, payload, f_port).readings}


def test_the_makers_example_in_the_collection_is_equal():
    output = {
        "device_type_identifier": 2, "device_type": "People Counter", "device_type_variant": 6,
        "device_id": "0004a30b00f0d40e", "device_status": 0, "battery_voltage": 2.56, "counter_a": 0, "counter_b": 0,
        "sensor_status": 32, "total_counter_a": 13, "total_counter_b": 10, "payload_counter": 106,
    }  # fmt: skip
    payload = bytes.fromhex("02060004a30b00f0d40e0001000000000020000d000a6a")
    verdict = judge("imbuildings", "imbuildings", 0, 1, payload, {"data": output})
    assert (verdict.outcome, verdict.why) == ("equal", "")


def test_a_frame_without_a_head_says_the_same_as_one_with_it():
    body = "0800f80003000220060305e661"
    with_head, without = decode(PEOPLE, "02060004a30b00f6b569" + body), decode(PEOPLE, body, 26)
    assert without.readings == with_head.readings
    assert with_head.extras.pop("device_number") == "0004a30b00f6b569"
    assert without.extras == with_head.extras == {
        "variant": "6", "device_status": "8", "sensor_status": "32", "frame_number": "97",
    }  # fmt: skip


def test_the_older_variant_has_no_totals():
    assert read(PEOPLE, "0205 0004a30b00f6b569 08 00f8 0003 0002 20 61") == {
        ("battery_voltage", 0): 2480, ("passages", 1): 3, ("passages", 2): 2,
    }  # fmt: skip


def test_more_than_32767_passages_stay_positive():
    assert read(PEOPLE, "20ffff8000", 27) == {("passages_total", 1): 65535, ("passages_total", 2): 32768}


def test_a_frost_is_below_zero_where_the_makers_decoder_gives_654_degrees():
    assert read(COMFORT, "ff9c11d601c200", 13)["air_temperature", 0] == -1
    assert read(COMFORT, "0103 0004a30b00f0d40e 00 0136 ff9c 11d6 01c2 01")["air_temperature", 0] == -1
    assert "below zero" in codecs()[COMFORT].defects


def test_an_answer_to_settings_is_no_measurement():
    decoded = decode(PEOPLE, "f101031e0a", 10)
    assert (decoded.readings, decoded.extras) == ([], {"settings": "031e0a"})


@pytest.mark.parametrize(
    ("codec", "payload", "port", "reason"),
    [
        (PEOPLE, "", 1, Reason.TRUNCATED),
        (PEOPLE, "0206", 1, Reason.TRUNCATED),
        (PEOPLE, "20060305", 27, Reason.TRUNCATED),
        (PEOPLE, "20060305e600", 27, Reason.BAD_PAYLOAD),
        (PEOPLE, "02060004a30b00f0d40e0001000000000020000d000a6a00", 1, Reason.BAD_PAYLOAD),
        (PEOPLE, "02040004a30b00f0d40e", 1, Reason.BAD_PAYLOAD),
        (PEOPLE, "ff9c11d601c200", 13, Reason.BAD_PAYLOAD),
        (COMFORT, "02060004a30b00f0d40e0001000000000020000d000a6a", 1, Reason.BAD_PAYLOAD),
    ],
)
def test_what_is_no_frame_is_refused(codec, payload, port, reason):
    with pytest.raises(Undecodable) as caught:
        decode(codec, payload, port)
    assert caught.value.reason == reason
