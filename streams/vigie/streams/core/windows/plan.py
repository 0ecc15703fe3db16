"""Which windows a change touches: days of points that are dirty, brought together so that few loads serve many."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.again import FOR_EVER, Bounds, Steps
from vigie.streams.core.windows.legal import window_of, windows_between
from vigie.topics.aggregate import REASONS
from vigie.topics.dirty import Dirty

OWNED_CODES = ("15m", "1h", "1d")
"""Codes that every series of a point has, and that its owner makes while it holds them."""
ROLLING_CODES = ("r1h", "r8h", "r24h")
ASKED_CODES = ("30m", *ROLLING_CODES)
"""Codes that the owner makes where the fleet asks."""
METER_REACH_MS = 4 * 3_600_000
"""So far back a meter looks for the reading before its window: so far on a reading changes windows."""


class Asked(NamedTuple):
    """What is to be done for one point of a span.

    Attributes:
        reason: of topics.aggregate.REASONS.
        before: windows that begin before this instant,
        ended_after: and end after this one,
        ended_by: and by this one;
        since: that begin at this instant or later,
        dense: and rest on one of these spans (topics.dirty.Dirty); where there are some, `ended_by` is a tick, by which
            the upload period has passed too.
    """

    reason: str
    before: int = FOR_EVER
    ended_after: int = -FOR_EVER
    ended_by: int = FOR_EVER
    since: int = -FOR_EVER
    dense: tuple[tuple[int, int], ...] = ()


class Span(NamedTuple):
    """Days of some points whose windows are to be made again.

    Attributes:
        from_at, to_at: windows that hold an instant of [from_at, to_at) are looked at.
        points: id -> what is asked; all have the same days.
    """

    from_at: int
    to_at: int
    points: dict[str, Asked]


class _Day(NamedTuple):
    from_at: int
    to_at: int
    before: int
    reason: str


def spans(dirty: Iterable[Dirty], zone: str) -> list[Span]:
    """Dirty days of points, brought together: each point's consecutive days, and points with the same days.

    Args:
        dirty: of subjects `point:…`, in the order of the topic, but for those of dense points.
        zone: IANA name of the legal time.

    >>> def at(point, begin):
    ...     return Dirty(f"point:{point}", begin, begin + 900_000, 172_800_000, "late", "observations.v1", 0, 1)
    >>> for span in spans([at("P1", 0), at("P2", 1_800_000), at("P1", 86_400_000), at("P1", 900_000)], "UTC"):
    ...     print(sorted(span.points), span.from_at, span.to_at)
    ['P1'] 0 87300000
    ['P2'] 1800000 2700000
    """
    days: dict[str, dict[int, _Day]] = {}
    for one in dirty:
        point = one.subject.removeprefix("point:")
        day = window_of("1d", one.from_at, zone).start_at
        held = days.setdefault(point, {}).get(day)
        days[point][day] = _Day(one.from_at, one.to_at, one.before, one.reason) if held is None else _both(held, one)
    found: dict[tuple[int, int], Span] = {}
    for point, of_point in days.items():
        for run in _runs(of_point, zone):
            first, last = of_point[run[0]], of_point[run[-1]]
            asked = Asked(_weightiest(of_point[day].reason for day in run), max(of_point[day].before for day in run))
            key = run[0], run[-1]
            held_span = found.get(key)
            points = {point: asked} if held_span is None else held_span.points | {point: asked}
            from_at = first.from_at if held_span is None else min(first.from_at, held_span.from_at)
            to_at = last.to_at if held_span is None else max(last.to_at, held_span.to_at)
            found[key] = Span(from_at, to_at, points)
    return list(found.values())


def dense_spans(dirty: Iterable[Dirty], zone: str) -> list[Span]:
    """Days of points that are dense there, and whose owner is alive: of each day the last record tells all.

    Args:
        dirty: as for `spans`.
        zone: IANA name of the legal time.

    >>> def at(point, tick_at):
    ...     return Dirty(f"point:{point}", 0, 86_400_000, 5, "late", "observations.v1", 0, 1, ((0, 9),), tick_at)
    >>> [one] = dense_spans([at("P1", 1), at("P2", 2), at("P1", 3)], "UTC")
    >>> one.points["P1"].ended_by, one.points["P2"].ended_by, one.points["P1"].since
    (3, 2, 5)
    """
    reasons: dict[tuple[str, int], list[str]] = {}
    days: dict[int, dict[str, Dirty]] = {}
    for one in dirty:
        day = window_of("1d", one.from_at, zone).start_at
        days.setdefault(day, {})[one.subject] = one
        reasons.setdefault((one.subject, day), []).append(one.reason)
    return [
        Span(
            min(one.from_at for one in points.values()),
            max(one.to_at for one in points.values()),
            {
                subject.removeprefix("point:"): Asked(
                    _weightiest(reasons[subject, day]), ended_by=one.closed_by, since=one.before, dense=one.dense
                )
                for subject, one in points.items()
            },
        )
        for day, points in sorted(days.items())
    ]


def _both(held: _Day, one: Dirty) -> _Day:
    return _Day(
        min(held.from_at, one.from_at), max(held.to_at, one.to_at), max(held.before, one.before),
        _weightiest((held.reason, one.reason)),
    )  # fmt: skip


def _weightiest(reasons: Iterable[str]) -> str:
    return max(reasons, key=lambda reason: REASONS.index(reason) if reason in REASONS else -1)


def _runs(days: Iterable[int], zone: str) -> list[list[int]]:
    """Days (their starts) that follow each other."""
    runs: list[list[int]] = []
    end = None
    for day in sorted(days):
        if day == end:
            runs[-1].append(day)
        else:
            runs.append([day])
        end = window_of("1d", day, zone).end_at
    return runs


def bounds(code: str, from_at: int, to_at: int, zone: str) -> Bounds:
    """All windows of a code that hold an instant of [from_at, to_at)."""
    windows = list(windows_between(code, from_at, to_at, zone))
    starts = np.fromiter((one.start_at for one in windows), np.int64, len(windows))
    return Bounds(code, starts, np.fromiter((one.end_at for one in windows), np.int64, len(windows)))


def steps_of(view: FleetView, point: str, property_id: int, channel: int) -> Steps:
    """How often a point should measure something, from when on; none where the fleet does not know the point.

    What the fleet does not name (a battery's level) comes with what it names.

    >>> list(steps_of(FleetView(), "P1", 1, 0))
    []
    """
    found = []
    for version in view.versions_of_point(point):
        step = next((one.step_s for one in version.series if one[:2] == (property_id, channel)), version.step_s)
        found.append((version.from_at, step))
    return found


def codes_of(view: FleetView, point: str, property_id: int, codes: Sequence[str] = OWNED_CODES) -> tuple[str, ...]:
    """Codes of windows that a series has: these, and those that the fleet asks of it."""
    asked = view.windows_asked(point).get(property_id, frozenset())
    return (*codes, *(code for code in ASKED_CODES if code in asked))
