"""Radio facts against the formulas they stand for."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.codecs.radio import (
    airtime_ms,
    best,
    data_rate,
    esp_dbm,
    eu868_rate,
    hertz,
    lora_radio,
    margin_db,
    once_each,
)
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


def test_each_gateway_once_as_it_heard_best():
    weak, strong, other = Gateway("a", -110, -3.0), Gateway("a", -90, 5.0), Gateway("b", -100, 1.0)
    assert once_each((weak, other, strong)) == (strong, other)
    assert once_each((strong, other)) == (strong, other)
    assert once_each(()) == ()


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("SF7BW125", (7, 125_000)), ("SF12 BW125 4/5", (12, 125_000)), ("SF10BW125", (10, 125_000)),
        ("SF7BW250", (7, 250_000)), ("FSK50", (None, 0)), ("", (None, 0)), ("SF13BW125", (None, 0)),
        ("SF00BW125", (None, 0)), ("xSF7BW125", (None, 0)),
    ],
)  # fmt: skip
def test_data_rates_in_words(text, rate):
    assert data_rate(text) == rate


@given(st.text(max_size=30))
def test_any_data_rate(text):
    sf, bandwidth = data_rate(text)
    assert sf is None or (5 <= sf <= 12 and bandwidth >= 0)


def test_frequencies_are_hertz():
    assert [hertz(one) for one in (868.1, 868.2999877929688, 868_100_000, 867.9, 0, None)] == [
        868_100_000, 868_300_000, 868_100_000, 867_900_000, None, None]  # fmt: skip


def test_the_data_rate_index_follows_in_europe_only():
    def dr(sf, bandwidth, frequency):
        return lora_radio((), None, sf, bandwidth, frequency, 3).dr

    for index in range(7):
        assert dr(*eu868_rate(index), 868_100_000) == index
    assert dr(7, 125_000, 903_900_000) is None
    assert dr(7, 125_000, None) is None
    assert dr(7, 500_000, 868_100_000) is None
    assert dr(5, 125_000, 868_100_000) is None
    assert lora_radio((), 3, 7, 125_000, 868_100_000, 3).dr == 3, "what the network says goes first"
    assert [eu868_rate(one) for one in (7, 8, 15)] == [(None, 0)] * 3


def test_the_facts_of_an_uplink():
    heard = (Gateway("a", -60, -2.0), Gateway("b", -97, 7.5), Gateway("a", -61, -3.0))
    radio = lora_radio(heard, 5, 7, 125_000, 868_300_000, 3)
    assert [one.id for one in radio.gateways] == ["a", "b"]
    assert (radio.airtime_ms, radio.margin_db) == (pytest.approx(51.456), 15.0)
    assert radio.esp_dbm == pytest.approx(-97.711, abs=1e-3)
    assert lora_radio(heard, 5, 7, 125_000, 868_300_000, 3, 61.696).airtime_ms == 61.696
    bare = lora_radio((), None, None, 0, None, 0)
    assert (bare.gateways, bare.airtime_ms, bare.esp_dbm, bare.margin_db, bare.dr) == ((), None, None, None, None)
    mute = lora_radio((Gateway("a", -60),), 5, 7, 125_000, None, 3)
    assert (mute.esp_dbm, mute.margin_db) == (None, None)
