"""The jars of the embedded Kafka: pinned by coordinate and SHA-256, fetched once, checked at each start.

`kafka-jars.lock` has one line per jar. `python -m vigie.deploy.embedded.lock_jars` writes it anew after a change of
the versions in that file. jgo knows the repository and downloads; nothing is resolved at run time.
"""

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from vigie.deploy.operator_error import Exit, OperatorError

LOCK = Path(__file__).with_name("kafka-jars.lock")
ROOM_BYTES = 100_000_000
"""Free room that a first download asks for: the jars twice."""

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Told a file's name and bytes, gives a function to be told of bytes that arrived."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock."""

    group: str
    name: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """What the file is called.

        >>> Jar("org.slf4j", "slf4j-api", "1.7.36", "").file_name
        'slf4j-api-1.7.36.jar'
        """
        return f"{self.name}-{self.version}.jar"

    @property
    def coordinate(self) -> str:
        """group:name:version."""
        return f"{self.group}:{self.name}:{self.version}"


def read_lock(path: Path = LOCK) -> list[Jar]:
    """The pinned jars.

    >>> [jar.coordinate for jar in read_lock() if jar.name == "kafka_2.13"]
    ['org.apache.kafka:kafka_2.13:4.4.0']
    """
    jars = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            coordinate, digest = line.split()
            group, name, version = coordinate.split(":")
            jars.append(Jar(group, name, version, digest.removeprefix("sha256:")))
    return jars


def is_sound(path: Path, sha256: str) -> bool:
    """Whether the file is there and is byte for byte the pinned one."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def provide_jars(cache: Path, *, lock: Path = LOCK, progress: Progress | None = None) -> list[Path]:
    """The pinned jars on this disk, fetched where they are missing or damaged.

    Args:
        cache: folder shared by installations; the jars stand in its `jars/`.
        lock: which jars.
        progress: told of the downloads; None: a bar on the terminal.

    Returns:
        Their paths, in the order of the lock.

    Raises:
        OperatorError: a jar cannot be fetched, is not the pinned one, or the disk is full.
    """
    folder = cache / "jars"
    jars = read_lock(lock)
    with ThreadPoolExecutor(4) as pool:
        sound = list(pool.map(lambda jar: is_sound(folder / jar.file_name, jar.sha256), jars))
    missing = [jar for jar, good in zip(jars, sound, strict=True) if not good]
    if missing:
        _fetch(missing, folder, progress, _what(missing, len(jars), folder))
    return [folder / jar.file_name for jar in jars]


def _what(missing: list[Jar], count: int, folder: Path) -> str:
    """What is fetched, for the operator: the whole, once, or what has been lost since."""
    damaged = sum((folder / jar.file_name).exists() for jar in missing)
    if len(missing) == count and not damaged:
        return f"{count} jars of Apache Kafka, once (43 MB)"
    names = ", ".join(jar.file_name for jar in missing)
    lost = f"{damaged} damaged and {len(missing) - damaged} missing"
    return f"{len(missing)} of {count} jars of Apache Kafka, {lost}: {names}"


def _fetch(missing: list[Jar], folder: Path, progress: Progress | None, what: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(
            f"The folder for downloaded jars, {folder}, cannot be made: {error.strerror}. "
            "Set VIGIE_CACHE to another one.",
            Exit.NO_PERMISSION,
        ) from error
    if shutil.disk_usage(folder).free < ROOM_BYTES:
        raise OperatorError(
            f"The disk of {folder} has less than {ROOM_BYTES // 1_000_000} MB free, which Kafka's jars need. "
            "Free some room, or set VIGIE_CACHE to a folder on another disk.",
            Exit.DISK_FULL,
        )
    with contextlib.ExitStack() as stack:
        # Downloads stand in a folder of their own until their sum is right, so a half one never looks whole,
        # and two installations that fetch at once do not meet.
        partial = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fetching-", dir=folder)))
        shown = progress or stack.enter_context(_terminal_progress(what))
        with ThreadPoolExecutor(6) as pool:
            for done in [pool.submit(_fetch_one, jar, partial, folder, shown) for jar in missing]:
                done.result()


def _fetch_one(jar: Jar, partial: Path, folder: Path, progress: Progress) -> None:
    from jgo.maven import MavenContext, PythonResolver

    logging.getLogger("jgo").setLevel(logging.ERROR)  # our own check says more than its warning
    context = MavenContext(
        resolver=PythonResolver(progress_callback=progress), repo_cache=partial, local_repos=[], timeout=60
    )
    artifact = context.project(jar.group, jar.name).at_version(jar.version).artifact()
    try:
        found = Path(artifact.resolve())
    except Exception as error:  # jgo raises RuntimeError, requests its own: to the operator both are one thing
        raise OperatorError(
            f"{jar.coordinate} could not be downloaded ({type(error).__name__}: {error}). Check the network "
            "(HTTPS_PROXY is obeyed), then start again: what has arrived is kept.",
            Exit.DOWNLOAD,
        ) from error
    if not is_sound(found, jar.sha256):
        raise OperatorError(
            f"{jar.coordinate} arrived with another SHA-256 than the one pinned in {LOCK.name}: the download was cut "
            "or changed on its way. Start again; if it comes back, something between here and the repository "
            "alters files.",
            Exit.DOWNLOAD,
        )
    os.replace(found, folder / jar.file_name)  # noqa: PTH105 - atomic over an existing file, as wanted


@contextmanager
def _terminal_progress(what: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"Fetching {what}", soft_wrap=True)
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bars:
        whole = bars.add_task(what.partition(",")[0], total=None)
        known = 0

        @contextmanager
        def one(_name: str, size: int) -> Iterator[Callable[[int], None]]:
            nonlocal known
            known += size
            bars.update(whole, total=known)
            yield lambda arrived: bars.advance(whole, arrived)

        yield one
