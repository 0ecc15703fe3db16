"""What the step qualify makes of placed uplinks, of verdicts and of what the fleet sees otherwise by now."""

from types import SimpleNamespace
from typing import Any

import pytest
from fleet_objects import device, fleet_object, gone, placement, point, version
from qualify_by_hand import (
    ADDRESS,
    HUMIDITY,
    PLACEMENT,
    POINT,
    START_AT,
    STEP_MS,
    TEMPERATURE,
    Changelog,
    Fleet,
    in_force,
    observations,
    placed,
    process,
    record,
    step,
    uplink,
    usual_fleet,
)

from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.steps.qualify import QualifyStep
from vigie.streams.transport.step import Batch
from vigie.topics import buddies, quality, requalify
from vigie.topics.observation import Observation, observation_id, revision
from vigie.topics.quality import Flag, unpack
from vigie.topics.requalify import Again, Verdict
from vigie.topics.uplink import Reading

DISTANCE, FILL, WATER_LEVEL = 30, 31, 40
DAY = [20.0, 20.5, 21.1, 21.4, 22.0, 22.3]


def temperature(celsius: float, at: int | None = None) -> Reading:
    return Reading(TEMPERATURE, 0, celsius, at)


def asked(message: Any, offset: int = 0) -> Batch:
    return Batch(
        [SimpleNamespace(value=requalify.encode(message), key=b"", offset=offset, timestamp=0)],
        topic="requalify", partition=0,
    )  # fmt: skip


def a_day(worker: QualifyStep, values: list[float] = DAY, **more: Any) -> list[Observation]:
    """Values a quarter of an hour apart, one uplink each, numbered from 0."""
    batch = [record(uplink(n, START_AT + n * STEP_MS, [temperature(v)]), n, **more) for n, v in enumerate(values)]
    return observations(process(worker, placed(batch)))


def again(number: int, readings: list[Reading], *, fleet: int = 2, point: str = POINT, reason: str = "placement",
          address: str = ADDRESS, at: int | None = None) -> Again:  # fmt: skip
    when = START_AT + number * STEP_MS if at is None else at
    return Again(point, fleet, reason, f"{number:032x}", 0, address, "ville", when, when + 400, when + 900,
                 tuple(readings))  # fmt: skip


def test_an_uplink_becomes_an_observation():
    found = a_day(step(usual_fleet()))
    assert len(found) == 6
    one = found[3]
    at = START_AT + 3 * STEP_MS
    assert one.id == observation_id(f"{3:032x}", POINT, at)
    assert (one.point, one.device, one.placement, one.use_case, one.commune) == (
        POINT,
        "D1",
        PLACEMENT,
        "heat",
        "13055",
    )
    assert (one.observed_at, one.received_at, one.ingested_at) == (at, at + 400, at + 900)
    assert (one.network, one.fleet_revision, one.ruleset, one.reason) == ("ville", 1, quality.RULESET, "live")
    assert one.revision >> 8 == 1
    assert [(r.property, r.value, r.flag, r.raw) for r in one.readings] == [(TEMPERATURE, 21.4, Flag.GOOD, None)]


def test_the_same_uplink_again_changes_nothing():
    worker = step(usual_fleet())
    a_day(worker)
    assert not a_day(worker)


def test_a_spike_is_known_when_the_next_value_has_come():
    worker = step(usual_fleet())
    a_day(worker)
    spike, after = START_AT + 6 * STEP_MS, START_AT + 7 * STEP_MS
    first = observations(process(worker, placed([record(uplink(6, spike, [temperature(31.0)]), 6)])))
    later = observations(process(worker, placed([record(uplink(7, after, [temperature(22.5)]), 7)])))
    assert [one.reason for one in later] == ["successor", "live"]
    assert later[0].id == first[0].id
    assert later[0].revision == first[0].revision + 1
    assert unpack(first[0].readings[0].tests)[quality.Test.SPIKE] is Flag.UNKNOWN
    assert unpack(later[0].readings[0].tests)[quality.Test.SPIKE] is Flag.FAIL


def test_readings_of_a_logger_become_an_observation_each():
    readings = [temperature(20.0 + n, START_AT + n * STEP_MS) for n in range(4)]
    found = observations(process(step(usual_fleet()), placed([record(uplink(1, START_AT + 3 * STEP_MS, readings), 0)])))
    assert [one.observed_at for one in found] == [START_AT + n * STEP_MS for n in range(4)]
    assert len({one.id for one in found}) == 4


def test_distances_become_fill_and_what_the_table_refuses_is_suspect():
    table = fleet_object("conversion", "c", property="air_temperature", method="table", table=[[0, 0], [30, 60]])
    fleet = Fleet(
        device("D1", ADDRESS), point(POINT, use_case="waste"), table,
        placement(PLACEMENT, "D1", POINT, empty_mm=1800, full_mm=200, conversions=["c"]),
    )  # fmt: skip
    worker = step(fleet)
    readings = [Reading(DISTANCE, 0, 600.0), temperature(10.0)]
    one = observations(process(worker, placed([record(uplink(1, START_AT, readings), 0)])))[0]
    assert [(r.property, r.value, r.raw) for r in one.readings] == [
        (1, 20.0, 10.0),
        (30, 600.0, None),
        (31, 75.0, None),
    ]
    refused = observations(process(worker, placed([record(uplink(2, START_AT + STEP_MS, [temperature(40.0)]), 1)])))[-1]
    assert [(r.value, r.raw) for r in refused.readings] == [(40.0, None)]
    assert unpack(refused.readings[0].tests)[quality.Test.CONSISTENCY] is Flag.SUSPECT


def test_an_impossible_instant_is_kept_and_fails():
    worker = step(usual_fleet())
    a_day(worker)
    for number, at in ((50, 3_000), (51, 4_000_000_000_000)):
        late = uplink(number, at, [temperature(20.0)], ingested_at=START_AT)
        one = observations(process(worker, placed([record(late, number)])))[0]
        assert one.observed_at == at
        assert one.ingested_at == START_AT
        assert unpack(one.readings[0].tests)[quality.Test.CLOCK] is Flag.FAIL
        assert one.readings[0].flag == Flag.FAIL
    after = observations(process(worker, placed([record(uplink(6, START_AT + 6 * STEP_MS, [temperature(22.4)]), 9)])))
    assert after[-1].readings[0].flag == Flag.GOOD


def test_a_value_older_than_the_memory_has_the_tests_that_need_no_other():
    worker = step(usual_fleet())
    a_day(worker)
    old = START_AT - 30 * 3_600_000
    found = observations(process(worker, placed([record(uplink(70, old, [temperature(50.0)]), 9)])))
    assert [one.observed_at for one in found] == [old]
    assert unpack(found[0].readings[0].tests)[quality.Test.GROSS_RANGE] is Flag.FAIL
    assert unpack(found[0].readings[0].tests)[quality.Test.RATE_OF_CHANGE] is Flag.UNKNOWN


# -- replays


def test_a_replay_replaces_and_withdraws_instants_that_it_no_longer_makes():
    worker = step(usual_fleet())
    a_day(worker)
    at = START_AT + 6 * STEP_MS
    wrong = uplink(6, at, [temperature(30.0, at - 600_000), temperature(31.0, at)])
    before = observations(process(worker, placed([record(wrong, 6)])))
    right = uplink(6, at, [temperature(22.5)], revision=4)
    after = observations(process(worker, placed([record(right, 7)])))
    assert not observations(process(worker, placed([record(wrong, 8)])))  # the older revision comes late
    states = in_force([*before, *after])
    withdrawn = [one for one in states.values() if one.withdrawn]
    assert [one.observed_at for one in withdrawn] == [at - 600_000]
    kept = states[observation_id(f"{6:032x}", POINT, at)]
    assert (kept.reason, kept.revision, kept.readings[0].value) == ("replay", revision(4, 1, 0), 22.5)
    assert kept.readings[0].flag == Flag.GOOD


# -- what the fleet says


def test_out_of_service_and_the_owner_s_verdict_stand_beside_the_tests():
    span = {"start_at": "2025-06-15T15:00:00Z", "end_at": "2025-06-15T15:40:00Z"}  # 15:06:40 is START_AT
    fleet = usual_fleet(
        fleet_object("intervention", "i1", point=POINT, state="done", type="curative",
                     started_at=span["start_at"], ended_at=span["end_at"]),
        fleet_object("qualification", "q1", point=POINT, verdict="validated", reason="seen", by="c", **span),
        fleet_object("qualification", "q2", point=POINT, verdict="rejected", reason="shade", by="c",
                     start_at="2025-06-15T15:45:00Z", end_at="2025-06-15T16:00:00Z"),
    )  # fmt: skip
    readings = [one.readings[0] for one in a_day(step(fleet), [60.0, 20.5, 21.1, 21.4, 22.0, 22.3])]
    tests = [unpack(one.tests) for one in readings]
    assert [one[quality.Test.SERVICE] for one in tests] == [3, 3, 3, 2, 2, 2]
    assert [one[quality.Test.HUMAN] for one in tests] == [1, 1, 1, 4, 2, 2]
    assert readings[0].flag == Flag.GOOD
    assert tests[0][quality.Test.GROSS_RANGE] is Flag.FAIL
    assert readings[3].flag == Flag.FAIL


def test_a_point_s_settings_hold_from_when_they_hold():
    change_at = START_AT + 3 * STEP_MS
    setting = {"point": POINT, "property": "air_temperature", "test": "gross_range"}
    fleet = usual_fleet(
        fleet_object("quality_setting", "s", version(change_at, None, **setting, parameters={"fail_max": 21.2}))
    )
    assert [one.readings[0].flag for one in a_day(step(fleet))] == [1, 1, 1, 4, 4, 4]


def test_an_uplink_that_was_placed_by_an_older_fleet_goes_where_the_newer_one_sees_it():
    fleet = usual_fleet(point("P2"))
    worker = step(fleet)
    fleet.apply(placement(PLACEMENT, "D1", "P2", revision=2))
    one = record(uplink(1, START_AT, [temperature(20.0)]), 0)
    out = process(worker, placed([one]))
    assert not observations(out)
    ((key, value, headers, _),) = out.records["placed"]
    assert (key, value) == (b"P2", one.value)
    assert dict(headers) == {"vigie-placement": PLACEMENT.encode(), "vigie-fleet-revision": b"2"}
    there = SimpleNamespace(key=key, value=value, headers=headers, offset=0, timestamp=0)
    assert [one.point for one in observations(process(worker, placed([there])))] == ["P2"]


def test_a_point_or_a_placement_that_is_gone_is_no_crash():
    fleet = usual_fleet()
    worker = step(fleet)
    a_day(worker)
    fleet.apply(gone("point", POINT), gone("placement", PLACEMENT))
    assert not a_day(worker, [1.0] * 8)
    assert not observations(process(worker, asked(Verdict(POINT, TEMPERATURE, 0, START_AT, 7, 3, {}))))
    strange = record(uplink(3, START_AT, [temperature(1.0)]), 0, at_point="nowhere", placed_by="never")
    assert not process(worker, placed([strange]))


def test_it_waits_for_the_fleet_by_which_a_record_was_placed():
    with pytest.raises(CannotGoOnError, match="revision 5 of the fleet"):
        a_day(step(usual_fleet()), fleet=5)


# -- requalify


def test_a_verdict_of_neighbours_is_a_round_of_its_own_and_is_taken_back():
    worker = step(usual_fleet())
    before = a_day(worker)
    at = START_AT + 2 * STEP_MS
    objected = observations(process(worker, asked(Verdict(POINT, TEMPERATURE, 0, at, 8, 3, {}))))
    assert [(one.reason, one.readings[0].flag) for one in objected] == [("neighbours", 3)]
    assert objected[0].revision > before[2].revision
    assert not observations(process(worker, asked(Verdict(POINT, TEMPERATURE, 0, at, 8, 3, {}))))
    taken_back = observations(process(worker, asked(Verdict(POINT, TEMPERATURE, 0, at, 8, 1, {}))))
    assert [one.readings[0].flag for one in taken_back] == [1]
    assert unpack(taken_back[0].readings[0].tests)[quality.Test.RADIATION] is Flag.UNKNOWN
    assert taken_back[0].revision > objected[0].revision
    for unknown in (Verdict(POINT, HUMIDITY, 0, at, 8, 3, {}), Verdict(POINT, TEMPERATURE, 0, at + 1, 8, 3, {})):
        assert not observations(process(worker, asked(unknown)))


def test_an_objection_outlives_a_late_value():
    worker = step(usual_fleet())
    a_day(worker)
    at = START_AT + 4 * STEP_MS
    process(worker, asked(Verdict(POINT, TEMPERATURE, 0, at, 7, 4, {})))
    late = uplink(90, at - 300_000, [temperature(29.0)])
    found = in_force(observations(process(worker, placed([record(late, 90)]))))
    tests = unpack(found[observation_id(f"{4:032x}", POINT, at)].readings[0].tests)
    assert (tests[quality.Test.NEIGHBOURS], tests[quality.Test.RATE_OF_CHANGE]) == (4, 3)


def test_a_corrected_placement_withdraws_here_and_publishes_there():
    fleet = usual_fleet(point("P2"))
    worker = step(fleet)
    before = a_day(worker)
    fleet.apply(placement(PLACEMENT, "D1", "P2", revision=2))
    here, there = [], []
    for number, value in enumerate(DAY):
        here += observations(process(worker, asked(again(number, [temperature(value)]))))
        there += observations(process(worker, asked(again(number, [temperature(value)], point="P2"))))
    assert [(one.withdrawn, one.id) for one in here] == [(True, one.id) for one in before]
    assert all(one.revision >> 8 == 2 for one in here)
    assert [(one.point, one.reason, one.fleet_revision, one.readings[0].flag) for one in there] == [
        ("P2", "placement", 2, 1)
    ] * 6
    assert not observations(process(worker, asked(again(2, [temperature(21.1)], point="P2"))))  # the same once more


def test_what_is_far_older_than_the_memory_is_seen_anew_too():
    fleet = usual_fleet(point("P2"), placement("P2/1", "D9", "P2"), device("D9", "eui:d9"))
    worker = step(fleet)
    a_day(worker)
    old = START_AT - 100 * 86_400_000
    fleet.apply(placement("P2/1", "D9", POINT, revision=2))
    message = again(800, [temperature(50.0)], address="eui:d9", at=old)
    found = observations(process(worker, asked(message)))
    assert [(one.point, one.reason, one.revision, one.readings[0].flag) for one in found] == [
        (POINT, "placement", revision(0, 2, 0), 4)
    ]
    gone_there = observations(
        process(worker, asked(again(800, [temperature(50.0)], address="eui:d9", at=old, point="P2")))
    )
    assert [(one.withdrawn, one.id) for one in gone_there] == [(True, observation_id(f"{800:032x}", "P2", old))]


def test_a_new_conversion_shows_in_the_values_and_their_neighbours_in_time():
    fleet = usual_fleet()
    worker = step(fleet)
    a_day(worker)
    fleet.apply(
        fleet_object("conversion", "c", property="air_temperature", method="linear", factor=1, offset=-8, revision=2),
        placement(PLACEMENT, "D1", POINT, conversions=["c"], revision=2),
    )
    found = observations(process(worker, asked(again(3, [temperature(21.4)], reason="conversion"))))
    one = in_force(found)[observation_id(f"{3:032x}", POINT, START_AT + 3 * STEP_MS)]
    assert (one.reason, one.readings[0].raw, round(one.readings[0].value, 6)) == ("conversion", 21.4, 13.4)
    assert unpack(one.readings[0].tests)[quality.Test.SPIKE] is Flag.FAIL


# -- neighbours, state


def test_values_of_points_with_neighbours_go_to_them():
    fleet = Fleet(
        device("D1", ADDRESS), point(POINT, buddy_group="G", altitude_m=12.0), placement(PLACEMENT, "D1", POINT)
    )
    readings = [temperature(60.0), Reading(HUMIDITY, 0, 50.0)]
    out = process(step(fleet), placed([record(uplink(1, START_AT, readings), 0)]))
    ((key, value),) = out.records["buddies"]
    assert key == b"G"
    one = buddies.decode(value)
    assert (one.point, one.property, one.value, one.altitude_m, one.usable) == (POINT, TEMPERATURE, 60.0, 12.0, False)


def test_a_value_that_a_radio_repeats_at_its_very_instant_still_judges_its_neighbours():
    fleet = Fleet(device("D1", ADDRESS), point(POINT, buddy_group="G"), placement(PLACEMENT, "D1", POINT))
    for order in ((1, 2), (2, 1)):
        worker, last = step(fleet), {}
        for offset, number in enumerate(order):
            out = process(worker, placed([record(uplink(number << 64, START_AT, [temperature(20.0)]), offset)]))
            last |= {
                one.observed_at: one.usable
                for _, data in out.records.get("buddies", [])
                if (one := buddies.decode(data))
            }
        assert last == {START_AT: True}


def test_a_worker_that_lost_what_it_had_published_comes_to_the_same():
    """The first worker publishes more than it saves; the second one reads the same records in other batches."""
    fleet, changelog = usual_fleet(), Changelog()
    day = [20.0, 20.5, 35.0, 20.7, 21.0, 21.4]
    records = [record(uplink(n, START_AT + n * STEP_MS, [temperature(v)]), n) for n, v in enumerate(day)]
    middle = record(uplink(50, START_AT + 2 * STEP_MS + 200_000, [temperature(35.0)]), 6)  # then no spike any more
    first = step(fleet)
    found = observations(process(first, placed(records[:3])))
    changelog.save(first)
    found += observations(process(first, placed(records[3:4])))
    assert found[-2].reason == "successor"
    second = changelog.reborn(fleet)
    found += observations(process(second, placed([records[3], middle, *records[4:]])))
    undisturbed = observations(process(step(fleet), placed([*records, middle])))
    assert {name: one.readings for name, one in in_force(found).items()} == {
        name: one.readings for name, one in in_force(undisturbed).items()
    }


def test_a_live_value_writes_one_slot_of_the_point():
    worker = step(usual_fleet())
    a_day(worker, [20.0 + n / 10 for n in range(101)])
    worker.points.snapshot()
    at = START_AT + 101 * STEP_MS
    process(worker, placed([record(uplink(101, at, [temperature(30.0)]), 100)]))
    ((key, value),) = worker.points.snapshot()[0]
    assert key.decode().startswith(f"{POINT}/")
    assert len(value) < 2500


def test_batches_that_follow_each_other_are_tested_together_and_come_to_the_same():
    records = [record(uplink(n, START_AT + n * STEP_MS, [temperature(v)]), n) for n, v in enumerate(DAY)]
    alone = step(usual_fleet())
    one_by_one = [one for number in range(len(DAY)) for one in observations(process(alone, placed([records[number]])))]
    together, found = step(usual_fleet()), []
    for number, one in enumerate(records):
        batch = placed([one])
        batch.more = number < len(DAY) - 1
        made = observations(process(together, batch))
        assert not (batch.more and made), "published before the last batch"
        found += made
    newest = {one.id: one for one in one_by_one}
    assert {one.id: [reading.tests for reading in one.readings] for one in found} == {
        name: [reading.tests for reading in one.readings] for name, one in newest.items()
    }
