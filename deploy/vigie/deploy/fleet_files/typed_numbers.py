"""Numbers as people write them: decimal comma or point, blanks between thousands."""

import re
from math import isfinite

from vigie.deploy.fleet_files.refused import Refused, shown
from vigie.topics.fleet.field import Field

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?:[.,][0-9]*)?")
_YES = {"oui": True, "yes": True, "true": True, "vrai": True, "1": True, "x": True, "o": True, "y": True}
_NO = {"non": False, "no": False, "false": False, "faux": False, "0": False, "n": False}


def plain_number(text: str) -> float:
    r"""A number.

    Raises:
        Refused: it is none.

    >>> plain_number("43,2965"), plain_number("1\u00a0250"), plain_number("-2.5e3")
    (43.2965, 1250.0, -2500.0)
    """
    written = text.replace("\u2212", "-")
    if _THOUSANDS.fullmatch(written):
        written = re.sub(r"\s", "", written)
    if not _NUMBER.fullmatch(written):
        raise Refused(
            f"« {shown(text)} » n'est pas un nombre ; attendu : un nombre tel que 43,2965 ou 43.2965, sans unité.",
            f'"{shown(text)}" is not a number; expected: a number such as 43.2965 or 43,2965, without its unit.',
        )
    found = float(written.replace(",", "."))
    if not isfinite(found):
        raise Refused(f"« {shown(text)} » est un nombre trop grand.", f'"{shown(text)}" is too large a number.')
    return found + 0.0  # no -0.0


def number_of(field: Field, text: str) -> float:
    """A number within the field's bounds.

    Raises:
        Refused: it is none, or out of bounds.
    """
    found = plain_number(text)
    _within(field, found, text)
    return found


def integer_of(field: Field, text: str) -> int:
    """A whole number within the field's bounds.

    Raises:
        Refused: it is none, or out of bounds.
    """
    found = plain_number(text)
    if found != int(found):
        raise Refused(
            f"« {shown(text)} » n'est pas un nombre entier.", f'"{shown(text)}" is not a whole number.'
        )  # fmt: skip
    _within(field, found, text)
    return int(found)


def _within(field: Field, found: float, text: str) -> None:
    low, high = field.minimum, field.maximum
    if (low is not None and found < low) or (high is not None and found > high):
        unit = f" {field.unit}" if field.unit else ""
        raise Refused(
            f"« {shown(text)} » est hors des bornes ; attendu : de {bound(low)} à {bound(high)}{unit}.",
            f'"{shown(text)}" is out of bounds; expected: from {bound(low)} to {bound(high)}{unit}.',
        )


def bound(value: float | None) -> str:
    """A bound as a person reads it.

    >>> bound(-90), bound(0.1), bound(None)
    ('-90', '0.1', '∞')
    """
    return "∞" if value is None else f"{value:.12g}"


def yes_no(text: str) -> bool:
    """Yes or no.

    Raises:
        Refused: neither.

    >>> yes_no("Oui"), yes_no("false")
    (True, False)
    """
    found = (_YES | _NO).get(text.casefold())
    if found is None:
        raise Refused(
            f"« {shown(text)} » n'est ni oui ni non ; attendu : oui ou non.",
            f'"{shown(text)}" is neither yes nor no; expected: yes or no.',
        )
    return found
