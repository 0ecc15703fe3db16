"""The crash journal: three crashes on one range, then one by one, then set aside."""

import json
from pathlib import Path

import pytest

from vigie.streams.transport.isolation import NO_TRACEBACK, CrashJournal, Piece
from vigie.streams.transport.step import Batch, CannotGoOnError


class Record:
    def __init__(self, offset: int) -> None:
        self.offset = offset


def batch(first: int, last: int, partition: int = 3) -> Batch:
    return Batch([Record(n) for n in range(first, last + 1)], topic="raw.lora", partition=partition)


class Life:
    """A worker that opens the journal, processes, and dies or crashes on some offsets."""

    def __init__(self, folder: Path) -> None:
        self.journal = CrashJournal(folder)
        self.journal.open("raw.lora", 3)
        self.done: list[int] = []
        self.poison: dict[int, str] = {}

    def run(self, work: Batch, *, crash: int = -1, die: int = -1) -> bool:
        for piece in self.journal.plan(work):
            offsets = [record.offset for record in piece.batch]
            if piece.traceback is not None:
                self.poison[offsets[0]] = piece.traceback
                continue
            self.journal.begin(piece)
            if die in offsets:
                return False
            if crash in offsets:
                self.journal.crashed(piece, f"Traceback: {crash}")
                return False
            self.journal.end(piece)
            self.done += offsets
        self.journal.passed("raw.lora", 3, work.last_offset)
        return True


def test_a_crashing_record_is_alone_after_three_crashes_and_set_aside_after_the_fourth(tmp_path: Path) -> None:
    for first in (0, 0, 2):  # the batch need not be cut at the same place each time
        assert not Life(tmp_path).run(batch(first, 20), crash=7)
    fourth = Life(tmp_path)
    assert not fourth.run(batch(0, 30), crash=7)
    assert fourth.done == [0, 1, 2, 3, 4, 5, 6]
    fifth = Life(tmp_path)
    assert fifth.run(batch(0, 30))
    assert fifth.poison == {7: "Traceback: 7"}
    assert fifth.done == [n for n in range(31) if n != 7]
    assert Life(tmp_path).run(batch(31, 40)), "the history is behind us"
    assert list(tmp_path.glob("*.json")) == []


def test_a_death_without_traceback_must_hit_the_same_lone_record_twice(tmp_path: Path) -> None:
    for _ in range(3):
        assert not Life(tmp_path).run(batch(0, 20), die=7)
    assert not Life(tmp_path).run(batch(0, 20), die=7)
    once = Life(tmp_path)
    assert not once.run(batch(0, 20), die=7), "one lone death may have come from outside"
    last = Life(tmp_path)
    assert last.run(batch(0, 20))
    assert last.poison == {7: NO_TRACEBACK}


def test_two_poison_records_of_one_range_are_both_found(tmp_path: Path) -> None:
    crashes = 0
    while crashes < 10:
        life = Life(tmp_path)
        culprit = 12 if 7 in {int(o) for h in life.journal._histories.values() for o in h.poison} else 7
        if life.run(batch(0, 20), crash=culprit) or life.poison.keys() >= {7, 12}:
            break
        crashes += 1
    assert life.poison.keys() == {7, 12} or crashes == 5


def test_crashes_of_different_ranges_do_not_add_up(tmp_path: Path) -> None:
    for start in (0, 100, 200, 300):
        assert not Life(tmp_path).run(batch(start, start + 9), crash=start)
    assert Life(tmp_path).run(batch(300, 309))


def test_the_usual_batch_is_one_piece(tmp_path: Path) -> None:
    journal = CrashJournal(tmp_path)
    journal.open("raw.lora", 3)
    work = batch(0, 9)
    assert journal.plan(work) == [Piece(work)]


def test_another_partition_is_not_touched(tmp_path: Path) -> None:
    for _ in range(3):
        assert not Life(tmp_path).run(batch(0, 9), crash=1)
    journal = CrashJournal(tmp_path)
    journal.open("raw.lora", 4)
    work = batch(0, 9, partition=4)
    assert journal.plan(work) == [Piece(work)]


def test_a_damaged_history_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "raw.lora-3.json").write_text(json.dumps({"what": 1}))
    assert Life(tmp_path).run(batch(0, 9))


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotGoOnError, match="set VIGIE_DATA to one that this user may write"):
        CrashJournal(tmp_path / "file" / "decode")
