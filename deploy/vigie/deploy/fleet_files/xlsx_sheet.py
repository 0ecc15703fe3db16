"""One sheet of a kind: headings with notes, drop-downs, formats; the template and the export write it alike."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from vigie.deploy.fleet_files.typed_numbers import bound
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.kind import Kind, kinds

LAST_ROW = 100_000
"""To which row drop-downs and formats reach."""
LISTS = "Listes"
ID_FR, FROM_FR, TO_FR = "Identifiant", "Du", "Au (exclu)"
_INSTANT, _DAY = "DD/MM/YYYY HH:MM", "DD/MM/YYYY"
_TEXT = "@"
_FORMATS = {Form.NUMBER: "General", Form.INTEGER: "0", Form.DAY: _DAY, Form.INSTANT: _INSTANT}
_HEADING = Font(bold=True, color="FFFFFF")
_FILL = {True: PatternFill("solid", fgColor="1F4E79"), False: PatternFill("solid", fgColor="5B7F9F")}
_EXAMPLE = Font(italic=True, color="808080")
_WIDTHS = {Form.TEXT: 24, Form.REFERENCES: 26, Form.TEXTS: 34, Form.SERIES: 34, Form.PAIRS: 26, Form.PARAMETERS: 26}


def heading(field: Field) -> str:
    """A field's heading: its label, its unit, a star where it is required."""
    unit = f" ({field.unit})" if field.unit else ""
    return f"{field.label_fr}{unit}" + (" *" if field.required else "")


def note(field: Field) -> str:
    """What the note on a heading says."""
    parts = [field.help_fr] if field.help_fr else []
    if field.choices:
        parts.append("Choix : " + ", ".join(field.choices.values()))
    if field.to:
        many = " (plusieurs : séparés par des espaces)" if field.form is Form.REFERENCES else ""
        parts.append(f"Identifiant de la feuille « {kinds()[field.to].label_fr} »{many}")
    if field.minimum is not None and field.maximum is not None:
        parts.append(f"De {bound(field.minimum)} à {bound(field.maximum)} {field.unit}".rstrip())
    if field.form is Form.DAY:
        parts.append("Jour : 01/03/2026")
    if field.form is Form.INSTANT:
        parts.append("Heure légale : 01/03/2026 14:30")
    if field.private:
        parts.append("Reste dans la base de données, jamais publié")
    parts.append("Obligatoire" if field.required else "Facultatif")
    return f"{field.name}\n" + ".\n".join(parts) + "."


def begin(sheet: Any, kind: Kind, fields: tuple[Field, ...], lists: dict[str, str], first_row: int) -> None:
    """Widths, formats, drop-downs, frozen heading, and the heading itself.

    Args:
        sheet: write-only and empty.
        kind: that it is of.
        fields: its columns, after the id and the two dates.
        lists: "kind.field" -> range of the sheet of lists.
        first_row: of the objects, 2 or 3.
    """
    sheet.freeze_panes = "B2"
    formats = [_TEXT, _INSTANT, _INSTANT, *(_FORMATS.get(field.form, _TEXT) for field in fields)]
    widths = [24, 17, 17, *(max(_WIDTHS.get(field.form, 15), len(heading(field)) + 3) for field in fields)]
    for place, (form, width) in enumerate(zip(formats, widths, strict=True), start=1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width, dimension.number_format = width, form
    for place, field in enumerate(fields, start=4):
        validation = _validation(kind, field, lists)
        if validation is not None:
            letter = get_column_letter(place)
            validation.add(f"{letter}{first_row}:{letter}{LAST_ROW}")
            sheet.data_validations.append(validation)
    dates = "Vide : depuis toujours, ou pour toujours.\nUn objet qui change : une ligne par période, même identifiant."
    sheet.append(
        [
            _heading(sheet, f"{ID_FR} *", f"id\n{kind.id_fr}.\nObligatoire.", required=True),
            _heading(sheet, FROM_FR, f"valid_from\nÀ partir de quand c'est vrai.\n{dates}", required=False),
            _heading(sheet, TO_FR, f"valid_to\nÀ partir de quand ce n'est plus vrai.\n{dates}", required=False),
            *(_heading(sheet, heading(field), note(field), required=field.required) for field in fields),
        ]
    )


def _heading(sheet: Any, text: str, said: str, *, required: bool) -> Any:
    found = WriteOnlyCell(sheet, value=text)
    found.font, found.fill, found.alignment = _HEADING, _FILL[required], Alignment(wrap_text=True, vertical="top")
    found.comment = Comment(said, "Vigie", height=40 + 18 * (said.count("\n") + len(said) // 40), width=320)
    return found


def _validation(kind: Kind, field: Field, lists: dict[str, str]) -> DataValidation | None:
    if field.form is Form.REFERENCE:
        # Only warns: an object may be stated in the other sheet afterwards.
        sheet = kinds()[field.to].label_fr.replace("'", "''")
        found = DataValidation("list", f"'{sheet}'!$A$2:$A${LAST_ROW}", errorStyle="warning")
    elif field.choices or field.form is Form.YES_NO:
        found = DataValidation("list", lists["oui/non" if field.form is Form.YES_NO else f"{kind.name}.{field.name}"])
    elif field.form in (Form.NUMBER, Form.INTEGER) and field.minimum is not None and field.maximum is not None:
        found = DataValidation(
            "whole" if field.form is Form.INTEGER else "decimal",
            bound(field.minimum),
            bound(field.maximum),
            operator="between",
        )
    else:
        return None
    found.allowBlank, found.showErrorMessage, found.showInputMessage = True, True, True
    found.promptTitle, found.prompt = field.label_fr[:32], note(field).partition("\n")[2][:250]
    found.errorTitle, found.error = field.label_fr[:32], f"Attendu : {note(field).partition(chr(10))[2]}"[:220]
    return found


def row(sheet: Any, values: Iterable[Any], *, example: bool = False) -> None:
    """Write one row: texts as texts, even those that begin as a formula does; dates in their format."""
    sheet.append([_cell(sheet, value, example=example) for value in values])


def _cell(sheet: Any, value: Any, *, example: bool) -> Any:
    if value is None or value == "":
        return None
    found = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        found.data_type, found.number_format = "s", _TEXT
    elif isinstance(value, datetime):
        found.number_format = _INSTANT if (value.hour, value.minute, value.second) != (0, 0, 0) else _DAY
    if example:
        found.font = _EXAMPLE
    return found
