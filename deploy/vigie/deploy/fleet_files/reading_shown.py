"""Reading a statement while a terminal shows how far it has come; short readings show nothing."""

import sys
import time
from pathlib import Path

from vigie.deploy.fleet_files.statement import Statement, read
from vigie.deploy.fleet_files.words import say
from vigie.streams.settings import Settings

_PATIENCE_S = 0.7


def read_shown(path: Path, settings: Settings) -> Statement:
    """A statement, as `statement.read` gives it.

    Args:
        path: folder, file or workbook.
        settings: legal time and language.
    """
    if not sys.stderr.isatty():
        return read(path, settings.timezone)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    shown = Progress(
        TextColumn(say(settings.language, "reading")), TextColumn("{task.description}", markup=False), BarColumn(),
        TaskProgressColumn(), console=Console(stderr=True), transient=True,
    )  # fmt: skip
    task = shown.add_task("", total=None)
    began = time.monotonic()

    def told(file: str, line: int, lines: int) -> None:
        if time.monotonic() - began > _PATIENCE_S:
            shown.start()
            shown.update(task, description=file, completed=line, total=lines)

    try:
        return read(path, settings.timezone, told)
    finally:
        shown.stop()
