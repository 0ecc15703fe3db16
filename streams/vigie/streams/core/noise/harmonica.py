"""The Harmonica index of an hour: background and events, 0 (30 dB) to 10 (80 dB), exact from LAeq of each second.

Background BGN = 0.2 (LA95eq - 30), events EVT = 0.25 (LAeq - LA95eq), index = BGN + EVT. LA95eq is the mean of energy
over the hour of the LA95 that each second has over ten minutes. Being means of energy, LAeq and LA95eq of four quarters
combine exactly into those of the hour.

Source: Mietlicki et al. 2015 (LIFE Harmonica, Bruitparif and Acoucité); noiseineu.eu.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vigie.streams.core.noise.levels import energy_mean
from vigie.streams.core.windows.track import Track

Floats = NDArray[np.float64]

SPAN_S = 600
"""Over how long each second's LA95 is taken."""
LEAST = SPAN_S // 2
"""How many of these seconds must be there."""
_SHARE = 0.05
"""LA95 is exceeded for 95 % of the time: the 5th percentile."""
_RANKS = int(SPAN_S * _SHARE) + 1
"""How many of the smallest levels of a stretch tell its 5th percentile."""
_BLOCK = 40
_DAY, _NIGHT = (4.0, 8.0), (3.0, 7.0)
"""Up to where the index is green, and from above which it is red."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What an hour's index is made of (dB(A))."""

    laeq: float
    la95eq: float

    @property
    def background(self) -> float:
        """BGN."""
        return 0.2 * (self.la95eq - 30)

    @property
    def events(self) -> float:
        """EVT."""
        return 0.25 * (self.laeq - self.la95eq)

    @property
    def index(self) -> float:
        """BGN + EVT.

        >>> Hour(30.0, 30.0).index, Hour(80.0, 80.0).index, Hour(60.0, 50.0).index
        (0.0, 10.0, 6.5)
        """
        return self.background + self.events


def colour(index: float, day: bool) -> str:
    """The colour of an index by day (6-22) or by night.

    >>> colour(3.5, day=True), colour(3.5, day=False), colour(8.0, day=True), colour(7.1, day=False)
    ('green', 'orange', 'orange', 'red')
    """
    green, red = _DAY if day else _NIGHT
    return "green" if index < green else "red" if index > red else "orange"


def per_second(good: Track, from_at: int, to_at: int) -> Floats:
    """LAeq of each second of [from_at, to_at), NaN where there is none; several in a second make their mean of energy.

    Args:
        good: LAeq in steps of a second or less.
        from_at: epoch ms UTC, a whole second.
        to_at: the same.

    Returns:
        (n,) dB(A), one per second.
    """
    within = good.between(from_at, to_at)
    second = (within.at_ms - from_at) // 1000
    length = (to_at - from_at) // 1000
    levels = np.full(length, np.nan)
    if len(second) and bool((np.diff(second) > 0).all()):
        levels[second] = within.values
    elif len(second):
        loudest = np.full(length, -np.inf)
        np.maximum.at(loudest, second, within.values)  # relative to it nothing overflows
        energy = np.bincount(second, 10 ** ((within.values - loudest[second]) / 10), minlength=length)
        some = energy > 0
        levels[some] = loudest[some] + 10 * np.log10(energy[some] / np.bincount(second, minlength=length)[some])
    return levels


def la95(levels_db: Floats) -> Floats:
    """LA95 over each stretch of SPAN_S seconds.

    Args:
        levels_db: (n,) LAeq of each second, NaN where there is none.

    Returns:
        (n - SPAN_S + 1,): the i-th is that of the seconds i to i + SPAN_S - 1; NaN where fewer than LEAST are there.
    """
    there = np.convolve(~np.isnan(levels_db), np.ones(SPAN_S), "valid").round().astype(np.int64)
    rank = np.maximum(there - 1, 0) * _SHARE
    lower = rank.astype(np.int64)
    smallest = _smallest(np.where(np.isnan(levels_db), np.inf, levels_db))
    rows = np.arange(len(there))
    with np.errstate(invalid="ignore"):  # where too few are there
        found = smallest[rows, lower] + (smallest[rows, lower + 1] - smallest[rows, lower]) * (rank - lower)
    return np.where(there >= LEAST, found, np.nan)


def _smallest(levels: Floats) -> Floats:
    """(n - SPAN_S + 1, at least _RANKS): the smallest of each stretch of SPAN_S levels, rising.

    _BLOCK stretches in a row have all but 2 (_BLOCK - 1) levels in common: of those the smallest are found once.
    """
    count = len(levels) - SPAN_S + 1
    sides = _BLOCK - 1
    padded = np.concatenate([levels, np.full(-count % _BLOCK, np.inf)])
    blocks = sliding_window_view(padded, SPAN_S + sides)[::_BLOCK]
    common = np.partition(blocks[:, sides:SPAN_S], _RANKS - 1, axis=1)[:, :_RANKS]
    apart = np.concatenate([blocks[:, :sides], blocks[:, SPAN_S:]], axis=1)
    own = sliding_window_view(apart, sides, axis=1)
    both = np.concatenate([np.broadcast_to(common[:, None, :], (*own.shape[:2], _RANKS)), own], axis=2)
    return np.sort(both.reshape(-1, _RANKS + sides), axis=1)[:count]


def from_seconds(levels_db: Floats, centred: bool) -> Hour | None:
    """An hour from the LAeq of its seconds and of SPAN_S seconds on either side.

    Args:
        levels_db: (3600 + 2 SPAN_S,) dB(A), NaN where there is none.
        centred: whether a second stands in the middle of its ten minutes; else at their end.

    Returns:
        None where no second has an LAeq and an LA95.
    """
    hour = levels_db[SPAN_S:-SPAN_S]
    first = SPAN_S // 2 if centred else 1
    background = la95(levels_db[first : first + len(hour) + SPAN_S - 1])
    there = ~np.isnan(hour)
    counted = background[there & ~np.isnan(background)]
    if not len(counted):
        return None
    return Hour(energy_mean(hour[there]), energy_mean(counted))
