"""Dragino's frames of three generations: with and without IMSI, with a place, with 6 bytes of the IMEI."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.codecs.envelopes.dragino_nb import parse, peek
from vigie.codecs.frame import Hints
from vigie.codecs.model_map import ModelMap
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def short(error: Undecodable) -> None:
    """A refusal that a person can read."""
    assert error.reason is not Reason.INTERNAL_ERROR
    assert 0 < len(error.message) < 200


IMEI, IMSI = "f868411056754138", "f208013224213110"
AT = 1_662_342_011


def told(text: str, model: str, **more: str):
    said = parse(bytes.fromhex(text), Hints(model=model, source="nb", **more))
    frame, *records = said if isinstance(said, list) else [said]
    values = {(PROPERTIES[one.property].name, one.channel, None): one.value for one in frame.decoded.readings}
    for record in records:
        assert (record.address, record.timed, record.identity) == (frame.address, True, record.payload)
        for one in record.decoded.readings:
            values[PROPERTIES[one.property].name, one.channel, record.observed_at] = one.value
    many = sum(len(one.decoded.readings) for one in (frame, *records))
    assert len(values) == many, "two readings of one property, channel and instant"
    return frame, values


def head(imsi: str = "", csq: int = 0x17) -> str:
    return f"{IMEI}{imsi}0a640c78{csq:02x}"


def test_distance_with_records_of_the_first_firmware():
    text = head() + "0100" + "036d" + "6315537b" + "036c631550fb" + "036b63154d77" + "000000000000"
    frame, values = told(text, "Dragino DDS75-NB")
    assert frame.address == "imei:868411056754138"
    assert (frame.observed_at, frame.timed, frame.payload.hex(), frame.bearer) == (AT * 1000, True, text, "nbiot")
    assert (frame.cell.rssi_dbm, frame.cell.operator, frame.decoded.firmware) == (-67.0, None, "1.0.0")
    assert values == {
        ("battery_voltage", 0, None): 3192.0, ("distance", 0, None): 877.0,
        ("distance", 0, 0x631550FB * 1000): 876.0, ("distance", 0, 0x63154D77 * 1000): 875.0,
    }  # fmt: skip
    assert frame.decoded.extras == {"sensor_kind": "10", "csq": "23", "mod": "1", "interrupt": "0"}
    assert frame.decoded.warnings == []


def test_the_firmware_of_2024_names_the_sim_and_the_level_of_the_interrupt():
    frame, values = told(head(IMSI) + "010001" + "036d" + "6315537b" + "036c631550fb", "DDS45-NB")
    assert frame.cell.operator == "20801"
    assert frame.decoded.extras["imsi"] == IMSI[1:]
    assert frame.decoded.extras["interrupt_level"] == "1"
    assert values["distance", 0, None] == 877.0
    assert values["distance", 0, 0x631550FB * 1000] == 876.0


def test_cb_has_a_place_between_instant_and_records():
    place = struct.pack(">iiI", 48_583_000, -7_745_000, AT).hex()
    frame, values = told(head(IMSI) + "010001" + "036d" + "6315537b" + place + "036c631550fb", "Dragino DDS75-CB")
    assert frame.decoded.extras["latitude_deg"] == "48.583"
    assert frame.decoded.extras["longitude_deg"] == "-7.745"
    assert frame.decoded.extras["located_at"] == str(AT)
    assert values["distance", 0, 0x631550FB * 1000] == 876.0
    assert frame.bearer == "unknown", "NB-IoT or LTE-M: the frame does not say which"


def test_temperature_and_humidity():
    main = "01" + "7fff" + "00" + "0ccc" + "ffce" + "0225" + "6315537b"  # -5.0 °C, 54.9 %
    frame, values = told(head() + main + "ffcd0226631550fb", "N95S31B")
    assert values["air_temperature", 0, None] == -5.0
    assert values["relative_humidity", 0, None] == 54.9
    assert values["air_temperature", 0, 0x631550FB * 1000] == -5.1
    assert frame.decoded.extras["adc_mv"] == "3276"
    assert "ds18b20_deg_c" not in frame.decoded.extras, "7FFF: no probe"
    newer = "01" + "00d2" + "01" + "0001" + "0ccc" + "ffce" + "0225" + "6315537b"
    frame, values = told(head(IMSI) + newer, "S31B-NB")
    assert frame.decoded.extras["ds18b20_deg_c"] == "21.0"
    assert values["relative_humidity", 0, None] == 54.9
    counted = "01" + "00d2" + "01" + "0001" + "0ccc" + "00000007" + "ffce" + "0225" + "6315537b" + "00" * 12
    frame, values = told(head(IMSI) + counted, "S31-CB")
    assert frame.decoded.extras["count"] == "7"
    assert values["air_temperature", 0, None] == -5.0


def test_negative_temperatures_of_probes_are_twos_complement():
    """The maker's decoder reads FF3F as -381.5 °C; its manual says -19.3 °C."""
    main = "01" + "0ccc" + "00" + "ff3f" + "00d2" + "7fff" + "6315537b"
    frame, values = told(head() + main, "Dragino D22-NB")
    assert values["air_temperature", 1, None] == -19.3
    assert values["air_temperature", 2, None] == 21.0
    assert ("air_temperature", 3, None) not in values
    assert frame.decoded.extras["air_temperature_raw_3"] == "32767"
    assert frame.decoded.warnings == ["MISSING_VALUE"]


def test_a_probe_of_water_depth_is_converted():
    main = "0000" + "0000" + "0000" + "0005" + "2ee0" + "0bb8" + "6315537b"  # range 5 m, 12 mA, 3 V
    _, values = told(head(IMSI) + main, "PS-NB")
    assert values["current", 0, None] == 0.012
    assert values["voltage", 0, None] == 3.0
    assert values["water_depth", 0, None] == 2.5
    place = struct.pack(">iiI", 48_583_000, 7_745_000, AT).hex()
    moved = "0000" + "0000" + "0000" + "0005" + place + "2ee0" + "0bb8" + "6315537b"
    frame, values = told(head(IMSI) + moved, "PS-CB")
    assert values["water_depth", 0, None] == 2.5
    assert frame.observed_at == AT * 1000


def test_sentinels_are_no_distances():
    for raw in ("0000", "0014"):
        frame, values = told(head() + "0100" + raw + "6315537b", "DDS75-NB")
        assert ("distance", 0, None) not in values
        assert frame.decoded.extras["distance_raw"] == str(int(raw, 16))
        assert frame.decoded.warnings == ["MISSING_VALUE"]


def test_a_record_of_the_same_instant_is_not_told_twice():
    _, values = told(head() + "0100" + "036d" + "6315537b" + "036d6315537b", "DDS75-NB")
    assert [key for key in values if key[0] == "distance"] == [("distance", 0, None)]


def test_a_measure_is_one_uplink_however_many_frames_repeat_it():
    first = parse(bytes.fromhex(head() + "0100" + "036c" + "631550fb"), Hints(model="DDS75-NB"))
    text = head(csq=9) + "0100" + "036d" + "6315537b" + "036c631550fb" + "036b63154d77"
    second = parse(bytes.fromhex(text), Hints(model="DDS75-NB"))
    later = head(csq=8) + "0100" + "036e" + "63155700" + "036d6315537b" + "036c631550fb" + "036b63154d77"
    third = parse(bytes.fromhex(later), Hints(model="DDS75-NB"))
    assert first.identity == second[1].identity == third[2].identity
    assert second[0].identity == third[1].identity
    assert second[2].identity == third[3].identity
    assert len({one.identity for one in (first, *second, *third)}) == 4


def test_a_body_of_very_many_records_is_no_frame():
    with pytest.raises(Undecodable, match="are no frame") as caught:
        told(head() + "0100" + "036d" + "6315537b" + "036c631550fb" * 1001, "DDS75-NB")
    assert caught.value.reason is Reason.NOT_WELL_FORMED


def test_a_clock_that_was_never_set():
    frame, _ = told(head() + "0100" + "036d" + "00000000", "DDS75-NB")
    assert (frame.observed_at, frame.timed) == (None, False)


def test_the_first_generation():
    frame, values = told("72403155615900640c6c19029200", "Dragino NDDS75")
    assert frame.address == "src:nb:724031556159"
    assert values == {("battery_voltage", 0, None): 3180.0, ("distance", 0, None): 658.0}
    frame, values = told("724031607457006e0ccd1b0100dc000ccc00e10186", "N95S31B", address="imei:868724031607457")
    assert frame.address == "imei:868724031607457"
    assert frame.decoded.firmware == "1.1.0"
    assert values["air_temperature", 0, None] == 22.5
    assert values["relative_humidity", 0, None] == 39.0


def test_hex_text_and_what_is_left_over():
    text = head() + "0100" + "036d" + "6315537b" + "aabb"
    frame, _ = told(text, "DDS75-NB")
    assert frame.decoded.warnings == ["UNKNOWN_FIELD"]
    assert frame.decoded.extras["rest"] == "aabb"
    assert parse(text.encode(), Hints(model="DDS75-NB", source="nb")) == frame


def test_unknown_models_and_cut_frames():
    for model in ("", "Dragino SW3L-NB"):
        with pytest.raises(Undecodable) as caught:
            parse(bytes.fromhex(head() + "0100036d6315537b"), Hints(model=model))
        assert caught.value.reason is Reason.NO_CODEC
        assert caught.value.address == "imei:868411056754138"
    whole = bytes.fromhex(head() + "0100036d6315537b")
    for cut in range(len(whole)):
        with pytest.raises(Undecodable) as caught:
            parse(whole[:cut], Hints(model="DDS75-NB"))
        assert caught.value.reason in (Reason.TRUNCATED, Reason.NOT_WELL_FORMED)
        assert len(caught.value.message) < 200


def test_the_models_are_declared_with_no_codec():
    models = ModelMap.load()
    assert models.find("Dragino PS-CB", None).codec == "none"


@given(st.binary(max_size=200), st.sampled_from(["", "DDS75-NB", "S31-CB", "D2X-NB", "PS-CB", "NDDS75", "N95S31B"]))
def test_any_bytes(tail, model):
    for body in (
        tail,
        bytes.fromhex(IMEI) + tail,
        bytes.fromhex(IMEI + IMSI) + tail,
        b"\x72\x40\x31\x55\x61\x59" + tail,
    ):
        peek(body, Hints(model=model, source="nb"))
        try:
            told(body.hex(), model)
        except Undecodable as error:
            short(error)
