"""Spans of validity: from (inclusive) to (exclusive), epoch ms UTC; ALWAYS and EVER where there is no bound."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from vigie.streams.core.fleet.words import ALWAYS, EVER
from vigie.topics.fleet.stated import Stated

T = TypeVar("T")


class Span(NamedTuple):
    """From (inclusive) to (exclusive); one that ends where it begins, or before, is empty."""

    start: int = ALWAYS
    end: int = EVER

    def meets(self, other: "Span") -> bool:
        """Whether they have an instant in common.

        >>> Span(0, 10).meets(Span(10, 20)), Span(0, 10).meets(Span(9, 20))
        (False, True)
        """
        return max(self.start, other.start) < min(self.end, other.end)

    def common(self, other: "Span") -> "Span":
        """What both cover; empty where they do not meet."""
        return Span(max(self.start, other.start), min(self.end, other.end))


def span_of(version: Stated) -> Span:
    """When a version holds."""
    return Span(
        ALWAYS if version.valid_from is None else version.valid_from,
        EVER if version.valid_to is None else version.valid_to,
    )


def bound(at: int) -> int | None:
    """An instant as it stands in a version: None where there is no bound."""
    return None if at in (ALWAYS, EVER) else at


def gaps(wanted: Span, covered: Iterable[Span]) -> list[Span]:
    """What of a span is not covered.

    >>> gaps(Span(0, 30), [Span(5, 10), Span(10, 20)])
    [Span(start=0, end=5), Span(start=20, end=30)]
    """
    found, at = [], wanted.start
    for one in sorted(covered):
        if at < one.start and at < wanted.end:
            found.append(Span(at, min(one.start, wanted.end)))
        at = max(at, one.end)
    if at < wanted.end:
        found.append(Span(at, wanted.end))
    return found


def union(spans: Iterable[Span]) -> list[Span]:
    """The same instants in as few spans as possible.

    >>> union([Span(5, 10), Span(0, 5), Span(20, 30)])
    [Span(start=0, end=10), Span(start=20, end=30)]
    """
    found: list[Span] = []
    for one in sorted(spans):
        if found and one.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def collisions(pieces: Sequence[tuple[Span, T]]) -> Iterator[tuple[tuple[Span, T], tuple[Span, T]]]:
    """Each pair of pieces whose spans meet, the one that begins first in front.

    Quick where few meet, as it should be.
    """
    open_: list[tuple[Span, T]] = []
    for piece in sorted(pieces, key=lambda one: one[0]):
        open_ = [one for one in open_ if one[0].end > piece[0].start]
        if piece[0].start < piece[0].end:
            yield from ((one, piece) for one in open_)
            open_.append(piece)


def instant_ms(text: str) -> int:
    """An instant of attributes (`field.Form.INSTANT`) as epoch ms.

    Raises:
        ValueError: it is none.

    >>> instant_ms("2026-03-02T08:00:00Z")
    1772438400000
    """
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def instant_text(at_ms: int) -> str:
    """Epoch ms as an instant of attributes.

    >>> instant_text(1772438400000)
    '2026-03-02T08:00:00Z'
    """
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
