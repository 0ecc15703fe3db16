"""What points come to together: the windows of a zone, commune, use case or network, from those of its points.

Each point counts once, with the one number of its window: the mean of gauges' means, the energy mean of levels, the
vector mean of directions, the sum of counts and of meters' differences. Numbers do not depend on the order in which
points came: they are taken by rising name. Of categories and of levels that do not combine (LA10 to LA95) nothing is
said of many points.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.honest import DAY_MS, ENOUGH, ENOUGH_OF_A_DAY, NOT_TOLD, completeness_of
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.statistics import Floats, Ints, Statistics, Way, statistics, way_of
from vigie.topics.aggregate import Aggregate
from vigie.topics.property import BY_NAME, PROPERTIES
from vigie.topics.zone_part import Part

MOST_NAMED = 500
"""How many points an aggregate names; `details.points` always says how many took part."""
PERCENTILES = (10, 50, 90)

Expected = Mapping[tuple[int, int], int]
"""(property id, channel) -> how many points there should be."""

_APART = frozenset({Way.CATEGORY, Way.RANGE})
_TOGETHER = {Way.METER: Way.COUNT}
"""The differences of meters add up as counts do."""
_STRICT = ("minimum", "maximum", "sum")
_NUMBERS = ("value", "mean", "deviation", *_STRICT)


class Across(NamedTuple):
    """One property and channel of a window over the points of a subject.

    Attributes:
        subject, window, property, channel: of what.
        points: (n,) names, rising.
        values: (n,) the points' numbers; NaN where a point may not say one.
        counts, excluded: (n,) their readings.
        quality: (n,) 1, 2, 3, 9 as in aggregates.
        expected: how many points there should be; None where nobody knows.
        above: values above which points are counted.
    """

    subject: str
    window: Window
    property: int
    channel: int
    points: Sequence[str]
    values: Floats
    counts: Ints
    excluded: Ints
    quality: Ints
    expected: int | None
    above: tuple[float, ...] = ()


def zone_aggregates(
    subject: str,
    code: str,
    window: Window,
    parts: Mapping[str, Sequence[Part]],
    expected: Expected | None,
    above: Mapping[int, tuple[float, ...]] | None = None,
) -> list[Aggregate]:
    """The windows of a subject of many points, one per property and channel, with revision 0 and the reason `closed`.

    Args:
        subject: `zone:`, `commune:`, `use_case:` or `network:` and an id.
        code: of the window.
        window: its bounds.
        parts: point -> its series in this window.
        expected: how many points there should be; None where nobody knows (a network).
        above: property id -> values above which points are counted, in `details`.

    >>> part = lambda value: [Part(1, 0, 4, 0, value, value, value, None, value, 1)]
    >>> window = Window("1h", 0, 3_600_000)
    >>> [one] = zone_aggregates("zone:Z1", "1h", window, {"P1": part(30.0), "P2": part(32.0)}, {(1, 0): 2}, {1: (31,)})
    >>> one.value, one.count, one.completeness, one.parts, one.details["above_31"], one.details["readings"]
    (31.0, 2, 1.0, ('P1', 'P2'), 1.0, 8.0)
    """
    names = sorted(parts)
    found: dict[tuple[int, int], list[tuple[str, Part]]] = {}
    for name in names:
        for part in filter(takes_part, parts[name]):
            found.setdefault((part.property, part.channel), []).append((name, part))
    return aggregates(
        Across(
            subject, window._replace(code=code), property_, channel, [name for name, _ in rows],
            np.array([np.nan if part.value is None else part.value for _, part in rows], dtype=np.float64),
            np.array([part.count for _, part in rows], dtype=np.int64),
            np.array([part.excluded for _, part in rows], dtype=np.int64),
            np.array([part.quality for _, part in rows], dtype=np.int64),
            None if expected is None else expected.get((property_, channel)), (above or {}).get(property_, ()),
        )
        for (property_, channel), rows in sorted(found.items())
    )  # fmt: skip


def takes_part(part: Part) -> bool:
    """Whether a point has any reading of a series in its window, good or not."""
    return part.count > 0 or part.excluded > 0


def part_of(aggregate: Aggregate) -> Part | None:
    """A point's aggregate as a part; None for that of a named indicator.

    >>> hour = Aggregate(subject="point:P1", indicator="passages#2", window_code="1h", window_start=0,
    ...     window_end=3_600_000, revision=0, count=4, minimum=1.0, mean=2.0, maximum=3.0, input_hash="",
    ...     reason="closed", value=8.0, sum=8.0, quality=1)
    >>> part_of(hour)
    Part(property=60, channel=2, count=4, excluded=0, minimum=1.0, mean=2.0, maximum=3.0, sum=8.0, value=8.0, quality=1)
    """
    name, _, channel = aggregate.indicator.partition("#")
    entry = BY_NAME.get(name)
    if entry is None:
        return None
    one = aggregate
    return Part(
        entry.id, int(channel or 0), one.count, one.excluded, one.minimum, one.mean, one.maximum, one.sum, one.value,
        one.quality,
    )  # fmt: skip


def aggregates(series: Iterable[Across]) -> list[Aggregate]:
    """The aggregate of each, in the order given; of what does not combine there is none, of no points one of count 0.

    Quick for many at once: numpy is called once for each way in which properties combine.
    """
    by_way: dict[Way, list[tuple[int, Across]]] = {}
    for place, one in enumerate(series):
        if combines(one.property):
            way = way_of(one.property)
            by_way.setdefault(_TOGETHER.get(way, way), []).append((place, one))
    made: list[tuple[int, Aggregate]] = []
    for way, placed in by_way.items():
        group = [one for _, one in placed]
        made += zip((place for place, _ in placed), _of_one_way(way, group), strict=True)
    return [one for _, one in sorted(made, key=lambda pair: pair[0])]


def combines(property_id: int) -> bool:
    """Whether anything is said of a property of many points.

    >>> combines(1), combines(15)
    (True, False)
    """
    return way_of(property_id) not in _APART


@dataclass(frozen=True, slots=True)
class Honesty:
    """How much of what should be there is there."""

    count: int
    expected: int | None
    completeness: float | None
    quality: int


def _of_one_way(way: Way, series: Sequence[Across]) -> list[Aggregate]:
    told = [~np.isnan(one.values) for one in series]
    kept = [one.values[has] for one, has in zip(series, told, strict=True)]
    ends = np.array(list(accumulate(len(values) for values in kept)), dtype=np.int64)
    lengths = np.array([len(values) for values in kept], dtype=np.int64)
    values = np.concatenate(kept)
    rows = np.arange(len(values))
    found = statistics(way, values, rows, np.ones(len(values), dtype=np.uint8), ends - lengths, ends)
    quantiles = None if way is Way.ANGLE else _percentiles(values, lengths, ends - lengths)
    return [
        _one(way, one, has, place, found, None if quantiles is None else quantiles[:, place])
        for place, (one, has) in enumerate(zip(series, told, strict=True))
    ]


def _one(
    way: Way, series: Across, told: NDArray[np.bool_], place: int, found: Statistics, quantiles: Floats | None
) -> Aggregate:  # fmt: skip
    count = int(found.count[place])
    names = [series.points[row] for row in np.flatnonzero(told)[:MOST_NAMED].tolist()]
    rate = completeness_of(count, series.expected or None)
    excluded = int(series.excluded.sum())
    few, few_strict = _too_few(series.window, count, rate)
    quality = NOT_TOLD if few or (few_strict and way is Way.COUNT) else _quality(series, told, excluded)
    numbers = {}
    for name in _NUMBERS:
        number = float(getattr(found, name)[place])
        strict = name in _STRICT or (name == "value" and way is Way.COUNT)
        numbers[name] = None if np.isnan(number) or (few_strict if strict else few) else number
    details = {"points": float(count), "readings": float(series.counts[told].sum())}
    if quantiles is not None and not few:
        details |= {f"p{share}": float(one) for share, one in zip(PERCENTILES, quantiles, strict=True)}
    for limit in series.above:
        details[f"above_{limit:g}"] = float((series.values[told] > limit).sum())
    return _aggregate(
        series, numbers, details, Honesty(count, series.expected or None, rate, quality), tuple(names), excluded
    )


def _too_few(window: Window, count: int, rate: float | None) -> tuple[bool, bool]:
    """Whether too few points took part to say a mean; whether to say extremes and sums."""
    if not count or rate is None:
        return not count, not count
    bound = ENOUGH_OF_A_DAY if window.end_at - window.start_at >= DAY_MS else ENOUGH
    return rate < ENOUGH, rate < bound


def _quality(series: Across, told: NDArray[np.bool_], excluded: int) -> int:
    if excluded:
        return 3
    return int(min(series.quality[told].max(), 3))


def _percentiles(values: Floats, lengths: Ints, starts: Ints) -> Floats:
    """(len(PERCENTILES), m) of each piece, by linear interpolation; NaN of an empty one."""
    found = np.full((len(PERCENTILES), len(lengths)), np.nan)
    ranked = values[np.lexsort((values, np.repeat(np.arange(len(lengths)), lengths)))]
    filled = lengths > 0
    for row, share in enumerate(PERCENTILES):
        place = (lengths[filled] - 1) * share / 100
        low = place.astype(np.int64)
        below = ranked[starts[filled] + low]
        over = ranked[starts[filled] + np.minimum(low + 1, lengths[filled] - 1)]
        found[row, filled] = below + (over - below) * (place - low)
    return found


def _aggregate(
    series: Across, numbers: Mapping[str, float | None], details: dict[str, float], honesty: Honesty,
    parts: tuple[str, ...], excluded: int = 0,
) -> Aggregate:  # fmt: skip
    entry = PROPERTIES.get(series.property)
    name = f"property_{series.property}" if entry is None else entry.name
    return Aggregate(
        subject=series.subject,
        indicator=f"{name}#{series.channel}" if series.channel else name,
        window_code=series.window.code, window_start=series.window.start_at, window_end=series.window.end_at,
        revision=0, reason="closed", input_hash=_hash(series), unit="" if entry is None else entry.unit,
        count=honesty.count, expected=honesty.expected, completeness=honesty.completeness, quality=honesty.quality,
        minimum=numbers.get("minimum"), mean=numbers.get("mean"), maximum=numbers.get("maximum"),
        value=numbers.get("value"), sum=numbers.get("sum"), deviation=numbers.get("deviation"),
        excluded=excluded, details=details, parts=parts,
    )  # fmt: skip


def _hash(series: Across) -> str:
    """Of everything that the numbers are made of."""
    made = blake2b("\x1f".join(series.points).encode(), digest_size=8)
    for column in (series.values + 0.0, series.counts, series.excluded, series.quality):
        made.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
    made.update(repr((series.expected, series.above)).encode())
    return made.hexdigest()
