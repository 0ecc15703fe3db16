"""Indicators of lighting on a cabinet of our own making, held against plain loops and the sun's own crossing times."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from looked_at import HOUR_MS, MARSEILLE, MINUTE_MS, PARIS, at, run, without

from vigie.streams.core.lighting.lamps import step_down
from vigie.streams.core.lighting.nights import dark
from vigie.streams.core.quality.sun import sun_elevation
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.track import track

QUARTER_MS = 900_000
FULL_W, IDLE_W = 6000.0, 35.0
ANGLE = -3.0
DAY = "2025-04-10"
LOW, HIGH = at("2025-01-20 00:00"), at("2025-04-12 00:00")


def bisect(begin: int, falling: bool, angle: float) -> int:
    """When the sun passes an angle in the twelve hours after an instant, by halving."""
    low, high = begin, begin + 12 * HOUR_MS
    while high - low > 1000:
        middle = (low + high) // 2
        above = sun_elevation(np.array([middle]), *MARSEILLE)[0] > angle
        low, high = (middle, high) if above == falling else (low, middle)
    return low


def noons(low: int = LOW, high: int = HIGH):
    day = datetime.fromtimestamp(low / 1000, ZoneInfo(PARIS)).date()
    while at(f"{day} 12:00") < high:
        yield at(f"{day} 12:00")
        day += timedelta(days=1)


@pytest.fixture(scope="module")
def lit_times():
    """Of each night by its noon: from when to when the lamps burn."""
    return {noon: (bisect(noon, True, ANGLE), bisect(noon + 12 * HOUR_MS, False, ANGLE)) for noon in noons()}


def power(lit_times, lamps_w=lambda _: FULL_W):
    """Power each minute; lamps_w says how much the lamps draw at an instant."""
    minutes = np.arange(LOW, HIGH, MINUTE_MS)
    watts = np.full(len(minutes), IDLE_W)
    for on, off in lit_times.values():
        burning = (minutes >= on) & (minutes < off)
        watts[burning] += [lamps_w(one) for one in minutes[burning].tolist()]
    return minutes, watts


def readings(minutes, watts, property_id=71):
    return {("active_power", 0): track(minutes[::15], watts[::15], property_id=property_id)}


def index(minutes, watts):
    """What a meter shows each quarter of an hour."""
    wh = 1_000_000 + np.concatenate([[0], np.cumsum(watts / 60)[:-1]])
    return {("active_energy_index", 0): track(minutes[::15], wh[::15], property_id=70)}


@pytest.fixture(scope="module")
def usual(lit_times):
    return power(lit_times)


def test_the_sun_is_below_an_angle_as_long_as_the_year_has_it():
    year = at("2025-01-01 00:00"), at("2026-01-01 00:00")
    minutes = np.arange(*year, MINUTE_MS)
    heights = sun_elevation(minutes, *MARSEILLE)
    for angle, hours in ((-0.83, 4300), (-3, 4142), (-4, 4070), (-6, 3920)):
        found = dark(*year, *MARSEILLE, angle)
        assert found.hours == pytest.approx(hours, abs=3)
        assert found.hours == pytest.approx((heights < angle).sum() / 60, abs=0.5)
        assert len(found.falls_at) == len(found.rises_at) == 365


@pytest.mark.parametrize(("day", "hours"), [("2025-04-10", 24), ("2025-03-30", 23)])
def test_the_energy_of_a_night_is_that_from_noon_to_noon(usual, day, hours):
    minutes, watts = usual
    end = at(f"{day} 12:00")
    begin = end - hours * HOUR_MS
    wh = watts[(minutes >= begin) & (minutes < end)].sum() / 60
    inside = (minutes > begin) & (minutes <= end)
    by_meter = run("lighting_kwh_night", "1d", f"{day} 15:00", index(minutes, watts))[0]
    assert by_meter.value == pytest.approx(wh / 1000, rel=2e-3), "a rise belongs to the reading that ends it"
    shown = index(minutes, watts)["active_energy_index", 0]
    rises = [
        later - earlier
        for instant, earlier, later in zip(shown.at_ms[1:], shown.values, shown.values[1:], strict=False)
        if begin <= instant < end
    ]
    assert by_meter.value == pytest.approx(sum(rises) / 1000, rel=1e-9)
    assert (by_meter.completeness, by_meter.expected) == (1.0, hours * 4)
    by_power = run("lighting_kwh_night", "1d", f"{day} 15:00", readings(minutes, watts))[0]
    assert by_power.value == pytest.approx(wh / 1000, rel=0.02)
    assert (inside.sum(), by_meter.category) == (hours * 60, "")
    assert by_meter.details["expected_kwh"] == pytest.approx(by_meter.value, rel=0.03)


def test_indexes_of_periods_add_up_and_a_month_is_the_sum_of_its_nights(usual):
    minutes, watts = usual
    shown = index(minutes, watts)["active_energy_index", 0]
    steps = np.diff(shown.values, prepend=shown.values[0])
    by_day = np.arange(len(steps)) % 3 == 0
    parts = {
        ("active_energy_index", channel): track(shown.at_ms, np.cumsum(np.where(chosen, steps, 0)), channel=channel)
        for channel, chosen in ((1, by_day), (2, ~by_day))
    }  # fmt: skip
    whole = {("active_energy_index", 0): shown}
    assert run("lighting_kwh_night", "1d", f"{DAY} 15:00", parts)[0].value == pytest.approx(
        run("lighting_kwh_night", "1d", f"{DAY} 15:00", whole)[0].value
    )
    nights = [run("lighting_kwh_night", "1d", f"{date(2025, 3, day)} 15:00", whole)[0].value for day in range(1, 32)]
    month = run("lighting_kwh_night", "1mo", "2025-03-10 12:00", whole)[0]
    assert month.value == pytest.approx(sum(nights), rel=1e-9)
    burn = [run("lighting_burn_hours", "1d", f"{date(2025, 3, day)} 15:00", whole)[0].value for day in range(1, 32)]
    assert run("lighting_burn_hours", "1mo", "2025-03-10 12:00", whole)[0].value == pytest.approx(sum(burn), abs=0.01)


def test_a_meter_bridges_an_hour_without_readings_but_not_a_night(usual):
    shown = index(*usual)["active_energy_index", 0]
    whole = run("lighting_kwh_night", "1d", f"{DAY} 15:00", {("active_energy_index", 0): shown})[0]
    for hours, value in ((2, whole.value), (9, None)):
        gone = (shown.at_ms >= at(f"{DAY} 00:00")) & (shown.at_ms < at(f"{DAY} 00:00") + hours * HOUR_MS)
        found = run("lighting_kwh_night", "1d", f"{DAY} 15:00", {("active_energy_index", 0): without(shown, gone)})[0]
        assert found.value == (None if value is None else pytest.approx(value))
        assert (found.quality == 9) == (value is None)
    late = gone & (shown.at_ms != at(f"{DAY} 03:30"))
    found = run("lighting_kwh_night", "1d", f"{DAY} 15:00", {("active_energy_index", 0): without(shown, late)})[0]
    assert (found.value, found.quality) == (None, 9), "five hours are still not known"
    late &= shown.at_ms != at(f"{DAY} 07:15")
    found = run("lighting_kwh_night", "1d", f"{DAY} 15:00", {("active_energy_index", 0): without(shown, late)})[0]
    assert found.value == pytest.approx(whole.value), "two readings that came late make gaps that are known"


def test_what_is_drawn_before_noon_is_of_the_night_that_ends(usual):
    minutes, watts = usual
    market = (minutes >= at(f"{DAY} 11:00")) & (minutes < at(f"{DAY} 12:00"))
    alone = run("lighting_kwh_night", "1d", f"{DAY} 15:00", index(minutes, watts))[0].value
    beside = run("lighting_kwh_night", "1d", f"{DAY} 15:00", index(minutes, watts + 1000 * market))[0].value
    assert beside - alone == pytest.approx(0.75), "three of its quarters end before noon"


def test_a_night_that_takes_much_more_is_high(lit_times):
    begin = at("2025-04-09 12:00")
    found = run(
        "lighting_kwh_night",
        "1d",
        f"{DAY} 15:00",
        index(*power(lit_times, lambda t: FULL_W * (1.4 if t > begin else 1))),
    )
    assert (found[0].category, found[0].details["z"] > 10) == ("high", True)


@pytest.mark.parametrize("day", [DAY, "2025-03-30"])
def test_on_and_off_are_told_against_the_learned_angle(lit_times, usual, day):
    for tracks, within in ((readings(*usual), 8), (index(*usual), 1)):
        for name, place in (("on", 0), ("off", 1)):
            found = run(f"lighting_{name}_at", "1d", f"{day} 15:00", tracks)[0]
            noon = at(f"{date.fromisoformat(day) - timedelta(days=1)} 12:00")
            real = lit_times[noon][place]
            assert abs(found.details[f"{name}_at"] - real) <= within * MINUTE_MS
            assert abs(found.value) <= 9
            assert found.details["angle_deg"] == pytest.approx(ANGLE, abs=0.7)
            assert found.details["nights_learned"] == 14


def test_an_hour_late_is_an_hour_late(lit_times):
    noon = at("2025-04-09 12:00")
    on, off = lit_times[noon]
    late = lit_times | {noon: (on + HOUR_MS, off - HOUR_MS // 2)}
    tracks = index(*power(late))
    assert run("lighting_on_at", "1d", f"{DAY} 15:00", tracks)[0].value == pytest.approx(60, abs=2)
    assert run("lighting_off_at", "1d", f"{DAY} 15:00", tracks)[0].value == pytest.approx(-30, abs=2)
    never = dict(lit_times)
    never[noon] = (on, on)
    found = run("lighting_on_at", "1d", f"{DAY} 15:00", index(*power(never)))[0]
    assert (found.value, found.category, found.quality) == (None, "never", 9)


def test_burn_hours_are_those_of_the_lamps(lit_times, usual):
    for day in (DAY, "2025-03-30"):
        on, off = lit_times[at(f"{date.fromisoformat(day) - timedelta(days=1)} 12:00")]
        found = run("lighting_burn_hours", "1d", f"{day} 15:00", readings(*usual), angle_deg=ANGLE)[0]
        assert found.value == pytest.approx((off - on) / HOUR_MS, abs=0.26)
        assert found.details["expected_h"] == pytest.approx((off - on) / HOUR_MS, abs=0.02)
        assert found.details["ratio_pct"] == pytest.approx(100, abs=4)


def test_a_cabinet_that_burns_by_day(lit_times, usual):
    minutes, watts = usual
    burning = (minutes >= at(f"{DAY} 13:00")) & (minutes < at(f"{DAY} 15:00"))
    found = run("lighting_day_burn", "1d", f"{DAY} 15:00", readings(minutes, np.where(burning, FULL_W, watts)))[0]
    assert (found.value, found.category) == (120, "day_burn")
    found = run("lighting_day_burn", "1d", f"{DAY} 15:00", readings(minutes, watts))[0]
    assert (found.value, found.category) == (0, "")
    few = {key: one.where(np.arange(len(one)) % 4 == 0) for key, one in readings(minutes, watts).items()}
    found = run("lighting_day_burn", "1d", f"{DAY} 15:00", few)[0]
    assert (found.value, found.quality) == (None, 9)


def test_a_night_without_light_is_out_and_a_pause_that_is_usual_is_not(lit_times):
    def paused(instant):
        return FULL_W * (not 1 <= datetime.fromtimestamp(instant / 1000, ZoneInfo(PARIS)).hour < 5)

    minutes, watts = power(lit_times, paused)
    found = run("lighting_night_out", "1d", f"{DAY} 15:00", readings(minutes, watts))[0]
    assert (found.value, found.category) == (0, "")
    after = run("lighting_night_out", "1d", "2025-04-01 15:00", readings(minutes, watts))[0]
    assert after.value == 0, "the pause is of legal time: an hour earlier since Sunday"
    out = (minutes >= at("2025-04-09 22:00")) & (minutes < at(f"{DAY} 00:00"))
    found = run("lighting_night_out", "1d", f"{DAY} 15:00", readings(minutes, np.where(out, 0.0, watts)))[0]
    assert found.value == pytest.approx(120, abs=16)
    assert found.category == "night_out"


def test_lamps_lost_are_counted_from_the_step_and_come_back_with_the_repair(lit_times):
    rng = np.random.default_rng(7)
    nightly = {noon: rng.normal(0, 12) for noon in lit_times}

    def losing(since, until, lost_w):
        def lamps_w(instant):
            noon = max(one for one in nightly if one <= instant)
            return FULL_W + nightly[noon] - (lost_w if since <= instant < until else 0)

        return readings(*power(lit_times, lamps_w))

    broke, mended = at("2025-03-28 12:00"), at("2025-04-06 12:00")
    found = run("lighting_lamps_lost", "1d", f"{DAY} 15:00", losing(broke, HIGH, 240.0), lamp_w=80)[0]
    assert found.value == pytest.approx(3, abs=0.3)
    assert found.category == "step"
    assert abs(found.details["since_at"] - broke) <= 2 * 24 * HOUR_MS
    found = run("lighting_lamps_lost", "1d", f"{DAY} 15:00", losing(broke, mended, 240.0), lamp_w=80)[0]
    assert (found.value, found.category) == (0, "")
    found = run("lighting_lamps_lost", "1d", f"{DAY} 15:00", losing(broke, broke, 240.0))[0]
    assert (found.value, found.category) == (0, "")
    short = {key: one.between(at("2025-03-31 12:00"), HIGH) for key, one in losing(broke, broke, 0.0).items()}
    found = run("lighting_lamps_lost", "1d", f"{DAY} 15:00", short)[0]
    assert (found.value, found.count, found.quality) == (None, 10, 9)


def test_the_cumulated_sum_is_that_of_its_book():
    rng = np.random.default_rng(3)
    levels = np.concatenate([rng.normal(1000, 10, 30), rng.normal(985, 10, 15)])
    before = np.median(levels[:14])
    spread = max(1.4826 * np.median(abs(levels[:14] - before)), 0.005 * before)
    sums, total = [], 0.0
    for level in levels[14:]:
        total = max(0.0, total + (before - level) / spread - 0.5)
        sums.append(total)
    found = step_down(levels)
    assert found.highest == pytest.approx(max(sums))
    assert found.lost_w == pytest.approx(before - np.median(levels[-5:]))
    assert step_down(levels[:14]) is None


def frames(begin, end, step=QUARTER_MS):
    return np.arange(at(begin), at(end), step)


def test_a_power_cut_is_shared_and_a_loss_of_communication_is_not():
    def broken(whole, begin="2025-04-10 10:00", end="2025-04-10 12:00"):
        return whole[(whole <= at(begin)) | (whole >= at(end))]

    whole = frames("2025-04-08 00:00", "2025-04-11 00:00")
    mine = broken(whole)

    def tell(instants, neighbours, watts=0.0):
        tracks = {("active_energy_index", 0): track(instants, 5000 + (instants - whole[0]) / HOUR_MS * watts)}
        facts = {"neighbours": tuple(neighbours)}
        return run("lighting_power_cut", "1d", f"{DAY} 15:00", tracks, facts)[0]

    dead = frames("2025-01-01 00:00", "2025-04-08 06:00")
    shared = [broken(whole + 60_000), broken(whole + 120_000), dead]
    found = tell(mine, shared)
    assert (found.value, found.category) == (120, "power_cut")
    assert found.details["power_cut_min"] == 120
    found = tell(mine, [whole + 60_000, whole + 120_000])
    assert (found.value, found.category, found.details["communication_min"]) == (0, "communication", 120)
    assert tell(mine, [dead]).category == "silent"
    assert tell(whole, shared).category == ""
    assert tell(mine, shared, watts=100.0).category == "communication", "the meter ran all the time"
    going_on = broken(whole, "2025-04-10 20:00", "2025-04-11 00:00")
    found = tell(going_on, [broken(whole, "2025-04-10 20:00", "2025-04-11 00:00")])
    assert (found.value, found.category) == (240, "power_cut"), "until the end of the day"
    whole_day = broken(whole, "2025-04-09 20:00", "2025-04-11 00:00")
    found = tell(whole_day, [broken(whole, "2025-04-09 20:00", "2025-04-11 00:00")])
    assert (found.value, found.count, honest_result(found, 0.75).value) == (1440, 0, 1440), "all of the day"
    found = honest_result(tell(whole_day, [dead]), 0.75)
    assert (found.value, found.category, found.completeness) == (None, "silent", 0), "nobody can tell"
    late = np.sort(np.concatenate([mine, whole[(whole > at("2025-04-10 10:00")) & (whole < at("2025-04-10 12:00"))]]))
    assert tell(late, shared).value == 0, "its frames were only late"
