"""One physical uplink comes to the same frame, whichever network server tells of it."""

import pytest
from lorawan_messages import AT_MS, EUI, FAR, NEAR, ONE_UPLINK

from vigie.codecs.frame import Frame, Hints
from vigie.codecs.registry import envelopes
from vigie.topics.identity import uplink_id
from vigie.topics.uplink import Gateway

LORAWAN = sorted(ONE_UPLINK)
NO_SESSION = {"live-objects", "loriot"}
BEST_ONLY = {"live-objects", "spot"}
NO_FREQUENCY = {"live-objects", "spot"}


def frame(form: str) -> Frame:
    said = envelopes()[form].parse(ONE_UPLINK[form], Hints())
    assert isinstance(said, Frame)
    return said


@pytest.mark.parametrize("form", LORAWAN)
def test_device_counter_payload_and_instant(form):
    one = frame(form)
    assert (one.address, one.f_cnt, one.f_port, one.payload) == (f"eui:{EUI}", 7, 85, b"\x01u\x5c")
    assert one.received_at == AT_MS
    assert one.session == (None if form in NO_SESSION else "00d20001")
    assert one.bearer == "lora"
    assert one.extras is None or "late" not in one.extras


@pytest.mark.parametrize("form", LORAWAN)
def test_radio(form):
    radio, like = frame(form).radio, frame("chirpstack-v4").radio
    assert like.gateways == (Gateway(*NEAR), Gateway(*FAR))
    if form in BEST_ONLY:
        assert radio.gateways == (Gateway("", NEAR[1], NEAR[2]),)
    else:
        assert radio.gateways == like.gateways
    assert (radio.sf, radio.airtime_ms, radio.esp_dbm, radio.margin_db) == (
        7, like.airtime_ms, like.esp_dbm, like.margin_db)  # fmt: skip
    assert like.airtime_ms == pytest.approx(51.456)
    if form not in NO_FREQUENCY:
        assert (radio.frequency_hz, radio.dr) == (868_300_000, 5)


@pytest.mark.parametrize("form", LORAWAN)
def test_a_capital_or_a_separator_makes_no_other_uplink(form):
    one = frame(form)
    same = frame("chirpstack-v4") if form not in NO_SESSION else frame("loriot")
    assert uplink_id(one.address, one.session or "", one.f_cnt, one.payload) == uplink_id(
        same.address, same.session or "", same.f_cnt, same.payload
    )


@pytest.mark.parametrize("form", LORAWAN)
def test_peek_names_the_device(form):
    assert envelopes()[form].peek(ONE_UPLINK[form], Hints()) == f"eui:{EUI}"
