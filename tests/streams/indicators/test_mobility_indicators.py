"""Indicators of counts, held against plain loops over the same passages."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from looked_at import HOUR_MS, PARIS, at, run, without

from vigie.streams.core.mobility.counts import counted
from vigie.streams.core.mobility.holidays import easter, french_holidays, is_working_day
from vigie.streams.core.windows.honest import honest
from vigie.streams.core.windows.statistics import Way, predecessors, statistics
from vigie.streams.core.windows.track import track

QUARTER_MS = 900_000
YEAR = at("2025-01-01 00:00"), at("2026-01-01 00:00")


def passages(low: int, high: int, seed: int = 1, rate: float = 30.0):
    """Both directions, every quarter of an hour, busier on working days."""
    rng = np.random.default_rng(seed)
    instants = np.arange(low, high, QUARTER_MS)
    busy = np.array([1.0 if datetime.fromtimestamp(one / 1000, UTC).weekday() < 5 else 0.4 for one in instants])
    return {
        ("passages", channel): track(instants, rng.poisson(rate * busy), property_id=60, channel=channel)
        for channel in (1, 2)
    }


def meters(counts):
    """The same as meters, whose reading is what has passed until then."""
    return {
        ("passages_total", channel): track(one.at_ms, 1000 + np.cumsum(one.values), property_id=61, channel=channel)
        for (_, channel), one in counts.items()
    }


def by_date(one):
    """Sums by legal date, one reading at a time."""
    sums = defaultdict(float)
    for instant, value in zip(one.at_ms.tolist(), one.values.tolist(), strict=True):
        sums[datetime.fromtimestamp(instant / 1000, ZoneInfo(PARIS)).date()] += value
    return sums


@pytest.fixture(scope="module")
def year():
    return passages(YEAR[0] - 5 * HOUR_MS, YEAR[1])


@pytest.mark.parametrize(("day", "quarters"), [("2025-03-30", 92), ("2025-10-26", 100), ("2025-06-10", 96)])
def test_a_day_of_23_24_or_25_hours_counts_what_passed_in_it(year, day, quarters):
    wanted = {channel: by_date(year["passages", channel])[date.fromisoformat(day)] for channel in (1, 2)}
    for tracks in (year, meters(year), year | meters(year)):
        found = run("mobility_count", "1d", f"{day} 12:00", tracks)
        assert {channel: one.value for channel, one in found.items()} == wanted | {0: sum(wanted.values())}
        assert (found[1].count, found[1].expected, found[0].expected) == (quarters, quarters, 2 * quarters)


def test_the_hour_that_comes_twice_is_two_hours(year):
    first, second = at("2025-10-26 02:00"), at("2025-10-26 02:00") + HOUR_MS
    for start in (first, second):
        when = datetime.fromtimestamp(start / 1000, UTC)
        one = year["passages", 1]
        wanted = sum(v for t, v in zip(one.at_ms, one.values, strict=True) if start <= t < start + HOUR_MS)
        cut = {("passages", 1): one.between(start, start + HOUR_MS)}
        label = "2025-10-26 02:30" if start == first else "2025-10-26 03:00"
        found = run("mobility_count", "1h", label, cut)
        assert (found[0].value or 0) == (wanted if start == first else 0), when


def test_a_count_with_too_little_is_null_and_a_late_reading_makes_it_whole(year):
    one = year["passages", 1]
    day = at("2025-06-10 00:00")
    lost = (one.at_ms >= day + 6 * HOUR_MS) & (one.at_ms < day + 9 * HOUR_MS)
    torn = run("mobility_count", "1d", "2025-06-10 12:00", year | {("passages", 1): without(one, lost)})
    assert (torn[1].value, torn[1].quality, torn[1].completeness) == (None, 9, 84 / 96)
    assert (torn[0].value, torn[0].completeness) == (None, 84 / 96), "one side is missing: so is the sum"
    assert torn[2].value is not None
    whole = run("mobility_count", "1d", "2025-06-10 12:00", year)
    assert whole[1].value == by_date(one)[date(2025, 6, 10)]


def test_a_meter_loses_nothing_with_lost_messages_and_begins_anew():
    counts = passages(at("2025-06-09 18:00"), at("2025-06-11 00:00"))
    wanted = by_date(counts["passages", 1])[date(2025, 6, 10)]
    meter = meters(counts)["passages_total", 1]
    lost = np.zeros(len(meter), bool)
    lost[40:47] = True
    assert (
        run("mobility_count", "1d", "2025-06-10 12:00", {("passages_total", 1): without(meter, lost)})[0].value
        == wanted
    )
    reset = np.where(np.arange(len(meter)) >= 60, meter.values - meter.values[59], meter.values)
    found = run("mobility_count", "1d", "2025-06-10 12:00", {("passages_total", 1): track(meter.at_ms, reset)})
    assert (found[0].value, found[0].details) == (wanted, {"resets": 1.0})


def test_a_sum_that_the_device_tells_beside_its_channels_is_not_added(year):
    both = track(year["passages", 1].at_ms, 1 + year["passages", 1].values + year["passages", 2].values)
    found = run("mobility_count", "1d", "2025-06-10 12:00", year | {("passages", 0): both})
    assert sorted(found) == [0, 1, 2]
    assert found[0].value == found[1].value + found[2].value


def test_a_count_of_four_hours_tells_no_hour(year):
    four = {("passages", 1): track(np.arange(*YEAR, 4 * HOUR_MS), [7.0] * 2190, step_s=4 * 3600)}
    assert run("mobility_count", "1h", "2025-06-10 10:30", four) == {}
    assert run("mobility_count", "1d", "2025-06-10 10:30", four)[0].value == 42


def test_readings_that_were_rejected_do_not_count(year):
    one = year["passages", 1]
    flags = np.where(np.arange(len(one)) % 48 == 5, 4, 1)
    found = run("mobility_count", "1d", "2025-06-10 12:00", {("passages", 1): track(one.at_ms, one.values, flags)})
    day = at("2025-06-10 00:00")
    inside = (one.at_ms >= day) & (one.at_ms < day + 24 * HOUR_MS) & (flags == 1)
    assert (found[0].value, found[0].excluded, found[0].quality) == (one.values[inside].sum(), 2, 3)


def test_tmja_of_a_whole_year_is_its_sum_over_365(year):
    found = run("mobility_tmja", "1y", "2025-06-10 12:00", year)[0]
    inside = [one.between(*YEAR).values.sum() for one in year.values()]
    assert found.value == pytest.approx(sum(inside) / 365, rel=1e-12)
    assert (found.category, found.details["days_valid"]) == ("whole", 365)
    assert found.details["channel_1"] == pytest.approx(inside[0] / 365, rel=1e-12)
    assert (found.minimum, found.sum) == (min(_totals(year).values()), sum(inside))


def test_a_leap_year_has_366_days():
    low, high = at("2024-01-01 00:00"), at("2025-01-01 00:00")
    counts = {("passages", 0): track(np.arange(low, high, 3_600_000), np.ones((high - low) // 3_600_000), step_s=3600)}
    found = run("mobility_tmja", "1y", "2024-02-29 12:00", counts)
    assert (found[0].value, found[0].expected) == (pytest.approx(24.0), 366)


def _totals(year):
    both = [by_date(one.between(*YEAR)) for one in year.values()]
    return {day: both[0][day] + both[1][day] for day in both[0]}


def _averages(totals, chosen):
    """AASHTO, in its own words: means of cells, of months, of days of the week."""
    of_weekdays = []
    for weekday in range(7):
        months = []
        for month in range(1, 13):
            cell = [
                value for day, value in totals.items() if (day.month, day.weekday()) == (month, weekday) and chosen(day)
            ]
            if cell:
                months.append(sum(cell) / len(cell))
        if months:
            of_weekdays.append(sum(months) / len(months))
    return sum(of_weekdays) / len(of_weekdays)


def test_gaps_do_not_tilt_the_average_and_the_sample_is_said(year):
    one = year["passages", 1]
    gone = (one.at_ms >= at("2025-07-05 00:00")) & (one.at_ms < at("2025-08-20 00:00"))
    hours = (one.at_ms >= at("2025-09-02 06:00")) & (one.at_ms < at("2025-09-02 12:00"))
    torn = year | {("passages", 1): without(one, gone | hours)}
    totals = {
        day: value for day, value in _totals(year).items()
        if not date(2025, 7, 5) <= day < date(2025, 8, 20) and day != date(2025, 9, 2)
    }  # fmt: skip
    both = {key: without(track_, (track_.at_ms >= at("2025-07-05 00:00")) & (track_.at_ms < at("2025-08-20 00:00")))
            for key, track_ in torn.items()}  # fmt: skip
    found = run("mobility_tmja", "1y", "2025-06-10 12:00", both)[0]
    assert found.value == pytest.approx(_averages(totals, lambda _: True), rel=1e-9)
    assert found.category == "average_of_averages"
    sample = {name: found.details[name] for name in ("days_valid", "days_absent", "days_invalid")}
    assert sample == {"days_valid": 365 - 47, "days_absent": 46, "days_invalid": 1}
    working = run("mobility_tmjo", "1y", "2025-06-10 12:00", both)[0]
    assert working.value == pytest.approx(_averages(totals, is_working_day), rel=1e-9)


def test_half_a_year_is_no_year(year):
    half = {key: one.between(YEAR[0], at("2025-09-15 00:00")) for key, one in year.items()}
    found = run("mobility_tmja", "1y", "2025-06-10 12:00", half)[0]
    assert (found.value, found.quality, found.count, found.expected) == (None, 9, 257, 365)


def test_working_days_are_monday_to_friday_without_holidays(year):
    days = [date(2025, 5, 1) + timedelta(days=n) for n in range(31)]
    off = {date(2025, 5, 1), date(2025, 5, 8), date(2025, 5, 29)}
    wanted = [_totals(year)[day] for day in days if day.weekday() < 5 and day not in off]
    found = run("mobility_tmjo", "1mo", "2025-05-10 12:00", year)[0]
    assert found.value == pytest.approx(sum(wanted) / len(wanted), rel=1e-12)
    assert found.expected == len(wanted) == 19


def test_easter_is_that_of_dateutil():
    known = pytest.importorskip("dateutil.easter")
    assert [easter(year) for year in range(1900, 2200)] == [known.easter(year) for year in range(1900, 2200)]
    assert len(french_holidays(2026)) == 11


def test_the_share_of_a_direction_and_a_side_that_is_blocked(year):
    day = at("2025-06-10 00:00")
    found = run("mobility_direction_share", "1d", "2025-06-10 12:00", year)[0]
    sums = [one.between(day, day + 24 * HOUR_MS).values.sum() for one in year.values()]
    assert found.value == pytest.approx(100 * sums[0] / sum(sums))
    assert (found.category, found.details["hours_judged"]) == ("", 24)
    one = year["passages", 2]
    masked = one.values * ~((one.at_ms >= day + 9 * HOUR_MS) & (one.at_ms < day + 12 * HOUR_MS))
    blocked = year | {("passages", 2): track(one.at_ms, masked, property_id=60, channel=2)}
    found = run("mobility_direction_share", "1d", "2025-06-10 12:00", blocked)[0]
    assert (found.category, found.details["hours_outside"]) == ("blocked", 3)
    hour = run("mobility_direction_share", "1h", "2025-06-10 10:30", blocked)[0]
    assert (hour.category, hour.value) == ("blocked", 100)
    draw = 400 * (0.25 / year["passages", 1].between(day + 10 * HOUR_MS, day + 11 * HOUR_MS).values.sum()) ** 0.5
    assert 50 - 1.5 * draw < hour.details["low_pct"] < 50 - 0.8 * draw < 50 + 0.8 * draw < hour.details["high_pct"]
    assert run("mobility_direction_share", "1h", "2025-06-10 13:30", blocked)[0].category == ""


def test_a_share_that_varies_from_week_to_week_has_a_wide_band():
    weeks = (np.arange(*YEAR, QUARTER_MS) - YEAR[0]) // (7 * 24 * HOUR_MS)
    tide = np.where(weeks % 2, 35, 65)
    counts = {
        ("passages", 1): track(np.arange(*YEAR, QUARTER_MS), tide, property_id=60, channel=1),
        ("passages", 2): track(np.arange(*YEAR, QUARTER_MS), 100 - tide, property_id=60, channel=2),
    }
    found = run("mobility_direction_share", "1h", "2025-06-10 10:30", counts)[0]
    assert (found.category, found.details["low_pct"], found.details["high_pct"]) == ("", 0, 100)


def test_nothing_is_judged_without_a_past_and_nothing_is_said_without_directions(year):
    day = at("2025-06-10 00:00")
    alone = {key: one.between(day, day + 24 * HOUR_MS) for key, one in year.items()}
    found = run("mobility_direction_share", "1d", "2025-06-10 12:00", alone)[0]
    assert (found.details["hours_judged"], found.category) == (0, "")
    assert run("mobility_direction_share", "1d", "2025-06-10 12:00", {("passages", 0): year["passages", 1]}) == {}
    torn = alone | {("passages", 2): alone["passages", 2].between(day, day + 12 * HOUR_MS)}
    found = run("mobility_direction_share", "1d", "2025-06-10 12:00", torn)[0]
    assert (found.value, found.quality, found.category, found.details) == (None, 9, "", {})


def test_the_band_is_that_of_the_hour_of_the_week_across_the_change_of_clocks(year):
    """On Monday 31 March 2025 at 8 o'clock the past is what was at 7 to 9 on Mondays, an hour later in UTC."""
    low, high = at("2025-02-20 00:00"), at("2025-04-02 00:00")
    instants = np.arange(low, high, QUARTER_MS)
    hours = np.array([datetime.fromtimestamp(one / 1000, ZoneInfo(PARIS)).hour for one in instants])
    tide = np.where(hours < 12, 90, 10)  # all go in by the morning
    counts = {
        ("passages", 1): track(instants, tide, property_id=60, channel=1),
        ("passages", 2): track(instants, 100 - tide, property_id=60, channel=2),
    }
    for hour in (8, 10, 14):
        found = run("mobility_direction_share", "1h", f"2025-03-31 {hour:02}:30", counts)[0]
        assert found.category == "", hour
        assert found.details["low_pct"] < found.value < found.details["high_pct"]


@pytest.mark.parametrize("way", [Way.COUNT, Way.METER])
def test_passages_are_those_of_the_windows_of_the_property(way):
    rng = np.random.default_rng(11)
    for size in (0, 1, 2, 300):
        instants = np.sort(rng.integers(0, 40, size)) * QUARTER_MS * 3
        rows = track(instants, rng.integers(0, 50, size), rng.choice([1, 1, 1, 2, 3, 4], size), step_s=2700)
        starts = np.arange(0, 90) * HOUR_MS
        ends = starts + rng.integers(1, 30, 90) * HOUR_MS
        low, high = np.searchsorted(rows.at_ms, starts), np.searchsorted(rows.at_ms, ends)
        before = predecessors(rows.at_ms, rows.flags, low, starts) if way is Way.METER else None
        stated = statistics(way, rows.values, rows.at_ms, rows.flags, low, high, before)
        said = honest(way, stated, ends - starts, np.full(90, 2700))
        found = counted(way, rows, starts, ends)
        for mine, theirs in (
            (found.passages, said.statistics.value), (found.readings, stated.count), (found.excluded, stated.excluded),
            (found.unknown, stated.unknown), (found.expected, said.expected), (found.resets, stated.resets),
            (found.completeness, said.completeness),
        ):  # fmt: skip
            np.testing.assert_array_equal(mine, theirs)
