"""The step `zones`: windows of points to those of zones, communes, use cases and networks (core/windows/zone_owner.py).

It publishes at ticks alone: windows of points close at a tick too, so a zone's first window holds all of its points
that closed with it, and repairs that come together make one revision.
"""

import time
from collections.abc import Callable, Collection, Iterator
from typing import Any, Protocol

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.legal import Window, window_of
from vigie.streams.core.windows.zone_memory import pack, weight
from vigie.streams.core.windows.zone_owner import LookedAt, news, released_until, subjects_changed
from vigie.streams.steps.unsure import Unsure
from vigie.streams.steps.zone_states import Key, ZoneStates
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import dirty, zone_part
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.alarm_input import Tick
from vigie.topics.dirty import Dirty
from vigie.topics.zone_part import ZonePart

MOST_LOOKED_AT = 200_000
"""Windows of points that are looked at in one tick, for a change of the fleet: more would hold up the role."""

parts_taken = Counter("vigie_zone_parts", "Windows of points taken for zones, communes, use cases and networks.",
                      registry=metrics.REGISTRY)  # fmt: skip
published = Counter("vigie_zone_windows", "Windows of zones, communes, use cases and networks published, by reason.",
                    ["reason"], registry=metrics.REGISTRY)  # fmt: skip
released = Counter("vigie_zone_parts_released", "Windows of points that came for a window no longer in memory: left to "
                   "recompute.", registry=metrics.REGISTRY)  # fmt: skip


class Fleet(Protocol):
    """What the step asks of the follower of the fleet."""

    @property
    def view(self) -> FleetView:
        """The fleet in force."""
        ...


class ZonesStep:
    """Keeps each point's window for its subjects, and publishes what they come to.

    Args:
        fleet: gives the fleet in force: which points lie where.
        zone: of legal time.
        memory_hours: for how long windows of points are held.
        schema_id: of aggregates.v1 in the registry in use; None for the packaged one.
        now_ms: the clock, epoch ms.
    """

    name = "zones"
    inputs: tuple[str, ...] = ("zone-parts",)

    def __init__(
        self, fleet: Fleet, zone: str, memory_hours: int, schema_id: int | None = None,
        now_ms: Callable[[], float] = lambda: time.time() * 1000,
    ) -> None:  # fmt: skip
        self._fleet, self._zone, self._memory_ms = fleet, zone, memory_hours * 3_600_000
        self.windows = ZoneStates("state.observe.zones")
        self.states: tuple[SavedState[Any], ...] = (self.windows,)
        self._encode = AggregateEncoder(schema_id).encode
        self._unsure = Unsure(self.windows, now_ms)
        self._known = fleet.view.memberships
        self._looks: dict[int, dict[Key, str]] = {}  # partition -> windows to look at without news of their points
        self._surely: dict[int, set[Key]] = {}

    def process(self, batch: Batch, out: Outputs) -> None:
        """Take one batch; nothing is published before the next tick."""
        partition, windows = batch.partition, self.windows
        self._after_load(partition)
        unsure = self._unsure.of(batch)
        until, late = windows.released_until(partition), dict[tuple[str, int], Dirty]()
        for record in batch:
            part = zone_part.decode(record.value)
            window = Window(part.code, part.window_start, part.window_end)
            if part.window_start < until:
                self._leave(part, until, batch, record.offset, late)
                continue
            held = windows.open(partition, part.subject, window)
            if held.take(part.point, windows.shared(pack(part.parts)), part.reason):
                windows.touch(partition, part.subject, window)
            if unsure:
                self._surely.setdefault(partition, set()).add((part.subject, window))
        parts_taken.inc(len(batch))
        if batch:
            windows.took(partition, batch.last_offset)
        for (subject, day), message in late.items():
            out.send("dirty", f"{subject}:{day}".encode(), dirty.encode(message))

    def _leave(
        self, part: ZonePart, until: int, batch: Batch, offset: int, late: dict[tuple[str, int], Dirty]
    ) -> None:  # fmt: skip
        """Ask `recompute` for a window that is no longer held; the day's requests are brought together."""
        released.inc()
        day = window_of("1d", part.window_start, self._zone)
        key = part.subject, day.start_at
        from_at, to_at, reason = part.window_start, min(part.window_end, day.end_at), part.reason
        before = late.get(key)
        if before is not None:
            from_at, to_at = min(from_at, before.from_at), max(to_at, before.to_at)
            reason = max(reason, before.reason, key=weight)
        late[key] = Dirty(part.subject, from_at, to_at, until, reason, batch.topic, batch.partition, offset)

    def tick(self, tick: Tick, partitions: Collection[int], out: Outputs) -> None:
        """Publish what changed of windows that have ended, then let go of those that are old."""
        self._see_fleet()
        self.windows.forget_shared()
        memberships = self._known
        for partition in partitions:
            self._after_load(partition)
            self.windows.restored.discard(partition)
            looked_at = list(self._looked_at(partition, tick.at))
            made = news(looked_at, memberships)
            for one in looked_at:
                self.windows.touch(partition, one.subject, one.held.window)
            for aggregate in made:
                published.labels(reason=aggregate.reason).inc()
            if made:
                out.extend("aggregates.v1", [(one.subject.encode(), self._encode(one)) for one in made])
            self.windows.release(partition, released_until(tick.at, self._memory_ms))

    def _looked_at(self, partition: int, now: int) -> Iterator[LookedAt]:
        """Windows that have ended with a change of their points, then others while there is time."""
        surely = self._surely.get(partition, set())
        looks = self._looks.get(partition, {})
        for key, one in self.windows.windows(partition).items():
            if (one.reason or key in surely) and key[1].end_at <= now:
                looks.pop(key, None)
                yield LookedAt(key[0], one, one.reason or "closed", key in surely)
                surely.discard(key)
        left = MOST_LOOKED_AT
        while looks and left > 0:
            key, reason = looks.popitem()
            held = self.windows.windows(partition).get(key)
            if held is not None and held.published and key[1].end_at <= now:
                left -= len(held.parts)
                yield LookedAt(key[0], held, reason)

    def _after_load(self, partition: int) -> None:
        """What was loaded may have been published by another fleet than that in force."""
        if partition in self.windows.restored:
            self._look_at(partition, None, "placement")

    def _see_fleet(self) -> None:
        before, after = self._known, self._fleet.view.memberships
        if before is after:
            return
        self._known = after
        subjects = subjects_changed(before, after)
        for partition in list(self.windows.partitions()):
            if before.indicators() is not after.indicators():
                self._look_at(partition, None, "definition")
            if subjects:
                self._look_at(partition, subjects, "placement")

    def _look_at(self, partition: int, subjects: set[str] | None, reason: str) -> None:
        looks = self._looks.setdefault(partition, {})
        for key in self.windows.windows(partition):
            if subjects is None or key[0] in subjects:
                looks[key] = reason
