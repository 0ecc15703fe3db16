"""The step `alarm`: what it takes from a record beside its value."""

from types import SimpleNamespace

import msgspec
from streams.core.test_alarm import MORNING, TOLD, trouble

from vigie.streams.steps.alarm import AlarmStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.alarm_input import AlarmInput, Command, ConditionSignal, Tick, encode
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer
from vigie.topics.identity import alert_id


def test_trouble_of_the_platform_is_dated_by_the_record_that_tells_of_it():
    messages = [Tick(at=MORNING), trouble(), trouble()]
    records = [
        SimpleNamespace(offset=place, timestamp=TOLD + place, value=encode(message))
        for place, message in enumerate(messages)
    ]
    out = Outputs()
    AlarmStep("Europe/Paris").process(Batch(records, topic="alarm-inputs", partition=0), out)
    events = [Framer("alerts.v1").decode(value, AlertEvent) for _, value in out.records["alerts.v1"]]
    assert [(event.transition, event.event_at, event.decided_at) for event in events] == [
        ("raised", MORNING, TOLD + 1),
        ("cleared", TOLD + 1, TOLD + 1),
    ]


def test_a_worker_that_takes_over_goes_on_where_the_last_one_stopped():
    """What it reads again changes nothing, revisions go on, and it writes as the next generation."""
    first, second = AlarmStep("Europe/Paris", ticks="log"), AlarmStep("Europe/Paris", ticks="log")
    raised = condition(0)
    assert [event.transition for event in process(first, 0, raised)] == ["raised"]
    for state, heir in zip(first.states, second.states, strict=True):
        for partition, records in state.snapshot().items():
            heir.restore(partition, records)
    made = process(second, 0, raised, msgspec.structs.replace(raised, active=False, level=0))
    assert [(event.transition, event.revision, event.generation) for event in made] == [("cleared", 1, 2)]
    assert [event.transition for event in process(second, 2, command(raised), command(raised))] == ["judged"]


def condition(minute: int) -> ConditionSignal:
    at = MORNING + minute * 60_000
    return ConditionSignal(
        kind="value", subject="point:p1", rule="high", active=True, cause_id="o1", level=1, priority=3, event_at=at,
        arrival_at=at, decided_at=at, sentence_fr="Haut.", sentence_en="High.", point="p1",
    )  # fmt: skip


def command(raised: ConditionSignal) -> Command:
    return Command(
        id="c1", alert_id=alert_id("value:point:p1:high", raised.cause_id), alert_revision=1, action="verdict",
        author="p-17", at=TOLD, value="true",
    )  # fmt: skip


def process(step: AlarmStep, first: int, *messages: AlarmInput) -> list[AlertEvent]:
    records = [
        SimpleNamespace(offset=first + place, timestamp=TOLD, value=encode(message))
        for place, message in enumerate(messages)
    ]
    out = Outputs()
    step.process(Batch(records, topic="alarm-inputs", partition=0), out)
    return [Framer("alerts.v1").decode(record[1], AlertEvent) for record in out.records.get("alerts.v1", [])]
