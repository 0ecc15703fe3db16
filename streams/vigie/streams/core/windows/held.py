"""How long a measured quantity stood at or above a threshold."""

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.track import Track

HELD_STEPS = 1.5
"""How many steps a reading stands for, at most: a reading that is missing is nobody's."""


def held_ms(track: Track, from_at: int, to_at: int) -> NDArray[np.int64]:
    """How much of a span each reading stands for: until the next one, 1.5 steps at most.

    Args:
        track: readings that count; the one before the span speaks for its beginning.
        from_at: where the span begins, epoch ms UTC.
        to_at: where it ends.

    Returns:
        (n,) int64, ms; 0 for a reading without part in the span. Without a known step each holds until the next.

    >>> from vigie.streams.core.windows.track import track
    >>> held_ms(track([0, 900_000, 3_600_000], [1.0, 2.0, 3.0]), 450_000, 4_000_000)
    array([ 450000, 1350000,  400000])
    """
    if not len(track):
        return np.zeros(0, np.int64)
    begin = track.at_ms
    end = np.append(begin[1:], to_at)
    if track.step_s > 0:
        end = np.minimum(end, begin + int(HELD_STEPS * track.step_s * 1000))
    held: NDArray[np.int64] = np.minimum(end, to_at) - np.maximum(begin, from_at)
    return np.maximum(held, 0)
