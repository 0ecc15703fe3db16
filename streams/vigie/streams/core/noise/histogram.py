"""A histogram of levels in classes of 1 dB: how long it was how loud, whatever the number of readings.

Histograms of parts add up to that of the whole, which percentiles do not; percentiles read from them differ from those
of the levels themselves by 0.5 dB at most.
"""

import numpy as np
from numpy.typing import NDArray

LOUDEST_DB = 140
"""Classes are centred on whole dB, 0 to this; what is beyond counts in the class at the end."""

Counts = NDArray[np.int64]
"""(141,) how many levels fell into each class."""


def histogram(levels_db: NDArray[np.float64]) -> Counts:
    """How many levels (n,) fall into each class.

    >>> counts = histogram(np.array([40.2, 39.8, 61.0]))
    >>> counts[[39, 40, 61]], len(counts)
    (array([0, 2, 1]), 141)
    """
    classes = np.clip(np.rint(levels_db), 0, LOUDEST_DB).astype(np.int64)
    return np.bincount(classes, minlength=LOUDEST_DB + 1)


def histogram_exceeded(counts: Counts, percent: float) -> float:
    """The level exceeded for `percent` % of the time, within 0.5 dB of the percentile of the levels themselves.

    The two levels between which the percentile lies are taken to be in the middle of their classes.

    >>> histogram_exceeded(histogram(np.arange(101.0)), 10)
    90.0

    Raises:
        ValueError: there is no level.
    """
    below = np.cumsum(counts)
    if not below[-1]:
        raise ValueError("A histogram without levels has no percentiles")
    rank = float(below[-1] - 1) * (100 - percent) / 100
    lower, upper = np.searchsorted(below, (np.floor(rank), np.ceil(rank)), side="right")
    return float(lower + (upper - lower) * (rank - np.floor(rank)))
