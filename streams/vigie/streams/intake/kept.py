"""How far a source was read: one small file, replaced in one step, after Kafka has confirmed what came before."""

import logging
import os
from pathlib import Path
from typing import TypeVar

import msgspec

log = logging.getLogger(__name__)

T = TypeVar("T")


class Kept:
    """What a source remembers over a stop: `<data>/receive/<source>.json`.

    Written after the confirmation, so a crash between the two reads the same once more and loses nothing.

    Args:
        folder: made when something is first written.
        name: of the source.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     Kept(Path(folder) / "receive", "hubeau").save({"cursor": "2026-11-25"})
    ...     Kept(Path(folder) / "receive", "hubeau").load(dict[str, str], {})
    {'cursor': '2026-11-25'}
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.file = folder / f"{name}.json"

    def load(self, kind: type[T], default: T) -> T:
        """What was saved last; `default` where nothing was, or nothing that can be read: then all is read once more."""
        try:
            return msgspec.json.decode(self.file.read_bytes(), type=kind)
        except FileNotFoundError:
            return default
        except (ValueError, RecursionError) as error:  # ValueError: no JSON, no UTF-8, or something else of JSON
            log.warning("%s cannot be understood (%s): all is read once more", self.file, error)
            return default

    def save(self, value: object) -> None:
        """Replace it; the disk has it when this returns."""
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(value))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.file)
