"""How the memories of points come back from their changelog."""

from typing import Any

import pytest
from qualify_by_hand import (
    START_AT,
    STEP_MS,
    TEMPERATURE,
    Changelog,
    observations,
    placed,
    process,
    record,
    step,
    uplink,
    usual_fleet,
)

from vigie.streams.core.qualify import slots
from vigie.topics.uplink import Reading


def test_a_load_puts_each_slot_into_memory_once_however_often_it_was_saved(monkeypatch: pytest.MonkeyPatch):
    fleet, changelog, values = usual_fleet(), Changelog(), 40
    worker = step(fleet)
    records = [
        record(uplink(n, START_AT + n * STEP_MS, [Reading(TEMPERATURE, 0, 20.0 + n % 7, None)]), n)
        for n in range(values + 1)
    ]
    for one in records[:-1]:
        process(worker, placed([one]))
        changelog.save(worker)
    loads, load = list[int](), slots.load

    def counted(memory: Any, slot: int, *rest: Any) -> None:
        loads.append(slot)
        load(memory, slot, *rest)

    monkeypatch.setattr(slots, "load", counted)
    after = changelog.reborn(fleet)
    assert len(loads) == len(set(loads)) < 5
    assert after.points.observations() == values
    last = placed(records[-1:])
    found, expected = (
        {one.id: one.readings for one in observations(process(one_of, last))} for one_of in (after, worker)
    )
    assert {name: found[name] for name in expected} == expected


def test_a_slot_is_small_whatever_a_device_sends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slots, "MOST_BYTES", 20_000)
    fleet, changelog, worker = usual_fleet(), Changelog(), step(usual_fleet())
    records = [
        record(uplink(n, START_AT + n * 1000, [Reading(TEMPERATURE, 0, 20.0 + n % 7, None)]), n) for n in range(1001)
    ]
    for begin in (0, 500):
        process(worker, placed(records[begin : begin + 500]))
        changelog.save(worker)
        assert changelog.largest() < 30_000
        assert worker.points.size()[1] <= 10_000, "the last half of what is too much stays"
    after = changelog.reborn(fleet)
    assert after.points.observations() == worker.points.observations() > 100
    found, expected = (
        {one.id: one.readings for one in observations(process(one_of, placed(records[-1:])))}
        for one_of in (after, worker)
    )
    assert {name: found[name] for name in expected} == expected != {}


def test_a_slot_tells_its_own_origins_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slots, "MOST_ORIGINS", 0)
    fleet, changelog, worker = usual_fleet(), Changelog(), step(usual_fleet())
    process(worker, placed([
        record(uplink(n, START_AT + n * STEP_MS, [Reading(TEMPERATURE, 0, 20.0 + n % 7, None)]), n) for n in range(40)
    ]))  # fmt: skip
    changelog.save(worker)
    [before], [after] = (
        [memory for _, memory in one.points.memories(number)]
        for one, number in ((worker, 0), (changelog.reborn(fleet), 0))
    )
    assert [before.origin(n) for n in range(40)] == [after.origin(n) for n in range(40)]
