"""A field's value as a spreadsheet keeps it: numbers and dates as such, everything else as text."""

from datetime import datetime
from typing import Any

from vigie.deploy.fleet_files.cells_out import cell, legal, local
from vigie.deploy.fleet_files.refused import Refused
from vigie.deploy.fleet_files.typed_instants import instant_ms
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.stated import Stated

CELL_MOST = 32_767
"""Characters that a cell can hold."""
_DAY_ONE = datetime(1900, 3, 1)
"""Before it the day numbers of spreadsheets disagree."""


class TooLong(Exception):  # noqa: N818 - the data's extent, no fault of the program
    """A value that no cell holds.

    Args:
        where: object and field.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


def values(fields: tuple[Field, ...], one: Stated, zone: str) -> list[Any]:
    """A version's cells: id, from, to, then the fields.

    Raises:
        TooLong: a field has more than a cell holds.
    """
    found = [one.id, *(None if at_ms is None else moment(at_ms, zone) for at_ms in (one.valid_from, one.valid_to))]
    for field in fields:
        value = one.attributes.get(field.name)
        found.append(None if value is None else _value(field, value, zone))
        if isinstance(found[-1], str) and len(found[-1]) > CELL_MOST:
            raise TooLong(f"{one.kind} {one.id}, {field.label_fr}")
    return found


def _value(field: Field, value: Any, zone: str) -> Any:
    match field.form:
        case Form.NUMBER | Form.INTEGER:
            # The library writes 16 digits; a number that needs 17 stays as it is as text.
            return value if float(f"{value:.16g}") == value else cell(field, value, zone)
        case Form.CHOICE:
            return (field.choices or {}).get(value, value)
        case Form.DAY:
            found = datetime.fromisoformat(value)
            return found if found >= _DAY_ONE else value
        case Form.INSTANT:
            return moment(instant_ms(value, "UTC"), zone)
        case _:
            return cell(field, value, zone)


def moment(at_ms: int, zone: str) -> Any:
    """An instant as a date of the spreadsheet in legal time; as text where that would not say which instant it is."""
    found = local(at_ms, zone).replace(tzinfo=None)
    try:
        plain = at_ms % 1000 == 0 and found >= _DAY_ONE and instant_ms(str(found), zone) == at_ms
    except Refused:  # in the hour that comes twice
        plain = False
    return found if plain else legal(at_ms, zone)
