"""Parts of the day in legal time, against datetime, around both changes of the clocks."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from vigie.streams.core.windows.legal import HOUR_MS, window_of
from vigie.streams.core.windows.parts_of_day import (
    days_of,
    in_months,
    in_part,
    local_days,
    local_hours,
    months,
    part_ms,
    part_of,
    weekdays,
)  # fmt: skip

PARIS = "Europe/Paris"


def at(*wall, fold=0, zone=PARIS):
    return int(datetime(*wall, tzinfo=ZoneInfo(zone), fold=fold).timestamp()) * 1000


@pytest.mark.parametrize("zone", [PARIS, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_each_instant_has_the_hour_the_date_and_the_month_of_its_clock(zone):
    instants = np.arange(at(2026, 1, 1), at(2027, 1, 1), 119 * 60_000 + 7)
    walls = [datetime.fromtimestamp(one / 1000, ZoneInfo(zone)) for one in instants]
    assert local_hours(instants, zone).tolist() == [wall.hour for wall in walls]
    assert local_days(instants, zone).tolist() == [wall.date().toordinal() - 719_163 for wall in walls]
    assert weekdays(instants, zone).tolist() == [wall.weekday() for wall in walls]
    assert months(instants, zone).tolist() == [wall.month for wall in walls]
    assert in_part(instants, zone, 22, 6).tolist() == [wall.hour >= 22 or wall.hour < 6 for wall in walls]
    assert in_part(instants, zone, 5.5, 17).tolist() == [5.5 <= wall.hour + wall.minute / 60 < 17 for wall in walls]
    assert in_months(instants, zone, 6, 8).tolist() == [6 <= wall.month <= 8 for wall in walls]
    assert in_months(instants, zone, 11, 2).tolist() == [wall.month in (11, 12, 1, 2) for wall in walls]


@pytest.mark.parametrize(
    ("day", "night_h", "day_h"),
    [((2026, 3, 29), 7, 23), ((2026, 10, 25), 9, 25), ((2026, 3, 30), 8, 24), ((2028, 2, 29), 8, 24)],
)
def test_a_night_is_the_one_that_ends_in_the_day_and_lasts_as_long_as_it_did(day, night_h, day_h):
    today = window_of("1d", at(*day, 12), PARIS)
    begin, end = part_of(today, 22, 6, PARIS)
    assert (end - begin) / HOUR_MS == night_h
    assert end == at(*day, 6)
    assert part_of(today, 6, 22, PARIS) == (at(*day, 6), at(*day, 22))
    assert part_of(today, 0, 24, PARIS) == (today.start_at, today.end_at)
    assert part_ms(begin, today.end_at, PARIS, 0, 24) / HOUR_MS == day_h + 2
    assert part_ms(today.start_at, today.end_at, PARIS, 2, 3) / HOUR_MS == day_h - 23


def test_a_month_across_the_change_has_its_days_in_order():
    month = window_of("1mo", at(2026, 10, 7), PARIS)
    days = days_of(month, PARIS)
    assert [(day.end_at - day.start_at) // HOUR_MS for day in days] == [24] * 24 + [25] + [24] * 6
    assert (days[0].start_at, days[-1].end_at) == month[1:]
    assert len(local_hours(np.array([], dtype=np.int64), PARIS)) == 0
