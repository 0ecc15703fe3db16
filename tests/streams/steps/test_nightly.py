"""What recompute does once a night, on a real PostgreSQL and without a Kafka."""

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest
from store_by_hand import COMMUNE, MODEL, device, placement, point, state

from vigie.streams.settings import Settings
from vigie.streams.sinks.migrate import migrate
from vigie.streams.steps import nightly

pytestmark = pytest.mark.parts


async def test_the_last_days_are_computed_once_a_night(database, monkeypatch):
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        state(connection, COMMUNE, MODEL, device("a1"), point("P1"), placement("P1/1", "a1", "P1"))
    computed = []

    async def compute(settings, day, **given):
        computed.append(day.day)
        return await once(settings, day, **given)

    once, stored = nightly.compute, nightly._computed
    monkeypatch.setattr(nightly, "_computed", lambda settings: {})  # the database's clock is not that of this test
    monkeypatch.setattr(nightly, "compute", compute)
    monkeypatch.setattr(nightly, "LOOK_S", 0.05)
    now = datetime(2026, 6, 4, 0, 30, tzinfo=UTC)  # half past two of legal time: the third is not computed yet
    settings = Settings(kafka="127.0.0.1:1", database=database)
    night = asyncio.create_task(nightly.every_night(settings, lambda: now.timestamp()))  # noqa: PLW0108 -- it moves
    try:
        await reached(lambda: len(computed) == 3)
        assert computed == [31, 1, 2]
        now = datetime(2026, 6, 4, 1, 1, tzinfo=UTC)
        await reached(lambda: len(computed) == 6)
        assert computed[3:] == [1, 2, 3]
        await asyncio.sleep(0.2)
        assert len(computed) == 6
        assert len(stored(settings)) == 4, "a role that starts anew knows what was computed"
    finally:
        night.cancel()
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT day::text, method FROM reliability WHERE subject = 'point:P1' AND indicator = 'decode_errors'"
            " ORDER BY day"
        ).fetchall()
    assert found == [(f"2026-{day}", "not_counted") for day in ("05-31", "06-01", "06-02", "06-03")]


async def test_a_database_that_is_away_is_asked_again(monkeypatch, caplog):
    monkeypatch.setattr(nightly, "LOOK_S", 0.05)
    settings = Settings(kafka="127.0.0.1:1", database="postgresql://nobody:secret@127.0.0.1:1/none")
    night = asyncio.create_task(nightly.every_night(settings))
    await reached(lambda: len([one for one in caplog.messages if "waits" in one]) >= 2)
    assert not night.done()
    assert "secret" not in caplog.text
    night.cancel()


async def reached(condition) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)
