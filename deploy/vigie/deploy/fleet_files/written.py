"""A fleet as a folder of files, one per kind, written whole or not at all."""

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from vigie.deploy.fleet_files.csv_out import csv_text
from vigie.deploy.fleet_files.which_kind import files_of, named
from vigie.deploy.fleet_files.yaml_out import yaml_text
from vigie.deploy.whole_file import whole_file
from vigie.streams.settings import Settings
from vigie.topics.fleet.field import Field
from vigie.topics.fleet.kind import Kind, kinds
from vigie.topics.fleet.stated import Fleet, Stated

FORMATS: dict[str, Callable[[tuple[Field, ...], Iterable[Stated], str], str]] = {"yaml": yaml_text, "csv": csv_text}
"""What makes the text of a kind's file, by the end of its name."""


class Foreign(Exception):  # noqa: N818 - the folder's state, no fault of the program
    """The folder has files of a fleet that would not be replaced: read again, it would say two things.

    Args:
        names: of these files.
    """

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def write(
    fleet: Fleet, folder: Path, zone: str | None = None, *, form: str = "yaml", private: bool = True
) -> list[Path]:
    """Write a fleet into a folder, a file for each kind that has objects.

    Args:
        fleet: to write.
        folder: is made if it is not there.
        zone: in whose legal time instants are written, an IANA name; None: the setting `timezone`.
        form: one of FORMATS.
        private: names, mails and phones of persons too.

    Returns:
        The files.

    Raises:
        Foreign: other files of a fleet are there.
        OSError: the folder cannot be written.
    """
    zone = zone or Settings.from_env(os.environ).timezone
    by_kind: dict[str, list[Stated]] = {}
    for (kind, _), versions in fleet.items():
        by_kind.setdefault(kind, []).extend(versions)
    files = {folder / f"{kind}.{form}": kind for kind in kinds() if kind in by_kind}
    if folder.is_dir():
        foreign = [named(path, folder) for _, path in files_of(folder, []) if path not in files]
        if foreign:
            raise Foreign(foreign)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as all_or_none:
        for file, kind in files.items():
            partial = all_or_none.enter_context(whole_file(file))
            fields = written_fields(kinds()[kind], private=private)
            partial.write_text(FORMATS[form](fields, by_kind[kind], zone), encoding="utf-8", newline="")
    return list(files)


def written_fields(kind: Kind, *, private: bool) -> tuple[Field, ...]:
    """The fields of a kind that an export writes."""
    return tuple(field for field in kind.fields if private or not field.private)
