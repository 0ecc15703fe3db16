"""Cayenne LPP: each type once, channels that come again, and what is unknown."""

import pytest

from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

decode = codecs()["cayenne-lpp"].decode


def read(payload: str) -> tuple[list[tuple[str, int, float]], dict[str, str]]:
    decoded = decode(bytes.fromhex(payload), 1, 0)
    return [(PROPERTIES[one.property].name, one.channel, one.value) for one in decoded.readings], decoded.extras


@pytest.mark.parametrize(
    ("payload", "reading"),
    [
        ("0765ffff", ("illuminance", 7, 65535)),
        ("0767ffff", ("air_temperature", 7, -0.1)),
        ("0768c9", ("relative_humidity", 7, 100.5)),
        ("07732794", ("air_pressure", 7, 1013.2)),
        ("077459d8", ("voltage", 7, 230)),
        ("0775ffff", ("current", 7, 65.535)),
        ("077600000032", ("frequency", 7, 50)),
        ("0780ffff", ("active_power", 7, 65535)),
        ("078200000844", ("distance", 7, 2116)),
        ("0783ffffffff", ("active_energy_index", 7, 4294967295)),
    ],
)
def test_types_that_the_catalogue_has(payload, reading):
    assert read(payload) == ([pytest.approx(reading)], {})


@pytest.mark.parametrize(
    ("payload", "extras"),
    [
        ("030001", {"digital_in_3": "1"}),
        ("0301ff", {"digital_out_3": "255"}),
        ("0302ff9c", {"analog_in_3": "-1.0"}),
        ("03030064", {"analog_out_3": "1.0"}),
        ("0364ffffffff", {"generic_3": "4294967295"}),
        ("036601", {"presence_3": "1"}),
        ("037103e8fc180000",
         {"acceleration_x_3_g": "1.0", "acceleration_y_3_g": "-1.0", "acceleration_z_3_g": "0.0"}),
        ("037864", {"percentage_3": "100"}),
        ("0379fffe", {"altitude_3_m": "-2"}),
        ("037d01c5", {"concentration_3_ppm": "453"}),
        ("0384010e", {"direction_3_deg": "270"}),
        ("038565fb5f00", {"unix_3_s": "1710972672"}),
        ("03860064ff9c0000",
         {"rotation_x_3_deg_s": "1.0", "rotation_y_3_deg_s": "-1.0", "rotation_z_3_deg_s": "0.0"}),
        ("0387ff8000", {"red_3": "255", "green_3": "128", "blue_3": "0"}),
        ("038806765ff2960a0003e8", {"latitude_3": "42.3519", "longitude_3": "-87.9094", "altitude_3_m": "10.0"}),
        ("038e01", {"switch_3": "1"}),
        ("03f00a01000001000002 0304", {"line_3": "010000010000020304"}),
    ],
)  # fmt: skip
def test_types_that_are_extras(payload, extras):
    assert read(payload) == ([], extras)


def test_a_type_that_comes_again_on_its_channel_is_no_second_reading():
    readings, extras = read("016700640167006e0167007802670064010001010000")
    assert readings == [("air_temperature", 1, 10), ("air_temperature", 2, 10)]
    assert extras == {
        "air_temperature_1_again_2": "11.0", "air_temperature_1_again_3": "12.0",
        "digital_in_1": "1", "digital_in_1_again_2": "0",
    }  # fmt: skip


def test_what_is_unknown_is_kept():
    decoded = decode(bytes.fromhex("0167006402ff00"), 1, 0)
    assert (decoded.extras, decoded.warnings) == ({"rest": "02ff00"}, ["UNKNOWN_FIELD"])


@pytest.mark.parametrize("payload", ["01", "0167", "016701", "03f0", "03f00a01", "0371000000"])
def test_a_payload_that_ends_too_soon(payload):
    with pytest.raises(Undecodable) as refused:
        decode(bytes.fromhex(payload), 1, 0)
    assert refused.value.reason == Reason.TRUNCATED


@pytest.mark.parametrize("payload", ["", "01ff00", "03f00701"])
def test_no_cayenne(payload):
    with pytest.raises(Undecodable) as refused:
        decode(bytes.fromhex(payload), 1, 0)
    assert refused.value.reason == Reason.BAD_PAYLOAD


def test_ten_kilobytes_are_read_in_a_moment():
    assert len(decode(bytes.fromhex("010001") * 3400, 1, 0).extras) == 3400
