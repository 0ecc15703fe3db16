"""The second source of a river's level, held against plain loops, and against floods whose lag is known."""

import math
from collections import defaultdict

import numpy as np
import pytest
from looked_at import HOUR_MS, MARSEILLE, PARIS, at

from vigie.streams.core.windows.indicator import Inputs, PointTracks, indicators
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.track import track

QUARTER_MS = 900_000
DAYS = ["2026-03-29", "2026-10-25", "2026-06-10"]
OURS = indicators()["river_second_source"]


def flow(instants, lag_ms: int, seed: int, scale: float = 1.0, noise: float = 0.002):
    """The level at these instants of a wave that passes `lag_ms` later than upstream."""
    hours = (np.asarray(instants) - lag_ms) / HOUR_MS
    wave = 0.4 * np.sin(hours / 2.7) + 0.3 * np.sin(hours / 5.3 + 1) + 0.2 * np.sin(hours / 1.1)
    return 2 + scale * wave + np.random.default_rng(seed).normal(0, noise, len(hours))


def stations(day: str, lag_ms: int = 90 * 60_000, there_step_s: int = 300, **there):
    window = window_of("1d", at(f"{day} 12:00"), PARIS)
    here_at = np.arange(window.start_at - 30 * HOUR_MS, window.end_at, 300_000)
    there_at = np.arange(window.start_at - 30 * HOUR_MS, window.end_at, there_step_s * 1000)
    here = track(here_at, flow(here_at, lag_ms, 1), property_id=40, step_s=300)
    upstream = track(there_at, flow(there_at, 0, 2, **there), property_id=40, step_s=there_step_s)
    return window, here, upstream


def run(window, here, *others, **parameters):
    given = {name: one.default for name, one in OURS.parameters.items()} | parameters
    points = [PointTracks("P1", {("water_level", 0): here}, *MARSEILLE)]
    beside = [PointTracks(name, tracks, *MARSEILLE, role="reference") for name, tracks in others]
    return OURS.compute(Inputs(window=window, zone=PARIS, points=points, others=beside, parameters=given))


def level(one):
    return {("water_level", 0): one}


def by_hand(here, there, window, slot_ms, longest_ms):
    """(correlation, lag) of the best lag, slot by slot."""

    def means(one, begin):
        slots = defaultdict(list)
        for instant, value, flag in zip(one.at_ms.tolist(), one.values.tolist(), one.flags.tolist(), strict=True):
            if flag <= 2:
                slots[(instant - begin) // slot_ms].append(value)
        return {slot: sum(values) / len(values) for slot, values in slots.items()}

    ours, theirs = means(here, window.start_at), means(there, window.start_at)
    back = max(HOUR_MS // slot_ms, 1)
    count = (window.end_at - window.start_at) // slot_ms
    found = []
    for lag in range(longest_ms // slot_ms + 1):
        pairs = [
            (ours[s] - ours[s - back], theirs[s - lag] - theirs[s - lag - back])
            for s in range(count)
            if s in ours and s - back in ours and s - lag in theirs and s - lag - back in theirs
        ]
        if len(pairs) < 0.75 * count:
            continue
        x, y = (math.fsum(one[i] for one in pairs) / len(pairs) for i in (0, 1))
        top = math.fsum((a - x) * (b - y) for a, b in pairs)
        low = math.sqrt(math.fsum((a - x) ** 2 for a, _ in pairs) * math.fsum((b - y) ** 2 for _, b in pairs))
        found.append((top / low, -lag * slot_ms))
    return max(found)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("step_s", [300, 3600])
def test_the_lag_and_its_correlation_are_those_of_plain_loops(day, step_s):
    window, here, there = stations(day, there_step_s=step_s)
    flags = np.where(np.random.default_rng(9).random(len(there)) < 0.02, 4, 1).astype(np.uint8)
    there = track(there.at_ms, there.values, flags, property_id=40, step_s=step_s)
    (found,) = run(window, here, ("UP", level(there)))
    correlation, lag = by_hand(here, there, window, max(step_s * 1000, QUARTER_MS), 12 * HOUR_MS)
    assert found.value == found.details["correlation"] == pytest.approx(correlation, abs=1e-9)
    assert found.details["lag_min"] == -lag / 60_000
    assert found.expected == (window.end_at - window.start_at) // 300_000


@pytest.mark.parametrize("lag_min", [0, 45, 240, 705])
def test_a_flood_seen_upstream_is_found_at_its_lag(lag_min):
    window, here, there = stations(DAYS[2], lag_min * 60_000)
    (found,) = run(window, here, ("UP", level(there)))
    assert (found.details["lag_min"], found.category, found.parts) == (lag_min, "agrees", ("UP",))
    assert found.value > 0.99


def test_a_station_that_saw_something_else_disagrees():
    window, here, there = stations(DAYS[2])
    other = track(there.at_ms, np.random.default_rng(4).normal(2, 0.5, len(there)), property_id=40, step_s=300)
    (found,) = run(window, here, ("UP", level(other)))
    assert found.category == "disagrees"
    assert found.value < 0.5


def test_of_two_second_sources_the_more_alike_speaks_and_a_flow_will_do():
    window, here, there = stations(DAYS[2])
    noise = track(there.at_ms, np.random.default_rng(4).normal(2, 0.5, len(there)), property_id=40, step_s=300)
    litres = {("flow", 0): track(there.at_ms, 40 * there.values, property_id=49, step_s=300)}
    (found,) = run(window, here, ("A", level(noise)), ("Q", litres), ("P1", level(here)))
    assert (found.parts, found.details["lag_min"], found.category) == (("Q",), 90.0, "agrees")


def test_a_calm_day_and_a_silent_second_source_say_why_there_is_nothing():
    window, here, there = stations(DAYS[2])
    calm = track(here.at_ms, 2 + (here.values - 2) / 100, property_id=40, step_s=300)
    (found,) = run(window, calm, ("UP", level(there)))
    assert (found.value, found.category, found.quality) == (None, "calm", 9)
    for silent in (there.between(0, window.start_at), track(there.at_ms, np.full(len(there), 3.0), step_s=300)):
        (found,) = run(window, here, ("UP", level(silent)))
        assert (found.value, found.category) == (None, "no_second")
    assert run(window, here) == []


def test_below_three_quarters_nothing_is_said_and_a_late_reading_changes_it():
    window, here, there = stations(DAYS[2])
    row = np.flatnonzero(here.at_ms >= window.start_at)
    (few,) = run(window, here.where(~np.isin(np.arange(len(here)), row[:73])), ("UP", level(there)))
    assert (few.value, few.category, few.count) == (None, "", 288 - 73)
    whole, late = (
        run(window, here, ("UP", level(one)))[0] for one in (there, there.where(np.arange(len(there)) != 400))
    )
    assert whole.value != late.value


def test_how_far_it_looks_is_enough_for_its_longest_lag():
    window, here, there = stations(DAYS[2], 24 * HOUR_MS)
    low = window.start_at - OURS.before_s * 1000
    whole = run(window, here, ("UP", level(there)), longest_lag=24.0)
    assert (whole[0].details["lag_min"], whole[0].details["pairs"]) == (24 * 60, 96)
    assert (
        run(
            window, here.between(low, window.end_at), ("UP", level(there.between(low, window.end_at))), longest_lag=24.0
        )
        == whole
    )
