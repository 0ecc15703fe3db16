"""The step `detect`: values of points, and windows, to signals that something is not as it should be (core/detect)."""

from collections.abc import Collection
from typing import Any, Protocol

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.detect import memory as memories
from vigie.streams.core.detect.engine import Engine
from vigie.streams.core.detect.memory import Memory
from vigie.streams.core.detect.observed import FIRST, Details
from vigie.streams.core.detect.plan import Plans
from vigie.streams.core.detect.rule import Sample
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.owned.reader import read
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Tick

OBSERVATIONS = "observations.v1"
AHEAD_MS = 300_000
"""An instant so far after its arrival cannot be."""

signals = Counter(
    "vigie_condition_signals", "Conditions begun, changed and ended, by the platform's rule.", ["rule"],
    registry=metrics.REGISTRY,
)  # fmt: skip
unjudged = Counter(
    "vigie_detect_unjudged", "Values that no rule judged: late, impossible, out_of_service.", ["why"],
    registry=metrics.REGISTRY,
)  # fmt: skip


class Fleet(Protocol):
    """What the step asks of the follower of the fleet."""

    view: FleetView


class DetectStep:
    """Feeds values and ticks to the engine.

    Args:
        fleet: gives the fleet in force.
        zone: of legal time.
        live: whether records' own timestamps are the time (setting `ticks = live`).
    """

    name = "detect"
    inputs: tuple[str, ...] = (OBSERVATIONS,)
    settled = ("placed", OBSERVATIONS)

    def __init__(self, fleet: Fleet, zone: str, *, live: bool = True) -> None:
        self._fleet, self._zone, self._live = fleet, zone, live
        self._plans = Plans(fleet.view, zone)
        self._engine = Engine()
        self._tick_at = 0
        self.memories: KeyedState[Memory] = KeyedState("state.observe.detect", load=memories.load, dump=memories.dump)
        self.states: tuple[SavedState[Any], ...] = (self.memories,)

    def process(self, batch: Batch, out: Outputs) -> None:
        """Judge the values of one batch."""
        self._see()
        self._observations(batch)
        self._send(out)

    def tick(self, tick: Tick, partitions: Collection[int], out: Outputs) -> None:
        """Time goes on."""
        self._see()
        self._tick_at = max(self._tick_at, tick.at)
        for partition in partitions:
            for point, memory in self.memories.items(partition):
                if memory.late:
                    self._engine.quiet(memory, tick.at)
                    self.memories.put(partition, point, memory)
        self._send(out)

    def _see(self) -> None:
        if self._plans.view is not self._fleet.view:
            self._plans = Plans(self._fleet.view, self._zone)

    def _observations(self, batch: Batch) -> None:
        partition, states, engine, plans = batch.partition, self.memories, self._engine, self._plans
        for record in batch:
            seen = read(record.value)
            if seen.reason != FIRST or seen.revision & 0xFF or seen.revision >> 40 or seen.withdrawn:
                continue
            point, at, arrival_at = seen.point, seen.observed_at, seen.ingested_at
            if states.applied(partition, point, OBSERVATIONS) >= record.offset:
                continue
            plan = plans.of(f"point:{point}", at)
            if plan is None or at > arrival_at + AHEAD_MS:
                unjudged.labels(why="impossible").inc()
                continue
            if plan.outages and plan.out_of_service(at):
                unjudged.labels(why="out_of_service").inc()
                continue
            memory = states.get(partition, point) or Memory()
            engine.bind(memory, plan)
            details = Details(record.value)
            engine.origin = details
            age_ms = max(arrival_at, self._tick_at, record.timestamp if self._live else 0) - at
            name = record.value[6:38].decode()
            for column, (key, flag, value) in enumerate(zip(seen.layout.series, seen.flags, seen.values, strict=True)):
                watched = engine.watched(memory, key)
                if watched and flag:
                    fresh = age_ms <= 2000 * watched[0][0].ground.upload_s
                    tests = details.tests(column) if flag > 2 else 0
                    engine.judge(memory, watched, Sample(at, arrival_at, value, flag, tests, name, fresh))
            states.put(partition, point, memory, OBSERVATIONS, record.offset)

    def _send(self, out: Outputs) -> None:
        for signal in self._engine.taken():
            signals.labels(rule=signal.definition.partition(" ")[0]).inc()
            out.send("alarm-inputs", None, alarm_input.encode(signal))
