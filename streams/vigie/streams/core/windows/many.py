"""Many windows of one series at once: what `Indicator.many` is made of, where `compute` goes window by window."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from vigie.streams.core.windows.honest import completeness_of, expected_of, honest_result, quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.statistics import Ints, Way, statistics
from vigie.streams.core.windows.track import Track


class Told(NamedTuple):
    """What the readings of a window come to; numbers are None without a good one (see `counted.Counted`)."""

    readings: int
    unknown: int
    excluded: int
    instants: int
    minimum: float | None
    mean: float | None
    maximum: float | None
    first: float | None
    last: float | None
    expected: int | None

    @property
    def completeness(self) -> float | None:
        """0 to 1; None where nobody knows."""
        return completeness_of(self.instants, self.expected)

    def result(self, value: float | None, bound: float, **others: Any) -> Result:
        """As `Counted.result`."""
        one = Result(
            value=value, count=self.readings, expected=self.expected, completeness=self.completeness,
            excluded=self.excluded, quality=quality_of(self.unknown, self.excluded), **others,
        )  # fmt: skip
        return honest_result(one, bound)


_COLUMNS = ("count", "unknown", "excluded", "instants", "minimum", "mean", "maximum", "first", "last")


def told(track: Track, starts: Ints, ends: Ints, way: Way) -> Iterator[Told]:
    """What a series comes to in each window.

    Args:
        track: readings of all flags.
        starts: (m,) epoch ms UTC, inclusive; windows may overlap.
        ends: (m,) epoch ms UTC, exclusive.
        way: GAUGE or LEVEL: which mean.

    >>> from vigie.streams.core.windows.track import track
    >>> one, = told(track([0, 900_000], [1.0, 2.0], [1, 4]), np.array([0]), np.array([3_600_000]), Way.GAUGE)
    >>> one.mean, one.excluded, one.expected, one.completeness
    (1.0, 1, 4, 0.25)
    """
    found = statistics(
        way, track.values, track.at_ms, track.flags, np.searchsorted(track.at_ms, starts),
        np.searchsorted(track.at_ms, ends),
    )  # fmt: skip
    columns = [getattr(found, name).tolist() for name in _COLUMNS]
    rows = zip(*columns, (ends - starts).tolist(), strict=True)
    for readings, unknown, excluded, instants, *numbers, length in rows:
        some = numbers if readings else [None] * len(numbers)
        low, mean, high, first, last = some
        expected = expected_of(length, track.step_s)
        yield Told(readings, unknown, excluded, instants, low, mean, high, first, last, expected)


def bounds(windows: Sequence[Window]) -> tuple[Ints, Ints]:
    """Starts and ends of windows, (m,) each, epoch ms UTC."""
    both = np.array([(one.start_at, one.end_at) for one in windows], dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def alone(indicator: Indicator, inputs: Inputs, window: Window) -> Inputs:
    """What of inputs that reach over many windows one of them is computed from."""
    span = window.start_at - indicator.before_s * 1000, window.end_at + indicator.after_s * 1000
    points, others = (
        [replace(one, tracks={key: track.between(*span) for key, track in one.tracks.items()}) for one in points]
        for points in (inputs.points, inputs.others)
    )
    return replace(inputs, window=window, points=points, others=others)
