"""What a fleet says of readings: for each point, which address is placed there from when to when, and what holds there.

Only what decides how a reading is placed, converted and flagged: names, coordinates, mounting are left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from vigie.streams.core.fleet.spans import Span, gaps, instant_ms, span_of
from vigie.streams.core.fleet.words import ALWAYS, EVER
from vigie.topics.fleet.stated import Fleet, Stated

Timeline = list[tuple[Span, Any]]

_OF_POINT = ("use_case", "commune", "step_s", "properties")
_OF_PLACEMENT = ("empty_mm", "full_mm", "datum_m", "conversions")
_OF_CONVERSION = ("property", "to_property", "channel", "method", "factor", "offset", "table")
_OF_SETTING = ("property", "channel", "test", "parameters")
_OF_VERDICT = ("property", "channel", "verdict")


class Piece(NamedTuple):
    """An address at a point over a span in which nothing changes; facts are texts to be compared."""

    address: str
    span: Span
    place: str
    conversion: str


class Note(NamedTuple):
    """A setting (reason placement), a verdict (human) or an outage (service) of a point over a span."""

    span: Span
    reason: str
    fact: str


class Said(NamedTuple):
    """All of a point."""

    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]


class PlacedFleet:
    """A fleet, looked at point by point.

    Args:
        fleet: every object.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._zones: dict[tuple[tuple[str, ...], Span], Timeline] = {}

    def points_touched(self, kind: str, name: str) -> set[str]:
        """Points whose readings an object says something of, by what this fleet knows of it."""
        if kind == "point":
            return {name}
        if kind == "zone":
            return self._points_in(name)
        if kind == "device":
            return {str(one.attributes.get("point")) for one in self._by("placement", "device").get(name, ())}
        if kind == "conversion":
            return {str(one.attributes.get("point")) for one in self._by("placement", "conversions").get(name, ())}
        if kind in ("placement", "quality_setting", "qualification", "intervention"):
            return {str(one.attributes.get("point")) for one in self._fleet.get((kind, name), ())}
        return set()

    def said_of(self, point: str) -> Said:
        """What it says of a point's readings."""
        pieces = [piece for one in self._by("placement", "point").get(point, ()) for piece in self._pieces(point, one)]
        return Said(tuple(sorted(pieces)), tuple(sorted(self._notes(point))))

    def _pieces(self, point: str, placement: Stated) -> Iterator[Piece]:
        what = placement.attributes
        channels = sorted(str(one) for one in what.get("channels") or ())
        lines = [
            [(span_of(placement), None)],
            self._line("point", point),
            self._line("device", str(what.get("device"))),
            *(self._whole_line("conversion", str(name)) for name in what.get("conversions") or ()),
        ]
        for span, (_, point_is, device, *conversions) in cross(lines):
            of_placement = [what.get(name) for name in _OF_PLACEMENT]
            conversion = repr((of_placement, [one and chosen(one, _OF_CONVERSION) for one in conversions]))
            for part, zones in self._enclosing(tuple(point_is.get("zones") or ()), span):
                place = repr((placement.id, what.get("device"), channels, chosen(point_is, _OF_POINT), zones))
                for address in device.get("addresses") or ():
                    yield Piece(str(address), part, place, conversion)

    def _notes(self, point: str) -> Iterator[Note]:
        for one in self._by("quality_setting", "point").get(point, ()):
            yield Note(span_of(one), "placement", repr((one.id, chosen(one.attributes, _OF_SETTING))))
        for one in self._by("qualification", "point").get(point, ()):
            span = _stated_span(one.attributes, "start_at", "end_at")
            if span is not None:
                yield Note(span, "human", repr((one.id, chosen(one.attributes, _OF_VERDICT))))
        for one in self._by("intervention", "point").get(point, ()):
            span = _stated_span(one.attributes, "started_at", "ended_at")
            if span is not None:
                yield Note(span, "service", one.id)

    def _line(self, kind: str, name: str) -> Timeline:
        return [(span_of(one), one.attributes) for one in self._fleet.get((kind, name), ())]

    def _whole_line(self, kind: str, name: str) -> Timeline:
        """The same with None where it does not hold."""
        found = self._line(kind, name)
        return [*found, *((gap, None) for gap in gaps(Span(), [span for span, _ in found]))]

    def _enclosing(self, zones: tuple[str, ...], span: Span) -> Timeline:
        """Zones with all that enclose them, over a span."""
        if not zones:
            return [(span, ())]
        found = self._zones.get((zones, span))
        if found is None:
            found = self._zones[zones, span] = list(self._closures(zones, span))
        return found

    def _closures(self, zones: tuple[str, ...], span: Span) -> Iterator[tuple[Span, tuple[str, ...]]]:
        reachable, ahead = set(zones), list(zones)
        while ahead:
            for _, what in self._line("zone", ahead.pop()):
                if (parent := what.get("parent")) and parent not in reachable:
                    reachable.add(parent)
                    ahead.append(parent)
        bounds = {at for name in reachable for one, _ in self._line("zone", name) for at in one}
        cuts = [span.start, *sorted(at for at in bounds if span.start < at < span.end), span.end]
        for start, end in pairwise(cuts):
            yield Span(start, end), tuple(sorted(self._closure_at(zones, start)))

    def _closure_at(self, zones: tuple[str, ...], at: int) -> set[str]:
        found, ahead = set(zones), list(zones)
        while ahead:
            for one, what in self._line("zone", ahead.pop()):
                if one.start <= at < one.end and (parent := what.get("parent")) and parent not in found:
                    found.add(parent)
                    ahead.append(parent)
        return found

    def _points_in(self, zone: str) -> set[str]:
        inside, ahead = {zone}, [zone]
        while ahead:
            for one in self._by("zone", "parent").get(ahead.pop(), ()):
                if one.id not in inside:
                    inside.add(one.id)
                    ahead.append(one.id)
        return {one.id for name in inside for one in self._by("point", "zones").get(name, ())}

    def _by(self, kind: str, field: str) -> Mapping[str, list[Stated]]:
        return self._indexes[kind, field]

    @cached_property
    def _indexes(self) -> dict[tuple[str, str], dict[str, list[Stated]]]:
        """Versions of a kind by what a field of theirs refers to."""
        wanted = {
            "placement": ("point", "device", "conversions"), "quality_setting": ("point",), "qualification": ("point",),
            "intervention": ("point",), "zone": ("parent",), "point": ("zones",),
        }  # fmt: skip
        found: dict[tuple[str, str], dict[str, list[Stated]]] = {
            (kind, field): defaultdict(list) for kind, names in wanted.items() for field in names
        }
        for (kind, _), versions in self._fleet.items():
            for field in wanted.get(kind, ()):
                for version in versions:
                    value = version.attributes.get(field)
                    for name in value if isinstance(value, list) else [value] if value else []:
                        found[kind, field][str(name)].append(version)
        return found


def cross(lines: list[Timeline]) -> list[tuple[Span, tuple[Any, ...]]]:
    """What holds on every line at once, over the spans where all say something.

    >>> cross([[(Span(0, 10), "a")], [(Span(0, 5), "b"), (Span(5, 20), "c")]])
    [(Span(start=0, end=5), ('a', 'b')), (Span(start=5, end=10), ('a', 'c'))]
    """
    found: list[tuple[Span, tuple[Any, ...]]] = [(Span(ALWAYS, EVER), ())]
    for line in lines:
        found = [
            (span.common(one), (*values, value)) for span, values in found for one, value in line if span.meets(one)
        ]
    return found


def chosen(attributes: Mapping[str, Any], names: tuple[str, ...]) -> list[Any]:
    """Some attributes, to be compared: names within them come in one order, the database has an order of its own.

    >>> chosen({"a": [{"x": 1, "b": 2}], "c": 3}, ("a", "d"))
    [[[('b', 2), ('x', 1)]], None]
    """
    return [_in_order(attributes.get(name)) for name in names]


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((name, _in_order(one)) for name, one in value.items())
    return [_in_order(one) for one in value] if isinstance(value, list) else value


def _stated_span(attributes: Mapping[str, Any], start: str, end: str) -> Span | None:
    """From–to as two attributes say it; without an end it is still open, without a beginning there is none."""
    try:
        begun = instant_ms(str(attributes[start]))
        ended = instant_ms(str(attributes[end])) if attributes.get(end) else EVER
    except (KeyError, ValueError):
        return None
    return Span(begun, ended) if begun < ended else None
