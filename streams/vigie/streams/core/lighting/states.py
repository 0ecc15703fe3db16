"""When a cabinet is on: learned from what it draws in the dark, without being told its lamps or its clock."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vigie.streams.core.lighting.nights import Nights
from vigie.streams.core.lighting.power import Floats, Ints, Spans, Truths
from vigie.streams.core.quality.sun import sun_elevation
from vigie.streams.core.windows.parts_of_day import local_ms

ON_SHARE = 0.2
"""Of the night level, above which a cabinet is on."""
LEVEL_QUANTILE = 75
"""Of the powers in the dark: full light even where half of the night is dimmed or off."""
IDLE_QUANTILE = 5
"""Of the powers: what is drawn when all is dark."""
DARK_DEG = -6.0
"""End of civil twilight: below it lamps that are to burn do burn."""
_SLOT_MS, _DAY_MS = 900_000, 86_400_000
_SLOTS = _DAY_MS // _SLOT_MS


class Switching(NamedTuple):
    """Instants at which a cabinet came on and went off (epoch ms UTC), and how uncertain each is (ms, either way)."""

    on_at: Ints
    on_within: Ints
    off_at: Ints
    off_within: Ints


def elevation(spans: Spans, latitude: float, longitude: float) -> Floats:
    """The sun's elevation in the middle of each span, (n,) degrees."""
    middle = spans.middle
    if not len(middle):
        return np.empty(0)
    first = np.flatnonzero(np.diff(middle // _DAY_MS, prepend=-1))
    return np.concatenate([_of_day(one.tobytes(), latitude, longitude) for one in np.split(middle, first[1:])])


@lru_cache(10_000)
def _of_day(instants: bytes, latitude: float, longitude: float) -> Floats:
    """The same of the instants of a day: every night that looks back on it and every indicator asks for them."""
    return sun_elevation(np.frombuffer(instants, np.int64), latitude, longitude)


def night_level(watts: Floats, sun_deg: Floats) -> float | None:
    """What a cabinet draws when all is lit, W.

    Args:
        watts: (n,) W.
        sun_deg: (n,) elevation of the sun at each.

    Returns:
        The 75th percentile of the powers in the dark; None without any, or where nothing is drawn in the dark.

    >>> night_level(np.array([30.0, 5000, 5000, 5000]), np.array([20.0, -10, -10, -10]))
    5000.0
    """
    in_dark = watts[sun_deg < DARK_DEG]
    level = float(np.percentile(in_dark, LEVEL_QUANTILE)) if len(in_dark) else 0.0
    return level if level > 0 else None


def is_on(spans: Spans, level: float) -> Truths:
    """Which spans are lit, (n,)."""
    found: Truths = spans.watts > ON_SHARE * level
    return found


def switching(spans: Spans, level: float) -> Switching:
    """When did it come on and go off?

    Only between spans that touch: what happens in a gap is not known. A reading of power says that the change lies
    between it and its neighbour; the mean power of a meter says how much of its span was lit.

    >>> minutes = np.arange(6) * 900_000
    >>> found = switching(Spans(minutes, minutes + 900_000, np.array([0.0, 0, 50, 100, 100, 0]), True), 100.0)
    >>> found.on_at // 60_000, found.off_at // 60_000  # lit for half of the third quarter of an hour
    (array([37]), array([75]))
    """
    lit = is_on(spans, level)
    touch = spans.from_at[1:] == spans.to_at[:-1]
    came = np.flatnonzero(~lit[:-1] & lit[1:] & touch) + 1
    went = np.flatnonzero(lit[:-1] & ~lit[1:] & touch)
    lasts = spans.to_at - spans.from_at
    if spans.is_mean:
        idle = float(np.percentile(spans.watts, IDLE_QUANTILE))
        burnt = np.round(np.clip((spans.watts - idle) / max(level - idle, 1e-9), 0, 1) * lasts).astype(np.int64)
        # What burnt too short to make its span a lit one belongs to the change as well.
        on = spans.to_at[came] - burnt[came] - burnt[came - 1]
        off = spans.from_at[went] + burnt[went] + burnt[went + 1]
        return Switching(on, lasts[came] // 2, off, lasts[went] // 2)
    middle = spans.middle
    apart = np.diff(middle)
    return Switching(spans.from_at[came], apart[came - 1] // 2, spans.to_at[went], apart[went] // 2)


def slots(at_ms: Ints, zone: str) -> Ints:
    """The quarter of the legal day, (n,) 0 to 95, of instants."""
    return local_ms(at_ms, zone) % _DAY_MS // _SLOT_MS


def grouped_quantile(values: Floats, group: Ints, groups: int, quantile: float) -> Floats:
    """The quantile of the values of each group, between two values straight as numpy's percentile has it.

    Args:
        values: (n,) numbers.
        group: (n,) 0 to groups - 1.
        groups: how many there are.
        quantile: 0 to 1.

    Returns:
        (groups,) NaN for an empty one.

    >>> grouped_quantile(np.array([1.0, 3.0, 2.0, 9.0]), np.array([0, 0, 0, 2]), 3, 0.75)
    array([2.5, nan, 9. ])
    """
    order = np.lexsort((values, group))
    count = np.bincount(group, minlength=groups)
    begin = np.cumsum(count) - count
    place = begin + quantile * np.maximum(count - 1, 0)
    below = place.astype(np.int64)
    found = np.full(groups, np.nan)
    some = count > 0
    ordered = values[order]
    low, high = below[some], np.minimum(below[some] + 1, (begin + count - 1)[some])
    found[some] = ordered[low] + (place[some] - low) * (ordered[high] - ordered[low])
    return found


def profile(watts: Floats, slot: Ints) -> Floats:
    """What is drawn in each quarter of the day: (96,) the median, NaN where nothing is known."""
    return grouped_quantile(watts, slot, _SLOTS, 0.5)


def night_numbers(middle: Ints, nights: Nights) -> Ints:
    """The place of the night that holds each instant; -1 outside all."""
    place = np.searchsorted(nights.starts_at, middle, side="right") - 1
    return np.where(middle < nights.ends_at[-1], place, -1)
