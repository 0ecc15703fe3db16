"""What has changed in windows that were published already: noted as it happens, published a little later."""

from collections.abc import Iterable

from vigie.streams.core.windows.owned.reader import Observed
from vigie.streams.core.windows.statistics import MOST_GOOD

_REASONS = {
    "live": "late", "late": "late", "replay": "corrected", "conversion": "corrected", "placement": "placement",
}  # fmt: skip

Class = tuple[float, int]
"""What windows see of a value: the number, and 1, 2 or 3 (left out)."""


def reason_of(said: str) -> str:
    """Why a window is revised, by the reason of an observation.

    >>> reason_of("live"), reason_of("replay"), reason_of("human")
    ('late', 'corrected', 'quality')
    """
    return _REASONS.get(said, "quality")


class Touch:
    """What has changed in a quarter of an hour of a point.

    Attributes:
        added: series -> how many rows with a number there are more than before.
        changed: series of which a reading is another one.
        meters: (series, instant) of changed readings of meters: the windows of their next readings change too.
        subjects: numbers of those whom replaced rows named.
        reason: of the last change.
        offset: of the last record that changed something.
        surely: whether windows are to be published even if nothing was known of them: another worker may have.
    """

    __slots__ = ("added", "changed", "meters", "offset", "reason", "subjects", "surely")

    def __init__(self) -> None:
        self.added: dict[int, int] = {}
        self.changed: set[int] = set()
        self.meters: set[tuple[int, int]] = set()
        self.subjects: set[int] = set()
        self.reason, self.offset, self.surely = "late", -1, False

    def count(self, layout_series: Iterable[int], flags: bytes, by: int) -> None:
        """Rows with numbers of these series are more by so many."""
        for series, flag in zip(layout_series, flags, strict=True):
            if flag:
                self.added[series] = self.added.get(series, 0) + by


class Repair:
    """What has changed in a window: of all its quarters together (see Touch)."""

    __slots__ = ("added", "changed", "reason", "subjects", "surely")

    def __init__(self) -> None:
        self.added: dict[int, int] = {}
        self.changed: set[int] = set()
        self.subjects: set[int] = set()
        self.reason, self.surely = "late", False

    def take(self, touch: Touch) -> None:
        """Add what happened in a quarter."""
        for series, by in touch.added.items():
            self.added[series] = self.added.get(series, 0) + by
        self.changed |= touch.changed
        self.subjects |= touch.subjects
        self.reason = touch.reason
        self.surely = self.surely or touch.surely


class DirtyDay:
    """A day of a point of which something is to be made again from the store."""

    __slots__ = ("end_at", "offset", "reason")

    def __init__(self, end_at: int) -> None:
        self.end_at, self.reason, self.offset = end_at, "late", -1

    def take(self, reason: str, offset: int) -> None:
        """Add a cause; that a window has closed is the least of them: it takes nothing away."""
        if self.offset < 0 or reason != "closed":
            self.reason = reason
        self.offset = max(self.offset, offset)


def seen(series: Iterable[int], flags: bytes, values: Iterable[float]) -> dict[int, Class]:
    """What windows see of the values of a row, by series.

    >>> seen((1, 2, 3), bytes((1, 0, 4)), (20.0, 21.0, 22.0))
    {1: (20.0, 1), 3: (22.0, 3)}
    """
    found = {}
    for one, flag, value in zip(series, flags, values, strict=True):
        if flag:
            found[one] = (value, min(flag, MOST_GOOD + 1))
    return found


def is_nothing(one: Observed) -> bool:
    """Whether an observation has no number."""
    return one.withdrawn or not any(one.flags)
