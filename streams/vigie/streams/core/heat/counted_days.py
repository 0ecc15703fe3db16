"""How many days of a window are such and such: each day judged by itself, or not at all where it is too thin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY, honest_result, quality_of
from vigie.streams.core.windows.indicator import Inputs, Result
from vigie.streams.core.windows.parts_of_day import days_of
from vigie.streams.core.windows.spans import Spanned, Spans, legal_spans, over_spans, utc_spans
from vigie.streams.core.windows.track import Track

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a day count.

    Attributes:
        extreme: of a day's statistics, (m,).
        counts: which of these extremes (m,) make a day count.
        detail: name under which the extreme of the window is told; `hottest` or so.
        of_all: the window's extreme of those of its days.
    """

    extreme: Callable[[Spanned], Floats]
    counts: Callable[[Floats], NDArray[np.bool_]]
    detail: str
    of_all: Callable[[Floats], np.float64]


def counted_days(inputs: Inputs, rule: Rule) -> Sequence[Result]:
    """How many days of the window count, by channel; 0 or 1 in a window of one day.

    Parameters of the indicator: `from_hour`, `to_hour`, `legal_time`.
    """
    days = days_of(inputs.window, inputs.zone)
    hours = inputs.parameters["from_hour"], inputs.parameters["to_hour"]
    make = legal_spans if inputs.parameters["legal_time"] > 0 else utc_spans
    spans = make(days, inputs.zone, *hours)
    return [_of(series, spans, rule) for series in inputs.point.of("air_temperature")]


def _of(series: Track, spans: Spans, rule: Rule) -> Result:
    found = over_spans(series, spans)
    enough = found.enough(ENOUGH_OF_A_DAY)
    extremes = rule.extreme(found)[enough]
    judged = len(extremes)
    unknown, excluded = int(found.statistics.unknown.sum()), int(found.statistics.excluded.sum())
    one, known = len(spans) == 1, series.step_s > 0
    told = Result(
        value=float(np.count_nonzero(rule.counts(extremes))) if judged else None,
        count=int(found.statistics.count[0]) if one else judged,
        expected=_expected(series, spans) if one else len(spans),
        completeness=(float(found.completeness[0]) if known else None) if one else judged / len(spans),
        excluded=excluded,
        quality=quality_of(unknown, excluded),
        details={rule.detail: float(rule.of_all(extremes))} if judged else {},
        channel=series.channel,
    )
    return honest_result(told, ENOUGH_OF_A_DAY)


def _expected(series: Track, spans: Spans) -> int | None:
    return int(spans[0, 1] - spans[0, 0]) // (series.step_s * 1000) if series.step_s > 0 else None
