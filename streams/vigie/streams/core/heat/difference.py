"""Difference of differences of two series of days, with an interval by a bootstrap of blocks of days.

Sources: Card and Krueger 1994 (difference of differences); Künsch 1989 (bootstrap of moving blocks).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 2000
"""How often days are drawn."""


class Effect(NamedTuple):
    """What changed.

    Attributes:
        value: mean after less mean before.
        low, high: bounds of the interval.
    """

    value: float
    low: float
    high: float


def effect(before: Floats, after: Floats, *, block: int, confidence: float, seed: int) -> Effect:
    """How much a difference of two zones changed.

    Args:
        before: (n,) project less control of each day before, in order.
        after: (k,) the same of each day after.
        block: how many days in a row are drawn together: days that follow one another resemble one another.
        confidence: of the interval, 0 to 1.
        seed: of the draws; the same days give the same interval.

    >>> effect(np.array([2.0, 2.0, 2.0]), np.array([0.5, 0.5]), block=1, confidence=0.95, seed=1)
    Effect(value=-1.5, low=-1.5, high=-1.5)
    """
    draw = np.random.default_rng(seed)
    drawn = _means(after, block, draw) - _means(before, block, draw)
    low, high = np.quantile(drawn, ((1 - confidence) / 2, (1 + confidence) / 2))
    return Effect(float(after.mean() - before.mean()), float(low), float(high))


def _means(days: Floats, block: int, draw: np.random.Generator) -> Floats:
    """(DRAWS,) means of as many days, drawn in blocks with replacement; a block goes on at the beginning."""
    count = len(days)
    size = min(block, count)
    starts = draw.integers(0, count, (DRAWS, -(-count // size)))
    places = (starts[:, :, None] + np.arange(size)) % count
    drawn: Floats = days[places.reshape(DRAWS, -1)[:, :count]].mean(axis=1)
    return drawn
