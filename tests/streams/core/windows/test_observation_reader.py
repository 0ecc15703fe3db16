"""Observations read by hand are those that fastavro reads."""

from math import inf, isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.windows.owned import reader
from vigie.streams.core.windows.owned.reader import read, read_any
from vigie.topics.avro import Framer
from vigie.topics.observation import Observation, ObservedReading, observation_id

texts = st.one_of(st.text(max_size=5), st.sampled_from(["TEM-13055-01", "a" * 63, "b" * 64, "é" * 40, "c" * 200]))
instants = st.one_of(st.integers(946_684_800_000, 4_000_000_000_000), st.sampled_from([0, -1, 5, 2**40, 2**45]))
numbers = st.one_of(st.floats(-200, 200), st.sampled_from([nan, inf, -inf, 0.0, -0.0]))
readings = st.builds(
    ObservedReading, st.integers(1, 120), st.integers(-2, 70), numbers, st.sampled_from([1, 2, 3, 4, 9]),
    st.sampled_from([0, 1, 0x401, 2**40, -1]), st.one_of(st.none(), st.floats(-5, 5)),
)  # fmt: skip
_encode = Framer("observations.v1").encode


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    point, at = draw(texts), draw(instants)
    return Observation(
        id=observation_id("ab" * 16, point, at), revision=draw(st.sampled_from([0, 1, 256, 2**41 + 3, 2**60])),
        withdrawn=draw(st.booleans()), point=point, device=draw(texts), placement=draw(texts), use_case=draw(texts),
        commune=draw(texts), zones=tuple(draw(st.lists(texts, max_size=3))), uplink="cd" * 16, network=draw(texts),
        observed_at=at, received_at=draw(instants), ingested_at=draw(instants),
        readings=tuple(draw(st.lists(readings, max_size=4))), ruleset="1", fleet_revision=draw(st.integers(0, 2**33)),
        reason=draw(st.sampled_from(["live", "replay", "x" * 70])),
    )  # fmt: skip


def plain(one: reader.Observed) -> tuple[object, ...]:
    values = tuple("nan" if isnan(value) else value for value in one.values)
    return (*one[:9], values, one.reason)


@settings(max_examples=40, deadline=None)
@given(st.lists(observations(), min_size=1, max_size=4))
def test_both_ways_read_the_same(some: list[Observation]):
    for one in (*some, *some):  # the second time what was learned is used
        value = _encode(one)
        assert plain(read(value)) == plain(read_any(value))


def test_the_usual_form_is_read_by_hand(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "read_any", None)
    for flag, raw, gap in ((1, None, 20.5), (3, 4.0, 20.5), (1, None, nan)):
        one = Observation(
            id="0011223344556677" * 2, revision=1793, withdrawn=False, point="TEM-1", device="D1", placement="TEM-1/1",
            use_case="heat", commune="13055", zones=("Z1", "Z2"), uplink="ab" * 16, network="ville",
            observed_at=1_750_000_000_000, received_at=1_750_000_000_500, ingested_at=1_750_000_001_000,
            readings=(ObservedReading(1, 0, gap, flag, 1, raw), ObservedReading(2, 1, 55.0, 4, 4)), ruleset="1",
            fleet_revision=7, reason="successor",
        )  # fmt: skip
        found = read(_encode(one))
        assert (found.point, found.name, found.revision, found.withdrawn) == ("TEM-1", 0x00112233, 1793, False)
        assert found.subjects == ("zone:Z1", "zone:Z2", "commune:13055", "use_case:heat", "network:ville")
        assert found.layout.series == (1 << 16, 2 << 16 | 1)
        assert found.flags == bytes((0 if isnan(gap) else flag, 4))
        assert found.values[1] == 55.0
        assert found.reason == "successor"
        assert (found.observed_at, found.ingested_at) == (1_750_000_000_000, 1_750_000_001_000)


def test_what_is_taken_back_has_no_numbers():
    one = Observation(
        id="00" * 16, revision=1, withdrawn=True, point="P", device="D", placement="P/1", use_case="heat", commune="",
        zones=(), uplink="ab" * 16, network="", observed_at=1_750_000_000_000, received_at=1_750_000_000_000,
        ingested_at=1_750_000_000_000, readings=(ObservedReading(1, 0, 20.0, 1, 1),), ruleset="1", fleet_revision=7,
        reason="placement",
    )  # fmt: skip
    for found in (read(_encode(one)), read_any(_encode(one))):
        assert (found.flags, found.subjects) == (b"\x00", ("use_case:heat",))
