"""`zones`: windows of points to those of their zones, commune, use case and network.

In this process, without Kafka: the step takes an hour of parts of 20,000 points, each with five series and for four
subjects; then its tick publishes, and the checkpoint writes what changed.
"""

import json
import time
from collections.abc import Iterator
from random import Random
from sys import getsizeof
from types import SimpleNamespace
from typing import Any

from figures import Figure
from place import POINTS

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.steps.zones import ZonesStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import zone_part
from vigie.topics.alarm_input import Tick
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.property import BY_NAME, PROPERTIES
from vigie.topics.zone_part import Part, ZonePart

IN_ZONE = 50
HOUR_MS = 3_600_000
SERIES = tuple(BY_NAME[name].id for name in ("air_temperature", "relative_humidity", "laeq", "fill", "passages"))
START_AT = 1_772_323_200_000
BATCH = 2000


def _fleet() -> Iterator[FleetObject]:
    properties = [{"property": PROPERTIES[number].name} for number in SERIES]
    for number in range(POINTS):
        said = {
            "code": f"P{number}", "use_case": "heat", "commune": "13055", "latitude": 43.3, "longitude": 5.4,
            "step_s": 900, "upload_s": 900, "properties": properties, "zones": [f"Z{number // IN_ZONE}"],
        }  # fmt: skip
        versions = (Version(valid_from=None, valid_to=None, attributes=json.dumps(said)),)
        yield FleetObject(
            kind="point", id=f"P{number:06}", revision=1, recorded_at=0, apply_id="bench", part=1, parts=1,
            versions=versions,
        )  # fmt: skip


def _parts(random: Random, hour: int, again: bool) -> list[bytes]:
    start = START_AT + hour * HOUR_MS
    made = []
    for number in range(0, POINTS, 10 if again else 1):
        values = [random.uniform(0, 100) for _ in SERIES]
        parts = tuple(
            Part(which, 0, 4, 0, value, value, value, value, value, 1)
            for which, value in zip(SERIES, values, strict=True)
        )
        subjects = (f"zone:Z{number // IN_ZONE}", "commune:13055", "use_case:heat", "network:lora")
        made += [
            zone_part.encode(
                ZonePart(subject, f"P{number:06}", "1h", start, start + HOUR_MS, int(again), "late", parts)
            )
            for subject in subjects
        ]
    return made


def _records(values: list[bytes], first: int) -> Iterator[Batch]:
    for begin in range(0, len(values), BATCH):
        records: list[Any] = [
            SimpleNamespace(offset=first + begin + place, value=value, timestamp=0)
            for place, value in enumerate(values[begin : begin + BATCH])
        ]
        yield Batch(records, topic="zone-parts", partition=0)


def figures() -> Iterator[Figure]:
    random = Random(6)
    hours = [(hour, _parts(random, *hour)) for hour in [(0, False), (1, False), (2, False), (2, True)]]
    step = ZonesStep(SimpleNamespace(view=FleetView().with_objects(_fleet())), "Europe/Paris", 26)
    offset, spent, told, written = 0, {"take": 0.0, "publish": 0.0, "save": 0.0}, 0, 0
    for (hour, _), values in hours:
        out, started = Outputs(), time.process_time()
        for batch in _records(values, offset):
            step.process(batch, out)
        offset += len(values)
        spent["take"] += time.process_time() - started
        started = time.process_time()
        step.tick(Tick(at=START_AT + (hour + 1) * HOUR_MS), [0], out)
        spent["publish"] += time.process_time() - started
        told += len(out.records.get("aggregates.v1", []))
        started = time.process_time()
        entries = step.windows.snapshot()[0]
        spent["save"] += time.process_time() - started
        written += sum(len(key) + len(value) for key, value in entries)
    note = f"{offset} parts of 5 series, {told} aggregates published"
    total = sum(spent.values())
    yield Figure(name="zones: per part, all of it", value=total / offset * 1e6, unit="µs of CPU", note=note)
    for name, seconds in spent.items():
        yield Figure(name=f"zones: per part, {name}", value=seconds / offset * 1e6, unit="µs of CPU")
    yield Figure(name="zones: state written per part", value=written / offset, unit="bytes",
                 note="before compression; each part's block once")  # fmt: skip
    held, size = 3 * POINTS * 4, _size(step)
    yield Figure(name="zones: memory per part", value=size / held, unit="bytes", note="one worker holds all subjects")
    yield Figure(name="zones: memory per point and property, 26 h", value=size / held * 4 * 28 / len(SERIES),
                 unit="bytes", note="four subjects, 26 hours and two days")  # fmt: skip


def _size(step: ZonesStep) -> int:
    """Bytes of all windows with their points; what several share counts once."""
    found: dict[int, int] = {}
    for one in step.windows.windows(0).values():
        for thing in (one, one.parts, one.published, *one.parts, *one.parts.values()):
            found[id(thing)] = getsizeof(thing)
    return sum(found.values())
