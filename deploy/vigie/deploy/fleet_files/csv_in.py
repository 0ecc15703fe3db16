"""A CSV file of one kind: separator found by the heading, line numbers of the file, decimal commas.

A cell that begins with an apostrophe before `=`, `+`, `-`, `@` or another apostrophe loses it: so spreadsheets mark a
text that is no formula, and so the export writes it.
"""

import csv
import io
from collections.abc import Callable

from vigie.deploy.fleet_files.headings import ID, field_of, known
from vigie.deploy.fleet_files.refused import Refused, shown
from vigie.deploy.fleet_files.rows import IGNORED, RowReader
from vigie.topics.fleet.stated import Origin, Problem, Stated

Told = Callable[[str, int, int], None]
"""Is told (file, lines read, lines in all) now and then."""

SEPARATORS = ";,\t"
GUARDED = ("=", "+", "-", "@", "'", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Starts before which an apostrophe says: this is text."""
_CELL_MOST = 1_000_000
_EACH = 2_000


def read_csv(text: str, name: str, rows: RowReader, problems: list[Problem], told: Told | None = None) -> list[Stated]:
    """Every object of a file.

    Args:
        text: of the file.
        name: of the file, as problems name it.
        rows: reads objects of the file's kind.
        problems: receives what is wrong.
        told: of progress.
    """
    csv.field_size_limit(_CELL_MOST)  # of the whole process: a campaign may have thousands of points in a cell
    found: list[Stated] = []
    lines = text.count("\n") + 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text, rows.kind), strict=True)
    names: list[str | None] | None = None
    columns: dict[str, str] = {}
    line = 1
    try:
        for count, cells in enumerate(reader):
            if any(cells):
                if names is None:
                    names, columns = _heading(cells, Origin(name, line), rows.kind, problems)
                    if ID not in names:
                        return []
                elif (one := _row(cells, names, Origin(name, line, "", columns), rows, problems)) is not None:
                    found.append(one)
            line = reader.line_num + 1
            if told is not None and count % _EACH == 0:
                told(name, line, lines)
    except csv.Error as error:
        problems.append(Problem(Origin(name, line), "", *_malformed(str(error))))
    return found


def _separator(text: str, kind: str) -> str:
    """The one by which the heading has the most columns that are known, then the most columns."""
    heading = next((one for one in text.splitlines() if one.strip()), "")

    def worth(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([heading], delimiter=separator), [])
        return sum(known(kind, cell) is not None for cell in cells), len(cells)

    return max(SEPARATORS, key=worth)


def _heading(
    cells: list[str], origin: Origin, kind: str, problems: list[Problem]
) -> tuple[list[str | None], dict[str, str]]:
    """The field of each column (None for one to pass over, "" for one without heading); field -> heading as written."""
    names: list[str | None] = []
    columns: dict[str, str] = {}
    for cell in cells:
        written = cell.strip().lstrip("\ufeff")
        names.append(None if written else "")
        if not written or written.startswith(IGNORED):
            continue
        try:
            field = field_of(kind, written)
        except Refused as refused:
            problems.append(
                Problem(origin._replace(columns={written: written}), written, refused.french, refused.english)
            )
            continue
        if field in columns:
            problems.append(Problem(origin._replace(columns={field: written}), field, *twice(written, columns[field])))
            continue
        names[-1], columns[field] = field, written
    if ID not in columns:
        problems.append(Problem(origin, ID, *no_id_column(kind)))
    return names, columns


def _row(
    cells: list[str], names: list[str | None], origin: Origin, rows: RowReader, problems: list[Problem]
) -> Stated | None:
    if any(cells[len(names) :]):
        problems.append(Problem(origin, "", *_too_many(len(cells), len(names), cells[len(names)])))
        return None
    given = []
    for field, cell in zip(names, cells, strict=False):
        if not cell or field is None:
            continue
        if not field:
            problems.append(Problem(origin, "", *untitled(cell)))
            continue
        given.append((field, cell[1:] if cell[0] == "'" and cell[1:2] in GUARDED else cell))
    return rows.stated(given, origin)


def twice(written: str, before: str) -> tuple[str, str]:
    """Two columns of one field."""
    return (
        f"Les colonnes « {shown(before)} » et « {shown(written)} » sont le même champ ; gardez-en une.",
        f'The columns "{shown(before)}" and "{shown(written)}" are the same field; keep one.',
    )


def no_id_column(kind: str) -> tuple[str, str]:
    """No column of ids."""
    return (
        f"Aucune colonne d'identifiants ; attendu : une ligne de titres avec « id » et les champs de {kind}.",
        f'There is no column of ids; expected: a line of headings with "id" and the fields of {kind}.',
    )


def untitled(cell: str) -> tuple[str, str]:
    """A value in a column without heading."""
    return (
        f"« {shown(cell)} » est dans une colonne sans titre ; donnez-lui le nom d'un champ, ou # pour l'ignorer.",
        f'"{shown(cell)}" is in a column without heading; give it the name of a field, or # to pass it over.',
    )


def _too_many(found: int, expected: int, cell: str) -> tuple[str, str]:
    return (
        (
            f"Cette ligne a {found} cellules pour {expected} colonnes (« {shown(cell)} » est de trop) ; un texte qui a "
            "un séparateur, ou une virgule décimale dans un fichier à virgules, se met entre guillemets."
        ),
        (
            f'This row has {found} cells for {expected} columns ("{shown(cell)}" is too many); a text with a '
            "separator, or a decimal comma in a file of commas, stands between quotes."
        ),
    )


def _malformed(error: str) -> tuple[str, str]:
    if "unexpected end" in error:
        return (
            "Un guillemet ouvert dans cette ligne n'est pas fermé.",
            "A quote that is opened in this row is not closed.",
        )  # fmt: skip
    if "expected after" in error:
        return (
            "Un guillemet est suivi d'autre chose que d'un séparateur ; dans un texte entre guillemets, doublez-le.",
            "A quote is followed by something else than a separator; within a quoted text, double it.",
        )
    if "field larger" in error:
        return (
            "Une cellule est trop longue : un guillemet n'est sans doute pas fermé.",
            "A cell is too long: a quote is likely not closed.",
        )
    return f"Cette ligne n'est pas du CSV : {error}.", f"This row is no CSV: {error}."
