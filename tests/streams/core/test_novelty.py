"""What is new in a series is told when it comes, by what came before it only, whatever the numbers are."""

from itertools import pairwise
from math import inf, isfinite, nan

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from vigie.streams.core.detect.novelty import (
    FORGET_FROM,
    KNOWN_MOST,
    NOTHING,
    Distances,
    Novelty,
    learn,
    nearest_of,
    told_once,
)

MINUTE = 60_000
ANY = st.lists(
    st.one_of(
        st.integers(0, 5).map(float),
        st.floats(-1e3, 1e3),
        st.sampled_from([nan, inf, -inf, 1e308, -1e308, 5e-324, -0.0, 0.0]),
    ),
    min_size=60,
    max_size=200,
)


def scores(values, step_ms=5 * MINUTE):
    memory = Novelty()
    return told_once([memory.judge(row * step_ms, value).score for row, value in enumerate(values)])


def daily(days, seed=3):
    """Values of a quarter of an hour each: 10 at night, 30 by day, with noise."""
    noise = default_rng(seed).normal(0, 1, days * 96)
    return [(30.0 if 7 <= row // 4 % 24 < 19 else 10.0) + part for row, part in enumerate(noise.tolist())]


@settings(max_examples=30, deadline=None)
@given(ANY, st.integers(1, 199))
def test_what_comes_later_changes_nothing(values, cut):
    assert scores(values)[:cut] == scores(values[:cut])


@settings(max_examples=30, deadline=None)
@given(ANY, st.integers(0, 200))
def test_a_memory_that_was_kept_and_read_again_goes_on_as_before(values, cut):
    memory, whole = Novelty(), Novelty()
    for row, value in enumerate(values):
        if row == cut:
            memory = msgspec.msgpack.decode(msgspec.msgpack.encode(memory), type=Novelty)
        assert repr(memory.judge(row * MINUTE, value)) == repr(whole.judge(row * MINUTE, value))


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_any_number_is_judged_and_none_makes_a_score_that_is_no_number(values):
    assert all(isfinite(one) and one >= 0 for one in scores(values))


def test_what_is_no_number_teaches_nothing():
    memory = Novelty()
    memory.judge(0, 1.0)
    before = msgspec.msgpack.encode(memory)
    assert memory.judge(MINUTE, nan) == memory.judge(MINUTE, inf) == memory.judge(MINUTE, 1e200) == NOTHING
    assert msgspec.msgpack.encode(memory) == before


def test_the_unit_does_not_matter():
    values = default_rng(1).normal(0, 3, 500).tolist()
    assert scores([one * 1024 for one in values]) == scores(values)


def test_a_constant_series_says_nothing_and_its_first_change_is_told():
    values = [20.0] * 400 + [21.0] + [20.0] * 50
    found = scores(values)
    assert not any(found[:400])
    assert found[400] > 5


def test_a_spike_is_told_once_and_explained():
    values = default_rng(2).normal(50, 2, 1000).tolist()
    values[900] = values[903] = 120.0
    found = scores(values)
    assert found[900] == max(found)
    assert found[903] == 0, "the same again soon after"
    memory = Novelty()
    novel = [memory.judge(row * 5 * MINUTE, value) for row, value in enumerate(values)][900]
    assert novel.support == 899
    assert novel.nearest == max(values[:900])
    assert novel.distance == 120 - novel.nearest
    assert novel.value > 3, "rarer than once in as many values as there were"


def test_a_value_of_the_day_at_night_is_new_at_that_hour_only():
    values = daily(20)
    night = 19 * 96 + 2 * 4
    values[night] = 30.0
    memory = Novelty()
    novel = [memory.judge(row * 15 * MINUTE, value) for row, value in enumerate(values)]
    assert novel[night].hour > 2.5
    assert novel[night].value < 2
    assert novel[night].hour == max(one.hour for one in novel[96 * 7 :])


def test_values_of_late_far_from_what_they_ever_were_are_told():
    rng = default_rng(4)
    values = [float(one) for one in rng.choice([0.0, 10.0], 2000, p=[0.9, 0.1])]
    values[1500:1512] = [10.0] * 12
    memory = Novelty()
    novel = [memory.judge(row * 5 * MINUTE, value) for row, value in enumerate(values)]
    assert max(one.late for one in novel[1500:1512]) > 2
    assert max(one.value for one in novel[1500:1512]) == 0, "each is a value that was seen before"


def test_the_memory_is_bounded_and_keeps_what_is_far():
    memory = Novelty()
    rng = default_rng(5)
    memory.judge(0, -1e6)
    for row, value in enumerate(rng.normal(0, 1, 20_000).tolist(), 1):
        memory.judge(row * 10 * MINUTE, value)
    assert len(msgspec.msgpack.encode(memory)) < 30_000
    assert len(memory.values) < KNOWN_MOST
    assert memory.values == sorted(set(memory.values))
    assert nearest_of(memory.values, -9e5) == -1e6, "what happened once is remembered"


def test_learning_drops_no_two_neighbours():
    known: list[float] = []
    for value in range(63):
        learn(known, float(value), 64)
    learn(known, 1000.0, 64)
    assert known[0] == 0
    assert known[-1] == 1000
    assert max(b - a for a, b in pairwise(known[:-1])) <= 2


def test_old_distances_weigh_less_and_less():
    seen = Distances()
    for row in range(FORGET_FROM):
        seen.add(1.0 if row % 10 else 2.0)
    assert seen.seen == FORGET_FROM // 2
    assert abs(seen.phi(2.0) - 1.0) < 0.01
