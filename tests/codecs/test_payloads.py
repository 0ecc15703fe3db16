"""No payload crashes a decoder or makes it say what the catalogue cannot hold."""

import time

import pytest
from fuzz.promises import payload as told
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vigie.codecs.registry import codecs
from vigie.codecs.vectors import examples

CODECS = sorted(codecs())
OWN = {codec.id: {bytes.fromhex(vector.payload) for vector in codec.vectors} for codec in codecs().values()}
for one in examples():
    if one.decoder in OWN:
        OWN[one.decoder].add(bytes.fromhex(one.bytes_hex))
GOOD = sorted({payload for own in OWN.values() for payload in own})
SAMPLE = GOOD[:: len(GOOD) // 60 + 1]


def checked(codec: str, payload: bytes) -> None:
    begin = time.thread_time()
    told(codec, payload)
    assert time.thread_time() - begin < 1


@given(st.sampled_from(CODECS), st.binary(max_size=255), st.integers(0, 255), st.integers(-(2**62), 2**62))
@settings(deadline=None, max_examples=1500)
@example("milesight-vs133", bytes.fromhex("00d201000000"), 85, 0)  # a channel that counts no line
@example("milesight-vs133", bytes.fromhex("04cc00000000"), 85, 0)
@example("milesight", b"", 85, 0)
@example("elsys", b"", 5, 0)
def test_any_bytes(codec, payload, f_port, received_at):
    told(codec, payload, f_port, received_at)


@st.composite
def damaged(draw):
    """A real payload with bytes changed, cut off, doubled, or another one behind it."""
    payload = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 3))):
        if payload:
            payload[draw(st.integers(0, len(payload) - 1))] = draw(st.integers(0, 255))
    match draw(st.integers(0, 3)):
        case 0:
            payload = payload[: draw(st.integers(0, len(payload)))]
        case 1:
            payload += draw(st.sampled_from(GOOD))
        case 2:
            payload = payload[draw(st.integers(0, len(payload))) :]
    return bytes(payload[:255])


@given(st.sampled_from(CODECS), damaged())
@settings(deadline=None, max_examples=1500)
def test_damaged_payloads(codec, payload):
    told(codec, payload)


@given(st.sampled_from(CODECS), st.binary(max_size=255))
@settings(deadline=None, max_examples=200)
def test_the_same_bytes_say_the_same(codec, payload):
    assert told(codec, payload) == told(codec, payload)


@pytest.mark.parametrize("codec", CODECS)
def test_each_beginning_of_each_real_payload(codec):
    """Cut anywhere: all of its own, and some of every other maker's."""
    for payload in (*sorted(OWN[codec]), *SAMPLE):
        for length in range(len(payload)):
            told(codec, payload[:length])


@pytest.mark.parametrize("codec", CODECS)
@given(place=st.integers(0, 2**16), byte=st.integers(0, 255), own=st.integers(0, 2**16), cut=st.integers(0, 3))
@settings(deadline=None, max_examples=25)
def test_its_own_payloads_with_a_byte_changed(codec, place, byte, own, cut):
    payload = bytearray(sorted(OWN[codec])[own % len(OWN[codec])] or b"\0")
    payload[place % len(payload)] = byte
    told(codec, bytes(payload[: len(payload) - cut]))


@pytest.mark.parametrize("codec", CODECS)
def test_long_payloads(codec):
    """No radio sends 10 kB, but a codec may be given them over NB-IoT, and takes no second for it."""
    for payload in (bytes(10_000), b"\xff" * 10_000, bytes(range(256)) * 39, (max(OWN[codec], key=len) or b"\0") * 100):
        checked(codec, payload[:10_000])


def test_what_a_milesight_frame_cannot_be_read_beyond_is_kept():
    decoded = told("milesight", bytes.fromhex("01755c056a49000367f600"))
    assert [one.value for one in decoded.readings] == [92]
    assert (decoded.extras, decoded.warnings) == ({"rest": "056a49000367f600"}, ["UNKNOWN_FIELD"])


def test_a_milesight_join_frame_tells_firmware_and_serial():
    decoded = told("milesight", bytes.fromhex("ff0bffff0101ff166136c40000010001ff090310ff0a0102ff0f00"))
    assert decoded.firmware == "1.2"
    assert decoded.extras["system_16"] == "6136c40000010001"
    assert decoded.readings == []


def test_a_milesight_alarm_is_a_reading_with_a_status():
    decoded = told("milesight", bytes.fromhex("8367190101"))
    assert [(one.property, one.value) for one in decoded.readings] == [(1, 28.1)]
    assert decoded.extras == {"alarm_03_67": "1"}


@pytest.mark.parametrize(
    ("frame", "readings", "extras"),
    [
        # A-weighted, fast: LAF, LAeq, LAFmax
        ("055b053f02da016a02", {19: 57.5, 10: 47.4, 11: 61.8}, {}),
        # A-weighted, slow: LAeq only; the others are LAS and LASmax, for which the catalogue has nothing
        ("055b093f02da016a02", {10: 47.4}, {"L_AS_dB": "57.5", "Lmax_AS_dB": "61.8"}),
        # C-weighted: LCeq
        ("055b063f02da016a02", {18: 47.4}, {"L_CF_dB": "57.5", "Lmax_CF_dB": "61.8"}),
        # Z-weighted: nothing of the catalogue
        ("055b043f02da016a02", {}, {"L_ZF_dB": "57.5", "Leq_ZF_dB": "47.4", "Lmax_ZF_dB": "61.8"}),
    ],
)
def test_a_sound_level_is_named_by_its_weightings(frame, readings, extras):
    decoded = told("milesight", bytes.fromhex(frame))
    assert ({one.property: one.value for one in decoded.readings}, decoded.extras) == (readings, extras)


def test_a_channel_that_counts_no_line_is_no_count():
    decoded = told("milesight-vs133", bytes.fromhex("01755c00d201000000"))
    assert [one.property for one in decoded.readings] == [91]
    assert decoded.warnings == ["UNKNOWN_FIELD"]


def passages(frame: str) -> list[tuple[int, int, float, int | None]]:
    decoded = told("milesight-vs350", bytes.fromhex(frame))
    assert decoded.extras == {}
    return [(one.property, one.channel, one.value, one.observed_at) for one in decoded.readings]


def test_a_gate_tells_its_stored_passages():
    at = 1_665_561_758_000
    period = [(60, 1, 1, at), (60, 2, 2, at)]
    assert passages("20ce9e7446630001000200") == period
    assert passages("20ce9e744663010100020003000400") == [*period, (61, 1, 3, at), (61, 2, 4, at)]
    assert passages("20ce9e744663000100020004cc05000600") == [*period, (61, 1, 5, None), (61, 2, 6, None)]
    assert told("milesight-vs350", bytes.fromhex("20ce9e7446630101000200030004")) is None, "cut off"


def test_a_stored_body_of_an_unknown_kind_is_kept():
    decoded = told("milesight-vs350", bytes.fromhex("04cc0500060020ce9e74466302ff"))
    assert [one.value for one in decoded.readings] == [5, 6]
    assert (decoded.extras, decoded.warnings) == ({"rest": "20ce9e74466302ff"}, ["UNKNOWN_FIELD"])


def test_what_stands_behind_the_regions_of_a_counter_is_read():
    decoded = told("milesight-vs133", bytes.fromhex("05cc010002000fe30102030408cc03000400"))
    assert [(one.channel, one.value) for one in decoded.readings] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert decoded.extras == {"region_1": "1", "region_2": "2", "region_3": "3", "region_4": "4"}
    assert decoded.warnings == []
    assert told("milesight-vs133", bytes.fromhex("0fe3010203")) is None, "cut off"


@pytest.mark.parametrize(
    ("frame", "extras"),
    [("050001", {"leak": "1"}), ("85000101", {"leak": "1", "alarm_05_00": "1"})],
)
def test_a_leak_is_no_tilt(frame, extras):
    decoded = told("milesight-em300-sld", bytes.fromhex(frame + "03673401"))
    assert [one.property for one in decoded.readings] == [1]
    assert decoded.extras == extras


def test_decentlab_refuses_groups_that_the_model_has_not():
    assert told("decentlab-dl-sht35", bytes.fromhex("02030e000764a079b10c60")) is None
    assert told("decentlab-dl-sht35", bytes.fromhex("02030e000364a079b10c60ff")) is None, "a byte too many"
