"""The hand-written encoder of observations makes fastavro's bytes, by either of its ways."""

from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import instant, maybe, number, text

from vigie.topics import observation_encoder, quality
from vigie.topics.avro import Framer
from vigie.topics.observation import Observation, ObservedReading
from vigie.topics.observation_encoder import ObservationEncoder, cause, place, values_bytes
from vigie.topics.quality import rolled

FRAMER, ENCODER = Framer("observations.v1"), ObservationEncoder()

word = st.lists(st.sampled_from((0, 1, 3, 4, 9)), min_size=len(quality.Test), max_size=len(quality.Test)).map(
    lambda flags: sum(flag << 4 * place for place, flag in enumerate(flags))
)
names = st.text("0123456789abcdef", min_size=32, max_size=32)
reading = st.builds(
    ObservedReading, st.integers(0, 32767), st.integers(0, 32767), number, st.integers(1, 9), word, maybe(number)
)
observations = st.builds(
    Observation, id=names, revision=st.integers(0, 2**62), withdrawn=st.booleans(), point=text, device=text,
    placement=text, use_case=text, commune=text, zones=st.lists(text, max_size=3).map(tuple), uplink=names,
    network=text, observed_at=instant, received_at=instant, ingested_at=instant,
    readings=st.lists(reading, max_size=8).map(tuple), ruleset=text, fleet_revision=st.integers(0, 2**32), reason=text,
)  # fmt: skip


@given(observations)
@settings(max_examples=50, deadline=None)
def test_same_bytes_as_fastavro(one):
    assert ENCODER.encode(one) == FRAMER.encode(one)


@given(st.lists(st.tuples(st.integers(0, 32767), st.integers(0, 32767), number, word), max_size=8), names, instant)
@settings(max_examples=50, deadline=None)
def test_the_quick_way_gives_the_same_bytes(values, name, at):
    """Readings whose flag is the roll-up of their tests, packed by a template; the second time it is looked up."""
    readings = tuple(ObservedReading(*pair, value, rolled(tests), tests) for *pair, value, tests in values)
    one = Observation(
        id=name, revision=769, withdrawn=False, point="P", device="D", placement="P/1", use_case="heat",
        commune="13055", zones=("Z1", "Z2"), uplink=name, network="ville", observed_at=at, received_at=at,
        ingested_at=at + 1, readings=readings, ruleset="1", fleet_revision=3, reason="late",
    )  # fmt: skip
    shape = tuple(number << 16 | channel for number, channel, _, _ in values)
    for _ in range(2):
        packed = values_bytes(shape, tuple(one[3] for one in values), [one[2] for one in values])
        made = ENCODER.join(
            name.encode(), 769, False, place("P", "D", "P/1", "heat", "13055", ("Z1", "Z2")), name.encode(), "ville",
            (at, at, at + 1), packed, cause("1", 3, "late"),
        )  # fmt: skip
        assert made == FRAMER.encode(one)


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(observation_encoder, "_LIMIT", 10)
    monkeypatch.setattr(observation_encoder, "_PACKERS_LIMIT", 10)
    for turn in range(30):
        observation_encoder.place(f"point {turn}", "d", "p", "u", "c", ())
        observation_encoder.place("x" * (64 + turn), "d", "p", "u", "c", ())
        observation_encoder.values_bytes((turn,), (1,), [1.0])
    assert len(observation_encoder._texts) <= 10
    assert len(observation_encoder._packers) <= 10
    assert max(map(len, observation_encoder._texts)) <= 64
