"""Parametric: directions and classes have their channels, tenths are not cut, settings are no measurement."""

import pytest

from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

PCR2, TCR, PMX = "parametric-pcr2", "parametric-tcr", "parametric-tcr-pmx"


def decode(codec, payload, f_port):
    return codecs()[codec].decode(bytes.fromhex(payload.replace(" ", "")), f_port, 0)


def read(codec, payload, f_port):
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decode(codec, payload, f_port).readings}


def test_the_tenths_of_the_temperature_are_kept():
    # the maker's codec gives 31
    assert read(PCR2, "be010400010002000300041c200ce40139", 14)["device_temperature", 0] == 31.3


def test_the_interval_is_a_count_and_the_sum_a_counter():
    found = read(PCR2, "be0104000100020003fffe1c200ce40139", 14)
    assert found["passages", 1] == 1
    assert found["passages", 2] == 2
    assert found["passages_total", 1] == 3
    assert found["passages_total", 2] == 65534


def test_version_3_has_a_battery_level_and_negative_temperatures():
    found = read(PCR2, "be01030001000200030004640ce4ffce", 14)
    assert found["battery_level", 0] == 100
    assert found["device_temperature", 0] == -5
    assert ("battery_voltage", 0) not in found


def test_the_oldest_format_in_any_order_and_with_a_rest():
    assert read(PCR2, "0a0005160003010139", 14) == read(PCR2, "1600030a0005010139", 14)
    decoded = decode(PCR2, "0a0005160003770000", 14)
    assert decoded.extras["rest"] == "770000"
    assert decoded.warnings == ["UNKNOWN_FIELD"]
    assert len(decode(PCR2, "0a00050a0006", 14).readings) == 1


@pytest.mark.parametrize(
    ("payload", "firmware", "interval"),
    [
        ("01 030200 00 00 01 000a 05a0 0000 3c", "3.2.0", "10"),
        ("be0103 01 030300 00 02 00 01 000a 05a0 0000 0000 3c", "3.3.0", "10"),
        ("be0104 01 030400 00 02 00 01 000f 05a0 0000 0000 0078 00 2d 28 0032 00c8 01 07 3c", "3.4.0", "15"),
        ("be0105 01 030a00 00 02 00 01 000a 05a0 0000 0000 0078 01 28 0032 00c8 01 07 00 3c 040101", "3.10.0", "10"),
        ("be0106 01 030b00 00 02 00 01 000a 05a0 0000 0000 0078 01 28 0032 00c8 01 07 00 3c 040101 02", "3.11.0", "10"),
    ],
)
def test_settings_of_every_version(payload, firmware, interval):
    decoded = decode(PCR2, payload, 190)
    assert decoded.readings == []
    assert decoded.warnings == []
    assert decoded.firmware == firmware
    assert decoded.extras["uplink_interval_min"] == interval
    assert decoded.extras["radar_sensitivity_percent"] == "60"


def test_the_charger_has_a_firmware_of_its_own():
    payload = "be0105 01 030a00 00 02 00 01 000a 05a0 0000 0000 0078 01 28 0032 00c8 01 07 00 3c 040101"
    assert decode(PCR2, payload, 190).extras["charger_firmware"] == "4.1.1"


@pytest.mark.parametrize(
    ("start", "battery"), [("be02020ce4", ("battery_voltage", 3300)), ("be020164", ("battery_level", 100))]
)
def test_direction_and_class_have_channels_of_their_own(start, battery):
    classes = "0001 0a 0002 14" + "0003 1e 0004 28" + "0005 32 0006 3c" + "0007 46 0008 50"
    found = read(TCR, f"{start} 12c2 0139 {classes}", 15)
    assert found[battery[0], 0] == battery[1]
    assert [found["passages", channel] for channel in range(1, 9)] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [found["mean_speed", channel] for channel in range(1, 9)] == [10, 20, 30, 40, 50, 60, 70, 80]


def test_nobody_passed_is_a_count_and_no_speed():
    found = read(TCR, "be02020ce412c20139" + "000000000106" + "000000" * 6, 15)
    assert found["passages", 1] == 0
    assert ("mean_speed", 1) not in found
    assert found["mean_speed", 2] == 6


@pytest.mark.parametrize("port", [14, 15, 16, 17])
def test_a_category_of_pmx_is_the_class_of_its_port(port):
    first = 2 * (port - 14) + 1
    assert read(PMX, "a2 0e1e 000c 12 0003 19 7b", port) == {
        ("passages", first): 12, ("mean_speed", first): 18, ("passages", first + 1): 3, ("mean_speed", first + 1): 25,
        ("battery_voltage", 0): 12300,
    }  # fmt: skip


def test_what_pmx_counts_unfiltered_is_not_counted_twice():
    decoded = decode(PMX, "a2 0e1e 000c 12 0003 19 7b", 13)
    assert [PROPERTIES[one.property].name for one in decoded.readings] == ["battery_voltage"]
    assert decoded.extras["unfiltered_left"] == "12"
    assert decoded.extras["interval_end"] == "14:30"


def test_counts_whose_layout_nobody_publishes_are_kept():
    decoded = decode(TCR, "a2000000000000000000", 16)
    assert decoded.readings == []
    assert decoded.extras == {"category": "3", "counts": "a2000000000000000000"}
    assert decoded.warnings == ["UNKNOWN_FIELD"]


def test_who_a_traffic_counter_is():
    decoded = decode(TCR, "be02 03 d2 02 00 22 05 20 01", 190)
    assert decoded.firmware == "2.2.5"
    assert decoded.extras == {"device_type": "TCR-HSS", "speed_class": "HS", "charger_firmware": "2.0.1"}
    other = decode(PMX, "d2 0c 01 01 30 02 20 01", 190)
    assert other.firmware == "3.0.2"
    assert other.extras["device_type"] == "TCR-SLI"


def test_settings_of_a_traffic_counter():
    decoded = decode(TCR, "be020200010000000000000305a00000640000010708191a313278", 190)
    assert decoded.firmware == "1.0.0"
    assert decoded.extras["uplink_interval_min"] == "3"
    assert [decoded.extras[f"class_{n}_{end}_km_h"] for n in range(4) for end in ("from", "to")] == [
        "1", "7", "8", "25", "26", "49", "50", "120",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "payload", "f_port", "reason"),
    [
        (PCR2, "be0104000100020003", 14, Reason.TRUNCATED),
        (PCR2, "be0109000100020003", 14, Reason.BAD_PAYLOAD),
        (PCR2, "be010400010002000300041c200ce40139", 2, Reason.BAD_PAYLOAD),
        (PCR2, "", 14, Reason.BAD_PAYLOAD),
        (TCR, "be0202" + "00" * 29, 15, Reason.TRUNCATED),
        (TCR, "be0204" + "00" * 30, 15, Reason.BAD_PAYLOAD),
        (PMX, "a20e1e000c12000319", 14, Reason.TRUNCATED),
        (PMX, "a20e1e000c1200031978", 18, Reason.BAD_PAYLOAD),
    ],
)
def test_what_is_no_frame_is_refused(codec, payload, f_port, reason):
    with pytest.raises(Undecodable) as caught:
        decode(codec, payload, f_port)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("codec", "payload", "port"),
    [
        (PCR2, "be010400010002000300041c200ce40139", "14"),
        (TCR, "be02020ce412c20139", "15"),
        (PMX, "a20e1e000c120003197b", "13 to 17"),
        ("terabee-people-flow-m", "000000c8000001c800", "82"),
        ("tektelic-room", "0367000a046828", "10"),
        ("talkpool-oy1110", "3e441d", "2 and 3"),
    ],
)
def test_who_names_the_wrong_port_is_told_the_right_one(codec, payload, port):
    """`vigie decode` takes port 1 where nobody says another."""
    with pytest.raises(Undecodable) as caught:
        decode(codec, payload, 1)
    assert caught.value.message.endswith(f"port {port}")
    assert len(caught.value.message) < 200
