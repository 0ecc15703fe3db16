"""A poison record is not a crash loop: which records of a batch to process together, alone, or not at all.

A crash journal in the data folder notes, per partition, which offsets are in work. It survives crashes that no
exception handler sees (a segmentation fault, the memory killer), since the kernel keeps what was written. After three
crashes on one range its records are processed one by one; the record that crashes alone is set aside as a dead letter
with its traceback (docs/adr/0004). A death without a traceback must hit the same lone record twice, since it may as
well have come from outside. Workers of one role on one machine share the folder, so a partition keeps its history
when another worker takes it over.
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
    """What crashed in a partition: `crashes` times within `first` to `last` (offsets, inclusive)."""

    first: int
    last: int
    crashes: int = 1
    lone_deaths: dict[str, int] = field(default_factory=dict)
    poison: dict[str, str] = field(default_factory=dict)  # offset -> traceback


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
        history = self._folder / f"{topic}-{partition}.json"
        if history.exists():
            try:
                self._histories[key] = _History(**json.loads(history.read_text("utf-8")))
            except (ValueError, TypeError):
                history.unlink()
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
        if (
            history is None
            or history.crashes < CRASHES_BEFORE_ISOLATION
            or batch.last_offset < history.first
            or batch.first_offset > history.last
        ):
            return [Piece(batch)]
        pieces = []
        before = [record for record in batch if record.offset < history.first]
        if before:
            pieces.append(Piece(_part(batch, before)))
        for record in batch:
            if history.first <= record.offset <= history.last:
                traceback = history.poison.get(str(record.offset))
                pieces.append(Piece(_part(batch, [record]), alone=True, traceback=traceback))
        after = [record for record in batch if record.offset > history.last]
        if after:
            pieces.append(Piece(_part(batch, after)))
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
        """Offsets up to this one are committed: forget the history of a range that is behind us."""
        history = self._histories.get((topic, partition))
        if history is not None and last_offset >= history.last:
            del self._histories[topic, partition]
            (self._folder / f"{topic}-{partition}.json").unlink(missing_ok=True)

    def has_histories(self) -> bool:
        """Whether any owned partition has crashed."""
        return bool(self._histories)

    def _count(self, key: tuple[str, int], first: int, last: int, *, alone: bool, traceback: str | None) -> None:
        topic, partition = key
        history = self._histories.get(key)
        if history is None or last < history.first or first > history.last:
            history = self._histories[key] = _History(first, last)
        else:
            history.crashes += 1
            if not alone:
                history.first, history.last = max(first, history.first), min(last, history.last)
        if alone:
            offset = str(first)
            deaths = history.lone_deaths[offset] = history.lone_deaths.get(offset, 0) + 1
            if traceback is not None or deaths >= LONE_DEATHS:
                history.poison[offset] = (traceback or NO_TRACEBACK)[-TRACEBACK_LIMIT:]
        log.warning(
            "Crash %d on %s/%d within offsets %d to %d", history.crashes, topic, partition, history.first, history.last
        )
        file = self._folder / f"{topic}-{partition}.json"
        partial = file.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(history)), "utf-8")
        partial.replace(file)
        os.pwrite(self._notes[key], b" " * NOTE_BYTES, 0)


def _part(batch: Batch, records: list[object]) -> Batch:
    return Batch(records, topic=batch.topic, partition=batch.partition, fetched_at=batch.fetched_at)
