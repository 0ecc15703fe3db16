"""A fleet as a workbook: a sheet per kind, with the template's notes and drop-downs."""

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from vigie.deploy.fleet_files.template_words import EXAMPLES, READ_ME
from vigie.deploy.fleet_files.written import written_fields
from vigie.deploy.fleet_files.xlsx_sheet import LISTS, begin, row
from vigie.deploy.fleet_files.xlsx_values import values
from vigie.deploy.whole_file import whole_file
from vigie.topics.fleet.field import Form
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Fleet, Stated

README = "Lisez-moi"


def write_workbook(fleet: Fleet, file: Path, zone: str, *, private: bool = True) -> None:
    """Write a fleet as a workbook, whole or not at all.

    Args:
        fleet: to write.
        file: name of the workbook.
        zone: in whose legal time dates are written.
        private: names, mails and phones of persons too.

    Raises:
        OSError: it cannot be written.
        TooLong: a value has more than a cell holds.
    """
    by_kind: dict[str, list[Stated]] = {}
    for (kind, _), versions in fleet.items():
        by_kind.setdefault(kind, []).extend(versions)
    with whole_file(file) as partial, partial.open("wb") as out:
        _workbook(by_kind, zone, private=private, examples=False).save(out)


def write_template(out: IO[bytes]) -> None:
    """Write an empty workbook with an example in each main sheet, which the reader passes over.

    Args:
        out: where to.
    """
    _workbook({}, "Europe/Paris", private=True, examples=True).save(out)


def _workbook(by_kind: dict[str, list[Stated]], zone: str, *, private: bool, examples: bool) -> Workbook:
    book = Workbook(write_only=True)
    _read_me(book.create_sheet(README))
    lists, columns = _lists()
    for kind in kinds().values():
        fields = written_fields(kind, private=private)
        sheet = book.create_sheet(kind.label_fr)
        begin(sheet, kind, fields, lists, first_row=2)
        if examples and kind.name in EXAMPLES:
            example = EXAMPLES[kind.name]
            row(sheet, [example["id"], example.get("from"), None, *(example.get(one.name) for one in fields)],
                example=True)  # fmt: skip
        for one in by_kind.get(kind.name, ()):
            row(sheet, values(fields, one, zone))
    _write_lists(book.create_sheet(LISTS), columns)
    return book


def _read_me(sheet: Any) -> None:
    from openpyxl.cell import WriteOnlyCell

    sheet.column_dimensions["A"].width = 110
    for place, line in enumerate(READ_ME):
        found = WriteOnlyCell(sheet, value=line)
        found.alignment = Alignment(wrap_text=True, vertical="top")
        if place == 0 or line.isupper():
            found.font = Font(bold=True, size=14 if place == 0 else 11)
        sheet.append([found])


def _lists() -> tuple[dict[str, str], list[list[str]]]:
    """Range of each list of choices on its sheet, and the columns of that sheet."""
    columns = [["oui", "non"]]
    ranges = {"oui/non": f"{LISTS}!$A$1:$A$2"}
    for kind in kinds().values():
        for field in kind.fields:
            if field.form is Form.CHOICE and field.choices:
                columns.append(list(field.choices.values()))
                letter = get_column_letter(len(columns))
                ranges[f"{kind.name}.{field.name}"] = f"{LISTS}!${letter}$1:${letter}${len(field.choices)}"
    return ranges, columns


def _write_lists(sheet: Any, columns: Iterable[list[str]]) -> None:
    listed = list(columns)
    for place in range(max(map(len, listed))):
        sheet.append([column[place] if place < len(column) else None for column in listed])
    sheet.sheet_state = "hidden"
