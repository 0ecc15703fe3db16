"""`windows`: what a window's numbers, its hash, its record and a user's expression cost.

In this process, without Kafka: 10,000 windows of four readings in one call, as the owner of a partition and `recompute`
make them; the encoder beside fastavro on the same aggregates; an expression over a day of readings.
"""

import time
from collections.abc import Callable, Iterator
from io import BytesIO

import fastavro
import numpy as np
from figures import Figure

from vigie.streams.core.windows.expression import parse
from vigie.streams.core.windows.honest import honest
from vigie.streams.core.windows.indicator import PointTracks
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.statistics import Way, input_hashes, statistics
from vigie.streams.core.windows.track import track
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.avro import Framer

WINDOWS, READINGS, ROUNDS = 10_000, 4, 5
QUARTER_MS = 900_000
EXPRESSION = "max(air_temperature) - min(air_temperature)"


def _best_us(run: Callable[[], object], count: int) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time_ns()
        run()
        best = min(best, (time.process_time_ns() - started) / 1000 / count)
    return best


def figures() -> Iterator[Figure]:
    """CPU per window, best of 5 rounds."""
    rng, note = np.random.default_rng(6), f"{WINDOWS} windows of {READINGS} readings in one call"
    values = rng.uniform(30, 90, WINDOWS * READINGS)
    at_ms = np.tile(np.arange(READINGS) * QUARTER_MS, WINDOWS)
    rows = values, at_ms, np.ones(len(values), np.uint8)
    starts = np.arange(WINDOWS) * READINGS
    bounds = starts, starts + READINGS
    lengths, steps = np.full(WINDOWS, 3_600_000), np.full(WINDOWS, 900)
    for way in (Way.GAUGE, Way.LEVEL, Way.ANGLE, Way.METER):
        spent = _best_us(
            lambda way=way: honest(way, statistics(way, *rows, *bounds), lengths, steps), WINDOWS
        )  # fmt: skip
        yield Figure(name=f"numbers of a window, null rule: {way.value}", value=spent, unit="µs", note=note)
    yield Figure(name="hash of a window", value=_best_us(lambda: input_hashes(*rows, *bounds), WINDOWS), unit="µs",
                 note=note)  # fmt: skip
    yield from _encoder(statistics(Way.LEVEL, *rows, *bounds).mean.tolist())
    yield from _expression(rng)


def _encoder(means: list[float]) -> Iterator[Figure]:
    encoder, framer = AggregateEncoder(), Framer("aggregates.v1")
    hashed = "0123456789abcdef"

    def ours() -> None:
        series = encoder.series("point:P1", "laeq", "1h", "dB(A)")
        for place, mean in enumerate(means):
            start = place * 3_600_000
            encoder.join(series, start, start + 3_600_000, 0, 4, mean, mean, mean, hashed, "closed", mean, 4, 1.0, 0,
                         mean, 0.0, mean, mean, 1)  # fmt: skip

    plain = [
        framer.decode_dict(
            framer.encode(
                Aggregate(
                    subject="point:P1", indicator="laeq", window_code="1h", window_start=place * 3_600_000,
                    window_end=place * 3_600_000 + 3_600_000, revision=0, count=4, minimum=mean, mean=mean,
                    maximum=mean, input_hash=hashed, reason="closed", value=mean, unit="dB(A)", expected=4,
                    completeness=1.0, sum=mean, deviation=0.0, first=mean, last=mean, quality=1,
                )
            )
        )
        for place, mean in enumerate(means)
    ]  # fmt: skip

    def theirs() -> None:
        for one in plain:
            fastavro.schemaless_writer(BytesIO(), framer.schema, one)

    spent, beside = _best_us(ours, len(means)), _best_us(theirs, len(means))
    yield Figure(
        name="aggregate encoder", value=spent, unit="µs", ratio=beside / spent, ratio_to="fastavro",
        note="from columns; fastavro from dictionaries",
    )  # fmt: skip


def _expression(rng: np.random.Generator) -> Iterator[Figure]:
    warm = track(np.arange(96) * QUARTER_MS, rng.uniform(0, 30, 96))
    points, day = [PointTracks("P1", {("air_temperature", 0): warm}, 43.3, 5.4)], Window("1d", 0, 96 * QUARTER_MS)
    expression = parse(EXPRESSION, "°C")

    def run() -> None:
        for _ in range(1000):
            expression.compute(points, day)

    yield Figure(name="a user's expression over a day", value=_best_us(run, 1000), unit="µs", note=EXPRESSION)
