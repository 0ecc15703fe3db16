"""Radio facts against the formulas they stand for."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.codecs.radio import airtime_ms, best, esp_dbm, margin_db
from vigie.topics.uplink import Gateway


@pytest.mark.parametrize(
    ("sf", "payload_bytes", "expected_ms"),
    [
        # Semtech's calculator: 8 symbols of preamble, explicit header, CRC, coding rate 4/5, 125 kHz;
        # frame = 13 bytes of LoRaWAN + payload
        (7, 10, 61.696),
        (8, 10, 113.152),
        (9, 10, 205.824),
        (10, 10, 370.688),
        (11, 10, 823.296),
        (12, 10, 1482.752),
        (7, 0, 46.336),
        (7, 51, 118.016),
        (12, 51, 2793.472),
    ],
)
def test_airtime(sf, payload_bytes, expected_ms):
    assert airtime_ms(sf, 125_000, payload_bytes) == pytest.approx(expected_ms)


@given(st.integers(5, 12), st.integers(1, 2**40), st.integers(0, 255))
def test_airtime_rises_with_the_payload_and_is_finite(sf, bandwidth, payload_bytes):
    one = airtime_ms(sf, bandwidth, payload_bytes)
    assert math.isfinite(one)
    assert 0 <= one <= airtime_ms(sf, bandwidth, payload_bytes + 8)


@given(st.integers(-999, 999), st.floats(-999, 999))
def test_expected_signal_power_is_below_both(rssi, snr):
    power = esp_dbm(rssi, snr)
    assert math.isfinite(power)
    assert power <= rssi + 1e-9, "the signal is no stronger than all that was received"
    assert power <= rssi + snr + 1e-9


def test_expected_signal_power():
    assert esp_dbm(-100, 0.0) == pytest.approx(-103.0103)
    assert esp_dbm(-100, 20.0) == pytest.approx(-100.0432, abs=1e-4)


def test_margin():
    assert margin_db(12, -15.0) == 5.0
    assert margin_db(7, -7.5) == 0.0
    assert margin_db(None, 3.0) is None
    assert margin_db(13, 3.0) is None


def test_best_gateway_is_that_of_the_best_snr_then_power():
    far, near = Gateway("far", -110, 5.0), Gateway("near", -80, 5.0)
    loud, mute = Gateway("loud", -60, -3.0), Gateway("mute", -50, None)
    assert best((far, near, loud, mute)) is near
    assert best((mute, loud)) is loud
    assert best((mute,)) is mute
    assert best(()) is None
