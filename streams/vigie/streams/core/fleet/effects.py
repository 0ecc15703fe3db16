"""Which history a change of the fleet touches: which readings are placed, converted or judged otherwise than before.

A rename, a corrected coordinate or a new support touches none: views show it by themselves. A placement, a conversion,
a commune, a zone, a quality setting, an outage or a person's verdict does, and only over the span where it differs.
"""

from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from vigie.streams.core.fleet.diff import Change
from vigie.streams.core.fleet.placed import PlacedFleet, Said
from vigie.streams.core.fleet.spans import Span
from vigie.topics.fleet.stated import Fleet

_REASONS = ("placement", "conversion", "human", "service")
"""Of which the first that applies is told; a quality setting counts as placement: the point is judged otherwise."""


class Repair(NamedTuple):
    """Readings of an address over a span, that the records of a point are to be compared with once more.

    Attributes:
        point: id of a point.
        address: of a device that stands, or stood, there.
        span: observed from–to.
        reason: placement, conversion, human or service.
    """

    point: str
    address: str
    span: Span
    reason: str


def effects(before: Fleet, after: Fleet, changes: Iterable[Change]) -> list[Repair]:
    """The spans to be looked at again, by point, address and time; as few and as short as the change allows.

    A device that was in fact elsewhere gives one for the point where it was thought to be, and one for the other.

    Args:
        before: the fleet.
        after: the fleet as it will be.
        changes: as `diff` gives them.
    """
    old, new = PlacedFleet(before), PlacedFleet(after)
    points = {point for change in changes for fleet in (old, new) for point in fleet.points_touched(*change.key)}
    return [repair for point in sorted(points) for repair in _of_point(point, old, new)]


def _of_point(point: str, old: PlacedFleet, new: PlacedFleet) -> list[Repair]:
    was, now = old.said_of(point), new.said_of(point)
    if was == now:
        return []
    found = []
    for address in sorted({one.address for one in (*was.pieces, *now.pieces)}):
        found += _of_address(point, address, was, now)
    return found


def _of_address(point: str, address: str, was: Said, now: Said) -> list[Repair]:
    sides = [_Side(said, address) for said in (was, now)]
    bounds = sorted({at for side in sides for at in side.bounds()})
    cut = [(Span(*each), _reason(*(side.at(each[0]) for side in sides))) for each in pairwise(bounds)]
    return [
        Repair(point, address, Span(run[0][0].start, run[-1][0].end), reason)
        for reason, run in ((reason, list(run)) for reason, run in groupby(cut, key=lambda one: one[1]))
        if reason is not None
    ]


class _Side:
    """What one fleet says of an address at a point."""

    def __init__(self, said: Said, address: str) -> None:
        self._pieces = [one for one in said.pieces if one.address == address]
        whole = [one.span for one in self._pieces]
        self._notes = [note for note in said.notes if any(note.span.meets(span) for span in whole)]

    def bounds(self) -> Iterable[int]:
        spans = [*(one.span for one in self._pieces), *(one.span for one in self._notes)]
        return [at for span in spans for at in span]

    def at(self, at: int) -> dict[str, Any] | None:
        """Facts by reason, None where the address is not placed."""
        pieces = [one for one in self._pieces if one.span.start <= at < one.span.end]
        if not pieces:
            return None
        notes = [one for one in self._notes if one.span.start <= at < one.span.end]
        return {
            "placement": [*(one.place for one in pieces), *_of("placement", notes)],
            "conversion": [one.conversion for one in pieces],
            "human": _of("human", notes),
            "service": bool(_of("service", notes)),
        }


def _of(reason: str, notes: Iterable[Any]) -> list[str]:
    return sorted(one.fact for one in notes if one.reason == reason)


def _reason(was: dict[str, Any] | None, now: dict[str, Any] | None) -> str | None:
    if was is None or now is None:
        return None if was is now else "placement"
    return next((reason for reason in _REASONS if was[reason] != now[reason]), None)
