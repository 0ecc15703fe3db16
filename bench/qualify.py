"""`qualify`: uplinks of 5 readings at 20,000 points to observations, through the step's own `process`, on one core.

What is measured holds the reading of the uplinks' bytes, placing, memory, all tests, encoding, and the state written
out for the changelog once per round; neither Kafka nor its client. Points send in turn, as live ones do: each once per
round of 15 minutes. The clock runs after a day and more, when every window is full.
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
from vigie.streams.steps.qualify import QualifyStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.fleet_object import FleetObject, Version
from vigie.topics.property import BY_NAME
from vigie.topics.uplink import CodecRef, Gateway, Radio, Reading, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

POINTS = int(os.environ.get("VIGIE_TEST_BENCH_POINTS", "20000"))
WARM_UP = int(os.environ.get("VIGIE_TEST_BENCH_ROUNDS", "112"))
MEASURED = 12
PARTITIONS, OWNED = 12, 4
"""A worker that owns a third of the partitions: warming up all of them would take minutes."""
MOST_RECORDS = 2000
START_AT, STEP_MS = 1_750_000_000_000, 900_000
NAMES = ("air_temperature", "relative_humidity", "dew_point", "air_pressure", "illuminance")
PROPERTIES = [BY_NAME[name].id for name in NAMES]
DECIMALS = (1, 1, 1, 1, 0)


def fleet() -> FleetView:
    """Points of a city, each with a device; groups of 20 neighbours."""

    def one(kind: str, name: str, **attributes: Any) -> FleetObject:
        versions = (Version(valid_from=None, valid_to=None, attributes=json.dumps(attributes)),)
        return FleetObject(
            kind=kind, id=name, revision=1, recorded_at=0, apply_id="a", part=1, parts=1, versions=versions
        )

    objects = []
    for number in range(POINTS):
        objects += [
            one("device", f"D{number}", addresses=[f"eui:{number:016x}"], model="EM500"),
            one("point", f"TEM-{number:05}", code=f"TEM-{number:05}", use_case="heat", commune="13055",
                zones=["Z1", "Z2"], latitude=43.3, longitude=5.4, altitude_m=20.0, step_s=900, upload_s=900,
                properties=[{"property": name} for name in NAMES], buddy_group=f"G{number // 20}"),
            one("placement", f"TEM-{number:05}/1", device=f"D{number}", point=f"TEM-{number:05}"),
        ]  # fmt: skip
    return FleetView().with_objects(objects)


class Weather:
    """Values of all points, round after round: a day's course, slow drifts of each point, noise, and now and then a
    spike, a stuck sensor or a step, so that flags differ."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(5)
        self._own = np.zeros((POINTS, 5))
        self._last = np.zeros((POINTS, 5))

    def round(self, number: int) -> list[list[float]]:
        day = np.sin(2 * np.pi * (number % 96) / 96 - 2)
        random = self._random
        self._own = 0.98 * self._own + random.normal(0, 1, (POINTS, 5)) * [0.15, 0.6, 0.15, 0.1, 80]
        sun = max(day, 0.0) * 60_000
        values = self._own + np.array([22 + 6 * day, 55 - 15 * day, 12 + 0.5 * day, 1013 + day, sun])
        values[:, 2] = np.minimum(values[:, 2], values[:, 0])
        values[:, 4] = np.where(sun > 0, np.maximum(values[:, 4], 0), 0)
        values[random.random(POINTS) < 0.001, 0] += 9.0
        stuck = np.arange(POINTS) % 200 == 7
        values[stuck] = self._last[stuck] if number else values[stuck]
        self._last = values
        rounded = [np.round(values[:, column], places) for column, places in enumerate(DECIMALS)]
        found: list[list[float]] = np.stack(rounded, axis=1).tolist()
        return found


def batches(number: int, values: list[list[float]], encode: Any) -> list[Batch]:
    """The round of all points, in batches of their partitions."""
    at, codec = START_AT + number * STEP_MS, CodecRef("milesight", "1.2.0", "0" * 16)
    parts: list[list[Any]] = [[] for _ in range(PARTITIONS)]
    headers_of = [("vigie-placement", b""), ("vigie-fleet-revision", b"1")]
    for point, row in enumerate(values):
        if point % PARTITIONS >= OWNED:
            continue
        observed = at + point * 37 % STEP_MS
        uplink = Uplink(
            f"{number:08x}{point:024x}"[::-1], 0, f"eui:{point:016x}", "lora", "metropole", observed, observed + 350,
            observed + 900, "01ab23cd", number, 85, b"0123456789abcdef0123", None, codec, None,
            tuple([Reading(name, 0, value) for name, value in zip(PROPERTIES, row, strict=True)]),
            {"model": "EM500"},
            Radio(gateways=(Gateway("gw-7", -97, 7.5),), dr=5, sf=7, frequency_hz=868_100_000, airtime_ms=61.7,
                  esp_dbm=-97.8, margin_db=15.0),
            None, (),
        )  # fmt: skip
        own = parts[point % PARTITIONS]
        own.append(SimpleNamespace(
            key=f"TEM-{point:05}".encode(), value=encode(uplink), headers=headers_of, timestamp=observed,
            offset=number * POINTS + len(own),
        ))  # fmt: skip
    return [
        Batch(own[begin : begin + MOST_RECORDS], topic="placed", partition=partition)
        for partition, own in enumerate(parts[:OWNED])
        for begin in range(0, len(own), MOST_RECORDS)
    ]


def figures() -> Iterator[Figure]:
    view = fleet()
    step = QualifyStep(SimpleNamespace(view=view, wait_for=lambda *_: True), "Europe/Paris")
    weather, encode = Weather(), UplinkEncoder("uplinks.lora.v1").encode
    gc.collect()
    gc.freeze()
    processing = saving = 0.0
    written = observations = handled = 0
    for number in range(WARM_UP + MEASURED):
        made = batches(number, weather.round(number), encode)
        measured = number >= WARM_UP
        for batch in made:
            out = Outputs()
            before = time.thread_time()
            step.process(batch, out)
            spent = time.thread_time() - before
            if measured:
                processing += spent
                handled += len(batch)
                observations += len(out.records["observations.v1"])
        before = time.thread_time()
        saved = step.points.snapshot()
        if measured:
            saving += time.thread_time() - before
            written += sum(len(value) for entries in saved.values() for _, value in entries)
    count, points = handled, step.points.size()[0]
    spent_us = (processing + saving) / count * 1e6
    note = f"{POINTS} points, 5 readings, all tests, batches of {len(made[0])}"
    yield Figure(name="qualify: CPU per uplink", value=spent_us, unit="µs", note=note)
    yield Figure(name="qualify: uplinks per second on one core", value=1e6 / spent_us, unit="1/s", note=note)
    yield Figure(name="qualify: of it state for the changelog", value=saving / count * 1e6, unit="µs", note=note)
    yield Figure(name="qualify: observations per uplink", value=observations / count, unit="", note=note)
    yield Figure(name="qualify: changelog per uplink", value=written / count, unit="B", note=note)
    rows, values, other = step.points.sizes()
    yield Figure(
        name="qualify: state per point and property beside its values", unit="B",
        value=(rows - values + other) / points / len(NAMES),
        note=f"values {values / points / len(NAMES):.0f} B of {step.points.observations() / points:.0f} observations",
    )  # fmt: skip
