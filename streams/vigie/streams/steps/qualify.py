"""The step `qualify`: readings at points to observations with flags (core/qualify)."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.place import fleet_revision
from vigie.streams.core.qualify.publish import Publisher
from vigie.streams.core.qualify.qualifier import Qualifier
from vigie.streams.core.qualify.words import Words
from vigie.streams.steps.point_states import PointStates
from vigie.streams.steps.unsure import Unsure
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import requalify
from vigie.topics.observation_encoder import ObservationEncoder

WAIT_S = 5.0
"""For how long a batch waits for the fleet by which it was placed; far below the session time-out."""

observations = Counter(
    "vigie_observations", "Observations published, by reason.", ["reason"], registry=metrics.REGISTRY
)
unused = Counter(
    "vigie_qualify_unused", "Readings or messages without an observation with all tests: too_old, impossible, "
    "elsewhere, unknown.", ["why"], registry=metrics.REGISTRY,
)  # fmt: skip


class Fleet(Protocol):
    """What the step asks of the follower of the fleet."""

    view: FleetView

    def wait_for(self, revision: int, limit_s: float) -> bool:
        """Block until a revision is in force; whether it is."""
        ...


class QualifyStep:
    """Feeds placed uplinks, and what is to be seen anew, to the qualifier.

    Args:
        fleet: gives the fleet in force.
        zone: of legal time.
        schema_id: of observations.v1 in the registry in use; None for the packaged one.
        now_ms: the clock, epoch ms.
    """

    name = "qualify"
    inputs: tuple[str, ...] = ("placed", "requalify")
    gathers = True
    """The tests cost 2 ms a batch, however few values it holds."""

    def __init__(
        self, fleet: Fleet, zone: str, schema_id: int | None = None,
        now_ms: Callable[[], float] = lambda: time.time() * 1000,
    ) -> None:  # fmt: skip
        self._fleet = fleet
        words = Words()
        self.points = PointStates("state.observe.qualify", words)
        self.states: tuple[SavedState[Any], ...] = (self.points,)
        self._qualifier = Qualifier(self.points, Publisher(ObservationEncoder(schema_id), words, zone))
        self._unsure = Unsure(self.points, now_ms)
        self._all_looked_at = False  # because of any batch since the last publication

    def process(self, batch: Batch, out: Outputs) -> None:
        """Take one batch, and publish what came of it."""
        partition, qualifier = batch.partition, self._qualifier
        if batch.topic == "placed":
            self._see(max((fleet_revision(record.headers) for record in batch), default=0))
            for record in batch:
                if not qualifier.placed(partition, record):
                    self._applied(partition, record.key.decode(), batch.topic, record.offset)
        else:
            messages = [requalify.decode(record.value) for record in batch]
            self._see(max((getattr(one, "fleet_revision", 0) for one in messages), default=0))
            for record, message in zip(batch, messages, strict=True):
                qualifier.asked(partition, message)
                self._applied(partition, message.point, batch.topic, record.offset)
        self._all_looked_at |= self._unsure.of(batch)
        if not batch.more:
            all_looked_at, self._all_looked_at = self._all_looked_at, False
            self._send(qualifier.publish(all_looked_at=all_looked_at), out)

    def _see(self, revision: int) -> None:
        if self._fleet.view.revision < revision and not self._fleet.wait_for(revision, WAIT_S):
            raise CannotGoOnError(
                f"Records were placed by revision {revision} of the fleet, and after {WAIT_S:.0f} s fleet.v1 holds"
                f" {self._fleet.view.revision}: `vigie fleet check --republish` writes it again"
            )
        self._qualifier.see(self._fleet.view)

    def _applied(self, partition: int, point: str, topic: str, offset: int) -> None:
        memory = self.points.memory(partition, point)
        if memory is not None:
            memory.applied[topic] = offset

    def _send(self, published: Any, out: Outputs) -> None:
        if published.observations:
            out.extend("observations.v1", published.observations)
        if published.buddies:
            out.extend("buddies", published.buddies)
        for reason, count in published.reasons.items():
            observations.labels(reason=reason).inc(count)
        taken = self._qualifier.taken_since()
        if taken.records:
            out.records.setdefault("placed", []).extend(taken.records)
        for why, count in taken.unused.items():
            unused.labels(why=why).inc(count)
