"""Takes raw bodies and dead letters up again: the same bytes on `replay.<net>`, under a replay number.

A replay number is the revision of what it makes, so consumers put it in the place of what stood there. The original
body stays where it is; a dead letter that was taken up is written a second time with the number in `replayed_as`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

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


Place = tuple[str, int, int]
"""Where an original stands: bare topic, partition, offset."""
_MOST_UNCONFIRMED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What to take up again; each condition left at None holds for all.

    Attributes:
        reason: of dead letters, a member of vigie.topics.reason.Reason.
        device: device id, the key of the record.
        since_at: epoch ms, first arrival at or after.
        until_at: epoch ms, first arrival before.
        places: of dead letters, where their originals stand: (bare topic, partition, offset).
    """

    reason: str | None = None
    device: str | None = None
    since_at: int | None = None
    until_at: int | None = None
    places: frozenset[Place] | None = None

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

    def has_letter(self, letter: DeadLetter) -> bool:
        """Whether a dead letter is meant."""
        place = letter.topic, letter.partition, letter.offset
        return (
            self.reason in (None, letter.reason)
            and (self.places is None or place in self.places)
            and self.has(letter.key, letter.ingested_at)
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


async def letters(settings: Settings, kafka: str, chosen: Chosen, *, bodies: bool = True) -> list[DeadLetter]:
    """The dead letters that are meant, by first arrival; one that was taken up says so.

    Args:
        settings: of the installation.
        kafka: where.
        chosen: which.
        bodies: whether to keep the bodies, which may be large.
    """
    framer = Framer("dead-letters.v1")
    found: dict[tuple[str | int, ...], DeadLetter] = {}
    async for record in records(settings, kafka, ["dead-letters.v1"]):
        letter = framer.decode(record.value, DeadLetter)
        place: tuple[str | int, ...] = (letter.topic, letter.partition, letter.offset)
        if letter.offset < 0:  # `receive` refused it: it never stood in the topic
            place = (*place, letter.ingested_at, letter.body_hash)
        if place in found and found[place].replayed_as is not None:
            continue  # the mark says more than the letter, and may be read first where the key is empty
        if chosen.has_letter(letter):
            found[place] = letter if bodies else msgspec.structs.replace(letter, body=b"")
    return sorted(
        found.values(), key=lambda letter: (letter.ingested_at, letter.topic, letter.partition, letter.offset)
    )


async def dead_letters(settings: Settings, kafka: str, chosen: Chosen) -> tuple[list[Body], dict[str, int]]:
    """Dead letters of decode that were not taken up yet.

    Returns:
        Their bodies, oldest first, and how many were left out: `replayed` before, `incomplete` (a body over the limit,
        of which the letter keeps the beginning only).
    """
    left, found = {"replayed": 0, "incomplete": 0}, []
    for letter in await letters(settings, kafka, chosen):
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


async def raw_bodies(settings: Settings, kafka: str, chosen: Chosen) -> AsyncIterator[Body]:
    """Bodies of `raw.*`, each partition's in its order; never more of them in memory than one fetch.

    A body over the limit, which decode refuses, comes with an empty value.
    """
    # With ticks = log the arrival stands in a header, which no index of the broker knows.
    since_at = chosen.since_at if settings.ticks == "live" else None
    async for record in records(settings, kafka, [f"raw.{net}" for net in NETWORKS], since_at=since_at):
        headers = {name: (text or b"").decode("utf-8", "replace") for name, text in record.headers}
        stated = headers.get(FIRST_ARRIVAL, "") if settings.ticks == "log" else ""
        arrival_at = _arrival(stated, record.timestamp)
        if record.value is None or not chosen.has(record.key, arrival_at):
            continue
        yield Body(
            net=record.topic.removeprefix(settings.topic("raw.")), partition=record.partition, key=record.key,
            value=record.value if len(record.value) <= BODY_LIMIT else b"", headers=headers, arrival_at=arrival_at,
        )  # fmt: skip


def _arrival(stated: str, otherwise: int) -> int:
    """The first arrival (epoch ms) that a header states; what decode would refuse there does not count.

    >>> _arrival("5", 7), _arrival("", 7), _arrival("9" * 5000, 7), _arrival("٥", 7), _arrival("9" * 18, 7)
    (5, 7, 7, 7, 7)
    """
    if stated.isascii() and stated.isdigit() and len(stated) <= 18 and int(stated) < YEAR_10000_AT:
        return int(stated)
    return otherwise


class Replay:
    """Sends bodies under a replay number; used as `async with`, at whose end every one is confirmed.

    Args:
        settings: of the installation.
        kafka: where.
        number: the revision of what the replay makes.
    """

    def __init__(self, settings: Settings, kafka: str, number: int) -> None:
        self._settings, self._number = settings, number
        self._producer = AIOKafkaProducer(
            bootstrap_servers=kafka, enable_idempotence=True, acks="all", compression_type="zstd", linger_ms=20
        )
        self._unconfirmed: list[Any] = []
        self.sent = 0

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._confirm()
        finally:
            await self._producer.stop()

    async def send(self, body: Body) -> None:
        """Send one body; waits for the broker now and then."""
        headers = [(name, body.headers[name].encode()) for name in KEPT if name in body.headers]
        headers += [(REPLAY, b"%d" % self._number), (FIRST_ARRIVAL, b"%d" % body.arrival_at)]
        # The same partition as the original: states and filters of a device live where its records are.
        self._unconfirmed.append(
            await self._producer.send(
                self._settings.topic(f"replay.{body.net}"), value=body.value, key=body.key, headers=headers,
                partition=body.partition,
            )
        )  # fmt: skip
        if len(self._unconfirmed) >= _MOST_UNCONFIRMED:
            await self._confirm()

    async def mark(self, letter: DeadLetter, framer: Framer) -> None:
        """Write a letter again with the number that took it up."""
        value = framer.encode(msgspec.structs.replace(letter, replayed_as=self._number))
        topic = self._settings.topic("dead-letters.v1")
        self._unconfirmed.append(await self._producer.send(topic, value=value, key=letter.key))

    async def _confirm(self) -> None:
        for confirmation in self._unconfirmed:
            await confirmation
        self.sent += len(self._unconfirmed)
        self._unconfirmed.clear()


async def take_up(settings: Settings, kafka: str, bodies: Sequence[Body], number: int) -> int:
    """Send bodies under a replay number, then mark their dead letters; returns how many, all confirmed.

    A crash in between leaves letters unmarked that were sent; taken up once more they get a higher number, and the
    same rows.

    Raises:
        SchemaRefusedError: the registry does not let us write the marks; nothing was sent.
    """
    found = [body.letter for body in bodies if body.letter is not None]
    ids = await asyncio.to_thread(schema_ids_in_use, settings, ["dead-letters.v1"]) if found else {}
    framer = Framer("dead-letters.v1", ids.get("dead-letters.v1"))
    async with Replay(settings, kafka, number) as replay:
        for body in bodies:
            await replay.send(body)
    async with Replay(settings, kafka, number) as marks:
        for letter in found:
            await marks.mark(letter, framer)
    return replay.sent


async def records(
    settings: Settings, kafka: str, topics: list[str], *, since_at: int | None = None
) -> AsyncIterator[Any]:
    """Every record that stands in the topics now, read without a group: nobody's offsets move.

    Args:
        settings: of the installation.
        kafka: where.
        topics: bare names.
        since_at: epoch ms; records appended before are passed by without being read.
    """
    read_leniently()
    consumer = AIOKafkaConsumer(
        *(settings.topic(name) for name in topics),
        bootstrap_servers=kafka,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",  # what a worker wrote and did not live to commit never was
    )
    try:
        await consumer.start()
        ends = await consumer.end_offsets(consumer.assignment())
        if since_at is not None:
            wanted = dict.fromkeys(ends, max(since_at, 0))  # a broker knows no year before 1970
            for partition, found in (await consumer.offsets_for_times(wanted)).items():
                consumer.seek(partition, ends[partition] if found is None else found.offset)
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
