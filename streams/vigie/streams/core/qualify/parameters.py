"""Which tests a point's series have, with which parameters: the property's start values, then the point's settings.

The parameters of all tests stand in one matrix, a row for each parameter and a column for each series, so that those of
thousands of points are laid together by numpy. A test that is switched off, or that a property does not have, has NaN.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from vigie.streams.core.fleet.words import ALWAYS, EVER, Expected, Point, Setting
from vigie.streams.core.quality.series import HOUR_MS, Numbers
from vigie.topics.property import PROPERTIES
from vigie.topics.quality import Test
from vigie.topics.quality_parameters import DECLARED, OFF, start_values

STEP_S = "step_s"
"""The measuring step of a series: no parameter of a test, and needed by two of them."""

ROWS: dict[tuple[Test | None, str], int] = {
    key: row
    for row, key in enumerate(
        [(None, STEP_S), *((test, name) for test, names in DECLARED.items() for name in names if name != OFF)]
    )
}
"""(test, parameter) -> its row in the matrix."""
ROWS_OF: dict[Test, list[int]] = {test: [row for (one, _), row in ROWS.items() if one is test] for test in Test}

_SPANS_H = (
    *((Test.FLAT_LINE, name) for name in ("suspect_h", "fail_h", "excused_h")),
    (Test.ATTENUATED, "span_h"),
)
_REMEMBERED = 100_000


class Parameters(NamedTuple):
    """The parameters of the series of a point, from–to.

    Attributes:
        from_at, to_at: epoch ms, during which they hold.
        matrix: (rows, series); shared by all points that have the same.
        reach_ms: how far back the longest test looks.
        looks_ahead: whether a test needs the value after.
        varies_ms: span of the tests of variation; 0 where no series has one.
        repeats_ms: how soon a message that comes again is a duplicate.
    """

    from_at: int
    to_at: int
    matrix: Numbers
    reach_ms: int
    looks_ahead: bool
    varies_ms: int
    repeats_ms: int


def parameters_of(series: Iterable[int], steps_s: Iterable[float], settings: Iterable[Setting]) -> Parameters:
    """The parameters of some series.

    Args:
        series: property << 16 | channel of each.
        steps_s: measuring step of each.
        settings: of the point, the more particular last.

    >>> found = parameters_of([1 << 16], [900], [])
    >>> found.matrix[ROWS[Test.GROSS_RANGE, "fail_max"]].tolist(), found.looks_ahead
    ([48.0], True)
    """
    columns = list(series)
    matrix = np.full((len(ROWS), len(columns)), np.nan)
    matrix[0] = list(steps_s)
    for column, pair in enumerate(columns):
        number, channel = pair >> 16, pair & 0xFFFF
        entry = PROPERTIES.get(number)
        tests = start_values(entry.name) if entry is not None else {}
        for one in settings:
            if one.property == number and one.channel in (None, channel):
                test = Test(one.test)
                tests[test] = tests.get(test, {}) | one.parameters
        for test, values in tests.items():
            if values.get(OFF) != 1:
                for name, value in values.items():
                    if name != OFF:
                        matrix[ROWS[test, name], column] = value
    spans = np.nan_to_num(matrix[[ROWS[key] for key in _SPANS_H]])
    ahead = matrix[[ROWS[Test.SPIKE, "suspect"], ROWS[Test.SPIKE, "fail"]]]
    varies = matrix[ROWS[Test.ATTENUATED, "span_h"]]
    return Parameters(
        ALWAYS, EVER, matrix, int(spans.max(initial=0.0) * HOUR_MS), bool((~np.isnan(ahead)).any()),
        int(np.nan_to_num(varies).max(initial=0.0) * HOUR_MS),
        int(np.nan_to_num(matrix[ROWS[Test.DUPLICATE, "span_s"]]).max(initial=0.0) * 1000),
    )  # fmt: skip


class ParameterBook:
    """The parameters of points under one view; those that are the same are kept once."""

    def __init__(self) -> None:
        self._same: dict[object, Parameters] = {}

    def of(self, point: Point, settings: tuple[Setting, ...], series: tuple[int, ...]) -> tuple[Parameters, ...]:
        """The parameters of a point's series while this version of the point holds, by rising time."""
        cuts = {at for one in settings for at in (one.from_at, one.to_at) if point.from_at < at < point.to_at}
        bounds = sorted({point.from_at, point.to_at} | cuts)
        steps = tuple(_step_s(point, pair) for pair in series)
        found = []
        for begin, end in pairwise(bounds):
            holding = [one for one in settings if one.from_at <= begin < one.to_at]
            found.append(self._one(series, steps, holding)._replace(from_at=begin, to_at=end))
        return tuple(found)

    def _one(self, series: tuple[int, ...], steps: tuple[float, ...], settings: list[Setting]) -> Parameters:
        key = series, steps, tuple((one[:3], tuple(sorted(one.parameters.items()))) for one in settings)
        found = self._same.get(key)
        if found is None:
            if len(self._same) >= _REMEMBERED:
                self._same.clear()
            found = self._same[key] = parameters_of(series, steps, settings)
        return found


def _step_s(point: Point, pair: int) -> float:
    """The measuring step of a series; the point's where it is not stated on its own."""
    number, channel = pair >> 16, pair & 0xFFFF
    stated: Expected | None = None
    for one in point.series:
        if one.property == number and (one.channel == channel or stated is None):
            stated = one
    return float(point.step_s if stated is None else stated.step_s)
