"""What a maker's field becomes: a reading, an extra, or nothing. Tables and their meaning: field_map.py."""

import math
from collections.abc import Container, Iterator, Mapping
from math import isfinite
from typing import Any, NamedTuple

from msgspec import Struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.instants import epoch_ms
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, excerpt, printable
from vigie.topics.uplink import Reading

_MOST_DEPTH = 8
MOST_EXTRAS = 200
_MOST_TEXT = 1000


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a maker's field is.

    Attributes:
        property: catalogue property; empty: an extra, or ignored.
        channel: of the reading.
        factor, offset: value in the catalogue's unit = value * factor + offset.
        unit: the maker's unit, checked where its output names one, and taken off a text that ends with it (`25 mm`).
        words: text -> number, for states that the maker writes out.
        extra: name of the extra.
        ignored: why the field is not told.
    """

    property: str = ""
    channel: int = 0
    factor: float = 1.0
    offset: float = 0.0
    unit: str = ""
    words: dict[str, float] = {}
    extra: str = ""
    ignored: str = ""


class Rows(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list of objects with an instant each.

    Attributes:
        time: field of the instant.
        time_format: `epoch_s`, `epoch_ms` or `iso`.
        fields: what the others are.
    """

    time: str
    fields: dict[str, Field]
    time_format: str = "epoch_s"


class Plan(NamedTuple):
    """A field, as reading needs it."""

    property: int
    channel: int
    factor: float
    offset: float
    unit: str
    words: Mapping[str, float]
    extra: str
    ignored: bool


def planned(fields: Mapping[str, Field]) -> dict[str, Plan]:
    """Fields as reading needs them, by name."""
    return {
        name: Plan(
            property=BY_NAME[one.property].id if one.property else 0,
            channel=one.channel,
            factor=one.factor,
            offset=one.offset,
            unit=one.unit,
            words=one.words,
            extra=one.extra,
            ignored=bool(one.ignored),
        )
        for name, one in fields.items()
    }


def unnamed_plan(name: str) -> Plan:
    """A field of which nothing is said: an extra of its own name."""
    return Plan(0, 0, 1.0, 0.0, "", {}, printable(name), ignored=False)


def leaves(data: Mapping[str, Any], prefix: str, lists: Container[str], depth: int) -> Iterator[tuple[str, Any]]:
    """Names with dots and values of what is not an object or a list itself, or is one of the lists."""
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and "value" in value and not isinstance(value["value"], Mapping | list):
            yield name, value
        elif isinstance(value, Mapping) and depth < _MOST_DEPTH:
            yield from leaves(value, name + ".", lists, depth + 1)
        elif isinstance(value, list) and name not in lists and depth < _MOST_DEPTH:
            yield from leaves({str(place): one for place, one in enumerate(value)}, name + ".", lists, depth + 1)
        else:
            yield name, value


def unpacked(given: Any) -> tuple[Any, Any]:
    """A value and its unit, which may stand in one object.

    >>> unpacked({"value": 3.2, "unit": "V"}), unpacked(3.2)
    ((3.2, 'V'), (3.2, ''))
    """
    if isinstance(given, Mapping) and "value" in given:
        return given["value"], given.get("unit", "")
    return given, ""


def read_row(rows: Rows, plans: Mapping[str, Plan], row: Any, name: str, found: Decoded) -> None:
    """A row of a list, with an instant of its own.

    Raises:
        Undecodable: CODEC_FAILED where it has none, or a field that is a property holds no number.
    """
    if not isinstance(row, Mapping):
        raise Undecodable(Reason.CODEC_FAILED, f"{name} holds {excerpt(str(row))}, expected objects")
    observed_at = _instant(row.get(rows.time), rows.time_format, f"{name}.{rows.time}")
    for key, value in leaves(row, "", {}, 0):
        if key != rows.time:
            take(plans.get(key) or unnamed_plan(key), key, *unpacked(value), observed_at, found)


def take(plan: Plan, name: str, value: Any, unit: Any, observed_at: int | None, found: Decoded) -> None:
    """A field: a reading, an extra, or nothing.

    Raises:
        Undecodable: CODEC_FAILED where it is a property and holds no number.
    """
    if value is None or plan.ignored:
        return
    if plan.words:
        value = plan.words.get(str(value).lower() if isinstance(value, bool) else str(value), value)
    if plan.unit and isinstance(value, str):
        value = value.removesuffix(plan.unit).rstrip()
    if plan.property:
        read_number(plan, name, value, unit, observed_at, found)
    elif len(found.extras) < MOST_EXTRAS:
        found.extras[plan.extra] = as_text(value)


def read_number(plan: Plan, name: str, value: Any, unit: Any, observed_at: int | None, found: Decoded) -> None:
    """A reading of a property.

    Raises:
        Undecodable: CODEC_FAILED where there is no number, or another unit.
    """
    if plan.unit and unit and unit != plan.unit:
        raise Undecodable(
            Reason.CODEC_FAILED, f"{excerpt(name)} is in {excerpt(str(unit))}, the mapping expects {plan.unit}"
        )
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if plan.factor != 1 or plan.offset:
        number = number * plan.factor + plan.offset
    if not isfinite(number):
        raise Undecodable(Reason.CODEC_FAILED, f"{excerpt(name)} is {excerpt(str(value))}, expected a number")
    found.readings.append(Reading(plan.property, plan.channel, number, observed_at))
    if observed_at is not None:
        found.dated = True


def once(readings: list[Reading]) -> list[Reading]:
    """Of readings of the same property, channel and instant the last: a list may repeat its newest row."""
    return list({(one.property, one.channel, one.observed_at): one for one in readings}.values())


def _instant(value: Any, form: str, name: str) -> int:
    try:
        if form == "iso":
            return epoch_ms(str(value))
        at = round(float(value) * (1000 if form == "epoch_s" else 1))
        if not 0 <= at < 2**53:
            raise ValueError(value)
        return at
    except (TypeError, ValueError, OverflowError):
        raise Undecodable(
            Reason.CODEC_FAILED, f"{name} is {excerpt(str(value))}, expected an instant ({form})"
        ) from None


def as_text(value: Any) -> str:
    """An extra as text: numbers as JSON writes them, so that 1.0 and 1 are the same."""
    if isinstance(value, str):
        text = value[:_MOST_TEXT]
        return text if "\0" not in text else text.replace("\0", "\ufffd")  # which no store takes
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)[:_MOST_TEXT]
