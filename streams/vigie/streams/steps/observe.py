"""The role `observe`: what uplinks say together.

Who is silent, what each quarter of an hour came to, at which point each was measured and how good its values are.
"""

from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from prometheus_client import Counter as Count

from vigie.codecs.model_map import ModelMap
from vigie.streams import metrics
from vigie.streams.codec_shelf import models_of
from vigie.streams.core import silence, span, window
from vigie.streams.core.fleet.service import served_since
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.silence import Clock, Watch
from vigie.streams.core.span import Reading, Span
from vigie.streams.core.window import SLOTS, Now, Repairs, Uplink
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.steps.neighbours import NeighboursStep
from vigie.streams.steps.place import PlaceStep
from vigie.streams.steps.qualify import QualifyStep
from vigie.streams.steps.uplink_reader import UPLINKS, UplinkReader
from vigie.streams.transport.fleet_follower import TOPIC as FLEET
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs, StreamStep
from vigie.topics import alarm_input, reception
from vigie.topics.aggregate import Aggregate
from vigie.topics.alarm_input import SilenceSignal, Tick
from vigie.topics.avro import Framer

BY_POINT = ("placed", "requalify", "buddies")
"""Inputs of qualify and neighbours. A repair of a year fills them for minutes; silence is judged meanwhile."""
WATCH = "watch"
"""Key of a partition's watch among its devices, whose ids all hold a colon."""

signals = Count("vigie_silence_signals", "Silences begun and ended.", ["silent"], registry=metrics.REGISTRY)
windows = Count("vigie_windows_published", "Windows published, by reason.", ["reason"], registry=metrics.REGISTRY)
unused = Count(
    "vigie_window_readings_unused", "Readings that no window took: deep_late or impossible.", ["why"],
    registry=metrics.REGISTRY,
)  # fmt: skip


def period_of(models: ModelMap) -> Callable[[str], int]:
    """Declared upload period in seconds by the model's short name; 0 where none is declared."""
    periods = {model.name: model.period_s for model in models}
    return lambda name: periods.get(name, 0)


class SilenceStep:
    """Feeds arrivals and ticks to the clocks (core/silence.py).

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


class WindowStep:
    """Feeds readings and ticks to the windows (core/window.py).

    Args:
        period_of: declared period of a model.
        reader: of uplinks.
        memory_hours: how long a window stays in memory after its end.
        schema_id: id of the schema of aggregates.v1 in the registry; None for the packaged one.
    """

    name = "windows"
    inputs: tuple[str, ...] = UPLINKS

    def __init__(
        self, period_of: Callable[[str], int], reader: UplinkReader, *, memory_hours: int, schema_id: int | None = None
    ) -> None:
        self._period_of = period_of
        self._reader = reader
        self._memory_ms = memory_hours * 3_600_000
        self._framer = Framer("aggregates.v1", schema_id)
        self._tick_at: dict[int, int] = {}
        self.spans: KeyedState[Span] = KeyedState("state.observe.windows", load=span.load, dump=span.dump)
        self.states: tuple[SavedState[Any], ...] = (self.spans,)

    def process(self, batch: Batch, out: Outputs) -> None:
        """Take the readings of one batch; windows that were published are published again where they changed."""
        partition, unused_readings = batch.partition, Counter[str]()
        now, repairs = Now(self._tick_at.get(partition, 0), self._memory_ms), Repairs()
        for record, fields in zip(batch, self._reader.read(batch), strict=True):
            device = fields["device"]
            keys = [f"{device}/{slot}" for slot in range(SLOTS)]
            spans = [self.spans.get(partition, key) for key in keys]
            added = window.add(spans, device, self._uplink(fields), now, repairs)
            for slot in added.slots:
                changed = spans[slot]
                assert changed is not None
                self.spans.put(partition, keys[slot], changed, batch.topic, record.offset)
            self._publish(added.aggregates, out)
            unused_readings.update(deep_late=added.deep_late, impossible=added.impossible)
        self._publish(repairs.aggregates(), out)
        for why, count in unused_readings.items():
            unused.labels(why=why).inc(count)

    def _uplink(self, fields: dict[str, Any]) -> Uplink:
        observed_at = fields["observed_at"]
        return Uplink(
            identity=bytes.fromhex(fields["id"][:16]),
            revision=fields["revision"],
            observed_at=observed_at,
            ingested_at=fields["ingested_at"],
            period_s=self._period_of(fields["extras"].get("model", "")),
            readings=[
                Reading(
                    observed_at if one["observed_at"] is None else one["observed_at"],
                    one["property"], one["channel"], one["value"],
                )
                for one in fields["readings"]
            ],
        )  # fmt: skip

    def tick(self, tick: Tick, partitions: Collection[int], out: Outputs) -> None:
        """Publish the windows that close, release those whose memory is over."""
        now = Now(tick.at, self._memory_ms)
        for partition in partitions:
            self._tick_at[partition] = tick.at
            for key, held in self.spans.items(partition):
                made = window.at_tick(key.rpartition("/")[0], held, now)
                if made is not None:
                    self.spans.put(partition, key, held)
                    self._publish(made, out)

    def _publish(self, aggregates: list[Aggregate], out: Outputs) -> None:
        for one in aggregates:
            windows.labels(reason=one.reason).inc()
            out.send("aggregates.v1", one.subject.encode(), self._framer.encode(one))


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    ids = schema_ids_in_use(settings, ["aggregates.v1", "observations.v1", "dead-letters.v1"])
    periods, reader = period_of(models_of(settings)), UplinkReader()
    fleet = FleetFollower(settings.kafka, settings.topic(FLEET))
    steps: list[StreamStep] = [
        SilenceStep(periods, reader, lambda: fleet.view),
        WindowStep(periods, reader, memory_hours=settings.memory_hours, schema_id=ids["aggregates.v1"]),
        PlaceStep(fleet, reader),
        QualifyStep(fleet, settings.timezone, ids["observations.v1"]),
        NeighboursStep(fleet),
    ]
    return run_role(
        settings, "observe", steps, heartbeat=True, after="decode", fleet=fleet, unawaited=BY_POINT,
        dead_letter_schema_id=ids["dead-letters.v1"],
    )  # fmt: skip
