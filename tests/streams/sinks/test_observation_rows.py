"""The quick way from an observation's Avro to COPY and the general one give the same rows."""

from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import instant, number, text

from vigie.streams.sinks import observation_transcoder
from vigie.streams.sinks.observation_rows import ObservationRows
from vigie.streams.sinks.observation_transcoder import transcode
from vigie.topics.avro import Framer
from vigie.topics.observation import REASONS, Observation, ObservedReading

FRAMER = Framer("observations.v1")
_hex = st.text("0123456789abcdef", min_size=32, max_size=32)
_now = st.integers(1_600_000_000_000, 1_900_000_000_000)


def readings(raw):
    one = st.builds(
        ObservedReading, st.integers(0, 300), st.integers(0, 8), number, st.sampled_from((1, 2, 3, 4, 9)),
        st.sampled_from((0, 0x11, 2**59)) | st.integers(0, 2**60 - 1), raw,
    )  # fmt: skip
    return st.lists(one, max_size=6).map(tuple)


def observations(text, at, raw):
    return st.builds(
        Observation, id=_hex, revision=st.integers(0, 2**60), withdrawn=st.booleans(), point=text, device=text,
        placement=text, use_case=text, commune=text, zones=st.lists(text, max_size=3).map(tuple), uplink=_hex,
        network=text, observed_at=at, received_at=at, ingested_at=at, readings=readings(raw), ruleset=text,
        fleet_revision=st.integers(0, 2**31), reason=st.sampled_from(REASONS),
    )  # fmt: skip


usual = observations(st.text("abcé1-\x00", max_size=15), _now, st.none() | number)
any_observations = observations(text | st.text(min_size=60, max_size=80), instant, st.none() | number)


def general(values):
    """The rows by fastavro alone."""
    rows = ObservationRows()
    for value in values:
        rows._put(FRAMER.decode_dict(value))
    return rows


def same(left, right):
    return all(
        getattr(left, name) == getattr(right, name) for name in ("first", "later", "replayed", "uplinks", "weeks")
    )


@given(st.lists(usual, max_size=6))
@settings(deadline=None, max_examples=50)
def test_usual_observations_take_the_quick_way_to_the_same_rows(batch):
    values = [FRAMER.encode(one) for one in batch]
    assert all(transcode(value) is not None for value in values)
    quick = ObservationRows()
    quick.add(values)
    assert same(quick, general(values))


@given(st.lists(any_observations, max_size=6))
@settings(deadline=None, max_examples=50)
def test_any_observations_become_the_same_rows(batch):
    values = [FRAMER.encode(one) for one in batch]
    both = ObservationRows()
    both.add(values)
    assert same(both, general(values))


@given(usual, st.data())
@settings(deadline=None, max_examples=50)
def test_damaged_bytes_never_become_another_row(one, data):
    value = bytearray(FRAMER.encode(one))
    place = data.draw(st.integers(5, len(value) - 1))
    value[place] ^= data.draw(st.integers(1, 255))
    if transcode(bytes(value)) is not None:
        rows = ObservationRows()
        rows.add([bytes(value)])
        try:
            expected = general([bytes(value)])
        except Exception:
            return  # what fastavro refuses, no producer wrote
        assert same(rows, expected)


def test_what_differs_each_time_is_bounded():
    base = dict(  # noqa: C408 -- reads better than a literal of thirty quotes
        id="0" * 32, revision=256, withdrawn=False, point="P", device="D", placement="P/1", use_case="heat",
        commune="13055", zones=(), uplink="0" * 32, network="n", observed_at=1_795_446_000_000,
        received_at=1_795_446_000_000, ingested_at=1_795_446_000_000, ruleset="1", fleet_revision=1, reason="live",
    )  # fmt: skip
    observation_transcoder._layouts.clear()
    for tests in range(100):
        transcode(FRAMER.encode(Observation(readings=(ObservedReading(1, 0, 20.0, 1, tests),), **base)))
    assert [len(known) for known in observation_transcoder._layouts.values()] == [8]
