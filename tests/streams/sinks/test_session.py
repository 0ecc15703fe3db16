"""What the store does when the database refuses, is away, or is not wanted any more."""

import asyncio
import logging
import threading

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from vigie.streams.settings import Settings
from vigie.streams.sinks.session import Session


@pytest.fixture
async def session(database):
    made = Session(Settings(database=database))
    yield made
    await made.close()


def execute(statement):
    return lambda connection: connection.execute(statement).rowcount


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("refused", "mended", "said"),
    [
        (
            "ALTER DATABASE {db} SET default_transaction_read_only = on",
            "ALTER DATABASE {db} RESET ALL",
            "takes no writes",
        ),
        ("ALTER TABLE t ADD CHECK (n > 1)", "ALTER TABLE t DROP CONSTRAINT t_n_check", "violates check"),
        ("ALTER TABLE t RENAME TO u", "ALTER TABLE u RENAME TO t", "does not exist"),
        ("ALTER TABLE t RENAME COLUMN n TO m", "ALTER TABLE t RENAME COLUMN m TO n", "does not exist"),
        ("REVOKE ALL ON t FROM {user}", "GRANT ALL ON t TO {user}", "grant what is missing"),
    ],
)
async def test_what_somebody_did_to_the_database_is_waited_for(session, database, caplog, refused, mended, said):
    with psycopg.connect(database, autocommit=True) as operator:
        operator.execute("CREATE TABLE t (n int)")
        names = {"db": operator.info.dbname, "user": operator.info.user}
        operator.execute(refused.format(**names))
        writing = session.run(execute("INSERT INTO t (n) VALUES (1)"))
        await until(lambda: len(caplog.messages) >= 2)
        assert all(said in message and "trying again" in message for message in caplog.messages)
        operator.execute(mended.format(**names))
        assert await asyncio.wait_for(writing, 10) == 1


TOO_LONG_FOR_AN_INDEX = (
    "CREATE TABLE t (n text PRIMARY KEY);"
    " INSERT INTO t SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) AS n"
)


@pytest.mark.parametrize("statement", ["SELECT 'x'::int", "SELECT 2147483648::int", TOO_LONG_FOR_AN_INDEX])
async def test_what_is_wrong_with_a_record_is_not_tried_again(session, caplog, statement):
    with pytest.raises(psycopg.Error):
        await asyncio.wait_for(session.run(execute(statement)), 10)
    assert not caplog.messages
    assert await session.run(execute("SELECT 1")) == 1


async def test_our_own_mistakes_are_not_tried_again(session, caplog):
    with pytest.raises(psycopg.ProgrammingError):
        await session.run(lambda connection: connection.execute("SELECT %s", (1, 2)))
    with pytest.raises(ZeroDivisionError):
        await session.run(lambda _: 1 / 0)
    assert not caplog.messages


async def test_what_is_not_wanted_any_more_ends(database, caplog):
    caplog.set_level(logging.WARNING)
    session = Session(Settings(database=make_conninfo(database, port=1)))
    for n in range(4):
        asked = session.run(execute("SELECT 1"))
        await until(lambda n=n: len(caplog.messages) > n)
        asked.cancel()
        await asyncio.sleep(0)
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("store")]) == 1
    said = len(caplog.messages)
    await asyncio.sleep(1)
    assert len(caplog.messages) <= said + 1
    await asyncio.wait_for(session.close(), 5)


async def test_closing_ends_what_is_tried_again_and_again(database, caplog):
    session = Session(Settings(database=make_conninfo(database, port=1)))
    asked = session.run(execute("SELECT 1"))
    await until(lambda: caplog.messages)
    await asyncio.wait_for(session.close(), 5)
    with pytest.raises(psycopg.OperationalError):
        await asked


async def test_one_question_after_the_other_even_if_the_first_is_cancelled(session, database):
    def question(connection):
        with connection.transaction():
            return connection.execute("SELECT * FROM t FOR UPDATE").fetchall()

    await session.run(execute("CREATE TABLE t AS SELECT 1 AS n"))
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE t")
        first = session.run(question)
        await asyncio.sleep(0.3)
        first.cancel()
        second = session.run(question)
        await asyncio.sleep(0.3)
        assert not second.done()
    assert await asyncio.wait_for(second, 10) == [(1,)]
