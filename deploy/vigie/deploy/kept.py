"""One service or role under the supervisor: launched, looked at, started again after a pause when it falls."""

import re
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vigie.deploy.embedded.failed_start import FULL, ROOM, disk_errors
from vigie.deploy.embedded.leashed import Leashed
from vigie.deploy.installation import ChildStatus
from vigie.deploy.operator_error import OperatorError
from vigie.deploy.preflight import ROOM_BYTES

LOOK_S = 0.2
HEALTH_S = 2.0
BACK_OFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Pause before the first, second, ... restart in a row."""
STEADY_S = 60.0
"""Who has run so long starts again after the first pause."""
STARTS_TRIED = 3
"""A first start that fails so often in a row is the operator's to mend."""

LINE_LIMIT = 300
ERRORS = ("ERROR", "CRITICAL", "FATAL", "PANIC")
INFORMS = ("INFO", "DEBUG", "LOG")
"""LOG is what PostgreSQL calls it."""
LEVEL = re.compile(r"\b(" + "|".join((*ERRORS, *INFORMS, "WARNING", "WARN")) + r")\b")
RAISED = re.compile(r"[\w.]+(Error|Exception)\b(:|$)")
"""How a traceback ends."""


class Service(Protocol):
    """What can be kept alive: the embedded services and the roles."""

    name: str
    port: int
    process: Leashed | None

    @property
    def log(self) -> Path:
        """Its log file."""

    def launch(self) -> None:
        """Start the process without waiting."""

    def answers(self) -> bool:
        """Whether it does its work."""

    def check_started(self) -> None:
        """Raise an OperatorError if the process has ended."""

    def stop(self) -> None:
        """Stop in order."""

    def kill9(self) -> None:
        """End at once."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the operator should see.

    Attributes:
        kind: up, silent (runs, but does not answer), fell, stopped; unrecorded (what `vigie status` shows is old).
        name: service or role, or the file that cannot be written.
        detail: address, or for a fall the pause before the restart and the last words of its log.
    """

    kind: str
    name: str
    detail: str = ""


class Kept:
    """One service and how it fares.

    Args:
        service: to keep alive.
        tell: told what happens.
        probed: whether `answers` is asked again once it is up; else a living process is enough.
    """

    def __init__(self, service: Service, tell: Callable[[Event], None], *, probed: bool) -> None:
        self.service = service
        self.state = "waiting"
        self.restarts = 0
        self.falls = 0
        self._tell = tell
        self._probed = probed
        self._started_at = 0.0
        self._retry_at = 0.0
        self._asked_at = 0.0

    def launch(self) -> None:
        """Start the process."""
        self._started_at = time.monotonic()
        self.state = "starting"
        self.service.launch()

    def look(self) -> None:
        """See whether it runs and answers; start it again when its pause is over."""
        if self.state == "waiting":
            return
        now = time.monotonic()
        if self.state == "restarting":
            if now >= self._retry_at:
                try:
                    with disk_errors(self.service.log.parent):
                        self.launch()
                except OperatorError as error:
                    self._fall(now, error.message)
            return
        process = self.service.process
        if process is None or not process.running():
            self._fall(now, _last_words(process) + _disk_words(process, self.service.log.parent))
            return
        if now - self._started_at > STEADY_S:
            self.falls = 0
        if self.state != "up" or self._probed:
            self._probe(now)

    def give_up_if_hopeless(self) -> None:
        """During the first start: raise when it fell too often.

        Raises:
            OperatorError: with the service's own words.
        """
        if self.falls >= STARTS_TRIED:
            self.service.check_started()

    def stop(self) -> None:
        """Stop it in order."""
        if self.service.process is not None:
            self.state = "stopping"
            self.service.stop()
            self._tell(Event("stopped", self.service.name))
        self.state = "stopped"

    def status(self) -> ChildStatus:
        """One line about it."""
        process = self.service.process
        return ChildStatus(
            name=self.service.name,
            state=self.state,
            pid=process.pid if process else 0,
            memory_mb=process.memory() // 1_000_000 if process else 0,
            restarts=self.restarts,
            port=self.service.port,
            url=getattr(self.service, "url", ""),
            log=str(self.service.log),
        )

    def _probe(self, now: float) -> None:
        if now - self._asked_at < (LOOK_S if self.state == "starting" else HEALTH_S):
            return
        answers = self.service.answers()
        self._asked_at = time.monotonic()
        if answers and self.state != "up":
            self.state = "up"
            self._tell(Event("up", self.service.name, getattr(self.service, "url", "") or f":{self.service.port}"))
        elif not answers and self.state == "up":
            self.state = "silent"
            self._tell(Event("silent", self.service.name, str(self.service.log)))

    def _fall(self, now: float, words: str) -> None:
        pause = BACK_OFF_S[min(self.falls, len(BACK_OFF_S) - 1)]
        self.restarts += 1
        self.falls += 1
        self._retry_at = now + pause
        self.state = "restarting"
        self._tell(Event("fell", self.service.name, f"{pause:g} s; {words}; {self.service.log}"))


def _last_words(process: Leashed | None) -> str:
    """How a process has ended, and the line of its log that may say why."""
    if process is None:
        return "gone"
    code = process.exit_code() or 0
    killed = f": killed by {signal.Signals(-code).name}" if -code in list(signal.Signals) else ""
    line = _telling_line(process.said())
    return f"exit code {code}{killed}" + (f": {line[:LINE_LIMIT]}" if line else "")


def _disk_words(process: Leashed | None, folder: Path) -> str:
    """What to do where a full disk may be why it fell; its folder's disk is the data folder's."""
    if process is not None and FULL in process.said():
        return f"; the disk is full. {ROOM}"
    free = shutil.disk_usage(folder).free
    return f"; the disk has only {free // 1_000_000} MB free. {ROOM}" if free < ROOM_BYTES else ""


def _telling_line(said: str) -> str:
    r"""The last line that tells of an error, else the last line, unless it only informs.

    >>> _telling_line("10:01 ERROR role: no such table\n10:02 INFO role: ended")
    '10:01 ERROR role: no such table'
    >>> _telling_line("10:02 INFO role: ready")
    ''
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if _level(line) in ERRORS or RAISED.match(line)]
    if errors:
        return errors[-1]
    return lines[-1] if lines and _level(lines[-1]) not in INFORMS else ""


def _level(line: str) -> str:
    found = LEVEL.search(line)
    return found[0] if found else ""
