"""Dingtek: what its published examples do not show, and where its own decoders are wrong."""

import math
import struct

import pytest

from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def decode(codec, payload, f_port=3):
    return codecs()[codec].decode(bytes.fromhex(payload.replace(" ", "")), f_port, 0)


def read(codec, payload):
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decode(codec, payload).readings}


@pytest.mark.parametrize(("sign", "angle"), [("00", "30"), ("01", "-30")])
@pytest.mark.parametrize("codec", ["dingtek-df702", "dingtek-dc410"])
def test_an_angle_is_negative_only_where_the_device_says_so(codec, sign, angle):
    # the maker's codec gives -30 for both
    assert decode(codec, f"80 0001 01 11 07d0 00 19 {sign} 1e 00 00 0000 00 81").extras["angle_deg"] == angle


def test_an_angle_stands_further_behind_in_a_frame_with_a_place():
    extras = decode("dingtek-df702", "80 0001 01 19 07d0 01 cd03e942 ef272042 19 00 1e 00 00 0007 00 81").extras
    assert extras["angle_deg"] == "30"
    assert extras["frame_counter"] == "7"


def test_a_place_is_what_the_float_says():
    # the maker's codec divides the mantissa by 0x7fffff and gives 116.507430, more than half a metre further east
    extras = decode("dingtek-df702", "800001011907d001cd03e942ef272042190000000000000081").extras
    assert extras["longitude"] == f"{struct.unpack('<f', bytes.fromhex('cd03e942'))[0]:.6f}" == "116.507423"
    assert extras["latitude"] == "40.038998"


@pytest.mark.parametrize("raw", ["0000c07f", "0000807f", "ffff7f7f"])
def test_a_place_that_is_none_is_kept_as_it_came(raw):
    assert math.isnan(struct.unpack("<f", bytes.fromhex("0000c07f"))[0])
    extras = decode("dingtek-df702", f"80 0001 01 19 07d0 01 {raw} ef272042 19 00 00 00 00 0000 00 81").extras
    assert extras["longitude"] == raw


def test_fire_fill_tilt_and_battery_are_told_apart():
    frame = "80 0001 02 11 07d0 00 19 00 00 {} {} 0000 00 81"
    assert read("dingtek-df702", frame.format("01", "00"))["fire", 0] == 1
    assert read("dingtek-df702", frame.format("10", "00"))["fire", 0] == 0
    assert decode("dingtek-df702", frame.format("10", "00")).extras["full"] == "1"
    assert read("dingtek-df702", frame.format("00", "10"))["tilted", 0] == 1
    assert read("dingtek-df702", frame.format("00", "01"))["tilted", 0] == 0
    assert decode("dingtek-df702", frame.format("00", "01")).extras["battery_low"] == "1"


def test_settings_are_no_measurement():
    decoded = decode("dingtek-df702", "8000010319010418011e4b1e00000000000000000000000081")
    assert decoded.readings == []
    assert decoded.firmware == "1.4"
    assert decoded.extras["upload_interval_h"] == "24"
    assert decoded.extras["range_mm"] == "2000"


@pytest.mark.parametrize(("code", "interval"), [("01", "1 minutes"), ("3c", "60 minutes"), ("3e", "2 hours")])
def test_df530_counts_minutes_to_sixty_then_hours(code, interval):
    decoded = decode("dingtek-df530", f"8000010319 0104 {code} 001e4b1e0000000000000000000000 0081")
    assert decoded.extras["upload_interval"] == interval


def test_in_and_out_have_their_channels():
    assert read("dingtek-dc520", "80005202130003000700040000000500000181") == {
        ("passages_total", 1): 7, ("passages_total", 2): 4,
    }  # fmt: skip


def test_a_temperature_is_four_decimal_digits_behind_a_sign():
    assert read("dingtek-dt311", "800001021201a40001055057621010000181")["air_temperature", 0] == -5.5
    with pytest.raises(Undecodable) as caught:
        decode("dingtek-dt311", "800001021201a400010f5057621010000181")
    assert caught.value.reason == Reason.BAD_PAYLOAD


@pytest.mark.parametrize(
    ("payload", "f_port", "reason"),
    [
        ("800001011107d0001900000000000000", 3, Reason.TRUNCATED),  # 16 of 17 bytes
        ("800001011907d001cd03e942ef2720421900000000000081", 3, Reason.TRUNCATED),  # 24 of 25
        ("800001091107d000190000000000000081", 3, Reason.BAD_PAYLOAD),  # kind 9
        ("810001011107d000190000000000000081", 3, Reason.BAD_PAYLOAD),
        ("800001011107d000190000000000000080", 3, Reason.BAD_PAYLOAD),
        ("800001011107d000190000000000000081", 2, Reason.BAD_PAYLOAD),
        ("80", 3, Reason.TRUNCATED),
        ("", 3, Reason.TRUNCATED),
    ],
)
def test_what_is_no_frame_is_refused(payload, f_port, reason):
    with pytest.raises(Undecodable) as caught:
        decode("dingtek-df702", payload, f_port)
    assert caught.value.reason == reason
