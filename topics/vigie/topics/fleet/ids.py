"""Ids of a fleet's objects: one rule, for files, commands and checks."""

import re

EXPECTED_FR = (
    "1 à 100 caractères, le premier une lettre ou un chiffre, sans espace ni : , ; \" ' (lettres, chiffres, - _ . / # "
    "sont permis)"
)
EXPECTED_EN = (
    "1 to 100 characters, the first a letter or a digit, without blanks and : , ; \" ' (letters, digits, - _ . / # "
    "are allowed)"
)
_LONGEST = 100
_KEPT_OUT = r"\s:,;\"'"
_ID = re.compile(rf"[^\W_][^{_KEPT_OUT}]{{0,{_LONGEST - 1}}}")


def is_id(text: str) -> bool:
    """Whether a text can be an id.

    >>> is_id("TEM-13055-01/1"), is_id("eui:24e124136b000118"), is_id("Pont Neuf")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None and text.isprintable()


def id_of(address: str) -> str:
    """An id for a device of which nothing but its address is known.

    >>> id_of("eui:24e124136b000118"), id_of("src:ville:Pont Neuf, aval")
    ('eui-24e124136b000118', 'src-ville-Pont-Neuf-aval')
    """
    return re.sub(rf"[{_KEPT_OUT}]+", "-", address)[:_LONGEST]
