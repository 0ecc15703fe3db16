"""What `observe` knows of the fleet: which point a reading belongs to, and what holds there at an instant.

A view never changes; an apply in force makes the next one (`with_objects`). Instants are epoch ms UTC, `ALWAYS` and
`EVER` stand for no bound. Objects are those of their last statement: a corrected past is seen as it is known now.
"""

from collections.abc import Iterable
from copy import copy
from itertools import pairwise
from typing import Any

from vigie.streams.core.fleet.book import NOTHING, Book
from vigie.streams.core.fleet.memberships import Memberships, Windows
from vigie.streams.core.fleet.parse import (
    PARSERS,
    AtPoint,
    ConversionSpan,
    DeviceSpan,
    StatedPlacement,
    ZoneSpan,
    order,
)  # fmt: skip
from vigie.streams.core.fleet.stated_rules import StatedRules
from vigie.streams.core.fleet.words import (
    ALWAYS,
    EVER,
    Conversion,
    Expected,
    Outage,
    Placement,
    Point,
    Setting,
    StatedIndicator,
    StatedRule,
    Verdict,
)  # fmt: skip
from vigie.streams.core.fleet.zones import Zones
from vigie.topics.fleet_object import FleetObject

__all__ = [
    "ALWAYS", "EVER", "Conversion", "Expected", "FleetView", "Outage", "Placement", "Point", "Setting",
    "StatedIndicator", "StatedRule", "Verdict",
]  # fmt: skip

_AT_POINTS = ("quality_setting", "qualification", "intervention")


class FleetView:
    """The fleet at one revision.

    Attributes:
        revision: of the last apply in force; 0 for an empty fleet.
        not_understood: `kind:id` -> why its last statement could not be read; the one before it, if any, still holds.
        memberships: which points lie in what, and which windows are asked for them.
        passed_over: how many records that made this view were of an earlier revision than the object's held one.
    """

    def __init__(self) -> None:
        self.revision = 0
        self.not_understood: dict[str, str] = {}
        self.passed_over = 0
        self._revisions: dict[str, dict[str, int]] = {}  # kind -> id -> revision of what is held
        self._devices: Book[DeviceSpan] = Book(lambda span: span.addresses)
        self._placements: Book[StatedPlacement] = Book(_refers_to)
        self._conversions: Book[ConversionSpan] = Book(lambda _: ())
        self._zones: Book[ZoneSpan] = Book(lambda span: (span.parent,) if span.parent else ())
        self._points: Book[Point] = Book(lambda point: point.zones)
        self._at_points: dict[str, Book[AtPoint]] = {kind: Book(lambda one: (one.point,)) for kind in _AT_POINTS}
        self._placed: dict[str, tuple[Placement, ...]] = {}  # address -> by falling from_at
        self.memberships = Memberships()  # points with their zones closed over parents; indicators
        self._rules = StatedRules()
        self._said_of: dict[str, dict[str, tuple[Any, ...]]] = {kind: {} for kind in _AT_POINTS}  # kind -> point -> …

    # -- what holds

    def device_at(self, address: str, at: int) -> str | None:
        """The device that has an address at an instant."""
        for device in sorted(self._devices.referring.get(address, NOTHING)):
            for span in self._devices.versions[device]:
                if span.from_at <= at < span.to_at and address in span.addresses:
                    return device
        return None

    def knows(self, address: str) -> bool:
        """Whether some device has, had or will have this address."""
        return address in self._devices.referring

    def placements_of(self, address: str) -> tuple[Placement, ...]:
        """Placements of the device (or, over time, devices) that have an address, by rising from_at.

        Each is cut to the time during which the device had the address, and where one of its conversions changes:
        one placement may stand there several times, under the same id.
        """
        return self._placed.get(address, ())[::-1]

    def covering(self, address: str, channel: int, at: int) -> Placement | None:
        """The placement that covers a reading of an address on a channel at an instant."""
        for found in self._placed.get(address, ()):
            if found[3] <= at < found[4]:
                channels = found[5]
                if channels is None or channel in channels:
                    return found
        return None

    def covering_all(self, address: str, at: int) -> Placement | None:
        """The placement that covers every channel of an address at an instant; None too where that depends on them.

        The quick form of `covering`, for an uplink whose readings share one instant.
        """
        for found in self._placed.get(address, ()):
            if found[3] <= at < found[4]:
                return found if found[5] is None else None
        return None

    def point_at(self, point: str, at: int) -> Point | None:
        """The point as it was (as known now) at an instant."""
        for found in self.memberships.points.versions.get(point, ()):
            if found[1] <= at < found[2]:
                return found
        return None

    def versions_of_point(self, point: str) -> tuple[Point, ...]:
        """The point, by rising from_at."""
        return self.memberships.points.versions.get(point, ())

    def settings_of(self, point: str) -> tuple[Setting, ...]:
        """Quality settings of a point, the more particular (with a channel) last, else the later."""
        return self._said_of["quality_setting"].get(point, ())

    def verdicts_of(self, point: str) -> tuple[Verdict, ...]:
        """What the owner said, in the order of ids: the last that covers a value counts."""
        return self._said_of["qualification"].get(point, ())

    def outages_of(self, point: str) -> tuple[Outage, ...]:
        """Interventions that began, by rising start."""
        return self._said_of["intervention"].get(point, ())

    def zone_role(self, zone: str, at: int) -> str:
        """Role of a zone at an instant: project, reference, control or other."""
        return self.memberships.zone_role(zone, at)

    def points_in(self, zone: str, at: int) -> tuple[Point, ...]:
        """Points of a zone, and of those that it encloses, at an instant; by rising id."""
        return self.memberships.points_of(f"zone:{zone}", at)

    def points_of_use_case(self, use_case: str, at: int) -> tuple[Point, ...]:
        """Points of a use case at an instant, by rising id."""
        return self.memberships.points_of(f"use_case:{use_case}", at)

    def indicators(self) -> tuple[StatedIndicator, ...]:
        """Every indicator that the fleet states, in all its versions."""
        return self.memberships.indicators()

    def rules(self) -> tuple[StatedRule, ...]:
        """Every alert rule that the fleet states, in all its versions, by rising id and from_at."""
        return self._rules.all

    def rules_of(self, point: str) -> tuple[StatedRule, ...]:
        """Those that are for a point, at whatever time: they name it, a zone around it or its use case, or nothing."""
        return self._rules.of(self.versions_of_point(point))

    def windows_asked(self, point: str) -> Windows:
        """Property id -> codes of windows that indicators ask of a point, beside those that every series has."""
        return self.memberships.windows_of_point(point)

    def zone_windows_asked(self, zone: str) -> Windows:
        """Property id -> codes of windows that indicators ask of a zone, beside hours and days."""
        return self.memberships.windows_of_zone(zone)

    # -- the next view

    def with_objects(self, objects: Iterable[FleetObject]) -> "FleetView":
        """The view after these objects replaced those of their keys; its revision is the highest among them.

        An object that cannot be understood stands in `not_understood`, and leaves what was known of it as it was. So
        does a record of an earlier revision: one that was sent again, or that a restored database takes for news.
        """
        after = copy(self)
        after.not_understood, after.passed_over = dict(self.not_understood), 0
        after._revisions = {kind: held.copy() for kind, held in self._revisions.items()}
        changed: dict[str, dict[str, tuple[Any, ...]]] = {}
        for one in objects:
            after.revision = max(after.revision, one.revision)
            parse = PARSERS.get(one.kind)
            if parse is None:
                continue
            held = after._revisions.setdefault(one.kind, {})
            if held.get(one.id, 0) > one.revision:
                after.passed_over += 1
                continue
            held[one.id] = one.revision
            key = f"{one.kind}:{one.id}"
            try:
                changed.setdefault(one.kind, {})[one.id] = parse(one)
            except ValueError as error:
                after.not_understood[key] = str(error)
            else:
                after.not_understood.pop(key, None)
        after._place(changed)
        after._enclose(changed)
        after._say(changed)
        after._rules = self._rules.with_objects(changed.get("rule", {}))
        return after

    def _place(self, changed: dict[str, dict[str, tuple[Any, ...]]]) -> None:
        """Placements by address, where a device, a placement or a conversion changed."""
        if not changed.keys() & {"device", "placement", "conversion"}:
            return
        self._devices, addresses = self._devices.with_objects(changed.get("device", {}))
        self._placements, referred = self._placements.with_objects(changed.get("placement", {}))
        self._conversions, _ = self._conversions.with_objects(changed.get("conversion", {}))
        moved = {key.removeprefix("device:") for key in referred if key.startswith("device:")}
        for conversion in changed.get("conversion", {}):
            for placement in self._placements.referring.get(f"conversion:{conversion}", NOTHING):
                moved.update(one.placement.device for one in self._placements.versions[placement])
        for device in moved:
            addresses.update(a for span in self._devices.versions.get(device, ()) for a in span.addresses)
        self._placed = self._placed.copy()
        for address in addresses:
            _put(self._placed, address, self._placed_at(address))

    def _placed_at(self, address: str) -> tuple[Placement, ...]:
        found = []
        for device in self._devices.referring.get(address, NOTHING):
            spans = [span for span in self._devices.versions[device] if address in span.addresses]
            for name in self._placements.referring.get(f"device:{device}", NOTHING):
                for stated in self._placements.versions[name]:
                    if stated.placement.device == device:
                        for span in spans:
                            found += self._cut(stated, span)
        found.sort(key=lambda one: (one.from_at, one.id), reverse=True)
        return tuple(found)

    def _cut(self, stated: StatedPlacement, span: DeviceSpan) -> list[Placement]:
        """A placement while the device has an address, in pieces through which its conversions stay the same."""
        whole = stated.placement
        from_at, to_at = max(whole.from_at, span.from_at), min(whole.to_at, span.to_at)
        if from_at >= to_at:
            return []
        if not stated.conversions:
            same = from_at == whole.from_at and to_at == whole.to_at
            return [whole if same else whole._replace(from_at=from_at, to_at=to_at)]
        versions = [one for name in stated.conversions for one in self._conversions.versions.get(name, ())]
        cuts = {at for one in versions for at in one[:2] if from_at < at < to_at}
        bounds = sorted({from_at, to_at} | cuts)
        return [
            whole._replace(
                from_at=begin, to_at=end,
                conversions=tuple(one.conversion for one in versions if one.from_at <= begin < one.to_at),
            )
            for begin, end in pairwise(bounds)
        ]  # fmt: skip

    def _enclose(self, changed: dict[str, dict[str, tuple[Any, ...]]]) -> None:
        """Points with all their zones, where a point or a zone changed; indicators."""
        if not changed.keys() & {"point", "zone", "indicator"}:
            return
        self._zones, _ = self._zones.with_objects(changed.get("zone", {}))
        self._points, _ = self._points.with_objects(changed.get("point", {}))
        zones = Zones(self._zones)
        touched = set(changed.get("point", {}))
        for zone in changed.get("zone", {}):
            for inner in zones.within(zone):
                touched |= self._points.referring.get(inner, NOTHING)
        closed = {
            name: tuple(piece for one in self._points.versions.get(name, ()) for piece in zones.close(one))
            for name in touched
        }
        self.memberships = self.memberships.with_changes(self._zones, closed, changed.get("indicator", {}))

    def _say(self, changed: dict[str, dict[str, tuple[Any, ...]]]) -> None:
        """Settings, verdicts and outages by point, where one changed."""
        kinds = [kind for kind in _AT_POINTS if kind in changed]
        if not kinds:
            return
        self._at_points, self._said_of = dict(self._at_points), dict(self._said_of)
        for kind in kinds:
            book, touched = self._at_points[kind].with_objects(changed[kind])
            said = self._said_of[kind].copy()
            for point in touched:
                found = [
                    (name, one.what)
                    for name in sorted(book.referring.get(point, NOTHING))
                    for one in book.versions[name]
                    if one.point == point
                ]
                _put(said, point, tuple(what for _, what in sorted(found, key=order)))
            self._at_points[kind], self._said_of[kind] = book, said


def _refers_to(stated: StatedPlacement) -> list[str]:
    placed = stated.placement
    return [f"device:{placed.device}", f"point:{placed.point}", *(f"conversion:{name}" for name in stated.conversions)]


def _put(index: dict[str, tuple[Any, ...]], key: str, found: tuple[Any, ...]) -> None:
    if found:
        index[key] = found
    else:
        index.pop(key, None)
