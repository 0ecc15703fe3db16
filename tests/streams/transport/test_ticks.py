"""Ticks as barriers: applied once all that stood before them is processed, in order, and never held up for good."""

import asyncio
from collections.abc import AsyncIterator, Collection

import pytest

from vigie.streams.settings import Settings
from vigie.streams.transport import ticks as module
from vigie.streams.transport.ticks import Ticks
from vigie.streams.transport.worker import Options, Worker
from vigie.topics.alarm_input import Heartbeat, Tick

TP = tuple[str, int]
MINUTE = 60_000
RAW = [("raw.lora", 0), ("raw.lora", 1)]


class World:
    """The logs and their worker, as far as ticks see them."""

    def __init__(self, after: str | None = "decode") -> None:
        self.owned: frozenset[TP] = frozenset({("uplinks.lora.v1", 0)})
        self.ends = {("uplinks.lora.v1", 0): 0, ("uplinks.lora.v1", 1): 0}
        self.done = dict(self.ends)
        self.applied: list[tuple[int, list[int]]] = []
        self.ticks = Ticks(
            "observe", after=after, partition_count=lambda _topic: 2, owned=lambda: self.owned, ends=self.ask,
            frontier=self.done.__getitem__, apply=self.apply,
        )  # fmt: skip

    async def ask(self, partitions: Collection[TP]) -> dict[TP, int] | None:
        await asyncio.sleep(0)
        return {tp: self.ends[tp] for tp in partitions}

    def apply(self, tick: Tick, partitions: list[TP]) -> None:
        self.applied.append((tick.at // MINUTE, [number for _, number in partitions]))

    def tick(self, minute: int) -> None:
        self.ticks.on_message("platform", Tick(at=minute * MINUTE))

    def beat(self, minute: int, partitions: Collection[TP] = RAW, role: str = "decode") -> None:
        self.ticks.on_message(
            "alarm-inputs", Heartbeat(role=role, tick_at=minute * MINUTE, partitions=tuple(partitions))
        )

    async def settle(self) -> list[tuple[int, list[int]]]:
        await asyncio.sleep(0.05)
        applied, self.applied = self.applied, []
        return applied


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    running = asyncio.create_task(made.ticks.run())
    yield made
    running.cancel()


async def test_a_tick_waits_for_the_heartbeats_of_all_partitions_and_for_all_that_came_before(world: World) -> None:
    world.ends["uplinks.lora.v1", 0] = 10
    world.tick(1)
    world.beat(1, RAW[:1])
    assert await world.settle() == []
    world.beat(1, RAW[1:], role="alarm")
    assert await world.settle() == [], "another role's heartbeat says nothing"
    world.beat(1, RAW[1:])
    world.ends["uplinks.lora.v1", 0] = 99  # what comes later is not waited for
    world.done["uplinks.lora.v1", 0] = 9
    assert await world.settle() == []
    world.done["uplinks.lora.v1", 0] = 99
    world.ticks.poke()
    assert await world.settle() == [(1, [0])]


async def test_ticks_are_applied_in_order(world: World) -> None:
    for minute in (1, 2, 3):
        world.tick(minute)
    for minute in (1, 2, 3):
        world.beat(minute)
    assert await world.settle() == [(1, [0]), (2, [0]), (3, [0])]
    world.tick(3)
    world.tick(2)
    assert await world.settle() == [], "the same minute twice, from two writers for a moment"


async def test_a_tick_that_was_never_answered_holds_nothing_up(world: World) -> None:
    """Its role was killed over the minute, and does not answer for what came while it was away."""
    world.tick(1)
    world.beat(1, RAW[:1])
    world.tick(2)
    world.beat(2)
    assert await world.settle() == [(2, [0])]
    world.beat(1, RAW[1:])
    assert await world.settle() == [], "its time is over"


async def test_new_partitions_get_the_last_tick_again_and_old_ones_do_not(world: World) -> None:
    world.tick(1)
    world.beat(1)
    assert await world.settle() == [(1, [0])]
    world.owned = frozenset(world.ends)
    world.ends["uplinks.lora.v1", 1] = 5
    world.ticks.assigned(world.owned)
    assert await world.settle() == []
    world.done["uplinks.lora.v1", 1] = 5
    world.ticks.poke()
    assert await world.settle() == [(1, [1])]


async def test_an_answer_about_partitions_of_before_is_not_taken(world: World) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(partitions: Collection[TP]) -> dict[TP, int]:
        ends = {tp: world.ends[tp] for tp in partitions}
        asked.set()
        await answer.wait()
        return ends

    world.ticks._ends = slow
    world.tick(1)
    world.beat(1)
    await asyncio.wait_for(asked.wait(), 1)
    world.owned = frozenset({("uplinks.lora.v1", 1)})
    world.ends["uplinks.lora.v1", 1] = 7
    world.ticks.assigned(world.owned)
    answer.set()
    assert await world.settle() == [], "the new partition has seven records to process first"
    world.done["uplinks.lora.v1", 1] = 7
    world.ticks.poke()
    await asyncio.sleep(module.RETRY_S)
    assert await world.settle() == [(1, [1])]


async def test_what_is_not_known_within_the_limit_is_skipped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLIND_AFTER_S", 0.1)
    world.tick(1)
    await asyncio.sleep(0.1 + 2 * module.RETRY_S)
    world.beat(1)
    assert await world.settle() == []
    world.tick(2)
    world.beat(2)
    assert await world.settle() == [(2, [0])]


async def test_a_role_that_comes_after_none_needs_no_heartbeats() -> None:
    world = World(after=None)
    running = asyncio.create_task(world.ticks.run())
    world.tick(1)
    assert await world.settle() == [(1, [0])]
    running.cancel()


def test_a_tick_is_not_about_inputs_that_are_not_awaited() -> None:
    options = Options(
        heartbeat=True, after=None, write_ticks=False, transactional_id=None, session_timeout_s=30,
        dead_letter_schema_id=None, fleet=None, unawaited=frozenset({"requalify"}),
    )  # fmt: skip
    worker = Worker(Settings(), "observe", [], options)
    owned = frozenset({("uplinks.lora.v1", 0), ("requalify", 0), ("uplinks.lora.v1", 1)})
    assert worker._awaited(owned) == {("uplinks.lora.v1", 0), ("uplinks.lora.v1", 1)}
