"""The outbox of the fleet: rows that applies wrote are sent to `fleet.v1`, in their order, by one sender at a time.

A row counts as sent once Kafka has confirmed it. A sender that dies in between leaves rows that were perhaps sent; the
next one sends them again, in the same order, so the last word on each object stays the same.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from vigie.streams.settings import Settings

Connection = psycopg.Connection[Any]
Row = tuple[int, bytes, bytes]

log = logging.getLogger(__name__)

OUTBOX_LOCK = 0x4F555442
"""Advisory lock of whoever sends."""
ASK_AGAIN_S = 0.05
CHUNK = 10_000
BATCH_BYTES = 500_000
KEPT_DAYS = 7
"""Sent rows are kept so long, for whoever wants to see what was sent."""


def new_producer(settings: Settings) -> AIOKafkaProducer:
    """A producer as the outbox needs it, not started yet."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka, enable_idempotence=True, acks="all", compression_type="zstd",
        max_batch_size=BATCH_BYTES,
    )  # fmt: skip


def pending(connection: Connection) -> int:
    """How many records wait for Kafka."""
    row = connection.execute("SELECT count(*) FROM fleet_outbox WHERE sent_at IS NULL").fetchone()
    return int(row[0]) if row else 0


async def publish_pending(connection: Connection, producer: AIOKafkaProducer, *, topic: str, wait: bool = True) -> int:
    """Send all that waits, in order; each is confirmed by Kafka before it counts as sent.

    Args:
        connection: in autocommit mode, for this alone meanwhile; its work is done on another thread.
        producer: started, idempotent (`new_producer`).
        topic: name of fleet.v1 on the cluster.
        wait: for another sender to end; else leave it to that one.

    Returns:
        How many were sent.

    Raises:
        KafkaError: Kafka refuses. While it is away this waits for it, so a caller in a hurry sets a limit of its own.
    """
    sent = 0
    async with _alone(connection, wait=wait) as allowed:
        while allowed and (rows := await asyncio.to_thread(_next, connection)):
            await _send(producer, topic, rows)
            await asyncio.to_thread(_mark, connection, rows)
            sent += len(rows)
    return sent


@asynccontextmanager
async def _alone(connection: Connection, *, wait: bool) -> AsyncIterator[bool]:
    """Hold the sender's lock; gives whether it is held."""
    # Asked for again and again: a wait within the database would not end when the caller's time is over.
    while True:
        held = await asyncio.to_thread(_try_lock, connection)
        if held or not wait:
            break
        await asyncio.sleep(ASK_AGAIN_S)
    try:
        yield held
    finally:
        if held and not connection.closed:  # a connection that was lost has given its locks back
            await asyncio.to_thread(connection.execute, "SELECT pg_advisory_unlock(%s)", (OUTBOX_LOCK,))


def _try_lock(connection: Connection) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (OUTBOX_LOCK,)).fetchone()
    return bool(row and row[0])


def _next(connection: Connection) -> list[Row]:
    with connection.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT position, key, value FROM fleet_outbox WHERE sent_at IS NULL ORDER BY position LIMIT %s", (CHUNK,)
        )
        return cursor.fetchall()


def _mark(connection: Connection, rows: Sequence[Row]) -> None:
    connection.execute(
        "UPDATE fleet_outbox SET sent_at = clock_timestamp() WHERE position BETWEEN %s AND %s AND sent_at IS NULL",
        (rows[0][0], rows[-1][0]),
    )
    connection.execute("DELETE FROM fleet_outbox WHERE sent_at < now() - make_interval(days => %s)", (KEPT_DAYS,))


async def _send(producer: AIOKafkaProducer, topic: str, rows: Sequence[Row]) -> None:
    """Send rows as few batches of the one partition; aiokafka has one on its way at a time, so their order stays."""
    confirmations, batch = [], producer.create_batch()
    for _, key, value in rows:
        if batch.append(timestamp=None, key=key, value=value) is None:  # full
            confirmations.append(await _submit(producer, topic, batch))
            batch = producer.create_batch()
            batch.append(timestamp=None, key=key, value=value)
    confirmations.append(await _submit(producer, topic, batch))
    for confirmation in confirmations:
        await confirmation


async def _submit(producer: AIOKafkaProducer, topic: str, batch: Any) -> Any:
    batch.close()
    while True:
        try:
            return await producer.send_batch(batch, topic, partition=0)
        except KafkaTimeoutError:  # the batch before has not left yet: the broker is away
            log.warning("Kafka has not confirmed records of %s for a while; waiting for it", topic)
