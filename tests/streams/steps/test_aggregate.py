"""When windows of points are published, why, and what is said of those that are no longer held."""

import json
from typing import Any

import pytest
from fleet_objects import fleet_object, gone, point, version
from windows_by_hand import (
    DAY,
    HOUR,
    INDEX,
    LAEQ,
    MINUTE,
    START,
    TEMPERATURE,
    Log,
    Worker,
    expected,
    observation,
    same,
)

from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.owned.saved import SLOTS
from vigie.topics.aggregate import Aggregate

QUARTER = 15 * MINUTE
POINT = point("P1", zones=("Z1",))


def told(log: Log, code: str = "15m") -> list[tuple[Any, ...]]:
    """Minute of the day, revision, reason, count and value of the windows of a code."""
    return [
        ((one.window_start - START) // MINUTE, one.revision, one.reason, one.count, one.value)
        for one in log.aggregates
        if one.window_code == code
    ]


def a_day(worker: Worker, hours: float = 24, values: Any = float, **more: Any) -> None:
    """A temperature a quarter of an hour, and its ticks."""
    for number in range(int(hours * 4)):
        at = START + number * QUARTER
        worker.take(observation(number, at, {TEMPERATURE: values(number % 7)}, **more))
        worker.tick(at + QUARTER)


def test_a_window_closes_one_upload_period_after_its_end():
    worker = Worker(POINT)
    worker.take(observation(1, START, {TEMPERATURE: 20.0}))
    assert told(worker.tick(START + 2 * QUARTER - MINUTE)) == []
    assert told(worker.tick(START + 2 * QUARTER)) == [(0, 0, "closed", 1, 20.0)]
    assert told(worker.tick(START + 2 * QUARTER)) == [], "the same tick again, after a rebalance"
    assert told(worker.tick(START + 2 * QUARTER + MINUTE)) == []


def test_a_tick_that_comes_after_hours_closes_all_that_was_due():
    worker = Worker(POINT)
    for number in range(8):
        worker.take(observation(number, START + number * QUARTER, {TEMPERATURE: float(number)}))
    closed = worker.tick(START + 9 * QUARTER)
    assert [minute for minute, *_ in told(closed)] == [number * 15 for number in range(8)]
    assert [(minute, value) for minute, _, _, _, value in told(closed, "1h")] == [(0, 1.5), (60, 5.5)]


def test_late_readings_repair_after_five_seconds_or_at_the_next_tick():
    worker = Worker(POINT)
    a_day(worker, 2)
    late = observation(100, START + 1000, {TEMPERATURE: 9.0})
    more = observation(101, START + 2000, {TEMPERATURE: 6.0})
    assert not worker.take(late, timestamp=10_000).aggregates
    found = worker.take(more, timestamp=15_000)
    assert told(found) == [(0, 1, "late", 3, 5.0)], "both in one revision"
    assert told(found, "1h") == [(0, 1, "late", 6, 21 / 6)]
    worker.take(observation(102, START + 3000, {TEMPERATURE: 5.0}), timestamp=20_000)
    assert told(worker.tick(START + 2 * HOUR + MINUTE)) == [(0, 2, "late", 4, 5.0)]


def test_a_window_whose_readings_all_came_late_is_told_first_then():
    worker = Worker(POINT)
    worker.take(observation(1, START, {TEMPERATURE: 20.0}))
    worker.tick(START + 3 * HOUR)
    worker.take(observation(2, START + HOUR, {TEMPERATURE: 21.0}))
    assert told(worker.tick(START + 3 * HOUR + MINUTE)) == [(60, 0, "late", 1, 21.0)]


@pytest.mark.parametrize(
    ("reason", "why"),
    [("human", "quality"), ("neighbours", "quality"), ("replay", "corrected"), ("conversion", "corrected"),
     ("placement", "placement"), ("late", "late")],
)  # fmt: skip
def test_a_revision_says_why(reason: str, why: str):
    worker = Worker(POINT)
    a_day(worker, 1)
    worker.take(observation(0, START, {TEMPERATURE: 7.0}, round_=1, reason=reason))
    assert told(worker.tick(START + HOUR + MINUTE)) == [(0, 1, why, 1, 7.0)]


def test_a_reading_that_fails_is_left_out_and_one_that_is_as_good_changes_nothing():
    worker = Worker(POINT)
    a_day(worker, 1)
    worker.take(observation(0, START, {TEMPERATURE: 0.0}, round_=1, reason="successor"))
    assert not worker.tick(START + HOUR + MINUTE).aggregates
    worker.take(observation(0, START, {TEMPERATURE: 0.0}, round_=2, flags={TEMPERATURE: 4}, reason="successor"))
    [one] = [one for one in worker.tick(START + HOUR + 2 * MINUTE).aggregates if one.window_code == "15m"]
    assert (one.count, one.excluded, one.value, one.quality, one.reason) == (0, 1, None, 9, "quality")


def test_a_window_that_becomes_empty_says_so_and_its_zones_let_it_go():
    worker = Worker(POINT)
    worker.take(observation(1, START, {TEMPERATURE: 20.0}))
    worker.tick(START + 2 * HOUR)
    worker.take(observation(1, START, {TEMPERATURE: 20.0}, round_=1, withdrawn=True, reason="placement"))
    found = worker.tick(START + 2 * HOUR + MINUTE)
    assert told(found) == [(0, 1, "placement", 0, None)]
    assert {one.completeness for one in found.aggregates} == {0.0}
    assert {one.subject: one.parts for one in found.parts if one.code == "1h"} == {
        "zone:Z1": (), "commune:13055": (), "use_case:heat": (), "network:ville": (),
    }  # fmt: skip
    empty = expected([], {}) or worker.log.last()["point:P1", "air_temperature", "15m", START]
    assert empty.input_hash == "e4a6a0577479b2b4", "of no bytes at all"


def test_a_point_that_is_in_another_zone_leaves_the_one_before():
    worker = Worker(POINT)
    a_day(worker, 2)
    for number in range(4):
        worker.take(
            observation(number, START + number * QUARTER, {TEMPERATURE: float(number)}, fleet=2, zones=["Z2"],
                        reason="placement")
        )  # fmt: skip
    found = worker.tick(START + 2 * HOUR + MINUTE)
    last = {one.subject: len(one.parts) for one in worker.log.parts if (one.code, one.window_start) == ("1h", START)}
    assert last == {"zone:Z1": 0, "zone:Z2": 1, "commune:13055": 1, "use_case:heat": 1, "network:ville": 1}
    assert not [one for one in found.aggregates if one.revision], "the numbers are the same"


def test_impossible_instants_take_no_part():
    worker = Worker(POINT)
    ahead = observation(1, START + DAY, {TEMPERATURE: 20.0}, arrival=START)
    ancient = observation(2, 1000, {TEMPERATURE: 20.0}, arrival=START)
    found = worker.take(ahead, ancient, observation(3, START, {TEMPERATURE: 21.0}))
    found = worker.tick(START + 3 * DAY)
    assert not found.aggregates
    assert {one.from_at for one in found.dirty} == {window_of("1d", START, "Europe/Paris").start_at}


def test_what_is_older_than_the_memory_is_dirty_and_names_the_day_and_the_record():
    worker = Worker(POINT)
    a_day(worker, 4)
    worker.take(observation(500, START - 30 * HOUR, {TEMPERATURE: 1.0}, reason="replay", arrival=START + 4 * HOUR))
    found = worker.tick(START + 4 * HOUR + MINUTE)
    assert not found.aggregates
    [one] = found.dirty
    assert (one.subject, one.from_at, one.to_at, one.reason) == ("point:P1", START - 2 * DAY, START - DAY, "corrected")
    assert (one.topic, one.partition, one.offset) == ("observations.v1", 0, len(worker.records) - 1)
    assert one.before == worker.owner.mark <= START + 4 * HOUR - 26 * HOUR


def test_a_reading_in_memory_of_a_day_that_is_not_repairs_the_hour_and_names_the_day():
    worker = Worker(POINT)
    a_day(worker, 30)
    worker.tick(START + 32 * HOUR)
    at = START + 20 * HOUR + 1000
    worker.take(observation(500, at, {TEMPERATURE: 100.0}))
    found = worker.tick(START + 32 * HOUR + MINUTE)
    assert {one.window_code for one in found.aggregates} == {"15m", "1h"}
    assert [(one.from_at, one.before > START) for one in found.dirty] == [(START, True)]


def test_a_window_that_waits_longer_than_the_memory_is_dirty_when_it_is_let_go():
    worker = Worker(point("P1", upload_s=3 * 86_400))
    a_day(worker, 2)
    assert not worker.log.aggregates
    for hour in range(3, 40):
        worker.tick(START + hour * HOUR)
    assert not worker.log.aggregates
    assert {(one.from_at, one.reason) for one in worker.log.dirty} == {(START, "closed")}


def test_windows_shorter_than_the_step_are_not_made():
    worker = Worker(point("P1", step_s=3600, upload_s=3600))
    a_day(worker, 3)
    assert {one.window_code for one in worker.log.aggregates} == {"1h"}
    assert {one.completeness for one in worker.log.aggregates} == {1.0}


def test_a_point_that_nobody_announced_waits_for_nothing_and_expects_nothing():
    worker = Worker()
    worker.take(observation(1, START, {LAEQ: 50.0}))
    [one] = [one for one in worker.tick(START + QUARTER).aggregates if one.window_code == "15m"]
    assert (one.indicator, one.expected, one.completeness, one.value) == ("laeq", None, None, 50.0)


def asked(*codes: str, **more: Any) -> Any:
    return fleet_object(
        "indicator", "glissant", name="Moyennes glissantes", definition="…", owner="c1", properties=["air_temperature"],
        windows=list(codes), points=["P1"], **more,
    )  # fmt: skip


def test_windows_that_the_fleet_asks_for_roll_and_are_repaired():
    codes = ("15m", "30m", "1h", "1d", "r1h", "r8h", "r24h")
    worker = Worker(POINT, asked("30m", "r1h", "r8h", "r24h"))
    readings = [observation(n, START + n * QUARTER, {TEMPERATURE: float(n * 7 % 23)}) for n in range(108)]
    late = [readings[number] for number in (40, 41, 77, 100)]
    for number, one in enumerate(readings):
        if one not in late:
            worker.take(one)
        worker.tick(START + (number + 1) * QUARTER)
    worker.take(*late)
    end = START + 109 * QUARTER
    worker.tick(end)
    right = expected(readings, {TEMPERATURE: 900}, codes)
    found = worker.log.last()
    held = {key: one for key, one in right.items() if key[3] >= worker.owner.mark and one.window_end + QUARTER <= end}
    assert {key[2] for key in held} == set(codes)
    assert {key: same(found[key], one) for key, one in held.items()} == dict.fromkeys(held, True)
    rolled = found["point:P1", "air_temperature", "r1h", START + 76 * QUARTER]
    assert (rolled.revision, rolled.reason, rolled.count) == (1, "late", 4)


def test_a_meter_s_next_window_follows_when_the_reading_before_it_changes():
    properties = [{"property": "active_energy_index"}]
    worker = Worker(point("P1", properties=properties))
    for number in range(12):
        worker.take(observation(number, START + number * QUARTER, {INDEX: 100.0 + number}))
        worker.tick(START + (number + 1) * QUARTER)
    before = {one.window_start: one.value for one in worker.log.aggregates if one.window_code == "15m"}
    assert before[START + QUARTER] == 1.0
    worker.take(observation(3, START + 3 * QUARTER, {INDEX: 103.5}, round_=1, reason="conversion"))
    found = {one.window_start: one for one in worker.tick(START + 4 * HOUR).aggregates if one.window_code == "15m"}
    assert (found[START + 3 * QUARTER].value, found[START + 4 * QUARTER].value) == (1.5, 0.5)
    assert START + 5 * QUARTER not in found


def test_another_upload_period_holds_nothing_back():
    worker = Worker(point("P1", upload_s=4 * 3600))
    a_day(worker, 2)
    assert not worker.log.aggregates
    worker.fleet.view = worker.fleet.view.with_objects([point("P1", upload_s=900, revision=2)])
    found = worker.tick(START + 2 * HOUR + MINUTE)
    assert [minute for minute, *_ in told(found)] == [number * 15 for number in range(7)]


def test_a_point_that_is_gone_from_the_fleet_tells_what_it_has():
    worker = Worker(point("P1", upload_s=4 * 3600))
    a_day(worker, 1)
    worker.fleet.view = worker.fleet.view.with_objects([gone("point", "P1")])
    assert len(told(worker.tick(START + HOUR + MINUTE))) == 4


def test_changes_that_were_not_published_are_published_by_whoever_takes_over():
    worker = Worker(POINT)
    a_day(worker, 2)
    worker.take(
        observation(100, START + 1000, {TEMPERATURE: 9.0}),
        observation(101, START - 40 * HOUR, {TEMPERATURE: 9.0}, arrival=START),
    )  # fmt: skip
    worker.save()
    worker.die()
    found = worker.take(observation(8, START + 2 * HOUR, {TEMPERATURE: 1.0}))
    assert told(found) == [(0, 1, "late", 2, 4.5)]
    assert [one.subject for one in found.dirty] == ["point:P1"]


def test_what_a_lost_worker_told_of_readings_that_are_taken_back_is_taken_back():
    worker = Worker(POINT)
    a_day(worker, 1)
    worker.save()
    worker.take(observation(50, START + HOUR, {TEMPERATURE: 9.0}))
    worker.tick(START + HOUR + 2 * QUARTER)  # published, not saved
    worker.write([observation(50, START + HOUR, {TEMPERATURE: 9.0}, round_=1, withdrawn=True)])
    worker.die()
    worker.read()
    worker.tick(START + 2 * HOUR)
    last = worker.log.last()["point:P1", "air_temperature", "15m", START + HOUR]
    assert (last.count, last.value) == (0, None)


def test_a_day_of_a_point_takes_less_than_one_and_a_half_kilobytes_per_property():
    points = [point(f"P{n}", properties=[{"property": "air_temperature"}]) for n in range(20)]
    worker, values = Worker(*points), {1: 20.0, 2: 50.0, 3: 9.0, 4: 1013.0, 5: 100.0}
    for number in range(26 * 4):
        worker.write(observation(number, START + number * QUARTER, values, point=f"P{n}") for n in range(20))
    worker.read()
    worker.save()
    assert worker.step.points.bytes_in_memory() / 20 / 5 < 1500
    assert sum(len(value) for _, value in worker.changelog) / 20 / 5 < 1500
    assert len(dict(worker.changelog)) == 20 * 7 + 1


def test_two_devices_at_one_point_both_count():
    worker = Worker(POINT)
    worker.take(observation(1, START, {TEMPERATURE: 20.0}), observation(2, START, {TEMPERATURE: 22.0}))
    worker.take(observation(2, START, {TEMPERATURE: 22.0}))
    assert told(worker.tick(START + 2 * QUARTER)) == [(0, 0, "closed", 2, 21.0)]


def test_the_record_says_all_that_a_window_comes_to():
    worker = Worker(POINT)
    a_day(worker, 2)
    one = worker.log.last()["point:P1", "air_temperature", "1h", START]
    assert same(one, Aggregate(
        subject="point:P1", indicator="air_temperature", window_code="1h", window_start=START,
        window_end=START + HOUR, revision=0, count=4, minimum=0.0, mean=1.5, maximum=3.0, reason="closed",
        input_hash=one.input_hash, value=1.5, unit="°C", expected=4, completeness=1.0, sum=6.0,
        deviation=1.25**0.5, first=0.0, last=3.0, quality=1,
    ))  # fmt: skip


def test_a_window_expects_what_held_when_it_began():
    now = version(START + HOUR, None, **json.loads(point("P1", step_s=300).versions[0].attributes))
    before = version(None, START + HOUR, **json.loads(point("P1").versions[0].attributes))
    worker = Worker(fleet_object("point", "P1", before, now))
    a_day(worker, 4)
    found = {
        (one.window_start - START) // HOUR: one.expected for one in worker.log.aggregates if one.window_code == "1h"
    }
    assert found == {0: 4, 1: 12, 2: 12}


def test_without_ticks_the_memory_goes_by_arrival():
    worker = Worker(POINT)
    worker.tick(START)
    for hour in range(80):
        worker.take(observation(hour, START + hour * HOUR, {TEMPERATURE: 20.0}))
        worker.save()
    assert len(worker.owner.memory.slots) <= SLOTS - 3
    worker.tick(START + 80 * HOUR)
    assert {one.from_at for one in worker.log.dirty} >= {START, START + DAY}
    worker.die()
    assert len(worker.owner.memory.slots) <= SLOTS - 3


def test_what_changed_and_was_let_go_of_without_a_tick_is_not_lost_with_its_worker():
    worker = Worker(point("P1"))
    a_day(worker, 4)
    at = START + HOUR
    worker.take(
        observation(900, at, {TEMPERATURE: 30.0}, arrival=START + 6 * HOUR),  # repairs the hour, in five seconds
        observation(901, START + 3 * DAY, {TEMPERATURE: 30.0}),  # ticks are away: the day leaves the memory
    )
    worker.save()
    worker.die()
    worker.tick(START + 3 * DAY + MINUTE)
    assert [one.before for one in worker.log.dirty if one.from_at <= at < one.to_at and one.reason == "late"]
