"""A file written whole or not at all: beside its place, then renamed."""

from contextlib import suppress
from pathlib import Path

from vigie.deploy.operator_error import Exit, OperatorError


def write_whole(file: Path, text: str) -> None:
    """Write a text; a reader meets the old file or the whole new one, never half of it.

    Raises:
        OperatorError: it cannot be written.
    """
    partial = file.with_name(f".{file.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror}.", Exit.NO_PERMISSION) from None
    finally:
        with suppress(OSError):  # that it cannot be made has been said
            partial.unlink()
