"""Devices that send at fixed times of the legal day: `06:00` daily, `mon,thu 06:00`, `06:00 18:00`, or `irregular`.

Slots are the times of the schedule; two missed ones are a silence. A message counts for a slot from TOLERANCE before it
(a quarter of the shortest interval, two hours at most); a slot is missed when TOLERANCE has gone by after it.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]  # it says no types

IRREGULAR = "irregular"
MISSED = 2
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_EXPECTED = "`06:00`, `06:00 18:00`, `mon,thu 06:00` or `irregular`"


class Schedule(NamedTuple):
    """Times of the legal day.

    Attributes:
        crons: one cron expression per time.
        tolerance_s: how early or late a message may be.
        per_day: slots a day.
    """

    crons: tuple[str, ...]
    tolerance_s: float
    per_day: float


@lru_cache(maxsize=1024)
def parse(text: str) -> Schedule:
    """A schedule.

    Raises:
        ValueError: it cannot be understood; the message says what is expected.

    >>> parse("mon,thu 06:00")
    Schedule(crons=('0 6 * * mon,thu',), tolerance_s=7200.0, per_day=0.2857142857142857)
    >>> parse("06:00 18:00").per_day
    2.0
    """
    words = text.lower().split()
    days = "*"
    if words and not _TIME.fullmatch(words[0]):
        days = words.pop(0)
        if not all(day in DAYS for day in days.split(",")):
            raise ValueError(f"the schedule {text!r} cannot be understood: expected {_EXPECTED}")
    times = [_TIME.fullmatch(word) for word in words]
    if not times or None in times:
        raise ValueError(f"the schedule {text!r} cannot be understood: expected {_EXPECTED}")
    crons = tuple(f"{int(found[2])} {int(found[1])} * * {days}" for found in times if found)
    minutes = sorted(int(found[1]) * 60 + int(found[2]) for found in times if found)
    shortest = min([after - before for before, after in zip(minutes, [*minutes[1:], minutes[0] + 1440], strict=True)])
    day_count = 7 if days == "*" else len(set(days.split(",")))
    return Schedule(crons, min(7200.0, shortest * 60 / 4), len(crons) * day_count / 7)


def missed_at(schedule: Schedule, since_at: int, zone: str, slots: int = MISSED) -> int:
    """When so many slots are missed by a device heard last at `since_at` (epoch ms UTC); zone: of the legal time.

    >>> since = 1_750_219_200_000  # 18 June 2025, 06:00 in Paris
    >>> (missed_at(parse("06:00"), since, "Europe/Paris") - since) / 3_600_000
    50.0
    """
    begin = datetime.fromtimestamp(since_at / 1000 + schedule.tolerance_s, tz=ZoneInfo(zone))
    found: list[float] = []
    for cron in schedule.crons:
        times = croniter(cron, begin)
        found += [times.get_next(float) for _ in range(slots)]
    return int((sorted(found)[slots - 1] + schedule.tolerance_s) * 1000)
