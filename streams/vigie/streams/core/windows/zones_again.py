"""Which windows of zones, communes, use cases and networks follow from windows of points that were made again."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from vigie.streams.core.windows.legal import Window, windows_between
from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.touched import Head, weightier
from vigie.streams.core.windows.work import ZoneWork
from vigie.topics.dirty import Dirty
from vigie.topics.property import BY_NAME

ZONE_CODES = ("1h", "1d")
"""Codes that every subject of many points has."""
MOST_WINDOWS = 100

Networks = Mapping[str, Iterable[str]]
"""Point -> networks through which something of it was heard."""


class ZonesAgain:
    """Gathers windows of points, and what `dirty` asks of zones.

    Args:
        zone: IANA name of the legal time.
    """

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._points: dict[str, dict[Window, str]] = {}
        self._dirty: list[Dirty] = []

    def released(self, head: Head) -> None:
        """A window of a point that its owner no longer holds was published."""
        if head.subject.startswith("point:") and head.indicator.partition("#")[0] in BY_NAME:
            windows = self._points.setdefault(head.subject.removeprefix("point:"), {})
            window = Window(head.code, head.start_at, head.end_at)
            held = windows.get(window)
            windows[window] = head.reason if held is None else weightier(held, head.reason)

    def moved(self, dirty: Iterable[Dirty], roster: Roster, held: Mapping[str, Iterable[str]]) -> None:
        """Take points that may lie elsewhere than was thought: their own windows need not change for that.

        Args:
            dirty: of points, with the reason `placement`.
            roster: of the fleet: where they lie.
            held: point -> subjects that have it among their parts: where it was thought to lie.
        """
        for one in dirty:
            point = one.subject.removeprefix("point:")
            now = _subjects(roster, point, Window("1d", one.from_at, one.to_at), ())
            self._dirty += (replace(one, subject=subject) for subject in {*now, *held.get(point, ())})

    def dirty(self, asked: Iterable[Dirty]) -> None:
        """Windows of zones that their owner no longer holds."""
        self._dirty += asked

    @property
    def points(self) -> list[str]:
        """Points of which windows were published."""
        return sorted(self._points)

    def span(self) -> tuple[int, int]:
        """From the first to the last instant of these windows; epoch ms UTC."""
        windows = [one for windows in self._points.values() for one in windows]
        return min(one.start_at for one in windows), max(one.end_at for one in windows)

    def work(self, roster: Roster, networks: Networks) -> Iterator[ZoneWork]:
        """The windows to be made again.

        Args:
            roster: of the fleet.
            networks: of `points`.
        """
        found: dict[str, dict[Window, str]] = {}
        for point, windows in self._points.items():
            for window, reason in windows.items():
                for subject in _subjects(roster, point, window, networks.get(point, ())):
                    if window.code in self._codes(roster, subject):
                        held = found.setdefault(subject, {})
                        held[window] = weightier(held.get(window, reason), reason)
        for one in self._dirty:
            for code in self._codes(roster, one.subject):
                for window in windows_between(code, one.from_at, one.to_at, self._zone):
                    if window.start_at < one.before:
                        held = found.setdefault(one.subject, {})
                        held[window] = weightier(held.get(window, one.reason), one.reason)
        for subject, held in sorted(found.items()):
            yield from _by_reason(subject, held)

    def _codes(self, roster: Roster, subject: str) -> set[str]:
        kind, _, name = subject.partition(":")
        asked = roster.view.zone_windows_asked(name) if kind == "zone" else {}
        return {*ZONE_CODES, *(code for codes in asked.values() for code in codes)}


def _subjects(roster: Roster, point: str, window: Window, networks: Iterable[str]) -> Iterator[str]:
    said = roster.view.point_at(point, window.start_at) or roster.view.point_at(point, window.end_at - 1)
    if said is not None:
        yield from (f"zone:{zone}" for zone in said.zones)
        yield f"commune:{said.commune}"
        yield f"use_case:{said.use_case}"
    yield from (f"network:{name}" for name in networks)


def _by_reason(subject: str, held: dict[Window, str]) -> Iterator[ZoneWork]:
    for reason in sorted(set(held.values())):
        windows = sorted((one for one, its in held.items() if its == reason), key=_start)
        for begin in range(0, len(windows), MOST_WINDOWS):
            yield ZoneWork(subject, tuple(windows[begin : begin + MOST_WINDOWS]), reason, "zones")


def _start(window: Window) -> tuple[str, int]:
    return window.code, window.start_at
