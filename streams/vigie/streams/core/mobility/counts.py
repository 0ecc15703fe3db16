"""Passages in windows: of counts per interval and of meters alike, by channel, in all, and by direction."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.counted import too_short
from vigie.streams.core.windows.honest import DAY_MS, ENOUGH, ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import PointTracks
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.statistics import MOST_GOOD, PREDECESSOR_MS, Way
from vigie.streams.core.windows.track import Track

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


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


class Passages(NamedTuple):
    """The same of one window."""

    passages: float
    raw: float
    readings: int
    excluded: int
    unknown: int
    expected: int
    completeness: float
    resets: int


def one_by_one(found: Counted) -> list[Passages]:
    """The windows, one by one."""
    return [Passages(*row) for row in zip(*(column.tolist() for column in found), strict=True)]


def direction_of(channel: int) -> int:
    """The direction of a channel: 1 of odd ones, 2 of even ones, 0 where the point tells none.

    Counters number their channels by pairs, one pair for each line or class (codecs/payloads).

    >>> [direction_of(channel) for channel in (0, 1, 2, 3, 4)]
    [0, 1, 2, 1, 2]
    """
    return 0 if channel == 0 else 2 - channel % 2


def tracks_by_channel(point: PointTracks, window: Window) -> dict[int, tuple[Way, Track]]:
    """The series that counts each channel: the meter where there is one, since it loses nothing with a lost message.

    Channel 0 is the sum that some devices tell: it is left out where there are others. None of a point whose readings
    tell of more than the window.
    """
    found: dict[int, tuple[Way, Track]] = {}
    for name, way in (("passages", Way.COUNT), ("passages_total", Way.METER)):
        for track in point.of(name):
            if len(track) or track.channel not in found:
                found[track.channel] = way, track
    if len(found) > 1:
        found.pop(0, None)
    if any(too_short(window, track.step_s) for _, track in found.values()):
        return {}
    return dict(sorted(found.items()))


def same_channels(point: PointTracks, windows: Sequence[Window]) -> dict[int, tuple[Way, Track]] | None:
    """The series that count the channels of each window (`tracks_by_channel`); None where they may be others in some.

    Args:
        point: its readings over all windows.
        windows: of one code.
    """
    channels = [track.channel for name in ("passages", "passages_total") for track in point.of(name)]
    shortest, longest = (which(windows, key=lambda one: one.end_at - one.start_at) for which in (min, max))
    found = tracks_by_channel(point, shortest)
    if len(set(channels)) < len(channels) or found.keys() != tracks_by_channel(point, longest).keys():
        return None
    return found


def counted(way: Way, track: Track, starts_at: Ints, ends_at: Ints) -> Counted:
    """Passages of one channel in windows: what `statistics` and `honest` say of them, at a third of their cost.

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
    good = track.flags <= MOST_GOOD
    at, values = track.at_ms[good], track.values[good]
    low, high = np.searchsorted(at, starts_at), np.searchsorted(at, ends_at)
    count = high - low
    if way is Way.METER:
        steps = np.zeros_like(values)
        np.subtract(values[1:], values[:-1], out=steps[1:])
        fell = steps < 0
        raw, told, resets = _risen(at, np.where(fell, values, steps), fell, low, high, starts_at)
    else:
        raw, told, resets = _within(values, low, high), count > 0, np.zeros(len(count), np.int64)
    excluded = np.searchsorted(track.at_ms, ends_at) - np.searchsorted(track.at_ms, starts_at) - count
    fresh = np.ones(len(at), bool)
    np.not_equal(at[1:], at[:-1], out=fresh[1:])
    unknown = _within(track.flags[good] == MOST_GOOD, low, high)
    instants = count if fresh.all() else _within(fresh, low, high)
    return _honest(raw, told, count, excluded, unknown, instants, resets, ends_at - starts_at, track.step_s)


def _within(values: NDArray[Any], low: Ints, high: Ints) -> NDArray[Any]:
    """Sums over rows [low, high); exact, since whole numbers are."""
    if values.dtype == bool and not values.any():
        return np.zeros(len(low), np.int64)
    sums = np.concatenate([np.zeros(1, values.dtype), values]).cumsum()
    found: NDArray[Any] = sums[high] - sums[low]
    return found


def _risen(
    at: Ints, rises: Floats, fell: Truths, low: Ints, high: Ints, starts_at: Ints
) -> tuple[Floats, Truths, Ints]:
    """What a meter rose by, whether that is told, and how often it began anew.

    The rise of a first reading whose predecessor is too old is nobody's.
    """
    if not len(at):
        return np.zeros(len(low)), np.zeros(len(low), bool), np.zeros(len(low), np.int64)
    known = (low > 0) & (at[np.maximum(low, 1) - 1] >= starts_at - PREDECESSOR_MS)
    first = (high > low) & ~known
    place = np.minimum(low, len(at) - 1)
    raw, resets = _within(rises, low, high), _within(fell, low, high)
    raw, resets = np.where(first, raw - rises[place], raw), np.where(first, resets - fell[place], resets)
    return raw, (high > low) & (known | (high - low > 1)), resets


def _honest(
    raw: Floats, told: Truths, count: Ints, excluded: Ints, unknown: Ints, instants: Ints, resets: Ints,
    length_ms: Ints, step_s: int,
) -> Counted:  # fmt: skip
    """As core/windows/honest.py judges sums: 75 % of the readings, 90 % of those of a day or more."""
    if step_s > 0:
        expected = np.maximum(length_ms // (step_s * 1000), 1)
        rate = np.minimum(instants / expected, 1.0)
        enough = told & (rate >= np.where(length_ms >= DAY_MS, ENOUGH_OF_A_DAY, ENOUGH))
    else:
        expected, rate, enough = np.full(len(count), -1), np.full(len(count), np.nan), told
    return Counted(np.where(enough, raw, np.nan), raw, count, excluded, unknown, expected, rate, resets)


def added(channels: Sequence[Counted]) -> Counted:
    """All channels together: null where one of them is, and as complete as the least complete."""
    if len(channels) == 1:
        return channels[0]
    passages, raw, readings, excluded, unknown, expected, completeness, resets = zip(*channels, strict=True)
    lacking = np.logical_or.reduce([one < 0 for one in expected])
    return Counted(
        sum(passages), sum(raw), sum(readings), sum(excluded), sum(unknown),
        np.where(lacking, -1, sum(expected)), reduce(np.minimum, completeness), sum(resets),
    )  # fmt: skip


def by_direction(channels: Mapping[int, Counted]) -> dict[int, Counted]:
    """Channels of one direction together, by direction."""
    groups: dict[int, list[Counted]] = {}
    for channel, found in channels.items():
        groups.setdefault(direction_of(channel), []).append(found)
    return {direction: added(groups[direction]) for direction in sorted(groups)}
