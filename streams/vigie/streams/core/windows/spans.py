"""A series over many spans at once: what takes part, what it comes to, how complete each span is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.local_time import local
from vigie.streams.core.windows.counted import Counted, counted
from vigie.streams.core.windows.honest import expected_of
from vigie.streams.core.windows.legal import HOUR_MS, Window
from vigie.streams.core.windows.parts_of_day import DAY_MS, in_part, local_days, part_ms, part_of, wall_clock
from vigie.streams.core.windows.statistics import Statistics, statistics, way_of
from vigie.streams.core.windows.track import Track

Spans = NDArray[np.int64]
"""(m, 2): from (inclusive) and to (exclusive) of each span, epoch ms UTC."""


class Spanned(NamedTuple):
    """A series over m spans.

    Attributes:
        statistics: of each span, from its good readings.
        completeness: (m,) 0 to 1; 1 where nobody knows the step and there is a reading.
    """

    statistics: Statistics
    completeness: NDArray[np.float64]

    def enough(self, bound: float) -> NDArray[np.bool_]:
        """(m,) whether a span may be judged."""
        return (self.statistics.count > 0) & (self.completeness >= bound)


def over_spans(series: Track, spans: Spans) -> Spanned:
    """What a series comes to in each span; spans may overlap and may be empty."""
    bounds = np.searchsorted(series.at_ms, spans)
    found = statistics(
        way_of(series.property), series.values, series.at_ms, series.flags, bounds[:, 0], bounds[:, 1]
    )  # fmt: skip
    if series.step_s <= 0:
        return Spanned(found, np.where(found.count > 0, 1.0, 0.0))
    expected = np.maximum((spans[:, 1] - spans[:, 0]) // (series.step_s * 1000), 1)
    return Spanned(found, np.minimum(found.instants / expected, 1.0))


def legal_spans(days: list[Window], zone: str, from_hour: float, to_hour: float) -> Spans:
    """A part of each of these legal days; a night is the one that ends in the day."""
    return np.array([part_of(day, from_hour, to_hour, zone) for day in days], dtype=np.int64).reshape(-1, 2)


def utc_spans(days: list[Window], zone: str, from_hour: float, to_hour: float) -> Spans:
    """The same part by hours of UTC, on the dates of these legal days.

    >>> from vigie.streams.core.windows.legal import window_of
    >>> day = window_of("1d", 1_774_771_200_000, "Europe/Paris")  # 29 March 2026
    >>> (utc_spans([day], "Europe/Paris", 18, 6) // 3_600_000 % 24).tolist()
    [[18, 6]]
    """
    dates = local_days(np.array([day.start_at for day in days], dtype=np.int64), zone)
    begin = from_hour if from_hour < to_hour else from_hour - 24
    hours = np.array([begin, to_hour])
    found: Spans = dates[:, None] * DAY_MS + np.rint(hours * HOUR_MS).astype(np.int64)
    return found


def part_of_window(readings: Track, window: Window, zone: str, from_hour: float, to_hour: float) -> Counted:
    """Readings in a part of each day of a window of a day or more.

    A part that goes over midnight belongs to the day in which it ends: the night of a month begins in the evening
    before its first day, and the evening of its last day is the next month's.
    """
    begin, end = window.start_at, window.end_at
    if from_hour >= to_hour:
        begin = wall_clock(local(begin, zone).date(), from_hour - 24, zone)
        end = wall_clock(local(end, zone).date(), from_hour - 24, zone)
    within = readings.between(begin, end)
    chosen = within.where(in_part(within.at_ms, zone, from_hour, to_hour))
    return counted(chosen, begin, end, expected_of(part_ms(begin, end, zone, from_hour, to_hour), readings.step_s))
