"""Times of day of the legal time: quiet hours, and when the next daily digest is due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vigie.streams.core.local_time import local


def is_quiet(now: int, quiet_from: str, quiet_to: str, zone: str) -> bool:
    """Whether an instant stands within quiet hours.

    Args:
        now: epoch ms UTC.
        quiet_from: legal time such as `22:00`; nothing is quiet without both.
        quiet_to: when it ends.
        zone: IANA name of the legal time.

    >>> [is_quiet(hour * 3_600_000, "22:00", "07:00", "UTC") for hour in (6, 7, 21, 22)]
    [True, False, False, True]
    """
    if not quiet_from or not quiet_to:
        return False
    begins, ends = _minutes(quiet_from), _minutes(quiet_to)
    moment = local(now, zone)
    minute = moment.hour * 60 + moment.minute
    if begins <= ends:
        return begins <= minute < ends
    return minute >= begins or minute < ends


def next_at(now: int, time_of_day: str, zone: str) -> int:
    """The next instant after `now` (epoch ms UTC) at which the legal time is `time_of_day`.

    >>> next_at(0, "07:00", "UTC"), next_at(7 * 3_600_000, "07:00", "UTC")
    (25200000, 111600000)
    """
    hour, minute = divmod(_minutes(time_of_day), 60)
    moment = local(now, zone)
    for days in (0, 1, 2):
        day = moment.date() + timedelta(days=days)
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
        found = int(at.timestamp() * 1000)
        if found > now:
            return found
    raise AssertionError("no day has three times 24 hours")


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)
