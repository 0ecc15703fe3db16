"""What somebody asked for (`vigie recompute`), as work."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from vigie.streams.core.windows.closing import ASKED_LONG_CODES, LONG_CODES, wait_ms
from vigie.streams.core.windows.legal import HOUR_MS, Window, window_of, windows_between
from vigie.streams.core.windows.plan import OWNED_CODES, Asked, Span
from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.work import NamedWork, SeriesWork, Work, ZoneWork
from vigie.topics.property import BY_NAME

ALL = "*"
SLOT_MS = 4 * HOUR_MS
POINTS_OF_A_MONTH, POINTS_OF_A_YEAR = 25, 2
"""So many points fit into one load of the engine (POINT_DAYS there), with what their indicators look back on."""
ZONE_CODES = ("1h", "1d")


class Request(NamedTuple):
    """A row of recompute_request; instants are epoch ms UTC.

    Attributes:
        number: of the row.
        indicator: name of a property or indicator, a pattern of names of indicators (`noise_*`), or ALL.
        subject: only this one; empty for all.
        from_at: windows that hold an instant of [from_at, to_at) are made.
        done_to: what begins before is done.
        reason: of what changes.
    """

    number: int
    indicator: str
    subject: str
    from_at: int
    to_at: int
    done_to: int
    reason: str


def needs_owners(request: Request) -> bool:
    """Whether it is of windows that `observe` makes while it holds them."""
    return request.indicator == ALL or request.indicator in BY_NAME


def released_by(answered: int, memory_ms: int) -> int:
    """Windows that begin before this instant are surely no longer their owner's, whatever worker is a slot behind.

    >>> released_by(40 * HOUR_MS, 26 * HOUR_MS) // HOUR_MS
    8
    """
    return (answered - memory_ms) // SLOT_MS * SLOT_MS - SLOT_MS


def pieces(request: Request, zone: str) -> list[tuple[int, int]]:
    """The span that is left, in months of legal time: each is noted when it is done."""
    found, at = [], max(request.from_at, request.done_to)
    while at < request.to_at:
        end = min(window_of("1mo", at, zone).end_at, request.to_at)
        found.append((at, end))
        at = end
    return found


def work_of(
    request: Request, span: tuple[int, int], roster: Roster, ticks: tuple[int, int], memory_ms: int, zone: str
) -> Iterator[Work]:
    """The work of a piece of a request: windows that begin in the piece, or hold its first instant.

    Args:
        request: what was asked.
        span: the piece.
        roster: of the fleet.
        ticks: the last one, epoch ms: what is open then is left to those who will close it; and the last that all of
            `observe` has answered: what it held then is its own, however long it has been away.
        memory_ms: how long owners hold windows.
        zone: IANA name of the legal time.
    """
    tick_at = ticks[0]
    if needs_owners(request):
        if request.subject and not request.subject.startswith("point:"):
            yield from _of_many(request, span, ticks, memory_ms, zone)
        else:
            yield from _of_series(request, span, roster, ticks, memory_ms, zone)
    keys = [key for key, one in roster.indicators.items() if fnmatchcase(one.name, request.indicator)]
    for years, size in ((False, POINTS_OF_A_MONTH), (True, POINTS_OF_A_YEAR)):
        for subjects in _together(request, roster, keys, size):
            for key in keys:
                codes = [code for code in roster.indicators[key].codes if (code == "1y") == years]
                yield from _of_indicator(request, span, roster, key, codes, subjects, tick_at, zone)


def _together(request: Request, roster: Roster, keys: list[str], size: int) -> Iterator[frozenset[str]]:
    """Some points each, whose readings are loaded once for all their indicators; then all that is no point."""
    subjects = {one for key in keys for one in roster.subjects(key) if _is_for(request, one)}
    points = sorted(one for one in subjects if one.startswith("point:"))
    for begin in range(0, len(points), size):
        yield frozenset(points[begin : begin + size])
    yield frozenset(subjects.difference(points))


def _of_series(
    request: Request, span: tuple[int, int], roster: Roster, ticks: tuple[int, int], memory_ms: int, zone: str
) -> Iterator[Work]:
    tick_at, answered = ticks
    properties = None if request.indicator == ALL else (BY_NAME[request.indicator].id,)
    points = [
        point for point, versions in roster.points.items()
        if _is_for(request, f"point:{point}")
        and (properties is None or any(one.property in properties for version in versions for one in version.series))
    ]  # fmt: skip
    if not points:
        return
    owned = Asked(request.reason, before=released_by(answered, memory_ms))
    yield SeriesWork(Span(*span, dict.fromkeys(points, owned)), OWNED_CODES, properties, "asked", released=True)
    for code in (*LONG_CODES, *ASKED_LONG_CODES):
        chosen = [one for one in points if code in LONG_CODES or _asks(roster, one, code)]
        longer = {one: Asked(request.reason, ended_by=tick_at - wait_ms(roster, f"point:{one}")) for one in chosen}
        for window in windows_between(code, *span, zone):
            if longer and _is_due(window, span, request, tick_at):
                yield SeriesWork(Span(window.start_at, window.end_at, longer), (code,), properties, "asked")


def _of_many(
    request: Request, span: tuple[int, int], ticks: tuple[int, int], memory_ms: int, zone: str
) -> Iterator[Work]:
    """Windows of one zone, commune, use case or network that was named."""
    tick_at, before = ticks[0], released_by(ticks[1], memory_ms)
    windows = tuple(
        one for code in ZONE_CODES for one in windows_between(code, *span, zone)
        if one.start_at < before and _is_due(one, span, request, tick_at)
    )  # fmt: skip
    for begin in range(0, len(windows), 100):
        yield ZoneWork(request.subject, windows[begin : begin + 100], request.reason, "asked")


def _of_indicator(
    request: Request, span: tuple[int, int], roster: Roster, key: str, codes: Iterable[str], of: frozenset[str],
    tick_at: int, zone: str,
) -> Iterator[Work]:  # fmt: skip
    indicator = roster.indicators[key]
    by_wait: dict[int, list[str]] = {}
    for subject in roster.subjects(key):
        if subject in of:
            by_wait.setdefault(wait_ms(roster, subject, indicator.after_s), []).append(subject)
    for code in codes:
        for wait, subjects in by_wait.items():
            windows = tuple(
                one for one in windows_between(code, *span, zone) if _is_due(one, span, request, tick_at - wait)
            )
            if windows:
                yield NamedWork(key, windows, tuple(subjects), request.reason, "asked")


def _is_due(window: Window, span: tuple[int, int], request: Request, closed_by: int) -> bool:
    """Whether a window is closed, and this piece's: that of its start, or the first one for one that began before."""
    begins_here = window.start_at >= span[0] or span[0] == request.from_at
    return begins_here and window.end_at <= closed_by


def _is_for(request: Request, subject: str) -> bool:
    return not request.subject or fnmatchcase(subject, request.subject)


def _asks(roster: Roster, point: str, code: str) -> bool:
    return any(code in codes for codes in roster.view.windows_asked(point).values())
