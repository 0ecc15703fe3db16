"""`aggregate`: observations of 5 readings at 20,000 points to windows, through the step's own calls, on one core.

What is measured holds the reading of the observations' bytes, memory, windows of 15 minutes, an hour and a day at each
minute's tick, encoding of aggregates and of parts for zones, and the state written out for the changelog once a minute;
neither Kafka nor its client. Points send in turn, as live ones do: each once per round of 15 minutes. The clock runs
over a whole day, so that windows of a day close too, after a day and more, when memory is full.
"""

import gc
import json
import os
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
from figures import Figure

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.steps.aggregate import AggregateStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.alarm_input import Tick
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.observation import observation_id, revision
from vigie.topics.observation_encoder import ObservationEncoder, cause, place, values_bytes
from vigie.topics.property import BY_NAME

POINTS = int(os.environ.get("VIGIE_TEST_BENCH_POINTS", "20000"))
WARM_UP = int(os.environ.get("VIGIE_TEST_BENCH_ROUNDS", "120"))
MEASURED = int(os.environ.get("VIGIE_TEST_BENCH_MEASURED", "96"))
PARTITIONS, OWNED = 12, 4
"""A worker that owns a third of the partitions."""
MOST_RECORDS = 2000
LATE_POINTS, LATE_HOURS = 300, 24
STEP_MS, MINUTE_MS = 900_000, 60_000
START_AT = 1_750_197_600_000
NAMES = ("air_temperature", "relative_humidity", "dew_point", "air_pressure", "illuminance")
SHAPE = tuple(BY_NAME[name].id << 16 for name in NAMES)
DECIMALS = (1, 1, 1, 1, 0)


def fleet() -> FleetView:
    """Points of a city, each with a device."""

    def one(kind: str, name: str, **attributes: Any) -> FleetObject:
        versions = (Version(valid_from=None, valid_to=None, attributes=json.dumps(attributes)),)
        return FleetObject(
            kind=kind, id=name, revision=1, recorded_at=0, apply_id="a", part=1, parts=1, versions=versions
        )

    return FleetView().with_objects(
        one("point", f"TEM-{number:05}", code=f"TEM-{number:05}", use_case="heat", commune="13055", zones=["Z1", "Z2"],
            latitude=43.3, longitude=5.4, altitude_m=20.0, step_s=900, upload_s=900,
            properties=[{"property": name} for name in NAMES])
        for number in range(POINTS)
    )  # fmt: skip


class City:
    """Observations of all points, minute after minute."""

    def __init__(self) -> None:
        self._encoder = ObservationEncoder()
        self._random = np.random.default_rng(5)
        self._caused = cause("1", 1, "live")
        self._offset = 0
        owned = [number for number in range(POINTS) if number % PARTITIONS < OWNED]
        self._of_minute = [[one for one in owned if one * 37_000 % STEP_MS // MINUTE_MS == m] for m in range(15)]
        self._placed = {
            one: place(f"TEM-{one:05}", f"D{one}", f"TEM-{one:05}/1", "heat", "13055", ("Z1", "Z2")) for one in owned
        }

    def minute(self, round_: int, minute: int) -> list[Batch]:
        """What arrives in a minute of a round, a batch per partition."""
        points = self._of_minute[minute]
        values = self._random.normal([22, 55, 12, 1013, 30_000], [3, 9, 2, 4, 9_000], (len(points), 5))
        rounded = np.stack([np.round(values[:, c], places) for c, places in enumerate(DECIMALS)], axis=1).tolist()
        suspect = self._random.random(len(points)) < 0.01
        parts: list[list[Any]] = [[] for _ in range(OWNED)]
        for point, row, is_suspect in zip(points, rounded, suspect.tolist(), strict=True):
            at = START_AT + round_ * STEP_MS + point * 37_000 % STEP_MS
            record = self._record(f"{round_:08x}{point:024x}"[::-1], point, at, at + 900, row, is_suspect=is_suspect)
            parts[point % PARTITIONS].append(record)
        return _batches(parts)

    def late(self, now: int, hours: int) -> list[Batch]:
        """A reading per quarter of an hour and point of LATE_POINTS points, all arriving now."""
        parts: list[list[Any]] = [[] for _ in range(OWNED)]
        for point in [one for one in self._placed if one < POINTS][:LATE_POINTS]:
            for number in range(hours * 4):
                at = now - (number + 2) * STEP_MS + 77
                record = self._record(f"{number:08x}{point:024x}", point, at, now, [20.0, 50.0, 9.0, 1013.0, 5.0])
                parts[point % PARTITIONS].append(record)
        return _batches(parts)

    def _record(
        self, uplink: str, point: int, at: int, arrival_at: int, row: list[float], *, is_suspect: bool = False
    ) -> Any:  # fmt: skip
        name = f"TEM-{point:05}"
        value = self._encoder.join(
            observation_id(uplink, name, at).encode(), revision(0, 1, 0), False, self._placed[point], uplink.encode(),
            "metropole", (at, at + 350, arrival_at), values_bytes(SHAPE, (3 if is_suspect else 1, 1, 1, 1, 1), row),
            self._caused,
        )  # fmt: skip
        self._offset += 1
        return SimpleNamespace(key=name.encode(), value=value, timestamp=arrival_at + 600, offset=self._offset)


def _batches(parts: list[list[Any]]) -> list[Batch]:
    return [
        Batch(own[begin : begin + MOST_RECORDS], topic="observations.v1", partition=partition)
        for partition, own in enumerate(parts)
        for begin in range(0, len(own), MOST_RECORDS)
    ]


def figures() -> Iterator[Figure]:
    followed = SimpleNamespace(view=fleet())
    step = AggregateStep(followed, "Europe/Paris", 26)
    city, owned = City(), list(range(OWNED))
    gc.collect()
    gc.freeze()
    taking = closing = saving = 0.0
    longest_s = 0.0
    written = handled = aggregates = parts = 0
    changelog: dict[int, dict[bytes, bytes]] = {}
    for round_ in range(WARM_UP + MEASURED):
        measured = round_ >= WARM_UP
        for minute in range(15):
            batches = city.minute(round_, minute)
            out = Outputs()
            before = time.thread_time()
            for batch in batches:
                step.process(batch, out)
            taken = time.thread_time()
            step.tick(Tick(at=START_AT + round_ * STEP_MS + (minute + 1) * MINUTE_MS), owned, out)
            closed = time.thread_time()
            saved = step.points.snapshot()
            keep = time.thread_time()
            for partition, entries in saved.items():
                changelog.setdefault(partition, {}).update(entries)
            if measured:
                taking += taken - before
                closing += closed - taken
                longest_s = max(longest_s, closed - taken)
                saving += keep - closed
                handled += sum(map(len, batches))
                aggregates += len(out.records.get("aggregates.v1", ()))
                parts += len(out.records.get("zone-parts", ()))
                written += sum(len(value) for entries in saved.values() for _, value in entries)
    spent_us = (taking + closing + saving) / handled * 1e6
    note = f"{POINTS} points, 5 readings, windows of 15 min, 1 h and 1 d, a whole day"
    yield Figure(name="aggregate: CPU per uplink", value=spent_us, unit="µs", note=note)
    yield Figure(name="aggregate: uplinks per second on one core", value=1e6 / spent_us, unit="1/s", note=note)
    yield Figure(name="aggregate: of it taking observations", value=taking / handled * 1e6, unit="µs", note=note)
    yield Figure(name="aggregate: of it closing windows", value=closing / handled * 1e6, unit="µs", note=note)
    yield Figure(name="aggregate: of it state for the changelog", value=saving / handled * 1e6, unit="µs", note=note)
    yield Figure(name="aggregate: aggregates per uplink", value=aggregates / handled, unit="", note=note)
    yield Figure(name="aggregate: parts for zones per uplink", value=parts / handled, unit="", note=note)
    yield Figure(name="aggregate: changelog per uplink", value=written / handled, unit="B", note=note)
    rate_kb = written / handled * POINTS / 900 / 1000
    yield Figure(name="aggregate: changelog of this city", value=rate_kb, unit="kB/s", note=note)
    yield Figure(
        name="aggregate: longest tick of 6,667 points", value=longest_s * 1000, unit="ms", note="midnight, all codes"
    )
    points, rows = step.points.size()
    yield Figure(
        name="aggregate: memory per point and property", value=step.points.bytes_in_memory() / points / len(NAMES),
        unit="B", note=f"of it {rows / points / len(NAMES):.0f} B rows; 26 h and what is held until a slot is over",
    )  # fmt: skip

    before = time.thread_time()
    heir = AggregateStep(followed, "Europe/Paris", 26)
    for partition, entries in changelog.items():
        heir.points.restore(partition, entries.items())
        heir.points.loaded_to(partition, 1)
    yield Figure(
        name="aggregate: state loaded, per 20,000 points", value=(time.thread_time() - before) / points * 20_000,
        unit="s", note="without Kafka",
    )  # fmt: skip
    now = START_AT + (WARM_UP + MEASURED) * STEP_MS
    flush, out = city.late(now, LATE_HOURS), Outputs()
    before = time.thread_time()
    for batch in flush:
        heir.process(batch, out)
    heir.tick(Tick(at=now + MINUTE_MS), owned, out)
    heir.points.snapshot()
    yield Figure(
        name="aggregate: a day of 300 points that comes late", value=time.thread_time() - before, unit="s",
        note=f"{sum(map(len, flush)) * 5} readings, {len(out.records['aggregates.v1'])} aggregates again",
    )  # fmt: skip
    yield from seconds()


STATIONS, SLOT_S = 12, 4 * 3600


def seconds() -> Iterator[Figure]:
    """Noise stations that measure each second, for four hours: what a point that is dense costs."""
    encoder, caused, shape = ObservationEncoder(), cause("1", 1, "live"), (BY_NAME["laeq"].id << 16,)
    names = [f"SON-{number}" for number in range(STATIONS)]
    placed = {name: place(name, "D", f"{name}/1", "noise", "13055", ("Z1",)) for name in names}
    levels = np.random.default_rng(7).normal(60, 8, (SLOT_S, STATIONS)).round(1).tolist()
    step, out, offset = AggregateStep(SimpleNamespace(view=FleetView()), "Europe/Paris", 26), Outputs(), 0
    spent, written = 0.0, list[int]()
    start_at = -(-START_AT // (SLOT_S * 1000)) * SLOT_S * 1000
    for minute in range(SLOT_S // 60):
        records = []
        for second in range(minute * 60, minute * 60 + 60):
            at = start_at + second * 1000
            for name, level in zip(names, levels[second], strict=True):
                uplink = f"{second:032x}"
                value = encoder.join(
                    observation_id(uplink, name, at).encode(), revision(0, 1, 0), False, placed[name], uplink.encode(),
                    "4g", (at, at + 350, at + 900), values_bytes(shape, (1,), (level,)), caused,
                )  # fmt: skip
                offset += 1
                records.append(SimpleNamespace(key=name.encode(), value=value, timestamp=at + 1000, offset=offset))
        before = time.thread_time()
        step.process(Batch(records, topic="observations.v1", partition=0), out)
        step.tick(Tick(at=start_at + (minute + 1) * MINUTE_MS), [0], out)
        saved = step.points.snapshot()
        spent += time.thread_time() - before
        written.append(sum(len(value) for entries in saved.values() for _, value in entries))
    note = f"{STATIONS} stations, a reading a second, a write a minute, four hours"
    yield Figure(name="aggregate: CPU per observation of 1 s", value=spent / offset * 1e6, unit="µs", note=note)
    yield Figure(name="aggregate: 1 s, changelog while kept", value=max(written) / 60_000, unit="kB/s", note=note)
    yield Figure(name="aggregate: 1 s, changelog once dense", value=written[-1] / 60, unit="B/s", note=note)
    yield Figure(
        name="aggregate: 1 s, days told to recompute per hour", value=len(out.records["dirty"]) / 4, unit="", note=note
    )


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:.4g} {figure.unit}")
