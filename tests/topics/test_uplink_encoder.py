"""The hand-written encoder makes fastavro's bytes, for any uplink."""

from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.topics.avro import Framer
from vigie.topics.uplink import BEARERS, Cell, CodecRef, Gateway, Radio, RawPosition, Reading, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder, zigzag

text = st.text(max_size=20)
number = st.floats(allow_nan=False)
instant = st.one_of(st.integers(-(2**62), 2**62), st.integers(1_600_000_000_000, 1_900_000_000_000))
small = st.integers(-(2**31), 2**31 - 1)


def maybe(strategy):
    return st.none() | strategy


reading = st.builds(Reading, st.integers(0, 32767), st.integers(0, 32767), number, maybe(instant))
gateway = st.builds(Gateway, text, small, maybe(number))
radio = st.builds(
    Radio, gateways=st.lists(gateway, max_size=4).map(tuple), dr=maybe(small), sf=maybe(small),
    frequency_hz=maybe(instant), airtime_ms=maybe(number), esp_dbm=maybe(number), margin_db=maybe(number),
)  # fmt: skip
cell = st.builds(
    Cell, operator=maybe(text), cell_id=maybe(text), rsrp_dbm=maybe(number), rsrq_db=maybe(number),
    rssi_dbm=maybe(number), snr_db=maybe(number),
)  # fmt: skip
uplinks = st.builds(
    Uplink, id=st.text("0123456789abcdef", min_size=32, max_size=32), revision=instant, device=text,
    bearer=st.sampled_from(BEARERS), network=text, observed_at=instant, received_at=instant, ingested_at=instant,
    session=maybe(text), f_cnt=maybe(instant), f_port=maybe(small), payload=maybe(st.binary(max_size=300)),
    raw=maybe(st.builds(RawPosition, text, small, instant)), codec=st.builds(CodecRef, text, text, text),
    firmware=maybe(text), readings=st.lists(reading, max_size=8).map(tuple), extras=st.dictionaries(text, text, max_size=3),
    radio=maybe(radio), cell=maybe(cell), warnings=st.lists(text, max_size=3).map(tuple),
)  # fmt: skip
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
