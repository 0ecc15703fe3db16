"""A file that is exported bit by bit, whole or not at all; `-` is standard output."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.whole_file import whole_file


def export_to(file: Path, write: Callable[[TextIO], int]) -> int | None:
    """Write a file; a reader meets the old one or the whole new one, never half of it.

    Args:
        file: where to; `-` for standard output.
        write: writes to an open text file, and says how much (lines, characters).

    Returns:
        What `write` returned; None where it went to standard output.

    Raises:
        OperatorError: the file cannot be written.
    """
    if str(file) == "-":
        # typed as any stream of text; it is the one that can be told
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        write(sys.stdout)
        return None
    try:
        with whole_file(file) as partial, partial.open("w", encoding="utf-8", newline="") as out:
            return write(out)
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror}.", Exit.NO_PERMISSION) from None


def export_binary_to(file: Path, write: Callable[[Path], int]) -> int:
    """Write a file that is no text, whole or not at all.

    Args:
        file: where to.
        write: writes to a path, and says how much.

    Returns:
        What `write` returned.

    Raises:
        OperatorError: the file cannot be written.
    """
    try:
        with whole_file(file) as partial:
            return write(partial)
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror}.", Exit.NO_PERMISSION) from None
