"""Runs a sink: batches are gathered into larger writes, and acked when the sink says that they are safe."""

import asyncio
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from vigie.streams import metrics
from vigie.streams.transport.changelog import Snapshot
from vigie.streams.transport.flow import Crashes, Gate, Timer, cancelled
from vigie.streams.transport.isolation import Piece
from vigie.streams.transport.output import Output
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, CannotGoOnError, Outputs, SinkStep

WRITE_RECORDS = 20_000
WRITE_BYTES = 12_000_000
WRITE_WAIT_S = 0.5
"""A write is made of so many records, or bytes of values, or what came within so many seconds."""


class SinkFlow:
    """The flow of a sink.

    While one portion is written, one more is gathered and no further event is taken: a database that is away costs no
    memory. `Args` as StreamFlow's.
    """

    def __init__(
        self,
        role: str,
        sink: SinkStep,
        *,
        output: Output,
        crashes: Crashes,
        commit: Callable[[], Any],
    ) -> None:
        self.gate = Gate()
        self.states: tuple[SavedState[Any], ...] = getattr(sink, "states", ())
        self._role = role
        self._sink = sink
        self._output = output
        self._crashes = crashes
        self._commit = commit
        self._gathered: list[Any] = []
        self._records = 0
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._hurry = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()
        self._writing: asyncio.Task[None] | None = None
        self._taking = False
        if hasattr(sink, "bind"):
            sink.bind(self.save)

    async def claim(self) -> None:
        """Nothing: a sink fences a former owner where it writes."""

    async def take(self, event: Any) -> None:
        """Gather one batch event, as soon as there is room."""
        self._taking = True
        while (self._records >= WRITE_RECORDS or self._bytes >= WRITE_BYTES) and self.gate.is_open:
            self.gate.changed.clear()
            await self.gate.changed.wait()
        self._taking = False
        if not self.gate.is_open:
            return
        batch: Batch = event.value
        self._gathered.append(event)
        self._records += len(batch)
        self._bytes += sum([len(record.value or b"") for record in batch])
        self._arrived.set()
        if self._records >= WRITE_RECORDS or self._bytes >= WRITE_BYTES:
            self._hurry.set()

    async def run(self) -> None:
        """Write, for ever."""
        while True:
            self._written.set()
            await self._arrived.wait()
            try:
                async with asyncio.timeout(WRITE_WAIT_S):
                    await self._hurry.wait()
            except TimeoutError:
                pass
            self._written.clear()
            events, self._gathered = self._gathered, []
            self._records = self._bytes = 0
            self._arrived.clear()
            self._hurry.clear()
            self.gate.changed.set()
            if events and self.gate.is_open:
                self._writing = asyncio.create_task(self._write(events))
                await asyncio.wait({self._writing})
                if not self._writing.cancelled():
                    self._writing.result()

    async def _write(self, events: list[Any]) -> None:
        timer = Timer()
        batches: list[Batch] = [event.value for event in events]
        pieces = [piece for batch in batches for piece in self._crashes.journal.plan(batch)]
        if self._crashes.journal.has_histories():  # one after the other, so that a crash names its batch
            for piece in pieces:
                await self._write_pieces([piece])
        else:
            await self._write_pieces(pieces)
        await self.save()
        for event in events:
            event.ack()
        await self._commit()
        self._crashes.passed(batches)
        for batch in batches:
            metrics.records_in.labels(self._role, batch.topic).inc(len(batch))
            batch.confirmed = True
        metrics.batch_records.labels(self._role).observe(sum(map(len, batches)))
        metrics.checkpoint_seconds.labels(self._role).observe(timer())

    async def _write_pieces(self, pieces: list[Piece]) -> None:
        journal, batches = self._crashes.journal, []
        for piece in pieces:
            if piece.traceback is not None:
                await self._set_aside(piece)
            batches.append(piece.batch if piece.traceback is None else _emptied([piece]))
        in_work = _spans(pieces)
        for span in in_work:
            journal.begin(span)
        self._crashes.guard.check()
        timer = Timer()
        try:
            await self._sink.write(batches)
        except Exception as error:
            if not isinstance(error, CannotGoOnError):  # that one knows what it does, and is no crash
                text = traceback.format_exc()
                for span in in_work:
                    journal.crashed(span, text)
            raise
        finally:
            for span in in_work:
                journal.end(span)
        metrics.step_seconds.labels(self._role, self._sink.name).observe(timer())

    async def _set_aside(self, piece: Piece) -> None:
        out = Outputs()
        self._crashes.poison(out, piece)
        await self._output.send(out, piece.batch)

    async def save(self) -> None:
        """Write the changed states, and return when Kafka has them."""
        await Snapshot(self.states).save(self._output)

    # -- what the harness asks

    async def finish(self) -> None:
        """Wait for the write that is under way; what is only gathered is left, it will be read again."""
        self._gathered = []
        self._records = self._bytes = 0
        await self._written.wait()

    def pending(self) -> bool:
        """Whether a write is under way."""
        return not self._written.is_set()

    def oldest_s(self) -> float:
        """0: how long a write may take is the sink's affair, for its database may be away for hours."""
        return 0.0

    def idle(self) -> bool:
        """Whether it waits for batches."""
        return not self._taking and not self._gathered and self._written.is_set()

    async def abandon(self) -> None:
        """Forget what was gathered, and end what the sink does by itself."""
        await cancelled(self._writing)
        if hasattr(self._sink, "pause"):
            await self._sink.pause()
        self._gathered = []
        self._records = self._bytes = 0


def _spans(pieces: Sequence[Piece]) -> list[Piece]:
    """The offsets in work, as one piece per partition, so that a crash counts once in each."""
    spans: dict[tuple[str, int], list[Piece]] = {}
    for piece in pieces:
        if piece.traceback is None:
            spans.setdefault((piece.batch.topic, piece.batch.partition), []).append(piece)
    return [Piece(_emptied(some), alone=some[0].alone) for some in spans.values()]


def _emptied(pieces: Sequence[Piece]) -> Batch:
    """The offsets of pieces of one partition, without their records."""
    first, last = pieces[0].batch, pieces[-1].batch
    return Batch(
        (), topic=first.topic, partition=first.partition, first_offset=first.first_offset,
        last_offset=last.last_offset, fetched_at=first.fetched_at,
    )  # fmt: skip
