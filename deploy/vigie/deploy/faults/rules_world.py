"""What the rules are played on: eight weeks of sound history, then weeks in which faults are put, with flags."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.random import SeedSequence, default_rng

from vigie.deploy.faults import judge
from vigie.deploy.faults.clean import LATITUDE, LONGITUDE, START_AT, USE_CASES, Clean
from vigie.deploy.faults.inject import DAY_MS, Fault, inject
from vigie.deploy.faults.sent import Sent, sent
from vigie.streams.core.detect.baseline_made import baseline_of
from vigie.streams.core.quality.run import rolled
from vigie.streams.core.quality.series import Flags
from vigie.streams.core.windows.track import Track
from vigie.topics.baseline import Baseline
from vigie.topics.property import BY_NAME
from vigie.topics.quality import SUCCESSOR_TESTS, Flag, pack

HISTORY_WEEKS = 8
LEAD_WEEKS = 3
"""Weeks before the first fault that are played too: rules learn from them, and what they say there is counted."""
ZONE = "Europe/Paris"


class World(NamedTuple):
    """A use case whose property is played.

    Attributes:
        clean: what was measured.
        every: what was sent by sound sensors.
        target: property id.
    """

    clean: Clean
    every: Sent
    target: int


class Rows(NamedTuple):
    """What is played, in the order of arrival.

    Attributes:
        sent: rows from `LEAD_WEEKS` before the first fault on.
        flags: (n,) roll-up of the tests that speak at once.
        tests: (n,) every test's flag packed, 0 where the roll-up is good.
        faults: what was put in.
        baselines: week (from the first played) -> by point, made from the eight weeks before it.
        first_at, last_at: epoch ms UTC, of what is counted.
    """

    sent: Sent
    flags: Flags
    tests: list[int]
    faults: list[Fault]
    baselines: list[list[Baseline]]
    first_at: int
    last_at: int


@lru_cache(2)
def world(use_case: str, name: str, seed: int, weeks: int) -> World:
    """A use case's series; the same seed gives the same."""
    place = sorted(USE_CASES).index(use_case)
    clean = USE_CASES[use_case](default_rng(SeedSequence((seed, place, 7))), HISTORY_WEEKS + weeks)
    every = sent(clean, default_rng(SeedSequence((seed, place, 8))))
    target = BY_NAME[name].id
    return World(clean, every, target)


def rows(found: World, fault: str, seed: int, weeks: int) -> Rows:
    """What arrives when faults are put into the last weeks."""
    rng = default_rng(SeedSequence((seed, 9, len(fault))))
    history = HISTORY_WEEKS * 7
    now, faults = inject(fault, found.every, found.clean, found.target, rng, first_days=history)
    begin = START_AT + (history - 7 * LEAD_WEEKS) * DAY_MS
    played = now.rows(now.true_at >= begin)
    flags = judge.flags_of(played, found.clean)[found.target]
    at_once = {test: part for test, part in flags.items() if test not in SUCCESSOR_TESTS}
    roll = rolled(at_once)
    bad = np.flatnonzero(roll > Flag.UNKNOWN).tolist()
    tests = [0] * len(roll)
    for row in bad:
        tests[row] = pack({test: Flag(int(part[row])) for test, part in at_once.items()})
    starts = [begin + week * 7 * DAY_MS for week in range(LEAD_WEEKS + weeks)]
    good = _flags_everywhere(now, played, roll)
    made = [_baselines(now, good, found.target, start) for start in starts]
    last = START_AT + (history + 7 * weeks) * DAY_MS
    return Rows(played, roll, tests, faults, made, begin, last)


def _flags_everywhere(now: Sent, played: Sent, roll: Flags) -> Flags:
    """Flags of all rows: those before what is played are sound."""
    good = np.ones(len(now.at_ms), np.uint8)
    good[now.true_at >= played.true_at.min()] = roll
    return good


def _baselines(now: Sent, flags: Flags, target: int, at: int) -> list[Baseline]:
    """One per point, as it is made in the night before an instant."""
    made = []
    for point in range(int(now.point[-1]) + 1):
        own = (now.point == point) & (now.true_at < at) & (now.true_at >= at - HISTORY_WEEKS * 7 * DAY_MS)
        track = Track(target, 0, 0, now.at_ms[own], now.values[target][own], flags[own])
        made.append(baseline_of(track, f"p{point}", ZONE, at, at - HISTORY_WEEKS * 7 * DAY_MS, at))
    return made


def place_of(clean: Clean, point: int) -> tuple[float, float, float]:
    """Latitude, longitude and altitude of a point."""
    if clean.offsets is None:
        return LATITUDE, LONGITUDE, 0.0
    north, east, altitude = clean.offsets[point].tolist()
    return LATITUDE + north / 111_195, LONGITUDE + east / (111_195 * np.cos(np.radians(LATITUDE))), altitude
