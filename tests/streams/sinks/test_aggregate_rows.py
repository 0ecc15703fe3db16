"""The quick way from an aggregate's Avro to COPY and the general one give the same rows."""

from hypothesis import given, settings
from hypothesis import strategies as st
from topics_strategies import instant, maybe, number, text

from vigie.streams.sinks.aggregate_rows import COLUMNS, AggregateRows
from vigie.streams.sinks.aggregate_transcoder import HEAD, transcode
from vigie.topics.aggregate import REASONS, WINDOW_CODES, Aggregate
from vigie.topics.avro import Framer, parsed_schema

FRAMER = Framer("aggregates.v1")
_short, _now = st.text("abcé1-:", min_size=1, max_size=15), st.integers(1_600_000_000_000, 1_900_000_000_000)
_counts = st.integers(0, 2**40) | st.integers(0, 200)


def aggregates(text, at, hashes, named):
    return st.builds(
        Aggregate, subject=text, indicator=text, window_code=st.sampled_from(WINDOW_CODES), window_start=at,
        window_end=at, revision=_counts, count=_counts, minimum=maybe(number), mean=maybe(number),
        maximum=maybe(number), input_hash=hashes, reason=st.sampled_from(REASONS), value=maybe(number), unit=text,
        expected=maybe(_counts), completeness=maybe(number), excluded=_counts, sum=maybe(number),
        deviation=maybe(number), first=maybe(number), last=maybe(number), quality=st.sampled_from((1, 2, 3, 9)),
        definition=named, category=named, details=st.dictionaries(text, number, max_size=3),
        parts=st.lists(text, max_size=3).map(tuple),
    )  # fmt: skip


_hex = st.text("0123456789abcdef", min_size=16, max_size=16)
usual = aggregates(_short, _now, _hex, st.just("") | _short)
any_aggregates = aggregates(text | st.just("a\x00") | st.text(min_size=60, max_size=80), instant, _hex | text, text)


def rows(*values):
    made = AggregateRows()
    made.add(values)
    return made.rows


@given(usual)
@settings(deadline=None, max_examples=40)
def test_usual_aggregates_take_the_quick_way_to_the_same_row(one):
    value = FRAMER.encode(one)
    assert transcode(value) == AggregateRows()._general(value)


@given(any_aggregates)
@settings(deadline=None, max_examples=40)
def test_any_aggregate_becomes_the_same_row(one):
    value = FRAMER.encode(one)
    assert list(rows(value).values()) == [AggregateRows()._general(value)]


@given(usual, st.data())
@settings(deadline=None, max_examples=40)
def test_damaged_bytes_never_become_another_row(one, data):
    value = bytearray(FRAMER.encode(one))
    place = data.draw(st.integers(5, len(value) - 1))
    value[place] ^= data.draw(st.integers(1, 255))
    quick = transcode(bytes(value))
    if quick is not None:
        try:
            expected = AggregateRows()._general(bytes(value))
        except Exception:
            return  # what fastavro refuses, no producer wrote
        assert quick == expected


def test_columns_are_the_fields_of_the_schema_in_its_order():
    assert [field["name"] for field in parsed_schema("aggregate")["fields"]] == list(COLUMNS)
    assert int.from_bytes(HEAD, "big") == len(COLUMNS)


def window(revision=0, definition="", input_hash="0" * 16):
    return FRAMER.encode(Aggregate(
        subject="point:P1", indicator="noise_harmonica", window_code="1h", window_start=1_795_446_000_000,
        window_end=1_795_449_600_000, revision=revision, count=1, minimum=None, mean=None, maximum=None,
        input_hash=input_hash, reason="closed", definition=definition,
    ))  # fmt: skip


def test_of_two_records_of_a_window_the_later_stays_unless_its_revision_is_lower():
    assert [row.revision for row in rows(window(1), window(0)).values()] == [1]
    assert [row.input_hash for row in rows(window(1), window(1, input_hash="1" * 16)).values()] == [b"1" * 16]


def test_what_passed_of_a_named_indicator_is_kept_once():
    made = AggregateRows()
    made.add([window(0, "1"), window(0, "1"), window(1, "1"), window(0, "1"), window(2, "1")])
    assert len(made.passed) == 2  # 0 and 1
    plain = AggregateRows()
    plain.add([window(0), window(1)])
    assert plain.passed == []
    assert made.months == {1_793_491_200_000}
