"""Aggregates encoded together are those that are encoded one by one."""

from math import nan

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.windows.owned.encode import NUMBERS, BulkEncoder, Windows
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder

CODES, CAUSES = ("15m", "1h", "1d"), ("closed", "late")
numbers = st.one_of(st.just(nan), st.floats(-200, 200), st.just(0.0))
wholes = st.tuples(
    st.integers(0, 2), st.sampled_from([0, 900_000, 1_750_197_600_000]), st.integers(0, 2), st.sampled_from([1, 4, 96]),
    st.sampled_from([-1, 4, 5000]), st.sampled_from([0, 1, 2000]), st.sampled_from([1, 3, 9]),
)  # fmt: skip
rows = st.tuples(wholes, st.integers(0, 1), st.sampled_from([0, 0, 2]), st.lists(numbers, min_size=9, max_size=9))


def aggregate(row: tuple, place: int) -> Aggregate:
    (code, start, revision, count, expected, excluded, quality), cause, resets, doubles = row
    told = {name: None if one != one else one for name, one in zip(NUMBERS, doubles, strict=True)}  # noqa: PLR0124
    return Aggregate(
        subject="point:P1", indicator="air_temperature", unit="°C", window_code=CODES[code], window_start=start,
        window_end=start + 900_000, revision=revision, count=count, expected=None if expected < 0 else expected,
        excluded=excluded, quality=quality, reason=CAUSES[cause], input_hash=f"{place:016x}",
        details={"resets": float(resets)} if resets else {}, **told,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(rows, min_size=1, max_size=6), st.integers(1, 9))
def test_the_same_bytes(some: list, times: int):
    encoder, many = AggregateEncoder(), some * times
    bulk = BulkEncoder(encoder)
    whole = [(c, start, start + 900_000, *rest) for (c, start, *rest), *_ in many]
    made = bulk.rests(
        Windows(
            "air_temperature", "°C", np.array(whole, np.int64), CODES, np.array([row[1] for row in many], np.int64),
            CAUSES, np.array([row[2] for row in many], np.int64), np.array([row[3] for row in many], np.float64),
            [f"{place:016x}" for place in range(len(many))],
        )
    )  # fmt: skip
    prefix = bulk.prefix("point:P1")
    assert [prefix + one for one in made] == [encoder.encode(aggregate(row, n)) for n, row in enumerate(many)]
