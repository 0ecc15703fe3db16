"""The role `alarm`: signals in, alert events out. One active, others stand by; it also writes the minute ticks."""

from typing import Any

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.alarm import decide as alarm
from vigie.streams.core.alarm.decide import Alarm, Writer
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import alarm_input
from vigie.topics.alarm_input import PlatformSignal, SilenceSignal
from vigie.topics.avro import Framer

WRITER = "writer"
"""Key of the writer's generation among the alarms, whose keys all hold colons."""

events = Counter(
    "vigie_alert_events", "Alert events written, by transition.", ["transition"], registry=metrics.REGISTRY
)


class AlarmStep:
    """Feeds signals to the alarms (core/alarm/decide.py).

    Args:
        zone: IANA name of the legal time, for the sentences.
        schema_id: id of the schema of alerts.v1 in the registry; None for the packaged one.
    """

    name = "alarm"
    inputs: tuple[str, ...] = ("alarm-inputs",)

    def __init__(self, zone: str, schema_id: int | None = None) -> None:
        self._zone = zone
        self._framer = Framer("alerts.v1", schema_id)
        self._generation: int | None = None
        self.alarms: KeyedState[Alarm] = KeyedState("state.alarm.alarms", load=alarm.load, dump=alarm.dump)
        self.states: tuple[SavedState[Any], ...] = (self.alarms,)

    def process(self, batch: Batch, out: Outputs) -> None:
        """Decide on the signals of one batch; ticks and heartbeats pass by."""
        for record in batch:
            message = alarm_input.decode(record.value)
            if not isinstance(message, SilenceSignal | PlatformSignal):
                continue
            key, partition = alarm.alarm_key(message), batch.partition
            if self.alarms.applied(partition, key, batch.topic) >= record.offset:
                continue
            before = self.alarms.get(partition, key)
            generation = self._current_generation(partition)
            after, made = alarm.decide(
                before, message, zone=self._zone, generation=generation, told_at=record.timestamp
            )
            if after is not None:
                self.alarms.put(partition, key, after, batch.topic, record.offset)
            for event in made:
                events.labels(transition=event.transition).inc()
                out.send("alerts.v1", event.alert_id.encode(), self._framer.encode(event))

    def _current_generation(self, partition: int) -> int:
        """One more than the last writer's; the same until another has written in between."""
        held = self.alarms.get(partition, WRITER)
        last = held.generation if isinstance(held, Writer) else 0
        if last != self._generation:
            self._generation = last + 1
            self.alarms.put(partition, WRITER, Writer(self._generation))
        return self._generation


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    ids = schema_ids_in_use(settings, ["alerts.v1", "dead-letters.v1"])
    return run_role(
        settings,
        "alarm",
        [AlarmStep(settings.timezone, ids["alerts.v1"])],
        write_ticks=True,
        transactional_id=settings.group("alarm"),
        dead_letter_schema_id=ids["dead-letters.v1"],
    )
