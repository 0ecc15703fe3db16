"""Makers' published examples against our codecs: the same values, in our words and units.

A file `words/<vendor>.toml` says, for one vendor folder of the public collections:

    [codecs]                         # the maker's codec -> ours
    "dl-lid" = "decentlab-dl-lid"

    [fields]                         # field_map.py, for all codecs of the vendor
    battery_voltage = { property = "battery_voltage", factor = 1000, unit = "V" }

    [codec."dl-ctd10".fields]        # goes before
    temperature = { property = "water_temperature" }

    [unread]                         # the maker's codecs of devices that we do not read, and why
    t0006129 = "a tracker of goods: none of the six uses"

    [[unequal]]                      # examples that are wrong, or that we read otherwise on purpose
    codec  = "ldds75"
    index  = 0
    reason = "the maker's codec gives the battery as the distance"
"""

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.field_map import FieldMap, FieldMapError
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Undecodable

_CLOSE = 1e-9


class Verdict(Struct, frozen=True, kw_only=True):
    """What comes of one example: `equal`, `unequal`, `excused` (with the stated reason), or `no_codec`."""

    outcome: str
    codec: str = ""
    why: str = ""


class Words(Struct, frozen=True, kw_only=True):
    """The words of one vendor: its codecs and ours, its fields and ours, what is not read, what is excused."""

    codecs: dict[str, str]
    maps: dict[str, FieldMap]
    unread: dict[str, str]
    unequal: dict[tuple[str, int], str]


@cache
def words() -> Mapping[str, Words]:
    """Every vendor's words, by the vendor's folder name in the collections."""
    found = {}
    for path in files("vigie.codecs").joinpath("words").iterdir():
        if not path.name.endswith(".toml"):
            continue
        tables = tomllib.loads(path.read_text("utf-8"))
        strange = set(tables) - {"codecs", "fields", "lists", "codec", "unread", "unequal"}
        if strange:
            raise FieldMapError(f"{path.name}: unknown table {', '.join(sorted(strange))}")
        common = FieldMap.from_tables(tables, path.name)
        maps = {
            theirs: FieldMap.from_tables(tables.get("codec", {}).get(theirs, {}), f"{path.name}, {theirs}").over(common)
            for theirs in tables["codecs"]
        }
        found[path.name.removesuffix(".toml")] = Words(
            codecs=tables["codecs"],
            maps=maps,
            unread=tables.get("unread", {}),
            unequal={(entry["codec"], entry["index"]): entry["reason"] for entry in tables.get("unequal", [])},
        )
    return found


def judge(
    vendor: str, codec: str, index: int, f_port: int, payload: bytes, output: Mapping[str, Any], received_at: int = 0
) -> Verdict:
    """Does our codec give what the maker's gives?

    Args:
        vendor: folder of the maker in its collection.
        codec: the maker's codec there.
        index: place of the example among those of the codec.
        f_port: LoRaWAN port.
        payload: the bytes.
        output: what TS013 returns: `data`, and perhaps `errors` and `warnings`.
        received_at: epoch ms, for payloads with relative instants.

    >>> judge("nobody", "x", 0, 1, b"", {}).outcome
    'no_codec'
    """
    known = words().get(vendor)
    ours = known.codecs.get(codec) if known is not None else None
    if known is None or ours is None:
        why = known.unread.get(codec) if known is not None else None
        return Verdict(outcome="no_codec", why=why or f"no native codec for {vendor}/{codec}")
    why = _difference(ours, known.maps[codec], f_port, payload, output, received_at)
    if not why:
        return Verdict(outcome="equal", codec=ours)
    if (excuse := known.unequal.get((codec, index))) is not None:
        return Verdict(outcome="excused", codec=ours, why=excuse)
    return Verdict(outcome="unequal", codec=ours, why=why)


def _difference(
    ours: str, names: FieldMap, f_port: int, payload: bytes, output: Mapping[str, Any], received_at: int
) -> str:
    data = output.get("data")
    try:
        decoded = codecs()[ours].decode(payload, f_port, received_at)
    except Undecodable as error:
        refused = output.get("errors") or not data
        return "" if refused else f"ours refuses it: {error.message}"
    if not isinstance(data, Mapping):
        nothing = output.get("errors") or data
        return f"the maker's codec gives nothing ({nothing}), ours reads {len(decoded.readings)} values"
    if strange := names.unnamed(data):
        return f"words/{ours.partition('-')[0]}: nobody decided about {', '.join(strange)}"
    try:
        theirs = names.read(data)
    except Undecodable as error:
        return error.message
    return _compare(theirs, decoded)


def _compare(theirs: Decoded, ours: Decoded) -> str:
    """The first difference; extras that the maker does not tell may be more."""
    expected = sorted((one.property, one.channel, one.observed_at or 0, one.value) for one in theirs.readings)
    given = sorted((one.property, one.channel, one.observed_at or 0, one.value) for one in ours.readings)
    if [one[:3] for one in expected] != [one[:3] for one in given]:
        names = [[f"{PROPERTIES[one[0]].name}/{one[1]}" for one in side] for side in (expected, given)]
        return f"readings are {', '.join(names[1]) or 'none'}; the maker's {', '.join(names[0]) or 'none'}"
    for one, other in zip(expected, given, strict=True):
        if not math.isclose(one[3], other[3], rel_tol=_CLOSE, abs_tol=_CLOSE):
            return f"{PROPERTIES[one[0]].name} is {other[3]}, the maker's {one[3]}"
    for name, text in theirs.extras.items():
        if not _same(text, ours.extras.get(name)):
            return f"the extra {name} is {ours.extras.get(name)!r}, the maker's {text!r}"
    return ""


def _same(one: str, other: str | None) -> bool:
    if other is None or one == other:
        return one == other
    try:
        return math.isclose(float(one), float(other), rel_tol=_CLOSE, abs_tol=_CLOSE)
    except ValueError:
        return False
