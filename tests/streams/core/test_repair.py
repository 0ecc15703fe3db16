"""How a repair walks through stored uplinks, and when it may begin."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.repair import Place, Repair, StoredRow, again, move
from vigie.streams.core.repair_gate import RepairGate
from vigie.topics import requalify
from vigie.topics.alarm_input import Heartbeat

INPUTS = [("uplinks.lora.v1", 0), ("uplinks.lora.v1", 1)]


def asked(**other: object) -> Repair:
    return Repair(**({
        "number": 3, "revision": 7, "point": "TEM-1", "device": "eui:24e124136b000001", "since": "-infinity",
        "until": "infinity", "reason": "placement"} | other))  # fmt: skip


def row(at: int, number: int, **other: object) -> StoredRow:
    values = {
        "at": f"{at:04d}", "id": UUID(int=number), "observed_at": at, "revision": 0, "network": "metropole",
        "received_at": at + 1, "ingested_at": at + 2, "properties": [1, 2], "channels": [0, 4], "values": [20.5, 60.0],
    }  # fmt: skip
    return StoredRow(**(values | other))


def test_a_row_is_handed_on_as_the_device_said_it():
    message = requalify.decode(requalify.encode(again(asked(), row(60_000, 255, revision=2))))
    assert isinstance(message, requalify.Again)
    assert (message.point, message.fleet_revision, message.reason) == ("TEM-1", 7, "placement")
    assert (message.uplink, message.uplink_revision) == (f"{255:032x}", 2)
    assert (message.observed_at, message.received_at, message.ingested_at) == (60_000, 60_001, 60_002)
    assert [(one.property, one.channel, one.value) for one in message.readings] == [(1, 0, 20.5), (2, 4, 60.0)]
    assert {one.observed_at for one in message.readings} == {None}, "the row's instant is theirs"


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4), max_size=12), st.integers(1, 5), st.integers(0, 12))
def test_any_portions_and_a_kill_anywhere_read_every_row_and_count_each_once(instants, size, killed_after):
    """Played as the role does: rows after the place in memory, or from the noted instant on after a kill."""
    rows = [row(at, number) for number, at in enumerate(sorted(instants), 1)]
    repair, place, read, portions = asked(), None, [], 0
    while True:
        since = repair.done_to or ""
        left = [one for one in rows if (one.at, one.id) > ((place.at, place.id) if place else (since, UUID(int=0)))
                or (place is None and one.at == since)]  # fmt: skip
        found = left[:size]
        read += found
        place = move(repair, place, found)
        portions += 1
        if len(found) < size:
            break
        repair = asked(done_to=place.at, uplinks=place.before)
        if portions == killed_after:
            place = None
    assert {one.id for one in read} == {one.id for one in rows}
    assert (place.rows if place else repair.uplinks) == len(rows)
    if portions <= killed_after:
        assert read == rows


def test_no_row_is_no_place():
    assert move(asked(), None, []) is None
    assert move(asked(uplinks=5), Place("0001", UUID(int=1), 5, 1), []) == Place("0001", UUID(int=1), 5, 1)


def beat(revision: int, *partitions: tuple[str, int], role: str = "observe") -> Heartbeat:
    return Heartbeat(role=role, tick_at=0, partitions=partitions, fleet_revision=revision)


def test_the_gate_opens_when_all_places_by_the_fleet_and_the_store_has_what_came_before():
    gate = RepairGate(INPUTS)
    gate.heard(beat(2, INPUTS[0]))
    gate.heard(beat(9, INPUTS[1], role="decode"))
    assert (gate.placed_by(), gate.wants_ends(1)) == (-1, False)
    assert gate.closed_because(2, {}).startswith(
        "observe has not said yet that it places by revision 2 of the fleet: 1 of 2"
    )
    gate.heard(beat(1, INPUTS[1]))
    assert (gate.placed_by(), gate.wants_ends(2)) == (1, False)
    gate.heard(beat(3, INPUTS[1], ("requalify", 1)))
    assert (gate.placed_by(), gate.wants_ends(2)) == (2, True)

    gate.note(2, {INPUTS[0]: 10, INPUTS[1]: 0})
    assert not gate.wants_ends(2), "ends that were noted are waited for, not noted again and again"
    gate.stored({INPUTS[0]: 9})
    assert gate.open_to == -1
    assert (
        gate.closed_because(2, {INPUTS[0]: 9})
        == "the store has not read 1 records that were placed by an earlier fleet"
    )
    gate.stored({INPUTS[0]: 10})
    assert gate.open_to == 2
    assert not gate.wants_ends(2)


def test_a_later_fleet_while_the_store_catches_up_is_noted_anew():
    gate = RepairGate(INPUTS)
    gate.heard(beat(2, *INPUTS))
    gate.note(2, {INPUTS[0]: 10})
    assert not gate.wants_ends(3)
    gate.heard(beat(3, *INPUTS))
    assert gate.wants_ends(3)
    assert not gate.wants_ends(2)


def test_the_last_word_of_a_partition_counts_and_a_new_database_is_asked_anew():
    gate = RepairGate(INPUTS)
    gate.heard(beat(5, *INPUTS))
    gate.note(5, {})
    gate.stored({})
    assert gate.open_to == 5
    gate.shut()
    assert gate.open_to == -1
    gate.heard(beat(4, INPUTS[0]))
    assert gate.placed_by() == 4
    assert not gate.wants_ends(5)


@pytest.mark.parametrize("unheard", [0, 1])
def test_a_gate_of_no_inputs_never_opens_by_itself(unheard):
    gate = RepairGate(INPUTS[:unheard])
    assert gate.placed_by() == -1


def test_all_of_observe_has_answered_a_tick_when_its_last_partition_has():
    gate = RepairGate(INPUTS)
    gate.heard(Heartbeat(role="observe", tick_at=120_000, partitions=(INPUTS[0],)))
    assert gate.answered() == -1
    gate.heard(Heartbeat(role="observe", tick_at=60_000, partitions=(INPUTS[1],)))
    gate.heard(Heartbeat(role="decode", tick_at=180_000, partitions=tuple(INPUTS)))
    assert gate.answered() == 60_000
