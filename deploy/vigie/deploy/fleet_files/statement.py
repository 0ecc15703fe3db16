"""A statement of the fleet, read from a folder of YAML and CSV files, from one of them, or from a spreadsheet."""

import os
from pathlib import Path

from msgspec import Struct

from vigie.deploy.fleet_files.csv_in import Told, read_csv
from vigie.deploy.fleet_files.decoded import read_bytes, text_of
from vigie.deploy.fleet_files.document_files import with_hashes
from vigie.deploy.fleet_files.refused import Refused, nearest
from vigie.deploy.fleet_files.rows import RowReader
from vigie.deploy.fleet_files.which_kind import READ, files_of, kind_of, named
from vigie.deploy.fleet_files.yaml_in import read_yaml
from vigie.streams.settings import Settings
from vigie.topics.fleet.stated import Origin, Problem, Stated


class Statement(Struct, frozen=True, kw_only=True):
    """What somebody stated.

    Attributes:
        stated: every version of every object that could be read, in the order of the files.
        problems: what is wrong with the rest, and warnings.
    """

    stated: list[Stated]
    problems: list[Problem]

    def refused(self) -> bool:
        """Whether something is wrong that hinders an apply."""
        return any(one.severe for one in self.problems)


def read(path: Path | str, zone: str | None = None, told: Told | None = None) -> Statement:
    """A statement; bad data is a problem, never an exception.

    Args:
        path: a folder (of any depth), a file named after its kind, or an XLSX workbook.
        zone: whose legal time instants are in, an IANA name; None: the setting `timezone`.
        told: of progress (file, lines read, lines in all).
    """
    path = Path(path)
    reading = _Reading(zone or Settings.from_env(os.environ).timezone, told)
    if path.is_dir():
        for kind, file in files_of(path, reading.problems):
            reading.file(kind, file, named(file, path))
        if not reading.read_files and not any(one.severe for one in reading.problems):
            reading.refuse(path.name or str(path), _NO_FILES)
    elif not path.exists():
        reading.refuse(str(path), _missing(path))
    elif path.suffix.lower() == ".xlsx":
        reading.workbook(path)
    elif path.suffix.lower() in READ:
        try:
            reading.file(kind_of(path), path, path.name)
        except Refused as refused:
            reading.refuse(path.name, (refused.french, refused.english))
    else:
        reading.refuse(path.name, _unknown_format(path))
    folder = path if path.is_dir() else path.parent
    return Statement(stated=with_hashes(reading.stated, folder, reading.problems), problems=reading.problems)


class _Reading:
    """What is read so far."""

    def __init__(self, zone: str, told: Told | None) -> None:
        self.stated: list[Stated] = []
        self.problems: list[Problem] = []
        self.read_files = 0
        self._zone, self._told = zone, told
        self._rows: dict[str, RowReader] = {}

    def rows(self, kind: str) -> RowReader:
        if kind not in self._rows:
            self._rows[kind] = RowReader(kind, self._zone, self.problems)
        return self._rows[kind]

    def refuse(self, name: str, sentences: tuple[str, str]) -> None:
        self.problems.append(Problem(Origin(name, 1), "", *sentences))

    def file(self, kind: str, path: Path, name: str) -> None:
        self.read_files += 1
        try:
            text = text_of(read_bytes(path), name, self.problems)
        except Refused as refused:
            self.refuse(name, (refused.french, refused.english))
            return
        if path.suffix.lower() == ".csv":
            self.stated += read_csv(text, name, self.rows(kind), self.problems, self._told)
        else:
            self.stated += read_yaml(text, name, self.rows(kind), self.problems, self._told)

    def workbook(self, path: Path) -> None:
        from vigie.deploy.fleet_files.xlsx_in import read_xlsx

        try:
            read_bytes(path)
            self.stated += read_xlsx(path, path.name, self.rows, self.problems, self._told)
        except Refused as refused:
            self.refuse(path.name, (refused.french, refused.english))


_NO_FILES = (
    f"Ce dossier n'a aucun fichier de flotte ({', '.join(READ)}) ; attendu : par exemple point.yaml.",
    f"This folder has no file of a fleet ({', '.join(READ)}); expected: point.yaml, for example.",
)


def _missing(path: Path) -> tuple[str, str]:
    beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, beside)
    return (
        f"Il n'y a ni fichier ni dossier de ce nom{near[0] or '.'}",
        f"There is no file or folder of this name{near[1] or '.'}",
    )


def _unknown_format(path: Path) -> tuple[str, str]:
    return (
        (
            f"« {path.suffix or path.name} » n'est pas une forme que l'on lit ; attendu : un dossier, "
            f"{', '.join(READ)} ou .xlsx."
        ),
        f'"{path.suffix or path.name}" is no form that is read; expected: a folder, {", ".join(READ)} or .xlsx.',
    )
