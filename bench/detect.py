"""`detect`: observations of 5 readings at 20,000 points past the platform's own rules, through the step's own calls.

What is measured holds the reading of the observations' bytes, the rules that watch every point by default, in a second
pass two rules that a user stated for all of them, in a third two more that judge every series by its baseline, and the
state written out for the changelog once a minute; neither Kafka nor its client. Then the aggregates that come of them,
of which few are watched. Points send in turn.
"""

import gc
import os
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aggregate as city_of
from figures import Figure

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.steps.aggregate import AggregateStep
from vigie.streams.steps.detect import DetectStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import baseline
from vigie.topics.alarm_input import Tick
from vigie.topics.baseline import HOURS, Baseline
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.property import BY_NAME

ROUNDS = int(os.environ.get("VIGIE_TEST_BENCH_DETECT_ROUNDS", "6"))
_STEP_MS, _MINUTE_MS = 900_000, 60_000


def _rules(**stated: str) -> list[FleetObject]:
    return [
        FleetObject(
            kind="rule", id=name, revision=2, recorded_at=0, apply_id="b", part=1, parts=1,
            versions=(Version(valid_from=None, valid_to=None, attributes=attributes),),
        )
        for name, attributes in stated.items()
    ]  # fmt: skip


STATED = _rules(
    chaud='{"name": "Chaud", "definition": "d", "owner": "c", "base": "threshold", "use_case": "heat",'
    ' "properties": ["air_temperature"], "parameters": {"level_1": 35, "level_2": 38, "level_3": 40}}',
    brusque='{"name": "Brusque", "definition": "d", "owner": "c", "base": "rate", "use_case": "heat",'
    ' "properties": ["air_pressure"], "parameters": {"level_1": 60, "direction": 0}}',
)
_EVERY = ", ".join(f'"{name}"' for name in city_of.NAMES)
BY_BASELINES = _rules(**{
    name: f'{{"name": "H", "definition": "d", "owner": "c", "base": "{base}", "properties": [{_EVERY}]}}'
    for name, base in (("habitude", "baseline"), ("derive", "drift"))
})  # fmt: skip
"""Of all five series."""


def _usual(step: DetectStep) -> None:
    """A baseline of each series of each point, so wide that nothing alarms."""
    one, hours = (1.0,) * HOURS, (40,) * HOURS
    for partition in range(city_of.OWNED):
        names = [f"TEM-{number:05}" for number in range(partition, city_of.POINTS, city_of.PARTITIONS)]
        records: list[Any] = []
        for offset, name in enumerate(names):
            made = [
                Baseline(name, BY_NAME[what].id, 0, 0, 0, 1, hours, one, (1e6,) * HOURS, one, one)
                for what in city_of.NAMES
            ]
            value = baseline.encode(made)
            records.append(SimpleNamespace(key=name.encode(), value=value, timestamp=0, offset=offset))
        step.process(Batch(records, topic="baselines", partition=partition), Outputs())


def _run(view: FleetView, note: str, *, usual: bool = False) -> Iterator[Figure]:
    step, city = DetectStep(SimpleNamespace(view=view), "Europe/Paris"), city_of.City()
    owned, out = list(range(city_of.OWNED)), Outputs()
    if usual:
        _usual(step)
    gc.collect()
    gc.freeze()
    taking = ticking = saving = 0.0
    handled = written = 0
    for round_ in range(ROUNDS):
        for minute in range(15):
            batches = city.minute(round_, minute)
            before = time.thread_time()
            for batch in batches:
                step.process(batch, out)
            taken = time.thread_time()
            step.tick(Tick(at=city_of.START_AT + round_ * _STEP_MS + (minute + 1) * _MINUTE_MS), owned, out)
            ticked = time.thread_time()
            saved = step.kept.snapshot()
            done = time.thread_time()
            if round_:  # the first one makes the plans
                taking, ticking, saving = taking + taken - before, ticking + ticked - taken, saving + done - ticked
                handled += sum(map(len, batches))
                written += sum(len(value) for entries in saved.values() for _, value in entries)
    spent_us = (taking + ticking + saving) / handled * 1e6
    yield Figure(name=f"detect: CPU per uplink, {note}", value=spent_us, unit="µs", note="20,000 points, 5 readings")
    yield Figure(name=f"detect: of it judging, {note}", value=taking / handled * 1e6, unit="µs", note="")
    yield Figure(name=f"detect: of it state for the changelog, {note}", value=saving / handled * 1e6, unit="µs",
                 note="once a minute")  # fmt: skip
    keys, size = step.kept.size()
    yield Figure(name=f"detect: state per point, {note}", value=size / keys, unit="B", note="as saved, 5 series")


def _windows() -> Iterator[Figure]:
    """The aggregates that the same city makes, most of which nobody watches."""
    followed = SimpleNamespace(view=city_of.fleet())
    owner, step, city = (
        AggregateStep(followed, "Europe/Paris", 26),
        DetectStep(followed, "Europe/Paris"),
        city_of.City(),
    )
    out, uplinks = Outputs(), 0
    for round_ in range(3):
        for minute in range(15):
            for batch in city.minute(round_, minute):
                owner.process(batch, out)
                uplinks += len(batch)
            at = city_of.START_AT + round_ * _STEP_MS + (minute + 1) * _MINUTE_MS
            owner.tick(Tick(at=at), list(range(city_of.OWNED)), out)
    made = out.records["aggregates.v1"]
    records: list[Any] = [
        SimpleNamespace(key=key, value=value, timestamp=city_of.START_AT, offset=number)
        for number, (key, value) in enumerate(made)
    ]
    spent = []
    for begin in (0, len(records)):  # again: each series is known by then
        for number, one in enumerate(records):
            one.offset = begin + number
        batches = [
            Batch(records[first : first + 2000], topic="aggregates.v1", partition=0)
            for first in range(0, len(records), 2000)
        ]
        before = time.thread_time()
        for batch in batches:
            step.process(batch, Outputs())
        spent.append(time.thread_time() - before)
    yield Figure(
        name="detect: CPU per uplink, aggregates passed by", value=spent[1] / uplinks * 1e6, unit="µs",
        note=f"{len(made) / uplinks:.1f} aggregates per uplink; {spent[0] / uplinks * 1e6:.1f} µs at first sight",
    )  # fmt: skip


def figures() -> Iterator[Figure]:
    yield from _run(city_of.fleet(), "the platform's rules")
    yield from _run(city_of.fleet().with_objects(STATED), "and two of a user")
    yield from _run(city_of.fleet().with_objects([*STATED, *BY_BASELINES]), "and two by baselines", usual=True)
    yield from _windows()


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:.4g} {figure.unit} {figure.note}")
