"""Windows of a week and more, and of named indicators: which closed between two ticks, and which a change touches.

A window is closed once its end, what the indicator looks at beyond it, the upload period of its subject and five
minutes have passed. Those that closed since the last tick are made then; a change of one that was closed before makes
it again. So every change is seen by one of the two, whenever it comes.
"""

from collections.abc import Iterable, Iterator

from vigie.streams.core.windows.legal import HOUR_MS, Window, windows_between
from vigie.streams.core.windows.plan import Asked, Span
from vigie.streams.core.windows.roster import Roster, Target
from vigie.streams.core.windows.touched import Span as Touch
from vigie.streams.core.windows.touched import Touched
from vigie.streams.core.windows.work import NamedWork, SeriesWork, Work
from vigie.topics.property import BY_NAME

_Named = dict[tuple[str, str], dict[str, dict[Window, str]]]
"""Indicator and code -> subject -> windows, each with a reason."""

LONG_CODES = ("1w", "1mo", "1y")
"""Codes that every series has and that only `recompute` makes."""
ASKED_LONG_CODES = ("r7d",)
AGAIN_MS = 3 * 86_400_000
"""How far back an indicator of other facts than readings is computed once more: as far as the nightly report."""
SLACK_MS = 300_000
"""How long after a window's end and upload period it counts as closed."""


def wait_ms(roster: Roster, subject: str, after_s: int = 0) -> int:
    """How long after its end a window of a subject is closed."""
    return (roster.upload_s(subject) + after_s) * 1000 + SLACK_MS


def ending_between(code: str, after: int, by: int, zone: str) -> tuple[Window, ...]:
    """Windows of a code that end in (after, by].

    >>> [one.end_at // HOUR_MS for one in ending_between("1h", 0, 2 * HOUR_MS, "UTC")]
    [1, 2]
    """
    return tuple(one for one in windows_between(code, after, by, zone) if after < one.end_at <= by)


def closed(roster: Roster, after: int, by: int, zone: str) -> Iterator[Work]:
    """All work of windows that closed in (after, by], epoch ms UTC of ticks."""
    waits: dict[int, list[str]] = {}
    for point in roster.points:
        waits.setdefault(wait_ms(roster, f"point:{point}"), []).append(point)
    for code in (*LONG_CODES, *ASKED_LONG_CODES):
        for wait, points in waits.items():
            ended = after - wait, by - wait
            for window in ending_between(code, *ended, zone):
                asked = Asked("closed", ended_after=ended[0], ended_by=ended[1])
                yield from _of_series(roster, code, points, window, asked)
    for name, indicator in roster.indicators.items():
        by_wait: dict[int, list[str]] = {}
        for subject in roster.subjects(name):
            by_wait.setdefault(wait_ms(roster, subject, indicator.after_s), []).append(subject)
        for code in indicator.codes:
            for wait, subjects in by_wait.items():
                windows = ending_between(code, after - wait, by - wait, zone)
                if windows and indicator.load is not None:  # its facts may have changed, and nothing says so
                    windows = ending_between(code, after - wait - AGAIN_MS, by - wait, zone)
                if windows:
                    yield NamedWork(name, windows, tuple(subjects), "closed", "closed")


def _of_series(roster: Roster, code: str, points: Iterable[str], window: Window, asked: Asked) -> Iterator[SeriesWork]:
    properties = None
    if code in ASKED_LONG_CODES:
        asking = {point: roster.view.windows_asked(point) for point in points}
        points = [one for one, said in asking.items() if any(code in codes for codes in said.values())]
        properties = tuple(sorted({number for one in points for number, codes in asking[one].items() if code in codes}))
    if points := list(points):
        span = Span(window.start_at, window.end_at, dict.fromkeys(points, asked))
        yield SeriesWork(span, (code,), properties, "closed")


def again(roster: Roster, touched: Touched, closed_by: int, zone: str) -> Iterator[Work]:
    """The work of changes, in windows that were closed by a tick (epoch ms UTC)."""
    series: dict[tuple[str, Window], dict[int, dict[str, Asked]]] = {}
    named: _Named = {}
    for point, number, _, spans in touched.spans():
        subject = f"point:{point}"
        asked = roster.view.windows_asked(point).get(number, frozenset())
        codes = (*LONG_CODES, *(code for code in ASKED_LONG_CODES if code in asked))
        by = closed_by - wait_ms(roster, subject)
        for span in spans:
            for code in codes:
                for window in windows_between(code, span.from_at, _reach(number, span.to_at), zone):
                    if window.end_at <= by:
                        series.setdefault((code, window), {}).setdefault(number, {})[point] = Asked(
                            span.reason, ended_by=by
                        )
            for target in roster.concerned(point, number):
                _name(named, roster, target, span, closed_by, zone)
    for subject, number, spans in touched.moved():
        for target in roster.concerned_by_zone(subject, number):
            for span in spans:
                _name(named, roster, target, span, closed_by, zone)
    for (code, window), by_property in series.items():
        for number, points in by_property.items():
            yield SeriesWork(Span(window.start_at, window.end_at, points), (code,), (number,), "feed")
    for (name, _), by_subject in named.items():
        yield from _together(name, by_subject)


def _name(named: _Named, roster: Roster, target: Target, span: Touch, closed_by: int, zone: str) -> None:
    """Note the windows of an indicator that a change reaches."""
    indicator = roster.indicators[target.indicator]
    until = closed_by - wait_ms(roster, target.subject, indicator.after_s)
    begin, end = span.from_at - indicator.after_s * 1000, span.to_at + indicator.before_s * 1000
    for code in indicator.codes:
        for window in windows_between(code, begin, min(end, until), zone):
            if window.end_at <= until:
                held = named.setdefault((target.indicator, code), {}).setdefault(target.subject, {})
                held[window] = span.reason


def _reach(number: int, to_at: int) -> int:
    return to_at + 4 * HOUR_MS if number in _METERS else to_at


_METERS = frozenset(entry.id for entry in BY_NAME.values() if entry.kind == "c")


def _together(name: str, by_subject: dict[str, dict[Window, str]]) -> Iterator[NamedWork]:
    """Subjects with the same windows in one piece of work."""
    alike: dict[tuple[tuple[Window, ...], str], list[str]] = {}
    for subject, windows in by_subject.items():
        reason = max(windows.values(), key=list(windows.values()).count)
        alike.setdefault((tuple(sorted(windows, key=_start)), reason), []).append(subject)
    for (windows_, reason), subjects in alike.items():
        yield NamedWork(name, windows_, tuple(subjects), reason, "feed")


def _start(window: Window) -> int:
    return window.start_at
