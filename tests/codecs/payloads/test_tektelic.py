"""Tektelic: two tables under the same channels, keys that are not told, and values that no table lists."""

import pytest

from vigie.codecs.maker_words import judge
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

ROOM, FIELDS = "tektelic-room", "tektelic-agriculture"


def decode(codec, payload, f_port=10):
    return codecs()[codec].decode(bytes.fromhex(payload.replace(" ", "")), f_port, 0)


def read(codec, payload):
    return {PROPERTIES[one.property].name: one.value for one in decode(codec, payload).readings}


def test_0b67_is_the_processor_in_a_room_and_the_air_in_a_field():
    assert read(ROOM, "0b67ff9c") == {"device_temperature": -10}
    assert read(FIELDS, "0b67ff9c") == {"air_temperature": -10}


def test_batteries_in_hundredths_of_a_volt_in_mv_and_in_percent():
    assert read(ROOM, "00ff0169") == {"battery_voltage": 3610}
    assert read(ROOM, "00ba0e1a") == {"battery_voltage": 3610}
    assert read(ROOM, "00d35c") == {"battery_level": 92}


def test_pressure_and_co2():
    decoded = decode(ROOM, "0be401c8 0c7327a6")
    assert [one.value for one in decoded.readings] == [1015]
    assert decoded.extras == {"co2_ppm": "456"}


def test_acceleration_has_three_axes():
    assert decode(ROOM, "0771 03e8 fc18 0000").extras == {
        "acceleration_x_g": "1.0", "acceleration_y_g": "-1.0", "acceleration_z_g": "0.0",
    }  # fmt: skip


def test_soil_inputs_are_extras():
    assert decode(FIELDS, "0104056e 0202035c").extras == {"input_1_hz": "1390", "input_2_mv": "860"}


def test_settings_that_may_hold_keys_are_not_told():
    key = "00112233445566778899aabbccddeeff"
    decoded = decode(ROOM, "02" + key, 100)
    assert decoded.extras == {"settings_bytes": "17"}


def test_a_stored_record_has_no_instant_and_so_no_reading():
    decoded = decode(ROOM, "0007 0367000a", 32)
    assert decoded.readings == []
    assert decoded.extras == {"record": "7", "record_values": "0367000a"}


def test_a_value_that_no_table_lists_is_kept_with_what_follows():
    decoded = decode(ROOM, "0367000a 7f01 0102")
    assert decoded.extras == {"rest": "7f010102"}
    assert decoded.warnings == ["UNKNOWN_FIELD"]


def test_the_same_value_twice_is_one_reading():
    assert len(decode(ROOM, "0367000a 0367000b").readings) == 1


@pytest.mark.parametrize(
    ("codec", "index", "payload", "output"),
    [
        ("t000489x", 0, "0367000a046828", {"ambient_temperature": 1, "relative_humidity": 20}),
        ("t00061xx", 0, "020001", {"light_detected": 1, "port": "10", "raw": "[02, 00, 01]"}),
        ("t00061xx", 1, "0367012604683300ba0bd1",
         {"ambient_temperature": 29.4, "battery_voltage": 3.025, "port": "10", "relative_humidity": 25.5}),
        ("t00061xx", 2, "0a00ff", {"motion_event_state": 255, "port": "10"}),
    ],
)  # fmt: skip
def test_the_makers_examples_of_the_other_generations_are_equal(codec, index, payload, output):
    verdict = judge("tektelic", codec, index, 10, bytes.fromhex(payload), {"data": output})
    assert (verdict.outcome, verdict.why) == ("equal", "")


@pytest.mark.parametrize(
    ("payload", "port", "reason"),
    [
        ("", 10, Reason.TRUNCATED),
        ("03", 10, Reason.TRUNCATED),
        ("036700", 10, Reason.TRUNCATED),
        ("0771000000", 10, Reason.TRUNCATED),
        ("7f99", 10, Reason.BAD_PAYLOAD),
        ("0367000a", 11, Reason.BAD_PAYLOAD),
    ],
)
def test_what_is_no_frame_is_refused(payload, port, reason):
    with pytest.raises(Undecodable) as caught:
        decode(ROOM, payload, port)
    assert caught.value.reason == reason
