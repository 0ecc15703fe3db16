"""A series of readings as arrays: what windows and indicators are computed from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Track:
    """Unique readings of one property and channel at one point, by rising instant (equal ones: by value, then flag).

    Attributes:
        property, channel: of the catalogue.
        step_s: how often there should be one (fleet); 0 where nobody knows.
        at_ms: (n,) int64, epoch ms UTC.
        values: (n,) float64, in the unit of the catalogue; never NaN.
        flags: (n,) uint8: roll-up 1, 2, 3, 4.
    """

    property: int
    channel: int
    step_s: int
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    flags: NDArray[np.uint8]

    def good(self) -> "Track":
        """Those that count by default: flags 1 and 2."""
        return self.where(self.flags <= 2)

    def where(self, chosen: NDArray[np.bool_]) -> "Track":
        """Those for which `chosen` (n,) is true."""
        return self._cut(chosen)

    def between(self, from_at: int, to_at: int) -> "Track":
        """Those of [from_at, to_at), epoch ms UTC.

        >>> track([0, 10, 20], [1.0, 2.0, 3.0]).between(10, 20).values
        array([2.])
        """
        low, high = np.searchsorted(self.at_ms, (from_at, to_at))
        piece = slice(int(low), int(high))
        return self._cut(piece)

    def _cut(self, place: slice | NDArray[np.bool_]) -> "Track":
        # Not by dataclasses.replace, which takes three times as long: indicators cut tracks for every window.
        return Track(self.property, self.channel, self.step_s, self.at_ms[place], self.values[place], self.flags[place])

    def __len__(self) -> int:
        return len(self.at_ms)


def track(
    at_ms: object, values: object, flags: object = None, *, property_id: int = 1, channel: int = 0, step_s: int = 900
) -> Track:
    """A track of anything that becomes an array; flags are 1 where none are given. Sorts."""
    at, numbers = np.asarray(at_ms, dtype=np.int64), np.asarray(values, dtype=np.float64)
    said = np.ones(len(at), dtype=np.uint8) if flags is None else np.asarray(flags, dtype=np.uint8)
    order = np.lexsort((said, numbers, at))
    return Track(property_id, channel, step_s, at[order], numbers[order], said[order])
