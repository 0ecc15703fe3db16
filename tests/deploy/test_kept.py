"""What is said of a process that fell: how it ended, and the line of its log that tells why."""

import sys
from pathlib import Path

import pytest

from vigie.deploy.embedded.leashed import Leashed
from vigie.deploy.kept import Event, Kept


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
