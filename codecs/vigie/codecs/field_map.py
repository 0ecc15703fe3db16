"""From a maker's words to ours: which field of a maker's decoder is which property, in which unit.

The same TOML tables serve makers' JavaScript codecs, and the comparison of our codecs with makers' published examples:

    [fields]
    temperature      = { property = "air_temperature" }
    battery_voltage  = { property = "battery_voltage", factor = 1000, unit = "V" }
    "counters.in"    = { property = "passages", channel = 1 }      # a dot goes into an object
    status           = { extra = "status" }
    leakage          = { extra = "leak", words = { normal = 0, leak = 1 } }
    protocol_version = { ignored = "checked, not told" }

    [lists.history]                                                # a list of objects, each with its own instant
    time        = "timestamp"
    time_format = "epoch_s"                                        # epoch_s, epoch_ms or iso
    [lists.history.fields]
    temperature = { property = "air_temperature" }

A value may stand in an object under `value`, as Decentlab writes it: {"value": 3.2, "unit": "V"}.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.instants import epoch_ms
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import Reading

_MOST_DEPTH = 8
_MOST_EXTRAS = 200
_MOST_TEXT = 1000


class FieldMapError(ValueError):
    """A table that cannot be used; the message says which field and what is expected."""


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


class FieldMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all fields of a maker's decoder are; a field that is not named becomes an extra of its own name."""

    fields: dict[str, Field] = {}
    lists: dict[str, Rows] = {}

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any], where: str) -> "FieldMap":
        """The map that TOML tables `fields` and `lists` give.

        Raises:
            FieldMapError: an unknown key, property or format, or a field that says nothing.
        """
        try:
            found = msgspec.convert({"fields": tables.get("fields", {}), "lists": tables.get("lists", {})}, cls)
        except msgspec.ValidationError as error:
            raise FieldMapError(f"{where}: {error}") from None
        named = [*found.fields.items(), *((f"{n}.{k}", f) for n, r in found.lists.items() for k, f in r.fields.items())]
        for name, entry in named:
            if entry.property and entry.property not in BY_NAME:
                raise FieldMapError(
                    f"{where}: {name} names the property {entry.property!r}, which the catalogue has not"
                )
            if not (entry.property or entry.extra or entry.ignored):
                raise FieldMapError(f"{where}: {name} says neither property, nor extra, nor why it is ignored")
        for name, rows in found.lists.items():
            if rows.time_format not in ("epoch_s", "epoch_ms", "iso"):
                raise FieldMapError(f"{where}: the time_format of {name} is {rows.time_format!r}")
        return found

    def over(self, other: "FieldMap") -> "FieldMap":
        """This map, and the other where this one says nothing."""
        return FieldMap(fields={**other.fields, **self.fields}, lists={**other.lists, **self.lists})

    def read(self, data: Mapping[str, Any]) -> Decoded:
        """A maker's output in our words.

        Raises:
            Undecodable: CODEC_FAILED where a field that is a property holds no number.

        >>> FieldMap(fields={"t": Field(property="air_temperature")}).read({"t": 21.5, "door": "open"})
        Decoded(readings=[Reading(property=1, channel=0, value=21.5, observed_at=None)], extras={'door': 'open'}, \
warnings=[], firmware=None, dated=False)
        """
        found = Decoded([], {}, [])
        for name, value in _leaves(data, "", self.lists, 0):
            if (rows := self.lists.get(name)) is not None and isinstance(value, list):
                for row in value:
                    self._row(rows, row, name, found)
            else:
                _take(self.fields.get(name), name, value, None, found)
        return found

    def unnamed(self, data: Mapping[str, Any]) -> list[str]:
        """Fields of an output that this map says nothing of."""
        return [
            name for name, _ in _leaves(data, "", self.lists, 0) if name not in self.fields and name not in self.lists
        ]

    def _row(self, rows: Rows, row: Any, name: str, found: Decoded) -> None:
        if not isinstance(row, Mapping):
            raise Undecodable(Reason.CODEC_FAILED, f"{name} holds {excerpt(str(row))}, expected objects")
        observed_at = _instant(row.get(rows.time), rows.time_format, f"{name}.{rows.time}")
        for key, value in _leaves(row, "", {}, 0):
            if key != rows.time:
                _take(rows.fields.get(key), key, value, observed_at, found)


def _leaves(data: Mapping[str, Any], prefix: str, lists: Mapping[str, Rows], depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and "value" in value and not isinstance(value["value"], Mapping | list):
            yield name, value
        elif isinstance(value, Mapping) and depth < _MOST_DEPTH:
            yield from _leaves(value, name + ".", lists, depth + 1)
        elif isinstance(value, list) and name not in lists and depth < _MOST_DEPTH:
            yield from _leaves({str(place): one for place, one in enumerate(value)}, name + ".", lists, depth + 1)
        else:
            yield name, value


def _take(entry: Field | None, name: str, given: Any, observed_at: int | None, found: Decoded) -> None:
    value, unit = (
        (given["value"], given.get("unit", "")) if isinstance(given, Mapping) and "value" in given else (given, "")
    )
    if entry is not None and entry.ignored:
        return
    if value is None:
        return
    if entry is not None and entry.words:
        value = entry.words.get(str(value), value)
    if entry is not None and entry.unit and isinstance(value, str):
        value = value.removesuffix(entry.unit).rstrip()
    if entry is None or not entry.property:
        if len(found.extras) < _MOST_EXTRAS:
            found.extras[entry.extra if entry is not None else name] = _text(value)
        return
    if entry.unit and unit and unit != entry.unit:
        raise Undecodable(Reason.CODEC_FAILED, f"{name} is in {excerpt(str(unit))}, the mapping expects {entry.unit}")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Undecodable(Reason.CODEC_FAILED, f"{name} is {excerpt(str(value))}, expected a number")
    converted = number if entry.factor == 1 and not entry.offset else number * entry.factor + entry.offset
    if not math.isfinite(converted):
        raise Undecodable(Reason.CODEC_FAILED, f"{name} is {excerpt(str(value))}: too large")
    found.readings.append(Reading(BY_NAME[entry.property].id, entry.channel, converted, observed_at))
    found.dated = found.dated or observed_at is not None


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


def _text(value: Any) -> str:
    """An extra as text: numbers as JSON writes them, so that 1.0 and 1 are the same."""
    if isinstance(value, str):
        return value[:_MOST_TEXT]
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)[:_MOST_TEXT]
