"""A kind's objects as a CSV file that a French spreadsheet opens: byte order mark, semicolons, decimal comma."""

import csv
import io
from collections.abc import Iterable

from vigie.deploy.fleet_files.cells_out import cell, legal
from vigie.deploy.fleet_files.csv_in import GUARDED
from vigie.deploy.fleet_files.headings import FROM, ID, TO
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.stated import Stated

_BARE = (Form.NUMBER, Form.INTEGER)


def csv_text(fields: tuple[Field, ...], stated: Iterable[Stated], zone: str) -> str:
    """The text of a kind's file.

    Args:
        fields: of the kind, those that are written.
        stated: its objects.
        zone: in whose legal time instants are written.
    """
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow([ID, FROM, TO, *(field.name for field in fields)])
    for one in stated:
        bounds = ("" if at_ms is None else legal(at_ms, zone) for at_ms in (one.valid_from, one.valid_to))
        writer.writerow([one.id, *bounds, *(_cell(field, one, zone) for field in fields)])
    return out.getvalue()


def _cell(field: Field, one: Stated, zone: str) -> str:
    value = one.attributes.get(field.name)
    if value is None:
        return ""
    text = cell(field, value, zone, ",")
    return text if field.form in _BARE else guarded(text)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; csv_in takes the apostrophe away again.

    >>> guarded("=1+1"), guarded("'+33"), guarded("l'eau")
    ("'=1+1", "''+33", "l'eau")
    """
    first, second = text[:1], text[1:2]
    if (first in GUARDED and first != "'") or (first == "'" and second in GUARDED):
        return "'" + text
    return text
