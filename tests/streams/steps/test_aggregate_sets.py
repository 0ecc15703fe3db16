"""A window is a function of the set of unique readings in it, whatever their order, repeats, batches and restarts."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from unittest.mock import patch

import numpy as np
from fleet_objects import point
from hypothesis import given, settings
from hypothesis import strategies as st
from windows_by_hand import (
    DAY,
    DIRECTION,
    HOUR,
    INDEX,
    LA90,
    LAEQ,
    MINUTE,
    PASSAGES,
    START,
    TEMPERATURE,
    Log,
    Worker,
    expected,
    observation,
    same,
)

from vigie.streams.core.windows.owned import memory as owned_memory
from vigie.streams.core.windows.owned.layout import DEAD
from vigie.topics.aggregate import Aggregate
from vigie.topics.dirty import Dirty
from vigie.topics.observation import Observation

SPRING, AUTUMN = 1_774_652_400_000, 1_761_343_200_000
"""Midnights in Paris of the days before the clocks go forward (28 March 2026) and back (25 October 2025)."""
DAYS = 3
SHAPES = {
    "P1": ((TEMPERATURE, LAEQ, DIRECTION), (TEMPERATURE,), (LAEQ, LA90)),
    "P2": ((INDEX, PASSAGES), (PASSAGES,), (INDEX,)),
}
STEPS_S = {TEMPERATURE: 900, LAEQ: 900, LA90: 900, DIRECTION: 900, INDEX: 3600, PASSAGES: 900}
"""Of what the fleet does not name (LA90) that of the point."""
FLEET = (
    point("P1", properties=[{"property": "air_temperature"}, {"property": "laeq"}, {"property": "wind_direction"}]),
    point("P2", upload_s=3600, properties=[{"property": "active_energy_index", "step_s": 3600, "upload_s": 7200},
                                           {"property": "passages"}]),
)  # fmt: skip
REASONS = ("live", "successor", "neighbours", "replay", "placement", "conversion", "human")


@dataclass
class Event:
    """An observation at its arrival."""

    arrival: int
    one: Observation


def history(random: Random, base: int) -> list[Event]:
    """Three days of readings, some hours or days late, some revised, some taken back, some twice."""
    events = []
    for number in range(random.randint(5, 60)):
        name = random.choice(["P1", "P2"])
        shape = random.choice(SHAPES[name])
        at = base + random.randrange(DAYS * 96) * 15 * MINUTE + random.choice([0, 0, 61_000, 7 * MINUTE])
        arrival = at + 2000
        for round_ in range(random.choice([1, 1, 1, 2, 3])):
            arrival += random.choice([0, 0, 3 * MINUTE, 40 * MINUTE, 5 * HOUR, 20 * HOUR, 35 * HOUR])
            if round_ and random.random() < 0.2:
                shape = random.choice(SHAPES[name])
            values = {one: random.choice([0.0, 10.0, 20.5, 21.0, 359.0, 1000.0]) for one in shape}
            flags = {one: random.choice([1, 1, 1, 2, 3, 4, 9]) for one in shape}
            one = observation(
                number, at, values, point=name, round_=round_, flags=flags, arrival=arrival,
                withdrawn=random.random() < 0.15, reason=random.choice(REASONS),
                zones=random.choice([("Z1",), ("Z1",), ("Z2", "Z3")]),
            )  # fmt: skip
            events += [Event(arrival, one)] * random.choice([1, 1, 2])
    if random.random() < 0.3:  # a logger that was away for three days
        arrival = base + DAYS * DAY - 1000
        events += [
            Event(arrival, observation(1000 + n, base + n * 15 * MINUTE, {TEMPERATURE: float(n)}, arrival=arrival))
            for n in range(0, DAYS * 96 - 1, 3)
        ]
    if random.random() < 0.2:
        random.shuffle(events)
        return events
    return sorted(events, key=lambda one: one.arrival)


def play(random: Random, base: int, events: list[Event], *, kills: bool, worker: Worker | None = None) -> Worker:
    """The events with ticks, batches of any size, checkpoints and deaths between them."""
    worker, now, clock = worker or Worker(*FLEET), base, 0
    end = base + DAYS * DAY + 3 * HOUR
    for event in events:
        while now < min(event.arrival, end - HOUR):
            now += random.choice([1, 15, 15, 60, 180]) * MINUTE
            now -= now % MINUTE
            if random.random() < 0.9:
                worker.read()
            worker.tick(now)
        clock += random.choice([0, 0, 1000, 10_000])
        worker.write([event.one], clock)
        chance = random.random()
        if chance < 0.3:
            worker.read(random.randint(1, 5))
        elif chance < 0.4:
            worker.save()
        elif chance < 0.45 and kills:
            worker.save(random.random())
            worker.now_ms = clock
            worker.die()
        elif chance < 0.5 and kills:
            worker.now_ms = clock
            worker.die()
    worker.read()
    worker.tick(end)
    return worker


def check(
    worker: Worker, events: list[Event], is_left: Callable[[str, Aggregate, Dirty], bool] = lambda *_: False
) -> None:
    wanted = expected([event.one for event in events], STEPS_S)
    wanted = {key: one for key, one in wanted.items() if key[1] != "active_energy_index" or key[2] != "15m"}
    last, mark, end = worker.log.last(), worker.owner.mark, worker.owner.tick_at
    for key in wanted.keys() | last.keys():
        subject, _, _, start = key
        told, right = last.get(key), wanted.get(key)
        if told is not None and right is not None and same(told, right):
            continue
        if told is not None and right is None and told.count == 0 == told.excluded:
            continue
        if right is not None and right.window_end + upload_ms(right) > end:
            continue
        if start < mark and any(is_named(subject, told or right, one) for one in worker.log.dirty):
            continue
        came = last_in(events, told or right)
        if any(one.dense and one.offset >= came and is_left(subject, told or right, one) for one in worker.log.dirty):
            continue
        raise AssertionError(f"{key}: told {told}, right {right}; mark {mark}, dirty {worker.log.dirty}")


def last_in(events: list[Event], window: Aggregate) -> int:
    """Offset of the last observation in a window that says something new of it."""
    known: dict[str, int] = {}
    found = -1
    for offset, event in enumerate(events):
        one = event.one
        inside = window.window_start <= one.observed_at < window.window_end and f"point:{one.point}" == window.subject
        if inside and known.get(one.id, -1) < one.revision:
            known[one.id], found = one.revision, offset
    return found


def upload_ms(one: Aggregate) -> int:
    declared = {"active_energy_index": 7200, "passages": 3600}
    return declared.get(one.indicator, 900) * 1000


def is_named(subject: str, one: Aggregate, dirty: Dirty) -> bool:
    reach = 4 * HOUR if one.indicator == "active_energy_index" else 0
    return (
        dirty.subject == subject and dirty.from_at < one.window_end and dirty.to_at + reach > one.window_start
        and one.window_start < dirty.before and not dirty.dense
    )  # fmt: skip


class Watched(Worker):
    """Its owner never writes a window that rests on rows which it does not keep."""

    def read(self, count: int = 1_000_000) -> Log:
        return self._look(self._resting(), super().read(count))

    def tick(self, at: int) -> Log:
        return self._look(self._resting(), super().tick(at))

    def _resting(self) -> set[tuple[str, int]]:
        memory = self.owner.memory
        return {(f"point:{memory.points[point]}", slot) for point, slots in memory.dense.items() for slot in slots}

    def _look(self, resting: set[tuple[str, int]], new: Log) -> Log:
        memory = self.owner.memory
        for one in new.aggregates:
            slots = range(one.window_start // (4 * HOUR) - 1, (one.window_end - 1) // (4 * HOUR) + 1)
            assert not any((one.subject, slot) in resting for slot in slots), one
        for slot in memory.slots.values():
            for store in slot.stores.values():
                kept = store.rows()["point"][store.rows()["code"] != DEAD]
                assert np.bincount(kept, minlength=1).max() * store.layout.saved.itemsize <= MOST_BYTES
        return new


MOST_BYTES = 100
"""Three rows of one value are more than is kept."""


def is_left(subject: str, one: Aggregate, dirty: Dirty) -> bool:
    """Whether recompute is told to make a window that rests on rows which were too many."""
    return (
        dirty.subject == subject and dirty.from_at < one.window_end and dirty.to_at > one.window_start
        and one.window_start >= dirty.before and one.window_end + upload_ms(one) <= dirty.closed_by
        and any(begin < one.window_end and end + 4 * HOUR > one.window_start for begin, end in dirty.dense)
    )  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), base=st.sampled_from([START, SPRING]))
def test_windows_of_what_is_too_much_are_all_left_to_recompute(seed: int, base: int):
    random = Random(seed)
    events = history(random, base)
    with patch.object(owned_memory, "MOST_BYTES", MOST_BYTES):
        worker = play(random, base, events, kills=True, worker=Watched(*FLEET))
    check(worker, events, is_left)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), base=st.sampled_from([START, SPRING, AUTUMN]))
def test_the_same_readings_give_the_same_windows_whatever_happens(seed: int, base: int):
    random = Random(seed)
    events = history(random, base)
    check(play(random, base, events, kills=True), events)
