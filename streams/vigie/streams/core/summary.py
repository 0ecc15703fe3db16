"""What a set of values comes to: smallest, mean, largest, each only where the quantity has one."""

from collections.abc import Sequence
from math import atan2, cos, degrees, fsum, hypot, log10, radians, sin
from typing import NamedTuple

from vigie.topics.property import BY_NAME, PROPERTIES, Kind

NO_MEAN = frozenset(BY_NAME[name].id for name in ("la10", "la50", "la90", "la95"))
"""Levels exceeded for a share of the time: those of the parts do not combine to that of the whole."""

_NO_DIRECTION = 1e-9
"""Length of the mean vector below which directions cancel out and there is no mean direction."""


class Summary(NamedTuple):
    """Of the values of one window, in the unit of the property; None where the quantity has no such thing."""

    minimum: float | None
    mean: float | None
    maximum: float | None


def summary(property_id: int, values: Sequence[float]) -> Summary:
    """Smallest, mean and largest of finite values; their order changes nothing, to the last bit.

    Args:
        property_id: of the catalogue; one that it does not know is taken for a gauge.
        values: in the unit of the property, at least one.

    Returns:
        Of a level in dB the mean is that of the energies, of an angle that of the vectors (and nothing is smallest or
        largest on a circle); of a category there is none of the three.

    >>> summary(10, [60.0, 60.0]), summary(1, [1.0, 4.0])
    (Summary(minimum=60.0, mean=60.0, maximum=60.0), Summary(minimum=1.0, mean=2.5, maximum=4.0))
    >>> summary(8, [350.0, 20.0]).mean, summary(20, [3.0])
    (5.0, Summary(minimum=None, mean=None, maximum=None))
    """
    entry = PROPERTIES.get(property_id)
    kind = Kind.GAUGE if entry is None else entry.kind
    if kind is Kind.CATEGORY:
        return Summary(None, None, None)
    if kind is Kind.ANGLE:
        return Summary(None, _direction(values), None)
    low, high = min(values), max(values)
    if property_id in NO_MEAN:
        return Summary(low, None, high)
    mean = _energy_mean(values, high) if kind is Kind.LEVEL else _mean(values)
    return Summary(low, min(max(mean, low), high), high)  # a rounded mean may fall just outside of its values


def _mean(values: Sequence[float]) -> float:
    try:
        return fsum(values) / len(values)
    except OverflowError:  # a sum beyond the largest double, of values that are not
        return fsum(value / len(values) for value in values)


def _energy_mean(values: Sequence[float], high: float) -> float:
    """10 log10 of the mean of 10^(L/10), taken relative to the loudest so that nothing overflows."""
    return high + 10 * log10(fsum(10 ** ((value - high) / 10) for value in values) / len(values))


def _direction(values: Sequence[float]) -> float | None:
    turns = [radians(value % 360) for value in values]
    east, north = fsum(map(sin, turns)), fsum(map(cos, turns))
    if hypot(east, north) < _NO_DIRECTION * len(values):
        return None
    return round(degrees(atan2(east, north)), 9) % 360
