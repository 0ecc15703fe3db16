"""What windows of a series must come to, from its whole track: aggregates one by one, for tests of who makes them."""

from collections.abc import Iterator, Sequence
from math import isnan

import numpy as np

from vigie.streams.core.windows.honest import Honest, honest
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.series_name import indicator_name
from vigie.streams.core.windows.statistics import Ints, Way, input_hashes, predecessors, statistics, way_of
from vigie.streams.core.windows.track import Track
from vigie.topics.aggregate import Aggregate
from vigie.topics.property import PROPERTIES


def aggregates_of(
    subject: str, track: Track, windows: Sequence[Window], *, reason: str = "closed", revision: int = 0
) -> list[Aggregate]:
    """What windows of a series come to.

    `track` has readings of all flags over all windows and, of a meter, over PREDECESSOR_MS before.
    """
    starts = np.searchsorted(track.at_ms, [one.start_at for one in windows])
    ends = np.searchsorted(track.at_ms, [one.end_at for one in windows])
    return _made(subject, track, windows, starts, ends, reason, revision)


def _made(
    subject: str, track: Track, windows: Sequence[Window], starts: Ints, ends: Ints, reason: str, revision: int
) -> list[Aggregate]:
    way, rows = way_of(track.property), (track.values, track.at_ms, track.flags)
    start_at = np.array([one.start_at for one in windows], dtype=np.int64)
    length_ms = np.array([one.end_at for one in windows], dtype=np.int64) - start_at
    before = predecessors(track.at_ms, track.flags, starts, start_at) if way is Way.METER else None
    found = statistics(way, *rows, starts, ends, before)
    told = honest(way, found, length_ms, np.full(len(windows), track.step_s))
    hashes = input_hashes(*rows, starts, ends, before)
    name, unit = indicator_name(track.property, track.channel), PROPERTIES[track.property].unit
    return [
        _aggregate(subject, name, unit, window, hashed, columns, reason, revision)
        for window, hashed, columns in zip(windows, hashes, _columns(told), strict=True)
    ]


def _columns(told: Honest) -> Iterator[tuple[float, ...]]:
    of = told.statistics
    columns = (
        of.count, of.excluded, told.expected, told.quality, of.resets, told.completeness, of.minimum, of.mean,
        of.maximum, of.sum, of.deviation, of.first, of.last, of.value,
    )  # fmt: skip
    return zip(*(column.tolist() for column in columns), strict=True)


def _aggregate(
    subject: str,
    name: str,
    unit: str,
    window: Window,
    hashed: str,
    columns: tuple[float, ...],
    reason: str,
    revision: int,
) -> Aggregate:
    count, excluded, expected, quality, resets, *numbers = columns
    completeness, low, mean, high, total, deviation, first, last, value = [None if isnan(n) else n for n in numbers]
    return Aggregate(
        subject=subject,
        indicator=name,
        window_code=window.code,
        window_start=window.start_at,
        window_end=window.end_at,
        revision=revision,
        count=int(count),
        minimum=low,
        mean=mean,
        maximum=high,
        input_hash=hashed,
        reason=reason,
        value=value,
        unit=unit,
        expected=None if expected < 0 else int(expected),
        completeness=completeness,
        excluded=int(excluded),
        sum=total,
        deviation=deviation,
        first=first,
        last=last,
        quality=int(quality),
        details={"resets": float(resets)} if resets else {},
    )
