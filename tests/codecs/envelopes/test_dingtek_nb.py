"""Dingtek's binary frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.codecs.envelopes.dingtek_nb import parse, peek
from vigie.codecs.frame import Frame, Refused
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def short(error: Undecodable) -> None:
    """A refusal that a person can read."""
    assert error.reason is not Reason.INTERNAL_ERROR
    assert 0 < len(error.message) < 200


PERIODIC = "800001011e0692001a00000000016e008027c40001186962703655111781"
ALARM_WITH_PLACE = "8000010226064901cd03e942ef2720421bff071001015f008054c40001186882104303887681"
SETTINGS = "800001031e020e180a1e4b1e12480104201569340000000018696270365511" + "1781"


def values(frame: Frame) -> dict[str, float]:
    return {PROPERTIES[one.property].name: one.value for one in frame.decoded.readings}


def test_the_makers_example():
    [frame] = parse(bytes.fromhex(PERIODIC))
    assert frame.address == "imei:869627036551117"
    assert values(frame) == {
        "distance": 1682, "device_temperature": 26, "fire": 0, "tilted": 0, "battery_voltage": 3660,
    }  # fmt: skip
    assert frame.cell.rsrp_dbm == -67.0, "the modem tells tenths"
    assert frame.extras == {"sequence": "1"}
    assert frame.decoded.extras["tilt_deg"] == "0"
    assert parse(PERIODIC.upper().encode()) == [frame]


def test_an_alarm_with_a_place():
    [frame] = parse(bytes.fromhex(ALARM_WITH_PLACE))
    assert frame.address == "imei:868821043038876"
    assert values(frame) == {
        "distance": 1609, "device_temperature": 27, "fire": 0, "tilted": 0, "battery_voltage": 3510,
    }  # fmt: skip
    assert frame.decoded.extras["longitude_deg"] == "116.507423"
    assert frame.decoded.extras["latitude_deg"] == "40.038998"
    assert frame.decoded.extras["tilt_deg"] == "-7"
    assert frame.decoded.extras["full_alarm"] == "1"
    assert frame.decoded.extras["battery_alarm"] == "1"
    assert frame.cell.rsrp_dbm == -85.0


def test_settings_are_extras():
    body = bytes.fromhex(SETTINGS)
    body = body[:4] + bytes([len(body)]) + body[5:]
    [frame] = parse(body)
    assert frame.decoded.firmware == "2.14"
    assert frame.decoded.extras["upload_interval"] == "24"
    assert frame.decoded.readings == []


def test_several_frames_and_a_damaged_one():
    good = bytes.fromhex(PERIODIC)
    assert len(parse(good + good)) == 2
    said = parse(good + good[:20])
    assert [type(one) for one in said] == [Frame, Refused]
    assert said[1].reason is Reason.TRUNCATED
    other = bytes.fromhex(ALARM_WITH_PLACE)
    assert peek(good + good) == "imei:869627036551117"
    assert peek(good + other) is None


def test_frames_that_are_none():
    good = bytes.fromhex(PERIODIC)
    for body, reason in (
        (b"", Reason.TRUNCATED), (good[:-1], Reason.TRUNCATED), (b"\x81" + good[1:], Reason.NOT_WELL_FORMED),
        (good[:-1] + b"\x00", Reason.NOT_WELL_FORMED), (good[:2] + b"\x16" + good[3:], Reason.NO_CODEC),
        (good[:21] + b"\xff" + good[22:], Reason.NOT_WELL_FORMED),
        (good[:7] + b"\x01" + good[8:], Reason.NOT_WELL_FORMED),
        (good[:3] + b"\x09" + good[4:], Reason.NOT_WELL_FORMED),
    ):  # fmt: skip
        with pytest.raises(Undecodable) as caught:
            parse(body)
        assert caught.value.reason is reason, caught.value.message


def test_a_power_that_cannot_be_is_an_extra():
    good = bytes.fromhex(PERIODIC)
    [frame] = parse(good[:15] + bytes.fromhex("00805444") + good[19:])  # +850
    assert frame.cell.rsrp_dbm is None
    assert frame.decoded.extras["rsrp_raw"] == "00805444"


@given(st.binary(max_size=80), st.integers(0, 30))
def test_any_bytes(tail, kept):
    body = bytes.fromhex(PERIODIC)[:kept] + tail
    peek(body)
    try:
        said = parse(body)
    except Undecodable as error:
        short(error)
        return
    for one in said:
        if isinstance(one, Frame):
            assert all(type(reading.value) is float for reading in one.decoded.readings)
