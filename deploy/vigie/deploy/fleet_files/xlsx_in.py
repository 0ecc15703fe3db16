"""A spreadsheet (XLSX): a sheet per kind, under its French or English name; columns by their headings.

The heading is the first of the first 20 rows that has a column of ids; what stands above is passed over, and so are
empty rows and the empty part of merged cells. A formula counts by the value that the spreadsheet kept for it.
"""

import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from vigie.deploy.fleet_files.csv_in import Told, no_id_column, twice, untitled
from vigie.deploy.fleet_files.headings import ID, field_of, known
from vigie.deploy.fleet_files.refused import Refused, folded, nearest, shown
from vigie.deploy.fleet_files.rows import IGNORED, RowReader
from vigie.deploy.fleet_files.xlsx_cells import ERRORS, formula_without_value, text_of
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Origin, Problem, Stated

UNZIPPED_MOST = 1_000_000_000
ROWS_MOST = 300_000
COLUMNS_MOST = 200
HEADING_WITHIN = 20
PASSED_OVER = ("Lisez-moi", "Listes")
"""Sheets of the template that hold no objects; so does each whose name begins with #."""
_EACH = 2_000


def read_xlsx(
    path: Path, name: str, reader_of: Callable[[str], RowReader], problems: list[Problem], told: Told | None = None
) -> list[Stated]:
    """Every object of a workbook.

    Args:
        path: of the workbook.
        name: of the file, as problems name it.
        reader_of: gives what reads objects of a kind.
        problems: receives what is wrong.
        told: of progress (sheet, rows read, rows in all as the file says).

    Raises:
        Refused: it is no workbook, or larger than a fleet can be.
    """
    with _readable(path):
        has_formulas = _looked_into(path)
        values = load_workbook(path, read_only=True, data_only=True)
        formulas = load_workbook(path, read_only=True) if has_formulas else None
        found: list[Stated] = []
        try:
            for sheet in values.worksheets:
                kind = _kind_of(sheet.title, name, problems)
                if kind is not None:
                    written = formulas[sheet.title] if formulas is not None else None
                    found += _sheet(sheet, written, name, reader_of(kind), problems, told)
        finally:
            values.close()
            if formulas is not None:
                formulas.close()
    return found


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl cannot keep, which nobody here writes back
            yield
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError, EOFError, OSError) as error:
        with path.open("rb") as file:
            encrypted = file.read(4) == b"\xd0\xcf\x11\xe0"
        raise Refused(
            "Ce classeur est chiffré, ou d'avant 2007 (XLS) ; enregistrez-le en XLSX sans mot de passe."
            if encrypted
            else f"Ce fichier n'est pas un classeur XLSX que l'on puisse lire ({type(error).__name__}).",
            "This workbook is encrypted, or from before 2007 (XLS); save it as XLSX without a password."
            if encrypted
            else f"This file is no XLSX workbook that can be read ({type(error).__name__}).",
        ) from None


def _looked_into(path: Path) -> bool:
    """Whether a sheet has formulas; refuses an archive that would unfold beyond all measure."""
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > UNZIPPED_MOST:
            raise Refused(
                f"Ce classeur aurait {size // 1_000_000} Mo une fois décompressé ; attendu : "
                f"{UNZIPPED_MOST // 1_000_000} Mo au plus.",
                f"This workbook would have {size // 1_000_000} MB unpacked; expected: "
                f"{UNZIPPED_MOST // 1_000_000} MB at most.",
            )
        return any(
            _has(archive, entry, b"<f>", b"<f ")
            for entry in archive.infolist()
            if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
        )


def _has(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *words: bytes) -> bool:
    with archive.open(entry) as source:
        tail = b""
        while piece := source.read(1 << 20):
            if any(word in tail + piece for word in words):
                return True
            tail = piece[-4:]
    return False


def _kind_of(title: str, name: str, problems: list[Problem]) -> str | None:
    if title in PASSED_OVER or title.startswith(IGNORED):
        return None
    names = {folded(spelling): kind.name for kind in kinds().values() for spelling in (kind.name, kind.label_fr)}
    found = names.get(folded(title))
    if found is None:
        labels = [kind.label_fr for kind in kinds().values()]
        near = nearest(title, [*labels, *kinds()])
        problems.append(
            Problem(
                Origin(name, 1, title), "",
                f"Aucun genre ne se nomme « {shown(title)} »{near[0] or '.'} Attendu : {', '.join(labels)} ; une "
                "feuille dont le nom commence par # est ignorée.",
                f'No kind is named "{shown(title)}"{near[1] or "."} Expected: {", ".join(kinds())}; a sheet whose name '
                "begins with # is passed over.",
            )
        )  # fmt: skip
    return found


def _sheet(
    sheet: Any, formulas: Any, name: str, rows: RowReader, problems: list[Problem], told: Told | None
) -> list[Stated]:
    title, total = sheet.title, min(sheet.max_row or 0, ROWS_MOST)
    sheet.reset_dimensions()  # what the file says of its size may be a lie
    cells_of = sheet.iter_rows(values_only=True)
    if formulas is not None:
        formulas.reset_dimensions()
    written_of = formulas.iter_rows() if formulas is not None else iter(())
    found: list[Stated] = []
    names: list[str | None] | None = None
    columns: dict[str, str] = {}
    content = False
    for number, (cells, written) in enumerate(zip_longest(cells_of, written_of, fillvalue=()), start=1):
        if number > ROWS_MOST or len(cells) > COLUMNS_MOST:
            problems.append(Problem(Origin(name, number, title), "", *_TOO_LARGE))
            return []
        if told is not None and number % _EACH == 0:
            told(f"{name} {title}", number, max(total, number))
        if not any(cell is not None for cell in cells) and not any(formula_without_value(one, None) for one in written):
            continue
        content = True
        if names is not None:
            found += _row(cells, written, names, Origin(name, number, title, columns), rows, problems)
        elif any(isinstance(cell, str) and known(rows.kind, cell) == ID for cell in cells):
            names, columns = _heading(cells, Origin(name, number, title), rows.kind, problems)
        elif number >= HEADING_WITHIN:
            break
    if names is None and content:
        problems.append(Problem(Origin(name, 1, title), ID, *no_id_column(rows.kind)))
    return found


def _heading(
    cells: tuple[Any, ...], origin: Origin, kind: str, problems: list[Problem]
) -> tuple[list[str | None], dict[str, str]]:
    """The field of each column, as csv_in has it; field -> letter of its column."""
    names: list[str | None] = []
    columns: dict[str, str] = {}
    for place, cell in enumerate(cells, start=1):
        heading, letter = text_of(cell).strip(), get_column_letter(place)
        names.append(None if heading else "")
        if not heading or heading.startswith(IGNORED):
            continue
        try:
            field = field_of(kind, heading)
        except Refused as refused:
            where = origin._replace(columns={heading: letter})
            problems.append(Problem(where, heading, refused.french, refused.english))
            continue
        if field in columns:
            where = origin._replace(columns={field: letter})
            problems.append(Problem(where, field, *twice(heading, columns[field])))
            continue
        names[-1], columns[field] = field, letter
    return names, columns


def _row(
    cells: tuple[Any, ...], written: tuple[Any, ...], names: list[str | None], origin: Origin, rows: RowReader,
    problems: list[Problem],
) -> Iterator[Stated]:  # fmt: skip
    given = []
    for place, (field, cell, formula) in enumerate(zip_longest(names, cells, written, fillvalue=None)):
        if field is None and place < len(names):
            continue
        text = text_of(cell)
        hindrance = _hindrance(field or "", text, formula_without_value(formula, cell))
        if hindrance is not None:
            where = origin._replace(columns={field or "": get_column_letter(place + 1)})
            problems.append(Problem(where, field or "", *hindrance))
            if field == ID:
                return
        elif text and field:
            given.append((field, text))
    if given:
        stated = rows.stated(given, origin)
        if stated is not None:
            yield stated


_NOT_CALCULATED = (
    "Cette formule n'a pas de valeur enregistrée ; ouvrez le classeur dans un tableur et enregistrez-le.",
    "This formula has no value kept with it; open the workbook in a spreadsheet program and save it.",
)


def _hindrance(field: str, text: str, not_calculated: bool) -> tuple[str, str] | None:
    """Why a cell cannot be read."""
    if not_calculated:
        return _NOT_CALCULATED
    if text in ERRORS:
        return _failed(text)
    return untitled(text) if text and not field else None


def _failed(text: str) -> tuple[str, str]:
    return (
        f"La formule de cette cellule échoue ({text}) ; corrigez-la, ou mettez une valeur.",
        f"The formula of this cell fails ({text}); correct it, or put a value.",
    )


_TOO_LARGE = (
    (
        f"Cette feuille a plus de {ROWS_MOST} lignes ou de {COLUMNS_MOST} colonnes ; supprimez les lignes et colonnes "
        "vides mises en forme, ou prenez un dossier de fichiers."
    ),
    (
        f"This sheet has more than {ROWS_MOST} rows or {COLUMNS_MOST} columns; delete empty rows and columns that have "
        "a format, or take a folder of files."
    ),
)
