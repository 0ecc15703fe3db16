"""Bounds of windows in legal time: half-open, a day has 23, 24 or 25 hours, a week begins on Monday.

Rolling windows end on a grid: `r1h` and `r24h` every 15 minutes, `r8h` every hour, `r7d` every legal midnight. The
first three have their length in elapsed time, `r7d` is seven legal days.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
QUARTER_MS = 900_000

SHORT_MS = {"15m": QUARTER_MS, "30m": 2 * QUARTER_MS, "1h": HOUR_MS}
"""Tumbling windows shorter than a day: their length."""
ROLLING_MS = {"r1h": (HOUR_MS, QUARTER_MS), "r8h": (8 * HOUR_MS, HOUR_MS), "r24h": (24 * HOUR_MS, QUARTER_MS)}
"""Rolling windows of elapsed time: their length, and how often one ends."""
LONG_CODES = ("1d", "1w", "1mo", "1y")


class Window(NamedTuple):
    """A window: its code, its first instant and the instant after its last (epoch ms UTC)."""

    code: str
    start_at: int
    end_at: int


def window_of(code: str, at: int, zone: str) -> Window:
    """The tumbling window of this code that holds an instant.

    Args:
        code: `15m` to `1y`.
        at: epoch ms UTC.
        zone: IANA name of the legal time.

    Raises:
        KeyError: a rolling window: many hold an instant, see `windows_holding`.

    >>> day = window_of("1d", 1_774_742_400_000, "Europe/Paris")  # 29 March 2026: the clocks go forward
    >>> (day.end_at - day.start_at) // HOUR_MS
    23
    """
    if code in LONG_CODES:
        start, end = _long_bounds(code, _day_of(at, zone), zone)
        return Window(code, start, end)
    length = SHORT_MS[code]
    offset = offset_ms(at // QUARTER_MS, zone)
    start = (at + offset) // length * length - offset
    return Window(code, start, start + length)


def windows_holding(code: str, at: int, zone: str) -> list[Window]:
    """All windows of this code that hold an instant, by rising start: one if it is tumbling.

    >>> [(one.start_at, one.end_at) for one in windows_holding("r1h", 0, "UTC")][:2]
    [(-2700000, 900000), (-1800000, 1800000)]
    """
    return list(windows_between(code, at, at + 1, zone))


def windows_between(code: str, from_at: int, to_at: int, zone: str) -> Iterator[Window]:
    """The windows of this code that hold some instant of [from_at, to_at), by rising start.

    >>> len(list(windows_between("1h", 1_774_738_800_000, 1_774_821_600_000, "Europe/Paris")))
    23
    """
    if code in ROLLING_MS:
        length, step = ROLLING_MS[code]
        end = from_at // step * step + step
        while end - length < to_at:
            yield Window(code, end - length, end)
            end += step
    elif code == "r7d":
        day = window_of("1d", from_at, zone)
        while (week := _week_until(day.end_at, zone)).start_at < to_at:
            yield week
            day = window_of("1d", day.end_at, zone)
    else:
        at = from_at
        while at < to_at:
            window = window_of(code, at, zone)
            yield window
            at = window.end_at


def _week_until(end_at: int, zone: str) -> Window:
    last = datetime.fromtimestamp(end_at / 1000, ZoneInfo(zone)).date()
    first = last - timedelta(days=7)
    return Window("r7d", _midnight(first.year, first.month, first.day, zone), end_at)


def local_hour(at: int, zone: str) -> int:
    """The hour of the day, 0 to 23, in legal time."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).hour


@lru_cache(100_000)
def offset_ms(quarter: int, zone: str) -> int:
    """Legal time less UTC at the beginning of a quarter of an hour (counted from 1970)."""
    offset = datetime.fromtimestamp(quarter * QUARTER_MS / 1000, ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) * 1000


def _day_of(at: int, zone: str) -> tuple[int, int, int]:
    moment = datetime.fromtimestamp(at // 1000, ZoneInfo(zone))
    return moment.year, moment.month, moment.day


@lru_cache(20_000)
def _long_bounds(code: str, day: tuple[int, int, int], zone: str) -> tuple[int, int]:
    first = datetime(*day)
    if code == "1d":
        after = first + timedelta(days=1)
    elif code == "1w":
        first -= timedelta(days=first.weekday())
        after = first + timedelta(days=7)
    elif code == "1mo":
        first = first.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
    else:
        first = first.replace(month=1, day=1)
        after = first.replace(year=first.year + 1)
    return _midnight(first.year, first.month, first.day, zone), _midnight(after.year, after.month, after.day, zone)


@lru_cache(20_000)
def _midnight(year: int, month: int, day: int, zone: str) -> int:
    return int(datetime(year, month, day, tzinfo=ZoneInfo(zone)).timestamp()) * 1000
