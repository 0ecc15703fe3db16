"""What records of `aggregates.v1` say has changed: of which series, and when; many records become few spans."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from vigie.streams.core.avro_pieces import varint
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.plan import steps_of
from vigie.streams.core.windows.series_name import series_of
from vigie.topics.aggregate import REASONS

_FINEST = ("15m", "1h", "1d")
_AT_MOST_S = {"15m": 900, "1h": 3600}


class Head(NamedTuple):
    """The beginning of an aggregate: which window it is, and why it was published."""

    subject: str
    indicator: str
    code: str
    start_at: int
    end_at: int
    reason: str


def head_of(value: bytes) -> Head:
    """The beginning of a framed aggregate: a quarter of the cost of reading all of it.

    Raises:
        IndexError: the value is too short.

    >>> from vigie.topics.aggregate import Aggregate
    >>> from vigie.topics.aggregate_encoder import AggregateEncoder
    >>> one = Aggregate(subject="point:P1", indicator="fill", window_code="15m", window_start=-900_000, revision=0,
    ...     window_end=0, count=1, minimum=1.0, mean=1.0, maximum=1.0, input_hash="0" * 16, reason="closed")
    >>> tuple(head_of(AggregateEncoder().encode(one)))
    ('point:P1', 'fill', '15m', -900000, 0, 'closed')
    """
    subject, place = _text(value, 5)
    indicator, place = _text(value, place)
    code, place = _text(value, place)
    start_at, place = _long(value, place)
    end_at, place = _long(value, place)
    for _ in ("revision", "count"):
        _, place = _long(value, place)
    for _ in ("minimum", "mean", "maximum"):
        place += 9 if value[place] else 1
    _, place = _text(value, place)  # input_hash
    reason, _ = _text(value, place)
    return Head(subject, indicator, code, start_at, end_at, reason)


def _text(value: bytes, place: int) -> tuple[str, int]:
    length, place = _long(value, place)
    return value[place : place + length].decode(), place + length


def _long(value: bytes, place: int) -> tuple[int, int]:
    number, place = varint(value, place)
    return number >> 1 ^ -(number & 1), place


class Span(NamedTuple):
    """Instants of a series that changed, within one legal day."""

    from_at: int
    to_at: int
    reason: str


class Touched:
    """Changes of series of points, by day.

    Args:
        zone: IANA name of the legal time.
    """

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._spans: dict[tuple[str, int, int], dict[int, Span]] = {}
        self._moved: dict[tuple[str, int], dict[int, Span]] = {}

    def add(self, head: Head, view: FleetView) -> None:
        """Take a window that changed; one that holds finer ones of its series is passed over."""
        number, channel = series_of(head.indicator)
        if number is not None and head.subject.startswith("zone:") and head.reason == "placement":
            self._take(self._moved.setdefault((head.subject, number), {}), head)
        if head.code not in _FINEST or number is None or not head.subject.startswith("point:"):
            return
        point = head.subject.removeprefix("point:")
        if head.code != "15m" and head.code != finest(view, point, number, channel, head.start_at):
            return
        self._take(self._spans.setdefault((point, number, channel), {}), head)

    def _take(self, days: dict[int, Span], head: Head) -> None:
        day = _day(head.start_at // 900_000, self._zone)
        held = days.get(day)
        if held is None:
            days[day] = Span(head.start_at, head.end_at, head.reason)
        else:
            reason = weightier(held.reason, head.reason)
            days[day] = Span(min(held.from_at, head.start_at), max(held.to_at, head.end_at), reason)

    def __bool__(self) -> bool:
        return bool(self._spans or self._moved)

    def moved(self) -> Iterator[tuple[str, int, list[Span]]]:
        """Zone (`zone:` and its id), property, and when other points lie in it than before."""
        for (subject, number), days in self._moved.items():
            yield subject, number, _together(days)

    def spans(self) -> Iterator[tuple[str, int, int, list[Span]]]:
        """Point, property, channel, and what changed of them, by rising instant; consecutive days brought together."""
        for (point, number, channel), days in self._spans.items():
            yield point, number, channel, _together(days)


def _together(days: dict[int, Span]) -> list[Span]:
    """By rising instant; those of consecutive days as one."""
    found: list[Span] = []
    for _, span in sorted(days.items()):
        if found and span.from_at <= found[-1].to_at:
            last = found.pop()
            reason = weightier(last.reason, span.reason)
            found.append(Span(last.from_at, max(last.to_at, span.to_at), reason))
        else:
            found.append(span)
    return found


def finest(view: FleetView, point: str, number: int, channel: int, at: int) -> str:
    """The shortest window that a series has.

    >>> finest(FleetView(), "P1", 1, 0, 0)
    '15m'
    """
    step_s = next((step for since, step in reversed(steps_of(view, point, number, channel)) if since <= at), 0)
    return next((code for code, most in _AT_MOST_S.items() if step_s <= most), "1d")


def weightier(one: str, other: str) -> str:
    """Of two reasons the one that says more.

    >>> weightier("late", "placement"), weightier("quality", "closed")
    ('placement', 'quality')
    """
    return max(one, other, key=lambda reason: REASONS.index(reason) if reason in REASONS else -1)


@lru_cache(20_000)
def _day(quarter: int, zone: str) -> int:
    return window_of("1d", quarter * 900_000, zone).start_at
