"""What is said of a process that fell: how it ended, and the line of its log that tells why."""

import errno
import shutil
import sys
from pathlib import Path

import pytest
from supervised import dummy_supervisor

from vigie.deploy.embedded.leashed import Leashed
from vigie.deploy.installation import RunRecord
from vigie.deploy.kept import Event, Kept
from vigie.deploy.status_table import event_line


class Fallen:
    """A service whose process prints its last words and ends."""

    name, port, process = "one", 1, None

    def __init__(self, folder: Path, code: str) -> None:
        self.log = folder / "one.log"
        self._code = code

    def launch(self) -> None:
        self.process = Leashed([sys.executable, "-c", self._code], log=self.log)
        assert self.process.wait(10)


def fall_of(folder: Path, said: str, end: str = "sys.exit(1)") -> str:
    events: list[Event] = []
    kept = Kept(Fallen(folder, f"import os, sys; print({said!r}, flush=True); {end}"), events.append, probed=False)
    kept.launch()
    kept.look()
    (event,) = events
    assert event.kind == "fell"
    return event.detail


INFO = "2026-07-01 10:00:00,000 INFO vigie.role: partitions 0-11 owned"
ERROR = "2026-07-01 10:00:01,000 ERROR vigie.role: the schema was refused"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (INFO, "exit code 1; "),
        (f"{ERROR}\n{INFO}", f"exit code 1: {ERROR}; "),
        (f"{ERROR}\nTraceback (most recent call last):\n  File x\nKeyError: 'a'", "exit code 1: KeyError: 'a'; "),
        (f"{INFO}\nout of cheese", "exit code 1: out of cheese; "),
        ("… UTC [7] FATAL:  no pg_hba.conf\n… UTC [7] LOG:  is shut down", "exit code 1: … UTC [7] FATAL:  no pg_hba"),
        ("… UTC [7] LOG:  shut down after an ERROR", "exit code 1; "),
        ("", "exit code 1; "),
    ],
)
def test_the_line_that_tells_of_an_error_is_shown_and_not_the_last(said: str, told: str, tmp_path: Path):
    assert f"0.5 s; {told}" in fall_of(tmp_path, said)


def test_a_signal_has_its_name(tmp_path: Path):
    assert "exit code -9: killed by SIGKILL; " in fall_of(tmp_path, INFO, "os.kill(os.getpid(), 9)")


def test_a_fall_on_a_full_disk_says_what_to_do(tmp_path: Path):
    told = fall_of(tmp_path, f"PANIC:  could not write: No space left on device\n{INFO}")
    assert "No space left on device; the disk is full. Free some room, or set VIGIE_DATA" in told


def test_a_fall_on_a_disk_that_is_almost_full_says_so_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert "the disk" not in fall_of(tmp_path, INFO)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("vigie.deploy.kept.shutil.disk_usage", lambda _: usage._replace(free=5_000_000))
    assert "; the disk has only 5 MB free. Free some room" in fall_of(tmp_path, INFO)


def test_a_restart_that_meets_a_full_disk_is_a_fall_and_not_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    events: list[Event] = []
    service = Fallen(tmp_path, "")
    kept = Kept(service, events.append, probed=False)
    kept.launch()
    kept.look()

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(service, "launch", full)
    monkeypatch.setattr(kept, "_retry_at", 0.0)
    kept.look()
    assert "is full: No space left on device. Free some room" in events[-1].detail


def test_a_state_that_cannot_be_written_down_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RunRecord, "write", full)
    events: list[Event] = []
    with dummy_supervisor(tmp_path, "one", on_event=events.append):
        pass
    (told,) = [event for event in events if event.kind == "unrecorded"]
    assert event_line(told, "en") == (
        f"run.json cannot be written, so `vigie status` shows a past state ({tmp_path}: No space left on device)"
    )
