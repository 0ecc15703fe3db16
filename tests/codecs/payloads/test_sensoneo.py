"""Sensoneo: frames built from the layout, as no public one exists."""

import pytest

from vigie.codecs.registry import codecs
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Undecodable

decode = codecs()["sensoneo-single"].decode


def frame(events: int = 1, sonars: bytes = bytes((60, 61, 62, 63)), temperature: int = 18) -> bytes:
    return b"\xff\xff\x21\x05" + (12345).to_bytes(4, "little") + bytes((events,)) + sonars + bytes(
        (110, temperature % 256, 3, 7)
    )  # fmt: skip


def given(name: str, payload: bytes) -> dict[int, float]:
    return {one.channel: one.value for one in decode(payload, 1, 0).readings if one.property == BY_NAME[name].id}


def test_the_sonars_are_four_channels_in_millimetres():
    assert given("distance", frame()) == {1: 1200, 2: 1220, 3: 1240, 4: 1260}


@pytest.mark.parametrize("end", [0, 255])
def test_the_end_of_the_scale_is_no_distance(end):
    payload = frame(sonars=bytes((end, 61, end, 63)))
    assert given("distance", payload) == {2: 1220, 4: 1260}
    extras = decode(payload, 1, 0).extras
    assert (extras["sonar_1_no_echo"], extras["sonar_3_no_echo"]) == (str(end), str(end))


@pytest.mark.parametrize(("events", "fire", "tilted"), [(1, 0, 0), (2, 1, 0), (4, 0, 1), (0x86, 1, 1)])
def test_events(events, fire, tilted):
    payload = frame(events)
    assert (given("fire", payload), given("tilted", payload)) == ({0: fire}, {0: tilted})
    assert decode(payload, 1, 0).extras["events"] == f"{events:02x}"


def test_frost_battery_and_what_the_device_says_of_itself():
    decoded = decode(frame(temperature=-12), 1, 0)
    assert given("device_temperature", frame(temperature=-12)) == {0: -12}
    assert given("battery_voltage", frame()) == {0: 3600}
    assert decoded.firmware == "5"
    assert decoded.extras == {
        "type": "2", "role": "1", "sensor_number": "12345", "events": "01", "tilt_deg": "3", "event_count": "7",
    }  # fmt: skip


@pytest.mark.parametrize("payload", [frame()[:-1], frame() + b"\x00", b"\x00" + frame()[1:], b""])
def test_another_length_or_header_is_refused(payload):
    with pytest.raises(Undecodable):
        decode(payload, 1, 0)
