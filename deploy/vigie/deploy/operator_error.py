"""Errors that the person at the console can mend: one sentence, one exit code, no traceback."""

from enum import IntEnum
from typing import Any

import click


class Exit(IntEnum):
    """Exit codes of `vigie`; an error of another kind than OperatorError is a bug."""

    FAILED = 1
    """A bug; it keeps its traceback."""
    USAGE = 2
    """The command line or a setting cannot be understood."""
    IN_USE = 10
    """Another `vigie up` uses this data folder."""
    PORT_TAKEN = 11
    """A port of the settings belongs to another program."""
    DISK_FULL = 12
    """Too little room for the data folder or the cache."""
    DOWNLOAD = 13
    """A jar could not be fetched, or is not the one that was pinned."""
    NOT_READY = 14
    """A service or a role did not answer in time."""
    NOT_RUNNING = 15
    """The command needs a running installation, and none runs here."""
    UNREACHABLE = 16
    """An external Kafka, PostgreSQL or registry of the settings does not answer."""
    DIFFERENT = 17
    """A check found differences."""
    NO_PERMISSION = 18
    """A folder or a program cannot be used by this user."""
    REFUSED = 19
    """The platform does not do what was asked, and says why."""


class OperatorError(click.ClickException):
    """Says what is wrong, where, and what to do.

    Args:
        message: whole sentences for the person at the console.
        exit_code: what the process ends with.
    """

    def __init__(self, message: str, exit_code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.exit_code = int(exit_code)

    def show(self, file: Any = None) -> None:
        """Print the sentence on standard error."""
        click.echo(f"vigie: {self.format_message()}", err=file is None, file=file)
