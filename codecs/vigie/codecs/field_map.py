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
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import isfinite
from typing import Any

import msgspec
from msgspec import Struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.mapped_field import (
    MOST_EXTRAS,
    Field,
    Plan,
    Rows,
    as_text,
    leaves,
    once,
    planned,
    read_number,
    read_row,
    take,
    unnamed_plan,
    unpacked,
)
from vigie.topics.property import BY_NAME
from vigie.topics.uplink import Reading

_MOST_UNNAMED_KEPT = 1000


class FieldMapError(ValueError):
    """A table that cannot be used; the message says which field and what is expected."""


class FieldMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
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
            _check(entry, name, where)
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
        plans, extras = self._plans, found.extras
        for name, given in data.items():
            value, unit, kind = given, "", type(given)
            if kind is dict and "value" in given:
                value, unit = given["value"], given.get("unit", "")
                kind = type(value)
            if kind is dict or kind is list:
                self._deeper(name, given, found)
                continue
            plan = plans.get(name)
            if plan is None:
                plan = self._plan_unnamed(name)
            if plan.words or (kind is not float and kind is not int):
                take(plan, name, value, unit, None, found)
            elif plan.property:  # numbers, as nearly all fields are, are told apart here: this is on the hot path
                read_number(plan, name, value, unit, None, found)
            elif not plan.ignored and len(extras) < MOST_EXTRAS:
                extras[plan.extra] = str(value) if kind is int else as_text(value)
        if (found.dated or self._may_repeat) and len(found.readings) > 1:
            found.readings = once(found.readings)
        return found

    def plans(self, names: Sequence[str], units: Sequence[str | None]) -> list[tuple[Plan, str, str]]:
        """What becomes of numbers under these names, in these units: for `read_numbers`."""
        return [
            (self._plans.get(name) or self._plan_unnamed(name), name, unit or "")
            for name, unit in zip(names, units, strict=True)
        ]

    def read_numbers(self, plans: Sequence[tuple[Plan, str, str]], values: Sequence[float]) -> Decoded:
        """The same as `read`, for many outputs with the same names and nothing but numbers.

        Raises:
            Undecodable: CODEC_FAILED where a unit is another one than the mapping expects.

        >>> names = FieldMap(fields={"t": Field(property="air_temperature")})
        >>> names.read_numbers(names.plans(["t", "n"], [None, None]), [21.5, 3]).extras
        {'n': '3'}
        """
        found = Decoded([], {}, [])
        readings, extras = found.readings, found.extras
        for (plan, name, unit), value in zip(plans, values, strict=True):
            if plan.words or (plan.unit and unit != plan.unit):
                take(plan, name, value, unit, None, found)
            elif plan.property:
                number = float(value) * plan.factor + plan.offset
                if not isfinite(number):
                    read_number(plan, name, value, unit, None, found)
                readings.append(Reading(plan.property, plan.channel, number, None))
            elif not plan.ignored and len(extras) < MOST_EXTRAS:
                extras[plan.extra] = str(value) if type(value) is int else as_text(value)
        if self._may_repeat and len(readings) > 1:
            found.readings = once(readings)
        return found

    def unnamed(self, data: Mapping[str, Any]) -> list[str]:
        """Fields of an output that this map says nothing of."""
        return [
            name for name, _ in leaves(data, "", self.lists, 0) if name not in self.fields and name not in self.lists
        ]

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        """By name of the field; those that the map does not name come in as they are met."""
        return planned(self.fields)

    @cached_property
    def _row_plans(self) -> dict[str, dict[str, Plan]]:
        return {name: planned(rows.fields) for name, rows in self.lists.items()}

    @cached_property
    def _may_repeat(self) -> bool:
        """Whether two fields are the same property and channel: alternatives that a maker may give both."""
        places = [(one.property, one.channel) for one in self.fields.values() if one.property]
        return len(set(places)) < len(places)

    def _plan_unnamed(self, name: str) -> Plan:
        plan = unnamed_plan(name)
        if len(self._plans) < len(self.fields) + _MOST_UNNAMED_KEPT:
            self._plans[name] = plan
        return plan

    def _deeper(self, name: str, value: Any, found: Decoded) -> None:
        """A field that holds an object or a list."""
        for inner, one in leaves({name: value}, "", self.lists, 0):
            if (rows := self.lists.get(inner)) is not None and isinstance(one, list):
                for row in one:
                    read_row(rows, self._row_plans[inner], row, inner, found)
            else:
                plan = self._plans.get(inner) or self._plan_unnamed(inner)
                take(plan, inner, *unpacked(one), None, found)


def _check(entry: Field, name: str, where: str) -> None:
    if entry.property and entry.property not in BY_NAME:
        raise FieldMapError(f"{where}: {name} names the property {entry.property!r}, which the catalogue has not")
    if not (entry.property or entry.extra or entry.ignored):
        raise FieldMapError(f"{where}: {name} says neither property, nor extra, nor why it is ignored")
    if not 0 <= entry.channel < 2**15:
        raise FieldMapError(f"{where}: the channel of {name} is {entry.channel}, expected 0 to 32767")
    if not all(map(math.isfinite, (entry.factor, entry.offset, *entry.words.values()))):
        raise FieldMapError(f"{where}: {name} has a number that is not finite")
