"""A container's readings as cycles from collection to collection, and how fast it fills by hour of the week."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.waste.falls import Falls, What
from vigie.streams.core.waste.fill import smoothed
from vigie.streams.core.windows.legal_hours import HOUR_MS, WEEK_HOURS, hours_of_week

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LONGEST_GAP_H = 6.0
"""Between readings further apart nobody knows at which hours it filled."""


class Rates(NamedTuple):
    """How fast it fills, % per hour.

    Attributes:
        by_hour: (168,) by hour of the week, never negative; the overall rate where an hour was never seen.
        overall: of all that was seen; NaN where nothing was.
    """

    by_hour: Floats
    overall: float


@dataclass(frozen=True, slots=True)
class Cycles:
    """Readings of a container.

    Attributes:
        at_ms: (n,) epoch ms UTC, rising.
        fill: (n,) % as measured, within 0 to 100.
        level: (n,) % without single wrong echoes.
        begins: (m,) places of the first readings after collections.
        rise, hours: (n,) points and hours since the reading before; no hours where that says nothing of the filling.
        hour_of_week: (n,) 0 to 167, at the reading before.
    """

    at_ms: Ints
    fill: Floats
    level: Floats
    begins: Ints
    rise: Floats
    hours: Floats
    hour_of_week: Ints

    def rates_before(self, place: int) -> Rates:
        """How fast it filled up to the reading before a place (a collection's, so that only past cycles count)."""
        rise, hours, slot = self.rise[:place], self.hours[:place], self.hour_of_week[:place]
        known = float(hours.sum())
        if known <= 0:
            return Rates(np.full(WEEK_HOURS, np.nan), float("nan"))
        overall = max(float(rise.sum()) / known, 0.0)
        gained = np.bincount(slot, weights=rise, minlength=WEEK_HOURS)
        spent = np.bincount(slot, weights=hours, minlength=WEEK_HOURS)
        seen = spent > 0
        by_hour = np.where(seen, np.maximum(gained / np.where(seen, spent, 1.0), 0.0), overall)
        return Rates(by_hour, overall)


def cycles(at_ms: Ints, fill: Floats, found: Falls, zone: str, settling: float) -> Cycles:
    """Readings that count, cut at collections.

    Args:
        at_ms: (n,) epoch ms UTC, rising.
        fill: (n,) %.
        found: falls of these readings.
        zone: IANA name of the legal time.
        settling: points; a steeper fall is no part of the filling.

    >>> at = np.arange(48) * HOUR_MS
    >>> none = Falls(*(np.empty(0, np.int64),) * 2, *(np.empty(0),) * 2, np.empty(0, np.int64))
    >>> cycles(at, at / HOUR_MS / 2, none, "UTC", 10.0).rates_before(47).overall
    0.5
    """
    level = smoothed(fill)
    rise, hours = np.zeros(len(fill)), np.zeros(len(fill))
    rise[1:], hours[1:] = np.diff(level), np.diff(at_ms) / HOUR_MS
    useless = (rise <= -settling) | (hours > LONGEST_GAP_H)
    rise[useless] = hours[useless] = 0.0
    slot = hours_of_week(at_ms, zone)
    return Cycles(
        at_ms, np.clip(fill, 0.0, 100.0), level, found.of(What.COLLECTION).place, rise, hours,
        np.concatenate((slot[:1], slot[:-1])),
    )  # fmt: skip
