"""Which files of a folder hold the fleet, and of which kind each is.

The kind is the beginning of the file's name, up to its end or to the first `-` (`point.yaml`, `point-est.csv`); else
the name of the nearest folder that is a kind's (`point/est.yaml`).
"""

import os
from collections.abc import Iterator
from pathlib import Path

from vigie.deploy.fleet_files.refused import Refused, nearest, shown
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Origin, Problem

READ = (".yaml", ".yml", ".csv")
"""Ends of the names of files that are read in a folder."""
_MEANT = (".xlsx", ".xls", ".ods", ".json", ".tsv", ".xlsm")
"""Ends of names that somebody may take for files of the fleet; it is said that they are not read."""


def files_of(folder: Path, problems: list[Problem]) -> Iterator[tuple[str, Path]]:
    """(kind, path) of each file of the fleet in a folder, by their names' order.

    Args:
        folder: that was given; hidden files and folders are left alone, links to folders are not followed.
        problems: receives a file whose kind cannot be told, and warnings of files that are not read.
    """
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            if name.startswith((".", "~$")):
                continue
            if path.suffix.lower() in _MEANT:
                problems.append(Problem(Origin(named(path, folder), 1), "", *_not_read(path), severe=False))
            elif path.suffix.lower() in READ:
                try:
                    yield kind_of(path.relative_to(folder)), path
                except Refused as refused:
                    problems.append(Problem(Origin(named(path, folder), 1), "", refused.french, refused.english))


def kind_of(path: Path) -> str:
    """The kind of a file.

    Args:
        path: within the folder that was given.

    Raises:
        Refused: its name says none.

    >>> kind_of(Path("point-est.csv")), kind_of(Path("sud/point/aubagne.yaml"))
    ('point', 'point')
    """
    stem = path.stem.lower()
    for word in (stem, stem.partition("-")[0], *(one.name.lower() for one in path.parents)):
        if word in kinds():
            return word
    near = nearest(stem, kinds())
    raise Refused(
        f"Le nom de ce fichier ne dit pas de quel genre sont ses objets{near[0] or '.'} Attendu : un nom tel que "
        f"point.yaml, point-est.csv ou point/est.yaml ; genres : {', '.join(kinds())}.",
        f"The name of this file does not say of which kind its objects are{near[1] or '.'} Expected: a name such as "
        f"point.yaml, point-est.csv or point/est.yaml; kinds: {', '.join(kinds())}.",
    )


def named(path: Path, folder: Path) -> str:
    """A file as problems name it: within the folder that was given."""
    return path.relative_to(folder).as_posix()


def _not_read(path: Path) -> tuple[str, str]:
    return (
        (
            f"« {shown(path.name)} » n'est pas lu dans un dossier, où l'on lit {', '.join(READ)} ; un classeur "
            "XLSX se donne seul."
        ),
        f'"{shown(path.name)}" is not read in a folder, where {", ".join(READ)} are; an XLSX workbook is given alone.',
    )
