"""Zones that lie in zones: which enclose a point, and when that changes."""

from itertools import pairwise

from vigie.streams.core.fleet.book import NOTHING, Book
from vigie.streams.core.fleet.parse import ZoneSpan
from vigie.streams.core.fleet.words import Point


class Zones:
    """All zones, each with its parent from–to.

    Args:
        book: of the zones.
    """

    def __init__(self, book: Book[ZoneSpan]) -> None:
        self._book = book

    def within(self, zone: str) -> set[str]:
        """The zone, and all that it encloses at some time."""
        found, left = set[str](), [zone]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self._book.referring.get(one, NOTHING)
        return found

    def close(self, point: Point) -> list[Point]:
        """A point with its zones and all that enclose them, in pieces through which these stay the same."""
        if not point.zones:
            return [point]
        bounds = sorted({point.from_at, point.to_at} | self._changes(point))
        pieces: list[Point] = []
        for begin, end in pairwise(bounds):
            zones = self._around(point.zones, begin)
            if pieces and pieces[-1].zones == zones:
                pieces[-1] = pieces[-1]._replace(to_at=end)
            else:
                pieces.append(point._replace(from_at=begin, to_at=end, zones=zones))
        return pieces

    def _changes(self, point: Point) -> set[int]:
        """Instants at which the parent of a zone around the point changes."""
        changes, seen, left = set[int](), set[str](), list(point.zones)
        while left:
            zone = left.pop()
            if zone in seen:
                continue
            seen.add(zone)
            for span in self._book.versions.get(zone, ()):
                changes.update(at for at in span[:2] if point.from_at < at < point.to_at)
                if span.parent:
                    left.append(span.parent)
        return changes

    def _around(self, own: tuple[str, ...], at: int) -> tuple[str, ...]:
        """The own zones, then those around them; a circle ends where it began."""
        found, left = dict[str, None](), list(own)
        while left:
            zone = left.pop(0)
            if zone in found:
                continue
            found[zone] = None
            left += [
                span.parent
                for span in self._book.versions.get(zone, ())
                if span.parent and span.from_at <= at < span.to_at
            ]
        return tuple(found)
