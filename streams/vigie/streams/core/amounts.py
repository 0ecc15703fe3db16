"""Numbers with their units, as people of the installation write them: in mails, on pages, in exports."""

from decimal import Decimal
from math import floor, isfinite, log10

NARROW_SPACE = "\u202f"
"""The no-break space that French puts between thousands, and between a number and its unit."""

_DECIMALS = {"m": 3, "m³/s": 3, "": 3}
"""Decimals that a person reads, by unit; of others two are finer than any sensor of theirs."""
_MOST_DECIMALS = 4


def number_text(value: float, language: str) -> str:
    """A number for people, to ten significant digits.

    >>> number_text(1234567.9, "fr"), number_text(12345.5, "en"), number_text(0.1 + 0.2, "fr")
    ('1\u202f234\u202f567,9', '12,345.5', '0,3')
    """
    if not isfinite(value):
        return "–"
    # As a decimal: a float of ten digits has more of them, which ten places would show.
    whole, _, fraction = f"{Decimal(f'{value:.10g}'):,.10f}".rstrip("0").partition(".")
    if whole == "-0" and not fraction:
        return "0"
    if language == "fr":
        return whole.replace(",", NARROW_SPACE) + ("," + fraction if fraction else "")
    return whole + ("." + fraction if fraction else "")


def amount_text(value: float | None, unit: str, language: str) -> str:
    """A number with its unit, rounded for people; a dash for none.

    >>> amount_text(2.39898443, "dB(A)", "fr"), amount_text(None, "°C", "fr"), amount_text(0.5, "", "en")
    ('2,4\u202fdB(A)', '–', '0.5')
    """
    if value is None:
        return "–"
    space = NARROW_SPACE if language == "fr" else " "
    return number_text(_rounded(value, unit), language) + (space + unit if unit else "")


def _rounded(value: float, unit: str) -> float:
    """A value as fine as people read it: by its unit, below 1 to three digits that count, never beyond four places."""
    if not value or not isfinite(value):
        return value
    decimals = max(_DECIMALS.get(unit, 2), 2 - floor(log10(abs(value))) if abs(value) < 1 else 0)
    return round(value, min(decimals, _MOST_DECIMALS))
