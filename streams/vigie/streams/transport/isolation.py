"""A poison record is not a crash loop: which records of a batch to process together, alone, or not at all.

A crash journal in the data folder notes, per partition, which offsets are in work. It survives crashes that no
exception handler sees (a segmentation fault, the memory killer), since the kernel keeps what was written. After three
crashes on one range its records are processed one by one; the record that crashes alone is set aside as a dead letter
with its traceback (docs/adr/0004), each time it is read until its offset is committed. A death without a traceback
must hit the same lone record twice, since it may as well have come from outside. Workers of one role on one machine
share the folder, so a partition keeps its history when another worker takes it over.
"""

import json
import logging
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from vigie.streams.transport.step import Batch, CannotGoOnError

log = logging.getLogger(__name__)

CRASHES_BEFORE_ISOLATION = 3
LONE_DEATHS = 2
"""Deaths without a traceback on one record alone, before it is set aside."""
NOTE_BYTES = 64
TRACEBACK_LIMIT = 20_000
NO_TRACEBACK = "The worker died without a traceback (a signal, or the kernel ended it) while it processed this record."


@dataclass(slots=True)
class _History:
    """What crashed in a partition and is not committed yet.

    Attributes:
        first, last: the range of offsets, both inclusive, that the latest crashes have in common.
        crashes: how many those are.
        lone_deaths: offset -> deaths without a traceback while its record alone was in work.
        poison: offset -> traceback, of the records to set aside; whatever the range.
    """

    first: int = 0
    last: int = -1
    crashes: int = 0
    lone_deaths: dict[str, int] = field(default_factory=dict)
    poison: dict[str, str] = field(default_factory=dict)

    def suspects(self, offset: int) -> bool:
        """Whether this record is to be processed alone."""
        return self.crashes >= CRASHES_BEFORE_ISOLATION and self.first <= offset <= self.last

    def crashed(self, first: int, last: int, *, alone: bool) -> None:
        """Count a crash within a range."""
        if last < self.first or first > self.last:
            self.first, self.last, self.crashes = first, last, 1
            return
        self.crashes += 1
        if not alone:
            self.first, self.last = max(first, self.first), min(last, self.last)

    def forget(self, last_offset: int) -> bool:
        """What is committed up to here is behind us; returns whether nothing is left."""
        for known in (self.lone_deaths, self.poison):
            for offset in [offset for offset in known if int(offset) <= last_offset]:
                del known[offset]
        if last_offset >= self.last:
            self.crashes = 0
        return not (self.crashes or self.poison or self.lone_deaths)


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a batch: to be processed as it is, or, with a traceback, to be set aside."""

    batch: Batch
    alone: bool = False
    traceback: str | None = None


class CrashJournal:
    """The journal of one role.

    Args:
        folder: `journal/<role>` of the data folder; made at need.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes: dict[tuple[str, int], int] = {}  # file descriptors, one per partition that we own
        self._histories: dict[tuple[str, int], _History] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotGoOnError(
                f"Folder {folder} cannot be made ({error.strerror}): set VIGIE_DATA to one that this user may write"
            ) from error

    # -- ownership

    def open(self, topic: str, partition: int) -> None:
        """Take a partition over, and count the crash that its former worker could not."""
        key = topic, partition
        if key in self._notes:
            return
        self._notes[key] = os.open(self._folder / f"{topic}-{partition}.work", os.O_RDWR | os.O_CREAT, 0o644)
        file = self._file(topic, partition)
        if file.exists():
            try:
                self._histories[key] = _History(**json.loads(file.read_text("utf-8")))
            except (ValueError, TypeError):
                file.unlink()
        note = os.pread(self._notes[key], NOTE_BYTES, 0).split()
        if len(note) == 3:
            first, last, alone = map(int, note)
            self._count(key, first, last, alone=bool(alone), traceback=None)

    def close(self) -> None:
        """Give all partitions up."""
        for descriptor in self._notes.values():
            os.close(descriptor)
        self._notes.clear()
        self._histories.clear()

    # -- around each batch

    def plan(self, batch: Batch) -> list[Piece]:
        """How to process a batch; nearly always as it is."""
        history = self._histories.get((batch.topic, batch.partition)) if self._histories else None
        if history is None:
            return [Piece(batch)]
        pieces: list[Piece] = []
        together: list[object] = []
        for record in batch:
            traceback = history.poison.get(str(record.offset))
            if traceback is None and not history.suspects(record.offset):
                together.append(record)
                continue
            if together:
                pieces.append(Piece(_part(batch, together)))
                together = []
            pieces.append(Piece(_part(batch, [record]), alone=True, traceback=traceback))
        if len(together) == len(batch):
            return [Piece(batch)]
        if together:
            pieces.append(Piece(_part(batch, together)))
        return pieces

    def begin(self, piece: Piece) -> None:
        """Note that these offsets are in work."""
        batch = piece.batch
        note = b"%d %d %d" % (batch.first_offset, batch.last_offset, piece.alone)
        os.pwrite(self._notes[batch.topic, batch.partition], note.ljust(NOTE_BYTES), 0)

    def end(self, piece: Piece) -> None:
        """Note that they are done."""
        os.pwrite(self._notes[piece.batch.topic, piece.batch.partition], b" " * NOTE_BYTES, 0)

    def crashed(self, piece: Piece, traceback: str) -> None:
        """Count a crash of which we have the traceback."""
        batch = piece.batch
        key = batch.topic, batch.partition
        self._count(key, batch.first_offset, batch.last_offset, alone=piece.alone, traceback=traceback)

    def passed(self, topic: str, partition: int, last_offset: int) -> None:
        """Offsets up to this one are committed: forget what crashed before it."""
        history = self._histories.get((topic, partition))
        if history is None:
            return
        if history.forget(last_offset):
            del self._histories[topic, partition]
            self._file(topic, partition).unlink(missing_ok=True)
        else:
            self._keep(topic, partition, history)

    def has_histories(self) -> bool:
        """Whether any owned partition has crashed."""
        return bool(self._histories)

    def _count(self, key: tuple[str, int], first: int, last: int, *, alone: bool, traceback: str | None) -> None:
        topic, partition = key
        history = self._histories.setdefault(key, _History())
        history.crashed(first, last, alone=alone)
        if alone:
            offset = str(first)
            deaths = history.lone_deaths[offset] = history.lone_deaths.get(offset, 0) + 1
            if traceback is not None or deaths >= LONE_DEATHS:
                history.poison[offset] = (traceback or NO_TRACEBACK)[-TRACEBACK_LIMIT:]
        log.warning(
            "Crash %d on %s/%d within offsets %d to %d", history.crashes, topic, partition, history.first, history.last
        )
        self._keep(topic, partition, history)
        os.pwrite(self._notes[key], b" " * NOTE_BYTES, 0)

    def _keep(self, topic: str, partition: int, history: _History) -> None:
        file = self._file(topic, partition)
        partial = file.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(history)), "utf-8")
        partial.replace(file)

    def _file(self, topic: str, partition: int) -> Path:
        return self._folder / f"{topic}-{partition}.json"


def _part(batch: Batch, records: list[object]) -> Batch:
    return Batch(records, topic=batch.topic, partition=batch.partition, fetched_at=batch.fetched_at)
