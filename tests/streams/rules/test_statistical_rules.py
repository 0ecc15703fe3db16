"""Rules of statistics and of the use cases, each on values by hand: what alarms, what does not, what is said."""

from math import nan

import pytest
from numpy.random import default_rng

from vigie.streams.core.detect.charts import MOST, Charts, Usual, add, judge_day
from vigie.streams.core.detect.rule import Ground, Judgement, Sample, rules
from vigie.topics.baseline import HOURS, Baseline
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Flag, Test, pack

QUARTER, HOUR, DAY = 900_000, 3_600_000, 86_400_000
NOON = 1_750_240_800_000  # Wednesday 18 June 2025, 12:00 in Paris


def usual(name: str, middle: float, mad: float, **others) -> Baseline:
    whole = {"median": (middle,) * HOURS, "mad": (mad,) * HOURS, "mean": (middle,) * HOURS,
             "variance": (middle,) * HOURS, "support": (32,) * HOURS, "origin": "w" * HOURS} | others  # fmt: skip
    return Baseline(point="p", property=BY_NAME[name].id, channel=0, made_at=0, from_at=0, to_at=0, **whole)


def ground(rule: str, name: str, baseline: Baseline | None = None, **others) -> Ground:
    said = {key: one.default for key, one in rules()[rule].parameters.items()}
    return Ground(said, "Europe/Paris", BY_NAME[name].id, 0, 900, 900, 43.3, 5.4, baseline=baseline, **others)


def sample(at: int, value: float, flag: int = 1, tests: int = 0, **others) -> Sample:
    return Sample(at, at, value, flag, tests, str(at), True, **others)


def judged(rule: str, memory: object, one: Sample, by: Ground, held: int = 0) -> Judgement:
    return rules()[rule].judge(memory, one, by, held)


def test_baseline_alarms_at_five_and_keeps_at_three_and_a_half():
    by = ground("baseline", "laeq", usual("laeq", 60.0, 2.0))
    sigma = 2.0 * 1.4826
    for held, wanted in ((0, (0, 0, 1)), (1, (0, 1, 1))):
        found = [judged("baseline", None, sample(NOON, 60 + z * sigma), by, held).level for z in (3.4, 4.0, -5.1)]
        assert tuple(found) == wanted
    told = judged("baseline", None, sample(NOON, 80.0), by)
    assert "80" in rules()["baseline"].says(sample(NOON, 80.0), by, told, "fr")
    assert told.expected_high == pytest.approx(60 + 5 * sigma)
    assert told.facts["expected_from"] == "même heure de la semaine"


def test_baseline_says_nothing_where_little_is_known():
    few = ground("baseline", "laeq", usual("laeq", 60.0, 2.0, support=(5,) * HOURS))
    assert judged("baseline", None, sample(NOON, 99.0), few).level == 0
    assert judged("baseline", None, sample(NOON, 99.0), ground("baseline", "laeq")).level == 0


def test_a_counter_that_falls_silent_alarms_by_how_much_was_usual():
    rule, baseline = rules()["count_tail"], usual("passages", 10.0, 3.0)
    by = ground("count_tail", "passages", baseline)
    memory, first = rule.memory(), None
    for step in range(200):
        found = judged("count_tail", memory, sample(NOON + step * QUARTER, 0.0), by)
        if found.level:
            first, told = step + 1, found
            break
    assert first is not None
    # (1 + 0.02 * 10 n) ** 50 >= 10 ** 8
    assert first == 3
    assert "30" in rule.says(sample(NOON, 0.0), by, told, "fr")


def test_counts_as_usual_raise_nothing_for_a_month():
    rng, by = default_rng(3), ground("count_tail", "passages", usual("passages", 10.0, 3.0))
    memory = rules()["count_tail"].memory()
    levels = [
        judged("count_tail", memory, sample(NOON + step * QUARTER, float(value)), by).level
        for step, value in enumerate(rng.poisson(10, 30 * 96))
    ]
    assert sum(levels) == 0


def test_two_unusual_days_are_no_drift_and_five_small_shifts_are():
    def level(days: list[float]) -> float:
        charts = Charts()
        for day, stray in enumerate([*days, 0.0], 1):
            if add(charts, day, stray):
                judge_day(charts, Usual(0.0, 1.0), 0.5, 5.0, 0.2, 3.0)
        return charts.strength

    assert level([0.0] * 20) == 0
    assert level([9.0, 9.0]) < 1, f"a day counts {MOST} at most"
    assert level([9.0, 9.0, 9.0]) >= 1
    assert level([0.1 * day for day in range(20)]) >= 1
    assert level([-0.1 * day for day in range(20)]) >= 1


def test_days_of_few_values_are_not_judged():
    charts = Charts()
    assert [add(charts, 1, 0.0) for _ in range(96)] == [False] * 96
    assert add(charts, 2, 0.0)
    assert not add(charts, 3, 0.0), "one value is no day"


@pytest.mark.parametrize(("after", "wanted"), [([30.0, 30.2], [0, 1]), ([20.2, 20.1], [0, 0])])
def test_a_step_is_told_from_a_spike_by_the_value_after_it(after, wanted):
    by, memory = ground("step_change", "air_temperature"), rules()["step_change"].memory()
    objects = pack({Test.RATE_OF_CHANGE: Flag.SUSPECT})
    judged("step_change", memory, sample(NOON, 20.0), by)
    jump = judged("step_change", memory, sample(NOON + QUARTER, 30.0, 3, objects), by).level
    next_one = judged("step_change", memory, sample(NOON + 2 * QUARTER, after[0]), by)
    assert [jump, next_one.level] == wanted
    if next_one.level:
        said = rules()["step_change"].says(sample(NOON, 30.0), by, next_one, "fr")
        assert said.startswith("a monté d'un coup de 10")
        gone = sample(NOON + 26 * HOUR, 30.0)
        assert judged("step_change", memory, gone, by, 1).level == 0, "a day later that is the level"


def beside(values: float, at: int) -> dict[str, tuple[int, float]]:
    return {f"n{number}": (at, values) for number in range(4)}


def test_the_sun_on_a_sensor_is_what_is_not_there_at_night():
    rule = rules()["heat_in_sun"]
    excess = rule.parameters["excess"].default
    for at_night, wanted in ((0.3, 1), (excess, 0)):
        memory = rule.memory()
        for step in range(24):
            at = NOON - 10 * HOUR + step * QUARTER
            by = ground("heat_in_sun", "air_temperature", neighbours=beside(18.0, at))
            judged("heat_in_sun", memory, sample(at, 18.0 + at_night), by)
        by = ground("heat_in_sun", "air_temperature", neighbours=beside(30.0, NOON))
        assert judged("heat_in_sun", memory, sample(NOON, 30.0 + at_night + excess * 0.9), by).level == 0
        assert judged("heat_in_sun", memory, sample(NOON, 30.5 + excess), by).level == wanted


def test_neighbours_are_learned_for_a_week_then_left_by_a_fault():
    rng, rule = default_rng(4), rules()["fleet_residual"]
    memory = rule.memory()
    for step in range(8 * 96):
        at = NOON + step * QUARTER
        by = ground("fleet_residual", "air_temperature", neighbours=beside(20.0, at))
        assert judged("fleet_residual", memory, sample(at, 21.0 + rng.normal(0, 0.3)), by).level == 0
    late = ground("fleet_residual", "air_temperature", neighbours=beside(20.0, at + QUARTER))
    assert judged("fleet_residual", memory, sample(at + QUARTER, 24.5), late).level == 1
    few = ground("fleet_residual", "air_temperature", neighbours={"n1": (at + QUARTER, 20.0)})
    assert judged("fleet_residual", memory, sample(at + 2 * QUARTER, 99.0), few).level == 0


def test_rules_of_indicators():
    lamps = sample(NOON, 5.2, category="step", details={"lost_w": 312.0, "before_w": 6000.0})
    by = ground("lighting_lamps_lost", "active_power")
    found = judged("lighting_lamps_lost", None, lamps, by)
    assert found.level == 1
    assert "5,2 lampes (−312 W)" in rules()["lighting_lamps_lost"].says(lamps, by, found, "fr")
    assert judged("lighting_lamps_lost", None, lamps._replace(category=""), by).level == 0

    details = {"low_pct": 40.0, "high_pct": 60.0, "passages_1": 0.0, "passages_2": 80.0}
    share = sample(NOON, 0.0, category="blocked", details=details)
    by = ground("mobility_blocked_direction", "passages")
    assert judged("mobility_blocked_direction", None, share, by).level == 1
    assert judged("mobility_blocked_direction", None, share._replace(value=38.0), by).level == 0
    unjudged = share._replace(details={"low_pct": nan, "high_pct": nan})
    assert [judged("mobility_blocked_direction", None, unjudged, by, held).level for held in (0, 1)] == [0, 1]

    by = ground("waste_overflow_forecast", "fill")
    levels = [judged("waste_overflow_forecast", None, sample(NOON, hours, category=name), by).level
              for hours, name in ((48.0, ""), (20.0, ""), (0.0, "full"))]  # fmt: skip
    assert levels == [0, 1, 2]
