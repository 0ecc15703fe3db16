"""Where something is wrong, as `file:line:column` (`file:sheet!cell` in a spreadsheet), and what, as lines to print."""

from collections.abc import Iterable
from typing import Any

from vigie.topics.fleet.stated import Origin, Problem


def place(origin: Origin | None, field: str = "") -> str:
    """Where a field of an object stands.

    Args:
        origin: where the object was read; None for one that comes from the database.
        field: which; empty for the whole object.

    >>> place(Origin("point.csv", 12, "", {"latitude": "lat"}), "latitude"), place(Origin("point.yaml", 3), "name")
    ('point.csv:12:lat', 'point.yaml:3')
    >>> place(Origin("flotte.xlsx", 12, "Points de mesure", {"latitude": "H"}), "latitude")
    'flotte.xlsx:Points de mesure!H12'
    >>> place(Origin("point.yaml", 3, "", {"latitude": "7:13"}), "latitude")
    'point.yaml:7:13'
    """
    if origin is None:
        return ""
    column = origin.columns.get(field, "")
    if origin.sheet:
        return f"{origin.file}:{origin.sheet}!{column}{origin.line}"
    if origin.file.lower().endswith((".yaml", ".yml")) and column:
        return f"{origin.file}:{column}"
    return f"{origin.file}:{origin.line}" + (f":{column}" if column else "")


def line(problem: Problem, language: str) -> str:
    """A problem on one line."""
    sentence = problem.sentence_fr if language == "fr" else problem.sentence_en
    mark = "" if problem.severe else ("avertissement : " if language == "fr" else "warning: ")
    where = place(problem.origin, problem.field)
    return f"{where}  {mark}{sentence}" if where else f"{mark}{sentence}"


def as_data(problem: Problem) -> dict[str, Any]:
    """A problem as JSON has it."""
    origin = problem.origin
    return {
        "place": place(origin, problem.field),
        "file": None if origin is None else origin.file,
        "sheet": None if origin is None or not origin.sheet else origin.sheet,
        "line": None if origin is None else origin.line,
        "column": None if origin is None else origin.columns.get(problem.field),
        "field": problem.field or None,
        "severe": problem.severe,
        "sentence_fr": problem.sentence_fr,
        "sentence_en": problem.sentence_en,
    }


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by file and line, as a person goes through them."""
    return sorted(
        problems, key=lambda one: (one.origin.file, one.origin.sheet, one.origin.line) if one.origin else ("",)
    )
