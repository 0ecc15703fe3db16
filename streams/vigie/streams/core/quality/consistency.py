"""Internal consistency: do quantities of one point and instant, or a filling and its past, contradict each other?"""

from collections.abc import Mapping

import numpy as np

from vigie.streams.core.quality.series import (
    BARELY,
    Flags,
    Numbers,
    Parameter,
    Series,
    flags_of,
    is_set,
    previous_present,
)
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Flag

_NAMES = (
    ("dew_point", "air_temperature"),
    ("la95", "laeq"),
    ("la90", "la50"),
    ("la50", "la10"),
    ("la95", "la90"),
    ("la10", "lafmax"),
    ("laeq", "lafmax"),
    ("lafmin", "laeq"),
    ("lafmin", "la95"),
)
ORDERS: tuple[tuple[int, int], ...] = tuple((BY_NAME[low].id, BY_NAME[high].id) for low, high in _NAMES)
"""(lower, upper) property ids: the first is never greater than the second at one point and instant."""


def consistency(values: Mapping[int, Numbers], tolerance: Mapping[int, Parameter]) -> dict[int, Flags]:
    """Which values contradict another quantity of the same point and instant?

    Of two that contradict each other nothing says which is wrong: both are suspect.

    Args:
        values: property id to (n,) values in its unit, row i of each being of one point and instant; NaN for none.
        tolerance: property id to what roundings may break an order by, in its unit; a pair takes the greater of its
            two, 0 where neither is set.

    Returns:
        property id to (n,) 1 in order with all that it is compared with; 3; 2 where there is nothing to compare with;
        9 where the value is missing. Only properties that ORDERS names.

    Source: quality.md 4.1: dew point and temperature, order of levels by definition of LAN (NF S 31-110).

    >>> from vigie.topics.property import BY_NAME
    >>> low, high = BY_NAME["la95"].id, BY_NAME["laeq"].id
    >>> found = consistency({low: np.array([50.0, 61.0, 50.0]), high: np.array([60.0, 60.0, np.nan])}, {low: 0.1})
    >>> found[low].tolist(), found[high].tolist()
    ([1, 3, 2], [1, 3, 9])
    """
    flags: dict[int, Flags] = {}
    for low, high in ORDERS:
        if low not in values or high not in values:
            continue
        both = ~np.isnan(values[low]) & ~np.isnan(values[high])
        allowed = np.fmax(np.fmax(tolerance.get(low, np.nan), tolerance.get(high, np.nan)), 0.0)
        with np.errstate(invalid="ignore"):
            broken = values[low] - values[high] > allowed + 1e-9
        for one in (low, high):
            found = flags_of(values[one], both, broken, np.zeros(len(both), np.bool_))
            flags[one] = _worse(flags[one], found) if one in flags else found
    return flags


def falls_when_emptied(series: Series, settling: Parameter, emptied_below: Parameter) -> Flags:
    """Which values fall without a collection?

    A filling rises; it falls when what is inside settles, or when the container is emptied.

    Args:
        series: filling in percent, or another quantity that only a collection takes away.
        settling: how far it may fall from one value to the next; property's unit.
        emptied_below: a fall to at most this is a collection; property's unit.

    Returns:
        (n,) 1, 3; 2 without a value before or without `settling`; 9 where the value is missing.

    Source: quality.md 4.1: "rise only between collections (settling ≤ 10 points)".

    >>> from vigie.streams.core.quality.series import one_series
    >>> series = one_series(np.arange(5) * 3_600_000, np.array([60.0, 52.0, 8.0, 70.0, 40.0]))
    >>> falls_when_emptied(series, 10.0, 25.0).tolist()
    [2, 1, 1, 1, 3]
    """
    before = previous_present(series)
    values = series.values
    with np.errstate(invalid="ignore"):
        fallen = (values[np.maximum(before, 0)] - values > np.asarray(settling) * BARELY) & ~(values <= emptied_below)
    return flags_of(values, (before >= 0) & is_set(settling), fallen, np.zeros(len(values), np.bool_))


def _worse(one: Flags, other: Flags) -> Flags:
    """Suspect before good, good before not evaluated; missing stays."""
    least, most = np.minimum(one, other), np.maximum(one, other)
    found: Flags = np.where(most >= Flag.SUSPECT, most, least)
    return found
