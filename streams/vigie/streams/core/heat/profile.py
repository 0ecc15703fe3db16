"""The mean temperature of each hour (or half hour) of the day over many days."""

from typing import NamedTuple

import numpy as np

from vigie.streams.core.windows.legal import QUARTER_MS
from vigie.streams.core.windows.parts_of_day import DAY_MS, local_ms
from vigie.streams.core.windows.statistics import Floats
from vigie.streams.core.windows.track import Track


class Profile(NamedTuple):
    """k pieces of the day.

    Attributes:
        means: (k,) NaN where a piece has no reading.
        completeness: (k,) 0 to 1; 1 where nobody knows the step and there is a reading.
    """

    means: Floats
    completeness: Floats


def profile(good: Track, from_at: int, to_at: int, zone: str, piece_ms: int) -> Profile:
    """The mean of each piece of the day, in legal time, over [from_at, to_at).

    Args:
        good: readings that count, of that time.
        from_at: epoch ms UTC, a legal midnight.
        to_at: the same.
        zone: IANA name of the legal time.
        piece_ms: length of a piece: a day holds a whole number of it, and it a whole number of quarters of an hour.
    """
    pieces = DAY_MS // piece_ms
    place = local_ms(good.at_ms, zone) % DAY_MS // piece_ms
    count = np.bincount(place, minlength=pieces)
    total = np.bincount(place, good.values, minlength=pieces)
    means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    if good.step_s <= 0:
        return Profile(means, (count > 0).astype(np.float64))
    _, first = np.unique(good.at_ms, return_index=True)
    there = np.bincount(place[first], minlength=pieces)
    quarters = local_ms(np.arange(from_at, to_at, QUARTER_MS), zone) % DAY_MS // piece_ms
    expected = np.bincount(quarters, minlength=pieces) * (QUARTER_MS / 1000 / good.step_s)
    return Profile(means, np.minimum(there / expected, 1.0))
