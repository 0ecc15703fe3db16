"""The quick way from Avro to COPY and the general one give the same rows."""

import struct

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import uplinks, usual_uplinks

from vigie.streams.sinks import uplink_rows, uplink_transcoder
from vigie.streams.sinks.uplink_transcoder import transcode
from vigie.topics.avro import Framer
from vigie.topics.uplink import CodecRef, Reading, Uplink
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


def uplink(extras: dict[str, str], readings: int = 1, **more) -> Uplink:
    values = dict(  # noqa: C408 -- reads better than a literal of thirty quotes
        id="0" * 32, revision=0, device="eui:24e124136b000001", bearer="lora", network="n",
        observed_at=1_795_446_000_000, received_at=1_795_446_000_000, ingested_at=1_795_446_000_000, session="00d20001",
        f_cnt=7, f_port=85, payload=b"", raw=None, codec=CodecRef("milesight", "1", "0" * 16), firmware=None,
        readings=(Reading(1, 0, 20.5),) * readings, extras=extras, radio=None, cell=None, warnings=(),
    )  # fmt: skip
    return Uplink(**(values | more))


def test_what_differs_each_time_is_not_remembered():
    """A payload of many extras, a text of a network as long as it likes: memory is bounded in bytes."""
    model = {"model": "EM310-UDL"}
    usual = [uplink(model), uplink(model | {f"distance_p{n}_mm": str(4507 + n) for n in range(9)})]
    odd = [
        uplink(model, 40),
        uplink(model | {"rest": "ff" * 40_000}),
        uplink(model, device="x" * 400_000, firmware="1"),
    ]
    for one in usual + odd:
        value = ENCODER.encode(one)
        assert (transcode(value) is not None) == (one in usual or len(one.readings) == 40)
        rows = uplink_rows.Rows()
        rows.add([value])
        assert rows.rows == general([value]).rows
    tables = [table for table in vars(uplink_transcoder).values() if isinstance(table, uplink_transcoder.Table)]
    assert len(tables) >= 6
    assert max(len(chunk) for table in tables for chunk in table) <= 200
    assert max((len(chunk) for chunk in uplink_transcoder._extras), default=0) <= 64
    assert max((len(shape) for shape in uplink_rows._shapes), default=0) <= 32
    assert max(len(name or "") for name in uplink_rows._names) < 64


def test_a_negative_property_is_no_other_property():
    value = ENCODER.encode(msgspec.structs.replace(uplink({}), readings=(Reading(-65, 0, 20.5),)))
    rows = uplink_rows.Rows()
    rows.add([value])
    assert rows.rows == general([value]).rows


def test_readings_of_two_instants_beyond_the_table_share_a_row_and_none_is_lost():
    beyond = 10**16
    some = (Reading(1, 0, 20.5, beyond), Reading(2, 0, 50.0, beyond + 1), Reading(91, 0, 99.0))
    odd = msgspec.structs.replace(uplink({}, observed_at=beyond + 2), readings=some)
    rows = general([ENCODER.encode(odd)])
    ((_, line),) = rows.rows.values()
    for reading in some:
        assert struct.pack(">d", reading.value) in line
