"""All tests of a complete set of observations at once: what a stream must come to, in whatever order it saw them.

An observation with an impossible instant, or that a radio repeated, is no measurement: it is flagged, and no test that
looks at other values sees it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.clock import clock
from vigie.streams.core.quality.consistency import consistency
from vigie.streams.core.quality.duplicate import duplicate
from vigie.streams.core.quality.legal_hour import Calendar
from vigie.streams.core.quality.neighbours import Around, around, neighbours
from vigie.streams.core.quality.radiation import night_excess, radiation
from vigie.streams.core.quality.series import Flags, Numbers, Parameter, Series, Truths
from vigie.streams.core.quality.series_flags import OfProperty, gross_range_flags, is_on, of_rows, series_flags
from vigie.streams.core.quality.sun import sun_elevation
from vigie.topics.property import PROPERTIES
from vigie.topics.quality import NOT_ROLLED_UP, SUCCESSOR_TESTS, Flag, Test


class Records(NamedTuple):
    """Observations of many points.

    Attributes:
        at_ms, ingested_at: (n,) epoch ms UTC; at_ms rising within each point.
        point: (n,) int32, rising: which point it is of.
        uplink: (n,) uint64, first 8 bytes of the uplink's id.
        values: property id to (n,) in its unit; NaN where the observation does not hold it.
    """

    at_ms: NDArray[np.int64]
    ingested_at: NDArray[np.int64]
    point: NDArray[np.int32]
    uplink: NDArray[np.uint64]
    values: Mapping[int, Numbers]


class Sites(NamedTuple):
    """Where each observation was made, and with which it is compared.

    Attributes:
        group: (n,) buddy group; −1 for none.
        latitude, longitude: (n,) degrees.
        altitude_m: (n,).
    """

    group: NDArray[np.int64]
    latitude: Numbers
    longitude: Numbers
    altitude_m: Numbers


def all_flags(
    records: Records,
    parameters: Mapping[int, OfProperty],
    step_s: float,
    calendar: Calendar,
    sites: Sites | None = None,
) -> dict[int, dict[Test, Flags]]:
    """What does each test say of each value?

    Args:
        records: the complete set.
        parameters: property id to the parameters of its tests, numbers (or, for tests of the series alone, (n,)); a
            test that is left out is not done.
        step_s: measuring step of the points, seconds.
        calendar: month and hour of each observation.
        sites: where they were made; without them there are no neighbours.

    Returns:
        property id to test to (n,) flags; only tests that were done. Tests that need a successor or neighbours say 2
        where they do not object (topics.quality.SUCCESSOR_TESTS).
    """
    in_time = clock(records.at_ms, records.ingested_at)
    can_be = in_time == Flag.GOOD
    at, point, uplink, content = (
        part[can_be] for part in (records.at_ms, records.point, records.uplink, _content(records.values))
    )
    repeated = _spread(duplicate(at, point, content, uplink, _span_s(parameters)), can_be)
    measured = can_be & (repeated != Flag.SUSPECT)
    found: dict[int, dict[Test, Flags]] = {}
    agreeing = consistency(records.values, {one: _tolerance(parameters.get(one, {})) for one in records.values})
    for one, values in records.values.items():
        tests = parameters.get(one, {})
        flags = {Test.CLOCK: in_time, Test.DUPLICATE: repeated}
        series = Series(records.at_ms, values, records.point)
        seen = series_flags(
            _rows(series, measured), PROPERTIES[one].kind, of_rows(tests, measured), step_s, calendar.rows(measured)
        )
        flags |= {test: _spread(part, measured) for test, part in seen.items()}
        if is_on(tests, Test.GROSS_RANGE):
            flags[Test.GROSS_RANGE] = gross_range_flags(series, tests[Test.GROSS_RANGE])
        if is_on(tests, Test.CONSISTENCY) and one in agreeing:
            flags[Test.CONSISTENCY] = agreeing[one]
        if sites is not None:
            flags |= _with_neighbours(records, values, measured & usable(flags), tests, step_s, sites)
        missing = np.isnan(values)
        for test in flags:
            quiet = (flags[test] == Flag.GOOD) & (test in SUCCESSOR_TESTS)
            flags[test] = np.where(missing, Flag.MISSING, np.where(quiet, Flag.UNKNOWN, flags[test])).astype(np.uint8)
        found[one] = flags
    return found


def rolled(flags: Mapping[Test, Flags]) -> Flags:
    """The roll-up of each value: fail > suspect > good > not evaluated > missing.

    >>> rolled({Test.GROSS_RANGE: np.array([1, 2, 9], np.uint8), Test.SPIKE: np.array([3, 2, 9], np.uint8)}).tolist()
    [3, 2, 9]
    """
    size = len(next(iter(flags.values())))
    found = np.full(size, Flag.MISSING, np.uint8)
    counted = [part for test, part in flags.items() if test not in NOT_ROLLED_UP]
    for flag in (Flag.UNKNOWN, Flag.GOOD, Flag.SUSPECT, Flag.FAIL):
        for part in counted:
            found[part == flag] = flag
    return found


def usable(flags: Mapping[Test, Flags]) -> Truths:
    """Which values may judge their neighbours: good or not evaluated, by the tests so far."""
    so_far = rolled(flags)
    found: Truths = (so_far == Flag.GOOD) | (so_far == Flag.UNKNOWN)
    return found


def _with_neighbours(
    records: Records, values: Numbers, may_judge: Truths, tests: OfProperty, step_s: float, sites: Sites
) -> dict[Test, Flags]:
    rows = np.flatnonzero(sites.group >= 0)
    step_ms = int(step_s * 1000)
    slot = (records.at_ms[rows] + step_ms // 2) // step_ms
    _, cohort = np.unique(np.stack((sites.group[rows], slot)), axis=1, return_inverse=True)
    latitude, longitude, altitude_m = (part[rows] for part in sites[1:])
    group = Around(
        cohort.reshape(-1), records.point[rows], values[rows], latitude, longitude, altitude_m, may_judge[rows]
    )
    found: dict[Test, Flags] = {}
    of = tests.get(Test.NEIGHBOURS, {})
    near = (of.get("radius_m", np.nan), of.get("max_elev_diff_m", np.nan), of.get("gradient_per_m", 0.0))
    if is_on(tests, Test.NEIGHBOURS):
        radius, higher, gradient = near
        times = int(np.max(of.get("iterations", 2.0)))
        flags = neighbours(
            group, of.get("k", np.nan), of.get("min_sd", 0.0), radius, of.get("num_min", 4.0), higher, gradient, times,
            of.get("fail_k", np.nan),
        )  # fmt: skip
        found[Test.NEIGHBOURS] = _placed(flags, rows, len(values))
    if is_on(tests, Test.RADIATION):
        sun = tests[Test.RADIATION]
        seen = around(group, *near)
        elevation = sun_elevation(records.at_ms[rows], latitude, longitude)
        warmer = Series(records.at_ms[rows], values[rows] - seen.median, records.point[rows])
        flags = radiation(
            values[rows], seen.median, seen.number, elevation, night_excess(warmer, elevation),
            sun.get("excess", np.nan), sun.get("min_elevation_deg", 10.0), sun.get("num_min", 3.0),
        )  # fmt: skip
        found[Test.RADIATION] = _placed(flags, rows, len(values))
    return found


def _tolerance(tests: OfProperty) -> Parameter:
    return tests.get(Test.CONSISTENCY, {}).get("tolerance", np.nan)


def _span_s(parameters: Mapping[int, OfProperty]) -> float:
    spans = [np.max(tests[Test.DUPLICATE]["span_s"]) for tests in parameters.values() if is_on(tests, Test.DUPLICATE)]
    return float(max(spans)) if spans else np.nan


def _content(values: Mapping[int, Numbers]) -> NDArray[np.uint64]:
    """A hash of each observation's set of values."""
    found = np.zeros(len(next(iter(values.values()))), np.uint64)
    for one in sorted(values):
        bits = np.where(np.isnan(values[one]), np.nan, values[one]).view(np.uint64)
        found = (found ^ bits) * np.uint64(0x9E3779B97F4A7C15 | one << 1)
        found ^= found >> np.uint64(29)
    return found


def _rows(series: Series, chosen: Truths) -> Series:
    return Series(series.at_ms[chosen], series.values[chosen], series.segment[chosen])


def _spread(flags: Flags, chosen: Truths) -> Flags:
    return _placed(flags, np.flatnonzero(chosen), len(chosen))


def _placed(flags: Flags, rows: NDArray[np.int64], size: int) -> Flags:
    found = np.full(size, Flag.UNKNOWN, np.uint8)
    found[rows] = flags
    return found
