"""The step `place`: uplinks to the points at which they were measured, by the fleet in force (core/place.py)."""

from typing import Any

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.place import Placer
from vigie.streams.steps.uplink_reader import UPLINKS, UplinkReader
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, Outputs

unplaced = Counter(
    "vigie_uplinks_unplaced", "Uplinks that are in the store only: unknown_device, or no_placement at their instants.",
    ["network", "why"], registry=metrics.REGISTRY,
)  # fmt: skip


class PlaceStep:
    """Feeds uplinks to the placer. It remembers nothing: what is placed twice carries the same ids.

    Args:
        fleet: gives the fleet in force.
        reader: of uplinks.
    """

    name = "place"
    inputs: tuple[str, ...] = UPLINKS

    def __init__(self, fleet: FleetFollower, reader: UplinkReader) -> None:
        self._fleet = fleet
        self._reader = reader
        self._placer = Placer()
        self.states: tuple[SavedState[Any], ...] = ()

    def process(self, batch: Batch, out: Outputs) -> None:
        """Place one batch by the fleet of this moment."""
        placed = self._placer.place(self._fleet.view, [record.value for record in batch], self._reader.read(batch))
        if placed.records:
            out.records.setdefault("placed", []).extend(placed.records)
        for (network, why), count in placed.unplaced.items():
            unplaced.labels(network=network, why=why).inc(count)
