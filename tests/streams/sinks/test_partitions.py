"""Weekly partitions, made while others write, beside partitions of the operator's own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest

from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.partitions import make_missing_months, make_missing_partitions, month_of

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEK_MS = int(MONDAY.timestamp() * 1000)
ROW = (
    "INSERT INTO {} (id, observed_at, revision, device, bearer, network, received_at, ingested_at, codec,"
    " codec_version, codec_hash, properties, channels, \"values\") VALUES (gen_random_uuid(), '2026-11-25 12:00Z', 0,"
    " 'eui:a1', 'lora', 'n', now(), now(), 'c', '1', '0', '{{}}', '{{}}', '{{}}')"
)


@pytest.fixture
def connection(database):
    with psycopg.connect(database, autocommit=True) as made:
        migrate(made)
        yield made


def partitions(connection):
    found = connection.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'uplink'::regclass")
    return {name for (name,) in found} - {"uplink_default"}


def where(connection):
    return connection.execute("SELECT tableoid::regclass::text FROM uplink").fetchall()


def test_a_week_gets_its_partition_once(connection):
    make_missing_partitions(connection, {WEEK_MS})
    make_missing_partitions(connection, {WEEK_MS, WEEK_MS + 7 * 86_400_000})
    assert partitions(connection) == {"uplink_20261123", "uplink_20261130"}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/St_Johns"])
def test_the_zone_of_the_session_does_not_matter(connection, zone):
    connection.execute(f"SET timezone = '{zone}'")
    for _ in range(2):
        make_missing_partitions(connection, {WEEK_MS})
    connection.execute(ROW.format("uplink"))
    assert where(connection) == [("uplink_20261123",)]


def test_a_row_that_another_session_is_writing_to_the_default_partition_moves_too(connection, database):
    with psycopg.connect(database) as other:
        other.execute(ROW.format("uplink"))  # not committed yet
        making = threading.Thread(target=make_missing_partitions, args=(connection, {WEEK_MS}))
        making.start()
        time.sleep(0.5)
        assert making.is_alive()
    making.join(10)
    assert where(connection) == [("uplink_20261123",)]


def test_two_stores_that_want_the_same_week_get_it(connection, database):
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE ONLY uplink IN SHARE UPDATE EXCLUSIVE MODE")  # both wait here
        with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as second:
            making = [pool.submit(make_missing_partitions, one, {WEEK_MS}) for one in (connection, second)]
            time.sleep(0.5)
            other.rollback()
            for one in making:
                one.result(10)
    assert partitions(connection) == {"uplink_20261123"}


@pytest.mark.parametrize(
    ("statement", "made"),
    [
        ("CREATE TABLE archive PARTITION OF uplink FOR VALUES FROM ('2020-01-01Z') TO ('2021-01-01Z')", True),
        ("CREATE TABLE november PARTITION OF uplink FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z')", False),
        ("CREATE TABLE past PARTITION OF uplink FOR VALUES FROM (MINVALUE) TO ('2026-11-23Z')", True),
        ("CREATE TABLE future PARTITION OF uplink FOR VALUES FROM ('2026-11-29Z') TO (MAXVALUE)", False),
    ],
)
def test_a_partition_of_the_operators_is_respected(connection, statement, made):
    connection.execute(statement)
    make_missing_partitions(connection, {WEEK_MS})
    assert ("uplink_20261123" in partitions(connection)) == made
    connection.execute(ROW.format("uplink"))


def test_aggregates_have_a_partition_per_month(connection):
    first, december = month_of(WEEK_MS), month_of(WEEK_MS + 8 * 86_400_000)
    for _ in range(2):
        make_missing_months(connection, {first, december})
    found = connection.execute(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE inhparent = 'aggregate'::regclass AND relname <> 'aggregate_default' ORDER BY 1"
    ).fetchall()
    assert [name for name, _ in found] == ["aggregate_20261101", "aggregate_20261201"]
    assert "2026-12-01" in found[0][1]
    assert "2027-01-01" in found[1][1]
