"""`stored_windows`: aggregates into PostgreSQL, and readings out of it in bulk, without Kafka.

Framed aggregates go through the transactions of the role `store` (8,000 a time): new ones, later revisions of the same
windows, and the same of a named indicator, whose earlier values are kept. Readings of observations with three values
come back as arrays. Rates are by the wall: PostgreSQL works on the other core.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from figures import Figure

from vigie.deploy.embedded.postgres import EmbeddedPostgres
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.partitions import make_missing_partitions, week_of
from vigie.streams.sinks.reading_queries import load_tracks
from vigie.streams.sinks.transaction import Transaction
from vigie.topics.aggregate_encoder import PLAIN, AggregateEncoder, rest

POINTS, WINDOWS, PORTION = 1000, 100, 8000
START_AT, QUARTER_MS = 1_767_225_600_000, 900_000
READ_POINTS, READ_EACH = 30, 35_040
"""A year of quarters of an hour."""
_FILL = """
INSERT INTO observation (id, observed_at, revision, point, device, placement, use_case, commune, zones, uplink, network,
    received_at, ingested_at, properties, channels, "values", flags, tests, ruleset, fleet_revision, reason, withdrawn)
SELECT gen_random_uuid(), at, 256, 'P' || point, 'D' || point, 'P' || point || '/1', 'heat', '13055', '{Z1}',
    gen_random_uuid(), 'commune', at, at, '{1,2,91}', '{0,0,0}', ARRAY[random(), random(), 90], '{1,1,2}', '{1,1,0}',
    '1', 1, 'live', false
FROM generate_series(1, %s) point, generate_series(0, %s - 1) n,
    LATERAL (SELECT to_timestamp((%s + n * 900000::bigint) / 1000.0) AS at) l
"""


def aggregates(revision: int, *, named: bool) -> list[bytes]:
    """Framed aggregates of WINDOWS quarters of an hour at POINTS points."""
    encoder, rng, made = AggregateEncoder(), random.Random(revision), []
    name = "noise_harmonica" if named else "laeq"
    series = [encoder.series(f"point:SON-{number:05}", name, "15m", "dB(A)") for number in range(POINTS)]
    for start_at in range(START_AT, START_AT + WINDOWS * QUARTER_MS, QUARTER_MS):
        for one in series:
            level = rng.random() * 80
            made.append(encoder.join(
                one, start_at, start_at + QUARTER_MS, revision, 15, level - 1, level, level + 1,
                f"{rng.getrandbits(64):016x}", "late" if revision else "closed", level, 15, 1.0, 0, level * 15, 1.5,
                level, level, 1, rest("1", "green", {"bgn": level, "evt": 1.5}) if named else PLAIN,
            ))  # fmt: skip
    return made


def figures() -> Iterator[Figure]:
    """Rows per second."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        Path(folder).chmod(0o755)
        database = EmbeddedPostgres(Path(folder) / "postgres")
        database.start()
        try:
            with psycopg.connect(database.dsn(), autocommit=True) as connection:
                migrate(connection)
                for named in (False, True):
                    for revision, what in enumerate(("new", "revised")):
                        of = "named indicator" if named else "windows of properties"
                        values = aggregates(revision, named=named)
                        yield Figure(
                            name=f"aggregates stored per second, {what}, {of}", value=_stored(connection, values),
                            unit="1/s", note=f"{len(values)}, {PORTION} a transaction",
                        )  # fmt: skip
                yield _read(connection)
        finally:
            database.stop()


def _stored(connection: "psycopg.Connection[Any]", values: list[bytes]) -> float:
    began = time.perf_counter()
    for first in range(0, len(values), PORTION):
        transaction = Transaction()
        transaction.aggregates.add(values[first : first + PORTION])
        transaction.prepare(connection)
        with connection.transaction():
            transaction.write(connection)
    return len(values) / (time.perf_counter() - began)


def _read(connection: "psycopg.Connection[Any]") -> Figure:
    end_at = START_AT + READ_EACH * QUARTER_MS
    make_missing_partitions(connection, {week_of(at) for at in range(START_AT, end_at, 86_400_000)}, "observation")
    connection.execute(_FILL, (READ_POINTS, READ_EACH, START_AT))
    connection.execute("ANALYZE observation")
    points = [f"P{number}" for number in range(1, READ_POINTS + 1)]
    began = time.perf_counter()
    found = load_tracks(connection, points, START_AT, end_at)
    spent = time.perf_counter() - began
    count = sum(len(track) for tracks in found.values() for track in tracks.values())
    return Figure(name="readings loaded per second", value=count / spent, unit="1/s",
                  note=f"{count} of {READ_POINTS} points, a year, three a row")  # fmt: skip
