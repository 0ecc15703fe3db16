"""Which hour of the week an instant lies in, in legal time; public holidays are Sundays."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.local_time import local
from vigie.streams.core.mobility.holidays import french_holidays

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
SUNDAY = 6


class Slot(NamedTuple):
    """Hour of the week, 0 (Monday 00:00) to 167, and number of the legal day (1 is 1 January of the year 1)."""

    hour: int
    day: int


@lru_cache(20_000)
def slot(hour_number: int, zone: str) -> Slot:
    """Where an hour lies; a calendar is asked once for each.

    Args:
        hour_number: `at // HOUR_MS` of any instant in it.
        zone: IANA name, whose distance from UTC is of whole hours.

    >>> slot(1_750_230_720_000 // HOUR_MS, "Europe/Paris")  # Wednesday 18 June 2025, 09:12
    Slot(hour=57, day=739420)
    >>> slot(1_752_480_000_000 // HOUR_MS, "Europe/Paris").hour // 24  # Monday 14 July 2025
    6
    """
    moment = local(hour_number * HOUR_MS, zone)
    day = date(moment.year, moment.month, moment.day)
    weekday = SUNDAY if day in french_holidays(day.year) else day.weekday()
    return Slot(weekday * 24 + moment.hour, day.toordinal())


def slots(at_ms: NDArray[np.int64], zone: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Hours of the week and days of many instants, (n,) each."""
    numbers, places = np.unique(at_ms // HOUR_MS, return_inverse=True)
    found = np.array([slot(number, zone) for number in numbers.tolist()], dtype=np.int64).reshape(-1, 2)
    return found[places, 0], found[places, 1]
