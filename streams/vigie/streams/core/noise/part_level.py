"""The level of a part of the day, of each series of LAeq at a point."""

from collections.abc import Sequence

from vigie.streams.core.noise.levels import energy_mean
from vigie.streams.core.windows.counted import Counted, bound_of_extremes
from vigie.streams.core.windows.indicator import Inputs, Result
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.many import Told
from vigie.streams.core.windows.spans import part_of_window

BOUND = 0.75
"""Completeness below which a level is not told."""


def level_of(found: Counted, window: Window) -> Result:
    """LAeq of these readings of a window, as it may be said; extremes of a day or more need more of them."""
    levels = found.good.values
    some = len(levels) > 0
    mean = energy_mean(levels) if some else None
    extremes = some and (found.completeness is None or found.completeness >= bound_of_extremes(window))
    return found.result(
        mean,
        BOUND,
        mean=mean,
        minimum=float(levels.min()) if extremes else None,
        maximum=float(levels.max()) if extremes else None,
        first=float(levels[0]) if some else None,
        last=float(levels[-1]) if some else None,
        channel=found.good.channel,
    )


def level_told(found: Told, window: Window, channel: int) -> Result:
    """The same of a window whose numbers were made with those of many."""
    extremes = found.completeness is None or found.completeness >= bound_of_extremes(window)
    return found.result(
        found.mean, BOUND, mean=found.mean, minimum=found.minimum if extremes else None,
        maximum=found.maximum if extremes else None, first=found.first, last=found.last, channel=channel,
    )  # fmt: skip


def part_levels(inputs: Inputs, from_hour: float, to_hour: float) -> Sequence[Result]:
    """LAeq of a part of each day of the window, by channel; a night is the one that ends in the day."""
    return [
        level_of(part_of_window(series, inputs.window, inputs.zone, from_hour, to_hour), inputs.window)
        for series in inputs.point.of("laeq")
    ]
