"""The hand-written encoder makes fastavro's bytes, for any uplink."""

from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import uplinks

from vigie.topics import uplink_encoder
from vigie.topics.avro import Framer
from vigie.topics.uplink import CodecRef, Gateway, Radio, Reading, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder, zigzag

FRAMER, ENCODER = Framer("uplinks.lora.v1"), UplinkEncoder("uplinks.lora.v1")


@given(uplinks)
@settings(max_examples=400, deadline=None)
def test_same_bytes_as_fastavro(uplink):
    assert ENCODER.encode(uplink) == FRAMER.encode(uplink)


@given(uplinks)
@settings(deadline=None)
def test_round_trip(uplink):
    assert FRAMER.decode(ENCODER.encode(uplink), Uplink) == uplink


@given(st.integers(-(2**63), 2**63 - 1))
def test_zigzag_is_avro(value):
    back, shift = 0, 0
    for byte in zigzag(value):
        back |= (byte & 127) << shift
        shift += 7
    assert (back >> 1) ^ -(back & 1) == value


def uplink(text: str, readings: int = 1) -> Uplink:
    """One in which all that a device or a network may write at will is the same text."""
    return Uplink(
        id="0" * 32, revision=0, device=text, bearer="lora", network=text, observed_at=1, received_at=2, ingested_at=3,
        session=text, f_cnt=7, f_port=85, payload=b"", raw=None, codec=CodecRef("milesight", "1", "0" * 16),
        firmware=text, readings=(Reading(1, 0, 20.5),) * readings, extras={"model": text, "samples": text},
        radio=Radio(gateways=(Gateway(text, -90, 7.5),)), cell=None, warnings=(),
    )  # fmt: skip


def test_long_texts_are_written_and_not_remembered():
    for length in (60, 61, 62, 63, 64, 65, 8191, 8192, 400_000):
        one = uplink("x" * length)
        assert ENCODER.encode(one) == FRAMER.encode(one)
    only = uplink("y" * 400_000)
    only = Uplink(
        **{name: getattr(only, name) for name in Uplink.__struct_fields__} | {"extras": {"model": "y" * 4000}}
    )
    assert ENCODER.encode(only) == FRAMER.encode(only)
    remembered = [uplink_encoder._strings, uplink_encoder._optional_string, uplink_encoder._only_model]
    assert max(len(text or "") for texts in remembered for text in texts) < 64
    assert max(len(made) for texts in remembered for made in texts.values()) <= 64


def test_measured_extras_are_written_and_not_remembered():
    one = uplink("z")
    one.extras["distance_average_mm"] = "4507.125"
    assert ENCODER.encode(one) == FRAMER.encode(one)
    assert "4507.125" not in uplink_encoder._strings
    assert "distance_average_mm" in uplink_encoder._strings


def test_a_payload_of_very_many_readings_is_written_and_not_remembered():
    for count in (32, 33, 1366):
        one = uplink("z", count)
        assert ENCODER.encode(one) == FRAMER.encode(one)
    assert max(len(shape) for shape in uplink_encoder._shapes) <= 32


def test_the_number_of_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(uplink_encoder, "_LIMIT", 10)
    for number in range(30):
        one = uplink(str(number))
        assert ENCODER.encode(one) == FRAMER.encode(one)
    assert len(uplink_encoder._strings) <= 10
    assert len(uplink_encoder._optional_string) <= 10


@given(st.integers(-(2**63), 2**63 - 1))
def test_the_quick_way_to_a_long_is_zigzag(value):
    assert uplink_encoder._long(value) == zigzag(value)
