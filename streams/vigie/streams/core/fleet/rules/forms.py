"""What stands in a field is what the field holds, and what is required is there (files say so first, by column)."""

from collections.abc import Callable, Iterator
from datetime import date
from difflib import get_close_matches
from math import isfinite
from typing import Any

from vigie.streams.core.fleet.facts import Facts, problem
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import instant_ms
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.ids import EXPECTED_EN, EXPECTED_FR, is_id
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Problem, Stated


@rule
def fields(facts: Facts) -> Iterator[Problem]:
    """Each field's form, its bounds and its choices."""
    for name, kind in kinds().items():
        known = {one.name: one for one in kind.fields}
        required = [one for one in kind.fields if one.required]
        for version in facts.of(name):
            for field in required:
                if version.attributes.get(field.name) in (None, "", [], {}):
                    yield problem(
                        version, field.name,
                        f"le champ `{field.name}` ({field.label_fr}) manque.",
                        f"the field `{field.name}` is missing.",
                    )  # fmt: skip
            for field_name, value in version.attributes.items():
                if (found := known.get(field_name)) is None:
                    yield _unknown(version, field_name, list(known))
                elif (expected := _refused(found, value)) is not None:
                    yield problem(
                        version, field_name,
                        f"le champ `{field_name}` ({found.label_fr}) vaut {_shown(value)} : attendu {expected[0]}.",
                        f"the field `{field_name}` is {_shown(value)}: expected {expected[1]}.",
                    )  # fmt: skip


@rule
def ids(facts: Facts) -> Iterator[Problem]:
    """An id can be written in a cell and in a list of ids."""
    for (_, name), versions in facts.fleet.items():
        if not is_id(name):
            yield problem(
                versions[0], "id",
                f"identifiant {_shown(name)} : attendu {EXPECTED_FR}.", f"id {_shown(name)}: expected {EXPECTED_EN}.",
            )  # fmt: skip


def _unknown(version: Stated, name: str, known: list[str]) -> Problem:
    near = get_close_matches(name, known, n=1)
    return problem(
        version, name,
        f"le champ `{name}` n'existe pas" + (f" : vouliez-vous dire `{near[0]}` ?" if near else "."),
        f"there is no field `{name}`" + (f": did you mean `{near[0]}`?" if near else "."),
    )  # fmt: skip


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


Expected = tuple[str, str]
"""What is expected, in French and in English."""


def _refused(field: Field, value: Any) -> Expected | None:
    """What is expected in the place of a value; None where it is right."""
    return _FORMS[field.form](field, value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\x00" not in value and value.isascii() | _encodes(value)


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and abs(value) <= 1e15


def _text(field: Field, value: Any) -> Expected | None:
    del field
    return None if _is_text(value) else ("un texte", "a text")


def _number(field: Field, value: Any) -> Expected | None:
    whole = field.form is Form.INTEGER
    right = _is_number(value) and (not whole or float(value).is_integer())
    low, high = field.minimum, field.maximum
    if right and (low is None or value >= low) and (high is None or value <= high):
        return None
    unit = f" {field.unit}" if field.unit else ""
    between = (
        (f" de {low:g} à {high:g}{unit}", f" from {low:g} to {high:g}{unit}") if None not in (low, high) else ("", "")
    )
    return ("un nombre entier" if whole else "un nombre") + between[0], (
        "a whole number" if whole else "a number"
    ) + between[1]


def _yes_no(field: Field, value: Any) -> Expected | None:
    del field
    return None if isinstance(value, bool) else ("oui ou non", "yes or no")


def _choice(field: Field, value: Any) -> Expected | None:
    choices = field.choices or {}
    if isinstance(value, str) and value in choices:
        return None
    codes = ", ".join(choices)
    return f"un de {codes}", f"one of {codes}"


def _day(field: Field, value: Any) -> Expected | None:
    del field
    try:
        right = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        right = False
    return None if right else ("une date, AAAA-MM-JJ", "a date, YYYY-MM-DD")


def _instant(field: Field, value: Any) -> Expected | None:
    del field
    try:
        instant_ms(value)
    except (ValueError, TypeError):
        return "un instant, AAAA-MM-JJTHH:MM:SSZ", "an instant, YYYY-MM-DDTHH:MM:SSZ"
    return None


def _texts(field: Field, value: Any) -> Expected | None:
    del field
    return None if isinstance(value, list) and all(map(_is_text, value)) else ("une liste de textes", "a list of texts")


def _series(field: Field, value: Any) -> Expected | None:
    del field
    whole = ("channel", "step_s", "upload_s")
    right = isinstance(value, list) and all(
        isinstance(one, dict)
        and _is_text(one.get("property"))
        and one.keys() <= {"property", *whole}
        and all(one.get(name) is None or (isinstance(one[name], int) and one[name] >= 0) for name in whole)
        for one in value
    )
    return None if right else ("des grandeurs, « nom#voie@pas/envoi »", "properties, `name#channel@step/upload`")


def _pairs(field: Field, value: Any) -> Expected | None:
    del field
    right = isinstance(value, list) and all(
        isinstance(one, list | tuple) and len(one) == 2 and all(map(_is_number, one)) for one in value
    )
    return None if right else ("des paires de nombres, « 1:2 3:4 »", "pairs of numbers, `1:2 3:4`")


def _parameters(field: Field, value: Any) -> Expected | None:
    del field
    right = isinstance(value, dict) and all(_is_text(name) and _is_number(one) for name, one in value.items())
    return None if right else ("des nombres par nom, « nom=1 nom=2 »", "numbers by name, `name=1 name=2`")


_FORMS: dict[Form, Callable[[Field, Any], Expected | None]] = {
    Form.TEXT: _text, Form.NUMBER: _number, Form.INTEGER: _number, Form.YES_NO: _yes_no, Form.CHOICE: _choice,
    Form.DAY: _day, Form.INSTANT: _instant, Form.REFERENCE: _text, Form.REFERENCES: _texts, Form.TEXTS: _texts,
    Form.SERIES: _series, Form.PAIRS: _pairs, Form.PARAMETERS: _parameters,
}  # fmt: skip
