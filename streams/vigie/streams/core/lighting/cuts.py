"""A meter that falls silent: has its feeder no power, or only its radio no way?"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vigie.streams.core.lighting.power import Ints

LEAST_STEPS = 3
"""Steps without a frame from which a meter is silent."""
ALIVE_MS = 86_400_000
"""A neighbour that said nothing for so long before tells nothing by going on so."""


class Silence(NamedTuple):
    """A time without frames.

    Attributes:
        from_at, to_at: epoch ms UTC: of the last frame before, and of the first after (or of the end of what is looked
            at).
        neighbours: how many were alive before.
        silent: how many of them fell silent too.
    """

    from_at: int
    to_at: int
    neighbours: int
    silent: int


def silences(at_ms: Ints, neighbours: Sequence[Ints], step_ms: int, from_at: int, to_at: int) -> list[Silence]:
    """The silences of a meter between two instants, and which neighbours share each.

    A neighbour shares it that is not heard from a step after its beginning to a step before its end: two meters are
    not read at the same second.

    Args:
        at_ms: (n,) instants of its frames, rising, from before the first instant on.
        neighbours: of each neighbour on the same feeder the same.
        step_ms: how often a frame is due.
        from_at: epoch ms UTC.
        to_at: epoch ms UTC; a silence that goes on ends here.

    >>> own, near = np.array([0, 15, 30, 105]), np.array([5, 20, 35, 95, 110])
    >>> silences(own, [near], 15, 0, 120)
    [Silence(from_at=30, to_at=105, neighbours=1, silent=1)]
    """
    heard = np.append(at_ms[at_ms < to_at], to_at)
    found = []
    for place in np.flatnonzero(np.diff(heard) > LEAST_STEPS * step_ms).tolist():
        begin, end = int(heard[place]), int(heard[place + 1])
        if end <= from_at:
            continue
        alive = [one for one in neighbours if _any(one, begin - ALIVE_MS, begin + step_ms)]
        silent = [one for one in alive if not _any(one, begin + step_ms, end - step_ms)]
        found.append(Silence(begin, end, len(alive), len(silent)))
    return found


def _any(at_ms: Ints, from_at: int, to_at: int) -> bool:
    low, high = np.searchsorted(at_ms, (from_at, to_at))
    return bool(high > low)
