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
