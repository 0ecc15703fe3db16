"""Gaps to the reference zone, the hourly profile, before and after works, against loops and plain numpy."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from indicator_inputs import PARIS, at, every, point, result, results, window

from vigie.streams.core.heat.difference import effect

EPOCH = date(1970, 1, 1)


def series(seed, low, high, offset=0.0, step=900, shift=0):
    instants = every(step, low + shift, high)
    rng = np.random.default_rng(seed)
    return instants, 22 + offset + 6 * np.sin(instants / 1.375e7) + rng.normal(0, 0.5, len(instants)), step


def five(day, hour=5.0):
    """Five o'clock of a date, by the clock."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(PARIS))
    return int((midnight + timedelta(hours=hour)).timestamp() * 1000)


def near_by_hand(one, instant):
    """The nearest within a quarter of an hour, the earlier of two."""
    found = [(abs(moment - instant), moment, value) for moment, value in zip(one[0], one[1], strict=True)
             if abs(moment - instant) <= 900_000]  # fmt: skip
    return min(found)[2] if found else None


@pytest.fixture(scope="module")
def october():
    low, high = at(2026, 9, 30), at(2026, 11, 2)
    return {
        "own": series(1, low, high, 2.0, shift=120_000),
        "other": series(2, low, high, 1.0, shift=420_000),
        "R1": series(3, low, high, 0.0, shift=60_000),
        "R2": series(4, low, high, -1.0, step=1800, shift=600_000),
    }


def references(found, **without):
    return [point(name, "reference", air_temperature=found[name]) for name in ("R1", "R2")] + [
        point("C1", "control", air_temperature=found["other"])
    ]


@pytest.mark.parametrize("hour", [5.0, 5.5])
def test_the_gap_at_five_is_to_the_mean_of_the_references(october, hour):
    days = [date(2026, 10, 1) + timedelta(days=place) for place in range(31)]
    gaps = []
    for day in days:
        instant = five(day, hour)
        compared = [near_by_hand(october[name], instant) for name in ("R1", "R2")]
        compared = [one for one in compared if one is not None]
        gaps.append(near_by_hand(october["own"], instant) - sum(compared) / len(compared))
    own, others = [point("P1", air_temperature=october["own"])], references(october)
    for day in (date(2026, 10, 1), date(2026, 10, 25)):  # the second has 25 hours
        found = result("heat_gap_5h", window("1d", day.year, day.month, day.day), own, others, at_hour=hour)
        assert found.value == pytest.approx(gaps[day.day - 1], abs=1e-9)
        assert (found.count, found.expected, found.completeness) == (1, 1, 1.0)
    month = result("heat_gap_5h", window("1mo", 2026, 10, 4), own, others, at_hour=hour)
    assert month.value == month.maximum == pytest.approx(max(gaps), abs=1e-9)
    assert month.mean == pytest.approx(sum(gaps) / 31, abs=1e-9)
    assert month.count == 31


def test_without_reference_the_gap_is_null_and_says_so(october):
    own, day = [point("P1", air_temperature=october["own"])], window("1d", 2026, 10, 3)
    for others in ([], [point("C1", "control", air_temperature=october["other"])],
                   [point("P1", "reference", air_temperature=october["own"])],
                   [point("R1", "reference", air_temperature=([], [], 900))]):  # fmt: skip
        found = result("heat_gap_5h", day, own, others)
        assert (found.value, found.category, found.quality, found.count) == (None, "no_reference", 9, 1)
        found = result("heat_zone_gap_5h", day, own, others)
        assert (found.value, found.category, found.quality, found.parts) == (None, "no_reference", 9, ())


def test_a_gap_needs_a_good_value_within_a_quarter_of_an_hour(october):
    instants, values, _ = october["own"]
    flags = np.where(abs(instants - at(2026, 10, 3, 5)) <= 900_000, 3, 1)
    own, day = [point("P1", air_temperature=(instants, values, 900, flags))], window("1d", 2026, 10, 3)
    found = result("heat_gap_5h", day, own, references(october))
    assert (found.value, found.category, found.excluded) == (None, "incomplete", 2)
    edge = [point("P1", air_temperature=([at(2026, 10, 3, 5, 15)], [20.0], 900))]
    assert result("heat_gap_5h", day, edge, references(october)).value is not None
    beyond = [point("P1", air_temperature=([at(2026, 10, 3, 5, 15) + 1], [20.0], 900))]
    assert result("heat_gap_5h", day, beyond, references(october)).value is None
    tie = point("P1", air_temperature=([at(2026, 10, 3, 4, 50), at(2026, 10, 3, 5, 10)], [20.0, 21.0], 900))
    assert result("heat_at_5h", day, [tie]).value == 20.0
    doubted = [point("P1", air_temperature=(instants, values, 900, np.full(len(instants), 2)))]
    assert result("heat_gap_5h", day, doubted, references(october)).quality == 2


def test_the_gap_of_a_zone_is_the_largest_of_its_sensors_and_days(october):
    points = [point("P1", air_temperature=october["own"]), point("P2", air_temperature=october["other"])]
    month = window("1mo", 2026, 10, 4)
    alone = {one.point: result("heat_gap_5h", month, [one], references(october)) for one in points}
    found = result("heat_zone_gap_5h", month, points, references(october))
    assert found.value == max(one.value for one in alone.values())
    assert dict(found.details) == pytest.approx({name: one.mean for name, one in alone.items()}, abs=1e-9)
    assert (found.parts, found.count, found.expected, found.completeness) == (("P1", "P2"), 2, 2, 1.0)
    instants, values, _ = october["other"]
    half = instants < at(2026, 10, 20)
    late = [points[0], point("P2", air_temperature=(instants[half], values[half], 900))]
    found = result("heat_zone_gap_5h", month, late, references(october))
    assert (found.value, found.category, found.completeness) == (None, "incomplete", (31 + 19) / 62)


def test_the_map_at_five_is_the_mean_of_the_days(october):
    own = [point("P1", air_temperature=october["own"])]
    wanted = [near_by_hand(october["own"], five(date(2026, 10, 1) + timedelta(days=place))) for place in range(31)]
    found = result("heat_at_5h", window("1mo", 2026, 10, 4), own)
    assert found.value == pytest.approx(sum(wanted) / 31, abs=1e-9)
    assert result("heat_at_5h", window("1d", 2026, 10, 25), own).value == wanted[24]


@pytest.mark.parametrize(("code", "months", "piece"), [("1y", (6, 7, 8), 60), ("1mo", (10,), 60), ("1mo", (10,), 30)])
def test_the_profile_is_the_mean_of_each_hour_of_the_clock(code, months, piece):
    whole = series(1, at(2026, 1, 1), at(2027, 1, 1))
    by_hour = {}
    for instant, value in zip(*(column.tolist() for column in whole[:2]), strict=True):
        wall = datetime.fromtimestamp(instant / 1000, ZoneInfo(PARIS))
        if wall.month in months:
            name = f"h{wall.hour:02}" + (f"{wall.minute // 30 * 30:02}" if piece == 30 else "")
            by_hour.setdefault(name, []).append(value)
    wanted = {name: sum(values) / len(values) for name, values in by_hour.items()}
    found = result(
        "heat_hourly_profile", window(code, 2026, 10, 2), [point(air_temperature=whole)], piece_min=float(piece)
    )
    assert dict(found.details) == pytest.approx(wanted, abs=1e-9)
    assert found.value == pytest.approx(sum(wanted.values()) / (1440 // piece), abs=1e-9)
    assert (found.count, found.expected) == (sum(map(len, by_hour.values())),) * 2
    if piece == 60 and code == "1mo":
        assert len(by_hour["h02"]) == 32 * 4  # the hour that comes twice


def test_an_hour_of_the_profile_that_is_thin_is_left_out_until_its_readings_come():
    instants, values, _ = series(1, at(2026, 10, 1), at(2026, 11, 1))
    hours = np.array([datetime.fromtimestamp(one / 1000, ZoneInfo(PARIS)).hour for one in instants])
    gone = (hours == 14) & (np.arange(len(hours)) % 3 == 0)
    thin = point(air_temperature=(instants[~gone], values[~gone], 900))
    found = result("heat_hourly_profile", window("1mo", 2026, 10, 2), [thin])
    assert (found.value, found.category, found.quality) == (None, "incomplete", 9)
    assert sorted(found.details) == [f"h{hour:02}" for hour in range(24) if hour != 14]
    there = point(air_temperature=(instants, values, 900))
    assert result("heat_hourly_profile", window("1mo", 2026, 10, 2), [there]).value is not None


BEGIN, END = date(2025, 9, 1), date(2026, 5, 31)
WORKS = {"works_begin": float((BEGIN - EPOCH).days), "works_end": float((END - EPOCH).days)}


def works(effect_c, seed=1, step=3600):
    """Two points of a project zone and two of a control zone, over the summers before and after works."""
    rng = np.random.default_rng(seed)
    low, high = at(2025, 6, 1), at(2026, 9, 1)
    instants = every(step, low, high)
    weather = 25 + 5 * np.sin(instants / 3e8)
    change = np.where(instants >= at(2026, 6, 1), effect_c, 0.0)
    days = ((instants - low) // 86_400_000).astype(int)

    def one(offset):
        daily = rng.normal(0, 0.4, days.max() + 1)[days]
        return weather + offset + daily + rng.normal(0, 0.2, len(instants))

    project = {name: (instants, one(1.5) + change, step) for name in ("P1", "P2")}
    control = {name: (instants, one(0.0), step) for name in ("C1", "C2")}
    return project, control


def zones(project, control):
    own = [point(name, "project", air_temperature=found) for name, found in project.items()]
    return own, [point(name, "control", air_temperature=found) for name, found in control.items()]


def by_hand(project, control):
    """Differences of each summer day, by date."""

    def daily(one):
        sums = {}
        for instant, value in zip(one[0].tolist(), one[1].tolist(), strict=True):
            day = datetime.fromtimestamp(instant / 1000, ZoneInfo(PARIS)).date()
            if day.month in (6, 7, 8):
                sums.setdefault(day, []).append(value)
        return {day: sum(values) / len(values) for day, values in sums.items()}

    own, other = ([daily(one) for one in zone.values()] for zone in (project, control))
    return {day: sum(one[day] for one in own) / len(own) - sum(one[day] for one in other) / len(other)
            for day in own[0]}  # fmt: skip


def test_the_effect_of_works_is_the_difference_of_differences():
    project, control = works(-1.2)
    differences = by_hand(project, control)
    early = [value for day, value in differences.items() if day < BEGIN]
    late = [value for day, value in differences.items() if day > END]
    found = result("heat_before_after", window("1y", 2026, 7, 1), *zones(project, control), **WORKS)
    assert found.value == pytest.approx(sum(late) / len(late) - sum(early) / len(early), abs=1e-9)
    assert found.details["low"] < -1.2 < found.details["high"] < 0
    assert (found.details["days"], found.details["days_before"], found.details["days_after"]) == (184, 92, 92)
    assert (found.count, found.expected, found.completeness, found.parts) == (184, 184, 1.0, ("P1", "P2"))
    again = result("heat_before_after", window("1y", 2026, 7, 1), *zones(project, control), **WORKS)
    assert again == found
    longer = WORKS | {"works_end": WORKS["works_end"] + 10}  # the works' last day is the tenth of June
    assert result("heat_before_after", window("1y", 2026, 7, 1), *zones(project, control), **longer).count == 92 + 82
    july = result("heat_before_after", window("1mo", 2026, 7, 1), *zones(project, control), **WORKS)
    assert july.details["days_after"] == 61
    assert july.details["before"] == pytest.approx(sum(early) / len(early), abs=1e-9)


def test_works_without_dates_or_days_after_them_say_nothing():
    project, control = works(-1.2)
    assert not results("heat_before_after", window("1y", 2026, 7, 1), *zones(project, control))
    assert not results("heat_before_after", window("1y", 2025, 7, 1), *zones(project, control), **WORKS)
    assert not results("heat_before_after", window("1mo", 2026, 4, 1), *zones(project, control), **WORKS)


def test_works_without_control_or_with_few_days_are_null_and_say_so():
    project, control = works(-1.2)
    own, others = zones(project, control)
    span = window("1y", 2026, 7, 1)
    found = result("heat_before_after", span, own, [], **WORKS)
    assert (found.value, found.category, found.quality) == (None, "no_control", 9)
    reference = [point(name, "reference", air_temperature=one) for name, one in control.items()]
    assert result("heat_before_after", span, own, reference, **WORKS).category == "no_control"
    few = {
        name: tuple(column[one[0] < at(2026, 6, 6)] for column in one[:2]) + one[2:] for name, one in control.items()
    }
    found = result("heat_before_after", span, *zones(project, few), **WORKS)
    assert (found.value, found.category) == (None, "too_few_days")
    thin = {name: tuple(column[one[0] < at(2026, 7, 20)] for column in one[:2]) + one[2:]
            for name, one in control.items()}  # fmt: skip
    found = result("heat_before_after", span, *zones(project, thin), **WORKS)
    assert (found.value, found.category, found.completeness) == (None, "incomplete", 49 / 92)
    assert result("heat_before_after", span, own, others, **WORKS).value is not None


def test_a_sensor_that_came_with_the_works_is_no_part_of_the_comparison():
    project, control = works(-1.2)
    before = result("heat_before_after", window("1y", 2026, 7, 1), *zones(project, control), **WORKS)
    instants = project["P1"][0]
    project["P3"] = (instants[instants > at(2026, 6, 1)], project["P1"][1][instants > at(2026, 6, 1)] + 9, 3600)
    after = result("heat_before_after", window("1y", 2026, 7, 1), *zones(project, control), **WORKS)
    assert (after.value, after.parts) == (before.value, ("P1", "P2"))


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    held = 0
    for seed in range(150):
        early, late = rng.normal(1.5, 0.5, 60), rng.normal(0.5, 0.5, 60)
        found = effect(early, late, block=3, confidence=0.95, seed=seed)
        held += found.low <= -1.0 <= found.high
    assert 130 <= held <= 150
    wide, narrow = (effect(early, late, block=3, confidence=share, seed=1) for share in (0.99, 0.5))
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
