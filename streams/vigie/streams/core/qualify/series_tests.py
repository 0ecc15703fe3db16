"""Tests that look at a value's series, with short windows, once over the series of all points of a batch."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.qualify.blocks import Flat, Group, SegmentParameters
from vigie.streams.core.qualify.parameters import ROWS
from vigie.streams.core.quality.climatology import Expected, climatology
from vigie.streams.core.quality.consistency import falls_when_emptied
from vigie.streams.core.quality.counter import counter, cumulative_counter
from vigie.streams.core.quality.gap import gap
from vigie.streams.core.quality.legal_hour import calendar
from vigie.streams.core.quality.rate_of_change import rate_of_change
from vigie.streams.core.quality.series import Flags, Numbers, Series, Truths
from vigie.streams.core.quality.spike import spike
from vigie.topics.property import PROPERTIES, Kind
from vigie.topics.quality import Test

Of = Callable[..., Any]
"""A parameter by name and default: a number, or (n,)."""

_KERNELS: dict[Test, Callable[[Series, Of, Any], Flags]] = {
    Test.SPIKE: lambda series, of, _: spike(
        series, of("suspect"), of("fail"), of("by_difference", 0.0), of("suspect_share", 0.0), of("suspect_root", 0.0)
    ),
    Test.RATE_OF_CHANGE: lambda series, of, _: rate_of_change(
        series, of("suspect_per_h"), of("fail_per_h"), of("min_span_s", 0.0), of("rise_only", 0.0)
    ),
    Test.GAP: lambda series, of, step_s: gap(series, step_s, of("periods")),
    Test.CONSISTENCY: lambda series, of, _: falls_when_emptied(series, of("settling"), of("emptied_below")),
}
_MINIMA = [ROWS[Test.CLIMATOLOGY, f"min_{month:02}"] for month in range(1, 13)]
_MAXIMA = [ROWS[Test.CLIMATOLOGY, f"max_{month:02}"] for month in range(1, 13)]


def series_tests(
    flat: Flat, places: NDArray[np.int64], parameters: SegmentParameters, groups: Sequence[Group], zone: str
) -> Iterator[tuple[Test, NDArray[np.int64], Flags]]:
    """Each test with the values that it looks at, and their flags.

    Args:
        flat: the series of all groups.
        places: of the values that are looked at.
        parameters: of the segments.
        groups: of blocks.
        zone: of legal time.
    """
    series, segment = flat.series, flat.series.segment
    looked_at = np.zeros(len(segment), np.bool_)
    looked_at[places] = True
    for test, kernel in _KERNELS.items():
        done = parameters.done(test)
        if test is Test.CONSISTENCY:
            done = ~np.isnan(parameters.row(ROWS[test, "settling"]))
        if done.any():
            yield _run(series, looked_at, done, test, kernel, parameters)
    done = parameters.done(Test.COUNTER)
    if done.any():
        cumulative = _cumulative(groups)
        for own, kernel in ((done & cumulative, _cumulative_counter), (done & ~cumulative, _counter)):
            if own.any():
                yield _run(series, looked_at, own, Test.COUNTER, kernel, parameters)
    done = parameters.done(Test.CLIMATOLOGY)
    if done.any():
        asked = places[done[segment[places]]]
        if len(asked):
            yield Test.CLIMATOLOGY, asked, _climatology(series, asked, parameters, zone)


def _run(
    series: Series, looked_at: Truths, done: Truths, test: Test, kernel: Callable[[Series, Of, Any], Flags],
    parameters: SegmentParameters,
) -> tuple[Test, NDArray[np.int64], Flags]:  # fmt: skip
    if done.all():
        own, asked = series, looked_at
        places = np.flatnonzero(looked_at)
    else:
        chosen = np.flatnonzero(done[series.segment])
        own = Series(series.at_ms[chosen], series.values[chosen], series.segment[chosen])
        asked = looked_at[chosen]
        places = chosen[asked]

    def of(name: str, default: float = np.nan) -> Numbers | float:
        return parameters.of(test, name, own.segment, default)

    flags = kernel(own, of, parameters.of(None, "step_s", own.segment))
    return test, places, flags[asked]


def _counter(series: Series, of: Of, step_s: Any) -> Flags:
    return counter(series, step_s, of("capacity_per_h"), of("whole", 0.0))


def _cumulative_counter(series: Series, of: Of, _: Any) -> Flags:
    return cumulative_counter(series, of("capacity_per_h"), of("whole", 0.0))


def _climatology(series: Series, places: NDArray[np.int64], parameters: SegmentParameters, zone: str) -> Flags:
    """Of the values that are looked at alone: it needs no others."""
    own = Series(series.at_ms[places], series.values[places], series.segment[places])
    when = calendar(own.at_ms, zone)
    rows = np.arange(len(places))
    minima, maxima = (np.stack([parameters.row(row) for row in table])[:, own.segment] for table in (_MINIMA, _MAXIMA))
    this_month = when.month - 1
    least = np.repeat(minima[this_month, rows][:, None], 12, axis=1)
    greatest = np.repeat(maxima[this_month, rows][:, None], 12, axis=1)

    def of(name: str) -> Numbers | float:
        return parameters.of(Test.CLIMATOLOGY, name, own.segment, 0.0)

    return climatology(own, when.month, when.hour, Expected(least, greatest, of("night_max_drop"), of("day_min_rise")))


def _cumulative(groups: Sequence[Group]) -> Truths:
    """(segments,) which series are of counters that only rise."""
    return np.concatenate([
        np.repeat(
            [(entry := PROPERTIES.get(pair >> 16)) is not None and entry.kind is Kind.COUNTER
             for pair in group.layout.series],
            len(group.blocks),
        )
        for group in groups
    ])  # fmt: skip
