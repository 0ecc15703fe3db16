"""Columns declared once and written in every format: what stands in a cell, and which form it has.

A file for people has French headings, words and legal time; one for programs has the record's names and UTC. Which of
the two a format is: CSV `tableur` and XLSX are for people, CSV `normalise`, JSON Lines and Parquet for programs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from vigie.serving.csv_table import MOMENT, Profile, guarded, name_cell, normalise, number_cell, tableur
from vigie.serving.csv_table import Column as CsvColumn
from vigie.serving.wording import local, utc_text

T = TypeVar("T")


class Form(StrEnum):
    """What a value is."""

    TEXT = "text"
    NAME = "name"
    """An id that a spreadsheet must not take for a number or a date."""
    ALERT = "alert"
    """An alert's id, 32 hex digits."""
    INTEGER = "integer"
    NUMBER = "number"
    SECONDS = "seconds"
    FLAG = "flag"
    INSTANT = "instant"
    """Epoch ms UTC; 0 or None for none."""
    TEXTS = "texts"
    """Several words."""
    MAP = "map"
    """Texts by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[T]):
    """One column.

    Attributes:
        name: for programs; empty: not for them.
        heading: for people (French, lower case, without accents); empty: not for them.
        form: of the value.
        value: of an item.
        words: what people read instead of the value, given the item and its zone.
    """

    name: str
    heading: str
    form: Form
    value: Callable[[T], Any]
    words: Callable[[T, str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[T]):
    """Columns, and the instant of an item whose legal time its line gives."""

    title_fr: str
    columns: Sequence[Column[T]]
    instant: Callable[[T], int]

    def for_people(self) -> list[Column[T]]:
        """Columns with a heading."""
        return [one for one in self.columns if one.heading]

    def for_programs(self) -> list[Column[T]]:
        """Columns with a name."""
        return [one for one in self.columns if one.name]


def plain(column: Column[T], item: T) -> Any:
    """A value as JSON and Parquet hold it: instants in ISO 8601 UTC, None for none."""
    value = column.value(item)
    if column.form is Form.INSTANT:
        return utc_text(value) if value else None
    if column.form is Form.TEXTS:
        return list(value)
    return value


def csv_profiles(table: Table[T], zone: str) -> dict[str, Profile[T]]:
    """The table as CSV: `tableur` and `normalise`."""
    people: dict[str, CsvColumn[T]] = dict(MOMENT)
    people |= {one.heading: _person_cell(one, zone) for one in table.for_people()}
    people["horodatage_utc"] = lambda item, _: utc_text(table.instant(item))
    programs = {one.name: _program_cell(one) for one in table.for_programs()}
    return {"tableur": tableur(people), "normalise": normalise(programs)}


def _person_cell(column: Column[T], zone: str) -> CsvColumn[T]:
    def cell(item: T, _: datetime) -> str:
        if column.words is not None:
            return guarded(column.words(item, zone))
        value = column.value(item)
        if value is None:
            return ""
        match column.form:
            case Form.INSTANT:
                return local(value, zone).strftime("%Y-%m-%d %H:%M:%S") if value else ""
            case Form.FLAG:
                return "oui" if value else "non"
            case Form.INTEGER:
                return str(value)
            case Form.NUMBER | Form.SECONDS:
                return number_cell(value)
            case Form.ALERT:  # a word before it: else one of digits, or digits around an E, becomes a number
                return f"alerte-{value}" if value else ""
            case Form.NAME:
                return name_cell(value)
            case Form.TEXTS:
                return guarded(" ".join(value))
            case _:
                return guarded(str(value))

    return cell


def _program_cell(column: Column[T]) -> CsvColumn[T]:
    from msgspec import json

    def cell(item: T, _: datetime) -> str:
        value = plain(column, item)
        if value is None:
            return ""
        if column.form in {Form.MAP, Form.TEXTS}:
            return json.encode(value).decode()
        if column.form is Form.FLAG:
            return "true" if value else "false"
        return str(value)

    return cell


def rows(table: Table[T], items: Iterable[T]) -> Iterable[dict[str, Any]]:
    """Each item as a dictionary for programs."""
    columns = table.for_programs()
    for item in items:
        yield {one.name: plain(one, item) for one in columns}
