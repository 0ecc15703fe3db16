"""Why an expression cannot be: a sentence for its author, in French and English."""

import ast
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NoReturn


class ExpressionError(ValueError):
    """A mistake in what somebody stated of an indicator.

    Attributes:
        field: of the statement: `expression`, `unit`, `base`, `parameters`, `windows` …
        sentence_fr, sentence_en: what is wrong, where, and what is expected.

    >>> print(ExpressionError("unit", "l'unité manque.", "the unit is missing."))
    the unit is missing.
    """

    def __init__(self, field: str, french: str, english: str) -> None:
        super().__init__(english)
        self.field, self.sentence_fr, self.sentence_en = field, french, english


class MistakeError(Exception):
    """A mistake in some part of an expression, before it is known where that stands."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(english)
        self.french, self.english = french, english


def counted(name: str, given: int, expected: int) -> None:
    """A function has the arguments that it takes, or MistakeError is raised."""
    if given != expected:
        raise MistakeError(
            f"{name}() prend {expected} argument(s), pas {given} ; les décimales s'écrivent avec un point.",
            f"{name}() takes {expected} argument(s), not {given}; decimals are written with a point.",
        )


def unknown(what: tuple[str, str], name: str, known: Iterable[str]) -> tuple[str, str]:
    """That nothing has this name, and the nearest that something has; in French and English.

    Args:
        what: it is, in French and English: « grandeur inconnue ».
        name: that nothing has.
        known: names that there are.

    >>> unknown(("grandeur inconnue", "unknown property"), "laek", ["laeq"])[1]
    "unknown property 'laek': did you mean laeq?"
    """
    names = list(known)
    near = next(iter(get_close_matches(name, names, n=1) or get_close_matches(name.lower(), names, n=1)), "")
    return (
        f"{what[0]} « {name} »" + (f" : vouliez-vous dire {near} ?" if near else "."),
        f"{what[1]} {name!r}" + (f": did you mean {near}?" if near else "."),
    )


def no_such_part(node: ast.expr) -> NoReturn:
    """A part of an expression is of no kind that can stand there: MistakeError is raised."""
    if isinstance(node, ast.Tuple):
        raise MistakeError(
            "une virgule n'est pas à sa place ; les décimales s'écrivent avec un point.",
            "a comma is out of place; decimals are written with a point.",
        )
    raise MistakeError(
        "seuls vont les nombres, les grandeurs, + - * /, les comparaisons, « … if … else … » et les fonctions.",
        "only numbers, properties, + - * /, comparisons, … if … else … and functions can stand there.",
    )
