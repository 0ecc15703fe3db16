"""The data folder of an installation: who uses it, and what runs on it."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from vigie.deploy.console_words import say
from vigie.deploy.embedded.failed_start import disk_errors
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings

ORPHAN_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class ChildStatus:
    """One line of `vigie status`.

    Attributes:
        name: service or role.
        state: waiting, starting, up, silent (runs, but does not answer), restarting, stopped.
        pid: 0 when there is no process.
        memory_mb: resident memory.
        restarts: how often it was started again.
        port: of its server; a role's is that of /metrics and /healthz.
        url: of its pages, if it has some.
        log: its log file.
    """

    name: str
    state: str
    pid: int = 0
    memory_mb: int = 0
    restarts: int = 0
    port: int = 0
    url: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What `vigie up` writes down about itself, for the other commands; it holds a password, so it is ours alone."""

    pid: int
    kafka: str
    database: str
    schema_registry: str
    http_port: int
    registry_port: int
    ticks: str
    partitions: int
    children: list[ChildStatus]

    def write(self, data: Path) -> None:
        """Replace data/run.json in one step."""
        fresh = data / ".run.json.new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=1)
        fresh.replace(data / "run.json")

    @classmethod
    def read(cls, data: Path) -> "RunRecord | None":
        """The last one written, whether or not it still runs; None if there is none that can be read."""
        try:
            values: dict[str, Any] = json.loads((data / "run.json").read_text("utf-8"))
            children = [ChildStatus(**child) for child in values.pop("children")]
            return cls(**values, children=children)
        except (FileNotFoundError, PermissionError, ValueError, TypeError, KeyError):
            return None


@contextmanager
def exclusive(data: Path, language: str = "fr") -> Iterator[None]:
    """Hold the data folder, made at need, for one `vigie up` alone; the kernel lets go when the process ends.

    Args:
        data: the folder.
        language: of the sentence that refuses.

    Raises:
        OperatorError: another one holds it, or the folder cannot be written.
    """
    with disk_errors(data):
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+") as file:
        for attempt in range(5):  # `vigie status` holds it for an instant when it looks
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt < 4:
                    time.sleep(0.05)
        else:
            raise OperatorError(say(language, "folder_in_use", data=data, pid=file.read().strip() or "?"), Exit.IN_USE)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(data: Path) -> int:
    """The pid of the `vigie up` that holds the data folder, 0 if none does."""
    try:
        with (data / "lock").open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read().strip() or 0)
    except (FileNotFoundError, PermissionError):
        pass
    return 0


def running(data: Path) -> RunRecord | None:
    """What runs on the data folder now; None if nothing does."""
    pid = holder(data)
    record = RunRecord.read(data)
    return record if pid and record is not None and record.pid == pid else None


def end_orphans(data: Path) -> None:
    """End what a killed `vigie up` has left: nothing on Linux, where the kernel does it, after a moment."""
    record = RunRecord.read(data)
    if record is None:
        return
    left = list(_ours(record.children))
    _, alive = psutil.wait_procs(left, timeout=ORPHAN_LIMIT_S)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=ORPHAN_LIMIT_S)


def _ours(children: Iterable[ChildStatus]) -> Iterator[psutil.Process]:
    for child in children:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(child.pid)
            line = " ".join(process.cmdline())
            # Pids are used again: only a process that looks like the child is taken for it.
            if child.pid and any(mark in line for mark in ("kafka.Kafka", "postgres", f"worker {child.name}")):
                yield process


def settings_here(environment: dict[str, str] | None = None) -> Settings:
    """The settings, completed by the addresses of the `vigie up` that runs on this data folder.

    Args:
        environment: of variables; None: the process's.

    Raises:
        OperatorError: neither VIGIE_KAFKA is set nor does anything run here.
    """
    settings = Settings.from_env(os.environ if environment is None else environment)
    if settings.kafka and settings.database:
        return settings
    record = running(settings.data)
    if record is None:
        if settings.kafka or settings.database:
            return settings
        raise OperatorError(say(settings.language, "no_installation", data=settings.data), Exit.NOT_RUNNING)
    return replace(
        settings,
        kafka=settings.kafka or record.kafka,
        database=settings.database or record.database,
        schema_registry=settings.schema_registry or record.schema_registry,
        http_port=record.http_port or settings.http_port,
        registry_port=record.registry_port or settings.registry_port,
        ticks=record.ticks,
        partitions=record.partitions,
    )
