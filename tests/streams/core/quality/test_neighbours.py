"""Tests that compare with other sensors: the buddy check beside a slow one, the sun, and all tests at once."""

import numpy as np
import pytest

from vigie.streams.core.quality.legal_hour import calendar
from vigie.streams.core.quality.neighbours import Around, around, neighbours
from vigie.streams.core.quality.run import Records, Sites, all_flags, rolled
from vigie.streams.core.quality.sun import sun_elevation
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Flag, Test
from vigie.topics.quality_parameters import start_values

KNOWN_ELEVATIONS = [
    (1750506600000, 43.3, 5.4, 70.04), (1766318400000, 43.3, 5.4, 23.05), (1773985800000, 43.3, 5.4, 0.64),
    (1788283800000, 43.3, 5.4, 7.05), (1709193600000, 43.3, 5.4, 17.03), (1784152800000, 43.3, 5.4, -20.98),
    (1750506600000, 48.85, 2.35, 64.58), (1773985800000, 0, 0, -4.38), (1766318400000, -33.9, 18.4, 70.48),
    (1788283800000, -33.9, 18.4, -13.53),
]  # fmt: skip
"""(epoch ms, latitude, longitude, degrees) by the library astral 3.2, without refraction."""


@pytest.mark.parametrize(("at", "latitude", "longitude", "degrees"), KNOWN_ELEVATIONS)
def test_the_sun_stands_where_another_library_has_it(at, latitude, longitude, degrees):
    assert sun_elevation(np.array([at]), latitude, longitude)[0] == pytest.approx(degrees, abs=0.5)


def a_town(seed: int, cohorts: int = 6) -> Around:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 12, cohorts)
    size = int(sizes.sum())
    values = np.round(20 + rng.normal(0, 1, size) + (rng.random(size) < 0.15) * 9, 1)
    values[rng.random(size) < 0.1] = np.nan
    altitude = rng.uniform(0, 400, size)
    altitude[rng.random(size) < 0.1] = np.nan
    order = rng.permutation(size)
    cohort = np.repeat(np.arange(cohorts), sizes)
    point = np.concatenate([np.arange(one) for one in sizes]).astype(np.int32)
    place = 43.3 + rng.normal(0, 0.02, size), 5.4 + rng.normal(0, 0.02, size)
    return Around(cohort[order], point[order], values, *place, altitude, rng.random(size) < 0.9)


def slow_neighbours(town: Around, k: float, min_sd: float, radius_m: float, num_min: int) -> list[int]:
    """Value by value, as titanlib's loop goes, with the altitude brought to the right side."""
    size = len(town.values)
    flags = [Flag.MISSING if np.isnan(value) else Flag.UNKNOWN for value in town.values]
    usable = town.usable & ~np.isnan(town.values)
    for _ in range(2):
        found = list(flags)
        for one in range(size):
            if flags[one] in (Flag.MISSING, Flag.SUSPECT):
                continue
            said = []
            for other in range(size):
                same = town.cohort[one] == town.cohort[other] and town.point[one] != town.point[other]
                north = (town.latitude[other] - town.latitude[one]) * 111_195
                east = (town.longitude[other] - town.longitude[one]) * 111_195 * np.cos(np.radians(town.latitude[one]))
                above = town.altitude_m[other] - town.altitude_m[one]
                if same and usable[other] and not np.hypot(north, east) > radius_m and not abs(above) > 200:
                    said.append(town.values[other] + (0.0 if np.isnan(above) else 0.0065 * above))
            if len(said) >= num_min:
                apart = abs(town.values[one] - np.mean(said)) / max(np.std(said), min_sd)
                found[one] = Flag.SUSPECT if apart > k else Flag.GOOD
        flags = found
        usable &= np.array(flags) != Flag.SUSPECT
    return [int(one) for one in flags]


@pytest.mark.parametrize("seed", range(12))
def test_the_buddy_check_is_that_of_a_slow_one(seed):
    town = a_town(seed)
    assert neighbours(town, 3.0, 0.5, 3000.0, 3.0).tolist() == slow_neighbours(town, 3.0, 0.5, 3000.0, 3)


def test_a_hill_is_colder_by_its_altitude():
    here = np.full(5, 43.3)
    altitude = np.array([0, 0, 0, 0, 190.0])
    hill = Around(np.zeros(5, np.int64), np.arange(5, dtype=np.int32), np.array([25, 25, 25, 25, 23.8]), here, here,
                  altitude, here > 0)  # fmt: skip
    assert around(hill, 1000.0, 200.0, -0.0065).mean[4] == pytest.approx(25 - 0.0065 * 190)
    assert neighbours(hill, 3.0, 0.1, 1000.0, 3.0)[4] == Flag.GOOD
    assert neighbours(hill, 3.0, 0.1, 1000.0, 3.0, gradient_per_m=0.0)[4] == Flag.SUSPECT


TEMPERATURE = BY_NAME["air_temperature"].id
JULY = 1_752_537_600_000  # 15 July 2025, 0 h UTC


def two_days(change) -> dict[Test, np.ndarray]:
    """Flags of the first of six sensors, two days from midnight, after its values were changed."""
    steps, points = 192, 6
    at = np.tile(JULY + np.arange(steps) * 900_000, points)
    hours = (at - JULY) / 3_600_000
    values = 24 - 6 * np.cos((hours - 2) * np.pi / 12) + np.tile(np.arange(steps) % 3 * 0.1, points)
    values[:steps] += change(hours[:steps])
    point = np.repeat(np.arange(points), steps).astype(np.int32)
    size = len(at)
    place = Sites(np.zeros(size, np.int64), np.full(size, 43.3), np.full(size, 5.4), np.zeros(size))
    records = Records(at, at + 2000, point, np.arange(size, dtype=np.uint64), {TEMPERATURE: values})
    found = all_flags(
        records, {TEMPERATURE: start_values("air_temperature")}, 900.0, calendar(at, "Europe/Paris"), place
    )[TEMPERATURE]
    assert set(rolled({test: flags[steps:] for test, flags in found.items()}).tolist()) == {Flag.GOOD}
    return {test: flags[:steps] for test, flags in found.items()}


def test_sun_on_the_sensor_is_told_from_a_sensor_that_is_always_too_warm():
    sunny = two_days(lambda hours: np.where((hours % 24 > 8) & (hours % 24 < 11), 3.6, 0.0))
    assert set(np.flatnonzero(sunny[Test.RADIATION] == Flag.SUSPECT) // 4 % 24) == {8, 9, 10}
    warm = two_days(lambda hours: np.full(len(hours), 3.6))
    assert not (warm[Test.RADIATION][96:] == Flag.SUSPECT).any()
    warmer = two_days(lambda hours: np.full(len(hours), 5.0))
    assert (warmer[Test.NEIGHBOURS] == Flag.SUSPECT).all()


def test_tests_that_need_others_speak_only_to_object():
    flags = two_days(lambda hours: np.zeros(len(hours)))
    for test in (Test.SPIKE, Test.NEIGHBOURS, Test.RADIATION):
        assert set(flags[test].tolist()) == {Flag.UNKNOWN}
    assert set(rolled(flags).tolist()) == {Flag.GOOD}


def test_an_impossible_instant_and_a_repeated_message_disturb_no_other_test():
    at = JULY + np.array([0, 900, 1800, 1808, 2700, 3600]) * 1000
    at[1] += 86_400_000  # a clock a day ahead
    order = np.argsort(at)
    values = np.array([20.0, 35.0, 20.2, 20.2, 20.1, 20.3])[order]
    ingested = JULY + np.array([0, 900, 1800, 1808, 2700, 3600])[order] * 1000 + 2000
    records = Records(at[order], ingested, np.zeros(6, np.int32), np.arange(6, dtype=np.uint64), {TEMPERATURE: values})
    tests = {TEMPERATURE: start_values("air_temperature")}
    found = all_flags(records, tests, 900.0, calendar(at[order], "Europe/Paris"))[TEMPERATURE]
    assert found[Test.CLOCK].tolist() == [1, 1, 1, 1, 1, 4]
    assert found[Test.DUPLICATE].tolist() == [1, 1, 3, 1, 1, 2]
    assert found[Test.RATE_OF_CHANGE].tolist() == [2, 1, 2, 1, 1, 2]
    assert rolled(found).tolist() == [1, 1, 3, 1, 1, 4]
