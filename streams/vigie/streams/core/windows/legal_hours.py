"""The hour of the week of many instants at once, in legal time."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

HOUR_MS = 3_600_000
WEEK_HOURS = 168
_SURE_MS = 40 * 24 * HOUR_MS
"""Between two instants nearer than this the legal time does not change and change back (in no zone of Europe)."""


def hours_of_week(at_ms: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """The hour of the week of each instant, 0 (Monday, midnight to one) to 167.

    Args:
        at_ms: (n,) epoch ms UTC, rising.
        zone: IANA name of the legal time.

    >>> spring = np.array([1_774_742_400_000, 1_774_746_000_000])  # Sunday 29 March 2026, 01:00, and an hour later
    >>> hours_of_week(spring, "Europe/Paris") - 6 * 24
    array([1, 3])
    """
    hours = (at_ms + legal_offsets_ms(at_ms, zone)) // HOUR_MS
    return np.asarray((hours + 72) % WEEK_HOURS)  # 1 January 1970 was a Thursday


def legal_offsets_ms(at_ms: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Legal time less UTC at each of rising instants, ms.

    >>> legal_offsets_ms(np.array([0, 1_774_746_000_000]), "Europe/Paris") // HOUR_MS
    array([1, 2])
    """
    offsets = np.empty(len(at_ms), np.int64)
    waiting = [(0, len(at_ms))] if len(at_ms) else []
    while waiting:
        low, high = waiting.pop()
        first, last = (_offset_ms(int(at_ms[place]) // 900_000, zone) for place in (low, high - 1))
        if high - low <= 2 or (first == last and at_ms[high - 1] - at_ms[low] < _SURE_MS):
            offsets[low], offsets[low + 1 : high] = first, last
        else:
            middle = (low + high) // 2
            waiting += [(low, middle), (middle, high)]
    return offsets


@lru_cache(20_000)
def _offset_ms(quarter: int, zone: str) -> int:
    offset = datetime.fromtimestamp(quarter * 900, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) * 1000
