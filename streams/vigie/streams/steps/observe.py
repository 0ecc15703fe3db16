"""The role `observe`: what uplinks say together.

Who is silent, at which point each was measured and how good its values are.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from prometheus_client import Counter as Count

from vigie.codecs.model_map import ModelMap
from vigie.streams import metrics
from vigie.streams.codec_shelf import models_of
from vigie.streams.core.fleet.service import served_since
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.silence import clock as silence
from vigie.streams.core.silence.clock import Clock, Watch
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.steps.aggregate import AggregateStep
from vigie.streams.steps.detect import DetectStep
from vigie.streams.steps.neighbours import NeighboursStep
from vigie.streams.steps.place import PlaceStep
from vigie.streams.steps.qualify import QualifyStep
from vigie.streams.steps.uplink_reader import UPLINKS, UplinkReader
from vigie.streams.steps.zones import ZonesStep
from vigie.streams.transport.fleet_follower import TOPIC as FLEET
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs, StreamStep
from vigie.topics import alarm_input, reception
from vigie.topics.alarm_input import SilenceSignal, Tick

BY_POINT = ("placed", "requalify", "buddies", "observations.v1", "zone-parts")
"""Inputs of qualify, neighbours, aggregate and zones. A repair of a year fills them for minutes; meanwhile silence is
judged."""
WATCH = "watch"
"""Key of a partition's watch among its devices, whose ids all hold a colon."""

signals = Count("vigie_silence_signals", "Silences begun and ended.", ["silent"], registry=metrics.REGISTRY)


def period_of(models: ModelMap) -> Callable[[str], int]:
    """Declared upload period in seconds by the model's short name; 0 where none is declared."""
    periods = {model.name: model.period_s for model in models}
    return lambda name: periods.get(name, 0)


class SilenceStep:
    """Feeds arrivals and ticks to the clocks (core/silence/clock.py).

    Args:
        period_of: declared period of a model.
        reader: of uplinks.
        view: gives the fleet in force: a device out of service is not silent.
    """

    name = "silence"
    inputs: tuple[str, ...] = (*UPLINKS, "receptions")

    def __init__(
        self, period_of: Callable[[str], int], reader: UplinkReader, view: Callable[[], FleetView] = FleetView
    ) -> None:
        self._period_of = period_of
        self._view = view
        self._reader = reader
        self.clocks: KeyedState[Clock | Watch] = KeyedState(
            "state.observe.silence", load=silence.load, dump=silence.dump
        )
        self.states: tuple[SavedState[Any], ...] = (self.clocks,)

    def process(self, batch: Batch, out: Outputs) -> None:
        """Move the clocks of one batch."""
        if batch.topic == "receptions":
            for record in batch:
                heard = reception.decode(record.value)
                self._heard(batch, record.offset, heard.address, heard.ingested_at, "", heard.network, out)
            return
        for record, uplink in zip(batch, self._reader.read(batch), strict=True):
            if not uplink["revision"]:
                self._heard(
                    batch, record.offset, uplink["device"], uplink["ingested_at"], uplink["extras"].get("model", ""),
                    uplink["network"], out,
                )  # fmt: skip

    def _heard(
        self, batch: Batch, offset: int, address: str, arrival_at: int, model: str, network: str, out: Outputs
    ) -> None:
        partition, topic, clocks = batch.partition, batch.topic, self.clocks
        if clocks.applied(partition, address, topic) >= offset:
            return
        known = clocks.get(partition, address)
        clock, signal = silence.heard(
            known if type(known) is Clock else None, address, arrival_at, model, network, self._period_of
        )
        clocks.put(partition, address, clock, topic, offset)
        if signal is not None:
            _signal(signal, out)

    def tick(self, tick: Tick, partitions: Collection[int], out: Outputs) -> None:
        """Judge every device of these partitions."""
        since = partial(served_since, self._view())
        for partition in partitions:
            before = self.clocks.get(partition, WATCH)
            watch = silence.watched(before if type(before) is Watch else None, tick.at)
            self.clocks.put(partition, WATCH, watch)
            for address, clock in self.clocks.items(partition):
                if type(clock) is Clock:
                    signal = silence.judge(clock, address, watch, self._period_of, since)
                    if signal is not None:
                        self.clocks.put(partition, address, clock)
                        _signal(signal, out)


def _signal(signal: SilenceSignal, out: Outputs) -> None:
    signals.labels(silent=str(signal.silent).lower()).inc()
    out.send("alarm-inputs", None, alarm_input.encode(signal))


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    ids = schema_ids_in_use(settings, ["observations.v1", "aggregates.v1", "dead-letters.v1"])
    periods, reader = period_of(models_of(settings)), UplinkReader()
    fleet = FleetFollower(settings.kafka, settings.topic(FLEET))
    steps: list[StreamStep] = [
        SilenceStep(periods, reader, lambda: fleet.view),
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
