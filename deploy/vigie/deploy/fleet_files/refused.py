"""A value that cannot be taken: why, and what is expected, in both languages."""

import difflib
import unicodedata
from collections.abc import Iterable

_SHOWN = 60


class Refused(Exception):  # noqa: N818 - it is an answer about data, no fault of the program
    """Says what was found and what is expected.

    Args:
        french, english: whole sentences for the person who wrote the file.
    """

    def __init__(self, french: str, english: str) -> None:
        super().__init__(french)
        self.french = french
        self.english = english


def shown(value: object) -> str:
    r"""A value as a sentence quotes it: short, and on one line.

    >>> shown("a\nb"), shown("x" * 100)[-3:]
    ('a b', 'xx…')
    """
    text = " ".join(str(value).split())
    text = "".join(one if one.isprintable() else "\ufffd" for one in text[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def tidy(text: str) -> str:
    r"""A text without blanks around it, its accents composed, its line ends one character.

    >>> tidy(" e\u0301té\r\n")
    'été'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def folded(text: str) -> str:
    """Letters and digits only, without case and accents, for words that people write in more than one way.

    >>> folded("Période d'envoi (s) *")
    'periode d envoi s'
    """
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in bare.casefold().replace("œ", "oe")).split())


def nearest(word: str, known: Iterable[str]) -> tuple[str, str]:
    """The end of a sentence that names the word that was likely meant, in both languages; empty if none is near.

    >>> nearest("air_temprature", ["air_temperature", "laeq"])
    (' ; est-ce « air_temperature » ?', '; is it "air_temperature"?')
    """
    by_folded = {folded(one): one for one in known}
    found = difflib.get_close_matches(folded(word), list(by_folded), n=1, cutoff=0.6)
    if not found:
        return "", ""
    name = by_folded[found[0]]
    return f" ; est-ce « {name} » ?", f'; is it "{name}"?'
