"""A field of a fleet object: what may stand in it, and what a person is shown.

The same declaration is read by the files' reader, the spreadsheet's template, the checks, the export and the docs.
"""

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """What a field holds, as it stands in attributes (JSON)."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    YES_NO = "yes_no"
    CHOICE = "choice"
    """One of `choices`."""
    DAY = "day"
    """A date, `YYYY-MM-DD`."""
    INSTANT = "instant"
    """ISO 8601 in UTC, `YYYY-MM-DDTHH:MM:SSZ`; files may give legal time or a date alone (its midnight)."""
    REFERENCE = "reference"
    """Id of an object of the kind `to`."""
    REFERENCES = "references"
    """List of such ids; in one cell separated by spaces or commas."""
    TEXTS = "texts"
    """List of texts; in one cell separated by spaces or commas."""
    SERIES = "series"
    """What a point measures: list of {property, channel, step_s, upload_s}; in one cell `name#channel@step/upload`."""
    PAIRS = "pairs"
    """List of [from, to] numbers of a conversion table, or [longitude, latitude]; in one cell `1:2 3:4`."""
    PARAMETERS = "parameters"
    """Numbers by name; in one cell `name=number name=number`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    Attributes:
        name: English, lower case, with its unit (`height_m`); key in attributes, YAML and CSV.
        form: what it holds.
        label_fr: heading in spreadsheets and pages.
        required: an object without it is refused.
        unit: of a number, as a person reads it.
        minimum, maximum: of a number, inclusive.
        choices: code -> French label, of a CHOICE.
        to: kind that a reference leads to.
        private: stays in PostgreSQL; never on a topic (names, addresses, numbers of persons).
        help_fr: one sentence for the template.
    """

    name: str
    form: Form
    label_fr: str
    required: bool = False
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: dict[str, str] | None = None
    to: str = ""
    private: bool = False
    help_fr: str = ""


def text(name: str, label_fr: str, *, required: bool = False, private: bool = False, help_fr: str = "") -> Field:
    """A text."""
    return Field(name=name, form=Form.TEXT, label_fr=label_fr, required=required, private=private, help_fr=help_fr)


def number(
    name: str, label_fr: str, unit: str, minimum: float, maximum: float, *, required: bool = False, help_fr: str = ""
) -> Field:
    """A number with its unit and bounds."""
    return Field(
        name=name, form=Form.NUMBER, label_fr=label_fr, unit=unit, minimum=minimum, maximum=maximum,
        required=required, help_fr=help_fr,
    )  # fmt: skip


def integer(
    name: str, label_fr: str, unit: str, minimum: int, maximum: int, *, required: bool = False, help_fr: str = ""
) -> Field:
    """A whole number with its unit and bounds."""
    return Field(
        name=name, form=Form.INTEGER, label_fr=label_fr, unit=unit, minimum=minimum, maximum=maximum,
        required=required, help_fr=help_fr,
    )  # fmt: skip


def choice(name: str, label_fr: str, choices: dict[str, str], *, required: bool = False) -> Field:
    """One of a few codes."""
    return Field(name=name, form=Form.CHOICE, label_fr=label_fr, choices=choices, required=required)


def reference(name: str, label_fr: str, to: str, *, required: bool = False, help_fr: str = "") -> Field:
    """The id of one object of another kind."""
    return Field(name=name, form=Form.REFERENCE, label_fr=label_fr, to=to, required=required, help_fr=help_fr)


def references(name: str, label_fr: str, to: str, *, help_fr: str = "") -> Field:
    """Ids of objects of another kind."""
    return Field(name=name, form=Form.REFERENCES, label_fr=label_fr, to=to, help_fr=help_fr)


def of(form: Form, name: str, label_fr: str, *, required: bool = False, help_fr: str = "") -> Field:
    """A field of a form that needs no more words."""
    return Field(name=name, form=form, label_fr=label_fr, required=required, help_fr=help_fr)
