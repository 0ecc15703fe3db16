"""The step `aggregate`: observations at points to windows (core/windows/owner.py).

Windows are published at the tick by which they are due. What changes them later is gathered for five seconds, or until
the next tick. What their owner does not hold any more is told to `recompute` on `dirty`.
"""

import time
from collections.abc import Callable, Collection
from typing import Any, Protocol

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.owned.memory import SLOT_MS
from vigie.streams.core.windows.owned.owner import Owner, Publication
from vigie.streams.core.windows.owned.publish import Publisher
from vigie.streams.core.windows.owned.reader import read
from vigie.streams.core.windows.owned.specs import Specs
from vigie.streams.steps.owner_states import OwnerStates
from vigie.streams.steps.unsure import Unsure
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import dirty
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.alarm_input import Tick
from vigie.topics.dirty import Dirty

OBSERVATIONS = "observations.v1"
HOUR_MS = 3_600_000
WAIT_MS = 5_000
"""For how long changes of published windows are gathered, by the arrival of observations."""

windows = Counter(
    "vigie_windows_published", "Windows of points published, by reason.", ["reason"], registry=metrics.REGISTRY
)
unused = Counter(
    "vigie_window_readings_unused", "Readings that take part in no window: impossible.", ["why"],
    registry=metrics.REGISTRY,
)  # fmt: skip
dirty_days = Counter(
    "vigie_window_dirty_marks", "Days of points that recompute was told to make again.", registry=metrics.REGISTRY
)


class Fleet(Protocol):
    """What the step asks of the follower of the fleet."""

    view: FleetView


class AggregateStep:
    """Feeds observations and ticks to the owners of partitions.

    Args:
        fleet: gives the fleet in force.
        zone: of legal time.
        memory_hours: how long readings stay in memory.
        schema_id: of aggregates.v1 in the registry in use; None for the packaged one.
        now_ms: the clock, epoch ms.
    """

    name = "aggregate"
    inputs: tuple[str, ...] = (OBSERVATIONS,)
    settled = ("placed", OBSERVATIONS)
    """So a window that closes holds what came before its tick."""

    def __init__(
        self, fleet: Fleet, zone: str, memory_hours: int, schema_id: int | None = None,
        now_ms: Callable[[], float] = lambda: time.time() * 1000,
    ) -> None:  # fmt: skip
        self._fleet = fleet
        self._specs = Specs(fleet.view)
        self.points = OwnerStates("state.observe.aggregate", zone, memory_hours * HOUR_MS)
        self.states: tuple[SavedState[Any], ...] = (self.points,)
        self._publisher = Publisher(AggregateEncoder(schema_id))
        self._unsure = Unsure(self.points, now_ms)
        self._since: dict[int, int] = {}  # partition -> arrival of the first change that is not published yet

    def process(self, batch: Batch, out: Outputs) -> None:
        """Take one batch; publish changes that have waited long enough."""
        partition = batch.partition
        just_loaded = partition in self.points.restored
        owner = self._owner(partition)
        owner.unsure = self._unsure.of(batch)
        if just_loaded:
            self._repair(partition, owner, out)
        owner.take((record.offset, read(record.value)) for record in batch)
        for why, count in owner.unused.items():
            unused.labels(why=why).inc(count)
        owner.unused.clear()
        if batch and (owner.touches or owner.dirty or owner.dense_days):
            since = self._since.setdefault(partition, batch[0].timestamp)
            if batch[-1].timestamp >= since + WAIT_MS:
                self._repair(partition, owner, out)

    def tick(self, tick: Tick, partitions: Collection[int], out: Outputs) -> None:
        """Publish what changed, and the windows that are due by this tick."""
        for partition in partitions:
            owner = self._owner(partition)
            self._repair(partition, owner, out)
            self._send(owner, owner.tick(tick.at), out)
            self._soil(partition, owner, out)

    def _owner(self, partition: int) -> Owner:
        if self._specs.view is not self._fleet.view:
            self._specs = Specs(self._fleet.view)
        owner = self.points.owner(partition)
        owner.see(self._specs)
        return owner

    def _repair(self, partition: int, owner: Owner, out: Outputs) -> None:
        self._since.pop(partition, None)
        self._send(owner, owner.repair(), out)
        self._soil(partition, owner, out)

    def _send(self, owner: Owner, publication: Publication | None, out: Outputs) -> None:
        if publication is None:
            return
        published = self._publisher.publish(owner, publication, self._fleet.view.memberships.codes_of_zones())
        if published.aggregates:
            out.extend("aggregates.v1", published.aggregates)
        if published.parts:
            out.extend("zone-parts", published.parts)
        for reason, count in published.reasons.items():
            windows.labels(reason=reason).inc(count)

    def _soil(self, partition: int, owner: Owner, out: Outputs) -> None:
        if not owner.dirty and not owner.dense_days:
            return
        memory, mark = owner.memory, owner.mark
        for (point, start_at), day in owner.dirty.items():
            subject = f"point:{memory.points[point]}"
            message = Dirty(subject, start_at, day.end_at, mark, day.reason, OBSERVATIONS, partition, day.offset)
            out.send("dirty", f"{subject}:{start_at}".encode(), dirty.encode(message))
        for (point, start_at), day in owner.dense_days.items():
            subject = f"point:{memory.points[point]}"
            dense = tuple((one * SLOT_MS, (one + 1) * SLOT_MS) for one in sorted(memory.dense.get(point, ())))
            message = Dirty(
                subject, start_at, day.end_at, mark, day.reason, OBSERVATIONS, partition, day.offset, dense,
                owner.tick_at,
            )  # fmt: skip
            out.send("dirty", f"{subject}:{start_at}:dense".encode(), dirty.encode(message))
        dirty_days.inc(len(owner.dirty) + len(owner.dense_days))
        owner.dirty, owner.dense_days, owner.changed = {}, {}, True
