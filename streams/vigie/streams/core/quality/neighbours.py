"""Neighbours: does a value agree with those measured around it at the same time?"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.series import Flags, Numbers, Parameter, Places, Truths
from vigie.topics.quality import Flag

_METRES_PER_DEGREE = 111_195.0
_PAIRS_AT_ONCE = 4_000_000


class Around(NamedTuple):
    """Values measured at one time at places that are compared with each other.

    Attributes:
        cohort: (n,) which values belong together (a buddy group and a span of time); any order.
        point: (n,) whose value it is: a point is no neighbour of itself.
        values: (n,) in the property's unit; NaN where missing.
        latitude, longitude: (n,) degrees; NaN where not known: then the radius excludes nobody.
        altitude_m: (n,); NaN where not known: then nothing is brought to another altitude.
        usable: (n,) whether the value may judge others: good, or not evaluated, by the tests without neighbours.
    """

    cohort: NDArray[np.int64]
    point: NDArray[np.int32]
    values: Numbers
    latitude: Numbers
    longitude: Numbers
    altitude_m: Numbers
    usable: Truths


class Seen(NamedTuple):
    """What the neighbours of each value say, brought to its altitude.

    Attributes:
        number: (n,) how many neighbours.
        mean, deviation, median: (n,) of them, property's unit; NaN without any.
    """

    number: NDArray[np.int64]
    mean: Numbers
    deviation: Numbers
    median: Numbers


def around(
    values: Around, radius_m: Parameter, max_elev_diff_m: Parameter = np.nan, gradient_per_m: Parameter = 0.0
) -> Seen:
    """What do the neighbours of each value say?

    Args:
        values: as above.
        radius_m: who is a neighbour; NaN: all of the cohort.
        max_elev_diff_m: one that is higher or lower by more does not count; NaN: all count.
        gradient_per_m: what the property changes per metre upward (air temperature: −0.0065 °C/m).

    Returns:
        Of each value's neighbours, itself left out: count, mean, standard deviation (population), median.

    >>> five = np.full(5, 43.3)
    >>> value, one = np.array([20, 21, 22, 20, 30.0]), np.zeros(5, np.int64)
    >>> group = Around(one, np.arange(5, dtype=np.int32), value, five, five, np.zeros(5), five > 0)
    >>> around(group, 1000.0).median.tolist()
    [21.5, 21.0, 20.5, 21.5, 20.5]
    """
    size = len(values.values)
    found = Seen(np.zeros(size, np.int64), *(np.full(size, np.nan) for _ in range(3)))
    limits = [np.broadcast_to(np.asarray(one, np.float64), size) for one in (radius_m, max_elev_diff_m, gradient_per_m)]
    for rows in _by_size(values.cohort):
        seen = _seen(rows, values, limits)
        for into, part in zip(found, seen, strict=True):
            into[rows] = part
    return found


def neighbours(
    values: Around,
    k: Parameter,
    min_sd: Parameter,
    radius_m: Parameter,
    num_min: Parameter = 4.0,
    max_elev_diff_m: Parameter = 200.0,
    gradient_per_m: Parameter = -0.0065,
    iterations: int = 2,
    fail_k: Parameter = np.nan,
) -> Flags:
    """Which values disagree with their neighbours (buddy check)?

    |x − mean| / max(deviation, min_sd) of the neighbours is compared with `k`, each neighbour brought to the value's
    altitude. It is looked again without those that were found: they judge nobody any more.

    Args:
        values: as above.
        k: more deviations are suspect; NaN: not evaluated.
        min_sd: the deviation counts as at least this; property's unit.
        radius_m: who is a neighbour, metres.
        num_min: with fewer neighbours nothing is said.
        max_elev_diff_m: a neighbour higher or lower by more does not count, metres.
        gradient_per_m: what the property changes per metre upward.
        iterations: how often it is looked.
        fail_k: more deviations fail; NaN: none does.

    Returns:
        (n,) 1, 3, 4; 2 with too few neighbours; 9 where the value is missing.

    Source: titanlib `buddy_check` (MET Norway; its wiki). There the threshold is one, the flag too; there one
    published version brings the neighbours to the wrong side of the altitude: ours lowers what stands below.

    >>> place, value = np.full(6, 43.3), np.array([20.0, 20.5, 21.0, 20.2, 20.8, 27.0])
    >>> one, six = np.zeros(6, np.int64), np.arange(6, dtype=np.int32)
    >>> group = Around(one, six, value, place, place, np.zeros(6), place > 0)
    >>> neighbours(group, 4.0, 1.0, 5000.0).tolist()
    [1, 1, 1, 1, 1, 3]
    """
    missing = np.isnan(values.values)
    flags = np.full(len(missing), Flag.UNKNOWN, np.uint8)
    usable = values.usable & ~missing
    for _ in range(iterations):
        seen = around(values._replace(usable=usable), radius_m, max_elev_diff_m, gradient_per_m)
        with np.errstate(invalid="ignore"):
            apart = np.abs(values.values - seen.mean) / np.fmax(seen.deviation, min_sd)
            enough = (seen.number >= num_min) & ~np.isnan(k) & (flags < Flag.SUSPECT)
            flags[enough] = Flag.GOOD
            flags[enough & (apart > k)] = Flag.SUSPECT
            flags[enough & (apart > fail_k)] = Flag.FAIL
        if not (usable & (flags >= Flag.SUSPECT)).any():
            break
        usable &= flags < Flag.SUSPECT
    flags[missing] = Flag.MISSING
    return flags


def _by_size(cohort: NDArray[np.int64]) -> list[Places]:
    """Places as (cohorts, members), one array for each size of cohort, and no more pairs in one than fit."""
    order = np.argsort(cohort, kind="stable")
    _, firsts, sizes = np.unique(cohort[order], return_index=True, return_counts=True)
    found = []
    for size in np.unique(sizes):
        rows = order[firsts[sizes == size][:, None] + np.arange(size)]
        parts = max(1, -(-rows.size * int(size) // _PAIRS_AT_ONCE))
        found += np.array_split(rows, parts)
    return found


def _seen(rows: Places, values: Around, limits: list[Numbers]) -> Seen:
    """For cohorts of one size: (cohorts, members) each; [:, i, j] is what member j says to member i."""
    radius, highest, gradient = (one[rows][:, :, None] for one in limits)
    north = _apart(values.latitude[rows]) * _METRES_PER_DEGREE
    east = _apart(values.longitude[rows]) * _METRES_PER_DEGREE * np.cos(np.radians(values.latitude[rows]))[:, :, None]
    above = _apart(values.altitude_m[rows])
    own = values.point[rows][:, None, :] == values.point[rows][:, :, None]
    with np.errstate(invalid="ignore"):
        counts = values.usable[rows][:, None, :] & ~own & ~(np.hypot(north, east) > radius) & ~(np.abs(above) > highest)
    said = values.values[rows][:, None, :] + np.nan_to_num(above) * -np.nan_to_num(gradient)
    said = np.where(counts & ~np.isnan(said), said, np.nan)
    count = np.sum(~np.isnan(said), axis=2)
    some = np.where(count > 0, count, np.nan)
    mean = np.nansum(said, axis=2) / some
    deviation = np.sqrt(np.nansum((said - mean[:, :, None]) ** 2, axis=2) / some)
    ranked = np.sort(said, axis=2)
    middle = np.maximum(count - 1, 0)
    low = np.take_along_axis(ranked, (middle // 2)[:, :, None], axis=2)[:, :, 0]
    high = np.take_along_axis(ranked, ((middle + 1) // 2)[:, :, None], axis=2)[:, :, 0]
    return Seen(count, mean, deviation, (low + high) / 2)


def _apart(places: Numbers) -> Numbers:
    """[:, i, j]: how far member j is from member i."""
    return places[:, None, :] - places[:, :, None]
