"""Parts of the day in legal time: which instants fall into them, and from when to when they last on one day.

Right on the days when the clocks change: the hour that comes twice counts twice, the one that is missing does not.
Hours may have fractions (5.5 is half past five); a part whose end is not after its beginning goes over midnight.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.local_time import local
from vigie.streams.core.windows.legal import HOUR_MS, QUARTER_MS, Window, offset_ms, windows_between

DAY_MS = 24 * HOUR_MS


def local_ms(at_ms: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """What a clock on the wall shows, as if it showed UTC.

    Args:
        at_ms: (n,) epoch ms UTC.
        zone: IANA name of the legal time.

    Returns:
        (n,) epoch ms of the wall clock.
    """
    if not len(at_ms):
        return at_ms
    low, high = int(at_ms.min()) // QUARTER_MS, int(at_ms.max()) // QUARTER_MS
    table = _offsets(low // 96, high // 96 + 1, zone)
    return at_ms + table[at_ms // QUARTER_MS - low // 96 * 96]


@lru_cache(64)
def _offsets(first_day: int, after_day: int, zone: str) -> NDArray[np.int64]:
    """Legal time less UTC (ms) in every quarter of an hour of the UTC days [first, after), counted from 1970."""
    pieces = []
    for day in range(first_day, after_day):
        begin, end = offset_ms(day * 96, zone), offset_ms(day * 96 + 95, zone)
        if begin == end:
            pieces.append(np.full(96, begin, dtype=np.int64))
        else:
            pieces.append(np.array([offset_ms(day * 96 + place, zone) for place in range(96)], dtype=np.int64))
    return np.concatenate(pieces)


def local_hours(at_ms: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """The hour of the day, (n,) 0 to 23, at instants (n,) of epoch ms UTC.

    >>> local_hours(np.array([1_774_742_400_000, 1_774_746_000_000]), "Europe/Paris")  # 29 March: no hour 2
    array([1, 3])
    """
    return local_ms(at_ms, zone) % DAY_MS // HOUR_MS


def local_days(at_ms: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """The date, (n,) in days since 1970-01-01, at instants (n,) of epoch ms UTC."""
    return local_ms(at_ms, zone) // DAY_MS


def weekdays(at_ms: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """The day of the week, (n,) 0 (Monday) to 6, at instants (n,) of epoch ms UTC.

    >>> weekdays(np.array([0]), "UTC")  # a Thursday
    array([3])
    """
    return (local_days(at_ms, zone) + 3) % 7


def months(at_ms: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """The month, (n,) 1 to 12, at instants (n,) of epoch ms UTC.

    >>> months(np.array([0, 1_782_000_000_000]), "Europe/Paris")
    array([1, 6])
    """
    since_1970 = local_days(at_ms, zone).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return since_1970 % 12 + 1


def in_part(at_ms: NDArray[np.int64], zone: str, from_hour: float, to_hour: float) -> NDArray[np.bool_]:
    """Which instants fall into a part of the day, half-open.

    Args:
        at_ms: (n,) epoch ms UTC.
        zone: IANA name of the legal time.
        from_hour: 0 to 24, local.
        to_hour: the same; 22 and 6 are the night.

    >>> in_part(np.array([1_774_735_200_000, 1_774_771_200_000]), "Europe/Paris", 22, 6)  # 23:00 and 10:00
    array([ True, False])
    """
    within = local_ms(at_ms, zone) % DAY_MS
    begin, end = round(from_hour * HOUR_MS), round(to_hour * HOUR_MS)
    if begin < end:
        return (within >= begin) & (within < end)
    return (within >= begin) | (within < end)


def in_months(at_ms: NDArray[np.int64], zone: str, first_month: float, last_month: float) -> NDArray[np.bool_]:
    """Which instants fall into a season, both months included; 11 and 3 are a winter."""
    found = months(at_ms, zone)
    if first_month <= last_month:
        return (found >= first_month) & (found <= last_month)
    return (found >= first_month) | (found <= last_month)


def part_ms(from_at: int, to_at: int, zone: str, from_hour: float, to_hour: float) -> int:
    """How much of [from_at, to_at) falls into a part of the day (ms); bounds and hours on quarters of an hour.

    >>> part_ms(1_774_735_200_000, 1_774_760_400_000, "Europe/Paris", 22, 6) // HOUR_MS  # in the night of 29 March
    6
    """
    return int(np.count_nonzero(in_part(np.arange(from_at, to_at, QUARTER_MS), zone, from_hour, to_hour))) * QUARTER_MS


def wall_clock(day: date, hour: float, zone: str) -> int:
    """The instant (epoch ms UTC) at which the clock shows an hour of a date; hours beyond 0 to 24 are other dates'.

    An hour that comes twice is the first of both; one that is missing is as long after midnight as it says.

    >>> wall_clock(date(2026, 3, 29), 5.5, "Europe/Paris")
    1774755000000
    """
    return _instant(day, round(hour * 3600), zone)


@lru_cache(50_000)
def _instant(day: date, seconds: int, zone: str) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int((midnight + timedelta(seconds=seconds)).timestamp()) * 1000  # a sum of such a datetime is on the wall


def part_of(day: Window, from_hour: float, to_hour: float, zone: str) -> tuple[int, int]:
    """A part of a legal day, half-open (epoch ms UTC); a night is the one that ends in the day.

    Args:
        day: a window of `1d`.
        from_hour: local.
        to_hour: local; where it is not after `from_hour` the part begins the day before.
        zone: IANA name of the legal time.

    >>> from vigie.streams.core.windows.legal import window_of
    >>> begin, end = part_of(window_of("1d", 1_774_771_200_000, "Europe/Paris"), 22, 6, "Europe/Paris")
    >>> (end - begin) // HOUR_MS  # the night before 29 March 2026 lacks an hour
    7
    """
    today = local(day.start_at, zone).date()
    begin = from_hour if from_hour < to_hour else from_hour - 24
    return wall_clock(today, begin, zone), wall_clock(today, to_hour, zone)


def days_of(window: Window, zone: str) -> list[Window]:
    """The legal days of a window of a day or more, by rising start."""
    return list(windows_between("1d", window.start_at, window.end_at, zone))
