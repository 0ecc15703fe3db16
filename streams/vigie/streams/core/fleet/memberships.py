"""Which points lie in a zone, a commune or a use case, and which windows are asked for them.

A part of the view (view.py). It never changes; the next one shares with it whatever did not change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vigie.streams.core.fleet.book import NOTHING, Book
from vigie.streams.core.fleet.parse import ZoneSpan
from vigie.streams.core.fleet.words import Point, StatedIndicator, StatedRule
from vigie.topics.property import BY_NAME

Windows = Mapping[int, frozenset[str]]
"""Property id -> codes of windows."""

_NONE: Windows = {}


class Memberships:
    """Points by what they lie in, zones' roles, indicators as stated.

    >>> Memberships().points_of("zone:Z1", 0)
    ()
    """

    def __init__(self) -> None:
        self.points: Book[Point] = Book(lies_in)
        self._zones: Book[ZoneSpan] = Book(lambda _: ())
        self._indicators: Book[StatedIndicator] = Book(lambda _: ())
        self._all: tuple[StatedIndicator, ...] = ()
        self._asking: tuple[StatedIndicator, ...] = ()
        self._windows: dict[str, Windows] = {}  # point -> what is asked for it
        self._codes: dict[str, frozenset[str]] | None = None

    def with_changes(
        self,
        zones: Book[ZoneSpan],
        points: Mapping[str, tuple[Point, ...]],
        indicators: Mapping[str, tuple[StatedIndicator, ...]],
    ) -> "Memberships":
        """The next one.

        Args:
            zones: all of them.
            points: id -> its versions from now on, zones closed over parents; of those that changed.
            indicators: likewise.
        """
        after = Memberships()
        after._zones = zones
        after.points = self.points.with_objects(points)[0] if points else self.points
        after._indicators, after._all, after._asking = self._indicators, self._all, self._asking
        if indicators:
            after._indicators, _ = self._indicators.with_objects(indicators)
            versions = after._indicators.versions
            after._all = tuple(one for name in sorted(versions) for one in versions[name])
            after._asking = tuple(one for one in after._all if one.asks_for_windows())
        return after

    def zone_role(self, zone: str, at: int) -> str:
        """Role of a zone at an instant; `other` for one that does not exist then."""
        held = (one.role for one in self._zones.versions.get(zone, ()) if one.from_at <= at < one.to_at)
        return next(held, "other")

    def points_of(self, subject: str, at: int) -> tuple[Point, ...]:
        """Points of `zone:`, `commune:` or `use_case:` and an id as they are at an instant, by rising id.

        A point lies in its own zones and in all that enclose these.
        """
        return tuple(self.points_between(subject, at, at + 1))

    def points_between(self, subject: str, from_at: int, to_at: int) -> Iterator[Point]:
        """The same of a span: points as they are at some instant of [from_at, to_at); one may stand there twice."""
        for name in sorted(self.points.referring.get(subject, NOTHING)):
            for one in self.points.versions[name]:
                if one.from_at < to_at and from_at < one.to_at and subject in lies_in(one):
                    yield one

    def indicators(self) -> tuple[StatedIndicator, ...]:
        """Every indicator that the fleet states, in all its versions, by rising id and from_at."""
        return self._all

    def windows_of_point(self, point: str) -> Windows:
        """Windows that indicators ask of a point's properties, at whatever time."""
        if not self._asking:
            return _NONE
        found = self._windows.get(point)
        if found is None:
            versions = self.points.versions.get(point, ())
            zones = {zone for one in versions for zone in one.zones}
            uses = {one.use_case for one in versions}
            found = self._windows[point] = _windows(one for one in self._asking if _is_for(one, point, zones, uses))
        return found

    def windows_of_zone(self, zone: str) -> Windows:
        """Windows that indicators which name this zone ask."""
        return _windows(one for one in self._asking if zone in one.zones) if self._asking else _NONE

    def codes_of_zones(self) -> Mapping[str, frozenset[str]]:
        """`zone:` and an id -> codes of windows that indicators ask of it, whatever the property."""
        if self._codes is None:
            self._codes = {
                f"zone:{zone}": frozenset(code for codes in self.windows_of_zone(zone).values() for code in codes)
                for one in self._asking
                for zone in one.zones
            }
        return self._codes

    def thresholds(self, subject: str) -> Mapping[int, tuple[float, ...]]:
        """Property id -> values (parameter `above` of an indicator) above which points of a subject are counted.

        A subject is asked by an indicator that names it: a zone, or a use case with neither zones nor points.
        """
        kind, _, name = subject.partition(":")
        if not self._asking:
            return {}
        found: dict[int, set[float]] = {}
        for one in self._asking:
            named = name in one.zones if kind == "zone" else not (one.zones or one.points) and name == one.use_case
            if named and kind in ("zone", "use_case") and "above" in one.parameters:
                for title in one.properties:
                    found.setdefault(BY_NAME[title].id, set()).add(one.parameters["above"])
        return {property_: tuple(sorted(values)) for property_, values in found.items()}


def lies_in(point: Point) -> list[str]:
    """Subjects in which a point lies."""
    return [*(f"zone:{zone}" for zone in point.zones), f"commune:{point.commune}", f"use_case:{point.use_case}"]


def is_for(one: StatedIndicator | StatedRule, versions: Sequence[Point]) -> bool:
    """Whether a statement is for a point that has these versions: it names it, a zone around it, or nothing but its use
    case.
    """
    zones = {zone for each in versions for zone in each.zones}
    return bool(versions) and _is_for(one, versions[0].id, zones, {each.use_case for each in versions})


def _is_for(one: StatedIndicator | StatedRule, point: str, zones: set[str], uses: set[str]) -> bool:
    if one.use_case and one.use_case not in uses:
        return False
    return not (one.points or one.zones) or point in one.points or not zones.isdisjoint(one.zones)


def _windows(asking: Iterable[StatedIndicator]) -> dict[int, frozenset[str]]:
    found: dict[int, Any] = {}
    for one in asking:
        for name in one.properties:
            property_ = BY_NAME[name].id
            found[property_] = found.get(property_, frozenset()) | frozenset(one.windows)
    return found
