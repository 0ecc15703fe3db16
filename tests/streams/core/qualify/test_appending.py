"""The quick way into a memory leaves what the general way leaves, and publishes the same."""

import numpy as np
from fleet_objects import device, fleet_object, placement, point
from qualify_by_hand import (
    DEW_POINT,
    HUMIDITY,
    START_AT,
    STEP_MS,
    TEMPERATURE,
    Fleet,
    observations,
    placed,
    process,
    record,
    step,
    uplink,
)

from vigie.streams.core.qualify.appending import Appender
from vigie.topics.uplink import Reading

SERIES = (HUMIDITY, TEMPERATURE, DEW_POINT)
"""As a codec may order them: not by number."""


def readings(rng: np.random.Generator, number: int) -> list[Reading]:
    values = [20.0 + round(float(np.sin(number / 15)) * 4, 1), 55.0, 12.0]
    if rng.random() < 0.1:
        values[0] += 9
    if 120 < number < 130 and rng.random() < 0.2:
        values[1] = float("nan")
    return [Reading(one, 0, value) for one, value in zip(SERIES, values, strict=True)]


def test_the_quick_way_is_the_general_way(monkeypatch):
    """Days of two points: pauses, repeats by radio, missing values, another placement, a setting."""
    change_at = START_AT + 200 * STEP_MS
    setting = fleet_object(
        "quality_setting", "s", point="P1", property="air_temperature", test="attenuated", parameters={"span_h": 6}
    )
    fleet = Fleet(
        device("D1", "eui:1"), device("D2", "eui:2"), point("P1"), point("P2"), setting,
        placement("P1/1", "D1", "P1", None, change_at), placement("P1/2", "D1", "P1", change_at, None),
        placement("P2/1", "D2", "P2"),
    )  # fmt: skip
    made, memories, used = [], [], []
    for quick in (True, False):
        if not quick:
            monkeypatch.setattr(Appender, "append", lambda *_: None)
        else:
            monkeypatch.setattr(Appender, "append", _counted(Appender.append, used))
        rng, worker, found, at, batch = np.random.default_rng(7), step(fleet), [], START_AT, []
        for number in range(330):
            at += int(rng.choice([1, 1, 1, 1, 5]) * STEP_MS) if rng.random() > 0.05 else 9000
            own = readings(rng, number)
            for name, address in (("P1", "eui:1"), ("P2", "eui:2")):
                one = uplink(number * 2 + (name == "P2"), at, own, address=address)
                batch.append(record(one, len(batch), at_point=name, placed_by=f"{name}/1"))
            if len(batch) >= 2 * (1 + number % 3):
                found += observations(process(worker, placed(batch)))
                batch = []
        made.append(sorted((one.id, one.revision, repr(one)) for one in found))
        memories.append({name: bytes(memory.rows) for name, memory in worker.points.memories(0)})
    assert sum(used) > 300
    assert made[0] == made[1]
    assert _without_codes(memories[0]) == _without_codes(memories[1])


def _counted(append, used):
    def counted(*arguments):
        found = append(*arguments)
        used.append(found is not None)
        return found

    return counted


def _without_codes(memories):
    """Codes of flags are numbered by each worker in the order in which it met them."""
    return {name: [rows[start : start + 64] for start in range(0, len(rows), 70)] for name, rows in memories.items()}
