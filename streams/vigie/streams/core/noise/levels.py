"""Levels in dB: their mean of energy and the level that is exceeded for a share of the time (ISO 1996-1)."""

import numpy as np
from numpy.typing import NDArray


def energy_mean(levels_db: NDArray[np.float64]) -> float:
    """LAeq of equally long pieces of time.

    Args:
        levels_db: (n,), at least one.

    >>> round(energy_mean(np.array([80.0, 60.0])), 2)
    77.03
    """
    loudest = float(levels_db.max())  # relative to it nothing overflows
    return loudest + 10 * float(np.log10(np.mean(10 ** ((levels_db - loudest) / 10))))


def exceeded(levels_db: NDArray[np.float64], percent: float) -> float:
    """The level exceeded for `percent` % of the time: L10, L90 … as the (100 - N)th percentile.

    Args:
        levels_db: (n,), at least one, of equally long and short (1 s) pieces of time.
        percent: 0 to 100.

    >>> exceeded(np.arange(101.0), 10)
    90.0
    """
    return float(np.percentile(levels_db, 100 - percent))
