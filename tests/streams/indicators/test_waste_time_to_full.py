"""The time until a container is full, held against plain loops, and against what came."""

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from looked_at import HOUR_MS, PARIS, at, run, without

from vigie.streams.core.waste.cycles import cycles
from vigie.streams.core.waste.falls import falls
from vigie.streams.core.windows.legal_hours import hours_of_week, legal_offsets_ms
from vigie.streams.core.windows.slope import theil_sen, thinned
from vigie.streams.core.windows.track import track

STEP_S = 3600
DAY = 24 * HOUR_MS


def container(end: str, rate_of, days: int = 40, seed: int = 3, noise: float = 0.0, top: float = 90.0):
    """Hourly readings up to an instant: `rate_of(legal moment)` points an hour, emptied to 4 % once above `top`."""
    rng = np.random.default_rng(seed)
    instants = np.arange(at(end) - days * DAY, at(end), HOUR_MS)
    fill, level = np.empty(len(instants)), 4.0
    for place, instant in enumerate(instants):
        level = 4.0 if level > top else level + rate_of(datetime.fromtimestamp(instant / 1000, ZoneInfo(PARIS)))
        fill[place] = level
    return {("fill", 0): track(instants, np.clip(fill + rng.normal(0, noise, len(fill)), 0, 100), step_s=STEP_S)}


def busy(moment: datetime) -> float:
    return (1.0 if 8 <= moment.hour < 20 else 0.1) * (1.5 if moment.weekday() >= 5 else 1.0)


# -- the same, by hand


def slope_by_hand(points):
    every = -(-len(points) // 96)
    points = points[::-1][::every]
    pairs = [(a, b) for i, a in enumerate(points) for b in points[i + 1 :] if a[0] != b[0]]
    return median((a[1] - b[1]) / ((a[0] - b[0]) / HOUR_MS) for a, b in pairs)


def hour_of_week(instant):
    moment = datetime.fromtimestamp(instant / 1000, ZoneInfo(PARIS))
    return moment.weekday(), moment.hour


def forecast_by_hand(points, level, begin, last, target):
    now = median(v for _, v in points[max(begin, last - 2) : last + 1])
    elapsed = (points[last][0] - points[begin][0]) / HOUR_MS
    slope = max(slope_by_hand(points[begin : last + 1]), 0) if last - begin >= 2 and elapsed >= 6 else None
    gained, spent = {}, {}
    for i in range(1, begin):
        rise, hours = level[i] - level[i - 1], (points[i][0] - points[i - 1][0]) / HOUR_MS
        if rise > -10 and hours <= 6:
            slot = hour_of_week(points[i - 1][0])
            gained[slot], spent[slot] = gained.get(slot, 0) + rise, spent.get(slot, 0) + hours
    overall = sum(gained.values()) / sum(spent.values()) if spent else None
    if overall is None and slope is None:
        return None
    weight = 0 if slope is None else 1 if overall is None else elapsed / (elapsed + 48)
    need, hour = target - now, 0
    if need <= 0:
        return 0.0, now
    while hour < 1440:
        slot = hour_of_week(points[last][0] + hour * HOUR_MS)
        past = 0 if overall is None else max(gained[slot] / spent[slot], 0) if slot in spent else overall
        rate = weight * (slope or 0) + (1 - weight) * past
        if need <= rate:
            return hour + need / rate, now
        need, hour = need - rate, hour + 1
    return None, now


def time_by_hand(one, end_at):
    points = list(zip(one.at_ms.tolist(), one.values.tolist(), strict=True))
    value = [v for _, v in points]
    level = [value[0], *(median(value[i - 1 : i + 2]) for i in range(1, len(value) - 1)), median(value[-3:])]
    begins = falls(one.at_ms, one.values)  # held against plain loops in test_waste_indicators
    begins = begins.place[begins.what == 2].tolist()
    ratios, errors = [], []
    for begin, end in pairwise(begins):
        known = sorted(ratios)
        middle = median(known) if len(known) >= 5 else 1.0
        reached = min(80.0, max(level[begin:end]))
        first = datetime.fromtimestamp(points[begin][0] / 1000, ZoneInfo(PARIS)).date()
        for day in range(1, 60):
            midnight = at(f"{first + timedelta(days=day)} 00:00")
            before = [i for i in range(begin, end) if points[i][0] < midnight]
            if midnight > points[end - 1][0] or len(before) < 3:
                continue
            last = before[-1]
            after = [i for i in range(last + 1, end) if level[i] >= reached]
            said = forecast_by_hand(points, level, begin, last, reached)
            if not after or said is None or said[1] > reached - 5:
                continue
            truth = (points[after[0]][0] - points[last][0]) / HOUR_MS
            hours = 1440 if said[0] is None else said[0]
            ratios.append(truth / hours)
            errors.append(abs(hours * middle - truth))
    hours, _ = forecast_by_hand(points, level, begins[-1], len(points) - 1, 80.0)
    gone = (end_at - points[-1][0]) / HOUR_MS
    low, middle, high = np.percentile(ratios, [10, 50, 90])
    return hours * low - gone, hours * middle - gone, hours * high - gone, median(errors), len(errors)


@pytest.mark.parametrize("day", ["2026-06-20", "2026-03-29", "2026-10-25"])
def test_the_forecast_and_its_past_error_are_those_of_plain_loops(day):
    end = f"{datetime.fromisoformat(day) + timedelta(days=1):%Y-%m-%d} 00:00"
    tracks = container(end, busy, noise=1.0, top=86.0)
    found = run("waste_time_to_full", "1d", f"{day} 12:00", tracks)[0]
    looked_at = tracks["fill", 0].between(at(f"{day} 00:00") - 35 * DAY, at(end))
    low, middle, high, error, forecasts = time_by_hand(looked_at, at(end))
    assert forecasts >= 10
    assert found.details["past_forecasts"] == forecasts
    assert found.details["past_error_h"] == pytest.approx(error, abs=1e-6)
    assert found.value == found.details["p50"] == pytest.approx(middle, abs=1e-6)
    assert (found.details["p10"], found.details["p90"]) == pytest.approx((low, high), abs=1e-6)
    assert found.expected == {"2026-06-20": 24, "2026-03-29": 23, "2026-10-25": 25}[day]


def test_a_container_that_fills_evenly_is_foretold_to_the_hour():
    tracks = container("2026-06-21 00:00", lambda _: 0.5)
    found = run("waste_time_to_full", "1d", "2026-06-20 12:00", tracks)[0]
    now = tracks["fill", 0].values[-1]
    # From the last reading, an hour before midnight; the median of three lags by one of them.
    assert found.value == pytest.approx((80 - (now - 0.5)) / 0.5 - 1, abs=1.5)
    assert found.details["rate"] == pytest.approx(0.5, abs=0.01)
    assert found.details["past_error_h"] <= 1.5
    assert found.details["p10"] <= found.value <= found.details["p90"]


def test_what_was_foretold_comes_true_within_its_band_most_times():
    whole = container("2026-08-20 00:00", busy, days=110, noise=1.0)
    one = whole["fill", 0]
    inside, errors = [], []
    for day in range(40):
        noon = datetime(2026, 6, 20, 12) + timedelta(days=day)
        found = run("waste_time_to_full", "1d", f"{noon:%Y-%m-%d %H:%M}", whole)[0]
        midnight = at(f"{noon + timedelta(days=1):%Y-%m-%d} 00:00")
        later = one.values[(one.at_ms >= midnight)]
        came = np.flatnonzero(later >= 80)
        if found.category or not len(came):
            continue
        errors.append(abs(found.value - came[0]))
        inside.append(found.details["p10"] - 1 <= came[0] <= found.details["p90"] + 1)
    assert len(inside) > 25
    assert np.mean(inside) > 0.6
    assert np.median(errors) < 8


def test_a_full_one_needs_no_forecast_and_a_slow_one_has_none():
    rising = np.append(np.linspace(10, 90, 24 * 9), [90.0] * 24)
    instants = at("2026-06-21 00:00") + np.arange(-len(rising), 0) * HOUR_MS
    full = run("waste_time_to_full", "1d", "2026-06-20 12:00", {("fill", 0): track(instants, rising, step_s=STEP_S)})[0]
    assert (full.value, full.category, full.last) == (0.0, "full", 90.0)
    still = run(
        "waste_time_to_full",
        "1d",
        "2026-06-20 12:00",
        {("fill", 0): track(instants, np.full(len(instants), 30.0), step_s=STEP_S)},
    )[0]
    assert (still.value, still.category, still.quality) == (None, "beyond", 9)
    two = {("fill", 0): track(instants[-2:], [30.0, 31.0], step_s=43_200)}
    assert run("waste_time_to_full", "1d", "2026-06-20 12:00", two)[0].category == "unknown"


def test_without_past_cycles_the_slope_speaks_alone_and_says_no_band():
    instants = at("2026-06-21 00:00") + np.arange(-72, 0) * HOUR_MS
    found = run(
        "waste_time_to_full",
        "1d",
        "2026-06-20 12:00",
        {("fill", 0): track(instants, 10 + np.arange(72) / 2, step_s=STEP_S)},
    )[0]
    assert found.details == {"rate": 0.5, "weight": 1.0, "past_forecasts": 0.0, "p50": found.value}
    assert found.value == pytest.approx((80 - 45) / 0.5 - 1)


def test_below_three_quarters_of_the_day_nothing_is_foretold():
    one = container("2026-06-21 00:00", busy)["fill", 0]
    assert run(
        "waste_time_to_full", "1d", "2026-06-20 12:00", {("fill", 0): without(one, np.arange(len(one)) >= len(one) - 6)}
    )[0].value
    gone = run(
        "waste_time_to_full", "1d", "2026-06-20 12:00", {("fill", 0): without(one, np.arange(len(one)) >= len(one) - 7)}
    )[0]
    assert (gone.value, gone.quality, gone.details, gone.count) == (None, 9, {}, 17)


def test_a_reading_weeks_ago_that_comes_late_changes_the_forecast():
    one = container("2026-06-21 00:00", busy, noise=1.0)["fill", 0]
    gone = (one.at_ms >= at("2026-06-01 00:00")) & (one.at_ms < at("2026-06-04 00:00"))
    before = run("waste_time_to_full", "1d", "2026-06-20 12:00", {("fill", 0): without(one, gone)})[0]
    after = run("waste_time_to_full", "1d", "2026-06-20 12:00", {("fill", 0): one})[0]
    assert before.value != after.value


# -- its parts


def test_hours_of_the_week_in_legal_time():
    instants = np.arange(at("2026-01-01 00:00"), at("2027-01-02 00:00"), 1_234_567)
    moments = [datetime.fromtimestamp(one / 1000, ZoneInfo(PARIS)) for one in instants.tolist()]
    assert hours_of_week(instants, PARIS).tolist() == [24 * one.weekday() + one.hour for one in moments]
    assert (legal_offsets_ms(instants, PARIS) // 1000).tolist() == [one.utcoffset().seconds for one in moments]
    assert len(legal_offsets_ms(instants[:0], PARIS)) == 0


def test_a_slope_takes_readings_evenly_and_the_last_always():
    assert thinned(0).tolist() == []
    assert (len(thinned(1000)), thinned(1000)[-1]) == (91, 999)
    assert np.isnan(theil_sen(np.array([5, 5]), np.array([1.0, 2.0])))


def test_rates_leave_out_long_gaps_and_falls():
    instants = np.array([0, 1, 2, 10, 11, 12, 13, 14]) * HOUR_MS
    fill = np.array([10.0, 11, 12, 40, 41, 42, 5, 5])
    found = cycles(instants, fill, falls(instants, fill), "UTC", 10.0)
    assert found.rise.tolist() == [0, 1, 1, 0, 1, 0, 0, 0]
    assert found.hours.tolist() == [0, 1, 1, 0, 1, 1, 0, 1]
