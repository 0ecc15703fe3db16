"""How a river's level follows what a second station saw before: the lag at which their changes correlate best.

Both series are brought to slots of one length, the mean of each slot; the change of a slot is its mean less that of
an hour before. Changes, not levels: two levels that both drift correlate at any lag.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.track import Track

HOUR_MS = 3_600_000
CHANGE_MS = HOUR_MS
LEAST_SHARE = 0.75
"""Share of the slots of the span that must have both changes."""
_FLAT = 1e-12


class Lag(NamedTuple):
    """The lag of the best correlation.

    Attributes:
        lag_ms: how much later this station sees it.
        correlation: Pearson's, −1 to 1.
        pairs: how many pairs of changes it is of.
    """

    lag_ms: int
    correlation: float
    pairs: int


def best_lag(here: Track, there: Track, from_at: int, to_at: int, slot_ms: int, longest_ms: int) -> Lag | None:
    """The lag from 0 to `longest_ms` at which changes here resemble those there most.

    Args:
        here: readings that count of this station, reaching CHANGE_MS before the span.
        there: of the second station, in any unit, reaching `longest_ms` further back.
        from_at: beginning of the span, epoch ms UTC.
        to_at: its end.
        slot_ms: length of a slot: the longer step of the two.
        longest_ms: the longest lag.

    Returns:
        None where at no lag enough pairs exist, or one of the two did not change at all.
    """
    back = -(-CHANGE_MS // slot_ms)
    slots = (to_at - from_at) // slot_ms
    ours = _changes(_slots(here, from_at - back * slot_ms, slots + back, slot_ms), back)
    lags = longest_ms // slot_ms
    theirs = _changes(_slots(there, from_at - (back + lags) * slot_ms, slots + back + lags, slot_ms), back)
    best: Lag | None = None
    for lag in range(lags + 1):
        before = theirs[lags - lag : lags - lag + slots]
        both = ~np.isnan(ours) & ~np.isnan(before)
        pairs = int(np.count_nonzero(both))
        if pairs < max(LEAST_SHARE * slots, 3):
            continue
        found = _pearson(ours[both], before[both])
        if found is not None and (best is None or found > best.correlation + _FLAT):
            best = Lag(lag * slot_ms, found, pairs)
    return best


def _slots(track: Track, begin_at: int, count: int, slot_ms: int) -> NDArray[np.float64]:
    """(count,) the mean of each slot, NaN without readings."""
    place = (track.at_ms - begin_at) // slot_ms
    inside = (place >= 0) & (place < count)
    number = np.bincount(place[inside], minlength=count)
    total = np.bincount(place[inside], weights=track.values[inside], minlength=count)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _changes(means: NDArray[np.float64], back: int) -> NDArray[np.float64]:
    changes: NDArray[np.float64] = means[back:] - means[:-back]
    return changes


def _pearson(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    one, other = one - one.mean(), other - other.mean()
    norm = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / norm if norm > _FLAT else None
