"""What a cabinet draws, as spans of time with a power each, whichever quantity tells it."""

from collections.abc import Sequence
from functools import partial, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.indicator import PointTracks
from vigie.streams.core.windows.statistics import Statistics, Way, predecessors, statistics
from vigie.streams.core.windows.track import Track

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

PROPERTIES = ("active_energy_index", "active_power", "apparent_power")
_PHASES = (1, 2, 3)
_INDEXES, _PERIODS, _OF_PHASES = range(1, 11), range(100, 200), range(201, 204)
_REACH = 0.75
"""Of a step: how far a reading stands for the time before and after it; a gap of one and a half steps is none."""
_LONGEST = 2.5
"""Of a step: the longest time over which a meter's difference is a power."""
METER_GAP_MS = 4 * 3_600_000
"""The longest time between two readings of a meter over which its energy is held to be known."""


class Spans(NamedTuple):
    """Powers over time, (n,) each, by rising instant, none over another.

    Attributes:
        from_at, to_at: epoch ms UTC.
        watts: W (or VA, where only the apparent power is told).
        is_mean: the mean over the span (of a meter); else what a reading in its middle says.
    """

    from_at: Ints
    to_at: Ints
    watts: Floats
    is_mean: bool

    @property
    def middle(self) -> Ints:
        """The middle of each span, epoch ms UTC."""
        return (self.from_at + self.to_at) // 2

    def within(self, from_at: int, to_at: int, chosen: Truths | None = None) -> int:
        """How long the chosen spans last between two instants, ms."""
        lasts = np.maximum(np.minimum(self.to_at, to_at) - np.maximum(self.from_at, from_at), 0)
        return int((lasts if chosen is None else lasts[chosen]).sum())


class Energy(NamedTuple):
    """Energy between instants, (m,) each.

    Attributes:
        wh: NaN where nothing tells it.
        covered: 0 to 1: the part of the time of which the energy is known.
        readings, unknown, excluded: how many took part, were not evaluated, were left out.
    """

    wh: Floats
    covered: Floats
    readings: Ints
    unknown: Ints
    excluded: Ints


def meters_of(point: PointTracks) -> list[Track]:
    """The meters whose sum is all energy: the total, else the indexes, the phases, or those of tariff periods.

    Channels are those of codecs/makers/tic.py; injected energy takes no part.
    """
    found = {track.channel: track for track in point.of("active_energy_index") if len(track)}
    if 0 in found:
        return [found[0]]
    for channels in (_INDEXES, _OF_PHASES, _PERIODS):
        if chosen := [found[channel] for channel in channels if channel in found]:
            return chosen
    return []


def spans_of(point: PointTracks) -> Spans | None:
    """What a point draws: by its power, else its apparent power, else its meter; None where nothing tells it.

    The series with the most good readings is taken, of equals the first of these three.
    """
    offers = [_of_power(point, "active_power"), _of_power(point, "apparent_power"), _of_meter(meters_of(point))]
    found = [one for one in offers if one is not None]
    return max(found, key=lambda one: len(one.watts)) if found else None


def _of_power(point: PointTracks, name: str) -> Spans | None:
    tracks = {track.channel: track.good() for track in point.of(name) if len(track)}
    chosen = [tracks[0]] if 0 in tracks else [tracks[phase] for phase in _PHASES if phase in tracks]
    if not chosen:
        return None
    at = _common(chosen)
    if not len(at):
        return None
    watts = np.sum([_at(one, at) for one in chosen], axis=0)
    step = _step_ms(chosen[0].step_s, at)
    reach = round(_REACH * step)
    half = np.minimum(np.diff(at) // 2, reach)
    before, after = np.concatenate([[reach], half]), np.concatenate([half, [reach]])
    return Spans(at - before, at + after, watts, is_mean=False)


def _of_meter(meters: Sequence[Track]) -> Spans | None:
    good = [one.good() for one in meters]
    if not good:
        return None
    at = _common(good)
    if len(at) < 2:
        return None
    index = np.array([_at(one, at) for one in good])
    rises = np.diff(index, axis=1)
    rise = np.where(rises < 0, index[:, 1:], rises).sum(axis=0)
    lasts = np.diff(at)
    short = lasts <= _LONGEST * _step_ms(good[0].step_s, at)
    return Spans(at[:-1][short], at[1:][short], (rise / (lasts / 3_600_000))[short], is_mean=True)


def _common(tracks: Sequence[Track]) -> Ints:
    """The instants that all of them have, each once."""
    # Instants rise: what differs from the one before is new (np.unique costs ten times as much).
    own = [one.at_ms[np.diff(one.at_ms, prepend=-1) != 0] for one in tracks]
    found: Ints = reduce(partial(np.intersect1d, assume_unique=True), own)
    return found


def _at(one: Track, at: Ints) -> Floats:
    """The values at instants that the track has; of equal ones the last."""
    return one.values[np.searchsorted(one.at_ms, at, side="right") - 1]


def _step_ms(step_s: int, at: Ints) -> float:
    if step_s:
        return step_s * 1000.0
    return float(np.median(np.diff(at))) if len(at) > 1 else 900_000.0


def energy(point: PointTracks, starts_at: Ints, ends_at: Ints) -> Energy | None:
    """Energy between instants: by the meter, else by the power.

    Args:
        point: its readings, of a meter from four hours before.
        starts_at: (m,) epoch ms UTC.
        ends_at: (m,) epoch ms UTC.

    Returns:
        None where nothing tells it.
    """
    meters = meters_of(point)
    if meters:
        return _metered(meters, starts_at, ends_at)
    spans = _of_power(point, "active_power")
    if spans is None:
        return None
    low = np.maximum(spans.from_at[None, :], starts_at[:, None])
    lasts = np.maximum(np.minimum(spans.to_at[None, :], ends_at[:, None]) - low, 0)
    tracks = [one for one in point.of("active_power") if len(one)]
    counts = [_statistics(Way.GAUGE, one, starts_at, ends_at) for one in tracks]
    return Energy(lasts @ spans.watts / 3_600_000, lasts.sum(axis=1) / (ends_at - starts_at), *_counts(counts))


def _metered(meters: Sequence[Track], starts_at: Ints, ends_at: Ints) -> Energy:
    found = [_statistics(Way.METER, one, starts_at, ends_at) for one in meters]
    at = np.sort(np.concatenate([one.good().at_ms for one in meters]))
    at = at[np.diff(at, prepend=-1) != 0]
    lasts = np.diff(at)
    known = np.concatenate([[0], np.cumsum(np.where(lasts <= METER_GAP_MS, lasts, 0))]).astype(float)
    # What is not known lies anywhere within its gap: straight between the readings is fair at both bounds.
    covered = np.interp(ends_at, at, known) - np.interp(starts_at, at, known) if len(at) else np.zeros(len(starts_at))
    return Energy(
        np.sum([one.value for one in found], axis=0), covered / (ends_at - starts_at), *_counts(found)
    )  # fmt: skip


def _statistics(way: Way, track: Track, starts_at: Ints, ends_at: Ints) -> Statistics:
    starts, ends = np.searchsorted(track.at_ms, starts_at), np.searchsorted(track.at_ms, ends_at)
    before = predecessors(track.at_ms, track.flags, starts, starts_at) if way is Way.METER else None
    return statistics(way, track.values, track.at_ms, track.flags, starts, ends, before)


def _counts(found: Sequence[Statistics]) -> tuple[Ints, Ints, Ints]:
    columns = np.array([(one.count, one.unknown, one.excluded) for one in found]).sum(axis=0)
    return columns[0], columns[1], columns[2]
