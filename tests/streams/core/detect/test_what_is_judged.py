"""Which values may alarm: fresh ones, first revisions, once; what comes late is archived; windows; crashes."""

from detected import (
    DAY,
    HOUR,
    LEVEL,
    MINUTE,
    QUARTER,
    START,
    WARMTH,
    Detected,
    day_window,
    encode,
    flood,
    river,
    rule,
    told,
)
from fleet_objects import fleet_object, point
from msgspec.structs import replace

from vigie.streams.core.detect.hour_of_week import slot
from vigie.topics.aggregate import Aggregate
from vigie.topics.baseline import HOURS, Baseline
from vigie.topics.buddies import BuddyValue
from vigie.topics.observation import revision

FAST = rule("montee", "rate", properties=["water_level"], parameters={"level_1": 0.4})


def test_a_flush_of_three_days_mails_nothing_and_is_archived():
    city = Detected(river(), flood())
    start, now = START - 3 * DAY, START
    values = [1.0] * 100 + [2.5] * 100 + [1.0] * 88
    flush = [
        city.observation(start + number * QUARTER, {LEVEL: value}, arrival=now) for number, value in enumerate(values)
    ]
    found = city.observed(*flush)
    assert [(one.active, one.late) for one in found] == [(True, True), (False, True)]
    raised, cleared = found
    assert (raised.level, raised.cause_id) == (2, flush[100].id)
    assert (cleared.cause_id, cleared.event_at) == (raised.cause_id, start + 204 * QUARTER)
    assert told(city.values([1.0] * 4, start=START + QUARTER)) == []


def test_an_excess_that_lasts_into_the_present_is_told_in_time():
    city = Detected(river(), flood())
    late = [city.observation(START - (9 - n) * QUARTER, {LEVEL: 2.5}, arrival=START) for n in range(6)]
    assert city.observed(*late) == [], "it is not over"
    now = city.values([2.5, 2.5, 2.5], start=START - 2 * QUARTER, late=QUARTER)
    assert [(one.active, one.late) for one in now] == [(True, True), (False, True), (True, False)]


def test_an_excess_that_came_late_and_got_no_more_values_is_told_after_an_hour():
    city = Detected(river(), flood())
    late = [city.observation(START - (9 - n) * QUARTER, {LEVEL: 2.5}, arrival=START) for n in range(6)]
    city.observed(*late)
    assert city.tick(START + 30 * MINUTE) == []
    assert [(one.active, one.late) for one in city.tick(START + 61 * MINUTE)] == [(True, True), (False, True)]
    assert city.tick(START + 62 * MINUTE) == []


def test_the_platforms_own_rules_say_nothing_of_late_values():
    city = Detected(river())
    assert city.values([2.5] * 8, late=DAY, flags=3) == []
    assert [one.rule for one in city.values([2.5] * 8, start=START + 2 * DAY, flags=3)] == ["quality_fault"]


def test_a_logger_that_sends_once_a_day_is_fresh_for_two():
    city = Detected(river(upload_s=86_400), flood())
    assert told(city.values([2.5, 2.5], late=DAY + HOUR)) == [2]


def test_backlog_is_not_fresh():
    """`observe` was away for three hours: what it reads now arrived in time, but is long over."""
    city = Detected(river(), flood())
    one, two = (city.observation(START + n * QUARTER, {LEVEL: 2.5}, arrival=START + n * QUARTER) for n in range(2))
    assert city.observed(one, two, appended=START + 3 * HOUR) == []
    played = Detected(river(), flood(), live=False)
    assert told(played.observed(one, two, appended=START + 3 * HOUR)) == [2], "a recorded day has its own clock"
    played = Detected(river(), flood(), live=False)
    played.tick(START + 3 * HOUR)
    assert played.observed(one, two) == []


def test_later_revisions_withdrawn_and_impossible_values_are_passed_by():
    city = Detected(river(), flood())
    for number, changed in enumerate(
        ({"revision": revision(0, 1, 1), "reason": "neighbours"}, {"revision": revision(1, 0, 0), "reason": "replay"},
         {"withdrawn": True}, {"reason": "placement"}, {"ingested_at": START - 10 * MINUTE})
    ):  # fmt: skip
        pair = [
            replace(city.observation(START + n, {LEVEL: 2.5}, arrival=START + 9), **changed)
            for n in (2 * number, 2 * number + 1)
        ]
        assert city.observed(*pair) == [], changed


def test_values_that_are_qualified_together_are_judged_though_their_first_publication_is_of_a_later_round():
    city = Detected(river(), flood())
    one, two = (city.observation(START + n * QUARTER, {LEVEL: 2.5}, arrival=START + n * QUARTER) for n in range(2))
    assert told(city.observed(replace(one, revision=revision(0, 1, 1), reason="live"), two)) == [2]


def test_a_value_counts_once_however_often_it_comes():
    city = Detected(river(), flood())
    one = city.observation(START, {LEVEL: 2.5}, arrival=START)
    assert city.observed(one, one, one) == [], "published again after a crash: one value"


def test_a_crash_makes_the_same_signals():
    city = Detected(river(), flood(), FAST)
    values = [1.0, 1.0, 1.1, 1.4, 1.7, 2.1, 2.6, 2.6, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.6, 1.6]
    seen = [city.observation(START + n * QUARTER, {LEVEL: one}, arrival=START + n * QUARTER)
            for n, one in enumerate(values)]  # fmt: skip
    records = [city.record("observations.v1", "P1", encode(one), one.ingested_at) for one in seen]
    whole = [signal for record in records for signal in city.read("observations.v1", [record])]
    assert len(whole) > 5
    for crash in range(1, len(records)):
        for back in (0, 3):
            again = Detected(river(), flood(), FAST)
            before = [s for record in records[: max(crash - back, 0)] for s in again.read("observations.v1", [record])]
            again.save()
            lost = [
                s for record in records[max(crash - back, 0) : crash] for s in again.read("observations.v1", [record])
            ]
            again.crash()
            after = [s for record in records for s in again.read("observations.v1", [record])]
            assert before + after == whole
            assert lost == after[: len(lost)], "what was sent before the crash is sent again, the same"


def test_missing_days_are_told_once_they_had_time_to_come_and_end_as_they_are_filled():
    city = Detected(river())
    end = START + DAY
    assert city.aggregated(day_window(0.5), end + QUARTER) == []
    assert city.tick(end + HOUR) == []
    [raised] = city.tick(end + 2 * HOUR)
    assert (raised.kind, raised.subject, raised.rule, raised.priority) == ("data", "point:P1", "data_gap", 4)
    assert raised.sentence_fr == "P1 n'a que 50\u00a0% des mesures attendues du 18/06/2025."
    assert raised.facts["completeness"] == "0.5"
    assert city.aggregated(day_window(0.7, revision=1), end + 3 * HOUR) == []
    [cleared] = city.aggregated(day_window(0.95, revision=2), end + 4 * HOUR)
    assert (cleared.active, cleared.cause_id) == (False, raised.cause_id)
    assert cleared.sentence_fr == "P1\u00a0: retour à la normale (données manquantes), après 2\u00a0h."


def test_what_a_tick_shows_is_not_of_the_device_that_was_heard_last():
    city = Detected(river(), river("P2"))
    assert city.aggregated(day_window(0.5), START + DAY + MINUTE) == []
    city.values([1.0], start=START + DAY, at="P2")
    (gap,) = city.tick(START + DAY + 3 * HOUR)
    assert (gap.subject, gap.device, gap.placement) == ("point:P1", "", "")
    assert gap.facts["window"] == "2025-06-17T22:00:00Z/2025-06-18T22:00:00Z"
    assert (gap.facts["expected_low"], gap.facts["completeness"]) == ("0.9", "0.5")


def test_a_day_that_is_filled_in_time_is_no_gap_and_one_that_never_is_lapses():
    city = Detected(river())
    end = START + DAY
    city.aggregated(day_window(0.5), end + QUARTER)
    city.aggregated(day_window(0.97, revision=1), end + HOUR)
    assert city.tick(end + 3 * HOUR) == []
    city.aggregated(day_window(0.5, start=START + DAY), end + DAY + QUARTER)
    city.save()
    city.crash()
    assert told(city.tick(end + DAY + 2 * HOUR)) == [1], "also by a worker that has just taken over"
    assert told(city.tick(end + 8 * DAY)) == [0]


def test_an_indicator_beyond_a_limit():
    loud = rule("harmonica", indicators=["noise_harmonica"], use_case="noise", parameters={"level_1": 8.0})
    city = Detected(point("P1", use_case="noise", properties=[{"property": "laeq"}]), loud)

    def hour(number: int, value: float | None, revision: int = 0) -> Aggregate:
        start = START + number * HOUR
        return Aggregate(
            subject="point:P1", indicator="noise_harmonica", window_code="1h", window_start=start,
            window_end=start + HOUR, revision=revision, count=4, minimum=None, mean=None, maximum=None, value=value,
            unit="", input_hash="00" * 8, reason="closed",
        )  # fmt: skip

    def at(number: int, *value: float | None, **more: int) -> list[int]:
        return told(city.aggregated(hour(number, *value, **more), START + (number + 1) * HOUR + QUARTER))

    assert at(0, 8.4) == []
    assert at(1, None) == at(1, 9.0, revision=1) == [], "a later revision never alarms"
    assert at(2, 8.4) == [1]
    assert at(3, 7.8) == [], "deadband 0.3"
    assert (at(4, 7.6), at(5, 7.6), at(6, 7.6)) == ([], [], [0])
    assert told(city.aggregated(hour(9, 9.0), START + 2 * DAY)) == []
    assert told(city.aggregated(hour(10, 9.0), START + 2 * DAY)) == [], "long over"


def test_a_rule_of_baselines_judges_by_the_one_of_the_point():
    usual = rule("habitude", "baseline", properties=["air_temperature"], points=["P1"])
    hour = slot(START // HOUR, "Europe/Paris").hour
    flat = (20.0,) * HOURS
    made = Baseline("P1", WARMTH, 0, START, START - 56 * DAY, START, (32,) * HOURS, flat, (0.5,) * HOURS, flat, flat)
    city = Detected(point("P1"), usual)
    assert city.values([35.0] * 3, of=WARMTH) == [], "nothing is known"
    city.usual(made)
    [raised] = city.values([35.0] * 3, of=WARMTH, start=START + HOUR)
    assert raised.facts["baseline"] == "20"
    assert hour == 48
    city.save()
    city.crash()
    assert told(city.values([20.0] * 8, of=WARMTH, start=START + 2 * HOUR)) == [0], "it is kept with the state"


def test_a_point_is_judged_beside_its_neighbours():
    city = Detected(
        *(point(f"P{number}", buddy_group="G") for number in range(1, 6)),
        rule("ecart", "fleet_residual", properties=["air_temperature"], parameters={"learn_days": 1.0}),
        fleet_object("zone", "Z9", name="z"),
    )
    found = []
    for number in range(3 * 96):
        at = START + number * QUARTER
        for place in range(1, 6):
            far = 9.0 if place == 1 and number > 280 else 0.0
            one = BuddyValue("G", f"P{place}", WARMTH, 0, at, 20.0 + place / 10 + far, 10.0, 43.3, 5.4, True)
            found += city.beside(one, at + 3000)
        if number == 150:
            city.save()
            city.crash()
    assert [(one.rule, one.subject, one.level) for one in found] == [("ecart", "point:P1", 1)]
    assert found[0].facts["neighbours"].startswith("4 points")


def test_a_stuck_sensor_is_one_alarm_that_names_the_test():
    city = Detected(river())
    stuck = [city.observation(START + n * QUARTER, {LEVEL: 1.0}, arrival=START + n * QUARTER, flag=3) for n in range(6)]
    flat = [replace(one, readings=tuple(replace(reading, tests=3 << 16) for reading in one.readings)) for one in stuck]
    [raised] = city.observed(*flat)
    assert (raised.kind, raised.rule, raised.facts["flags"]) == ("data", "quality_fault", "flat_line")
    assert "valeur figée" in raised.sentence_fr
    assert "flat line" in raised.sentence_en
    assert told(city.values([1.0, 1.1, 1.2, 1.3, 1.4], start=START + 6 * QUARTER)) == [0]
