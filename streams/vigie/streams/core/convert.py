"""What a placement makes of readings: calibrations, distance to fill, distance or depth to level.

    converter = Converter()                       # one per step: it remembers what each placement asks for
    values = converter.convert(placement, readings)

`readings` are those of one uplink that share one instant and that this placement covers, as (property, channel,
value). `values` are `Value`s in the same order, then those that were derived (fill, level, a conversion to another
property). Where the device itself said what is derived, the derived value takes its place and `raw` keeps the
device's. A derived value that stands alone has no raw: what it was made from stands beside it, in its own unit.

Order: `conversion` objects to the same property, in the placement's order; those to another property, which see what
the first made; then the geometry of the placement, which sees that too:

    fill (31, %)        = 100 (empty - distance) / (empty - full), within 0 to 100     where empty_mm and full_mm stand
    water_level (40, m) = datum - distance / 1000, or datum + water_depth               where datum_m stands

A value outside a table is not extrapolated: it stays as it was (nothing is derived from it by that table) and is
`refused`; qualify flags it as suspect by the test CONSISTENCY.
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from vigie.streams.core.fleet.words import Conversion, Placement

DISTANCE, FILL, WATER_LEVEL, WATER_DEPTH = 30, 31, 40, 41
MAY_BECOME = {DISTANCE: (FILL, WATER_LEVEL), WATER_DEPTH: (WATER_LEVEL,)}
"""What the geometry of a placement can make of a property."""
REMEMBERED = 200_000

Reading = tuple[int, int, float]
"""Property, channel, value."""


class Value(NamedTuple):
    """A reading after conversion.

    Attributes:
        property, channel: of the value.
        value: in the unit of the catalogue.
        raw: what the device said, where a conversion changed it.
        refused: a table does not reach to what the device said.
    """

    property: int
    channel: int
    value: float
    raw: float | None = None
    refused: bool = False


class Plan(NamedTuple):
    """What a placement asks for.

    Attributes:
        same: property -> conversions that change its value.
        other: property -> conversions that make another property of it.
        empty_mm, full_mm: None unless both stand and differ.
        datum_m: None unless it stands.
    """

    same: dict[int, tuple[Conversion, ...]]
    other: dict[int, tuple[Conversion, ...]]
    empty_mm: float | None
    full_mm: float | None
    datum_m: float | None


class Converter:
    """Converts, and remembers the plans of the placements that it met.

    >>> from vigie.streams.core.fleet.words import ALWAYS, EVER
    >>> bin_ = Placement("PAV-1/1", "d", "PAV-1", ALWAYS, EVER, None, 1800.0, 200.0, None, ())
    >>> [(value.property, value.value, value.raw) for value in Converter().convert(bin_, [(30, 0, 600.0)])]
    [(30, 600.0, None), (31, 75.0, None)]
    """

    def __init__(self) -> None:
        # By identity, for hashing a placement would take longer than converting; the placement is held beside its
        # plan, so its identity is not used again.
        self._plans: dict[int, tuple[Placement, Plan | None]] = {}

    def plan(self, placement: Placement) -> Plan | None:
        """What the placement asks for; None where it changes nothing."""
        found = self._plans.get(id(placement))
        if found is None:
            if len(self._plans) >= REMEMBERED:
                self._plans.clear()
            found = self._plans[id(placement)] = placement, plan_of(placement)
        return found[1]

    def convert(self, placement: Placement, readings: Iterable[Reading]) -> list[Value]:
        """Readings of one instant, converted; see the head of this file."""
        plan = self.plan(placement)
        if plan is None:
            return [Value(*reading) for reading in readings]
        return _convert(plan, readings)


def plan_of(placement: Placement) -> Plan | None:
    """What a placement asks for; None where it changes nothing."""
    empty_mm, full_mm, datum_m = placement.empty_mm, placement.full_mm, placement.datum_m
    if empty_mm is None or full_mm is None or empty_mm == full_mm:
        empty_mm = full_mm = None
    if empty_mm is None and datum_m is None and not placement.conversions:
        return None
    same: dict[int, tuple[Conversion, ...]] = {}
    other: dict[int, tuple[Conversion, ...]] = {}
    for one in placement.conversions:
        into = same if one.to_property == one.property else other
        into[one.property] = (*into.get(one.property, ()), one)
    return Plan(same, other, empty_mm, full_mm, datum_m)


def apply(conversion: Conversion, value: float) -> float | None:
    """A value through one conversion; None outside the table.

    >>> apply(Conversion(41, 49, None, 1.0, 0.0, ((0.0, 0.0), (1.0, 10.0), (2.0, 40.0))), 1.5)
    25.0
    """
    table = conversion.table
    if not table:
        return value * conversion.factor + conversion.offset
    if not table[0][0] <= value <= table[-1][0]:  # not a number is outside, too
        return None
    place = bisect_left(table, (value,))
    x1, y1 = table[place]
    if x1 == value:
        return y1
    x0, y0 = table[place - 1]
    return y0 + (y1 - y0) * (value - x0) / (x1 - x0)


def _convert(plan: Plan, readings: Iterable[Reading]) -> list[Value]:
    values: list[Value] = []
    derived: dict[tuple[int, int], float] = {}
    for property_, channel, said in readings:
        calibrated = _calibrated(plan, property_, channel, said)
        if calibrated is None:
            values.append(Value(property_, channel, said, None, refused=True))
            continue
        refused = False
        for conversion in plan.other.get(property_, ()):
            if conversion.channel is None or conversion.channel == channel:
                made = apply(conversion, calibrated)
                if made is None:
                    refused = True
                else:
                    derived[conversion.to_property, channel] = made
        _by_geometry(plan, property_, channel, calibrated, derived)
        values.append(Value(property_, channel, calibrated, said if calibrated != said else None, refused))
    return _with_derived(values, derived) if derived else values


def _calibrated(plan: Plan, property_: int, channel: int, said: float) -> float | None:
    value: float | None = said
    for conversion in plan.same.get(property_, ()):
        if value is not None and (conversion.channel is None or conversion.channel == channel):
            value = apply(conversion, value)
    return value


def _by_geometry(
    plan: Plan, property_: int, channel: int, value: float, derived: dict[tuple[int, int], float]
) -> None:  # fmt: skip
    if property_ == DISTANCE:
        if plan.empty_mm is not None and plan.full_mm is not None:
            fill = 100.0 * (plan.empty_mm - value) / (plan.empty_mm - plan.full_mm)
            derived[FILL, channel] = min(max(fill, 0.0), 100.0)
        if plan.datum_m is not None:
            derived[WATER_LEVEL, channel] = plan.datum_m - value / 1000.0
    elif property_ == WATER_DEPTH and plan.datum_m is not None:
        derived[WATER_LEVEL, channel] = plan.datum_m + value


def _with_derived(values: list[Value], derived: dict[tuple[int, int], float]) -> list[Value]:
    """What the device said of a derived property gives way, and stays as its raw."""
    found = []
    for value in values:
        made = derived.pop((value.property, value.channel), None)
        if made is None:
            found.append(value)
        else:
            said = value.value if value.raw is None else value.raw
            found.append(Value(value.property, value.channel, made, said if made != said else None, value.refused))
    return found + [Value(property_, channel, value) for (property_, channel), value in derived.items()]
