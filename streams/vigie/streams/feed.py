"""The way of a body into `raw.<net>`: one idempotent producer for all sources, one Feed per source.

A body is confirmed when Kafka has it on all in-sync replicas, and nothing is acknowledged to a sender before.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from vigie.codecs.frame import Envelope, Hints
from vigie.streams import intake_metrics
from vigie.streams.connector import Source
from vigie.streams.core.dead_letters import BODY_LIMIT
from vigie.streams.core.record_headers import FIRST_ARRIVAL
from vigie.streams.intake.kept import Kept
from vigie.streams.intake.raw_log import NotKeptError, RawLog
from vigie.topics.dead_letter import KEPT_BYTES_OF_REFUSED, DeadLetter
from vigie.topics.reason import Reason

log = logging.getLogger(__name__)

CONFIRM_LIMIT_S = 20.0
"""How long a sender that waits for its answer waits for Kafka."""


class TooLargeError(Exception):
    """The body is over the limit; a dead letter tells of it."""


class Feed:
    """What one source sends goes through here.

    Args:
        raw: the producer.
        source: the source.
        hints: what the source says of all its bodies.
        envelope: of the source's format, whose `peek` finds the key.
    """

    def __init__(self, raw: RawLog, source: Source, hints: Hints, envelope: Envelope) -> None:
        self.source = source
        self.settings = raw.settings
        self.kind = str(source.__struct_config__.tag)
        self.hints = hints
        self.kept = Kept(raw.settings.data / "receive", source.name)
        self.is_up = False
        self._raw, self._peek = raw, envelope.peek
        self._topic = f"raw.{source.net}"
        self._source_key = f"src:{source.name}".encode()
        given = {
            "connector": self.kind, "format": source.format, "network": source.network, "source": source.name,
            "model": source.model, "layout": source.layout,
        }  # fmt: skip
        self._headers = [(name, text.encode()) for name, text in given.items() if text]
        self.metrics = intake_metrics.OfSource(self.kind, source.name)
        self._received = 0

    async def put(
        self, body: bytes, *, event: str = "", address: str = "", file: str = "", part: str = "",
        ingested_at: str = "", key: str | None = None, limit_s: float = CONFIRM_LIMIT_S,
    ) -> None:  # fmt: skip
        """Return once Kafka has the body.

        Args:
            body: byte for byte.
            event: kind of message, as a topic or a path says it.
            address: device id, where the body does not say it.
            file: name of the file that this is, or is a part of.
            part: "n/m", of a file that was cut.
            ingested_at: epoch ms, first arrival as the sender says it; passed on only with the setting ticks = log.
            key: of the record; None finds it.
            limit_s: how long to wait.

        Raises:
            NotKeptError: Kafka has not confirmed it within `limit_s`.
            TooLargeError: it is over 900 kB; a dead letter was written.
        """
        deadline = time.monotonic() + limit_s
        confirmed = await self.begin(
            body, event=event, address=address, file=file, part=part, ingested_at=ingested_at, key=key, limit_s=limit_s
        )
        await self.wait(confirmed, deadline - time.monotonic())

    async def begin(
        self, body: bytes, *, event: str = "", address: str = "", file: str = "", part: str = "",
        ingested_at: str = "", key: str | None = None, limit_s: float | None = None,
    ) -> asyncio.Future[Any]:  # fmt: skip
        """The same without waiting for the confirmation: bodies begun one after the other keep their order.

        Raises:
            NotKeptError: there was no room for it within `limit_s`; None waits for ever.
            TooLargeError: it is over 900 kB; a dead letter was written.
        """
        if len(body) > BODY_LIMIT:
            sentence = f"The body has {len(body)} bytes, the limit is {BODY_LIMIT}"
            await self.set_aside(
                sentence, body[:KEPT_BYTES_OF_REFUSED], size=len(body), digest=sha256(body).hexdigest()
            )
            raise TooLargeError(sentence)
        if key is None:
            key = self._device(body, event, address, file)
        headers = self._headers
        if event or address or file or part or ingested_at:
            headers = [*headers, *self._further(event, address, file, part, ingested_at)]
        began = time.perf_counter()
        record_key = self._source_key if key is None else key.encode()
        future = await self._raw.send(self._topic, record_key, body, headers, limit_s)
        future.add_done_callback(lambda done: self._note(done, began))
        return future

    async def wait(self, confirmed: asyncio.Future[Any], limit_s: float) -> None:
        """Wait for what `begin` gave.

        Raises:
            NotKeptError: it was not confirmed within `limit_s`, or Kafka refused it.
        """
        done, _ = await asyncio.wait({confirmed}, timeout=max(limit_s, 0))
        if not done:
            raise NotKeptError(f"Kafka at {self.settings.kafka} has not confirmed the body in time")
        if confirmed.exception() is not None:
            raise NotKeptError(f"Kafka refused the body: {confirmed.exception()}")

    async def set_aside(self, sentence: str, start: bytes, *, size: int, digest: str) -> None:
        """Write the dead letter of a body over the limit, and count it; returns once Kafka has it.

        Args:
            sentence: what was found and what is expected.
            start: of the body; its first 64 kB are kept.
            size: of the whole, in bytes.
            digest: SHA-256 of the whole, hex.

        Raises:
            NotKeptError: Kafka has not confirmed it in time.
        """
        letter = DeadLetter(
            step="receive", reason=Reason.TOO_LARGE.value, message=sentence, topic=self._topic, partition=-1, offset=-1,
            ingested_at=time.time_ns() // 1_000_000, key=self._source_key, body=start[:KEPT_BYTES_OF_REFUSED],
            body_size=size, body_hash=digest, headers={name: text.decode() for name, text in self._headers},
        )  # fmt: skip
        self.refused("too_large")
        value = self._raw.dead.encode(letter)
        sent = await self._raw.send("dead-letters.v1", self._source_key, value, [], CONFIRM_LIMIT_S)
        await self.wait(sent, CONFIRM_LIMIT_S)

    def refused(self, reason: str) -> None:
        """Count something that was not let in."""
        self.metrics.refused(reason)

    def up(self) -> None:
        """The other side is there: connected, listening, or found at the last look."""
        if not self.is_up:
            log.info("%s (%s) is up", self.source.name, self.kind)
        self.is_up = True
        self.metrics.up.set(1)

    def down(self) -> None:
        """It is not."""
        self.is_up = False
        self.metrics.up.set(0)

    def received_since(self) -> int:
        """How many bodies Kafka has confirmed since this was last asked."""
        number, self._received = self._received, 0
        return number

    def _device(self, body: bytes, event: str, address: str, file: str) -> str | None:
        hints = self.hints
        if event or address or file:
            hints = Hints(
                event=event or None, source=hints.source, model=hints.model, layout=hints.layout, file=file,
                address=address,
            )  # fmt: skip
        try:
            return self._peek(body, hints)
        except Exception:  # a bug in one envelope must not stop what others send: decode will tell it of the body
            log.exception("The envelope %s fails on a body of %s", self.source.format, self.source.name)
            return None

    def _further(self, event: str, address: str, file: str, part: str, ingested_at: str) -> list[tuple[str, bytes]]:
        given: Mapping[str, str] = {
            "event": event, "address": address, "file": file, "part": part,
            FIRST_ARRIVAL: ingested_at if self.settings.ticks == "log" else "",
        }  # fmt: skip
        return [(name, text.encode("utf-8", "replace")) for name, text in given.items() if text]

    def _note(self, done: asyncio.Future[Any], began: float) -> None:
        if not done.cancelled() and done.exception() is None:
            self._received += 1
            self.metrics.confirmed(time.perf_counter() - began)
