"""The quick way from Avro to COPY and the general one give the same rows."""

from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import uplinks, usual_uplinks

from vigie.streams.sinks import uplink_rows
from vigie.streams.sinks.uplink_transcoder import transcode
from vigie.topics.avro import Framer
from vigie.topics.uplink_encoder import UplinkEncoder

FRAMER, ENCODER = Framer("uplinks.lora.v1"), UplinkEncoder("uplinks.lora.v1")


def general(values):
    """The rows by fastavro alone."""
    rows = uplink_rows.Rows()
    for value in values:
        rows._put(FRAMER.decode_dict(value))
    return rows


@given(st.lists(usual_uplinks, max_size=8))
@settings(deadline=None, max_examples=300)
def test_usual_uplinks_take_the_quick_way_to_the_same_rows(batch):
    values = [ENCODER.encode(uplink) for uplink in batch]
    assert all(transcode(value) is not None for value in values)
    quick = uplink_rows.Rows()
    quick.add(values)
    assert (quick.rows, quick.weeks) == (general(values).rows, general(values).weeks)


@given(st.lists(uplinks, max_size=8))
@settings(deadline=None, max_examples=300)
def test_any_uplinks_become_the_same_rows(batch):
    values = [ENCODER.encode(uplink) for uplink in batch]
    both = uplink_rows.Rows()
    both.add(values)
    assert both.rows == general(values).rows
    assert both.revisions == general(values).revisions


@given(usual_uplinks, st.data())
@settings(deadline=None)
def test_damaged_bytes_never_become_another_row(uplink, data):
    value = bytearray(ENCODER.encode(uplink))
    place = data.draw(st.integers(5, len(value) - 1))
    value[place] ^= data.draw(st.integers(1, 255))
    made = transcode(bytes(value))
    if made is not None:
        rows = uplink_rows.Rows()
        rows.add([bytes(value)])
        try:
            expected = general([bytes(value)]).rows
        except Exception:
            return  # what fastavro refuses, no producer wrote
        assert rows.rows == expected
