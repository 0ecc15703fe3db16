"""Anything as CSV, one line for each, in one of two profiles, never one between them.

`tableur` is for a French spreadsheet: byte order mark, semicolons, decimal comma, local date and time in columns of
their own, the machine's instant last. `normalise` is for programs: UTF-8, commas, decimal point, ISO 8601 in UTC.
"""

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TextIO, TypeVar

from vigie.serving.wording import local, offset_text

T = TypeVar("T")
Column = Callable[[T, datetime], str]
"""The cell of an item, given also the local time at which it became true."""

BYTE_ORDER_MARK = "\ufeff"

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet evaluates a cell that begins so; the words of a device or of a person must stay words. Full-width
signs count too."""

_LIKE_A_NUMBER = re.compile(r"[0-9][0-9 .,:/E+-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Generic[T]):
    """A way to write the file: its columns and the marks between them."""

    columns: dict[str, Column[T]]
    delimiter: str
    line_end: str
    start: str


def tableur(columns: dict[str, Column[T]]) -> Profile[T]:
    """The profile for a French spreadsheet."""
    return Profile(columns=columns, delimiter=";", line_end="\r\n", start=BYTE_ORDER_MARK)


def normalise(columns: dict[str, Column[T]]) -> Profile[T]:
    """The profile for programs."""
    return Profile(columns=columns, delimiter=",", line_end="\n", start="")


MOMENT: dict[str, Column[Any]] = {
    "date": lambda _, at: at.strftime("%Y-%m-%d"),
    "heure": lambda _, at: at.strftime("%H:%M:%S"),
    "date_heure": lambda _, at: at.strftime("%Y-%m-%d %H:%M:%S"),
    # The word keeps a spreadsheet from reading two hours of the day.
    "decalage_utc": lambda _, at: f"UTC{offset_text(at)}",
}
"""The first columns of `tableur`: the legal time of the line."""


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("plain")
    ("'=1+1", 'plain')
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def name_cell(name: str) -> str:
    """An id that no spreadsheet takes for a formula, a number (1234E45) or a date.

    >>> name_cell("TEM-13055-01"), name_cell("01001"), name_cell("2026-03-29")
    ('TEM-13055-01', 'n° 01001', 'n° 2026-03-29')
    """
    return f"n° {name}" if _LIKE_A_NUMBER.fullmatch(name) else guarded(name)


def number_cell(value: float | None) -> str:
    """A number as a French spreadsheet reads it, to the 15 digits that it keeps; empty for none.

    >>> number_cell(21.5), number_cell(-3.0), number_cell(1e-7), number_cell(float("nan")), number_cell(None)
    ('21,5', '-3', '0,0000001', '', '')
    >>> number_cell(24.768241500000002), number_cell(3367020.0)
    ('24,7682415', '3367020')
    """
    if value is None or value - value != 0:  # not a number, or infinite
        return ""
    text = repr(float(f"{value:.15g}"))  # without the last digits, which only binary fractions have
    if "e" in text:
        text = f"{Decimal(text):f}"
    return text.removesuffix(".0").replace(".", ",")


def write_table(
    items: Iterable[T], out: TextIO, profile: Profile[T], instant: Callable[[T], int], zone: str
) -> int:  # fmt: skip
    """Write items to a text file, one at a time, so that any number of them takes no memory.

    Args:
        items: in the order of the lines.
        out: opened with `newline=""` and UTF-8.
        profile: columns and marks.
        instant: of an item, epoch ms UTC, whose legal time its line gives.
        zone: IANA name of the legal time.

    Returns:
        How many lines follow the header.
    """
    out.write(profile.start)
    writer = csv.writer(out, delimiter=profile.delimiter, lineterminator=profile.line_end)
    writer.writerow(profile.columns)
    count, cells = 0, list(profile.columns.values())
    for item in items:
        moment = local(instant(item), zone)
        writer.writerow([cell(item, moment) for cell in cells])
        count += 1
    return count
