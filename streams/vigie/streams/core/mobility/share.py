"""Which share of the passages goes one way, and whether that is usual for the hour of the week."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.local_time import local
from vigie.streams.core.windows.legal import HOUR_MS, Window
from vigie.streams.core.windows.parts_of_day import wall_clock

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

WEEKS = 4
"""How many weeks back the usual share is looked for."""
LEAST_PAST = 6
"""Hours with passages that the usual share needs."""
_ABOUT = (-1, 0, 1)
"""Hours beside the same hour of the week that are taken as well: four hours are few."""
_TO_DEVIATION = 1.4826
"""From the median of distances to the standard deviation, of normal values."""
_PRIOR = 0.5
"""Passages added to each way, so that a street where all went one way once does not expect it for ever (Jeffreys)."""


class Hours(NamedTuple):
    """Hours to judge, (h,) starts, and to each the hours like it before, (h, k); epoch ms UTC."""

    starts_at: Ints
    past_at: Ints


class Judged(NamedTuple):
    """Of each hour, (h,).

    Attributes:
        share: of the first direction, 0 to 1; NaN without enough passages.
        low, high: within which it is usual; NaN where too little of the past is known.
        is_outside: beyond them.
    """

    share: Floats
    low: Floats
    high: Floats
    is_outside: Truths

    def within(self, begin: int, end: int) -> "Judged":
        """Hours by their places [begin, end)."""
        place = slice(begin, end)
        return Judged(self.share[place], self.low[place], self.high[place], self.is_outside[place])


@lru_cache(20_000)
def hours(window: Window, zone: str) -> Hours:
    """The hours of a window, and the hours of the weeks before that have the same place in the week in legal time."""
    starts = np.arange(window.start_at, window.end_at, HOUR_MS)
    past = []
    for start in starts.tolist():
        moment = local(start, zone)
        past.append(
            [
                wall_clock(moment.date(), moment.hour + about - 168 * back, zone)
                for back in range(1, WEEKS + 1)
                for about in _ABOUT
            ]
        )
    return Hours(starts, np.array(past))


def judge(first: Floats, other: Floats, past_first: Floats, past_other: Floats, least: float, width: float) -> Judged:
    """Which hours have an unusual share of the first direction.

    Args:
        first: (h,) passages of the first direction; NaN where they are not known.
        other: (h,) of the other.
        past_first: (h, k) of hours like each, before.
        past_other: (h, k) of the other direction.
        least: passages of both directions that an hour must have to be judged.
        width: of the band on each side, in standard deviations: of the draw that so many passages are, and of the
            past's shares (from the median distance to their median) as far as these vary by more than their draw.

    >>> past = np.full((1, 8), 30.0)
    >>> found = judge(np.array([60.0]), np.array([0.0]), past, past, 20, 4)
    >>> found.share, bool(found.is_outside[0])
    (array([1.]), True)
    """
    total, past_total = first + other, past_first + past_other
    share = np.where(total >= least, first / np.where(total > 0, total, 1), np.nan)
    used = past_total >= least
    known = used.sum(axis=1) >= LEAST_PAST
    weights = np.where(used, past_total, 0)
    shares = np.where(used, past_first / np.where(past_total > 0, past_total, 1), np.nan)
    middle = np.where(known, _medians(shares), np.nan)
    spread = _TO_DEVIATION * _medians(np.abs(shares - middle[:, None]))
    expected = (middle * weights.sum(axis=1) + _PRIOR) / (weights.sum(axis=1) + 2 * _PRIOR)
    chance = expected * (1 - expected)
    drawn = (1 / np.where(used, past_total, np.inf)).sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    own = np.maximum(spread**2 - chance * drawn, 0)
    reach = width * np.sqrt(chance / np.where(total > 0, total, 1) + own)
    low, high = np.clip(expected - reach, 0, 1), np.clip(expected + reach, 0, 1)
    return Judged(share, low, high, (share < low) | (share > high))


def _medians(values: Floats) -> Floats:
    """The median of each row without its NaN; NaN of an empty row (numpy's own is ten times slower on few values)."""
    ordered = np.sort(values, axis=1)  # NaN last
    count = np.maximum((~np.isnan(values)).sum(axis=1), 1)
    rows = np.arange(len(values))
    found: Floats = (ordered[rows, (count - 1) // 2] + ordered[rows, count // 2]) / 2
    return found
