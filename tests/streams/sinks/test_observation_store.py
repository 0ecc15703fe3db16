"""Observations in the store on a real PostgreSQL: what stands is a function of the set of records."""

from itertools import product
from types import SimpleNamespace

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from observations_by_hand import FRAMER, NOON, observation, store

from vigie.streams.sinks import observation_queries
from vigie.streams.sinks import store as store_module
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.observation_merge import write_observations
from vigie.streams.sinks.observation_queries import Value
from vigie.streams.sinks.observation_rows import ObservationRows
from vigie.streams.transport.step import Batch
from vigie.topics.observation import ObservedReading, observation_id, revision


@pytest.fixture
def connection(database):
    with psycopg.connect(database, autocommit=True) as made:
        migrate(made)
        yield made


def standing(connection, table="observation"):
    rows = connection.execute(f'SELECT id, revision, "values"[1], withdrawn FROM {table} ORDER BY 1, 2')
    return [(name.hex, *rest) for name, *rest in rows]


def test_every_field_is_read_back_as_it_was(connection):
    one = observation(
        zones=("Z1", "é\x00"),
        readings=(ObservedReading(30, 0, 812.0, 1, 0x1), ObservedReading(31, 2, 64.5, 3, 2**52 | 0x31, 812.0)),
    )
    store(connection, one)
    columns = (
        "point, device, placement, use_case, commune, zones, uplink::text, network, properties, channels,"
        ' "values", raw_values, flags, tests, ruleset, fleet_revision, reason, withdrawn, tableoid::regclass::text'
    )
    [row] = connection.execute(f"SELECT {columns} FROM observation")
    assert row[:7] == ("P1", "D1", "P1/1", "heat", "13055", ["Z1", "é\ufffd"], f"00000000-0000-0000-0000-{1:012x}")
    assert row[7:14] == ("commune", [30, 31], [0, 2], [812.0, 64.5], [None, 812.0], [1, 3], [1, 2**52 | 0x31])
    assert row[14:] == ("1", 1, "live", False, "observation_20261123")


def test_where_nothing_was_converted_there_is_no_raw_value(connection):
    store(connection, observation(), observation(2, withdrawn=True, readings=()))
    assert connection.execute("SELECT raw_values FROM observation").fetchall() == [(None,), (None,)]


def test_a_correction_keeps_what_was_known_before_and_since_when(connection):
    store(connection, observation())
    store(connection, observation(revisions=(0, 1, 1), value=20.6))
    [(known_since,)] = connection.execute("SELECT recorded_at FROM observation").fetchall()
    store(connection, observation(revisions=(0, 2, 0), value=21.0))
    [(was, value, superseded)] = connection.execute(
        'SELECT recorded_at, "values"[1], superseded_at FROM observation_superseded'
    ).fetchall()
    [(now,)] = connection.execute("SELECT recorded_at FROM observation").fetchall()
    assert (was, value, superseded) == (known_since, 20.6, now)  # a later round keeps the day of the first


def test_what_was_withdrawn_is_not_brought_back_by_a_late_repeat(connection):
    live = observation()
    store(connection, live)
    store(connection, observation(revisions=(0, 2, 0), withdrawn=True))
    store(connection, live)
    assert [row[1:] for row in standing(connection)] == [(revision(0, 2, 0), 20.5, True)]


def test_a_replay_takes_back_an_instant_that_it_no_longer_gives(connection):
    wrong, elsewhere = observation(at=NOON - 3_600_000), observation(point="P2", at=NOON - 3_600_000)
    store(connection, wrong, elsewhere)
    store(connection, observation(revisions=(1, 1, 0), reason="replay"))
    store(connection, wrong)
    assert {row[0] for row in standing(connection)} == {observation_id(f"{1:032x}", "P1", NOON), elsewhere.id}
    assert [row[0] for row in standing(connection, "observation_superseded")] == [wrong.id]


def test_first_records_are_copied_to_their_place_and_others_compared(connection, monkeypatch):
    merged = []
    monkeypatch.setattr(
        "vigie.streams.sinks.observation_merge._merge", lambda _connection, _rows, lines: merged.append(len(lines))
    )
    rows = ObservationRows()
    rows.add(FRAMER.encode(one) for one in [observation(n) for n in range(5)])
    rows.add([FRAMER.encode(observation(9, revisions=(0, 1, 1), reason="successor"))])
    with connection.transaction():
        write_observations(connection, rows)
    assert (len(standing(connection)), merged) == (5, [1])


def test_the_role_takes_observations_from_their_topic():
    records = [SimpleNamespace(value=FRAMER.encode(observation()), offset=0, timestamp=NOON)]
    transaction = store_module._transaction([Batch(records, topic="observations.v1", partition=0)])
    assert len(transaction.observations) == 1
    assert "observations.v1" in store_module.INPUTS


def test_a_series_between_two_instants(connection):
    readings = (ObservedReading(1, 0, 20.5, 1, 1), ObservedReading(1, 1, 7.0, 3, 3, 6.5))
    store(connection, *[observation(n, at=NOON + n * 60_000, readings=readings) for n in range(4)])
    store(connection, observation(2, at=NOON + 120_000, revisions=(0, 2, 0), withdrawn=True))
    found = observation_queries.series(connection, "P1", (1, 1), NOON, NOON + 180_000)
    assert found == [Value(NOON, 7.0, 6.5, 3, 3), Value(NOON + 60_000, 7.0, 6.5, 3, 3)]


MEANT = [
    observation(uplink, point, NOON + minute * 60_000, (up, fleet, round_), up * 100.0 + fleet * 10 + round_,
                withdrawn=fleet == 2 and minute == 1, reason="live" if (up, round_) == (0, 0) else "human")
    for uplink, point, minute, up, fleet, round_ in product((1, 2), ("P1", "P2"), (0, 1), (0, 1), (1, 2), (0, 1))
]  # fmt: skip


def expected(records):
    """(standing, superseded) by the rule itself: (id, revision) each."""
    best = {}
    for one in records:
        key = one.id, one.revision >> 8
        best[key] = max(one.revision, best.get(key, 0))
    highest = {}
    for one in records:
        highest[one.uplink, one.point] = max(one.revision >> 40, highest.get((one.uplink, one.point), 0))
    of = {one.id: highest[one.uplink, one.point] for one in records}
    top = {}
    for (name, _), found in best.items():
        top[name] = max(found, top.get(name, 0))
    stand = {(name, found) for name, found in top.items() if found >> 40 == of[name]}
    return stand, {(name, found) for (name, _), found in best.items()} - stand


@given(st.lists(st.lists(st.sampled_from(MEANT), min_size=1, max_size=8), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_any_split_of_records_gives_the_same_rows(connection, batches):
    connection.execute("TRUNCATE observation, observation_superseded, observation_replayed")
    for batch in batches:
        store(connection, *batch)
    found = [{row[:2] for row in standing(connection, t)} for t in ("observation", "observation_superseded")]
    assert tuple(found) == expected([one for batch in batches for one in batch])
    for table in ("observation", "observation_superseded"):
        for _, number, value, _ in standing(connection, table):
            assert value == (number >> 40) * 100.0 + (number >> 8 & 0xFFFF) * 10 + (number & 255)
