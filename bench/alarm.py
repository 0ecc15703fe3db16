"""`alarm`: what 100,000 alerts at once cost the role's step, their events encoded, and a minute that looks at them all.

In this process, without Kafka: the step takes its batches as the harness gives them.
"""

import time
from collections.abc import Iterator
from types import SimpleNamespace

from figures import Figure

from vigie.streams.steps.alarm import AlarmStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import alarm_input
from vigie.topics.alarm_input import ConditionSignal, Tick

ALERTS, BATCH = 100_000, 1_000
START_AT = 1_760_000_040_000
NOTE = f"{ALERTS:,} signals of rules in batches of {BATCH:,}, one process, events encoded"


def figures() -> Iterator[Figure]:
    """Raise them all, then let a minute go by."""
    step = AlarmStep("Europe/Paris")
    values = [alarm_input.encode(_signal(number)) for number in range(ALERTS)]
    started, made = time.process_time(), 0
    for first in range(0, ALERTS, BATCH):
        made += _take(step, values[first : first + BATCH], first)
    raised_s = time.process_time() - started
    assert made == ALERTS, f"{made} events of {ALERTS} signals"
    started = time.process_time()
    _take(step, [alarm_input.encode(Tick(at=START_AT + 60_000))], ALERTS)
    tick_s = time.process_time() - started
    size = sum(len(value) for _, value in step.alarms.snapshot()[0]) / ALERTS
    yield Figure(name="an alert raised, of 100,000 at once", value=1e6 * raised_s / ALERTS, unit="µs", note=NOTE)
    yield Figure(
        name="a minute with 100,000 open alerts",
        value=1e3 * tick_s,
        unit="ms",
        note=f"{NOTE}; state {size:.0f} B each",
    )


def _take(step: AlarmStep, values: list[bytes], first: int) -> int:
    records = [
        SimpleNamespace(key=None, value=value, offset=first + place, timestamp=START_AT, headers=())
        for place, value in enumerate(values)
    ]
    out = Outputs()
    step.process(Batch(records, topic="alarm-inputs", partition=0), out)
    return len(out.records.get("alerts.v1", ()))


def _signal(number: int) -> ConditionSignal:
    return ConditionSignal(
        kind="value", subject=f"point:P{number}", rule="crue", active=True, cause_id=f"{number:032x}", level=1,
        priority=2, event_at=START_AT, arrival_at=START_AT, decided_at=START_AT, point=f"P{number}", use_case="river",
        commune="13055", definition="threshold 1", sentence_fr="Le niveau passe le seuil 1 (2,00 m).",
        sentence_en="The level passes threshold 1 (2.00 m).", facts={"value": "2.31", "unit": "m", "threshold": "2"},
    )  # fmt: skip
