"""Ticks for steps at the end of a role's own way: after the whole role, and after what it made has come through."""

import asyncio
from collections.abc import AsyncIterator, Collection

import pytest

from vigie.streams.transport.settled_ticks import SettledTicks
from vigie.topics.alarm_input import Heartbeat, Tick

TP = tuple[str, int]
MINUTE = 60_000
UPLINKS = [("uplinks.lora.v1", 0), ("uplinks.lora.v1", 1)]
PLACED, OBSERVED = ("placed", 0), ("observations.v1", 0)


class World:
    def __init__(self, patience_s: float) -> None:
        self.owned: frozenset[TP] = frozenset({UPLINKS[0], PLACED, OBSERVED})
        self.ends = {PLACED: 5, OBSERVED: 7}
        self.done = {PLACED: 0, OBSERVED: 0}
        self.applied: list[tuple[int, list[TP]]] = []
        self.ticks = SettledTicks(
            "observe", ("placed", "observations.v1"), partition_count=lambda _topic: 2, owned=lambda: self.owned,
            ends=self.ask, frontier=self.done.__getitem__, patience_s=patience_s,
            apply=lambda tick, partitions: self.applied.append((tick.at // MINUTE, partitions)),
        )  # fmt: skip

    async def ask(self, partitions: Collection[TP]) -> dict[TP, int] | None:
        await asyncio.sleep(0)
        return {tp: self.ends[tp] for tp in partitions}

    def tick(self, minute: int) -> None:
        self.ticks.on_message("platform", Tick(at=minute * MINUTE))

    def beat(self, minute: int, *partitions: TP) -> None:
        beat = Heartbeat(role="observe", tick_at=minute * MINUTE, partitions=partitions)
        self.ticks.on_message("alarm-inputs", beat)

    async def settle(self, seconds: float = 0.05) -> list[tuple[int, list[TP]]]:
        self.ticks.poke()
        await asyncio.sleep(seconds)
        applied, self.applied = self.applied, []
        return applied


@pytest.fixture(params=[60.0])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    made = World(request.param)
    running = [asyncio.ensure_future(one) for one in made.ticks.runs()]
    yield made
    for one in running:
        one.cancel()


async def test_a_tick_comes_after_all_workers_then_after_each_input_in_turn(world: World) -> None:
    world.tick(1)
    world.beat(1, UPLINKS[0])
    world.done[PLACED] = world.done[OBSERVED] = 7
    assert await world.settle() == [], "another worker may still place what came before the tick"
    world.ends[PLACED] = 10
    world.beat(1, UPLINKS[1])
    assert await world.settle() == [], "what was placed is not all qualified"
    world.ends[OBSERVED] = 9  # of what was placed
    world.done[PLACED] = 10
    assert await world.settle() == []
    world.done[OBSERVED] = 9
    assert await world.settle() == [(1, [OBSERVED])]
    world.tick(2)
    world.beat(2, *UPLINKS)
    assert await world.settle() == [(2, [OBSERVED])]


@pytest.mark.parametrize("world", [0.3], indirect=True)
async def test_a_tick_waits_for_a_backlog_no_longer_than_its_patience(world: World) -> None:
    world.tick(1)
    world.beat(1, *UPLINKS)
    assert await world.settle() == []
    assert await world.settle(1.2) == [(1, [OBSERVED])]


async def test_a_worker_that_gets_a_partition_gets_the_last_tick_for_it(world: World) -> None:
    world.done[PLACED] = world.done[OBSERVED] = 99
    world.tick(1)
    world.beat(1, *UPLINKS)
    assert await world.settle() == [(1, [OBSERVED])]
    for topic in ("placed", "observations.v1"):
        world.ends[topic, 1] = world.done[topic, 1] = 0
    world.owned = frozenset({PLACED, OBSERVED, ("placed", 1), ("observations.v1", 1)})
    world.ticks.assigned(world.owned)
    assert await world.settle() == [(1, [("observations.v1", 1)])]
