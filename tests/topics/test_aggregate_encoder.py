"""The hand-written encoder of aggregates makes fastavro's bytes, by either of its ways."""

from math import nan

from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import instant, maybe, number, text

from vigie.topics.aggregate import REASONS, WINDOW_CODES, Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.avro import Framer

FRAMER, ENCODER = Framer("aggregates.v1"), AggregateEncoder()

counts = st.integers(0, 2**40) | st.integers(0, 2000)
aggregates = st.builds(
    Aggregate, subject=text, indicator=text, window_code=st.sampled_from(WINDOW_CODES), window_start=instant,
    window_end=instant, revision=counts, count=counts, minimum=maybe(number), mean=maybe(number),
    maximum=maybe(number), input_hash=st.text("0123456789abcdef", min_size=16, max_size=16),
    reason=st.sampled_from(REASONS), value=maybe(number), unit=text, expected=maybe(counts),
    completeness=maybe(number), excluded=counts, sum=maybe(number), deviation=maybe(number), first=maybe(number),
    last=maybe(number), quality=st.sampled_from((1, 2, 3, 9)), definition=text, category=text,
    details=st.dictionaries(text, number, max_size=3), parts=st.lists(text, max_size=3).map(tuple),
)  # fmt: skip


@given(aggregates)
@settings(max_examples=40, deadline=None)
def test_same_bytes_as_fastavro(one):
    assert ENCODER.encode(one) == FRAMER.encode(one)


@given(st.lists(maybe(number), min_size=9, max_size=9), st.integers(-1, 3000), st.integers(0, 3000))
@settings(max_examples=40, deadline=None)
def test_columns_give_the_same_bytes(numbers, expected, excluded):
    low, mean, high, value, share, total, deviation, first, last = numbers
    one = Aggregate(
        subject="point:P1", indicator="laeq", window_code="1h", window_start=0, window_end=3_600_000, revision=3,
        count=4, minimum=low, mean=mean, maximum=high, input_hash="0123456789abcdef", reason="late", value=value,
        unit="dB(A)", expected=None if expected < 0 else expected, completeness=share, excluded=excluded, sum=total,
        deviation=deviation, first=first, last=last, quality=3,
    )  # fmt: skip
    low, mean, high, value, share, total, deviation, first, last = [nan if n is None else n for n in numbers]
    series = ENCODER.series("point:P1", "laeq", "1h", "dB(A)")
    made = ENCODER.join(
        series, 0, 3_600_000, 3, 4, low, mean, high, "0123456789abcdef", "late", value, expected, share, excluded,
        total, deviation, first, last, 3,
    )  # fmt: skip
    assert made == FRAMER.encode(one)
