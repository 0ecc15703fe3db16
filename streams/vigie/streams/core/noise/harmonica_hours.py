"""The Harmonica index of hours at a point, from seconds or from means of quarters of an hour, whichever it sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, log10, nan
from typing import NamedTuple

import numpy as np

from vigie.streams.core.noise.harmonica import SPAN_S, Hour, from_seconds, per_second
from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.honest import quality_of
from vigie.streams.core.windows.indicator import PointTracks
from vigie.streams.core.windows.legal import HOUR_MS
from vigie.streams.core.windows.many import told
from vigie.streams.core.windows.statistics import MOST_GOOD, Way
from vigie.streams.core.windows.track import Track

BOUND = 0.8
"""The share of an hour's seconds below which it has no index."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An hour.

    Attributes:
        hour: None where it may not be said.
        count: good readings of LAeq.
        completeness: 0 to 1, of seconds; of LAeq and LA95eq that which has less.
        excluded: for their flag, of both.
        quality: the worse of both.
    """

    hour: Hour | None
    count: int
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


def judge_means(laeq: Track, la95eq: Track, starts: Sequence[int]) -> list[Judged]:
    """The same of many hours at once, of series whose steps are longer than a second."""
    begin = np.array(starts, dtype=np.int64)
    pairs = (told(series, begin, begin + HOUR_MS, Way.LEVEL) for series in (laeq, la95eq))
    found = []
    for level, background in zip(*pairs, strict=True):
        share = min(_share(level.instants, laeq), _share(background.instants, la95eq))
        hour = None
        if share >= BOUND and level.mean is not None and background.mean is not None:
            hour = Hour(level.mean, background.mean)
        excluded = level.excluded + background.excluded
        found.append(
            Judged(hour, level.readings, share, excluded, quality_of(level.unknown + background.unknown, excluded))
        )
    return found


def _share(instants: int, series: Track) -> float:
    return min(instants * series.step_s * 1000 / HOUR_MS, 1.0)


def _of_seconds(laeq: Track, good: Track, start: int, centred: bool) -> Judged:
    margin = SPAN_S * 1000
    found = counted(laeq, start, start + HOUR_MS)
    levels = per_second(good, start - margin, start + HOUR_MS + margin)
    share = float(np.mean(~np.isnan(levels[SPAN_S:-SPAN_S])))
    hour = from_seconds(levels, centred) if share >= BOUND else None
    return Judged(hour, found.count, share, found.excluded, found.quality)


def _of_means(laeq: Track, la95eq: Track, start: int) -> Judged:
    """An hour of few readings: plain numbers are quicker than arrays of four."""
    level, background = _taken(laeq, start), _taken(la95eq, start)
    share = min(level.completeness, background.completeness)
    hour = Hour(level.mean, background.mean) if share >= BOUND else None
    excluded = level.excluded + background.excluded
    return Judged(hour, level.readings, share, excluded, quality_of(level.unknown + background.unknown, excluded))


class _Taken(NamedTuple):
    mean: float
    readings: int
    completeness: float
    unknown: int
    excluded: int


def _taken(series: Track, start: int) -> _Taken:
    low, high = np.searchsorted(series.at_ms, (start, start + HOUR_MS)).tolist()
    flags = series.flags[low:high].tolist()
    levels, instants = series.values[low:high].tolist(), series.at_ms[low:high].tolist()
    if flags and max(flags) > MOST_GOOD:
        levels = [level for level, flag in zip(levels, flags, strict=True) if flag <= MOST_GOOD]
        instants = [instant for instant, flag in zip(instants, flags, strict=True) if flag <= MOST_GOOD]
    mean = nan
    if levels:
        loudest = max(levels)  # relative to it nothing overflows
        mean = loudest + 10 * log10(fsum(10 ** ((level - loudest) / 10) for level in levels) / len(levels))
    share = _share(len(set(instants)), series)
    return _Taken(mean, len(levels), share, flags.count(MOST_GOOD), len(flags) - len(levels))
