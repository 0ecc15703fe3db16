"""The crash journal: three crashes on one range, then one by one, then set aside."""

import asyncio
import itertools
import json
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from vigie.streams.transport.clock import ZombieGuard
from vigie.streams.transport.flow import Crashes
from vigie.streams.transport.isolation import NO_TRACEBACK, CrashJournal, Piece
from vigie.streams.transport.sink_flow import SinkFlow
from vigie.streams.transport.step import Batch, CannotGoOnError, Outputs


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

    def run(self, *works: Batch, crash: Collection[int] = (), die: Collection[int] = ()) -> bool:
        """Process batches, and commit them together in the end."""
        for work in works:
            for piece in self.journal.plan(work):
                offsets = [record.offset for record in piece.batch]
                if piece.traceback is not None:
                    self.poison[offsets[0]] = piece.traceback
                    continue
                self.journal.begin(piece)
                if set(die) & set(offsets):
                    return False
                for offset in offsets:
                    if offset in crash:
                        self.journal.crashed(piece, f"Traceback: {offset}")
                        return False
                self.journal.end(piece)
                self.done += offsets
        for work in works:
            self.journal.passed("raw.lora", 3, work.last_offset)
        return True


def test_a_crashing_record_is_alone_after_three_crashes_and_set_aside_after_the_fourth(tmp_path: Path) -> None:
    for first in (0, 0, 2):  # the batch need not be cut at the same place each time
        assert not Life(tmp_path).run(batch(first, 20), crash=[7])
    fourth = Life(tmp_path)
    assert not fourth.run(batch(0, 30), crash=[7])
    assert fourth.done == [0, 1, 2, 3, 4, 5, 6]
    fifth = Life(tmp_path)
    assert fifth.run(batch(0, 30))
    assert fifth.poison == {7: "Traceback: 7"}
    assert fifth.done == [n for n in range(31) if n != 7]
    assert Life(tmp_path).run(batch(31, 40)), "the history is behind us"
    assert list(tmp_path.glob("*.json")) == []


def test_a_death_without_traceback_must_hit_the_same_lone_record_twice(tmp_path: Path) -> None:
    for _ in range(3):
        assert not Life(tmp_path).run(batch(0, 20), die=[7])
    assert not Life(tmp_path).run(batch(0, 20), die=[7])
    once = Life(tmp_path)
    assert not once.run(batch(0, 20), die=[7]), "one lone death may have come from outside"
    last = Life(tmp_path)
    assert last.run(batch(0, 20))
    assert last.poison == {7: NO_TRACEBACK}


def lives_until_through(folder: Path, works: Sequence[Batch], crash: Collection[int]) -> tuple[int, Life]:
    """How many workers fell before one came through, and that one."""
    for fallen in range(30):
        life = Life(folder)
        if life.run(*works, crash=crash):
            return fallen, life
    raise AssertionError("no worker came through")


def test_all_poison_records_of_a_range_are_found(tmp_path: Path) -> None:
    fallen, life = lives_until_through(tmp_path, [batch(0, 20)], crash=[7, 12, 20])
    assert life.poison.keys() == {7, 12, 20}
    assert fallen == 3 + 3
    assert life.done == [n for n in range(20) if n not in (7, 12)]


def test_poison_records_of_two_batches_that_are_read_again_together_are_found(tmp_path: Path) -> None:
    """What is known of the first batch must outlive the crashes of the second."""
    fallen, life = lives_until_through(tmp_path, [batch(0, 20), batch(21, 40)], crash=[7, 30])
    assert life.poison.keys() == {7, 30}
    assert fallen == 4 + 4


def test_batches_that_are_cut_differently_each_time(tmp_path: Path) -> None:
    cuts = itertools.cycle([[batch(0, 12), batch(13, 40)], [batch(0, 40)], [batch(0, 31), batch(32, 40)]])
    for _ in range(30):
        life = Life(tmp_path)
        if life.run(*next(cuts), crash=[7, 30, 35]):
            break
    assert life.poison.keys() == {7, 30, 35}


class Sink:
    """Takes everything but some offsets."""

    name = "sink"
    inputs = ("raw.lora",)

    def __init__(self, refused: Collection[int]) -> None:
        self.refused = refused
        self.taken: list[int] = []

    async def write(self, batches: list[Batch]) -> None:
        offsets = [record.offset for one in batches for record in one]
        if bad := set(self.refused) & set(offsets):
            raise ValueError(f"bug on {bad}")
        self.taken += offsets


class Event:
    def __init__(self, value: Batch) -> None:
        self.value = value

    def ack(self) -> None: ...


class Letters:
    """Stands in for the dead letters and their topic: notes which records were set aside."""

    def __init__(self) -> None:
        self.offsets: list[int] = []

    def poison(self, _out: Outputs, _batch: Batch, record: Record, _traceback: str) -> None:
        self.offsets.append(record.offset)

    async def send(self, _out: Outputs, _source: object = None) -> dict[object, int]:
        return {}


async def test_a_sink_whose_writes_hold_several_batches_finds_its_poison_records(tmp_path: Path) -> None:
    for _ in range(30):
        sink, letters, journal = Sink([1030, 2500]), Letters(), CrashJournal(tmp_path)
        for number in (3, 4):
            journal.open("raw.lora", number)
        crashes = Crashes("sink", journal, letters, ZombieGuard(10))
        flow = SinkFlow("sink", sink, output=letters, crashes=crashes, commit=lambda: asyncio.sleep(0))
        works = [batch(0, 999), batch(1000, 1999), batch(2000, 2999), batch(0, 99, partition=4)]
        try:
            await flow._write([Event(work) for work in works])
        except ValueError:
            continue
        break
    assert letters.offsets == [1030, 2500]
    assert sorted(sink.taken) == sorted([*range(100), *(n for n in range(3000) if n not in (1030, 2500))])
    assert not journal.has_histories()


def test_crashes_of_different_ranges_do_not_add_up(tmp_path: Path) -> None:
    for start in (0, 100, 200, 300):
        assert not Life(tmp_path).run(batch(start, start + 9), crash=[start])
    assert Life(tmp_path).run(batch(300, 309))


def test_the_usual_batch_is_one_piece(tmp_path: Path) -> None:
    journal = CrashJournal(tmp_path)
    journal.open("raw.lora", 3)
    work = batch(0, 9)
    assert journal.plan(work) == [Piece(work)]


def test_another_partition_is_not_touched(tmp_path: Path) -> None:
    for _ in range(3):
        assert not Life(tmp_path).run(batch(0, 9), crash=[1])
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
