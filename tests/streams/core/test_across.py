"""What points come to together, against sums written out by hand."""

import math
import random

import pytest

from vigie.streams.core.windows.across import MOST_NAMED, zone_aggregates
from vigie.streams.core.windows.legal import Window, window_of
from vigie.topics.property import BY_NAME
from vigie.topics.zone_part import Part

HOUR = Window("1h", 1_772_323_200_000, 1_772_326_800_000)
DAY = window_of("1d", 1_774_742_400_000, "Europe/Paris")  # 23 hours


def part(name: str, value: float | None, channel: int = 0, count: int = 4, excluded: int = 0, quality: int = 1) -> Part:
    return Part(BY_NAME[name].id, channel, count, excluded, value, value, value, None, value, quality)


def across(parts, expected=None, window=HOUR, above=None):
    return zone_aggregates("zone:Z1", window.code, window, parts, expected, above)


def test_each_kind_has_its_mean():
    rng = random.Random(5)
    names = [f"P{number:02}" for number in range(11)]
    warmth, noise, wind, passed, meter = (
        {name: draw() for name in names}
        for draw in (
            lambda: rng.gauss(20, 5), lambda: rng.uniform(40, 90), lambda: rng.gauss(0, 25) % 360,
            lambda: float(rng.randint(0, 900)), lambda: rng.uniform(0, 50),
        )
    )  # fmt: skip
    made = across(
        {
            name: [
                part("air_temperature", warmth[name]), part("laeq", noise[name]), part("wind_direction", wind[name]),
                part("passages", passed[name], 2), part("passages_total", meter[name]),
            ]
            for name in rng.sample(names, len(names))
        }
    )  # fmt: skip
    by = {one.indicator: one for one in made}
    mean = sum(warmth.values()) / 11
    gauge = by["air_temperature"]
    assert gauge.value == pytest.approx(mean, abs=1e-9)
    assert gauge.deviation == pytest.approx(math.sqrt(sum((one - mean) ** 2 for one in warmth.values()) / 11), abs=1e-9)
    assert (gauge.minimum, gauge.maximum) == (min(warmth.values()), max(warmth.values()))
    ranked = sorted(warmth.values())
    assert [gauge.details[name] for name in ("p10", "p50", "p90")] == [ranked[1], ranked[5], ranked[9]]
    energy = sum(10 ** (one / 10) for one in noise.values()) / 11
    assert by["laeq"].value == pytest.approx(10 * math.log10(energy), abs=1e-9)
    assert by["laeq"].sum is None
    turns = [math.radians(one) for one in wind.values()]
    course = math.degrees(math.atan2(sum(map(math.sin, turns)), sum(map(math.cos, turns)))) % 360
    assert by["wind_direction"].value == pytest.approx(course, abs=1e-6)
    assert "p50" not in by["wind_direction"].details
    assert by["passages#2"].value == by["passages#2"].sum == sum(passed.values())
    assert by["passages_total"].value == pytest.approx(sum(meter.values()), abs=1e-9)
    assert all(one.count == 11 and one.details["readings"] == 44 and one.parts == tuple(names) for one in made)


def test_the_order_of_points_changes_nothing():
    parts = {f"P{number}": [part("laeq", 60 + number / 7)] for number in range(40)}
    turned = dict(sorted(parts.items(), key=lambda pair: hash(pair[0])))
    assert across(parts) == across(turned)
    assert across(parts)[0].input_hash != across(parts | {"P1": [part("laeq", 61)]})[0].input_hash


def test_too_few_points_say_no_number():
    parts = {f"P{number}": [part("air_temperature", 20.0 + number), part("passages", 3.0)] for number in range(8)}
    at_hour = across(parts, {(1, 0): 10, (60, 0): 10})
    assert [one.completeness for one in at_hour] == [0.8, 0.8]
    assert [(one.value, one.maximum) for one in at_hour] == [(23.5, 27.0), (24.0, 3.0)]
    warmth, passed = across(parts, {(1, 0): 10, (60, 0): 10}, DAY)  # 80 %: enough for a mean, not for a sum
    assert (warmth.value, warmth.maximum, warmth.quality) == (23.5, None, 1)
    assert (passed.value, passed.sum, passed.quality, passed.count) == (None, None, 9, 8)
    few = across(parts, {(1, 0): 11, (60, 0): 12})[0]
    assert (few.value, few.minimum, few.deviation, few.quality, few.count) == (None, None, None, 9, 8)
    assert "p50" not in few.details
    assert few.completeness == pytest.approx(8 / 11)
    assert across(parts, {(60, 0): 8})[0].completeness is None, "the fleet expects this property nowhere"


def test_a_point_without_a_number_takes_no_part():
    silent = [part("air_temperature", None, count=1, excluded=3, quality=9)]
    [one] = across({"P1": [part("air_temperature", 30.5)], "P2": silent}, {(1, 0): 2}, above={1: (30.0, 35.0)})
    assert (one.count, one.expected, one.completeness, one.value, one.parts) == (1, 2, 0.5, None, ("P1",))
    assert (one.excluded, one.details["readings"], one.details["above_30"], one.details["above_35"]) == (3, 4, 1, 0)
    [one] = across({"P1": [part("air_temperature", 30.5)], "P2": silent})
    assert (one.value, one.quality) == (30.5, 3)
    [none] = across({"P2": silent})
    assert (none.count, none.value, none.quality, none.parts) == (0, None, 9, ())


def test_a_window_above_the_limit_of_names_still_counts_all():
    [one] = across({f"P{number:04}": [part("fill", 10.0)] for number in range(700)}, {(31, 0): 700})
    assert (one.count, one.details["points"], len(one.parts), one.parts[-1]) == (700, 700, MOST_NAMED, "P0499")


def test_what_does_not_combine_is_not_said_of_many():
    assert across({"P1": [part("la90", None), part("noise_category", 2.0), part("laeq", 50.0)]})[0].indicator == "laeq"
    assert len(across({"P1": [part("la90", None), part("noise_category", 2.0)]})) == 0
