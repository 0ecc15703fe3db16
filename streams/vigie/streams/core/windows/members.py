"""Which points take part in a window of a zone, commune or use case, and how many the fleet expects there."""

from typing import NamedTuple

from vigie.streams.core.fleet.memberships import Memberships
from vigie.streams.core.windows.across import Expected
from vigie.streams.core.windows.legal import Window

KNOWN = ("zone", "commune", "use_case")
"""Kinds of subjects whose points the fleet knows. Of a network it does not: whoever was heard through it takes part."""


class Members(NamedTuple):
    """Points of a subject in a window.

    Attributes:
        points: that lie there at some instant of the window; None where the fleet does not know.
        expected: how many of them measure each property and channel; None likewise.
    """

    points: frozenset[str] | None
    expected: Expected | None


def members(memberships: Memberships, subject: str, window: Window) -> Members:
    """Points of a subject in a window, as the fleet knows them now.

    >>> members(Memberships(), "network:lora", Window("1h", 0, 3_600_000))
    Members(points=None, expected=None)
    >>> members(Memberships(), "zone:Z1", Window("1h", 0, 3_600_000))
    Members(points=frozenset(), expected={})
    """
    if subject.partition(":")[0] not in KNOWN:
        return Members(None, None)
    points, counted = set[str](), dict[tuple[int, int], set[str]]()
    for point in memberships.points_between(subject, window.start_at, window.end_at):
        points.add(point.id)
        for series in point.series:
            counted.setdefault(series[:2], set()).add(point.id)
    return Members(frozenset(points), {series: len(names) for series, names in counted.items()})
