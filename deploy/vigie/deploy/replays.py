"""Takes raw bodies and dead letters up again: the same bytes on `replay.<net>`, under a replay number.

A replay number is the revision of what it makes, so consumers put it in the place of what stood there. The original
body stays where it is; a dead letter that was taken up is written a second time with the number in `replayed_as`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from vigie.codecs.instants import YEAR_10000_AT
from vigie.streams.core.dead_letters import BODY_LIMIT
from vigie.streams.core.record_headers import FIRST_ARRIVAL, KEPT_HEADERS, REPLAY
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.transport.lenient_headers import read_leniently
from vigie.topics.avro import Framer
from vigie.topics.catalogue import NETWORKS
from vigie.topics.dead_letter import DeadLetter

KEPT = tuple(name for name in KEPT_HEADERS if name not in (REPLAY, FIRST_ARRIVAL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What to take up again; each condition left at None holds for all.

    Attributes:
        reason: of dead letters, a member of vigie.topics.reason.Reason.
        device: device id, the key of the record.
        since_at: epoch ms, first arrival at or after.
        until_at: epoch ms, first arrival before.
    """

    reason: str | None = None
    device: str | None = None
    since_at: int | None = None
    until_at: int | None = None

    def has(self, key: bytes | None, arrival_at: int) -> bool:
        """Whether a record with this key and first arrival is meant.

        >>> Chosen(device="eui:a1", since_at=5).has(b"eui:a1", 5), Chosen(until_at=5).has(None, 5)
        (True, False)
        """
        return (
            (self.device is None or key == self.device.encode())
            and (self.since_at is None or arrival_at >= self.since_at)
            and (self.until_at is None or arrival_at < self.until_at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One body to be taken up: bare topic and partition it came from, key, bytes, headers, first arrival (epoch ms)."""

    net: str
    partition: int
    key: bytes | None
    value: bytes
    headers: dict[str, str]
    arrival_at: int
    letter: DeadLetter | None = None


async def dead_letters(settings: Settings, kafka: str, chosen: Chosen) -> tuple[list[Body], dict[str, int]]:
    """Dead letters of decode that were not taken up yet.

    Returns:
        Their bodies, oldest first, and how many were left out: `replayed` before, `incomplete` (a body over the limit,
        of which the letter keeps the beginning only).
    """
    framer = Framer("dead-letters.v1")
    letters: dict[tuple[str, int, int], DeadLetter] = {}
    async for record in records(settings, kafka, ["dead-letters.v1"]):
        letter = framer.decode(record.value, DeadLetter)
        place = letter.topic, letter.partition, letter.offset
        if place in letters and letters[place].replayed_as is not None:
            continue  # the mark says more than the letter, and may be read first where the key is empty
        if (chosen.reason in (None, letter.reason)) and chosen.has(letter.key, letter.ingested_at):
            letters[place] = letter
    left, found = {"replayed": 0, "incomplete": 0}, []
    for letter in sorted(letters.values(), key=lambda letter: (letter.ingested_at, letter.offset)):
        kind, _, net = letter.topic.partition(".")
        if kind not in ("raw", "replay"):
            continue
        if letter.replayed_as is not None:
            left["replayed"] += 1
        elif letter.body_size > len(letter.body):
            left["incomplete"] += 1
        else:
            found.append(
                Body(
                    net=net, partition=letter.partition, key=letter.key, value=letter.body, headers=letter.headers,
                    arrival_at=letter.ingested_at, letter=letter,
                )
            )  # fmt: skip
    return found, left


async def raw_bodies(settings: Settings, kafka: str, chosen: Chosen) -> tuple[list[Body], dict[str, int]]:
    """Bodies of `raw.*` under a device's key.

    Returns:
        The bodies, by first arrival, and how many were left out: `incomplete` (over the limit, which decode refuses).
    """
    found, left = [], {"incomplete": 0}
    async for record in records(settings, kafka, [f"raw.{net}" for net in NETWORKS]):
        headers = {name: (text or b"").decode("utf-8", "replace") for name, text in record.headers}
        stated = headers.get(FIRST_ARRIVAL, "") if settings.ticks == "log" else ""
        arrival_at = _arrival(stated, record.timestamp)
        if record.value is None or not chosen.has(record.key, arrival_at):
            continue
        if len(record.value) > BODY_LIMIT:
            left["incomplete"] += 1
        else:
            net = record.topic.removeprefix(settings.topic("raw."))
            found.append(
                Body(
                    net=net, partition=record.partition, key=record.key, value=record.value, headers=headers,
                    arrival_at=arrival_at,
                )
            )  # fmt: skip
    return sorted(found, key=lambda body: body.arrival_at), left


def _arrival(stated: str, otherwise: int) -> int:
    """The first arrival (epoch ms) that a header states; what decode would refuse there does not count.

    >>> _arrival("5", 7), _arrival("", 7), _arrival("9" * 5000, 7), _arrival("٥", 7), _arrival("9" * 18, 7)
    (5, 7, 7, 7, 7)
    """
    if stated.isascii() and stated.isdigit() and len(stated) <= 18 and int(stated) < YEAR_10000_AT:
        return int(stated)
    return otherwise


async def take_up(settings: Settings, kafka: str, bodies: Sequence[Body], number: int) -> int:
    """Send bodies under a replay number, then mark their dead letters; returns how many, all confirmed.

    A crash in between leaves letters unmarked that were sent; taken up once more they get a higher number, and the
    same rows.

    Raises:
        SchemaRefusedError: the registry does not let us write the marks; nothing was sent.
    """
    letters = [body.letter for body in bodies if body.letter is not None]
    ids = await asyncio.to_thread(schema_ids_in_use, settings, ["dead-letters.v1"]) if letters else {}
    framer = Framer("dead-letters.v1", ids.get("dead-letters.v1"))
    async with AIOKafkaProducer(
        bootstrap_servers=kafka, enable_idempotence=True, acks="all", compression_type="zstd"
    ) as producer:
        sent = []
        for body in bodies:
            headers = [(name, body.headers[name].encode()) for name in KEPT if name in body.headers]
            headers += [(REPLAY, b"%d" % number), (FIRST_ARRIVAL, b"%d" % body.arrival_at)]
            topic = settings.topic(f"replay.{body.net}")
            # The same partition as the original: states and filters of a device live where its records are.
            sent.append(
                await producer.send(topic, value=body.value, key=body.key, headers=headers, partition=body.partition)
            )
        for confirmation in sent:
            await confirmation
        marked = []
        for letter in letters:
            value = framer.encode(msgspec.structs.replace(letter, replayed_as=number))
            marked.append(await producer.send(settings.topic("dead-letters.v1"), value=value, key=letter.key))
        for confirmation in marked:
            await confirmation
    return len(sent)


async def records(settings: Settings, kafka: str, topics: list[str]) -> AsyncIterator[Any]:
    """Every record that stands in the topics now, read without a group: nobody's offsets move."""
    read_leniently()
    consumer = AIOKafkaConsumer(
        *(settings.topic(name) for name in topics),
        bootstrap_servers=kafka,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while True:
            for partition in list(ends):
                if await consumer.position(partition) >= ends[partition]:
                    del ends[partition]
            if not ends:
                return
            for partition, batch in (await consumer.getmany(timeout_ms=500)).items():
                for record in batch:
                    if record.offset < ends.get(partition, 0):
                        yield record
    finally:
        await consumer.stop()
