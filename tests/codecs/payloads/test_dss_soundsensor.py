"""DSS IoT SoundSensor: samples, their instants, and the frames that are no levels."""

import pytest

from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

TWO = bytes.fromhex("7fff0f03a13c5a14887405260d0411a46d1e4791d09959d670d0443f1f34966c03118669ae2ab06a")
"""The example of the maker's JavaScript examples: two samples, 10:56:42 and 11:01:42."""
NOON = 1_795_435_200_000 // 86_400_000 * 86_400_000
"""A midnight UTC."""
HOUR, MINUTE, SECOND = 3_600_000, 60_000, 1000


def read(codec: str, payload: bytes, received_at: int = 0) -> list[tuple[str, float, int | None]]:
    decoded = codecs()[codec].decode(payload, 1, received_at)
    assert decoded.dated == any(one.observed_at is not None for one in decoded.readings)
    return [(PROPERTIES[one.property].name, one.value, one.observed_at) for one in decoded.readings]


def levels(*values: float) -> bytes:
    bits = "".join(f"{round((value - 30) * 10):010b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


@pytest.mark.parametrize(
    ("received_at", "start"),
    [
        (NOON + 11 * HOUR + 2 * MINUTE, NOON + 10 * HOUR),
        (NOON + 23 * HOUR + 2 * MINUTE, NOON + 22 * HOUR),
        (NOON + 3 * HOUR, NOON - 2 * HOUR),
        (NOON + 11 * HOUR, NOON + 10 * HOUR),  # the sensor's clock is two minutes fast
    ],
)
def test_the_clock_of_twelve_hours_is_told_by_the_arrival(received_at, start):
    instants = {at for name, _, at in read("dss-soundsensor", TWO, received_at) if name != "battery_voltage"}
    assert instants == {start + 56 * MINUTE + 42 * SECOND, start + 61 * MINUTE + 42 * SECOND}


def test_both_samples_of_the_makers_example():
    readings = read("dss-soundsensor", TWO, NOON + 12 * HOUR)
    assert ("battery_voltage", 6300, None) in readings
    assert next(value for name, value, _ in readings if name == "laf") == 36.0
    assert [name for name, _, _ in readings[1:]] == ["laf", "laeq", "lceq"] * 2
    extras = codecs()["dss-soundsensor"].decode(TWO, 1, 0).extras
    assert (extras["latitude"], extras["longitude"]) == ("52.3540076", "5.1480169")


def test_without_a_usable_arrival_the_last_sample_is_the_reading():
    for received_at in (0, -(2**62), 2**62):
        readings = read("dss-soundsensor", TWO, received_at)
        assert [name for name, _, _ in readings] == ["battery_voltage", "laf", "laeq", "lceq"]
        assert {at for _, _, at in readings} == {None}
    extras = codecs()["dss-soundsensor"].decode(TWO, 1, 0).extras
    assert extras["sample_1_lafast_db"] == "36.0"


def test_three_samples_without_instants():
    payload = b"\x40\x20" + levels(40, 50.5, 132.3)  # LAeq only
    assert read("dss-soundsensor-310", payload, NOON) == [("laeq", 132.3, None)]
    extras = codecs()["dss-soundsensor-310"].decode(payload, 1, NOON).extras
    assert extras == {"sample_1_laeq_db": "40.0", "sample_2_laeq_db": "50.5"}


def test_310_has_its_numbers_little_endian():
    stamps = (9 << 12 | 30 << 6 | 0).to_bytes(2, "little") + (9 << 12 | 31 << 6 | 0).to_bytes(2, "little")
    payload = b"\x4c\x20" + stamps + levels(40, 41)
    at = NOON + 9 * HOUR + 30 * MINUTE
    assert read("dss-soundsensor-310", payload, at + 2 * MINUTE) == [("laeq", 40, at), ("laeq", 41, at + MINUTE)]


@pytest.mark.parametrize("first", [0xFFFF, 9 << 12 | 60 << 6, 9 << 12 | 60])
def test_an_instant_that_is_none_dates_nothing(first):
    payload = b"\x4c\x20" + first.to_bytes(2, "little") + (60 << 4).to_bytes(2, "little") + levels(40, 41)
    assert read("dss-soundsensor-310", payload, NOON) == [("laeq", 41, None)]


def test_a_maximum_without_time_weighting_is_no_lafmax():
    payload = b"\x40\x0c" + levels(70, 35)
    decoded = codecs()["dss-soundsensor-310"].decode(payload, 1, 0)
    assert (decoded.readings, decoded.extras) == ([], {"lamax_db": "70.0", "lamin_db": "35.0"})


def test_no_fix_is_no_place():
    decoded = codecs()["dss-soundsensor-310"].decode(b"\x50\x20" + bytes(8) + levels(40), 1, 0)
    assert decoded.extras == {}


@pytest.mark.parametrize(
    ("codec", "payload", "reason"),
    [
        ("dss-soundsensor", "", Reason.TRUNCATED),
        ("dss-soundsensor", "40", Reason.TRUNCATED),
        ("dss-soundsensor", "4004", Reason.TRUNCATED),
        ("dss-soundsensor", "420000", Reason.TRUNCATED),
        ("dss-soundsensor", "4000", Reason.BAD_PAYLOAD),
        ("dss-soundsensor", "0200ffff", Reason.BAD_PAYLOAD),
        ("dss-soundsensor", "7ff0" + "00" * 15, Reason.BAD_PAYLOAD),
        ("dss-soundsensor-310", "", Reason.TRUNCATED),
        ("dss-soundsensor-310", "40", Reason.TRUNCATED),
        ("dss-soundsensor-310", "6000", Reason.TRUNCATED),
        ("dss-soundsensor-310", "402000", Reason.TRUNCATED),
        ("dss-soundsensor-310", "4000", Reason.BAD_PAYLOAD),
        ("dss-soundsensor-310", "0020ffff", Reason.BAD_PAYLOAD),
        ("dss-soundsensor-310", "43ff" + "00" * 15, Reason.BAD_PAYLOAD),
    ],
)
def test_refused(codec, payload, reason):
    with pytest.raises(Undecodable) as refused:
        codecs()[codec].decode(bytes.fromhex(payload), 1, 0)
    assert refused.value.reason == reason
