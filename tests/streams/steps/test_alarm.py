"""The step `alarm`: what it takes from a record beside its value."""

from types import SimpleNamespace

from streams.core.test_alarm import MORNING, TOLD, trouble

from vigie.streams.steps.alarm import AlarmStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.alarm_input import Tick, encode
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer


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
