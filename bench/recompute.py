"""`recompute`: a flush of three days repaired while live values come in, and a year of a use case computed again.

The flush: observations of points as `observe` publishes them (15,000 a second), and the days that it marks
dirty. The year: readings written to the store beforehand, then a request for all indicators of the use case, twice:
nothing stands, and nothing has changed.

VIGIE_TEST_BENCH_PARTS is `flush`, `year` or `flush,year`; VIGIE_TEST_BENCH_POINTS and VIGIE_TEST_BENCH_YEAR_POINTS
are sizes; VIGIE_TEST_BENCH_FLUSHED and VIGIE_TEST_BENCH_USE_CASE are their use cases (noise, heat, mobility, lighting,
river, waste).
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import psycopg
from figures import Figure, cpu_s, rss_mb
from recompute_place import LIVE_PER_S, Live, Place, name_of, observation, place

from vigie.streams.core.windows.series_name import indicator_name
from vigie.streams.sinks.partitions import make_missing_partitions, week_of
from vigie.streams.sinks.recompute_requests import ask, progress
from vigie.topics import dirty
from vigie.topics.dirty import Dirty
from vigie.topics.observation_encoder import ObservationEncoder

PARTS = os.environ.get("VIGIE_TEST_BENCH_PARTS", "flush,year").split(",")
POINTS = int(os.environ.get("VIGIE_TEST_BENCH_POINTS", "300"))
YEAR_POINTS = int(os.environ.get("VIGIE_TEST_BENCH_YEAR_POINTS", "57"))
FLUSHED = os.environ.get("VIGIE_TEST_BENCH_FLUSHED", "heat")
USE_CASE = os.environ.get("VIGIE_TEST_BENCH_USE_CASE", "noise")
QUARTER, HOUR, DAY = 900_000, 3_600_000, 86_400_000
OBSERVED_PER_S = 15_000
USUAL_S = 20
JANUARY = 1_735_686_000_000
"""1 January 2025, 00:00 in Paris."""
NIGHT = "CASE WHEN extract(hour FROM at) NOT BETWEEN 6 AND 17 THEN 1 ELSE 0 END"
SERIES = {
    "heat": {(1, 0): "15 + 20 * random()", (2, 0): "50 + random()", (3, 0): "10 + random()", (4, 0): "1013 + random()",
             (5, 0): "random()"},
    "noise": {(10, 0): "55 + 20 * random()", (17, 0): "45 + 5 * random()", (13, 0): "70 + random()",
              (14, 0): "58 + random()", (15, 0): "50 + random()"},
    "mobility": {(60, channel): "floor(60 * random())" for channel in (1, 2, 3, 4)} | {(92, 0): "20 + random()"},
    "lighting": {(70, 0): "floor(extract(epoch FROM at) / 3.6)", (71, 0): f"20 + random() + 4000 * {NIGHT}",
                 (72, 0): f"25 + random() + 4100 * {NIGHT}", (1, 0): "15 + random()", (92, 0): "20 + random()"},
    "river": {(40, 0): "2 + 0.1 * random()", (42, 0): "15 + random()", (1, 0): "20 + random()", (4, 0): "1013.0",
              (92, 0): "20 + random()"},
    "waste": {(31, 0): "mod(floor(extract(epoch FROM at) / 900), 480) / 5.0 + random()", (30, 0): "900 + random()",
              (1, 0): "20 + random()", (2, 0): "50 + random()", (92, 0): "20 + random()"},
}  # fmt: skip
"""Of each use case five series (property, channel) at 15 minutes, and what they come to (SQL, `at` is the instant)."""


def figures() -> Iterator[Figure]:
    """Measure."""
    for part, of in (("flush", flush), ("year", year)):
        if part in PARTS:
            with place() as found:
                yield from of(found)


def flush(found: Place) -> Iterator[Figure]:
    """Three days of all points come at once."""
    series, begin = list(SERIES[FLUSHED]), JANUARY + 10 * DAY
    found.fleet(FLUSHED, series, POINTS)
    found.start("store")
    pid = found.start("recompute")
    found.tick(begin + 40 * DAY)
    with Live(found, series) as live:
        found.until(live.stored, "the store works")
        time.sleep(USUAL_S)
        flushed_at, cpu = time.time(), cpu_s(pid)
        usual = live.p95_s(flushed_at - USUAL_S, flushed_at - 2)
        _send(found, begin)
        windows = POINTS * len(series) * (288 + 72 + 3)
        found.until(lambda: _stored(found, "15m", "1h", "1d") >= windows, "the windows stand in the store", every_s=1.0)
        stored_s, first_cpu = time.time() - flushed_at, cpu_s(pid) - cpu
        found.caught_up("recompute_place", "dirty")
        found.caught_up("recompute_place", "aggregates.v1")
        found.caught_up("sink_offset", "aggregates.v1")
        rest_s, rest_cpu = time.time() - flushed_at, cpu_s(pid) - cpu
        time.sleep(2)
        delays = {"windows of 15 min to a day": live.p95_s(flushed_at, flushed_at + stored_s),
                  "all that follows": live.p95_s(flushed_at + stored_s, flushed_at + rest_s)}  # fmt: skip
    every = found.number("SELECT count(*) FROM aggregate")
    note = f"{POINTS} points of {FLUSHED}, {POINTS * 288 * 5} readings, store, broker and database on the same cores"
    yield Figure(name="recompute: flush on the topic and in the store", value=stored_s, unit="s",
                 note=f"{note}; {windows} windows of 15 min to a day; {first_cpu:.1f} s of CPU until then")  # fmt: skip
    what = f"{every} windows: rolling ones of one property, weeks, months, indicators and zones too"
    yield Figure(name="recompute: flush in the store, everything", value=rest_s, unit="s",
                 note=f"{what}; {rest_cpu:.1f} s of CPU")  # fmt: skip
    for what, delay in delays.items():
        yield Figure(name=f"recompute: live delay p95 during {what}", value=delay, unit="s", ratio=delay / usual,
                     ratio_to="the same before", note=f"{LIVE_PER_S} observations/s to the store")  # fmt: skip
    yield Figure(name="recompute: resident memory", value=rss_mb(pid), unit="MB", note=note)


def _send(found: Place, begin: int) -> None:
    encode, values = ObservationEncoder().encode, np.random.default_rng(1).normal(20, 5, (POINTS, 288))
    began, sent, series = time.monotonic(), 0, list(SERIES[FLUSHED])
    for number in range(POINTS):
        for quarter in range(288):
            at = begin + quarter * QUARTER
            one = observation(name_of(number), at, float(values[number, quarter]), series)
            found.send("observations.v1", one.point.encode(), encode(one))
        sent += 288
        time.sleep(max(sent / OBSERVED_PER_S - (time.monotonic() - began), 0))
        for day in range(begin, begin + 3 * DAY, DAY):
            marked = Dirty(f"point:{one.point}", day, day + DAY, begin + 5 * DAY, "late", "observations.v1", 0, 0)
            found.send("dirty", f"{marked.subject}:{day}".encode(), dirty.encode(marked))
    found.producer.flush()


def _stored(found: Place, *codes: str) -> int:
    return found.number(
        "SELECT count(*) FROM aggregate WHERE window_code = ANY (%s) AND subject LIKE 'point:PT%%'"
        " AND indicator = ANY (%s)",
        list(codes),
        [indicator_name(*one) for one in SERIES[FLUSHED]],
    )


def year(found: Place) -> Iterator[Figure]:
    """All indicators of a use case over a year."""
    readings = YEAR_POINTS * 365 * 96 * len(SERIES[USE_CASE])
    found.fleet(USE_CASE, list(SERIES[USE_CASE]), YEAR_POINTS)
    _write_year(found)
    found.start("store")
    pid = found.start("recompute")
    found.tick(JANUARY + 400 * DAY)
    note = f"{YEAR_POINTS} points of {USE_CASE}, {readings} readings"
    for what in ("nothing stands", "nothing has changed"):
        began, cpu = time.monotonic(), cpu_s(pid)
        number = ask(found.store, f"{USE_CASE}_*", None, _at(JANUARY), _at(JANUARY + 365 * DAY))
        found.until(lambda number=number: _is_done(found, number), "the request is done", every_s=0.5)
        took_s, took_cpu, done = time.monotonic() - began, cpu_s(pid) - cpu, progress(found.store, number)
        assert done is not None
        assert done.windows, "nothing was computed"
        came = f"{done.windows} windows, {done.changed} published; {took_cpu:.0f} s of CPU"
        yield Figure(name=f"recompute: a year of {USE_CASE}, {what}", value=took_s, unit="s", note=f"{note}; {came}")
        found.caught_up("sink_offset", "aggregates.v1")
    yield Figure(name="recompute: resident memory, a year", value=rss_mb(pid), unit="MB", note=note)


def _is_done(found: Place, number: int) -> bool:
    done = progress(found.store, number)
    return done is not None and done.state == "done"


def _write_year(found: Place) -> None:
    make_missing_partitions(found.store, {week_of(JANUARY + day * DAY) for day in range(366)}, "observation")
    numbers, channels = zip(*SERIES[USE_CASE], strict=True)
    query = (
        "INSERT INTO observation (id, observed_at, revision, point, device, placement, use_case, commune, uplink,"
        ' network, received_at, ingested_at, properties, channels, "values", flags, tests, ruleset, fleet_revision,'
        " reason, withdrawn) SELECT gen_random_uuid(), at, 256, %(point)s, 'd', 'p', %(of)s, '13055',"
        " gen_random_uuid(), 'lora', at, at, %(properties)s::smallint[], %(channels)s::smallint[],"
        f" ARRAY[{', '.join(SERIES[USE_CASE].values())}]::float8[], '{{1,1,1,1,1}}', '{{1,1,1,1,1}}', '1', 1, 'live',"
        " false FROM generate_series(to_timestamp(%(from)s), to_timestamp(%(to)s), interval '15 min') at"
    )
    said = {"of": USE_CASE, "properties": list(numbers), "channels": list(channels), "from": JANUARY / 1000,
            "to": (JANUARY + 365 * DAY) / 1000 - 1}  # fmt: skip

    def write(number: int) -> None:
        with psycopg.connect(found.dsn) as connection:
            connection.execute(query.encode(), said | {"point": name_of(number)})

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write, range(YEAR_POINTS)))
    found.store.execute("ANALYZE observation")


def _at(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
