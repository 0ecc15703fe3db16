"""Two detectors that everybody knows, to measure others by: the windowed Gaussian of the benchmark, and chance."""

from math import erfc, sqrt

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

SEED = 42
WINDOW_ROWS, STEP_ROWS = 6400, 100
DIGITS = 12
"""Of the published scores: more would tell apart what the benchmark's own files of results do not."""

Floats = NDArray[np.float64]


def windowed_gaussian(value: Floats) -> Floats:
    """Tail probability of each value in the normal law of those before, as the benchmark publishes it.

    The window grows with each row to 6,400 rows and is moved by 100 from then on. Nan counts as the value before it.

    Source: numenta/NAB, results/windowedGaussian (standard 39.6 on its 58 files).

    >>> windowed_gaussian(np.array([1.0, 2.0, 1.0, 2.0, 9.0])).round(3).tolist()
    [0.0, 1.0, 0.841, 0.921, 1.0]
    """
    filled = _filled(value)
    rows = len(filled)
    shifted = (filled - filled[0]).astype(np.longdouble)
    sums, squares = np.cumsum(shifted), np.cumsum(shifted * shifted)
    last = np.arange(rows)
    last = np.where(last < WINDOW_ROWS, last, WINDOW_ROWS - 1 + (last - WINDOW_ROWS + 1) // STEP_ROWS * STEP_ROWS)
    size = np.minimum(last + 1, WINDOW_ROWS)
    before = last - size
    mean = (sums[last] - np.where(before >= 0, sums[before], 0)) / size
    spread = np.sqrt(np.maximum((squares[last] - np.where(before >= 0, squares[before], 0)) / size - mean * mean, 0))
    spread = np.where(spread == 0, 1e-6, spread)
    sigma = (np.abs(shifted[1:] - mean[:-1]) / spread[:-1]).astype(np.float64)
    tail = [1.0 - 0.5 * erfc(one / sqrt(2.0)) for one in sigma.tolist()]
    return np.round(np.array([0.0, *tail]), DIGITS)


def by_chance(rows: int, number: int) -> Floats:
    """Scores drawn from 0 to 1, of the series of that number; always the same.

    >>> bool((by_chance(5, 3) == by_chance(5, 3)).all())
    True
    """
    return default_rng((SEED, number)).random(rows)


def _filled(value: Floats) -> Floats:
    known = np.isfinite(value)
    if known.all():
        return value
    row = np.maximum.accumulate(np.where(known, np.arange(len(value)), 0))
    return np.nan_to_num(value[row])
