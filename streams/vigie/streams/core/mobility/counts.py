"""Passages in windows: of counts per interval and of meters alike, by channel, in all, and by direction."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.honest import Honest, honest
from vigie.streams.core.windows.indicator import PointTracks
from vigie.streams.core.windows.statistics import Statistics, Way, predecessors, statistics
from vigie.streams.core.windows.track import Track

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Counted(NamedTuple):
    """Passages in m windows, each (m,).

    Attributes:
        passages: NaN where too few readings came to say it.
        raw: what was counted, however little came.
        readings, excluded, unknown: how many took part, were left out for their flag, were not evaluated.
        expected: readings; -1 where nobody knows.
        completeness: 0 to 1; NaN where nobody knows.
        resets: how often a meter began anew.
    """

    passages: Floats
    raw: Floats
    readings: Ints
    excluded: Ints
    unknown: Ints
    expected: Ints
    completeness: Floats
    resets: Ints


def direction_of(channel: int) -> int:
    """The direction of a channel: 1 of odd ones, 2 of even ones, 0 where the point tells none.

    Counters number their channels by pairs, one pair for each line or class (codecs/payloads).

    >>> [direction_of(channel) for channel in (0, 1, 2, 3, 4)]
    [0, 1, 2, 1, 2]
    """
    return 0 if channel == 0 else 2 - channel % 2


def tracks_by_channel(point: PointTracks) -> dict[int, tuple[Way, Track]]:
    """The series that counts each channel: the meter where there is one, since it loses nothing with a lost message.

    Channel 0 is the sum that some devices tell: it is left out where there are others.
    """
    found: dict[int, tuple[Way, Track]] = {}
    for name, way in (("passages", Way.COUNT), ("passages_total", Way.METER)):
        for track in point.of(name):
            if len(track) or track.channel not in found:
                found[track.channel] = way, track
    if len(found) > 1:
        found.pop(0, None)
    return dict(sorted(found.items()))


def counted(way: Way, track: Track, starts_at: Ints, ends_at: Ints) -> Counted:
    """Passages of one channel in windows.

    Args:
        way: COUNT or METER.
        track: readings of all flags; of a meter from four hours before the first window.
        starts_at: (m,) epoch ms UTC, inclusive; windows may overlap.
        ends_at: (m,) epoch ms UTC, exclusive.

    >>> from vigie.streams.core.windows.track import track
    >>> meter = track([0, 900_000, 1_800_000, 2_700_000, 3_600_000], [5.0, 6.0, 8.0, 1.0, 2.0])
    >>> found = counted(Way.METER, meter, np.array([900_000]), np.array([4_500_000]))
    >>> found.passages, found.readings, found.resets  # 1 + 2, then it began anew: 1 + 1
    (array([5.]), array([4]), array([1]))
    """
    starts, ends = np.searchsorted(track.at_ms, starts_at), np.searchsorted(track.at_ms, ends_at)
    before = predecessors(track.at_ms, track.flags, starts, starts_at) if way is Way.METER else None
    found = statistics(way, track.values, track.at_ms, track.flags, starts, ends, before)
    return _counted(found, honest(way, found, ends_at - starts_at, np.full(len(starts), track.step_s)))


def _counted(found: Statistics, said: Honest) -> Counted:
    return Counted(
        said.statistics.value, np.nan_to_num(found.value), found.count, found.excluded, found.unknown, said.expected,
        said.completeness, found.resets,
    )  # fmt: skip


def added(channels: Sequence[Counted]) -> Counted:
    """All channels together: null where one of them is, and as complete as the least complete."""
    if len(channels) == 1:
        return channels[0]
    parts = [np.stack(column) for column in zip(*channels, strict=True)]
    passages, raw, readings, excluded, unknown, expected, completeness, resets = parts
    return Counted(
        passages.sum(axis=0), raw.sum(axis=0), readings.sum(axis=0), excluded.sum(axis=0), unknown.sum(axis=0),
        np.where((expected < 0).any(axis=0), -1, expected.sum(axis=0)), completeness.min(axis=0), resets.sum(axis=0),
    )  # fmt: skip


def by_direction(channels: Mapping[int, Counted]) -> dict[int, Counted]:
    """Channels of one direction together, by direction."""
    groups: dict[int, list[Counted]] = {}
    for channel, found in channels.items():
        groups.setdefault(direction_of(channel), []).append(found)
    return {direction: added(groups[direction]) for direction in sorted(groups)}
