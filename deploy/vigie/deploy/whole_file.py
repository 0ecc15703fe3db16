"""A file that is written whole or not at all: beside its place, then renamed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """A path to write to instead; a reader meets the old file or the whole new one, never half of it.

    Args:
        file: what is at that path in the end takes its place; after an error nothing of it is left.

    Raises:
        OSError: it cannot be written.
    """
    partial = file.with_name(f".{file.name}.part")
    try:
        yield partial
        partial.replace(file)
    finally:
        with suppress(OSError):  # it was renamed, or could not be made
            partial.unlink()
