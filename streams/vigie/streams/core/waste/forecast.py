"""When a container will be full, and how wrong the same forecast was before.

    rate at hour h = w · slope since the last collection + (1 − w) · rate of past cycles at that hour of the week
    w              = elapsed / (elapsed + blend), elapsed since the last collection

The slope is Theil and Sen's. The forecast goes from the last reading hour by hour until the rates have brought the
filling to its target. Looking back, the same forecast is made at every legal midnight of every complete cycle, with
what was known then, to the highest level that this cycle reached (at most the target), and compared with when it did.

The ratios of true to forecast hours say how far the truth lies around a forecast: its P10, P50 and P90 are the hours
times these quantiles of the ratios. Past errors are those of P50 as it would have been told then, by ratios of cycles
that were complete by then.
"""

from collections.abc import Sequence
from functools import lru_cache
from statistics import median
from typing import NamedTuple

import numpy as np

from vigie.streams.core.waste.cycles import Cycles, Floats, Ints, Rates
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.legal_hours import HOUR_MS, hours_of_week
from vigie.streams.core.windows.slope import theil_sen

HORIZON_H = 60 * 24
"""Nobody plans further ahead."""
LEAST_H, LEAST_READINGS = 6.0, 3
"""From when since a collection a slope says something."""
LEAST_FORECASTS = 5
"""Past forecasts from which their ratios say something."""
LEAST_WAY = 5.0
"""Points that must be missing for a forecast to be worth judging."""


class Forecast(NamedTuple):
    """A forecast.

    Attributes:
        hours: from the last reading until the target; 0 where it is reached, NaN where it is not within the horizon.
        rate: % per hour on the way there; that of the first week where it is not reached.
        weight: w, of the slope.
        now: % at the last reading: the median of the last three.
    """

    hours: float
    rate: float
    weight: float
    now: float


class Past(NamedTuple):
    """How past forecasts did: (n,) hours by which their P50 erred, and what came true over the plain forecast."""

    error_h: Floats
    ratio: Floats


def quantiles(ratio: Sequence[float] | Floats) -> tuple[float, float, float] | None:
    """What to multiply hours with for P10, P50 and P90; None where past forecasts are too few to say.

    >>> quantiles([1.0, 1.0, 1.5, 2.0, 2.0]), quantiles([1.0])
    ((1.0, 1.5, 2.0), None)
    """
    if len(ratio) < LEAST_FORECASTS:
        return None
    low, middle, high = np.quantile(ratio, (0.1, 0.5, 0.9)).tolist()
    return low, middle, high


def forecast(
    seen: Cycles, begin: int, last: int, target: float, blend_h: float, zone: str, past: Rates | None = None
) -> Forecast | None:
    """The forecast at one reading, from it and what came before it.

    Args:
        seen: the container's readings.
        begin: place of the first reading after the last collection; 0 where none was seen.
        last: place of the reading to start from.
        target: %.
        blend_h: hours since the collection after which slope and past weigh the same.
        zone: IANA name of the legal time.
        past: how fast past cycles filled (`seen.rates_before(begin)`), where it is known already.

    Returns:
        None where neither this cycle nor a past one says how fast it fills.
    """
    now = median(seen.fill[max(begin, last - 2) : last + 1].tolist())
    elapsed = float(seen.at_ms[last] - seen.at_ms[begin]) / HOUR_MS
    slope = float("nan")
    if last - begin + 1 >= LEAST_READINGS and elapsed >= LEAST_H:
        slope = max(theil_sen(seen.at_ms[begin : last + 1], seen.fill[begin : last + 1]), 0.0)
    past = seen.rates_before(begin) if past is None else past
    if np.isnan(slope) and np.isnan(past.overall):
        return None
    weight = 0.0 if np.isnan(slope) else 1.0 if np.isnan(past.overall) else elapsed / (elapsed + blend_h)
    rate = np.zeros(HORIZON_H)
    if weight < 1.0:
        rate += (1.0 - weight) * past.by_hour[_ahead(int(seen.at_ms[last]), zone)]
    if weight > 0.0:
        rate += weight * slope
    hours = _until(rate, target - now)
    over = rate[: min(max(int(np.ceil(hours)), 1), HORIZON_H)] if not np.isnan(hours) else rate[:168]
    return Forecast(hours, float(over.mean()), weight, now)


def past_forecasts(seen: Cycles, target: float, blend_h: float, zone: str) -> Past:
    """The same forecast at every legal midnight of every complete cycle, compared with what came.

    Args:
        seen: the container's readings.
        target: %.
        blend_h: as in `forecast`.
        zone: IANA name of the legal time.
    """
    errors: list[float] = []
    ratios: list[float] = []
    for begin, end in zip(seen.begins[:-1].tolist(), seen.begins[1:].tolist(), strict=True):
        known, before = quantiles(ratios), seen.rates_before(begin)
        reached = min(target, float(seen.level[begin:end].max()))
        midnight = window_of("1d", int(seen.at_ms[begin]), zone).end_at
        while midnight <= seen.at_ms[end - 1]:
            last = int(np.searchsorted(seen.at_ms, midnight)) - 1
            midnight = window_of("1d", midnight, zone).end_at
            if last - begin + 1 < LEAST_READINGS:
                continue
            after = np.flatnonzero(seen.level[last + 1 : end] >= reached)
            said = forecast(seen, begin, last, reached, blend_h, zone, before) if len(after) else None
            if said is None or said.now > reached - LEAST_WAY:
                continue
            hours = HORIZON_H if np.isnan(said.hours) else said.hours
            truth = float(seen.at_ms[last + 1 + after[0]] - seen.at_ms[last]) / HOUR_MS
            errors.append(hours * (known[1] if known else 1.0) - truth)
            ratios.append(truth / hours)
    return Past(np.array(errors), np.array(ratios))


@lru_cache(1024)
def _ahead(at: int, zone: str) -> Ints:
    """The hours of the week ahead of an instant: forecasts of many days begin at the same ones."""
    return hours_of_week(at + np.arange(HORIZON_H) * HOUR_MS, zone)


def _until(rate: Floats, missing: float) -> float:
    """Hours until `rate` (points per hour, hour by hour) has added up to what is missing; NaN where it never does."""
    if missing <= 0:
        return 0.0
    gained = np.cumsum(rate)
    hour = int(np.searchsorted(gained, missing))
    if hour >= len(rate):
        return float("nan")
    return hour + (missing - (float(gained[hour - 1]) if hour else 0.0)) / float(rate[hour])
