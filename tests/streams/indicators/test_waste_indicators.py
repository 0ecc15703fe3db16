"""Indicators of containers, held against plain loops over the same readings."""

from itertools import pairwise
from statistics import mean, median

import numpy as np
import pytest
from looked_at import HOUR_MS, at, run, without

from vigie.streams.core.windows.indicator import indicators
from vigie.streams.core.windows.track import track

STEP_S = 1800
STEP_MS = STEP_S * 1000
SPRING, AUTUMN, PLAIN = "2026-03-29", "2026-10-25", "2026-06-10"
FIRST, LAST = at("2026-02-01 00:00"), at("2026-12-01 00:00")


def container(seed: int = 1, top: float = 88.0):
    """Ten months of a container: it fills by day, settles now and then, is emptied at `top` or so; noise of 1 %."""
    rng = np.random.default_rng(seed)
    instants = np.arange(FIRST, LAST, STEP_MS)
    fill, level, until = np.empty(len(instants)), 5.0, top
    for place, instant in enumerate(instants):
        level += (0.6 if 6 <= instant // HOUR_MS % 24 < 20 else 0.05) * rng.gamma(2, 0.5)
        if level > until:
            level, until = 3.0 + 3 * rng.random(), top + rng.normal() * 4
        elif level > 40 and rng.random() < 0.004:
            level -= 15
        fill[place] = level
    fill += rng.normal(0, 1, len(fill))
    wrong = rng.random(len(fill)) < 0.01
    fill[wrong] = rng.uniform(0, 100, int(wrong.sum()))  # false echoes
    return {("fill", 0): track(instants, np.clip(fill, 0, 100), property_id=31, step_s=STEP_S)}


def steps(*levels: float, start: str = f"{PLAIN} 00:00", step_s: int = STEP_S, flags=None):
    instants = at(start) + np.arange(len(levels)) * step_s * 1000
    return {("fill", 0): track(instants, levels, flags, property_id=31, step_s=step_s)}


def falls_by_hand(one, low: int, high: int):
    """(instant, before, after) of every confirmed fall of [low, high), one reading at a time."""
    good = [
        (t, v) for t, v, f in zip(one.at_ms.tolist(), one.values.tolist(), one.flags.tolist(), strict=True) if f < 3
    ]
    value = [v for _, v in good]
    level = [value[0], *(median(value[i - 1 : i + 2]) for i in range(1, len(value) - 1)), median(value[-3:])]
    found, i = [], 1
    while i < len(level):
        if level[i - 1] - level[i] < 10:
            i += 1
            continue
        before = level[i - 1]
        while i + 1 < len(level) and level[i] - level[i + 1] >= 10:
            i += 1
        least = 30 if before - level[i] >= 30 else 10
        if i + 1 < len(level) and before - value[i + 1] >= least and low <= good[i][0] < high:
            found.append((good[i][0], before, level[i]))
        i += 1
    return found


@pytest.fixture(scope="module")
def readings():
    return container()


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (PLAIN, 24)])
def test_the_filling_of_a_day_is_its_last_median_of_three(readings, day, hours):
    low = at(f"{day} 00:00")
    one = readings["fill", 0]
    known = [
        (instant, median(one.values[place - 2 : place + 1].tolist()))
        for place, instant in enumerate(one.at_ms.tolist())
        if low <= instant < low + hours * HOUR_MS
    ]
    found = run("waste_fill", "1d", f"{day} 12:00", readings)[0]
    assert (found.count, found.expected, found.quality) == (2 * hours, 2 * hours, 1)
    assert found.value == found.last == known[-1][1]
    assert found.maximum == max(value for _, value in known)
    assert found.mean == pytest.approx(mean(value for _, value in known), abs=1e-9)


def test_what_stands_at_a_bound_says_so():
    full = run("waste_fill", "1h", f"{PLAIN} 02:00", steps(96, 98, 99, 100, 104, 104))[0]
    assert (full.value, full.category, full.details) == (100.0, "clipped", {"clipped": 2.0})
    assert run("waste_fill", "1h", f"{PLAIN} 01:00", steps(96, 98, 97, 98))[0].category == ""


def test_a_step_longer_than_the_window_has_no_hours():
    assert run("waste_fill", "1h", f"{PLAIN} 06:30", steps(*[50] * 6, step_s=7200)) == {}
    assert run("waste_fill", "1d", f"{PLAIN} 06:30", steps(*[50] * 12, step_s=7200))[0].value == 50


@pytest.mark.parametrize("code", ["1d", "1w", "1mo"])
@pytest.mark.parametrize("day", [SPRING, AUTUMN, "2026-05-05", "2026-05-31"])
def test_collections_and_what_hangs_on_them(readings, code, day):
    window = found = run("waste_collections", code, f"{day} 12:00", readings)[0]
    low, high = _bounds(code, day)
    wanted = falls_by_hand(readings["fill", 0].between(low - 5 * 24 * HOUR_MS, high + 24 * HOUR_MS), low, high)
    collected = [before for _, before, after in wanted if before - after >= 30 and after <= 25]
    settled = [before - after for _, before, after in wanted if before - after < 30]
    assert window.expected == (high - low) // STEP_MS
    assert found.value == len(collected)
    settling = run("waste_settling", code, f"{day} 12:00", readings)[0]
    assert settling.value == len(settled)
    assert settling.details.get("points", 0.0) == pytest.approx(sum(settled), abs=1e-9)
    filled = run("waste_fill_at_collection", code, f"{day} 12:00", readings)[0]
    assert filled.details == {"collections": len(collected)}
    if collected:
        assert filled.value == pytest.approx(mean(collected), abs=1e-9)
        assert (filled.minimum, filled.maximum) == (min(collected), max(collected))
    else:
        assert (filled.value, filled.quality) == (None, 9)
    needless = run("waste_needless_collections", code, f"{day} 12:00", readings, needless=87.0)[0]
    assert needless.value == sum(before < 87 for before in collected)


def _bounds(code: str, day: str):
    return {
        ("1d", SPRING): (at("2026-03-29 00:00"), at("2026-03-30 00:00")),
        ("1w", SPRING): (at("2026-03-23 00:00"), at("2026-03-30 00:00")),
        ("1mo", SPRING): (at("2026-03-01 00:00"), at("2026-04-01 00:00")),
        ("1d", AUTUMN): (at("2026-10-25 00:00"), at("2026-10-26 00:00")),
        ("1w", AUTUMN): (at("2026-10-19 00:00"), at("2026-10-26 00:00")),
        ("1mo", AUTUMN): (at("2026-10-01 00:00"), at("2026-11-01 00:00")),
        ("1d", "2026-05-05"): (at("2026-05-05 00:00"), at("2026-05-06 00:00")),
        ("1w", "2026-05-05"): (at("2026-05-04 00:00"), at("2026-05-11 00:00")),
        ("1mo", "2026-05-05"): (at("2026-05-01 00:00"), at("2026-06-01 00:00")),
        ("1d", "2026-05-31"): (at("2026-05-31 00:00"), at("2026-06-01 00:00")),
        ("1w", "2026-05-31"): (at("2026-05-25 00:00"), at("2026-06-01 00:00")),
        ("1mo", "2026-05-31"): (at("2026-05-01 00:00"), at("2026-06-01 00:00")),
    }[code, day]


def test_the_sample_holds_what_the_tests_are_about(readings):
    month = falls_by_hand(readings["fill", 0], at("2026-05-01 00:00"), at("2026-06-01 00:00"))
    assert sum(before - after >= 30 for _, before, after in month) >= 4
    assert sum(before - after < 30 for _, before, after in month) >= 2


@pytest.mark.parametrize(
    ("levels", "collections"),
    [
        ((80, 80, 20, 20), 1),
        ((80, 80, 20, 80, 80), 0),  # a false echo
        ((80, 80, 55, 20, 20), 1),  # emptied half-way when it was measured
        ((80, 80, 25, 25), 1),
        ((80, 80, 26, 26), 0),
        ((54, 54, 25, 25), 0),
        ((55, 55, 25, 25), 1),
        ((80, 80, 80, 20), 0),  # nobody confirms it yet
    ],
)
def test_what_is_a_collection(levels, collections):
    padded = steps(*[levels[0]] * 44, *levels[: 48 - 44])
    after = {("fill", 0): track(
        np.append(padded["fill", 0].at_ms, padded["fill", 0].at_ms[-1] + STEP_MS * np.arange(1, len(levels) - 3)),
        np.append(padded["fill", 0].values, levels[4:]), property_id=31, step_s=STEP_S,
    )}  # fmt: skip
    assert run("waste_collections", "1d", f"{PLAIN} 12:00", after)[0].value == collections


def test_a_collection_at_the_end_of_a_day_waits_for_the_next_reading():
    until_midnight = steps(*[80] * 47, 20)
    assert run("waste_collections", "1d", f"{PLAIN} 12:00", until_midnight)[0].value == 0
    assert run("waste_collections", "1d", f"{PLAIN} 12:00", steps(*[80] * 47, 20, 21))[0].value == 1


def test_a_collection_during_a_gap_counts_when_it_is_known():
    one = steps(*[80] * 20, *[20] * 28)["fill", 0]
    gone = {("fill", 0): without(one, np.isin(np.arange(48), (18, 19, 20, 21)))}
    assert run("waste_collections", "1d", f"{PLAIN} 12:00", gone)[0].value == 1


@pytest.mark.parametrize("name", ["waste_collections", "waste_settling", "waste_needless_collections",
                                  "waste_overflow_hours"])  # fmt: skip
def test_a_count_of_a_day_is_null_below_nine_tenths(readings, name):
    one = readings["fill", 0]
    inside = np.flatnonzero((one.at_ms >= at(f"{PLAIN} 00:00")) & (one.at_ms < at("2026-06-11 00:00")))
    for gone, told in ((4, True), (5, False)):
        cut = {("fill", 0): without(one, np.isin(np.arange(len(one)), inside[:gone]))}
        found = run(name, "1d", f"{PLAIN} 12:00", cut)[0]
        assert (found.value is not None) is told
        assert (found.count, found.expected, found.completeness) == (48 - gone, 48, (48 - gone) / 48)
        assert (found.quality == 9, bool(found.details)) == (not told, found.details != {} and told)


def test_a_reading_that_comes_late_changes_the_day():
    whole = steps(*[60] * 20, *[97] * 10, *[60] * 18)["fill", 0]
    before = run(
        "waste_overflow_hours", "1d", f"{PLAIN} 12:00", {("fill", 0): without(whole, whole.at_ms == whole.at_ms[25])}
    )
    after = run("waste_overflow_hours", "1d", f"{PLAIN} 12:00", {("fill", 0): whole})
    assert (before[0].value, after[0].value) == (4.75, 5.0)
    assert (before[0].details["observed_h"], after[0].details["observed_h"]) == (23.75, 24.0)
    flags = np.ones(48, np.uint8)
    flags[25] = 3
    flagged = run(
        "waste_overflow_hours",
        "1d",
        f"{PLAIN} 12:00",
        {("fill", 0): track(whole.at_ms, whole.values, flags, step_s=STEP_S)},
    )
    assert (flagged[0].value, flagged[0].excluded, flagged[0].quality) == (4.75, 1, 3)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (PLAIN, 24)])
def test_a_container_that_overflows_all_day_does_so_for_every_hour_of_it(day, hours):
    full = steps(*[99] * 56, start=f"{day} 00:00")["fill", 0]
    earlier = track(np.append(full.at_ms[0] - STEP_MS, full.at_ms), np.append(99, full.values), step_s=STEP_S)
    assert run("waste_overflow_hours", "1d", f"{day} 12:00", {("fill", 0): earlier})[0].value == hours


@pytest.mark.parametrize("day", [SPRING, AUTUMN, "2026-05-05"])
def test_cycles_per_week_and_their_length(readings, day):
    low, high = _bounds("1w", day)
    everything = falls_by_hand(readings["fill", 0], FIRST, high)
    collected = [instant for instant, before, after in everything if before - after >= 30 and after <= 25]
    lengths = [(b - a) / HOUR_MS for a, b in pairwise(collected) if low <= b < high]
    found = run("waste_cycles_per_week", "1w", f"{day} 12:00", readings)[0]
    assert found.value == len(lengths) > 0
    assert found.details["mean_cycle_h"] == pytest.approx(mean(lengths), abs=1e-9)


def test_cycles_of_a_month_are_those_of_seven_of_its_days(readings):
    every = falls_by_hand(readings["fill", 0], *_bounds("1mo", SPRING))
    wanted = [one for one in every if one[1] - one[2] >= 30 and one[2] <= 25]
    found = run("waste_cycles_per_week", "1mo", f"{SPRING} 12:00", readings)[0]
    assert found.value == pytest.approx(len(wanted) * 7 / 31)
    assert found.expected == 31 * 48 - 2


def test_all_numbers_are_pythons_own(readings):
    for name, code in [
        (one.name, code) for one in indicators().values() if one.use_case == "waste" for code in one.codes
    ]:
        for found in run(name, code, f"{PLAIN} 12:00", readings).values():
            told = [found.value, found.minimum, found.mean, found.maximum, found.first, found.last]
            assert {type(one) for one in [*told, *found.details.values()]} <= {float, type(None)}


def test_channels_are_told_apart():
    one = steps(*[50] * 48)["fill", 0]
    both = {("fill", 0): one, ("fill", 2): track(one.at_ms, [99.0] * 48, property_id=31, channel=2, step_s=STEP_S)}
    found = run("waste_overflow_hours", "1d", f"{PLAIN} 12:00", both)
    assert {channel: result.value for channel, result in found.items()} == {0: 0.0, 2: 24.0}


def test_nothing_is_said_of_a_day_without_readings():
    assert run("waste_collections", "1d", "2026-07-01 12:00", steps(*[50] * 48)) == {}
