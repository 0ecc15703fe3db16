"""The store on a real PostgreSQL: each uplink once, whatever is repeated, restored or killed."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from topics_strategies import uplinks

from vigie.streams import metrics
from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.settings import Settings
from vigie.streams.sinks import alert_queries
from vigie.streams.sinks import migrate as migrations
from vigie.streams.sinks import store as store_module
from vigie.streams.sinks.migrate import NewerDatabaseError, migrate
from vigie.streams.sinks.places import LostPlaceError, TopicReplacedError
from vigie.streams.sinks.store import StoreStep
from vigie.streams.transport.step import Batch
from vigie.topics.aggregate import Aggregate
from vigie.topics.alert_event import AlertEvent, Explanation
from vigie.topics.avro import Framer
from vigie.topics.uplink import CodecRef, Reading, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

TOPIC = "uplinks.lora.v1"
ENCODER = UplinkEncoder(TOPIC)
NOON = 1_795_446_000_000
TOPIC_ID = uuid4()


TWENTY = (Reading(1, 0, 20.5),)


def uplink(number=1, revision=0, readings=TWENTY, observed_at=NOON, **others):
    values = dict(  # noqa: C408 -- reads better than a literal of thirty quotes
        id=f"{number:032x}", revision=revision, device="eui:24e124136b000001", bearer="lora", network="commune",
        observed_at=observed_at, received_at=NOON, ingested_at=NOON, session="00d20001", f_cnt=number, f_port=85,
        payload=b"\x01", raw=None, codec=CodecRef("milesight", "1", "0" * 16), firmware=None, readings=readings,
        extras={"model": "EM300-TH"}, radio=None, cell=None, warnings=(),
    )  # fmt: skip
    return Uplink(**(values | others))


def batch(*values, start=0, topic=TOPIC, partition=0):
    records = [SimpleNamespace(value=value, offset=start + n, timestamp=NOON) for n, value in enumerate(values)]
    return Batch(records, topic=topic, partition=partition)


def uplink_batch(*records, **where):
    return batch(*[ENCODER.encode(record) for record in records], **where)


@pytest.fixture
def ids(monkeypatch):
    """Topic ids without a broker, and logs that begin at 0; test_topic_ids.py and test_places.py ask a real one."""
    known = dict.fromkeys(store_module.INPUTS, TOPIC_ID)

    async def topic_ids(_bootstrap, names):
        return {name: known[name.removeprefix("vigie.")] for name in names}

    async def log_starts(_bootstrap, partitions):
        return dict.fromkeys(partitions, 0)

    monkeypatch.setattr(store_module, "topic_ids", topic_ids)
    monkeypatch.setattr(store_module, "log_starts", log_starts)
    return known


@pytest.fixture
async def step(database, ids):
    made = StoreStep(Settings(database=database))
    await made.open()
    await made.start_offsets([(topic, 0) for topic in store_module.INPUTS])
    yield made
    await made.close()


def rows(dsn, query='SELECT id, observed_at, revision, "values" FROM uplink ORDER BY 1, 2'):
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchall()


async def test_a_repeat_changes_nothing(step, database):
    await step.write([uplink_batch(uplink(1), uplink(2))])
    await step.write([uplink_batch(uplink(2), uplink(1), uplink(1), start=2)])
    assert len(rows(database)) == 2


async def test_the_higher_revision_stays_in_any_order(step, database):
    live, again = uplink(1), uplink(1, revision=3, readings=(Reading(1, 0, 99.0),))
    await step.write([uplink_batch(live, again, live)])
    await step.write([uplink_batch(live, start=3)])
    assert [(revision, values) for _, _, revision, values in rows(database)] == [(3, [99.0])]


async def test_a_replay_takes_back_an_instant_that_it_no_longer_gives(step, database):
    wrong = uplink(1, readings=(Reading(1, 0, 1.0, NOON - 3_600_000), Reading(1, 0, 2.0)))
    right = uplink(1, revision=1, readings=(Reading(1, 0, 2.0),))
    await step.write([uplink_batch(wrong)])
    assert len(rows(database)) == 2
    await step.write([uplink_batch(right, start=1)])
    assert [(revision, values) for _, _, revision, values in rows(database)] == [(1, [2.0])]
    await step.write([uplink_batch(wrong, start=2)])  # a live repeat that comes late
    assert [(revision, values) for _, _, revision, values in rows(database)] == [(1, [2.0])]


async def test_a_late_repeat_does_not_bring_an_instant_back_that_a_replay_took_away(step, database):
    wrong = uplink(1, observed_at=NOON - 3_600_000)
    await step.write([uplink_batch(wrong, uplink(1, revision=1))])
    await step.write([uplink_batch(wrong, start=2)])
    assert [(at.timestamp() * 1000, revision) for _, at, revision, _ in rows(database)] == [(NOON, 1)]


async def test_readings_with_their_own_instant_are_rows_of_their_own(step, database):
    history = tuple(Reading(1, 0, float(n), NOON - n * 600_000) for n in range(1, 4))
    await step.write([uplink_batch(uplink(1, readings=history))])
    assert [values for *_, values in rows(database)] == [[3.0], [2.0], [1.0]]
    with psycopg.connect(database) as connection:
        view = connection.execute("SELECT property, value, unit FROM v_lecture ORDER BY observed_at").fetchall()
    assert view == [("air_temperature", 3.0, "°C"), ("air_temperature", 2.0, "°C"), ("air_temperature", 1.0, "°C")]


@pytest.mark.parametrize("at", [0, 4_102_444_800_000, -(2**62), 2**62])
async def test_impossible_instants_stand_in_the_default_partition(step, database, at):
    await step.write([uplink_batch(uplink(1, observed_at=at))])
    assert rows(database, "SELECT tableoid::regclass::text FROM uplink") == [("uplink_default",)]


async def test_a_future_that_comes_moves_out_of_the_default_partition(step, database):
    later = NOON + 30 * 86_400_000
    await step.write([uplink_batch(uplink(1, observed_at=later))])
    await step.write([uplink_batch(uplink(2, observed_at=later, ingested_at=later, received_at=later), start=1)])
    where = rows(database, "SELECT DISTINCT tableoid::regclass::text FROM uplink")
    assert len(where) == 1
    assert where != [("uplink_default",)]


async def test_offsets_move_with_the_rows(step, database):
    await step.write([uplink_batch(uplink(1), uplink(2), start=0)])
    other = StoreStep(Settings(database=database))
    assert (await other.start_offsets([(TOPIC, 0)]))[TOPIC, 0] == 2
    await other.close()


async def test_a_former_owner_writes_nothing(step, database):
    await step.write([uplink_batch(uplink(1))])
    zombie = StoreStep(Settings(database=database))
    await zombie.start_offsets([(TOPIC, 0)])
    await step.write([uplink_batch(uplink(2), start=1)])
    with pytest.raises(LostPlaceError):
        await zombie.write([uplink_batch(uplink(2), uplink(3), start=1)])
    await zombie.close()
    assert len(rows(database)) == 2


async def test_a_text_too_long_for_an_index_is_the_records_fault(step):
    long = "".join(f"{n * 7919 % 10007:04d}" for n in range(3000))
    with pytest.raises(psycopg.errors.ProgramLimitExceeded):
        await asyncio.wait_for(step.write([uplink_batch(uplink(1, device=long))]), 10)


async def test_a_refusing_database_makes_no_record_poison(step, database):
    with psycopg.connect(database, autocommit=True) as operator:
        operator.execute("ALTER TABLE uplink ADD CONSTRAINT mine CHECK (f_cnt > 1)")
        writing = asyncio.create_task(step.write([uplink_batch(uplink(1))]))
        await asyncio.sleep(1)
        assert not writing.done()
        operator.execute("ALTER TABLE uplink DROP CONSTRAINT mine")
    await asyncio.wait_for(writing, 10)
    assert len(rows(database)) == 1


@pytest.mark.parametrize("error", [LostPlaceError, TopicReplacedError, NewerDatabaseError])
def test_what_a_person_must_mend_is_told_without_a_traceback(error):
    assert issubclass(error, CannotGoOnError)


async def test_one_row_that_stands_already_keeps_no_other_out(step, database):
    await step.write([uplink_batch(uplink(2))])
    await step.write([uplink_batch(uplink(1), uplink(2, readings=(Reading(1, 0, 99.0),)), uplink(3), start=1)])
    assert [values for *_, values in rows(database)] == [[20.5], [20.5], [20.5]]


async def test_the_next_portion_is_made_while_the_database_takes_one(step, database, monkeypatch):
    made, make = [], store_module._transaction
    monkeypatch.setattr(store_module, "_transaction", lambda portion: made.append(portion) or make(portion))
    monkeypatch.setattr(store_module, "PORTION_RECORDS", 2)
    batches = [uplink_batch(uplink(2 * n), uplink(2 * n + 1), start=2 * n) for n in range(3)]
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE sink_offset IN ACCESS EXCLUSIVE MODE")
        writing = asyncio.create_task(step.write(batches))
        await asyncio.sleep(0.5)
        assert made == [[batches[0]], [batches[1]]]
    await asyncio.wait_for(writing, 10)
    assert len(rows(database)) == 6


async def test_a_crash_leaves_the_portions_before_it_and_the_place_at_their_end(step, database, monkeypatch):
    monkeypatch.setattr(store_module, "PORTION_RECORDS", 1)
    with pytest.raises(EOFError):
        await step.write([uplink_batch(uplink(1)), uplink_batch(uplink(2), start=1), batch(b"not Avro", start=2)])
    again = StoreStep(Settings(database=database))
    begin = (await again.start_offsets([(TOPIC, 0)]))[TOPIC, 0]
    await again.close()
    assert len(rows(database)) == begin
    assert 1 <= begin <= 2


async def test_what_is_committed_is_counted(step):
    counted = metrics.records_out.labels("store", TOPIC)
    before = counted._value.get()
    await step.write([uplink_batch(uplink(1), uplink(2))])
    assert counted._value.get() == before + 2


async def test_restored_to_yesterday_reads_yesterday_again(step, database):
    await step.write([uplink_batch(uplink(1))])
    yesterday = (await StoreStep(Settings(database=database)).start_offsets([(TOPIC, 0)]))[TOPIC, 0]
    saved = rows(database, "SELECT * FROM sink_offset")
    await step.write([uplink_batch(uplink(2), start=1)])
    with psycopg.connect(database) as connection:  # what a restore does: rows and offsets of yesterday together
        connection.execute("DELETE FROM uplink WHERE f_cnt = 2")
        connection.execute("DELETE FROM sink_offset")
        connection.cursor().executemany("INSERT INTO sink_offset VALUES (%s, %s, %s, %s)", saved)
    again = StoreStep(Settings(database=database))
    assert (await again.start_offsets([(TOPIC, 0)]))[TOPIC, 0] == yesterday == 1
    await again.write([uplink_batch(uplink(2), start=1)])
    await again.close()
    assert len(rows(database)) == 2


async def test_what_retention_deleted_is_passed_over(step, database, ids, monkeypatch):
    await step.write([uplink_batch(uplink(1), uplink(2))])

    async def log_starts(_bootstrap, partitions):
        return dict.fromkeys(partitions, 50)

    monkeypatch.setattr(store_module, "log_starts", log_starts)
    later = StoreStep(Settings(database=database))
    assert await later.start_offsets([(TOPIC, 0)]) == {(TOPIC, 0): 50}
    await later.write([uplink_batch(uplink(3), start=50)])
    await later.close()
    assert len(rows(database)) == 3


async def test_a_topic_made_again_stops_it_with_a_sentence(step, database, ids):
    ids[TOPIC] = uuid4()
    other = StoreStep(Settings(database=database))
    with pytest.raises(TopicReplacedError, match="deleted and made again"):
        await other.start_offsets([(TOPIC, 0)])
    await other.close()


WINDOW = Aggregate(
    subject="device:eui:a1", indicator="fill", window_code="15m", window_start=NOON, window_end=NOON + 900_000,
    revision=0, count=2, minimum=1.0, mean=2.0, maximum=3.0, input_hash="aa", reason="closed",
)  # fmt: skip
EVENT = AlertEvent(
    event_id="e1", alert_id="a1", incident_id="a1", alarm_key="silence:eui:a1:no_arrival", revision=0,
    transition="raised", state="unacknowledged", priority=3, event_at=NOON, arrival_at=NOON, decided_at=NOON,
    author="system", reason="", explanation=Explanation(sentence_fr="é", sentence_en="e", fields={"n": "3"}),
    generation=0, raised_at=NOON, mail="incident", shelved_until=NOON + 1, children=("a2",), use_case="waste",
)  # fmt: skip


async def test_windows_and_alerts(step, database):
    repaired = replace(WINDOW, revision=1, count=3)
    framer = Framer("aggregates.v1")
    values = [framer.encode(WINDOW), framer.encode(repaired), framer.encode(WINDOW)]
    await step.write([batch(*values, topic="aggregates.v1")])
    await step.write([batch(framer.encode(WINDOW), topic="aggregates.v1", start=3)])
    assert rows(database, "SELECT revision, count FROM aggregate") == [(1, 3)]
    value = Framer("alerts.v1").encode(EVENT)
    await step.write([batch(value, value, topic="alerts.v1")])
    with psycopg.connect(database) as connection:
        assert alert_queries.alert(connection, "a1") == [EVENT]
        assert alert_queries.alerts(connection, 10, only_open=True) == [EVENT]
        assert alert_queries.alerts_of(connection, "eui:a1", 10) == [EVENT]
        assert list(alert_queries.events(connection)) == [EVENT]


async def test_a_nul_in_a_text_keeps_no_window_and_no_alert_out(step, database):
    window = replace(WINDOW, subject="device:a\x00", reason="\x00")
    await step.write([batch(Framer("aggregates.v1").encode(window), topic="aggregates.v1")])
    assert rows(database, "SELECT subject, reason FROM aggregate") == [("device:a\ufffd", "\ufffd")]
    told = Explanation(sentence_fr="\x00", sentence_en="e\x00", fields={"n\x00": "\x003"})
    event = replace(EVENT, alarm_key="silence:\x00:no_arrival", explanation=told)
    await step.write([batch(Framer("alerts.v1").encode(event), topic="alerts.v1")])
    with psycopg.connect(database) as connection:
        [found] = alert_queries.alert(connection, "a1")
    assert found.alarm_key == "silence:\ufffd:no_arrival"
    assert found.explanation == Explanation(sentence_fr="\ufffd", sentence_en="e\ufffd", fields={"n\ufffd": "\ufffd3"})


@given(st.lists(uplinks, max_size=6, unique_by=lambda one: one.id))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_uplink_is_read_back_as_it_was(database_of_properties, batch_of_uplinks):
    asyncio.run(_read_back(database_of_properties, batch_of_uplinks))


async def _read_back(dsn, batch_of_uplinks):
    with psycopg.connect(dsn, autocommit=True) as connection:
        migrate(connection)
        connection.execute("TRUNCATE uplink, uplink_replayed, sink_offset")
    step = StoreStep(Settings(database=dsn))
    step._next = {(TOPIC, 0): 0}
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("INSERT INTO sink_offset VALUES (%s, 0, 0, %s)", (TOPIC, TOPIC_ID))
    if batch_of_uplinks:
        await step.write([uplink_batch(*batch_of_uplinks)])
    await step.close()
    stored = {}
    query = 'SELECT id, device, network, f_cnt, payload, codec, channels, "values", warnings FROM uplink'
    for name, *fields in rows(dsn, query):
        stored.setdefault(name.hex, []).append(fields)
    for one in batch_of_uplinks:
        found = stored.pop(one.id)
        device, network, f_cnt, payload, codec, _, _, warnings = found[0]
        clean = lambda text: text.replace("\x00", "\ufffd")  # noqa: E731
        assert (device, network, f_cnt, payload) == (clean(one.device), clean(one.network), one.f_cnt, one.payload)
        assert codec == clean(one.codec.id)
        assert (warnings or []) == [clean(text) for text in one.warnings]
        values = sorted(value for fields in found for value in fields[6])
        assert values == sorted(reading.value for reading in one.readings)
    assert not stored


@pytest.fixture
def database_of_properties(database):
    return database


def test_migrations_run_once_and_refuse_a_newer_database(database):
    with psycopg.connect(database, autocommit=True) as connection:
        version = migrate(connection)
        assert migrate(connection) == version == len(migrations._migrations())
        connection.execute("INSERT INTO schema_version (version, name) VALUES (999, 'later')")
        with pytest.raises(NewerDatabaseError, match="999"):
            migrate(connection)


async def test_killed_and_away_database_loses_nothing(database_service, service_database, ids):
    step = StoreStep(Settings(database=service_database))
    await step.open()
    await step.start_offsets([(TOPIC, 0)])

    async def store_all():
        for n in range(60):
            await step.write([uplink_batch(*[uplink(n * 50 + i) for i in range(50)], start=n * 50)])

    writing = asyncio.create_task(store_all())
    for _ in range(2):
        await asyncio.sleep(0.3)
        database_service.kill9()
        await asyncio.sleep(1)
        database_service.start()  # here, not in a thread: a server ends with the thread that started it
    await asyncio.wait_for(writing, 60)
    await step.close()
    assert rows(service_database, "SELECT count(*), count(DISTINCT id) FROM uplink") == [(3000, 3000)]
    assert rows(service_database, f"SELECT next_offset FROM sink_offset WHERE topic = '{TOPIC}'") == [(3000,)]
