"""When a container's filling fell: collections, part collections, settling.

A fall goes over consecutive readings that each fall by at least `settling` points: emptying may be seen half-way. It
is looked for in medians of three readings, which fall where the next reading has fallen, too: so each is confirmed by
the next, and the last reading of all is never one. Its instant is its last reading: after a gap in the readings that
is the first one to know.

    collection   at least `drop` points, to at most `emptied` %
    settling     at least `settling` and less than `drop` points
    part         at least `drop` points, and more than `emptied` % left
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.waste.fill import smoothed

DROP, EMPTIED, SETTLING = 30.0, 25.0, 10.0
"""Points, %, points (spec: indicators, PAV)."""
_BARELY = 1e-9


class What(IntEnum):
    """What a fall was."""

    SETTLING = 0
    PART = 1
    COLLECTION = 2


@dataclass(frozen=True, slots=True)
class Falls:
    """Falls by rising instant.

    Attributes:
        at_ms: (m,) epoch ms UTC.
        place: (m,) which reading is the first after the fall.
        before, after: (m,) % before and after.
        what: (m,) of What.
    """

    at_ms: NDArray[np.int64]
    place: NDArray[np.int64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    what: NDArray[np.int64]

    def of(self, what: What) -> "Falls":
        """Those of one kind."""
        return self._chosen(self.what == what)

    def within(self, from_at: int, to_at: int) -> "Falls":
        """Those of [from_at, to_at), epoch ms UTC."""
        return self._chosen((self.at_ms >= from_at) & (self.at_ms < to_at))

    def __len__(self) -> int:
        return len(self.at_ms)

    def _chosen(self, chosen: NDArray[np.bool_]) -> "Falls":
        return Falls(*(getattr(self, one.name)[chosen] for one in fields(self)))


def falls(
    at_ms: NDArray[np.int64], fill: NDArray[np.float64], drop: float = DROP, emptied: float = EMPTIED,
    settling: float = SETTLING,
) -> Falls:  # fmt: skip
    """Every confirmed fall.

    Args:
        at_ms: (n,) of the readings that count, rising, epoch ms UTC.
        fill: (n,) %.
        drop: points from which it is a collection or a part of one.
        emptied: % that a collection leaves, at most.
        settling: points from which a fall is one.

    >>> found = falls(np.arange(8) * 3_600_000, np.array([68.0, 70, 70, 8, 8, 44, 44, 30]))
    >>> found.place, found.before, found.after, [What(one).name for one in found.what]
    (array([3]), array([70.]), array([8.]), ['COLLECTION'])
    """
    level = smoothed(fill)
    steep = np.flatnonzero(level[:-1] - level[1:] >= settling - _BARELY) + 1
    found: list[tuple[int, float, float, What]] = []
    for group in np.split(steep, np.flatnonzero(np.diff(steep) > 1) + 1):
        if len(group):
            before, after = float(level[group[0] - 1]), float(level[group[-1]])
            found.append((int(group[-1]), before, after, _what(before, after, drop, emptied)))
    place = np.array([one[0] for one in found], np.int64)
    return Falls(
        at_ms[place], place, np.array([one[1] for one in found]), np.array([one[2] for one in found]),
        np.array([one[3] for one in found], np.int64),
    )  # fmt: skip


def _what(before: float, after: float, drop: float, emptied: float) -> What:
    if before - after < drop - _BARELY:
        return What.SETTLING
    return What.COLLECTION if after <= emptied + _BARELY else What.PART
