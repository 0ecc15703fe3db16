"""The role `observe`: what uplinks say together.

Who is silent, at which point each was measured and how good its values are.
"""

from collections.abc import Callable

from vigie.codecs.model_map import ModelMap
from vigie.streams.codec_shelf import models_of
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.steps.aggregate import AggregateStep
from vigie.streams.steps.detect import DetectStep
from vigie.streams.steps.neighbours import NeighboursStep
from vigie.streams.steps.place import PlaceStep
from vigie.streams.steps.qualify import QualifyStep
from vigie.streams.steps.silence import SilenceStep
from vigie.streams.steps.uplink_reader import UplinkReader
from vigie.streams.steps.zones import ZonesStep
from vigie.streams.transport.fleet_follower import TOPIC as FLEET
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.role import run_role
from vigie.streams.transport.step import StreamStep

BY_POINT = (
    "placed", "requalify", "buddies", "observations.v1", "zone-parts", "aggregates.v1", "baselines",
)  # fmt: skip
"""Inputs of qualify, neighbours, aggregate and zones. A repair of a year fills them for minutes; meanwhile silence is
judged."""


def period_of(models: ModelMap) -> Callable[[str], int]:
    """Declared upload period in seconds by the model's short name; 0 where none is declared."""
    periods = {model.name: model.period_s for model in models}
    return lambda name: periods.get(name, 0)


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    ids = schema_ids_in_use(settings, ["observations.v1", "aggregates.v1", "dead-letters.v1"])
    periods, reader = period_of(models_of(settings)), UplinkReader()
    fleet = FleetFollower(settings.kafka, settings.topic(FLEET))
    steps: list[StreamStep] = [
        SilenceStep(
            periods,
            reader,
            lambda: fleet.view,
            partitions=settings.partitions,
            tolerated=settings.false_silences,
            zone=settings.timezone,
        ),
        PlaceStep(fleet, reader),
        QualifyStep(fleet, settings.timezone, ids["observations.v1"]),
        NeighboursStep(fleet),
        AggregateStep(fleet, settings.timezone, settings.memory_hours, ids["aggregates.v1"]),
        ZonesStep(fleet, settings.timezone, settings.memory_hours, ids["aggregates.v1"]),
        DetectStep(fleet, settings.timezone, live=settings.ticks == "live"),
    ]
    return run_role(
        settings, "observe", steps, heartbeat=True, after="decode", fleet=fleet, unawaited=BY_POINT,
        dead_letter_schema_id=ids["dead-letters.v1"],
    )  # fmt: skip
