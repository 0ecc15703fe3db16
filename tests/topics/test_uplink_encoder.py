"""The hand-written encoder makes fastavro's bytes, for any uplink."""

from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import uplinks

from vigie.topics.avro import Framer
from vigie.topics.uplink import Uplink
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
