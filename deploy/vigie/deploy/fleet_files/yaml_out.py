"""A kind's objects as a YAML file for people: one object after the other, short lists on one line."""

from collections.abc import Iterable
from typing import Any

import yaml

from vigie.deploy.fleet_files.cells_out import cell, legal, series
from vigie.deploy.fleet_files.headings import FROM, ID, TO
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.stated import Stated

_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _OneLine(list[Any]):
    """A list that is written on one line."""


class _Dumper(_Base):
    """Writes our lists."""


_Dumper.add_representer(
    _OneLine, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)
)


def yaml_text(fields: tuple[Field, ...], stated: Iterable[Stated], zone: str) -> str:
    """The text of a kind's file.

    Args:
        fields: of the kind, those that are written.
        stated: its objects.
        zone: in whose legal time instants are written.
    """
    return "\n".join(
        yaml.dump(
            [_entry(fields, one, zone)], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000,
            default_flow_style=False,
        )
        for one in stated
    )  # fmt: skip


def _entry(fields: tuple[Field, ...], one: Stated, zone: str) -> dict[str, Any]:
    found: dict[str, Any] = {ID: one.id}
    if one.valid_from is not None:
        found[FROM] = legal(one.valid_from, zone)
    if one.valid_to is not None:
        found[TO] = legal(one.valid_to, zone)
    for field in fields:
        if field.name in one.attributes:
            found[field.name] = _value(field, one.attributes[field.name], zone)
    return found


def _value(field: Field, value: Any, zone: str) -> Any:
    match field.form:
        case Form.NUMBER:
            return int(value) if value == int(value) and abs(value) < 1e15 else value
        case Form.INSTANT:
            return cell(field, value, zone)
        case Form.REFERENCES | Form.TEXTS:
            return _OneLine(value)
        case Form.SERIES:
            return _OneLine(map(series, value))
        case Form.PAIRS:
            return _OneLine(_OneLine(pair) for pair in value)
        case _:
            return value
