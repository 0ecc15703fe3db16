"""Days of a month or a year at a counting point, and the indicators that average them."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.local_time import local
from vigie.streams.core.mobility.counts import Counted, added, counted, tracks_by_channel
from vigie.streams.core.mobility.typical_day import Ints, Truths, typical_day
from vigie.streams.core.windows.honest import completeness_of, honest_result, quality_of
from vigie.streams.core.windows.indicator import Inputs, Result
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.parts_of_day import days_of

BOUND = 0.75
"""Share of the days that must be valid."""


class Days(NamedTuple):
    """Legal days of a window, each (d,): bounds (epoch ms UTC), month, day of the week, and the dates."""

    starts_at: Ints
    ends_at: Ints
    month: Ints
    weekday: Ints
    dates: tuple[date, ...]


@lru_cache(200)
def days(window: Window, zone: str) -> Days:
    """The legal days of a window of a day or more."""
    found = days_of(window, zone)
    dates = tuple(local(one.start_at, zone).date() for one in found)
    return Days(
        np.array([one.start_at for one in found]),
        np.array([one.end_at for one in found]),
        np.array([one.month for one in dates]),
        np.array([one.weekday() for one in dates]),
        dates,
    )


def average(inputs: Inputs, chosen: Callable[[date], bool]) -> list[Result]:
    """The average of the chosen days of the window, over all channels; details say of which sample.

    Args:
        inputs: of a point that counts.
        chosen: which dates the average is of.
    """
    over, channels = days(inputs.window, inputs.zone), _channels(inputs)
    if not channels:
        return []
    asked: Truths = np.array([chosen(one) for one in over.dates])
    total = added(list(channels.values()))
    found = typical_day(total.passages, over.month, over.weekday, asked)
    valid = asked & ~np.isnan(total.passages)
    expected = int(asked.sum())
    known = not np.isnan(found.passages)
    details = {
        "days_valid": float(found.days),
        "days_absent": float((asked & (total.readings == 0)).sum()),
        "days_invalid": float((asked & ~valid & (total.readings > 0)).sum()),
        "cells": float(found.cells),
    }
    for channel, one in channels.items() if len(channels) > 1 else ():
        part = typical_day(np.where(valid, one.passages, np.nan), over.month, over.weekday, asked).passages
        details |= {} if np.isnan(part) else {f"channel_{channel}": part}
    result = Result(
        value=found.passages if known else None,
        mean=found.passages if known else None,
        minimum=_of(np.nanmin, total.passages, valid),
        maximum=_of(np.nanmax, total.passages, valid),
        sum=_of(np.nansum, total.passages, valid),
        count=found.days,
        expected=expected,
        completeness=completeness_of(found.days, expected),
        excluded=int(total.excluded[asked].sum()),
        quality=quality_of(int(total.unknown[asked].sum()), int(total.excluded[asked].sum())),
        category="whole" if found.is_whole else "average_of_averages",
        details=details,
    )
    return [honest_result(result, BOUND)]


def _channels(inputs: Inputs) -> dict[int, Counted]:
    over = days(inputs.window, inputs.zone)
    return {
        channel: counted(way, track, over.starts_at, over.ends_at)
        for channel, (way, track) in tracks_by_channel(inputs.point, inputs.window).items()
    }


def _of(how: Callable[[NDArray[np.float64]], float], passages: NDArray[np.float64], valid: Truths) -> float | None:
    return float(how(passages[valid])) if valid.any() else None
