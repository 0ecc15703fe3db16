"""The filling of a container without single wrong echoes: the median of three readings, within 0 to 100 %."""

import numpy as np
from numpy.typing import NDArray

Percent = NDArray[np.float64]


def smoothed(fill: Percent) -> Percent:
    """Each reading as the median of itself and its two neighbours.

    The first reading stays; the last one has no successor and becomes the median of the last three, so that a fall
    that no second reading confirms does not show.

    Args:
        fill: (n,) %, by rising instant.

    Returns:
        (n,) %, within 0 to 100.

    >>> smoothed(np.array([80.0, 81.0, 5.0, 82.0, 103.0, 104.0]))
    array([ 80.,  80.,  81.,  82., 100., 100.])
    """
    out = fill.copy()
    if len(fill) >= 3:
        out[1:-1] = _median_of_three(fill)
        out[-1] = out[-2]
    return np.clip(out, 0.0, 100.0)


def as_known(fill: Percent) -> Percent:
    """What the filling was known to be at each reading: the median of it and the two before it.

    >>> as_known(np.array([80.0, 81.0, 5.0, 82.0]))
    array([80., 81., 80., 81.])
    """
    out = fill.copy()
    if len(fill) >= 3:
        out[2:] = _median_of_three(fill)
    return np.clip(out, 0.0, 100.0)


def at_bounds(fill: Percent) -> NDArray[np.bool_]:
    """(n,) which readings stand at 0 or 100 %, or were beyond and have been clipped to it."""
    return (fill <= 0.0) | (fill >= 100.0)


def _median_of_three(fill: Percent) -> Percent:
    one, two, three = fill[:-2], fill[1:-1], fill[2:]
    return np.maximum(np.minimum(one, two), np.minimum(np.maximum(one, two), three))
