"""What the operator is told when an embedded service does not come up."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vigie.deploy.embedded.leashed import Leashed
from vigie.deploy.operator_error import Exit, OperatorError

FULL = "No space left on device"
ROOM = "Free some room, or set VIGIE_DATA to a folder on another disk."


def failed_start(what: str, process: Leashed) -> OperatorError:
    """The error for a process that has ended: what it was to do, its own last words, and what helps.

    Args:
        what: "Kafka could not start", say.
        process: the one that has ended.
    """
    said = process.said(1500)
    full = FULL in process.said(20_000)
    return OperatorError(
        f"{what} (exit code {process.exit_code()}); its log is {process.log}"
        + (f", the disk is full: {FULL}. {ROOM}" if full else f" and ends with:\n{said}" if said else "."),
        Exit.DISK_FULL if full else Exit.NOT_READY,
    )


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn a full or closed disk, met by our own writing, into a sentence.

    Raises:
        OperatorError: instead of the OSError.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise OperatorError(f"The disk of {folder} is full: {FULL}. {ROOM}", Exit.DISK_FULL) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise OperatorError(
                f"The data folder {folder} cannot be used: {error.strerror} ({error.filename}). "
                "Set VIGIE_DATA to a folder that you may write to.",
                Exit.NO_PERMISSION,
            ) from error
        raise
