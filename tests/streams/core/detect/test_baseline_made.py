"""Baselines: the right hour, good values only, holidays as Sundays; what is little known is taken from elsewhere."""

from datetime import UTC, datetime
from math import isnan

import numpy as np
import pytest
from numpy.random import default_rng

from vigie.streams.core.detect.baseline_made import baseline_of
from vigie.streams.core.detect.baseline_prior import Likes
from vigie.streams.core.detect.hour_of_week import HOUR_MS, slot
from vigie.streams.core.windows.track import Track, track
from vigie.topics.baseline import HOURS, decode, encode
from vigie.topics.property import BY_NAME

ZONE = "Europe/Paris"
MONDAY = int(datetime(2026, 9, 14, tzinfo=UTC).timestamp() * 1000) - 2 * HOUR_MS  # 00:00 in Paris
LAEQ, PASSAGES = BY_NAME["laeq"].id, BY_NAME["passages"].id


def weeks(count: int, value, step_ms: int = HOUR_MS, **others) -> Track:
    at = MONDAY + np.arange(count * 7 * 24 * HOUR_MS // step_ms) * step_ms
    return track(at, [value(int(one)) for one in at], property_id=LAEQ, **others)


def hour_of(at: int) -> float:
    return float(slot(at // HOUR_MS, ZONE).hour)


def test_each_hour_of_the_week_has_its_own_median():
    made = baseline_of(weeks(5, hour_of), "p", ZONE, 0, 0, 0)
    assert made.median == tuple(float(hour) for hour in range(HOURS))
    assert set(made.origin) == {"w"}
    assert set(made.support) == {5}


def test_the_change_of_clocks_moves_no_hour():
    """Six weeks over 25 October: 08:00 in legal time stays 08:00."""
    made = baseline_of(weeks(8, lambda at: float(hour_of(at) % 24 == 8)), "p", ZONE, 0, 0, 0)
    assert [hour for hour in range(HOURS) if made.median[hour]] == list(range(8, HOURS, 24))


def test_a_holiday_counts_as_a_sunday():
    eleventh = datetime(2026, 11, 11, 9, tzinfo=UTC)
    assert slot(int(eleventh.timestamp()) // 3600, ZONE).hour == 6 * 24 + 10


def test_bad_values_are_left_out():
    good = weeks(6, hour_of)
    bad = Track(good.property, 0, 0, good.at_ms, np.where(good.at_ms // HOUR_MS % 3 == 0, 999.0, good.values),
                np.where(good.at_ms // HOUR_MS % 3 == 0, 4, 1).astype(np.uint8))  # fmt: skip
    made = baseline_of(bad, "p", ZONE, 0, 0, 0)
    assert max(one for one in made.median if not isnan(one)) < HOURS


def test_two_weeks_are_told_by_the_hour_of_the_day():
    made = baseline_of(weeks(2, lambda at: hour_of(at) % 24), "p", ZONE, 0, 0, 0)
    assert set(made.origin) == {"d"}
    assert made.median[30] == 6.0


def test_a_dusk_that_moves_by_an_hour_is_within_what_alarms():
    """Lit in the evening of half of the days: neither state is unusual, nor is it an hour earlier."""
    rng = default_rng(1)
    lit: dict[int, bool] = {}

    def watts(at: int) -> float:
        hour, day = slot(at // HOUR_MS, ZONE)
        on = lit.setdefault(day, bool(rng.random() < 0.5))
        return 5000.0 if hour % 24 in (22, 23) or (hour % 24 == 21 and on) else 20.0

    made = baseline_of(weeks(8, watts), "p", ZONE, 0, 0, 0)
    for hour in (20, 21):
        for value in (20.0, 5000.0):
            if (hour, value) != (20, 5000.0) or made.median[21] > 1000:
                assert abs(0.6745 * (value - made.median[hour]) / max(made.mad[hour], made.resolution)) < 5


def test_counts_have_a_rate_and_what_they_vary_beyond_chance():
    rng = default_rng(2)
    at = MONDAY + np.arange(8 * 7 * 96) * 900_000
    busy = np.exp(rng.normal(0, 0.3, 8 * 7)).repeat(96)
    made = baseline_of(track(at, rng.poisson(40 * busy), property_id=PASSAGES), "p", ZONE, 0, 0, 0)
    assert np.mean(made.mean) == pytest.approx(40 * np.mean(busy), rel=0.02)
    assert 0.05 < made.dispersion < 0.2
    calm = baseline_of(track(at, rng.poisson(40, len(at)), property_id=PASSAGES), "p", ZONE, 0, 0, 0)
    assert calm.dispersion < 0.005


def test_what_a_point_does_not_know_it_takes_from_three_like_it():
    likes = Likes()
    for number in range(3):
        known = baseline_of(weeks(6, lambda at, shift=number: hour_of(at) + 10 * shift), f"p{number}", ZONE, 0, 0, 0)
        assert likes.take(f"p{number}", "noise", [known])
    new = baseline_of(track([], [], property_id=LAEQ), "new", ZONE, 0, 0, 0)
    alone = baseline_of(track([], [], property_id=PASSAGES), "alone", ZONE, 0, 0, 0)
    assert not likes.take("new", "noise", [new])
    assert not likes.take("alone", "mobility", [alone])
    found = dict(likes.filled())
    (filled,) = found["new"]
    assert set(filled.origin) == {"f"}
    assert filled.median[5] == 15.0
    assert filled.mad[5] >= 10, "how much the three differ"
    assert found["alone"] == []
    assert decode(encode([filled]))[0].median == filled.median
