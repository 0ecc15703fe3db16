"""Adeunis Comfort and Temp: periods before are told without instants, absent probes without values."""

import pytest

from vigie.codecs.maker_words import judge
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def decoded(model: str, payload: str):
    return codecs()[f"adeunis-{model}"].decode(bytes.fromhex(payload), 1, 1_700_000_000_000)


def told(model: str, payload: str):
    found = decoded(model, payload)
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in found.readings}, found.extras


def test_periods_before_have_no_instant_and_are_extras():
    found = decoded("comfort", "4c2000c51f00c72000c82100ca2200cc2300cd24")
    assert [one.observed_at for one in found.readings] == [None, None]
    assert not found.dated
    assert found.extras["air_temperature_history"] == "19.9 20.0 20.2 20.4 20.5"
    assert found.extras["relative_humidity_history"] == "32 33 34 35 36"


def test_a_probe_that_is_not_there_is_no_temperature():
    """The maker tells it as -3276.8 °C."""
    readings, extras = told("temp-3", "5710800001b2")
    assert readings == {("air_temperature", 1): 43.4}
    assert extras["probe_1"] == "absent"
    assert told("temp-3", "570001b3800001b201b1")[1]["air_temperature_1_history"] == "- 43.4 43.3"
    assert told("temp", "43401100f4200000")[1]["probe_2"] == "deactivated"
    assert told("temp", "43400100f4028000")[1]["probe_2"] == "absent"


def test_a_humidity_over_a_hundred_is_none():
    readings, extras = told("comfort", "4c0000c8ff")
    assert readings == {("air_temperature", 0): 20.0}
    assert extras["relative_humidity_invalid"] == "255"


def test_a_timestamp_is_told_as_the_device_says_it():
    readings, extras = told("temp-4", "570401b3800001b201b114aba3e9")
    assert readings == {("air_temperature", 0): 43.5}
    assert extras["timestamp"] == "2023-12-28T19:22:17.000"
    assert "timestamp" not in told("temp-3", "570001b3")[1]
    assert told("comfort-2", "4d1411010832" + "14aba3e9")[1]["timestamp"] == "2023-12-28T19:22:17.000"


@pytest.mark.parametrize(
    ("model", "payload", "alarms"),
    [
        ("comfort", "4d0010010832", {"alarm_temperature": "1", "alarm_humidity": "0"}),
        ("comfort", "4d0001010832", {"alarm_temperature": "0", "alarm_humidity": "1"}),
        ("temp-3", "5880010032", {"alarm_1": "high"}),
        ("temp-3", "5890000028020032", {"alarm_1": "none", "alarm_2": "low"}),
        ("temp", "43581100f421ffd8", {"probe_1_alarm": "1", "probe_2_alarm": "1"}),
    ],
)
def test_alarms(model, payload, alarms):
    readings, extras = told(model, payload)
    assert readings
    assert extras | alarms == extras


@pytest.mark.parametrize(
    ("model", "payload", "settings"),
    [
        ("comfort", "100021c000030002012c", {"keep_alive_s": "86400", "sampling_period_s": "600", "period_s": "1200"}),
        ("temp-4", "101021c000030002070800", {"periods_per_frame": "3", "period_s": "7200", "redundant_samples": "0"}),
        ("temp", "102090011003200102010a", {"mode": "test", "keep_alive_s": "2880", "sampling_period_s": "100"}),
        ("temp", "1160012c0a00321404", {"probe": "1", "threshold_high_c": "30.0", "hysteresis_low_c": "2.0"}),
        ("temp", "1280012c0a003214", {"probe": "2", "threshold_low_c": "5.0"}),
    ],
)
def test_settings(model, payload, settings):
    readings, extras = told(model, payload)
    assert not readings
    assert extras | settings == extras


@pytest.mark.parametrize(("model", "payload"), [("temp-3", "3010000a"), ("comfort-2", "4c04aba3"), ("temp", "434011")])
def test_a_frame_cut_short_is_refused(model, payload):
    with pytest.raises(Undecodable) as caught:
        decoded(model, payload)
    assert caught.value.reason is Reason.TRUNCATED


STATUS = {
    "frameCounter": 4, "hardwareError": False, "lowBattery": True, "configurationDone": False,
    "configurationInconsistency": False, "timestamp": True,
}  # fmt: skip
EXAMPLES = [
    ("temp", "579601b3ff9c01f4ffff14aba3e9", {"configuration2ChannelsActivated": True}, {
        "temperatures": [{"name": "temperature 1", "unit": "°C", "values": [43.5, 50]},
                         {"name": "temperature 2", "unit": "°C", "values": [-10, -0.1]}]}),
    ("comfort", "4c9600c51f00c72000c82100ca2200cc2300cd2414aba3e9", {}, {
        "temperature": {"unit": "°C", "values": [19.7, 19.9, 20, 20.2, 20.4, 20.5]},
        "humidity": {"unit": "%", "values": [31, 32, 33, 34, 35, 36]}}),
]  # fmt: skip
"""Of TheThingsNetwork/lorawan-devices, vendor/adeunis."""


@pytest.mark.parametrize(("codec", "payload", "status", "values"), EXAMPLES)
def test_the_makers_examples_are_equal(codec, payload, status, values):
    said = {
        "type": "data",
        "status": STATUS | status,
        "timestamp": "2023-12-28T19:22:17.000",
        "decodingInfo": "…",
        **values,
    }
    verdict = judge("adeunis", codec, 0, 1, bytes.fromhex(payload), {"data": {"bytes": said}})
    assert (verdict.outcome, verdict.why) == ("equal", "")
