"""A typed table as a workbook: real dates and numbers, ids as text, a sheet that says what it is.

Dates stand in legal time without a zone, as spreadsheets know them; a column beside gives the distance to UTC, without
which one of two 02:30 of an October night cannot be told.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from vigie.serving.typed_table import Column, Form, Table
from vigie.serving.wording import local, offset_text

T = TypeVar("T")

ROWS = 1_048_575
"""Lines below the header that a sheet holds; more go on to the next sheet."""
_DATE, _TEXT = "dd/mm/yyyy hh:mm:ss", "@"
_WIDTHS = {Form.INSTANT: 19, Form.TEXT: 40, Form.MAP: 60, Form.ALERT: 34, Form.NAME: 22}
_CELL_LIMIT = 32_767


def write_xlsx(table: Table[T], items: Iterable[T], file: Path, *, zone: str, about: Sequence[tuple[str, str]]) -> int:
    """Write items to a workbook, one at a time.

    Args:
        table: its columns for people.
        items: in the order of the lines.
        file: where to.
        zone: IANA name of the legal time.
        about: lines of the sheet « Lisez-moi »: a heading and what it says.

    Returns:
        How many lines follow the headers.
    """
    book = Workbook(write_only=True)
    columns, count, sheet, sheets = table.for_people(), 0, None, 0
    for item in items:
        if sheet is None or count % ROWS == 0:
            sheets += 1
            sheet = _sheet(book, table.title_fr if sheets == 1 else f"{table.title_fr} {sheets}", columns)
        moment = local(table.instant(item), zone)
        sheet.append([
            _moment(sheet, moment), f"UTC{offset_text(moment)}", *(_cell(sheet, one, item, zone) for one in columns)
        ])  # fmt: skip
        count += 1
    if sheet is None:
        _sheet(book, table.title_fr, columns)
    notes = book.create_sheet("Lisez-moi")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 24, 90
    for heading, text in about:
        notes.append([_text(notes, heading, bold=True), _text(notes, text)])
    book.save(file)
    return count


def _sheet(book: Any, title: str, columns: Sequence[Column[Any]]) -> Any:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    widths = [19, 12, *(_WIDTHS.get(one.form, 14) for one in columns)]
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}1"
    sheet.append([_text(sheet, name, bold=True) for name in ("date_heure", "decalage_utc", *_headings(columns))])
    return sheet


def _headings(columns: Sequence[Column[Any]]) -> list[str]:
    return [one.heading for one in columns]


def _moment(sheet: Any, moment: datetime) -> Any:
    cell = WriteOnlyCell(sheet, value=moment.replace(tzinfo=None, microsecond=0))
    cell.number_format = _DATE
    return cell


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=None)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:_CELL_LIMIT]
    cell.data_type = "s"  # a text that begins with = is no formula
    cell.number_format = _TEXT
    if bold:
        cell.font = Font(bold=True)
    elif len(text) > 60:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(sheet: Any, column: Column[T], item: T, zone: str) -> Any:
    if column.words is not None:
        return _text(sheet, column.words(item, zone))
    value = column.value(item)
    if value is None:
        return None
    match column.form:
        case Form.INSTANT:
            return _moment(sheet, local(value, zone)) if value else None
        case Form.FLAG:
            return "oui" if value else "non"
        case Form.INTEGER | Form.NUMBER | Form.SECONDS:
            return value
        case Form.TEXTS:
            return _text(sheet, " ".join(value))
        case _:
            return _text(sheet, str(value)) if value else None
