"""A series and its windows to aggregates: the numbers, as they may be said, of tumbling and rolling windows alike."""

from collections.abc import Iterator, Sequence
from math import isnan

import numpy as np

from vigie.streams.core.windows.honest import Honest, honest
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.statistics import Ints, Way, input_hashes, predecessors, statistics, way_of
from vigie.streams.core.windows.track import Track
from vigie.topics.aggregate import Aggregate
from vigie.topics.property import PROPERTIES

_MOST_ROWS = 4_000_000
"""Rows gathered at a time: rolling windows hold each reading many times."""


def indicator_name(property_id: int, channel: int) -> str:
    """The name of a series' indicator.

    >>> indicator_name(60, 2), indicator_name(1, 0)
    ('passages#2', 'air_temperature')
    """
    name = PROPERTIES[property_id].name
    return f"{name}#{channel}" if channel else name


def aggregates_of(
    subject: str, track: Track, windows: Sequence[Window], *, reason: str = "closed", revision: int = 0
) -> list[Aggregate]:
    """What windows of a series come to.

    Args:
        subject: whose series it is, such as `point:P1`.
        track: readings of all flags over all windows and, of a meter, over PREDECESSOR_MS before.
        windows: of any codes.
        reason: of topics.aggregate.REASONS, of all of them.
        revision: of all of them.

    Returns:
        One for each window, in their order; an empty window has count 0 and excluded 0.

    >>> from vigie.streams.core.windows.track import track
    >>> hour = Window("1h", 0, 3_600_000)
    >>> made, = aggregates_of("point:P1", track([0, 900_000, 1_800_000], [1.0, 3.0, 2.0]), [hour])
    >>> made.value, made.count, made.expected, made.completeness, made.quality
    (2.0, 3, 4, 0.75, 1)
    """
    starts = np.searchsorted(track.at_ms, [one.start_at for one in windows])
    ends = np.searchsorted(track.at_ms, [one.end_at for one in windows])
    made: list[Aggregate] = []
    for piece in _pieces(ends - starts):
        made += _made(subject, track, windows[piece], starts[piece], ends[piece], reason, revision)
    return made


def _pieces(lengths: Ints) -> Iterator[slice]:
    """Windows in runs of at most _MOST_ROWS rows (a window that alone has more is a run of its own)."""
    upto = np.cumsum(lengths)
    begin, done = 0, 0
    while begin < len(lengths):
        end = max(int(np.searchsorted(upto, done + _MOST_ROWS, "right")), begin + 1)
        yield slice(begin, end)
        begin, done = end, int(upto[end - 1])


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
