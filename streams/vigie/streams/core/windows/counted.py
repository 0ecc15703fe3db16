"""How many readings of a series an indicator has in its window, of how many it should have."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.honest import (
    DAY_MS,
    ENOUGH,
    ENOUGH_OF_A_DAY,
    completeness_of,
    expected_of,
    honest_result,
    quality_of,
)  # fmt: skip
from vigie.streams.core.windows.indicator import Result
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.track import Track


@dataclass(frozen=True, slots=True)
class Counted:
    """Readings of a span.

    Attributes:
        good: those that count (flags 1 and 2), by rising instant.
        count, excluded: how many count, and how many were left out for their flag.
        expected: how many instants there should be; None where nobody knows the step.
        completeness: 0 to 1; None where nobody knows.
        quality: of topics.aggregate, as long as a number may be said.
    """

    good: Track
    count: int
    excluded: int
    expected: int | None
    completeness: float | None
    quality: int

    def result(self, value: float | None, bound: float, **others: Any) -> Result:
        """A Result with these counts, as honest as its bound asks; `others` are further fields of it."""
        one = Result(
            value=value, count=self.count, expected=self.expected, completeness=self.completeness,
            excluded=self.excluded, quality=self.quality, **others,
        )  # fmt: skip
        return honest_result(one, bound)


def counted(track: Track, from_at: int, to_at: int, expected: int | None = None) -> Counted:
    """The readings of [from_at, to_at), counted.

    Args:
        track: readings of all flags.
        from_at: epoch ms UTC, inclusive.
        to_at: epoch ms UTC, exclusive.
        expected: where it is not the span over the step.

    >>> from vigie.streams.core.windows.track import track
    >>> found = counted(track([0, 900_000, 1_800_000], [1.0, 2.0, 3.0], [1, 4, 2]), 0, 3_600_000)
    >>> found.count, found.excluded, found.expected, found.completeness, found.quality
    (2, 1, 4, 0.5, 3)
    """
    inside = track.between(from_at, to_at)
    good = inside.good()
    should = expected_of(to_at - from_at, track.step_s) if expected is None else expected
    excluded = len(inside) - len(good)
    return Counted(
        good, len(good), excluded, should, completeness_of(_instants(good.at_ms), should),
        quality_of(int(np.count_nonzero(good.flags == 2)), excluded),
    )  # fmt: skip


def _instants(at_ms: NDArray[np.int64]) -> int:
    """How many different instants; they rise."""
    return int(np.count_nonzero(at_ms[1:] != at_ms[:-1])) + 1 if len(at_ms) else 0


def too_short(window: Window, step_s: int) -> bool:
    """Whether a window is shorter than the step of a series: then it has no such window."""
    return step_s * 1000 > window.end_at - window.start_at


def bound_of_extremes(window: Window) -> float:
    """From which completeness a window says a count, an hour or an extreme.

    >>> bound_of_extremes(Window("1h", 0, 3_600_000)), bound_of_extremes(Window("1d", 0, 82_800_000))
    (0.75, 0.9)
    """
    return ENOUGH_OF_A_DAY if window.end_at - window.start_at >= DAY_MS else ENOUGH
