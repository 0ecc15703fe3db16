"""The step `detect`: values of points, and windows, to signals that something is not as it should be (core/detect)."""

from collections.abc import Collection
from math import isnan, nan
from typing import Any, Protocol

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.detect import kept
from vigie.streams.core.detect.engine import Engine, Watching, key_of
from vigie.streams.core.detect.kept import Baselines, Group, Kept
from vigie.streams.core.detect.memory import Memory
from vigie.streams.core.detect.observed import FIRST, Details
from vigie.streams.core.detect.plan import Plans
from vigie.streams.core.detect.rule import Sample
from vigie.streams.core.detect.windowed import Watched, decode
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.owned.reader import read
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import alarm_input, buddies
from vigie.topics.alarm_input import Tick

OBSERVATIONS, AGGREGATES, BASELINES, BUDDIES = "observations.v1", "aggregates.v1", "baselines", "buddies"
AHEAD_MS = 300_000
"""An instant so far after its arrival cannot be."""
NEIGHBOURS_MS = 3_600_000
"""Values of neighbours that are older say nothing of a value."""
LEAST_OF_WINDOWS_MS = 3 * 3_600_000
"""For so long after its end a window may still be the news that it is, whatever the upload period."""

_NO_DETAILS: dict[str, float] = {}

signals = Counter(
    "vigie_condition_signals", "Conditions begun, changed and ended, by the platform's rule.", ["rule"],
    registry=metrics.REGISTRY,
)  # fmt: skip
unjudged = Counter(
    "vigie_detect_unjudged", "Values that no rule judged: unknown, impossible, out_of_service.", ["why"],
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
        live: whether records' own timestamps are the time (setting `ticks = live`), and show what is backlog.
    """

    name = "detect"
    inputs: tuple[str, ...] = (OBSERVATIONS, AGGREGATES, BASELINES, BUDDIES)
    settled = ("placed", OBSERVATIONS)

    def __init__(self, fleet: Fleet, zone: str, *, live: bool = True) -> None:
        self._fleet, self._zone, self._live = fleet, zone, live
        self._engine = Engine()
        self._tick_at = 0
        self._changed = False  # the fleet, since the last tick
        self._waiting: dict[int, set[str]] = {}  # partition -> keys whose rules wait for a tick
        self.kept: KeyedState[Kept] = KeyedState("state.observe.detect", load=kept.load, dump=kept.dump)
        self.states: tuple[SavedState[Any], ...] = (self.kept,)
        self._see(fleet.view)

    def _see(self, view: FleetView) -> None:
        self._plans = Plans(view, self._zone)
        self._watched = Watched(self._plans.watch)

    def process(self, batch: Batch, out: Outputs) -> None:
        """Judge the values of one batch."""
        if self._plans.view is not self._fleet.view:
            self._see(self._fleet.view)
            self._changed = True
        if batch.topic == OBSERVATIONS:
            self._observations(batch)
        elif batch.topic == AGGREGATES:
            self._aggregates(batch)
        elif batch.topic == BUDDIES:
            self._buddies(batch)
        else:
            self._baselines(batch)
        self._send(out)

    def tick(self, tick: Tick, partitions: Collection[int], out: Outputs) -> None:
        """Judge what waits for time to go by; close what is watched no longer."""
        if self._plans.view is not self._fleet.view:
            self._see(self._fleet.view)
            self._changed = True
        self._tick_at = max(self._tick_at, tick.at)
        self._engine.observation = b""  # what a tick shows comes of no observation
        for partition in partitions:
            restored = partition in self.kept.restored
            if restored:
                self.kept.restored.discard(partition)
                self._waiting[partition] = {
                    key
                    for key, one in self.kept.items(partition)
                    if type(one) is Memory and (one.late or (":" in key and not key.startswith("near:")))
                }
            if self._changed or restored:  # the fleet may have changed while nobody held the partition
                self._close(partition, tick.at)
            self._due(partition, tick.at)
        self._changed = False
        self._send(out)

    # -- time

    def _due(self, partition: int, at: int) -> None:
        waiting = self._waiting.get(partition)
        for key in sorted(waiting or ()):
            memory = self._memory(partition, key)
            plan = self._plans.of(_subject(key), at)
            if plan is not None:
                self._engine.bind(memory, plan)
                for name in sorted({name for of in memory.holds.values() for name in of}):
                    self._watches(partition, key, memory, key_of(name))
            changed, waits = self._engine.due(memory, at)
            if not waits:
                self._waiting[partition].discard(key)
            if changed:
                self.kept.put(partition, key, memory)

    def _close(self, partition: int, at: int) -> None:
        for key, one in self.kept.items(partition):
            if type(one) is Memory and one.alarms:
                subject = _subject(key)
                self._engine.unwatched(one, self._plans.of(subject, at), subject, at)
                self.kept.put(partition, key, one)

    # -- records

    def _memory(self, partition: int, key: str) -> Memory:
        found = self.kept.get(partition, key)
        return found if type(found) is Memory else Memory()

    def _observations(self, batch: Batch) -> None:
        partition, states, engine, plans = batch.partition, self.kept, self._engine, self._plans
        new = tuple.__new__  # a third of the time of Sample(...)
        for record in batch:
            seen = read(record.value)
            # The first publication may be of a later round: values that come together are qualified together.
            if seen.reason != FIRST or seen.revision >> 40 or seen.withdrawn:
                continue
            point, at, arrival_at = seen.point, seen.observed_at, seen.ingested_at
            if states.applied(partition, point, OBSERVATIONS) >= record.offset:
                continue
            plan = plans.of_point(point, at)
            if plan is None or at > arrival_at + AHEAD_MS:
                unjudged.labels(why="unknown" if plan is None else "impossible").inc()
                continue
            if plan.outages and plan.out_of_service(at):
                unjudged.labels(why="out_of_service").inc()
                continue
            memory = states.get(partition, point)
            if type(memory) is not Memory:
                memory = Memory()
            if memory.plan is not plan:
                engine.bind(memory, plan)
            engine.observation = record.value
            age_ms = max(arrival_at, self._tick_at, record.timestamp if self._live else 0) - at
            name = record.value[6:38].decode()
            for column, (key, flag, value) in enumerate(zip(seen.layout.series, seen.flags, seen.values, strict=True)):
                watched = memory.bound.get(key)
                if watched is None:
                    watched = self._watches(partition, point, memory, key)
                if watched and flag:
                    fresh = age_ms <= 2000 * watched[0][2].upload_s
                    tests = Details(record.value).tests(column) if flag > 2 else 0
                    sample = new(Sample, (at, arrival_at, value, flag, tests, name, fresh, None, "", _NO_DETAILS))
                    engine.judge(memory, watched, sample)
            if memory.late:
                self._waiting.setdefault(partition, set()).add(point)
            states.put(partition, point, memory, OBSERVATIONS, record.offset)

    def _watches(self, partition: int, point: str, memory: Memory, key: int | str) -> list[Watching]:
        """The watches of a series, with its baseline where a rule asks for it."""
        found = None
        if isinstance(key, int) and any(watch.rule.wants_baseline for watch in memory.plan.watches(key)):
            held = self.kept.get(partition, f"baseline:{point}")
            found = held.series.get(key) if type(held) is Baselines else None
        return self._engine.watched(memory, key, found)

    def _aggregates(self, batch: Batch) -> None:
        partition, engine, watched = batch.partition, self._engine, self._watched
        for record in batch:
            if not watched(record.value):
                continue
            one = decode(record.value)
            key, at = f"{one.indicator} {one.window_code}", one.window_end
            plan = self._plans.of(one.subject, one.window_start)
            if plan is None or self.kept.applied(partition, one.subject, AGGREGATES) >= record.offset:
                continue
            if plan.out_of_service(at):
                unjudged.labels(why="out_of_service").inc()
                continue
            memory = self._memory(partition, one.subject)
            engine.bind(memory, plan)
            engine.observation = b""
            found = engine.watched(memory, key)
            if one.revision:
                found = [each for each in found if each[0].rule.takes_repairs]
            now_at = max(self._tick_at, record.timestamp if self._live else 0)
            upload_s = plan.point.upload_s if plan.point is not None else 0
            limit_ms = max(3000 * upload_s, LEAST_OF_WINDOWS_MS, one.window_end - one.window_start)
            value = nan if one.value is None else one.value
            sample = Sample(
                at, now_at or at, value, 1, 0, f"{one.indicator} {one.window_code} {one.window_start}",
                now_at - at <= limit_ms, one, one.category, one.details,
            )  # fmt: skip
            engine.judge(memory, [each for each in found if not isnan(value) or each[0].rule.takes_repairs], sample)
            if any(each[0].rule.due is not None for each in found):
                self._waiting.setdefault(partition, set()).add(one.subject)
            self.kept.put(partition, one.subject, memory, AGGREGATES, record.offset)

    def _buddies(self, batch: Batch) -> None:
        partition, engine = batch.partition, self._engine
        for record in batch:
            one = buddies.decode(record.value)
            name, near = f"group:{one.group}", f"near:{one.point}"
            at, series = one.observed_at, one.property << 16 | one.channel
            now_at = max(self._tick_at, record.timestamp if self._live else at)
            group, plan = self._group(partition, name), self._plans.of_point(one.point, at)
            if isnan(one.value) or not one.usable or plan is None or plan.out_of_service(at):
                continue
            if self.kept.applied(partition, name, BUDDIES) < record.offset:
                group.take(series, one.point, at, one.value)
                self.kept.put(partition, name, group, BUDDIES, record.offset)
            if self.kept.applied(partition, near, BUDDIES) >= record.offset:
                continue
            memory = self._memory(partition, near)
            engine.bind(memory, plan)
            engine.observation = b""
            watched = [each for each in engine.watched(memory, -series) if each[1].last_at < at]
            if watched:
                fresh = now_at - at <= 2000 * watched[0][2].upload_s
                sample = Sample(at, max(now_at, at), one.value, 1, 0, f"{one.point} {series} {at}", fresh)
                engine.judge(memory, watched, sample, group.others(series, one.point, at - NEIGHBOURS_MS))
                self.kept.put(partition, near, memory, BUDDIES, record.offset)

    def _group(self, partition: int, name: str) -> Group:
        found = self.kept.get(partition, name)
        return found if type(found) is Group else Group({})

    def _baselines(self, batch: Batch) -> None:
        for record in batch:
            point = record.key.decode()
            name = f"baseline:{point}"
            if record.value and self.kept.applied(batch.partition, name, BASELINES) < record.offset:
                self.kept.put(batch.partition, name, Baselines(record.value), BASELINES, record.offset)
                memory = self.kept.get(batch.partition, point)
                if type(memory) is Memory:
                    memory.plan = None  # its series are bound anew, with their baselines

    def _send(self, out: Outputs) -> None:
        for signal in self._engine.taken():
            signals.labels(rule=signal.definition.partition(" ")[0] or signal.rule).inc()
            out.send("alarm-inputs", None, alarm_input.encode(signal))


def _subject(key: str) -> str:
    """The subject of a memory's key."""
    if key.startswith("near:"):
        return f"point:{key[5:]}"
    return key if ":" in key else f"point:{key}"
