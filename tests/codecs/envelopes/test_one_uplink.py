"""One physical uplink comes to the same frame, whichever network server tells of it."""

import json

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


def emptied(value, path=()):
    """Places of a message that a platform on the way could write as null or as an empty text."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from emptied(inner, (*path, key))
        elif key not in NEEDED:
            yield (*path, key)


NEEDED = {"devEUI", "DevEUI", "EUI", "dev_eui", "devEui", "deveui", "cmd", "type", "fcnt", "fCntUp", "FCntUp", "count"}
KIND = sorted({"thingpark-json", "tts-v3", "live-objects", "spot", "wanesy", "loriot", "helium", "chirpstack-v3"})


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("form", KIND)
def test_a_field_of_nothing_is_a_field_left_out(form, nothing):
    whole = json.loads(ONE_UPLINK[form])
    for *path, last in emptied(whole):
        said = []
        for is_left_out in (False, True):
            message = json.loads(ONE_UPLINK[form])
            place = message
            for key in path:
                place = place[key]
            if is_left_out:
                del place[last]
            else:
                place[last] = nothing
            said.append(envelopes()[form].parse(json.dumps(message).encode(), Hints()))
        assert said[0] == said[1], (path, last)


@pytest.mark.parametrize(
    ("form", "path", "modulation"),
    [
        ("chirpstack-v4", ("txInfo", "modulation"), {"fsk": {"datarate": 50000}}),
        (
            "chirpstack-v4",
            ("txInfo", "modulation"),
            {"lrFhss": {"operatingChannelWidth": 137000, "codeRate": "CR_1_3"}},
        ),
        ("chirpstack-v3", ("txInfo",), {"modulation": "FSK", "fskModulationInfo": {"datarate": 50000}}),
        ("tts-v3", ("uplink_message", "settings", "data_rate"), {"fsk": {"bit_rate": 50000}}),
    ],
)
def test_without_lora_an_snr_that_is_left_out_is_none_and_no_zero(form, path, modulation):
    message = json.loads(ONE_UPLINK[form])
    *before, last = path
    place = message
    for key in before:
        place = place[key]
    place[last] = modulation
    for heard in message.get("rxInfo") or message["uplink_message"]["rx_metadata"]:
        heard.pop("snr", None)
        heard.pop("loRaSNR", None)
    radio = envelopes()[form].parse(json.dumps(message).encode(), Hints()).radio
    assert [one.snr_db for one in radio.gateways] == [None, None]
    assert (radio.sf, radio.esp_dbm, radio.margin_db) == (None, None, None)
