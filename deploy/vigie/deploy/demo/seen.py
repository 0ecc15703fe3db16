"""What came out of the platform: counted from outside, in the topics, in the database and in the mailbox."""

from collections import Counter
from collections.abc import Sequence
from typing import LiteralString

import psycopg
from aiokafka import AIOKafkaConsumer

from vigie.deploy.demo.expected import Counts
from vigie.deploy.replays import records
from vigie.streams.settings import Settings
from vigie.topics import reception
from vigie.topics.avro import Framer
from vigie.topics.catalogue import NETWORKS

UPLINKS = [f"uplinks.{net}.v1" for net in NETWORKS]


async def count(settings: Settings, kafka: str, database: str, mails: int) -> Counts:
    """Count what stands in the topics and tables now, beside the mails that came.

    Uplinks, dead letters and duplicates are read record by record, so that one written twice is seen.
    """
    found = Counts()
    by_net = {net: await end_of(settings, kafka, [f"raw.{net}"]) for net in NETWORKS}
    found.received_by = {net: many for net, many in sorted(by_net.items()) if many}
    found.received = sum(by_net.values())
    async for _ in records(settings, kafka, UPLINKS):
        found.decoded += 1
    reasons: Counter[str] = Counter()
    letters = Framer("dead-letters.v1")
    async for record in records(settings, kafka, ["dead-letters.v1"]):
        reasons[letters.decode_dict(record.value)["reason"]] += 1
    found.dead_letters = dict(sorted(reasons.items()))
    async for record in records(settings, kafka, ["receptions"]):
        found.duplicates += reception.decode(record.value).kind == "duplicate"
    alerts = Framer("alerts.v1")
    async for record in records(settings, kafka, ["alerts.v1"]):
        transition = alerts.decode_dict(record.value)["transition"]
        found.alerts_raised += transition == "raised"
        found.alerts_cleared += transition == "cleared"
    found.stored, found.observations, found.windows, _ = await stored(database)
    found.mails = mails
    return found


_WINDOWS: LiteralString = """
    SELECT count(*) FROM aggregate
     WHERE subject LIKE 'point:%' AND window_code = '15m' AND definition = '' AND (count > 0 OR excluded > 0)
"""


async def stored(database: str) -> tuple[int, int, int, int]:
    """Uplinks, observations, 15-minute windows of points and alert events that are stored."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        return (
            await _one(connection, "SELECT count(*) FROM uplink"),
            await _one(connection, "SELECT count(*) FROM observation WHERE NOT withdrawn"),
            await _one(connection, _WINDOWS),
            await _one(connection, "SELECT count(*) FROM alert_event"),
        )


async def end_of(settings: Settings, kafka: str, topics: Sequence[str]) -> int:
    """How many records these topics have taken, which no transactional producer writes."""
    consumer = AIOKafkaConsumer(*map(settings.topic, topics), bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        return sum((await consumer.end_offsets(consumer.assignment())).values())
    finally:
        await consumer.stop()


async def _one(connection: psycopg.AsyncConnection[tuple[int]], query: LiteralString) -> int:
    row = await (await connection.execute(query)).fetchone()
    return row[0] if row else 0
