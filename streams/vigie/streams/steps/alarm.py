"""The role `alarm`: signals and commands in, alert events out. One active, others stand by; it writes the minute ticks.

Each record is one moment: what root cause makes of it (core/alarm/root_cause.py) and what rules and persons say becomes
inputs of the life cycle (core/alarm/life_cycle.py), whose events are written before anything is done about them.
Outputs, state and offsets are confirmed in one transaction, so each transition stands once on `alerts.v1`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import Counter, Gauge

from vigie.streams import metrics
from vigie.streams.core.alarm import graph, held
from vigie.streams.core.alarm.applied import apply, tick
from vigie.streams.core.alarm.book import Book
from vigie.streams.core.alarm.commanded import obey
from vigie.streams.core.alarm.graph import Known
from vigie.streams.core.alarm.happen import When
from vigie.streams.core.alarm.held import WRITER, Held, Writer
from vigie.streams.core.alarm.root_cause import RootCause
from vigie.streams.core.alarm.signals import of_condition, of_platform
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import alarm_input
from vigie.topics.alarm_input import AlarmInput, Command, ConditionSignal, PlatformSignal, Tick
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer

events = Counter(
    "vigie_alert_events", "Alert events written, by transition.", ["transition"], registry=metrics.REGISTRY
)
dead_man = Gauge(
    "vigie_dead_man", "Epoch seconds of the last tick that found all roles answering.", registry=metrics.REGISTRY
)
open_alerts = Gauge("vigie_alerts_open", "Alerts that are not over.", registry=metrics.REGISTRY)


class _Kept:
    """The alarms of one partition, each put with the offset of the record that is being processed."""

    def __init__(self, state: KeyedState[Held], partition: int) -> None:
        self.state, self.partition = state, partition
        self.topic, self.offset = "", -1
        self.changed = False

    def get(self, key: str) -> Held | None:
        return self.state.get(self.partition, key)

    def put(self, key: str, value: Held) -> None:
        self.changed = True
        self.state.put(self.partition, key, value, self.topic, self.offset)

    def items(self) -> Iterable[tuple[str, Held]]:
        return list(self.state.items(self.partition))


class AlarmStep:
    """Feeds signals, commands and ticks to root cause and to the life cycle.

    Args:
        zone: IANA name of the legal time, for the sentences.
        schema_id: id of the schema of alerts.v1 in the registry; None for the packaged one.
        view: gives the fleet in force.
        ticks: the setting; with `log` commands are dated by their authors' clock, which is the log's.
    """

    name = "alarm"
    inputs: tuple[str, ...] = ("alarm-inputs",)

    def __init__(
        self,
        zone: str,
        schema_id: int | None = None,
        view: Callable[[], FleetView] = FleetView,
        ticks: str = "live",
    ) -> None:
        self._framer = Framer("alerts.v1", schema_id)
        self._view = view
        self._live = ticks == "live"
        self._generation: int | None = None
        self._loaded: object = None  # what of the state the book and the graph were made from
        self.alarms: KeyedState[Held] = KeyedState("state.alarm.alarms", load=held.load, dump=held.dump)
        self.graph: KeyedState[Known] = KeyedState("state.alarm.graph", load=graph.load, dump=graph.dump)
        self.states: tuple[SavedState[Any], ...] = (self.alarms, self.graph)
        self._kept = _Kept(self.alarms, 0)
        self._book = Book(self._kept, view)
        self._root = RootCause(zone, view)

    def process(self, batch: Batch, out: Outputs) -> None:
        """Take the messages of one batch, one after the other."""
        self._take_up(batch.partition)
        kept = self._kept
        kept.topic, kept.changed = batch.topic, False
        done = self.alarms.applied(batch.partition, WRITER, batch.topic)
        self._book.generation = self._current_generation()
        for record in batch:
            if record.offset > done:
                kept.offset = record.offset
                self._take(alarm_input.decode(record.value), record.timestamp, record.offset, out)
        if kept.changed:
            kept.put(WRITER, Writer(self._book.generation))
            self._generation = self._book.generation
        for key, value in self._root.changed():
            self.graph.put(batch.partition, key, value, batch.topic, batch.last_offset)
        if (again := self._root.again) is not None:
            out.send("alarm-inputs", None, alarm_input.encode(again), partition=0)
        dead_man.set(self._root.well_at / 1000)
        open_alerts.set(len(self._book.open))

    def _take(self, message: AlarmInput, timestamp: int, offset: int, out: Outputs) -> None:
        found = self._root.take(message, timestamp, offset)
        for said in found.platform:
            out.send("platform", None, alarm_input.encode(said), partition=0)
        intents, made = found.intents, []
        if isinstance(message, ConditionSignal):
            intents = [*intents, *of_condition(message)]
        elif isinstance(message, PlatformSignal):
            intents = [*intents, *of_platform(message, timestamp)]
        elif isinstance(message, Command):
            told_at = timestamp if self._live else message.at
            made = obey(self._book, message, When(message.at, told_at, told_at))
        elif isinstance(message, Tick):
            made = tick(self._book, message.at)
        self._write([*made, *apply(self._book, intents)], out)

    def _write(self, made: list[AlertEvent], out: Outputs) -> None:
        for event in made:
            events.labels(transition=event.transition).inc()
            out.send("alerts.v1", event.alert_id.encode(), self._framer.encode(event))

    def _take_up(self, partition: int) -> None:
        """Make the book and the graph from the state where that was loaded since."""
        loaded = self.alarms.held(partition)
        states = (self.alarms, self.graph)
        if loaded is self._loaded and not any(partition in state.restored for state in states):
            return
        for state in states:
            state.restored.discard(partition)
        self._loaded = loaded
        self._kept = _Kept(self.alarms, partition)
        self._book = Book(self._kept, self._view)
        self._root.restore(list(self.graph.items(partition)))

    def _current_generation(self) -> int:
        """One more than the last writer's; the same until another has written in between."""
        found = self._kept.get(WRITER)
        last = found.generation if isinstance(found, Writer) else 0
        return last if last == self._generation else last + 1


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    ids = schema_ids_in_use(settings, ["alerts.v1", "dead-letters.v1"])
    fleet = FleetFollower(settings.kafka, settings.topic("fleet.v1"))
    return run_role(
        settings,
        "alarm",
        [AlarmStep(settings.timezone, ids["alerts.v1"], lambda: fleet.view, settings.ticks)],
        write_ticks=True,
        transactional_id=settings.group("alarm"),
        dead_letter_schema_id=ids["dead-letters.v1"],
        fleet=fleet,
    )
