"""Energy of a night held against the nights before: unusual, or as long and as bright as ever."""

from typing import NamedTuple

import numpy as np

from vigie.streams.core.lighting.power import Floats

LEAST_PAST = 5
_TO_DEVIATION = 1.4826
_FLOOR = 0.01
"""Least spread of the energy per dark hour, of its median."""


class Expectation(NamedTuple):
    """What a night should have taken.

    Attributes:
        wh: median energy per dark hour of the nights before, times this night's dark hours.
        z: distance in robust standard deviations.
    """

    wh: float
    z: float


def expectation(wh: Floats, dark_hours: Floats) -> Expectation | None:
    """What the last night should have taken, by the nights before.

    Args:
        wh: (n,) energy by night, the one in question at the end; NaN where it is not known.
        dark_hours: (n,) how long the sun was low.

    Returns:
        None with fewer than five known nights before.

    >>> found = expectation(np.array([100.0, 102, 98, 100, 100, 150]), np.full(6, 10.0))
    >>> round(found.wh), round(found.z)
    (100, 50)
    """
    rate = wh / dark_hours
    past = rate[:-1][~np.isnan(rate[:-1])]
    if len(past) < LEAST_PAST:
        return None
    usual = float(np.median(past))
    spread = max(_TO_DEVIATION * float(np.median(np.abs(past - usual))), _FLOOR * abs(usual), 1e-9)
    return Expectation(usual * float(dark_hours[-1]), (float(rate[-1]) - usual) / spread)
