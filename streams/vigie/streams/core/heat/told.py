"""A number per day made into a result."""

from dataclasses import replace

import numpy as np

from vigie.streams.core.heat.nearest import Near
from vigie.streams.core.windows.honest import NOT_TOLD, honest_result, quality_of
from vigie.streams.core.windows.indicator import Result


def of_days(
    by_day: Near, bound: float, *, largest: bool, channel: int = 0, why: str = "", count: int | None = None
) -> Result:
    """The mean or the largest of the numbers of days, one or many.

    Args:
        by_day: of m days.
        bound: share of the days below which there is no value.
        largest: whether the value is the largest; else the mean.
        channel: of the series.
        why: category where the value is null.
        count: days that there is something of, where those are others than the days with a number.
    """
    there = by_day.values[~np.isnan(by_day.values)]
    share = len(there) / len(by_day.values)
    mean, high = (float(there.mean()), float(there.max())) if len(there) else (None, None)
    told = Result(
        value=high if largest else mean,
        mean=mean,
        minimum=float(there.min()) if len(there) else None,
        maximum=high,
        count=len(there) if count is None else count,
        expected=len(by_day.values),
        completeness=share,
        excluded=by_day.excluded,
        quality=quality_of(int(by_day.unknown.sum()), by_day.excluded),
        channel=channel,
    )
    found = honest_result(told, bound)
    return replace(found, category=why) if found.quality == NOT_TOLD else found
