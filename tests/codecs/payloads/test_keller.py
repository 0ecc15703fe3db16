"""KELLER's ADT1 and ARC1 beyond the vectors: every connection type, NaN, settings, texts, sensors."""

import struct

import pytest

from vigie.codecs.decoder import Decoded
from vigie.codecs.maker_words import judge
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def decode(payload: str, f_port: int = 1) -> Decoded:
    return codecs()["keller"].decode(bytes.fromhex(payload), f_port, 0)


def values(decoded: Decoded) -> dict[tuple[str, int], float]:
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decoded.readings}


def measured(kind: int, *channels: int) -> Decoded:
    """A frame in which channel n (from 1) measures n."""
    mask = sum(1 << channel - 1 for channel in channels)
    floats = b"".join(struct.pack(">f", channel) for channel in sorted(channels))
    return codecs()["keller"].decode(struct.pack(">BBH", 1, kind, mask) + floats, 1, 0)


def told(decoded: Decoded) -> set[str]:
    return {PROPERTIES[one.property].name for one in decoded.readings} | set(decoded.extras)


EXAMPLES = [
    ("010300d3bf78937db800000041ae66663f78917d41be0000", 1, {
        "port": 1, "func": 1, "payload": "…", "ct": 3, "channel": "0000000011010011", "channelCount": 5,
        "P1": -0.000030517578125, "PBaro": 0.9709699749946594, "Pd (P1-PBaro)": -0.9710004925727844, "TBaro": 23.75,
        "TOB1": 21.799999237060547}),
    ("010200d23a28000041b466663f767c0741b68f5c", 1, {
        "port": 1, "func": 1, "payload": "…", "ct": 2, "channel": "0000000011010010", "channelCount": 4,
        "P1": 0.000640869140625, "PBaro": 0.9628300070762634, "TBaro": 22.81999969482422, "TOB1": 22.549999237060547}),
    ("0c011300132600000001254d4fca40a4fc2b0d10", 4, {
        "port": 4, "func": 12, "payload": "…", "battery_voltage": 5.155782222747803, "battery_capacity_percentage": 13,
        "humidity_percentage": 16, "class_group_text": "19.00", "sw_version_text": "19.38", "serial_number": 1,
        "device_local_datetime": "2019-10-31 07:54:50"}),
]  # fmt: skip
"""Of the maker's decoder and of the collection lorawan-devices."""


@pytest.mark.parametrize(("payload", "f_port", "data"), EXAMPLES)
def test_the_makers_own_examples(payload, f_port, data):
    verdict = judge("keller", "keller", 99, f_port, bytes.fromhex(payload), {"data": data})
    assert (verdict.outcome, verdict.why) == ("equal", "")


TYPES = {
    0: (6, {"water_temperature"}, {0, 1, 2}),
    1: (6, {"water_temperature"}, {0, 1, 2}),
    2: (8, {"water_temperature", "air_pressure", "device_temperature"}, {0, 1, 2}),
    3: (8, {"water_temperature", "air_pressure", "device_temperature"}, {0, 1, 2}),
    4: (10, {"air_pressure", "voltage_input_1_v", "voltage_input_2_v"}, {0, 1, 2}),
    5: (10, {"air_pressure", "voltage_input_1_v", "voltage_input_2_v"}, {0, 1, 2}),
    6: (15, {"air_pressure", "counter_input"}, {0, 1, 2, 11, 21, 31, 41}),
    7: (15, {"air_pressure", "device_temperature", "voltage_input_1_v", "sdi12_1", "sdi12_10"}, set()),
    8: (15, {"water_temperature", "air_pressure", "voltage_input_2_v", "counter_input"}, {1, 11, 21, 31, 41}),
    9: (12, {"conductivity", "conductivity_raw_ms_cm"}, {0, 1, 2}),
    10: (12, {"conductivity", "conductivity_raw_ms_cm"}, {0, 1, 2}),
    11: (15, {"conductivity", "water_temperature", "counter_input"}, {1, 11, 21}),
    12: (15, {"aquamaster_flow", "aquamaster_pressure", "aquamaster_supply_voltage"}, {0, 1, 2}),
    13: (13, {"water_temperature", "counter_input"}, {1, 2, 11, 12}),
}  # fmt: skip
"""Connection type -> number of its last channel, some of what it measures, channels of water_pressure."""


@pytest.mark.parametrize("kind", TYPES)
def test_each_connection_type_has_its_channels(kind):
    last, some, pressures = TYPES[kind]
    channels = range(2 if kind == 7 else 1, last + 1)
    decoded = measured(kind, *channels)
    assert some <= told(decoded)
    assert {place for name, place in values(decoded) if name == "water_pressure"} == pressures
    assert decoded.warnings == []
    assert len(decoded.readings) + len(decoded.extras) == len(channels) + 2, "each in a place of its own"
    beyond = measured(kind, last + 1)
    assert beyond.extras[f"channel_{last + 1}"] == f"{last + 1}.0"
    assert beyond.warnings == ["UNKNOWN_FIELD"]


def test_the_first_channel_of_type_7_is_not_used_where_the_makers_javascript_begins_with_it():
    assert values(measured(7, 2, 3)) == {("air_pressure", 0): 2000, ("device_temperature", 0): 3}
    assert measured(7, 1).warnings == ["UNKNOWN_FIELD"]


def test_five_probes_are_five_channels():
    decoded = measured(8, *range(1, 16))
    assert {place: value for (name, place), value in values(decoded).items() if name == "water_temperature"} == {
        0: 2, 1: 4, 2: 6, 3: 8, 4: 10,
    }  # fmt: skip


@pytest.mark.parametrize("kind", [0, 3, 5, 9, 12])
def test_pressures_come_in_bar_the_difference_on_channel_0_and_the_ports_on_theirs(kind):
    found = {place: value for (name, place), value in values(measured(kind, 1, 2, 3)).items()}
    assert found == {0: 1000, 1: 2000, 2: 3000}


def test_a_pressure_that_is_not_measured_names_its_port():
    assert decode("01000007" + "3f800000" + "ffffffff" + "ffffffff").extras["absent"] == (
        "water_pressure_1,water_pressure_2"
    )  # fmt: skip


def test_an_air_pressure_is_no_pressure_of_the_water():
    assert values(measured(3, 7)) == {("air_pressure", 0): 7000}


def test_conductivities_come_in_millisiemens():
    assert values(measured(11, 3, 7, 11)) == {
        ("conductivity", 0): 3000, ("conductivity", 1): 7000, ("conductivity", 2): 11000,
    }  # fmt: skip


@pytest.mark.parametrize("nan", ["ffffffff", "7fc00000", "7f800000"])
def test_what_is_not_measured_is_absent_where_the_makers_decoder_gives_a_huge_number(nan):
    decoded = decode("010200d3" + nan + "3c772cac" + nan + "3f7170f841aacccd")
    assert decoded.extras["absent"] == "water_pressure,water_temperature"
    assert set(values(decoded)) == {("water_pressure", 1), ("air_pressure", 0), ("device_temperature", 0)}
    assert "NaN" in codecs()["keller"].defects


def test_an_alarm_is_a_measurement_that_says_so():
    payload = "010200d23a28000041b466663f767c0741b68f5c"
    assert "alarm" not in decode(payload, 1).extras
    assert decode(payload, 2).extras["alarm"] == "1"
    assert values(decode(payload, 2)) == values(decode(payload, 1))


def test_the_information_message_tells_firmware_and_battery():
    decoded = decode("0c011300132f000000642576afaa4098b368631d", 4)
    assert decoded.firmware == "19.47"
    assert values(decoded) == {
        ("battery_voltage", 0): pytest.approx(4771.9, abs=0.1), ("battery_level", 0): 99,
    }  # fmt: skip
    assert decoded.extras == {
        "device_class": "19.00", "serial_number": "100", "device_local_time": "2019-12-01 17:06:50",
        "device_humidity_percent": "29",
    }  # fmt: skip


def test_settings_are_told_by_their_names():
    one_by_one = decode("1f011302000313042f0dff0e000f00100115051603", 3).extras
    assert one_by_one["setting_firmware_week"] == "47"
    assert one_by_one["setting_radio_region"] == "5"
    stream = decode("20011300132f0d010301000500d3ff000001630105010503", 3)
    assert values(stream) == {("battery_level", 0): 99}
    assert stream.extras["setting_connection_type"] == "3"
    assert stream.extras["setting_channels_low"] == "211"


def test_settings_of_32_bits_and_floats():
    words = decode("340100000064257660380000002525766b51254ad8302577845f0000000000000e10000151800001518000000000"
                   "00000000", 3).extras  # fmt: skip
    assert words["setting_serial_number"] == "100"
    assert words["setting_time"] == "2019-12-01 11:27:52"
    assert words["setting_next_event_time"] == "none"
    assert words["setting_measurement_interval_s"] == "3600"
    floats = decode("3d1941dcf695183f9e0610", 3)
    assert values(floats) == {("battery_voltage", 0): pytest.approx(1234.56, abs=1e-4)}
    assert float(floats.extras["setting_humidity_percent"]) == pytest.approx(27.6204, abs=1e-4)
    some = decode("3e013f8000003f8000003f800000ffffffff", 3).extras
    assert (some["setting_alarm_on"], some["absent"]) == ("1.0", "setting_event_on")


def test_texts_are_told_but_not_the_keys():
    names = decode("480001312e302e3032ff30303944364230303030433544333832ff37304233443537454430303234364134ff", 5).extras
    assert names == {
        "setting_firmware": "1.0.02", "setting_dev_eui": "009D6B0000C5D382", "setting_app_eui": "70B3D57ED00246A4",
    }  # fmt: skip
    keys = decode(
        "4800043331433439344337444644383746303333353546444530413731453842353732ff3236303132314336ff", 5
    ).extras
    assert keys == {"setting_application_key": "not told", "setting_device_address": "260121C6"}
    assert decode("48030333443537454430303234364134ff", 5).extras == {"setting_app_eui_from_3": "3D57ED00246A4"}
    assert decode("470001312eff00053236ff", 5).extras == {"setting_firmware": "1.", "setting_device_address": "26"}


def test_sensors():
    assert decode("51010105140c1c000ceba1", 5).extras == {
        "sensors": "1", "sensor_class": "05.20", "sensor_firmware": "12.28", "sensor_serial": "846753",
    }  # fmt: skip
    assert decode("5101020407014415740000000041f00000", 5).extras == {
        "sensors": "1", "sensor_id": "67567940", "sensor_scaling": "5492", "sensor_lowest_bar": "0.0",
        "sensor_highest_bar": "30.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("", Reason.TRUNCATED), ("0103", Reason.TRUNCATED), ("01030001000000", Reason.TRUNCATED),
        ("01030000", Reason.BAD_PAYLOAD), ("010300010000000000", Reason.BAD_PAYLOAD), ("0c01", Reason.TRUNCATED),
        ("1f01", Reason.TRUNCATED), ("3301000000", Reason.TRUNCATED), ("510103", Reason.BAD_PAYLOAD),
        ("470001ff0005", Reason.TRUNCATED), ("02", Reason.BAD_PAYLOAD),
    ],
)  # fmt: skip
def test_what_is_no_frame_is_refused(payload, reason):
    with pytest.raises(Undecodable) as refused:
        decode(payload)
    assert refused.value.reason is reason
