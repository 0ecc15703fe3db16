"""Elsys beyond the vectors: types that no packaged example has, repeated types, settings."""

import pytest

from vigie.codecs.decoder import Decoded
from vigie.codecs.maker_words import judge
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def decode(payload: str, f_port: int = 5) -> Decoded:
    return codecs()["elsys"].decode(bytes.fromhex(payload), f_port, 0)


def values(decoded: Decoded) -> dict[tuple[str, int], float]:
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decoded.readings}


TEMPERATURE_HUMIDITY = {"temperature": 22.6, "humidity": 41}
EXAMPLES = {
    "ems": ("0100e2022903012705" + "0a1101" + "1211" + "0a2111",
            TEMPERATURE_HUMIDITY | {"x": 1, "y": 39, "z": 5, "pulse1": 8465, "waterleak": 17}),
    "ems-desk": ("0100e20229030127051102", TEMPERATURE_HUMIDITY | {"x": 1, "y": 39, "z": 5, "occupancy": 2}),
    "ems-door": ("030127050a11010b000a0011", {"x": 1, "y": 39, "z": 5, "pulse1": 4353, "pulseAbs": 655377}),
    "ems-lite": ("0100e202291211", TEMPERATURE_HUMIDITY | {"waterleak": 17}),
    "ers-co2": ("0100e202290400270506060308", TEMPERATURE_HUMIDITY | {"light": 39, "motion": 6, "co2": 776}),
    "ers-sound": ("0100e202290400270506150101",
                  TEMPERATURE_HUMIDITY | {"light": 39, "motion": 6, "soundPeak": 1, "soundAvg": 1}),
}  # fmt: skip
"""Of the collection lorawan-devices, as its authors wrote them."""


@pytest.mark.parametrize("codec", EXAMPLES)
def test_the_makers_own_examples(codec):
    payload, data = EXAMPLES[codec]
    verdict = judge("elsys", codec, 0, 1, bytes.fromhex(payload), {"data": data})
    assert (verdict.outcome, verdict.why) == ("equal", "")


def test_absolute_pulses_stay_positive_where_the_maker_gives_negative_ones():
    assert decode("0b80000001").extras == {"pulses_absolute_1": "2147483649"}
    assert decode("17ffffffff").extras == {"pulses_absolute_2": "4294967295"}
    assert "negative" in codecs()["elsys"].defects
    theirs = judge("elsys", "elsys", 99, 5, bytes.fromhex("0b80000001"), {"data": {"pulseAbs": -2147483647}})
    assert theirs.outcome == "unequal"


def test_further_probes_are_channels_of_their_own():
    decoded = decode("0c00961900a01900aa19ffce")
    assert values(decoded) == {
        ("air_temperature", 1): 15, ("air_temperature", 2): 16, ("air_temperature", 3): 17, ("air_temperature", 4): -5,
    }  # fmt: skip
    verdict = judge(
        "elsys", "elsys", 99, 5, bytes.fromhex("1900a01900aa"), {"data": {"externalTemperature2": [16, 17]}}
    )
    assert verdict.outcome == "equal"


def test_a_type_that_comes_again_is_one_reading_and_what_was_before_is_kept():
    decoded = decode("0100e20100e3022902280506" + "0507")
    assert values(decoded) == {("air_temperature", 0): 22.7, ("relative_humidity", 0): 40}
    assert decoded.extras == {"motion": "7", "repeated": "air_temperature=22.6,relative_humidity=41.0,motion=6"}


def test_settings_and_what_is_for_the_maker_are_kept():
    assert decode("3e0401020304", f_port=6).extras == {"settings": "0401020304"}
    decoded = decode("0100e23d010203043eff00")
    assert (decoded.extras, decoded.warnings) == ({"debug": "01020304", "settings": "ff00"}, [])
    assert values(decoded) == {("air_temperature", 0): 22.6}


def test_a_position_is_told_in_degrees_and_as_it_came():
    decoded = decode("09" + (634_512).to_bytes(3, "little").hex() + (-12_345).to_bytes(3, "little", signed=True).hex())
    assert decoded.extras == {"position": "90ae09c7cfff", "latitude_deg": "63.4512", "longitude_deg": "-1.2345"}


def test_infrared_temperatures_are_degrees():
    assert decode("1000e1ffce").extras == {"infrared_inner_c": "22.5", "infrared_outer_c": "-5.0"}


def test_the_types_of_the_document_that_no_example_has():
    decoded = decode("0600aa" + "1800ff" + "1a01" + "1bffffffff" + "1c0102" + "0f03" + "1201")
    assert decoded.extras == {
        "co2_ppm": "170", "analog_2_mv": "255", "digital_2": "1", "analog_uv": "-1", "tvoc_ppb": "258",
        "motion_by_acceleration": "3", "leak": "1",
    }  # fmt: skip
    assert decode("13" + "15" * 65).extras == {"grid_eye": "15" * 65}


@pytest.mark.parametrize("payload", ["01", "1300", "0900", "10000000", "3d00", "1501", "0b000000"])
def test_a_value_that_is_cut_off_is_truncated(payload):
    with pytest.raises(Undecodable) as refused:
        decode("0229" + payload)
    assert refused.value.reason is Reason.TRUNCATED


def test_an_unknown_type_ends_the_reading_and_the_rest_is_kept():
    decoded = decode("0229" + "7f0102")
    assert (decoded.extras, decoded.warnings) == ({"rest": "7f0102"}, ["UNKNOWN_FIELD"])
