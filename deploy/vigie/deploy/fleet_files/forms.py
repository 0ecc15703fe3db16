"""From what stands in a file to the form in which a field's value is kept (topics/fleet/field.py)."""

import re
from collections.abc import Callable
from typing import Any

from vigie.deploy.fleet_files import typed_names as names
from vigie.deploy.fleet_files.refused import Refused, shown
from vigie.deploy.fleet_files.typed_instants import day, instant
from vigie.deploy.fleet_files.typed_lists import Raw, pairs, parameters, series, texts
from vigie.deploy.fleet_files.typed_numbers import integer_of, number_of, yes_no
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.kinds.point import USE_CASES

Taker = Callable[[Raw], Any]
"""What a field makes of a value; raises Refused."""


def taker(kind: str, field: Field, zone: str) -> Taker:
    """What reads this field.

    Args:
        kind: that the field is of.
        field: which.
        zone: whose legal time instants are in, an IANA name.

    >>> from vigie.topics.fleet.kind import kinds
    >>> taker("point", kinds()["point"].field("latitude"), "Europe/Paris")("43,3")
    43.3
    """
    particular = _PARTICULAR.get((kind, field.name))
    if particular is not None:
        return particular
    form = field.form
    if form is Form.REFERENCES:
        return lambda raw: texts(raw, names.object_id)
    if form is Form.TEXTS:
        return lambda raw: texts(raw, names.words)
    if form is Form.SERIES:
        return series
    if form is Form.PAIRS:
        return pairs
    if form is Form.PARAMETERS:
        return parameters
    return _plain(_of_text(field, zone))


def _of_text(field: Field, zone: str) -> Callable[[str], Any]:
    match field.form:
        case Form.NUMBER:
            return lambda text: number_of(field, text)
        case Form.INTEGER:
            return lambda text: integer_of(field, text)
        case Form.YES_NO:
            return yes_no
        case Form.CHOICE:
            return lambda text: names.choice(text, field.choices or {})
        case Form.DAY:
            return day
        case Form.INSTANT:
            return lambda text: instant(text, zone)
        case Form.REFERENCE:
            return names.object_id
        case _:
            return names.words


def _plain(read: Callable[[str], Any]) -> Taker:
    def take(raw: Raw) -> Any:
        if isinstance(raw, str):
            return read(raw)
        what = ("une liste", "a list") if isinstance(raw, list) else ("un objet", "an object")
        raise Refused(
            f"Une seule valeur est attendue ici, et c'est {what[0]}.",
            f"One value is expected here, and this is {what[1]}.",
        )

    return take


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise Refused(
            f"« {shown(text)} » n'est pas une empreinte SHA-256 ; attendu : 64 chiffres hexadécimaux.",
            f'"{shown(text)}" is no SHA-256; expected: 64 hexadecimal digits.',
        )
    return text.lower()


_PARTICULAR: dict[tuple[str, str], Taker] = {
    ("device", "addresses"): lambda raw: texts(raw, names.address, names.addresses_in),
    ("placement", "channels"): lambda raw: texts(raw, names.channel),
    ("contact", "use_cases"): lambda raw: texts(raw, lambda text: names.choice(text, USE_CASES)),
    ("model", "properties"): lambda raw: texts(raw, names.property_name),
    ("conversion", "property"): _plain(names.property_name),
    ("conversion", "to_property"): _plain(names.property_name),
    ("comparison", "property"): _plain(names.property_name),
    ("qualification", "property"): _plain(names.property_name),
    ("quality_setting", "property"): _plain(names.property_name),
    ("quality_setting", "test"): _plain(names.quality_test),
    ("document", "sha256"): _plain(_sha256),
}
"""Fields whose texts are words of a list of ours."""
