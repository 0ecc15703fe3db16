"""Who has which named indicator, and which of them a reading of a point concerns; of one view of the fleet."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from vigie.streams.core.convert import MAY_BECOME
from vigie.streams.core.fleet.view import FleetView, Point
from vigie.streams.core.fleet.words import ALWAYS, EVER
from vigie.streams.core.windows.expression_error import ExpressionError
from vigie.streams.core.windows.indicator import Indicator, Subject
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.stated import from_statement
from vigie.topics.fleet.kinds.point import USE_CASES
from vigie.topics.property import BY_NAME, PROPERTIES


class Target(NamedTuple):
    """An indicator (its key in the roster) of a subject."""

    indicator: str
    subject: str


class Entry(NamedTuple):
    """An indicator, and of which points and zones it is; None for all that have what it needs.

    Attributes:
        spans: from (inclusive) to (exclusive), by rising instant: windows that begin then are its own.
    """

    indicator: Indicator
    points: frozenset[str] | None = None
    zones: frozenset[str] | None = None
    spans: tuple[tuple[int, int], ...] = ((ALWAYS, EVER),)


def entries(
    view: FleetView, platform: Mapping[str, Indicator], tell: Callable[[str, str], None] = lambda *_: None
) -> dict[str, Entry]:
    """The platform's indicators and those that the fleet states, by a key.

    The key is the name; `name@zone` beside it for zones; `@` and an instant behind either for what held earlier.

    Args:
        view: the fleet.
        platform: the platform's own, by name.
        tell: is told the id and why, of one that cannot be computed; the fleet's rules refuse it before it is applied.
    """
    found = {name: Entry(one) for name, one in platform.items()}
    for name, versions in groupby(view.indicators(), attrgetter("id")):
        spans, since = list[tuple[int, int]](), dict[str, int]()
        for stated in versions:
            try:
                made = from_statement(stated, platform)
            except ExpressionError as error:
                tell(name, str(error))
                continue
            spans += [(stated.from_at, stated.to_at)] if made else []
            for one in made:
                of_zones = stated.expression and one.subject is Subject.ZONE
                key = f"{name}@zone" if of_zones else name
                if key in since:
                    found[f"{key}@{since[key]}"] = found[key]
                since[key] = stated.from_at
                points = None if of_zones else frozenset(stated.points) or None
                zones = frozenset(stated.zones) if of_zones or not stated.expression else None
                found[key] = Entry(one, points, zones or None, (spans[-1],))
        if name in platform and (left := _between(spans)):
            found[f"{name}@{ALWAYS}"] = Entry(platform[name], spans=left)
    return found


def _between(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """When none of some spans holds; nothing where there are none.

    >>> _between([(0, 5)]) == ((ALWAYS, 0), (5, EVER)), _between([])
    (True, ())
    """
    ends = [ALWAYS, *(end for _, end in spans)]
    begins = [*(begin for begin, _ in spans), EVER]
    return tuple((end, begin) for end, begin in zip(ends, begins, strict=True) if end < begin) if spans else ()


class Roster:
    """Targets of all indicators.

    Args:
        view: the fleet.
        of: what there is, by key (`entries`).
        networks: names of networks that were heard.
    """

    def __init__(self, view: FleetView, of: Mapping[str, Entry], networks: tuple[str, ...] = ()) -> None:
        self.view, self._entries, self._networks = view, of, networks
        self.indicators = {key: one.indicator for key, one in of.items()}

    @cached_property
    def points(self) -> dict[str, tuple[Point, ...]]:
        """Every point -> its versions."""
        return {name: self.view.versions_of_point(name) for name in sorted(self.view.memberships.points.versions)}

    def subjects(self, name: str) -> list[str]:
        """Subjects that have an indicator, at whatever time."""
        return self._subjects[name]

    def in_force(self, name: str, windows: tuple[Window, ...]) -> tuple[Window, ...]:
        """Those of some windows that begin while an indicator holds."""
        spans = self._entries[name].spans
        return tuple(one for one in windows if any(begin <= one.start_at < end for begin, end in spans))

    def concerned(self, point: str, property_id: int) -> frozenset[Target]:
        """Targets that a reading of a point's property concerns: its own, and those that compare themselves with it."""
        return self._concerned.get((point, property_id), frozenset())

    def concerned_by_zone(self, subject: str, property_id: int) -> Iterator[Target]:
        """Targets that other points in a zone concern: the zone's own, and all that compare with points around."""
        for key, entry in self._entries.items():
            if PROPERTIES[property_id].name not in entry.indicator.properties:
                continue
            if entry.indicator.roles:
                yield from (Target(key, one) for one in self.subjects(key))
            if entry.indicator.subject is Subject.ZONE and (entry.zones is None or subject[5:] in entry.zones):
                yield Target(key, subject)

    def members(self, name: str, subject: str, from_at: int, to_at: int) -> tuple[Point, ...]:
        """Points of a target in a span: those that have what the indicator needs, each once, as they are at its end."""
        indicator = self.indicators[name]
        kind, _, of = subject.partition(":")
        found = self.points.get(of, ()) if kind == "point" else self._members_of(subject, from_at, to_at)
        latest = {one.id: one for one in found if one.from_at < to_at and from_at < one.to_at}
        return tuple(one for _, one in sorted(latest.items()) if has(indicator, one))

    def others(self, name: str, points: tuple[Point, ...], from_at: int, to_at: int) -> dict[str, tuple[str, Point]]:
        """Points to compare with: id -> role of their zone, and the point (see `Inputs.others`).

        Args:
            name: of the indicator.
            points: that are compared.
            from_at: epoch ms UTC, of the span.
            to_at: its end.
        """
        indicator = self.indicators[name]
        mine = {one.id for one in points}
        if not indicator.roles or not points:
            return {}
        zones, communes = {zone for one in points for zone in one.zones}, {one.commune for one in points}
        found = [one for one in self._compared(name) if one[1].from_at < to_at and from_at < one[1].to_at]
        found = [one for one in found if one[1].id not in mine]
        near = [one for one in found if zones.intersection(one[2])] or [
            one for one in found if one[1].commune in communes
        ]
        return {point.id: (role, point) for role, point, _ in near}

    def upload_s(self, subject: str) -> int:
        """The longest upload period of a subject's points: so long after its end a window may lack readings."""
        known = self._uploads.get(subject)
        if known is None:
            kind, _, name = subject.partition(":")
            points = self.points.get(name, ()) if kind == "point" else ()
            known = self._uploads[subject] = max((_upload_s(one) for one in points), default=_UPLOADS_S.get(kind, 3600))
        return known

    # -- made once

    @cached_property
    def _uploads(self) -> dict[str, int]:
        return {}

    @cached_property
    def _subjects(self) -> dict[str, list[str]]:
        return {key: sorted(set(self._subjects_of(one))) for key, one in self._entries.items()}

    @cached_property
    def _concerned(self) -> dict[tuple[str, int], frozenset[Target]]:
        found: dict[tuple[str, int], set[Target]] = {}
        for name, indicator in self.indicators.items():
            numbers = [BY_NAME[each].id for each in indicator.properties if each in BY_NAME]
            for subject in self.subjects(name):
                target = Target(name, subject)
                points = self.members(name, subject, _EVER[0], _EVER[1])
                others = self.others(name, points, *_EVER)
                for point in (*(one.id for one in points), *others):
                    for number in numbers:
                        found.setdefault((point, number), set()).add(target)
        return {key: frozenset(targets) for key, targets in found.items()}

    def _subjects_of(self, entry: Entry) -> Iterator[str]:
        indicator = entry.indicator
        if indicator.subject is Subject.NETWORK:
            yield from (f"network:{name}" for name in self._networks)
            return
        if indicator.subject is Subject.USE_CASE:
            yield from (f"use_case:{name}" for name in ([indicator.use_case] if indicator.use_case else USE_CASES))
            return
        for name, versions in self.points.items():
            for one in versions:
                if not has(indicator, one) or not _is_meant(entry, one):
                    continue
                if indicator.subject is Subject.ZONE:
                    yield from (f"zone:{zone}" for zone in one.zones if entry.zones is None or zone in entry.zones)
                else:
                    yield f"point:{name}"

    def _members_of(self, subject: str, from_at: int, to_at: int) -> Iterator[Point]:
        return self.view.memberships.points_between(subject, from_at, to_at)

    def _compared(self, name: str) -> list[tuple[str, Point, frozenset[str]]]:
        """Points in zones with a role that the indicator compares with: role, point, zones that enclose that zone."""
        if name not in self._held:
            indicator, found = self.indicators[name], []
            for versions in self.points.values():
                for one in versions:
                    roles = {zone: self.view.zone_role(zone, _at(one)) for zone in one.zones}
                    role = next((role for role in roles.values() if role in indicator.roles), None)
                    if role is not None and has(indicator, one):
                        around = frozenset(zone for zone, its in roles.items() if its not in indicator.roles)
                        found.append((role, one, around))
            self._held[name] = found
        return self._held[name]

    @cached_property
    def _held(self) -> dict[str, list[tuple[str, Point, frozenset[str]]]]:
        return {}


def _is_meant(entry: Entry, point: Point) -> bool:
    if entry.points is None and entry.zones is None:
        return True
    return point.id in (entry.points or ()) or not (entry.zones or frozenset()).isdisjoint(point.zones)


_EVER = (-(2**62), 2**62)
_UPLOADS_S = {"network": 18_000, "use_case": 18_000}
"""What is said of them counts figures of the nightly report (steps/nightly.py)."""


def has(indicator: Indicator, point: Point) -> bool:
    """Whether a point is of the indicator's use case and measures what it needs, or what a geometry makes that of."""
    if indicator.use_case and point.use_case != indicator.use_case:
        return False
    if not indicator.properties:  # of facts alone: every point has it, and no reading of a point takes part in others
        return indicator.subject is Subject.POINT
    numbers = {one.property for one in point.series}
    numbers.update(*(MAY_BECOME.get(one, ()) for one in tuple(numbers)))
    measured = [BY_NAME[name].id in numbers for name in indicator.properties if name in BY_NAME]
    return bool(measured) and (all(measured) if indicator.needs_all else any(measured))


def _upload_s(point: Point) -> int:
    return max((one.upload_s for one in point.series), default=point.upload_s)


def _at(point: Point) -> int:
    """An instant at which a version holds."""
    return point.to_at - 1 if point.to_at < _EVER[1] else max(point.from_at, 0)
