"""Aggregates in the store on a real PostgreSQL: the last of each window stands, indicators keep what stood."""

import psycopg
import pytest
from msgspec.structs import replace
from store_by_hand import aggregate

from vigie.streams.sinks.migrate import migrate
from vigie.topics.aggregate import Aggregate

NOON = 1_795_446_000_000
PLAIN = Aggregate(
    subject="point:P1", indicator="laeq", window_code="1h", window_start=NOON, window_end=NOON + 3_600_000, revision=0,
    count=4, minimum=40.0, mean=50.5, maximum=60.0, input_hash="0" * 16, reason="closed", value=50.5, unit="dB(A)",
    expected=4, completeness=1.0, sum=202.0, deviation=1.5, first=41.0, last=42.0, quality=1,
)  # fmt: skip
NAMED = replace(
    PLAIN, indicator="noise_harmonica", unit="", value=5.0, definition="1", category="orange",
    details={"bgn": 1.5, "evt": float("inf")}, parts=("P1", "é"),
)  # fmt: skip


@pytest.fixture
def connection(database):
    with psycopg.connect(database, autocommit=True) as made:
        migrate(made)
        yield made


def standing(connection, table="aggregate", columns="indicator, revision, value"):
    return connection.execute(f"SELECT {columns} FROM {table} ORDER BY subject, indicator, revision").fetchall()


def later(one, revision, value, input_hash="1" * 16, **others):
    return replace(one, revision=revision, value=value, input_hash=input_hash, reason="late", **others)


def test_every_field_is_read_back_as_it_was_in_the_partition_of_its_month(connection):
    aggregate(connection, NAMED)
    columns = (
        "subject, extract(epoch FROM window_start)::bigint, extract(epoch FROM window_end)::bigint, count, minimum,"
        " mean, maximum, input_hash, reason, value, unit, expected, completeness, excluded, sum, deviation, first,"
        " last, quality, definition, category, details, parts, tableoid::regclass::text"
    )
    assert standing(connection, columns=columns) == [(
        "point:P1", NOON // 1000, NOON // 1000 + 3600, 4, 40.0, 50.5, 60.0, "0" * 16, "closed", 5.0, "", 4, 1.0, 0,
        202.0, 1.5, 41.0, 42.0, 1, "1", "orange", {"bgn": 1.5, "evt": None}, ["P1", "é"], "aggregate_20261101",
    )]  # fmt: skip


def test_the_last_record_stands_and_a_repeat_changes_nothing(connection):
    aggregate(connection, PLAIN)
    aggregate(connection, PLAIN, replace(PLAIN, subject="point:P2"))  # one stands already: compared, not copied
    aggregate(connection, later(PLAIN, 2, 51.0))
    aggregate(connection, later(PLAIN, 1, 99.0))
    aggregate(connection, later(PLAIN, 2, 52.0, "2" * 16))
    assert standing(connection, columns="subject, revision, value, reason") == [
        ("point:P1", 2, 52.0, "late"), ("point:P2", 0, 50.5, "closed"),
    ]  # fmt: skip
    assert standing(connection, "aggregate_superseded") == []  # windows of properties are not kept twice


def test_what_an_indicator_said_before_is_kept_with_both_days(connection):
    aggregate(connection, NAMED)
    [(known_since,)] = connection.execute("SELECT recorded_at FROM aggregate").fetchall()
    aggregate(connection, NAMED)
    aggregate(connection, later(NAMED, 1, 6.0))
    aggregate(
        connection, later(NAMED, 2, 7.0, "2" * 16, definition="2"), later(NAMED, 3, 8.0, "3" * 16, definition="2")
    )
    aggregate(connection, later(NAMED, 1, 6.0))
    assert standing(connection) == [("noise_harmonica", 3, 8.0)]
    kept = standing(connection, "aggregate_superseded", "revision, value, definition, recorded_at, superseded_at")
    assert [row[:3] for row in kept] == [(0, 5.0, "1"), (1, 6.0, "1"), (2, 7.0, "2")]
    assert (kept[0][3], kept[0][4]) == (known_since, kept[1][3])
    [(since,)] = connection.execute("SELECT recorded_at FROM aggregate").fetchall()
    assert kept[1][4] == since


def test_the_same_log_read_again_gives_the_same_tables(connection):
    history = [NAMED, later(NAMED, 1, 6.0), later(NAMED, 2, 7.0, "2" * 16)]
    for one in history:
        aggregate(connection, one)
    columns = "revision, value, recorded_at"
    before = [standing(connection, table, columns) for table in ("aggregate", "aggregate_superseded")]
    aggregate(connection, *history)
    aggregate(connection, history[0])
    assert [standing(connection, table, columns) for table in ("aggregate", "aggregate_superseded")] == before
