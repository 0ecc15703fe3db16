"""Month and hour of many instants in a zone's legal time."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.series import HOUR_MS, Truths

_FIRST_AT, _LAST_AT = -62_135_000_000_000, 253_402_000_000_000
"""Years 1 to 9999: what a calendar has."""


class Calendar(NamedTuple):
    """Month (1 to 12) and hour (0 to 23) of each value, (n,) each."""

    month: NDArray[np.int64]
    hour: NDArray[np.int64]

    def rows(self, chosen: Truths) -> "Calendar":
        """Those of some values."""
        return Calendar(self.month[chosen], self.hour[chosen])


def calendar(at_ms: NDArray[np.int64], zone: str) -> Calendar:
    """Month and hour of instants; a calendar is asked once for each different hour.

    Args:
        at_ms: (n,) epoch ms UTC.
        zone: IANA name, whose distance from UTC is of whole hours.

    >>> found = calendar(np.array([1_750_230_720_000, 1_767_222_000_000]), "Europe/Paris")
    >>> found.month.tolist(), found.hour.tolist()
    ([6, 1], [9, 0])
    """
    hours, place = np.unique(np.clip(at_ms, _FIRST_AT, _LAST_AT) // HOUR_MS, return_inverse=True)
    place_of = ZoneInfo(zone)
    moments = [datetime.fromtimestamp(int(hour) * 3600, tz=place_of) for hour in hours]
    months = np.array([moment.month for moment in moments], np.int64)
    of_day = np.array([moment.hour for moment in moments], np.int64)
    return Calendar(months[place], of_day[place])
