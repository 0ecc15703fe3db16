"""Days above 30 and 35 °C, tropical nights, parts of the day, against loops over readings."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from indicator_inputs import PARIS, at, every, point, result, results, window

QUARTER_MS = 900_000
CHANGES = [(2026, 3, 29), (2026, 10, 25), (2026, 7, 14), (2028, 2, 29)]


def temperatures(instants, seed=1):
    """Warm by day, by legal and solar time alike unknown to the test: a wave, weather, noise."""
    rng = np.random.default_rng(seed)
    day = instants / 86_400_000
    weather = 6 * np.sin(day / 3.7) + 3 * np.sin(day / 11)
    return np.round(24 + weather + 7 * np.sin((day - 0.3) * 2 * np.pi) + rng.normal(0, 0.4, len(instants)), 2)


@pytest.fixture(scope="module")
def year():
    instants = every(900, at(2026, 1, 1) - 86_400_000, at(2027, 1, 1) + 86_400_000)
    return instants, temperatures(instants)


def here(year):
    return point(air_temperature=(*year, 900))


def legal(instant):
    return datetime.fromtimestamp(instant / 1000, ZoneInfo(PARIS))


def maxima_by_hand(year, shift_h, legal_time):
    """Date -> the day's values; a day of UTC begins at `shift_h` of its date."""
    found = {}
    for instant, value in zip(*(column.tolist() for column in year), strict=True):
        wall = legal(instant) if legal_time else datetime.fromtimestamp(instant / 1000, UTC) - timedelta(hours=shift_h)
        found.setdefault(wall.date(), []).append(value)
    return {date: max(values) for date, values in found.items()}


@pytest.mark.parametrize("threshold", [30, 35])
@pytest.mark.parametrize("civil", [False, True])
def test_days_above_are_those_whose_maximum_is(year, threshold, civil):
    name = f"heat_civil_days_over_{threshold}" if civil else f"heat_days_over_{threshold}"
    by_day = maxima_by_hand(year, 6, civil)
    over = {date: value > threshold for date, value in by_day.items() if date.year == 2026}
    assert 0 < sum(over.values()) < 365
    found = result(name, window("1y", 2026, 5, 5), [here(year)])
    assert (found.value, found.count, found.expected, found.completeness) == (sum(over.values()), 365, 365, 1.0)
    assert found.details == {"hottest": max(by_day[date] for date in over)}
    july = result(name, window("1mo", 2026, 7, 5), [here(year)])
    assert july.value == sum(one for date, one in over.items() if date.month == 7)
    for day in [(2026, 3, 29), (2026, 10, 25), (2026, 7, 14), (2026, 7, 20), (2026, 1, 1), (2026, 12, 31)]:
        found = result(name, window("1d", *day, 12), [here(year)])
        assert found.value == over[datetime(*day).date()]
        assert found.details["hottest"] == by_day[datetime(*day).date()]
        assert found.count == found.expected == {(3, True): 92, (10, True): 100}.get((day[1], civil), 96)


def test_above_is_strictly_above_and_not_below_is_not():
    span, instants = window("1d", 2026, 7, 14), every(900, at(2026, 7, 13), at(2026, 7, 16))
    for value, over, tropical in ((30.0, 0, 1), (30.01, 1, 1), (20.0, 0, 1), (19.99, 0, 0)):
        constant = point(air_temperature=(instants, np.full(len(instants), value), 900))
        assert result("heat_days_over_30", span, [constant]).value == over
        assert result("heat_tropical_night", span, [constant]).value == tropical


@pytest.mark.parametrize("code", ["1mo", "1y"])
def test_a_tropical_night_is_the_one_that_ends_in_the_day(year, code):
    nights = {}
    for instant, value in zip(*(column.tolist() for column in year), strict=True):
        wall = datetime.fromtimestamp(instant / 1000, UTC)
        if wall.hour >= 18 or wall.hour < 6:
            nights.setdefault((wall + timedelta(hours=6)).date(), []).append(value)
    wanted = {date: min(values) >= 20 for date, values in nights.items()}
    span = window(code, 2026, 10, 9)
    chosen = [one for date, one in wanted.items() if date.year == 2026 and (code == "1y" or date.month == 10)]
    found = result("heat_tropical_night", span, [here(year)])
    assert (found.value, found.count) == (sum(chosen), len(chosen))
    for day in CHANGES[:3]:
        found = result("heat_tropical_night", window("1d", *day), [here(year)])
        date = datetime(*day).date()
        assert (found.value, found.details["coolest"], found.count) == (wanted[date], min(nights[date]), 48)


def test_a_night_of_legal_hours_lasts_as_long_as_it_did(year):
    for day, quarters in zip(CHANGES[:3], (28, 36, 32), strict=True):
        found = result(
            "heat_tropical_night", window("1d", *day), [here(year)], from_hour=22.0, to_hour=6.0, legal_time=1.0
        )
        assert found.count == found.expected == quarters


@pytest.mark.parametrize("name", ["heat_days_over_30", "heat_civil_days_over_30", "heat_tropical_night"])
def test_a_thin_day_is_not_judged_until_its_readings_come(year, name):
    instants, values = year
    # between 3 and 6 in the morning, UTC: in the night and in the day of Météo-France's day before
    gone = (instants >= at(2026, 7, 14, 3, zone="UTC")) & (instants < at(2026, 7, 14, 6, zone="UTC"))
    day = (2026, 7, 13) if name == "heat_days_over_30" else (2026, 7, 14)
    span, thin = window("1d", *day), (instants[~gone], values[~gone])
    found = result(name, span, [here(thin)])
    expected = 48 if "night" in name else 96
    assert (found.value, found.quality, found.count, found.completeness) == (
        None, 9, expected - 12, (expected - 12) / expected,
    )  # fmt: skip
    assert found.details == {}
    flags = np.where(gone, 3, 1)
    assert result(name, span, [point(air_temperature=(*year, 900, flags))]).excluded == 12
    assert result(name, span, [here(year)]).value is not None
    # the month does without one such day, and not without four
    month = window("1mo", *day)
    found = result(name, month, [here(thin)])
    assert (found.count, found.expected, found.value is not None) == (30, 31, True)
    gone = (instants // QUARTER_MS % 4 == 0) & (instants < at(2026, 7, 6))
    found = result(name, month, [here((instants[~gone], values[~gone]))])
    assert (found.value, found.quality) == (None, 9)


PARTS = {"heat_mean_14_17": (14, 17, np.mean), "heat_max_14_17": (14, 17, np.max), "heat_mean_3_6": (3, 6, np.mean)}


@pytest.mark.parametrize("name", PARTS)
def test_parts_of_the_day_and_their_mean_over_months_and_summers(year, name):
    low, high, of = PARTS[name]
    by_date = {}
    for instant, value in zip(*(column.tolist() for column in year), strict=True):
        wall = legal(instant)
        if low <= wall.hour < high:
            by_date.setdefault(wall.date(), []).append(value)
    told = {date: float(of(values)) for date, values in by_date.items()}
    for day in CHANGES[:3]:
        found = result(name, window("1d", *day, 12), [here(year)])
        assert found.value == pytest.approx(told[datetime(*day).date()], abs=1e-9)
        assert (found.count, found.expected, found.maximum) == (12, 12, max(by_date[datetime(*day).date()]))
    for code, months, days in (("1y", (6, 7, 8), 92), ("1mo", (10,), 31)):
        chosen = [value for date, value in told.items() if date.year == 2026 and date.month in months]
        found = result(name, window(code, 2026, 10, 2), [here(year)])
        assert found.value == pytest.approx(sum(chosen) / days, abs=1e-9)
        assert (found.count, found.expected) == (days, days)
        assert (found.minimum, found.maximum) == pytest.approx((min(chosen), max(chosen)), abs=1e-9)
    winter = result(name, window("1y", 2026, 10, 2), [here(year)], first_month=12.0, last_month=2.0)
    assert winter.count == 31 + 31 + 28


def test_three_quarters_of_the_hours_and_of_the_days_are_asked(year):
    instants, values = year
    four = (instants >= at(2026, 7, 14, 14)) & (instants < at(2026, 7, 14, 15))
    day = window("1d", 2026, 7, 14)
    found = result("heat_mean_14_17", day, [here((instants[~four], values[~four]))])
    assert (found.value, found.count, found.completeness) == (None, 8, 8 / 12)
    three = four & (instants != at(2026, 7, 14, 14))
    late = result("heat_mean_14_17", day, [here((instants[~three], values[~three]))])
    assert late.value == pytest.approx(values[(instants >= at(2026, 7, 14, 14)) & (instants < at(2026, 7, 14, 17))
                                              & ~three].mean())  # fmt: skip
    found = result("heat_mean_14_17", window("1mo", 2026, 7, 14), [here((instants[~four], values[~four]))])
    assert (found.count, found.expected) == (30, 31)
    june = (instants >= at(2026, 6, 1)) & (instants < at(2026, 6, 24))
    found = result("heat_mean_14_17", window("1y", 2026, 7, 14), [here((instants[~june], values[~june]))])
    assert (found.count, found.value is None) == (69, False)
    june = (instants >= at(2026, 6, 1)) & (instants < at(2026, 6, 25))
    found = result("heat_mean_14_17", window("1y", 2026, 7, 14), [here((instants[~june], values[~june]))])
    assert (found.count, found.value, found.quality) == (68, None, 9)


def test_a_maximum_asks_for_nine_tenths_of_its_hours(year):
    instants, values = year
    day, hour = window("1d", 2026, 7, 14), instants - at(2026, 7, 14, 14)
    for lacking, told in ((1, True), (2, False)):
        kept = (hour < 0) | (hour >= lacking * 900_000)
        thin = [here((instants[kept], values[kept]))]
        found = result("heat_max_14_17", day, thin)
        assert (found.value is not None, found.count) == (told, 12 - lacking)
        mean = result("heat_mean_14_17", day, thin)
        assert (mean.value is not None, mean.maximum is not None) == (True, told)
        assert result("heat_max_14_17", window("1mo", 2026, 7, 14), thin).count == 31 - (not told)


def test_each_channel_is_told_and_an_unknown_step_is_no_reason_to_be_silent(year):
    both = point(air_temperature=(*year, 900), air_temperature__1=(year[0], year[1] + 10, 0))
    found = results("heat_max_14_17", window("1d", 2026, 7, 14), [both])
    assert [one.channel for one in found] == [0, 1]
    assert found[1].value == pytest.approx(found[0].value + 10)
    assert (found[1].expected, found[1].completeness) == (None, None)
