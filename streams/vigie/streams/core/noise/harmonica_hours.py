"""The Harmonica index of hours at a point, from seconds or from means of quarters of an hour, whichever it sends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vigie.streams.core.noise.harmonica import SPAN_S, Hour, from_seconds, per_second
from vigie.streams.core.noise.levels import energy_mean
from vigie.streams.core.windows.counted import Counted, counted
from vigie.streams.core.windows.indicator import PointTracks
from vigie.streams.core.windows.legal import HOUR_MS
from vigie.streams.core.windows.track import Track

BOUND = 0.8
"""The share of an hour's seconds below which it has no index."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An hour.

    Attributes:
        start_at: epoch ms UTC.
        hour: None where it may not be said.
        counted: of LAeq.
        completeness: 0 to 1, of seconds; of LAeq and LA95eq that which has less.
        excluded: for their flag, of both.
        quality: the worse of both.
    """

    start_at: int
    hour: Hour | None
    counted: Counted
    completeness: float
    excluded: int
    quality: int


def channels_of(point: PointTracks) -> list[tuple[Track, Track | None]]:
    """LAeq and, where the point sends it, LA95eq of each channel."""
    background = {series.channel: series for series in point.of("la95eq")}
    return [(series, background.get(series.channel)) for series in point.of("laeq")]


def why_not(laeq: Track, la95eq: Track | None) -> str:
    """Why these series can have no index, as a category; empty where they can.

    >>> from vigie.streams.core.windows.track import track
    >>> why_not(track([], [], step_s=900), None), why_not(track([], [], step_s=1), None)
    ('step_too_long', '')
    """
    if laeq.step_s == 1:
        return ""
    if not laeq.step_s or (la95eq is not None and not la95eq.step_s):
        return "step_unknown"
    if la95eq is None or max(laeq.step_s, la95eq.step_s) * 1000 > HOUR_MS:
        return "step_too_long"
    return ""


def judge(laeq: Track, la95eq: Track | None, starts: Sequence[int], *, centred: bool) -> list[Judged]:
    """The hours that begin at these instants; only for series that can have an index (`why_not`).

    Args:
        laeq: of all flags, reaching ten minutes beyond the hours.
        la95eq: of all flags; not looked at where LAeq comes every second.
        starts: epoch ms UTC.
        centred: whether a second stands in the middle of the ten minutes of its LA95; else at their end.
    """
    if laeq.step_s == 1:
        good = laeq.good()
        return [_of_seconds(laeq, good, start, centred) for start in starts]
    assert la95eq is not None
    return [_of_means(laeq, la95eq, start) for start in starts]


def _of_seconds(laeq: Track, good: Track, start: int, centred: bool) -> Judged:
    margin = SPAN_S * 1000
    found = counted(laeq, start, start + HOUR_MS)
    levels = per_second(good, start - margin, start + HOUR_MS + margin)
    share = float(np.mean(~np.isnan(levels[SPAN_S:-SPAN_S])))
    hour = from_seconds(levels, centred) if share >= BOUND else None
    return Judged(start, hour, found, share, found.excluded, found.quality)


def _of_means(laeq: Track, la95eq: Track, start: int) -> Judged:
    found, background = (counted(series, start, start + HOUR_MS) for series in (laeq, la95eq))
    share = min(found.completeness or 0.0, background.completeness or 0.0)
    hour = None
    if share >= BOUND:
        hour = Hour(energy_mean(found.good.values), energy_mean(background.good.values))
    excluded = found.excluded + background.excluded
    return Judged(start, hour, found, share, excluded, max(found.quality, background.quality))
