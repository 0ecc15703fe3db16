"""A declared column's text or number to a reading, or to an extra; the same for files and for JSON."""

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from vigie.codecs.decoder import Decoded
from vigie.codecs.layout import Column
from vigie.topics.property import BY_NAME
from vigie.topics.reason import printable
from vigie.topics.uplink import Cell, Reading

MISSING, NOT_A_NUMBER = "MISSING_VALUE", "NOT_A_NUMBER"
_POINT = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:\d{1,40}(?:,\d{0,40})?|,\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_MOST_EXTRAS = 200
_LONG = 14
_CODES, _MOST_DB = frozenset(("operator", "cell_id")), 200
_MOST_NAME, _MOST_TEXT = 80, 1000


def number(text: str, decimal: str) -> float | None:
    """A finite number; None for any other text, so that a point never passes for a comma, nor a word for a number.

    >>> number("12,5", ","), number("1.234", ","), number("nan", "."), number("-0.5", ".")
    (12.5, None, None, -0.5)
    """
    if decimal == ",":
        if not _COMMA.fullmatch(text):
            return None
        text = text.replace(",", ".")
    elif not _POINT.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


@lru_cache(maxsize=4096)
def _decimal(value: float) -> Decimal:
    return Decimal(repr(value))


def converted(value: float, factor: float, offset: float) -> float | None:
    """The value times factor plus offset, in decimal arithmetic, so that 0.57 * 100 is 57; None where it is too large.

    >>> converted(0.57, 100.0, 0.0), converted(-822, 0.1, 0.0), converted(36, 1 / 3.6, 0.0)
    (57.0, -82.2, 10.0)
    """
    if factor == 1 and not offset:
        return float(value)
    result = float(Decimal(repr(float(value))) * _decimal(factor) + _decimal(offset))
    if len(repr(factor)) > _LONG:  # 1 / 3.6 and the like, cut to a float: its last digits mean nothing
        result = float(f"{result:.13g}")
    return result if math.isfinite(result) else None


def take(column: Column, given: Any, found: Decoded, decimal: str, missing: frozenset[str]) -> None:
    """A cell's text, or a number of JSON, as its column declares it.

    A text that means no value gives none, with the warning MISSING_VALUE unless it is empty, and so does the same
    number written in another way (-9999.0); a text in a column of numbers that is none is kept as an extra, with the
    warning NOT_A_NUMBER.
    """
    if given is None or given == "":
        return
    if isinstance(given, str) and given in missing:
        warn(found, MISSING)
        return
    if not column.property:
        add_extra(found, column.extra or str(column.name), given)
        return
    value: float | None
    if isinstance(given, str):
        value = number(given, decimal)
    else:
        value = float(given) if isinstance(given, bool | int | float) and abs(given) < 1e300 else None
    if value is not None and value in _numbers(missing) and not isinstance(given, bool):
        warn(found, MISSING)
        return
    result = None if value is None else converted(value, column.factor, column.offset)
    if result is None:
        warn(found, NOT_A_NUMBER)
        add_extra(found, column.extra or str(column.name), given)
        return
    found.readings.append(Reading(BY_NAME[column.property].id, column.channel, result))


@lru_cache(maxsize=256)
def _numbers(missing: frozenset[str]) -> frozenset[float]:
    """The numbers among the texts that mean no value."""
    read = [number(text, decimal) for text in missing for decimal in (".", ",")]
    return frozenset([one for one in read if one is not None])


def cell_of(given: Iterable[tuple[Column, Any]], found: Decoded, decimal: str, missing: frozenset[str]) -> Cell | None:
    """The facts of the cellular network, of their columns and what these hold; what cannot be one stays an extra."""
    facts: dict[str, Any] = {}
    for column, fact in given:
        if fact is None or fact == "" or (isinstance(fact, str) and fact in missing):
            continue
        if column.cell in _CODES:
            whole = isinstance(fact, float) and fact.is_integer()
            facts[column.cell] = printable(str(int(fact) if whole else fact))
            continue
        value = number(str(fact), decimal if isinstance(fact, str) else ".")
        result = None if value is None else converted(value, column.factor, column.offset)
        if result is not None and abs(result) < _MOST_DB:
            facts[column.cell] = result
        else:
            add_extra(found, column.extra or str(column.name), fact)
    return Cell(**facts) if facts else None


def warn(found: Decoded, warning: str) -> None:
    """A doubt, told once."""
    if warning and warning not in found.warnings:
        found.warnings.append(warning)


def add_extra(found: Decoded, name: str, given: Any) -> None:
    """What the catalogue has no property for, as text: at most 200 of 1,000 characters."""
    if given is None or given == "" or len(found.extras) >= _MOST_EXTRAS:
        return
    if isinstance(given, bool):
        text = "1" if given else "0"
    elif isinstance(given, float) and given.is_integer() and abs(given) < 2**53:
        text = str(int(given))
    else:
        text = str(given)
    if not (name.isprintable() and 0 < len(name) <= _MOST_NAME):
        name = "".join([one if one.isprintable() else "_" for one in name[:_MOST_NAME]]) or "_"
    while name in found.extras:
        name += "_again"
    if not (text.isprintable() and len(text) <= _MOST_TEXT):
        text = "".join([one if one.isprintable() else "\ufffd" for one in text[:_MOST_TEXT]])
    found.extras[name] = text
