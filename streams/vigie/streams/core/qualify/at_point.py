"""Which readings of an uplink were measured at a point, and what they are there."""

from collections.abc import Sequence
from typing import NamedTuple

from vigie.streams.core.convert import Converter
from vigie.streams.core.place import PLACEMENT_HEADER, REVISION_HEADER
from vigie.streams.core.qualify.places import Places, Where
from vigie.streams.core.qualify.uplink_facts import Facts

PlacedRecord = tuple[bytes, bytes, list[tuple[str, bytes]], None]
"""For `placed`: key, value, headers, and no partition but the key's."""


class Values(NamedTuple):
    """The values of one instant of an uplink at a point, converted.

    Attributes:
        where: the placement.
        at: epoch ms UTC.
        shape, values: property << 16 | channel, and value.
        raws: what the device said, None where no conversion changed it; None for all. What a table refused stands as
            raw and value alike.
    """

    where: Where
    at: int
    shape: tuple[int, ...]
    values: tuple[float, ...]
    raws: list[float | None] | None


def values_at(places: Places, converter: Converter, facts: Facts, point: str) -> tuple[list[Values], list[int]]:
    """The values of each instant that was at a point, and the places of readings that were not."""
    by_instant: dict[int, tuple[Where, list[tuple[int, int, float]]]] = {}
    left: list[int] = []
    for number, (pair, value) in enumerate(zip(facts.shape, facts.values, strict=True)):
        at = instant_of(facts, number)
        where = places.of(facts.device, point, pair & 0xFFFF, at)
        if where is None:
            left.append(number)
        else:
            by_instant.setdefault(at, (where, []))[1].append((pair >> 16, pair & 0xFFFF, value))
    return [_values(converter, at, *by_instant[at]) for at in sorted(by_instant)], left


def elsewhere(places: Places, facts: Facts, value: bytes, point: str, left: Sequence[int]) -> list[PlacedRecord]:
    """Records for `placed` of readings that this point does not cover: to the points where the fleet sees them now."""
    view, found = places.view, dict[str, str]()
    for number in left:
        placement = view.covering(facts.device, facts.shape[number] & 0xFFFF, instant_of(facts, number))
        if placement is not None and placement.point != point:
            found[placement.point] = placement.id
    return [
        (other.encode(), value, [(PLACEMENT_HEADER, name.encode()), (REVISION_HEADER, b"%d" % view.revision)], None)
        for other, name in found.items()
    ]


def instant_of(facts: Facts, number: int) -> int:
    """The instant of a reading."""
    return facts.observed_at if facts.instants is None else facts.instants[number]


def _values(converter: Converter, at: int, where: Where, readings: list[tuple[int, int, float]]) -> Values:
    """Converted; of two values of one series the later counts."""
    found = {(one.property << 16 | one.channel): one for one in converter.convert(where.placement, readings)}
    raws: list[float | None] | None = None
    if any(one.raw is not None or one.refused for one in found.values()):
        raws = [one.value if one.refused and one.raw is None else one.raw for one in found.values()]
    return Values(where, at, tuple(found), tuple(one.value for one in found.values()), raws)
