"""A watched folder: only what is new, at line ends, with its heading; links are not followed; a crash repeats."""

import asyncio
import hashlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from streams.connectors.receiving import Receiving, headers, wait_until

from vigie.streams.intake.files import Files, Pattern
from vigie.streams.intake.kept import Kept

SOURCES = """
[[source]]
name = "ill"
kind = "folder"
net = "cellular"
format = "logger-csv"
path = "{folder}"
pattern = "{{device}}.csv*"
layout = "station"
every_s = 0.2

[[source]]
name = "whole"
kind = "folder"
net = "other"
format = "senml-json"
path = "{folder}"
pattern = "*.json"
cut = "whole"
every_s = 0.2

[[source]]
name = "toa5"
kind = "folder"
net = "cellular"
format = "campbell-toa5"
path = "{folder}"
pattern = "*.dat"
every_s = 0.2

[[layout]]
name = "station"
time = "Date"
header_line = 2
columns = [{{ name = "h", property = "water_depth" }}]
"""
HEAD = "Station;ill\nDate;h\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def role(kafka: str, tmp_path: Path, inbox: Path) -> Iterator[Receiving]:
    with Receiving(kafka, tmp_path, SOURCES.format(folder=inbox)) as one:
        one.wait_up("ill")
        yield one


def rows(*numbers: int) -> str:
    return "".join(f"2026-11-23T{n // 60 % 24:02}:{n % 60:02}:00Z;{n}\n" for n in numbers)


def texts(role: Receiving) -> list[str]:
    found = sorted(role.records("raw.cellular"), key=lambda record: (record.partition(), record.offset()))
    return [record.value().decode() for record in found]


def settled(role: Receiving, number: int) -> list[str]:
    role.wait_bodies(number, "raw.cellular")
    time.sleep(0.7)
    return texts(role)


def test_a_file_is_sent_and_then_only_what_is_appended_to_it(role, inbox):
    file = inbox / "st7.csv"
    file.write_text(HEAD + rows(1, 2) + "2026-11-23T00:0")
    assert settled(role, 1) == [HEAD + rows(1, 2)]
    with file.open("a") as more:
        more.write("3:00Z;3\n" + rows(4))
    assert settled(role, 2) == [HEAD + rows(1, 2), HEAD + rows(3, 4)]
    file.touch()
    file.write_text(file.read_text())  # the same file again changes nothing
    time.sleep(1.5)
    assert len(texts(role)) == 2
    (record, _) = role.records("raw.cellular")
    assert record.key() in (b"src:ill", b"src:ill:st7")
    assert {"connector": "folder", "file": "st7.csv", "layout": "station", "address": "src:ill:st7"}.items() <= headers(
        record
    ).items()


def test_a_file_written_anew_and_one_that_was_rotated(role, inbox):
    (inbox / "st7.csv").write_text(HEAD + rows(1, 2))
    assert settled(role, 1) == [HEAD + rows(1, 2)]
    (inbox / "st7.csv").write_text((HEAD + rows(1, 2)) + rows(3))  # grows, and is renamed before we look
    (inbox / "st7.csv").rename(inbox / "st7.csv.1")
    assert settled(role, 2)[1] == HEAD + rows(3)
    (inbox / "st7.csv").write_text(HEAD + rows(10))
    assert settled(role, 3)[2] == HEAD + rows(10)
    (inbox / "st7.csv").write_text(HEAD + rows(20))
    assert settled(role, 4)[3] == HEAD + rows(20)


def test_a_station_whose_file_is_the_same_as_anothers_is_not_taken_for_it(role, inbox):
    (inbox / "st7.csv").write_text(HEAD + rows(1))
    settled(role, 1)
    (inbox / "st7.csv").unlink()
    (inbox / "st8.csv").write_text(HEAD + rows(1))
    assert settled(role, 2) == [HEAD + rows(1)] * 2


def test_a_file_over_the_limit_is_cut_between_records(role, inbox):
    (inbox / "st7.csv").write_text(HEAD + rows(*range(90_000)))
    role.wait_bodies(4, "raw.cellular")
    found = {headers(record)["part"]: record.value().decode() for record in role.records("raw.cellular")}
    assert sorted(found) == ["1/4", "2/4", "3/4", "4/4"]
    assert all(text.startswith(HEAD) and len(text) < 900_000 for text in found.values())
    assert "".join(found[part].removeprefix(HEAD) for part in sorted(found)) == rows(*range(90_000))


def test_names_of_files_being_written_links_and_folders_are_left_alone(role, inbox, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(HEAD + rows(99))
    for name in (".st7.csv", "st7.csv.tmp", "st7.csv.part", "~st7.csv"):
        (inbox / name).write_text(HEAD + rows(98))
    (inbox / "link.csv").symlink_to(secret)
    (inbox / "folder.csv").mkdir()
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "st7.csv").write_text(HEAD + rows(1))
    assert settled(role, 1) == [HEAD + rows(1)]
    assert role.metric("vigie_receive_refused_total", source="ill", reason="no_file") == 3
    (inbox / "st7.csv.part").rename(inbox / "st9.csv")
    assert len(settled(role, 2)) == 2


def test_a_file_that_is_one_record_is_sent_whole_and_again_when_it_changes(role, inbox):
    file = inbox / "pack.json"
    file.write_text('[{"n": "t", "v": 1}]')
    role.wait_bodies(1, "raw.other")
    file.touch()
    time.sleep(1)
    file.write_text('[{"n": "t", "v": 2}]')
    assert len(role.wait_bodies(2, "raw.other")) == 2
    (inbox / "big.json").write_bytes(b"x" * 900_001)
    (letter,) = wait_until(role.dead_letters, 20, role.text)
    assert letter.reason == "too_large"
    assert letter.body_hash == hashlib.sha256(b"x" * 900_001).hexdigest()


def test_killed_between_confirmation_and_cursor_it_repeats_and_loses_nothing(role, inbox):
    """The cursor of before the last send is what a kill -9 between the two leaves."""
    file = inbox / "st7.csv"
    file.write_text(HEAD + rows(1))
    settled(role, 1)
    cursor = role.settings.data / "receive/ill.json"
    before = cursor.read_bytes()
    with file.open("a") as more:
        more.write(rows(2))
    settled(role, 2)
    assert cursor.read_bytes() != before
    role.end(signal.SIGKILL)
    cursor.write_bytes(before)
    role.start()
    assert settled(role, 3) == [HEAD + rows(1), HEAD + rows(2), HEAD + rows(2)]
    role.end(signal.SIGKILL)
    for number, damaged in enumerate((b"{half", b'{"st7.csv\xff": 1}', b"[" * 100_000, bytes(300)), 4):
        cursor.write_bytes(damaged)  # and a cursor that cannot be read is none
        role.start()
        assert settled(role, number)[number - 1] == HEAD + rows(1, 2)
        assert "Traceback" not in role.text()
        role.end(signal.SIGKILL)


def test_a_file_cut_off_between_the_look_and_the_reading_is_no_dead_letter():
    class Feed:
        kept = Kept(Path("/nonexistent"), "ill")
        said: ClassVar[list[str]] = []

        def refused(self, reason):
            self.said.append(reason)

        async def set_aside(self, *_, **__):
            self.said.append("dead letter")

    class Cut:
        name, size, mtime = "st7.csv", 1000, 1.0

        async def read(self, offset, size):
            return b"half a line"[offset : offset + size]

        async def close(self):
            pass

    async def look():
        files = Files(Feed(), Pattern("*.csv", "ill"), cut="lines", header_lines=0)
        files._feed.kept.save = lambda _: None
        for _ in range(2):
            assert await files.look([Cut()]) == 0

    asyncio.run(look())
    assert "dead letter" not in Feed.said


def test_a_campbell_table_repeats_its_four_lines(role, inbox):
    head = '"TOA5","ill"\n"TIMESTAMP","RECORD","Lvl_m"\n"TS","RN","m"\n"","","Smp"\n'
    table = inbox / "table1.dat"
    table.write_text(head + '"2026-11-23 10:00:00",1,1.2\n')
    assert settled(role, 1) == [head + '"2026-11-23 10:00:00",1,1.2\n']
    with table.open("a") as more:
        more.write('"2026-11-23 10:15:00",2,1.3\n')
    assert head + '"2026-11-23 10:15:00",2,1.3\n' in settled(role, 2)


def test_a_folder_that_is_not_there_is_down_and_comes_up(role, inbox):
    for file in inbox.iterdir():
        file.unlink()
    inbox.rmdir()
    wait_until(lambda: "cannot be read" in role.text(), 20, role.text)
    assert role.metric("vigie_connector_up", source="ill") == 0
    inbox.mkdir()
    (inbox / "st7.csv").write_text(HEAD + rows(5))
    assert settled(role, 1) == [HEAD + rows(5)]
