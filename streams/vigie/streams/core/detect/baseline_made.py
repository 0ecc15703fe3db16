"""The baseline of a series, made from weeks of good values: what is usual in each hour of the week.

An hour of the week that has too few days behind it rests on the same hour of any day; a series that has too few days
at all rests on the points that measure the same elsewhere (`baseline_prior.py`).

Source: quality.md 4.2; B. Iglewicz and D. C. Hoaglin, "How to Detect and Handle Outliers" (1993) for the robust z;
W. H. Woodall and D. C. Montgomery on charts of single values for what days stray.
"""

from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.detect.hour_of_week import slots
from vigie.streams.core.lighting.states import grouped_quantile
from vigie.streams.core.windows.track import Track
from vigie.topics.baseline import HOURS, Baseline
from vigie.topics.property import PROPERTIES, Kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEKS = 8
"""How many weeks a baseline is made from at most."""
LEAST_DAYS = 3
"""Days that an hour needs behind it."""
TO_DEVIATION = 1.4826
"""From the median of distances to the standard deviation, of normal values."""
KINDS = (Kind.GAUGE, Kind.LEVEL, Kind.INTERVAL_COUNT)
"""Of properties that have a baseline: neither meters, nor directions, nor categories."""

_TAILS, _TO_MAD = (0.1, 0.9), 3.8
"""From the span that holds 80 % of normal values to their MAD: an hour in which lamps are lit on some days and not on
others, or that storms visit, has a MAD near 0 and is wide all the same."""
_SHIFTED = 0.2
"""Of the step to the hour before or after: what comes an hour early or late (dusk, a rush) is within 3.4 deviations."""
_HEAVY = 1.5
CLIP = 4.0
"""Standard deviations beyond which a value counts no more in the mean of its day."""
_LEAST_OF_DAY = 0.5
"""Share of a usual day's values that the mean of a day needs."""
_LEAST_DAYS_JUDGED = 10
_BLOCK_H = 3
_LEAST_IN_BLOCK = 20.0
_LEAST_BLOCKS = 20


class _Spread(NamedTuple):
    median: Floats
    mad: Floats
    mean: Floats
    variance: Floats
    values: Ints
    days: Ints


def baseline_of(track: Track, point: str, zone: str, made_at: int, from_at: int, to_at: int) -> Baseline:
    """The baseline of a series.

    Args:
        track: of the span, all flags; only good values (1, 2) count.
        point: its id.
        zone: IANA name of the legal time.
        made_at: epoch ms UTC of the tick that asked for it.
        from_at: epoch ms UTC, begin of the span.
        to_at: its end.

    Returns:
        It, with nan in hours of which nothing is known.

    >>> at = np.arange(6 * 7 * 24) * 3_600_000 + 1_748_736_000_000
    >>> from vigie.streams.core.windows.track import track
    >>> made = baseline_of(track(at, at // 3_600_000 % 24), "p", "Europe/Paris", 0, 0, 0)
    >>> made.median[30], made.origin[30], made.support[30], made.resolution
    (4.0, 'w', 6, 1.0)
    """
    good = track.good()
    hour, day = slots(good.at_ms, zone)
    count = PROPERTIES[track.property].kind is Kind.INTERVAL_COUNT if track.property in PROPERTIES else False
    weekly = _spread(good.values, hour, day, HOURS)
    daily = _spread(good.values, hour % 24, day, 24)
    every_hour = np.arange(HOURS)
    by_week, by_day = weekly.days >= LEAST_DAYS, np.tile(daily.days >= LEAST_DAYS, 7)

    def chosen(of_week: NDArray[np.generic], of_day: NDArray[np.generic]) -> Floats:
        return np.where(by_week, of_week, np.where(by_day, of_day[every_hour % 24], nan)).astype(np.float64)

    median = chosen(weekly.median, daily.median)
    mad = _widened(chosen(weekly.mad, daily.mad), median, good.values - median[hour], hour)
    mean = chosen(weekly.mean, daily.mean)
    finest = _resolution(good.values)
    days = _days(good.values - median[hour], np.maximum(mad, finest)[hour] * TO_DEVIATION, day)
    like = float(np.median(weekly.days)) if by_week.all() else float(LEAST_DAYS)
    found = np.where(by_week, "w", np.where(by_day, "d", "-"))
    return Baseline(
        point, track.property, track.channel, made_at, from_at, to_at,
        tuple(np.nan_to_num(chosen(weekly.values, daily.values)).astype(int).tolist()),
        _numbers(median), _numbers(np.where(np.isnan(median), nan, mad)),
        _numbers(mean if count else np.full(HOURS, nan)),
        _numbers(chosen(weekly.variance, daily.variance) if count else np.full(HOURS, nan)),
        origin="".join(found.tolist()), resolution=finest,
        day_mean=days[0], day_deviation=days[1] * _unseen(like), day_memory=days[2],
        dispersion=_dispersion(good, mean[hour]) if count else nan,
    )  # fmt: skip


def _widened(mad: Floats, median: Floats, apart: Floats, hour: Ints) -> Floats:
    """The MAD of each hour, no narrower than that of its hour of any day, than its tails and than shifts ask for.

    Args:
        mad: (HOURS,) of the hour itself, which eight days tell within a third only.
        median: (HOURS,).
        apart: (n,) distances of the values from their median.
        hour: (n,) of the week.
    """
    known = ~np.isnan(apart)
    of_day, distances = hour[known] % 24, apart[known]
    pooled = grouped_quantile(np.abs(distances), of_day, 24, 0.5)
    low, high = (grouped_quantile(distances, of_day, 24, quantile) for quantile in _TAILS)
    tails = (high - low) / _TO_MAD
    tails = np.where(tails > _HEAVY * pooled, tails, 0.0)
    steps = np.fmax(np.abs(median - np.roll(median, 1)), np.abs(median - np.roll(median, -1)))
    of_hour = np.arange(HOURS) % 24
    found: Floats = np.maximum.reduce([np.fmax(mad, pooled[of_hour]), tails[of_hour], _SHIFTED * np.nan_to_num(steps)])
    return found


def _numbers(values: Floats) -> tuple[float, ...]:
    return tuple(np.round(values, 6).tolist())


def _spread(values: Floats, group: Ints, day: Ints, groups: int) -> _Spread:
    median = grouped_quantile(values, group, groups, 0.5)
    mad = grouped_quantile(np.abs(values - median[group]), group, groups, 0.5)
    counted = np.bincount(group, minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(group, weights=values, minlength=groups) / counted
        squares = np.bincount(group, weights=(values - mean[group]) ** 2, minlength=groups)
        variance = squares / np.maximum(counted - 1, 1)
    of_days = np.unique(group * 10_000_000 + day) // 10_000_000
    return _Spread(median, mad, mean, variance, counted, np.bincount(of_days, minlength=groups))


def _resolution(values: Floats) -> float:
    """What the sensor tells apart: a low quantile of the steps between its values; 0 without two of them.

    >>> round(_resolution(np.array([20.1, 20.3, 20.2, 20.2, 25.0])), 6)
    0.1
    """
    steps = np.diff(np.unique(np.round(values, 9)))
    return round(float(np.quantile(steps, 0.1)), 9) if len(steps) else 0.0


def _days(apart: Floats, deviation: Floats, day: Ints) -> tuple[float, float, float]:
    """Mean, robust deviation and memory of the days' mean distances from what is usual; nan with too few days."""
    known = ~np.isnan(apart)
    clipped = np.clip(apart[known], -CLIP * deviation[known], CLIP * deviation[known])
    days, places, counted = np.unique(day[known], return_inverse=True, return_counts=True)
    if not len(days):
        return nan, nan, 0.0
    means = np.bincount(places, weights=clipped) / counted
    whole = counted >= _LEAST_OF_DAY * np.median(counted)
    days, means = days[whole], means[whole]
    if len(means) < _LEAST_DAYS_JUDGED:
        return nan, nan, 0.0
    middle = float(np.median(means))
    low, high = np.quantile(means, (0.05, 0.95))
    strays = max(TO_DEVIATION * float(np.median(np.abs(means - middle))), float(high - low) / 3.29)
    left = (means - middle)[:-1][np.diff(days) == 1]
    right = (means - middle)[1:][np.diff(days) == 1]
    power = float(np.sqrt((left**2).sum() * (right**2).sum()))
    memory = float((left * right).sum()) / power if power else 0.0
    return middle, strays, round(min(max(memory, 0.0), 0.95), 4)


def _unseen(days: float) -> float:
    """How much more a day strays that the medians were not made from: these have an error, and followed the others.

    Source: variance of a median of normal values, π/2 of that of a mean.

    >>> round(_unseen(8), 2)
    1.17
    """
    return float(np.sqrt((days + np.pi / 2) / max(days - 1, 1)))


def _dispersion(good: Track, expected: Floats) -> float:
    """By how much three hours of counts vary beyond chance: square of a coefficient of variation, robust, 0 or more."""
    block = good.at_ms // (_BLOCK_H * 3_600_000)
    known = ~np.isnan(expected)
    _, places = np.unique(block[known], return_inverse=True)
    if not len(places):
        return nan
    counted = np.bincount(places, weights=good.values[known])
    usual = np.bincount(places, weights=expected[known])
    enough = usual >= _LEAST_IN_BLOCK
    if enough.sum() < _LEAST_BLOCKS:
        return nan
    ratio = counted[enough] / usual[enough]
    low, high = np.quantile(ratio, (0.025, 0.975))
    spread = float(high - low) / 3.92
    return round(max(spread**2 - float(np.median(1 / usual[enough])), 0.0), 6)
