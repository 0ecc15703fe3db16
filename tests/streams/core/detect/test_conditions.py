"""When a condition begins and ends: levels, deadband, delays, calendar, freshness; and what is said of it."""

import pytest
from detected import (
    DAY,
    FILL,
    HOUR,
    LAEQ,
    LEVEL,
    MINUTE,
    PASSAGES,
    POWER,
    QUARTER,
    START,
    WARMTH,
    Detected,
    flood,
    river,
    rule,
    told,
)  # fmt: skip
from fleet_objects import fleet_object, gone, point
from hypothesis import given
from hypothesis import strategies as st

from vigie.streams.core.detect.hold import Hold, settle

OFF = [1.0] * 8
"""Long enough for every off-delay of a river."""


def test_two_values_in_a_row_raise_and_an_hour_below_the_deadband_clears():
    city = Detected(river(), flood())
    assert told(city.values([1.0, 1.6, 1.4, 1.6])) == [], "never two in a row"
    later = START + 4 * QUARTER
    [raised] = city.values([1.7], start=later)
    assert (raised.active, raised.level, raised.priority, raised.late) == (True, 1, 3, False)
    assert raised.event_at == later
    hour = city.values([1.48, 1.46, 1.47, 1.46, 1.46], start=later + QUARTER)
    assert told(hour) == [], "within the deadband of 5 cm"
    below = city.values([1.44, 1.3, 1.3, 1.3, 1.3], start=later + 6 * QUARTER)
    [cleared] = below
    assert (cleared.active, cleared.level, cleared.event_at) == (False, 0, later + 10 * QUARTER), "a whole hour"
    assert cleared.cause_id == raised.cause_id


def test_a_level_rises_and_falls_one_alarm_with_one_cause():
    city = Detected(river(), flood())
    found = city.values([1.0, 1.6, 1.6, 2.2, 2.3, 3.1, 3.2, 2.5, 2.5, 2.5, 2.5, 2.5, *OFF])
    assert told(found) == [1, 2, 3, 2, 0]
    assert [one.priority for one in found] == [3, 2, 1, 2, 3], "stated by nobody: the rule's own"
    assert len({one.cause_id for one in found}) == 1
    assert {one.subject for one in found} == {"point:P1"}
    assert {one.rule for one in found} == {"crue"}


def test_a_stated_priority_is_of_the_first_level():
    city = Detected(river(), flood(priority=2, latched=True))
    found = city.values([2.2, 2.3, 3.1, 3.2])
    assert [(one.level, one.priority, one.latched) for one in found] == [(2, 1, True), (3, 1, True)]


def test_a_river_that_rises_fast_alarms_at_once():
    fast = rule("montee", "rate", properties=["water_level"], parameters={"level_1": 0.4})
    slow, quick = Detected(river(), flood()), Detected(river(), flood(), fast)
    values = [1.0, 1.1, 1.3, 1.55]
    assert told(slow.values(values)) == []
    assert [(one.rule, one.level) for one in quick.values(values)] == [("montee", 1), ("crue", 1)]


def test_rates_are_over_true_time():
    city = Detected(river(), rule("montee", "rate", properties=["water_level"], parameters={"level_1": 0.4}))
    assert told(city.values([1.0, 1.2], step=40 * MINUTE)) == [], "20 cm in 40 minutes are 30 cm per hour"
    [raised] = city.values([1.5], start=START + 80 * MINUTE)
    assert raised.facts["rate_per_h"] == "0.45"
    assert "monte de 30\u202fcm en 40\u00a0min" in raised.sentence_fr
    assert "45\u202fcm par heure" in raised.sentence_fr
    assert "rises by 30 cm in 40\u00a0min" in raised.sentence_en


def test_the_sentence_and_the_facts_say_why():
    city = Detected(
        river(code="HUV-01", name_="x"), flood(second_source="P2", image_url="https://camera.example/pont.jpg")
    )
    found = city.values([1.9, 1.9, 1.9, 1.91, 1.95, 2.31, 2.31])
    raised = found[-1]
    assert raised.sentence_fr == (
        "HUV-01 mesure 2,31\u202fm (niveau d'eau), au-dessus du seuil 2 (2\u202fm), en hausse de 41\u202fcm en"
        " 1\u00a0h."
    )
    assert raised.sentence_en == "HUV-01 measures 2.31 m (water level), above threshold 2 (2 m), up by 41 cm in 1 h."
    said = raised.facts
    assert (said["value"], said["unit"], said["threshold"], said["margin"]) == ("2.31", "m", "2", "0.31")
    assert (said["level"], said["rise_1h"], said["definition"]) == ("2", "0.41", "threshold 1")
    assert (said["observed_at"], said["arrival_at"]) == ("2025-06-17T23:30:00Z", "2025-06-17T23:30:02Z")
    assert (said["point"], said["point_code"], said["device"]) == ("P1", "HUV-01", "D1")
    assert (said["second_source"], said["image"]) == ("point:P2", "https://camera.example/pont.jpg")
    assert (raised.point, raised.device, raised.placement, raised.network) == ("P1", "D1", "P1/1", "ville")
    assert (raised.use_case, raised.commune) == ("river", "13055")
    assert said["check_fr"]
    assert said["clears_en"]


def test_a_point_is_called_by_its_name():
    city = Detected(
        fleet_object("point", "P1", code="HUV-01", name="Huveaune au pont", use_case="river", commune="13055",
                     latitude=43.3, longitude=5.4, step_s=900, upload_s=900, properties=[{"property": "water_level"}]),
        flood(),
    )  # fmt: skip
    [raised] = city.values([1.6, 1.6])
    assert raised.sentence_fr.startswith("Huveaune au pont (HUV-01) mesure")


def test_below_a_limit():
    cold = rule("gel", properties=["air_temperature"], parameters={"level_1": 0.0, "level_2": -5.0, "direction": -1.0})
    city = Detected(point("P1"), cold)
    found = city.values([1.0, -1.0, -1.0, -1.0, 0.4, 0.4, 0.4] + [0.6] * 9, of=WARMTH)
    assert told(found) == [1, 0], "three values; half a degree of deadband; two hours"
    assert found[0].facts["expected_low"] == "0"
    assert "en dessous du seuil 1" in found[0].sentence_fr


def test_noise_has_other_limits_at_night():
    loud = rule("bruit", properties=["laeq"], parameters={"level_1": 70.0, "night_level_1": 60.0})
    place = point("P1", use_case="noise", properties=[{"property": "laeq"}])
    night, day = START + 3 * HOUR, START + 12 * HOUR
    assert told(Detected(place, loud).values([65.0, 65.0], start=night, of=LAEQ)) == [1]
    assert told(Detected(place, loud).values([65.0, 65.0, 69.0], start=day, of=LAEQ)) == []
    at_six = Detected(place, loud).values([65.0] * 5, start=START + 5 * HOUR + 30 * MINUTE, of=LAEQ)
    assert told(at_six) == [1, 0], "two periods after six o'clock"


def test_a_container_is_held_until_its_collection():
    full = rule("plein", properties=["fill"], parameters={"level_1": 80.0})
    place = point("P1", use_case="waste", properties=[{"property": "fill"}])
    found = Detected(place, full).values([79, 81, 82, 88, 78, 70, 65, 10], of=FILL)
    assert [(one.level, one.facts["value"]) for one in found] == [(1, "82"), (0, "10")], "settling is no collection"


def test_counts_have_no_fixed_limit_at_night():
    few = rule("vide", properties=["passages"], parameters={"level_1": 2.0, "direction": -1.0})
    place = point("P1", use_case="mobility", properties=[{"property": "passages"}])
    assert told(Detected(place, few).values([0.0] * 4, start=START + 2 * HOUR, of=PASSAGES)) == []
    assert told(Detected(place, few).values([0.0] * 4, start=START + 12 * HOUR, of=PASSAGES)) == [1]
    always = rule(
        "vide", properties=["passages"], parameters={"level_1": 2.0, "direction": -1.0}, calendar="00:00-24:00"
    )
    assert told(Detected(place, always).values([0.0] * 4, start=START + 2 * HOUR, of=PASSAGES)) == [1]


def test_lamps_are_not_judged_around_dusk_and_dawn():
    low = rule("panne", properties=["active_power"], parameters={"level_1": 900.0, "direction": -1.0})
    place = point("P1", use_case="lighting", properties=[{"property": "active_power"}])
    dusk = START + 21 * HOUR + 10 * MINUTE  # the sun sets at 21:22
    assert told(Detected(place, low).values([500.0] * 3, start=dusk, step=5 * MINUTE, of=POWER)) == []
    assert told(Detected(place, low).values([500.0] * 3, start=dusk + 2 * HOUR, step=5 * MINUTE, of=POWER)) == [1]


def test_deadband_of_power_is_a_share():
    high = rule("surcharge", properties=["active_power"], parameters={"level_1": 1000.0})
    place = point("P1", use_case="lighting", properties=[{"property": "active_power"}])
    found = Detected(place, high).values([1001, 1001, 960, 960, 949, 949, 949], start=START, of=POWER)
    assert [(one.level, one.facts["value"]) for one in found] == [(1, "1001"), (0, "949")]


WEEKDAYS = "lun-ven 07:00-22:00"


@pytest.mark.parametrize(
    ("calendar", "start", "raises"),
    [
        (WEEKDAYS, START + 12 * HOUR, True),
        (WEEKDAYS, START + 23 * HOUR, False),
        (WEEKDAYS, START + 3 * DAY + 12 * HOUR, False),  # Saturday
        ("sam,dim ; lun-ven 22:00-06:00", START + 3 * DAY + 12 * HOUR, True),
        ("lun-ven 22:00-06:00", START + 3 * DAY + 3 * HOUR, True),  # the night that began on Friday
        ("lun-ven 22:00-06:00", START + 4 * DAY + 3 * HOUR, False),  # that of Saturday
        ("lun-ven", 1_752_487_200_000, False),  # Monday 14 July 2025
        ("fériés 10:00-18:00", 1_752_487_200_000, True),
        ("nuit", START + 2 * HOUR, True),
        ("jour", START + 2 * HOUR, False),
    ],
)
def test_a_rule_watches_by_its_calendar(calendar: str, start: int, raises: bool):
    found = Detected(river(), flood(calendar=calendar)).values([1.6] * 4, start=start)
    assert told(found) == ([1] if raises else [])


def test_a_calendar_is_in_legal_time_when_the_clocks_change():
    winter = 1_761_462_000_000  # Sunday 26 October 2025, 08:00 in Paris; the day before it was 09:00
    summer = winter - DAY
    calendar = "07:00-08:30"
    assert told(Detected(river(), flood(calendar=calendar)).values([1.6, 1.6], start=winter)) == [1]
    assert told(Detected(river(), flood(calendar=calendar)).values([1.6, 1.6], start=summer)) == []


def test_suspect_values_raise_nothing():
    city = Detected(river(), flood(), rule("quality_fault", None, state="off"))
    assert told(city.values([2.5] * 4, flags=3)) == []
    assert told(city.values([2.5] * 2, flags=2, start=START + DAY)) == [2]


def test_values_of_an_intervention_are_not_judged():
    open_ = fleet_object("intervention", "I1", point="P1", state="under_way", started_at="2025-06-17T00:00:00Z")
    assert told(Detected(river(), flood(), open_).values([2.5] * 4)) == []


def test_rules_have_their_time_and_their_place():
    other = flood(points=["P2"])
    assert told(Detected(river(), river("P2"), other).values([2.5] * 4)) == []
    assert told(Detected(river(), river("P2"), other).values([2.5] * 4, at="P2")) == [2]
    trial = Detected(river(), flood(state="trial")).values([2.5] * 4)
    assert [(one.level, one.trial) for one in trial] == [(2, True)]
    assert told(Detected(river(), flood(state="off")).values([2.5] * 4)) == []


def test_several_rules_at_a_point_each_have_their_alarm():
    city = Detected(river(), flood(), rule("basse", properties=["water_level"], parameters={"level_1": 1.8}))
    assert [(one.rule, one.level) for one in city.values([1.9, 1.9])] == [("basse", 1), ("crue", 1)]


def test_one_alarm_of_a_rule_at_several_series():
    both = rule("seuil", properties=["water_level", "water_temperature"], parameters={"level_1": 30.0, "on_delay": 1.0})
    city = Detected(river(properties=[{"property": "water_level"}, {"property": "water_temperature"}]), both)
    assert told(city.values([31.0])) == [1]
    assert told(city.values([31.0], of=42)) == [], "it is raised already"
    assert told(city.values([1.0] * 8, start=START + HOUR)) == [], "the other series is still beyond"
    assert told(city.values([1.0] * 8, start=START + HOUR, of=42)) == [0]


def test_what_goes_on_is_told_once_its_rule_leaves_its_trial():
    city = Detected(river(), flood(state="trial"))
    assert [(one.level, one.trial) for one in city.values([2.5] * 3)] == [(2, True)]
    city.change(flood(state="on", revision=2))
    closed = city.tick(START + 3 * QUARTER)
    assert told(closed) == [0]
    assert closed[0].sentence_fr.startswith("P1\u00a0: la règle crue est désormais en service ; cette alerte est close")
    raised = city.values([2.5] * 3, start=START + 4 * QUARTER)
    assert [(one.level, one.trial) for one in raised] == [(2, False)]
    assert raised[0].cause_id != closed[0].cause_id


def test_an_alarm_ends_though_its_rule_was_switched_off_while_nobody_watched():
    city = Detected(river(), flood())
    assert told(city.values([2.5] * 3)) == [2]
    city.save()
    city.change(flood(state="off", revision=2))
    city.crash()
    assert told(city.tick(START + HOUR)) == [0]
    assert city.tick(START + HOUR + MINUTE) == []


def test_the_end_of_the_hours_of_a_rule_is_no_return_to_normal():
    city = Detected(river(), flood(calendar="jour"))
    assert told(city.values([2.5] * 4, start=START + 21 * HOUR)) == [2]
    over = city.values([2.5] * 8, start=START + 22 * HOUR)
    assert [one.sentence_fr for one in over] == [
        "P1\u00a0: fin des heures de veille (seuil), 2,5\u202fm après 2\u00a0h."
    ]


def test_an_alarm_ends_with_its_rule_or_its_point():
    for change in (flood(state="off", revision=2), gone("rule", "crue"), gone("point", "P1")):
        city = Detected(river(), flood())
        [raised] = city.values([2.5, 2.5])
        city.change(change)
        [ended] = city.tick(START + HOUR)
        assert (ended.active, ended.cause_id, ended.kind) == (False, raised.cause_id, "value")
        assert "ne veille plus" in ended.sentence_fr
        assert city.tick(START + HOUR + MINUTE) == []
    city = Detected(river(), flood())
    city.values([2.5, 2.5])
    city.change(river("P2"))
    assert city.tick(START + HOUR) == [], "another change of the fleet"


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 4), st.integers(0, 4))
def test_a_level_is_held_only_by_as_many_values_and_let_go_of_only_after_its_time(levels, on_delay, off):
    hold, before = Hold(), 0
    for place, level in enumerate(levels):
        changed = settle(hold, level, place, str(place), on_delay, off)
        if hold.level > before:
            assert min(levels[place + 1 - on_delay : place + 1]) == hold.level
        if hold.level < before:
            assert max(levels[max(0, place - off) : place + 1]) < before
            assert hold.level == max(levels[max(0, place - off) : place + 1])
        assert changed == (hold.level != before)
        before = hold.level


def test_levels_of_a_property_that_nobody_watches_cost_nothing():
    city = Detected(river(properties=[{"property": "battery_voltage"}]), flood())
    assert city.values([3.0] * 3, of=LEVEL + 50) == []
