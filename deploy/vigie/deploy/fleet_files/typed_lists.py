"""Fields that hold several values: in one cell (`a b`, `name#1@900/3600`, `1:2 3:4`, `name=1`), or as YAML's lists."""

import re
from collections.abc import Callable
from datetime import date
from math import isfinite
from typing import Any

from vigie.deploy.fleet_files.refused import Refused, shown
from vigie.deploy.fleet_files.typed_instants import day
from vigie.deploy.fleet_files.typed_names import channel, property_name
from vigie.deploy.fleet_files.typed_numbers import plain_number

Raw = str | list[Any] | dict[str, Any]
"""What stands in a file: the text of a cell or scalar, or YAML's lists and mappings of such."""

PAIRS_MOST = 500
_SERIES = re.compile(r"([^#@\s]+)(?:#([0-9]+))?(?:@([0-9]*)(?:/([0-9]+))?)?")
_STEP_MOST_S, _UPLOAD_MOST_S = 604_800, 2_678_400
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]{0,59}")


def texts(raw: Raw, each: Callable[[str], str], split: Callable[[str], list[str]] | None = None) -> list[str]:
    """Several texts, none twice.

    Args:
        raw: a cell, or a list of texts.
        each: what makes one text of the list; refuses.
        split: of a cell; None: at blanks, commas and semicolons.

    Raises:
        Refused: one is refused, or stands twice.

    >>> texts("a, b;c", str)
    ['a', 'b', 'c']
    """
    given = (split(raw) if split else re.split(r"[\s,;]+", raw)) if isinstance(raw, str) else _items(raw)
    found: list[str] = []
    for one in filter(None, given):
        text = each(_scalar(one))
        if text in found:
            raise Refused(f"« {shown(text)} » figure deux fois.", f'"{shown(text)}" stands twice.')
        found.append(text)
    return found


def series(raw: Raw) -> list[dict[str, Any]]:
    """What a point measures: {property, channel} and, where they are given, step_s and upload_s.

    Raises:
        Refused: one cannot be understood, or stands twice.

    >>> series("laeq passages#2@900/3600")[1]
    {'property': 'passages', 'channel': 2, 'step_s': 900, 'upload_s': 3600}
    """
    given: list[Any] = re.split(r"[\s,;]+", raw) if isinstance(raw, str) else _items(raw)
    found = [_series_of(one) if isinstance(one, dict) else _series_cell(_scalar(one)) for one in given if one]
    seen = set()
    for one in found:
        if (key := (one["property"], one["channel"])) in seen:
            raise Refused(f"« {key[0]}#{key[1]} » figure deux fois.", f'"{key[0]}#{key[1]}" stands twice.')
        seen.add(key)
    return found


def _series_cell(text: str) -> dict[str, Any]:
    match = _SERIES.fullmatch(text)
    if match is None:
        raise Refused(
            f"« {shown(text)} » n'est pas une grandeur ; attendu : nom, nom#voie ou nom#voie@pas/envoi (en secondes).",
            f'"{shown(text)}" is no series; expected: name, name#channel or name#channel@step/upload (in seconds).',
        )
    name, channel_, step_s, upload_s = match.groups()
    return _series(name, channel_ or "0", step_s or None, upload_s)


def _series_of(entry: dict[str, Any]) -> dict[str, Any]:
    unknown = entry.keys() - {"property", "channel", "step_s", "upload_s"}
    if unknown or "property" not in entry:
        raise Refused(
            f"« {shown(', '.join(entry))} » : attendu property, et s'il le faut channel, step_s, upload_s.",
            f'"{shown(", ".join(entry))}": expected property and, if needed, channel, step_s, upload_s.',
        )
    given = {name: _scalar(value) for name, value in entry.items() if value not in ("", None)}
    return _series(
        given.get("property", ""), given.get("channel", "0"), given.get("step_s"), given.get("upload_s")
    )  # fmt: skip


def _series(name: str, channel_: str, step_s: str | None, upload_s: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {"property": property_name(name), "channel": int(channel(channel_))}
    for field, text, most in (("step_s", step_s, _STEP_MOST_S), ("upload_s", upload_s, _UPLOAD_MOST_S)):
        if text is None:
            continue
        seconds = plain_number(text)
        if seconds != int(seconds) or not 1 <= seconds <= most:
            raise Refused(
                f"« {shown(text)} » : {field} attendu en secondes entières, de 1 à {most}.",
                f'"{shown(text)}": {field} is expected in whole seconds, from 1 to {most}.',
            )
        found[field] = int(seconds)
    return found


def pairs(raw: Raw) -> list[list[float]]:
    """Pairs of numbers.

    Raises:
        Refused: one is none, or they are too many.

    >>> pairs("0:0 1,5:2.5"), pairs([["1", "2"]])
    ([[0.0, 0.0], [1.5, 2.5]], [[1.0, 2.0]])
    """
    if isinstance(raw, str):
        given: list[Any] = [one.rstrip(",;").split(":") for one in re.split(r"[\s;]+", raw) if one.rstrip(",;")]
    else:
        given = [one if isinstance(one, list) else _scalar(one).split(":") for one in _items(raw)]
    if len(given) > PAIRS_MOST:
        raise Refused(
            f"{len(given)} couples ; attendu : {PAIRS_MOST} au plus.",
            f"{len(given)} pairs; expected: {PAIRS_MOST} at most.",
        )
    for one in given:
        if len(one) != 2:
            raise Refused(
                f"« {shown(':'.join(map(str, one)))} » n'est pas un couple de nombres ; attendu : 1:2 3:4.",
                f'"{shown(":".join(map(str, one)))}" is no pair of numbers; expected: 1:2 3:4.',
            )
    return [[plain_number(_scalar(left)), plain_number(_scalar(right))] for left, right in given]


def parameters(raw: Raw) -> dict[str, float]:
    """Numbers by name; a date stands for its days since 1970-01-01.

    Raises:
        Refused: one is none, or a name stands twice.

    >>> parameters("suspect_high=44,5 off=1"), parameters("works_begin=2026-03-01")
    ({'suspect_high': 44.5, 'off': 1.0}, {'works_begin': 20513.0})
    """
    if isinstance(raw, dict):
        given = [(name, _scalar(value)) for name, value in raw.items()]
    else:
        cells = re.split(r"[\s;]+", re.sub(r"\s*=\s*", "=", raw)) if isinstance(raw, str) else map(_scalar, raw)
        given = [(name, text.rstrip(",")) for name, _, text in (one.partition("=") for one in cells if one)]
    found: dict[str, float] = {}
    for name, text in given:
        if not _PARAMETER.fullmatch(name):
            raise Refused(
                f"« {shown(name)} » n'est pas un nom de paramètre ; attendu : nom=nombre nom=nombre.",
                f'"{shown(name)}" is no name of a parameter; expected: name=number name=number.',
            )
        if name in found:
            raise Refused(f"« {name} » figure deux fois.", f'"{name}" stands twice.')
        found[name] = _days_since_1970(text) if _DATE.fullmatch(text) else plain_number(text)
        assert isfinite(found[name])
    return found


def _days_since_1970(text: str) -> float:
    return float((date.fromisoformat(day(text)) - date(1970, 1, 1)).days)


def _items(raw: Raw) -> list[Any]:
    if isinstance(raw, list):
        return raw
    raise Refused(
        "Une liste est attendue ici, et c'est un objet « clé: valeur ».",
        'A list is expected here, and this is an object "key: value".',
    )


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise Refused(
        "Une valeur simple est attendue ici, et c'est une liste ou un objet.",
        "A plain value is expected here, and this is a list or an object.",
    )
