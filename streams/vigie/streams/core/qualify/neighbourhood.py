"""Values of neighbours, and what they say of each other, whatever the order in which they come.

Values of a group are compared within a quarter of an hour, whose middle is a full quarter. What is said of a value is a
function of the values that are remembered: it is said when it changes, and taken back when it no longer holds.
"""

from collections.abc import Iterable, Mapping
from math import isnan, nan
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.quality.neighbours import Around, around, neighbours
from vigie.streams.core.quality.radiation import night_excess, radiation
from vigie.streams.core.quality.series import MEMORY_MS, Flags, Numbers, Series
from vigie.streams.core.quality.sun import sun_elevation
from vigie.topics.property import PROPERTIES
from vigie.topics.quality import Flag, Test
from vigie.topics.quality_parameters import OFF, start_values
from vigie.topics.requalify import Verdict

QUARTER_MS = 900_000
QUARTERS = 4
HOUR_MS = QUARTER_MS * QUARTERS
HOURS = 2 * MEMORY_MS // HOUR_MS + 2
"""Hours kept per group, a ring: a memory, and as much again that its oldest values are compared with."""

Key = tuple[str, int, int, int]
"""Point, property, channel, instant."""


class Kept(msgspec.Struct, array_like=True):
    """A value as it is remembered.

    Attributes:
        value: in the property's unit.
        usable: whether it may judge others.
        excess: above the median of its neighbours; NaN where there is none.
        near, sun: what was said last, by neighbours and by their median under the sun; 0 for nothing.
    """

    value: float
    usable: bool
    excess: float = nan
    near: int = 0
    sun: int = 0


class Hour(msgspec.Struct, array_like=True):
    """The values of a group in an hour.

    Attributes:
        number: which hour, counted from 1970.
        values: by point, property, channel and instant.
    """

    number: int
    values: dict[Key, Kept] = {}


class _Packed(msgspec.Struct, array_like=True):
    number: int
    values: list[tuple[Key, Kept]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


def dump(hour: Hour) -> bytes:
    """An hour as bytes, for the changelog."""
    return _encode(_Packed(hour.number, list(hour.values.items())))


def load(data: bytes) -> Hour:
    """The hour that `dump` wrote.

    >>> hour = Hour(7, {("P1", 1, 0, 5): Kept(21.5, True, 0.5)})
    >>> load(dump(hour)) == hour
    True
    """
    packed = _decode(data)
    return Hour(packed.number, dict(packed.values))


def quarter_of(at: int) -> int:
    """Which quarter of an hour a value is compared in.

    >>> quarter_of(449_999), quarter_of(450_000)
    (0, 1)
    """
    return (at + QUARTER_MS // 2) // QUARTER_MS


class Judged(NamedTuple):
    """What neighbours say of a value now: 3, 4, or 0 where they do not object."""

    near: int
    sun: int


class Parameters:
    """Parameters of both tests at points, by one view."""

    def __init__(self, view: FleetView) -> None:
        self.view = view
        self._known: dict[tuple[str, int, int], dict[Test, dict[str, float]]] = {}

    def of(self, point: str, number: int, channel: int) -> dict[Test, dict[str, float]]:
        """The parameters of both tests of a point's series; a test that is off has no limit.

        Who is a neighbour is said of the test of neighbours, and holds for the sun's too where that one is off.
        """
        found = self._known.get((point, number, channel))
        if found is None:
            entry = PROPERTIES.get(number)
            tests = start_values(entry.name) if entry is not None else {}
            for one in self.view.settings_of(point):
                if one.property == number and one.channel in (None, channel):
                    test = Test(one.test)
                    tests[test] = tests.get(test, {}) | one.parameters
            found = {
                test: tests[test] | ({limit: nan} if tests[test].get(OFF) == 1 else {})
                for test, limit in ((Test.NEIGHBOURS, "k"), (Test.RADIATION, "excess"))
                if test in tests
            }
            self._known[point, number, channel] = found
        return found


class Cohorts:
    """Values that are judged together, laid one behind the other.

    Args:
        values: of some quarters, each with the name of its cohort.
        parameters: of the tests.
    """

    def __init__(self, values: Iterable[tuple[object, Key, Kept]], parameters: Parameters) -> None:
        found = list(values)
        self.keys = [key for _, key, _ in found]
        self.kept = [kept for _, _, kept in found]
        numbers: dict[object, int] = {}
        points: dict[str, int] = {}
        cohort = [numbers.setdefault(name, len(numbers)) for name, _, _ in found]
        whose = [points.setdefault(key[0], len(points)) for key in self.keys]
        places = [parameters.view.point_at(key[0], key[3]) for key in self.keys]
        self._tests = [parameters.of(*key[:3]) for key in self.keys]
        self.values = np.array([kept.value for kept in self.kept])
        self.latitude = np.array([nan if one is None else one.latitude for one in places])
        self.longitude = np.array([nan if one is None else one.longitude for one in places])
        altitude = np.array([nan if one is None or one.altitude_m is None else one.altitude_m for one in places])
        usable = np.array([kept.usable for kept in self.kept], np.bool_)
        self.around = Around(
            np.array(cohort, np.int64), np.array(whose, np.int32), self.values, self.latitude, self.longitude, altitude,
            usable,
        )  # fmt: skip

    def parameter(self, test: Test, name: str, default: float = nan) -> Numbers:
        """(n,) a parameter of each value."""
        return np.array([one.get(test, {}).get(name, default) for one in self._tests])

    def _near(self, name: str, default: float = nan) -> Numbers:
        return self.parameter(Test.NEIGHBOURS, name, default)

    def near(self) -> Flags:
        """What the test of neighbours says; 2 where it is off."""
        of = self._near
        return neighbours(
            self.around, of("k"), of("min_sd", 0.0), of("radius_m"), of("num_min", 4.0), of("max_elev_diff_m"),
            of("gradient_per_m", 0.0), int(of("iterations", 2.0).max(initial=1.0)), of("fail_k"),
        )  # fmt: skip

    def seen(self) -> tuple[Numbers, NDArray[np.int64]]:
        """The median of each value's neighbours, and their number."""
        of = self._near
        found = around(self.around, of("radius_m"), of("max_elev_diff_m"), of("gradient_per_m", 0.0))
        return found.median, found.number


def judge(cohorts: Cohorts, history: Mapping[tuple[str, int, int], list[tuple[int, Kept]]]) -> list[Judged]:
    """What neighbours say of each value; notes the excess over their median.

    Args:
        cohorts: complete cohorts.
        history: point, property, channel -> instants with values that are remembered of it, in any order; asked only
            for what is warmer than its neighbours.
    """
    near = cohorts.near()
    median, number = cohorts.seen()
    excess = cohorts.values - median
    for kept, own in zip(cohorts.kept, excess.tolist(), strict=True):
        kept.excess = own
    at = np.array([key[3] for key in cohorts.keys], np.int64)
    elevation = sun_elevation(at, cohorts.latitude, cohorts.longitude)
    limit = cohorts.parameter(Test.RADIATION, "excess")
    night = np.full(len(at), nan)
    with np.errstate(invalid="ignore"):
        asked = np.flatnonzero(excess > limit)
    for place in asked.tolist():
        night[place] = _night_excess(cohorts, place, history)
    sun = radiation(
        cohorts.values, median, number, elevation, night, limit,
        cohorts.parameter(Test.RADIATION, "min_elevation_deg", 10.0), cohorts.parameter(Test.RADIATION, "num_min", 3.0),
    )  # fmt: skip
    return [Judged(_objection(one), _objection(other)) for one, other in zip(near.tolist(), sun.tolist(), strict=True)]


def verdicts(key: Key, kept: Kept, judged: Judged, *, again: bool) -> list[Verdict]:
    """What is to be told of a value, which is noted as told.

    Args:
        key: of the value.
        kept: as it is remembered.
        judged: what neighbours say now.
        again: tell an objection also where it was told before: the value came anew.
    """
    point, number, channel, at = key
    told = []
    for test, before, now in (
        (Test.NEIGHBOURS, kept.near, judged.near),
        (Test.RADIATION, kept.sun, judged.sun),
    ):
        if now != before or (again and now):
            why = {} if isnan(kept.excess) else {"excess": round(kept.excess, 3)}
            told.append(Verdict(point, number, channel, at, int(test), now or int(Flag.GOOD), why))
    kept.near, kept.sun = judged
    return told


def _objection(flag: int) -> int:
    return flag if flag in (Flag.SUSPECT, Flag.FAIL) else 0


def _night_excess(
    cohorts: Cohorts, place: int, history: Mapping[tuple[str, int, int], list[tuple[int, Kept]]]
) -> float:  # fmt: skip
    point, number, channel, at = cohorts.keys[place]
    own = sorted((when, kept.excess) for when, kept in history[point, number, channel] if at - MEMORY_MS <= when <= at)
    instants = np.array([when for when, _ in own], np.int64)
    series = Series(instants, np.array([excess for _, excess in own]), np.zeros(len(own), np.int32))
    elevation = sun_elevation(instants, float(cohorts.latitude[place]), float(cohorts.longitude[place]))
    return float(night_excess(series, elevation)[-1])
