"""The passages of an average day: the year's sum where every day is there, else means that gaps do not tilt."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


class TypicalDay(NamedTuple):
    """An average day.

    Attributes:
        passages: NaN where a day of the week is missing altogether.
        days: that took part.
        cells: months × days of the week that took part; 0 where no day was missing and none were needed.
        is_whole: every day took part: the plain mean.
    """

    passages: float
    days: int
    cells: int
    is_whole: bool


def typical_day(passages: Floats, month: Ints, weekday: Ints, chosen: Truths) -> TypicalDay:
    """The average of the chosen days.

    Args:
        passages: (d,) of each day; NaN for a day that is absent or not valid.
        month: (d,) any number that tells months apart.
        weekday: (d,) 0 (Monday) to 6.
        chosen: (d,) days that the average is of: all, or the working days.

    With gaps: the mean by month and day of the week, of these the mean over the months, of these the mean over the
    days of the week, so that a month or a day of the week of which much is missing weighs as much as any other.

    Source: AASHTO Guidelines for Traffic Data Programs (1992), average of averages; year sum / 365 where nothing is
    missing (comptage routier).

    >>> week = np.array([7.0, 7, 7, 7, 7, 1, np.nan] + [7.0, 7, 7, 7, 7, 1, 1])
    >>> days = np.arange(14)
    >>> found = typical_day(week, np.zeros(14, np.int64), days % 7, np.ones(14, bool))
    >>> round(found.passages, 3), found.days, found.cells, found.is_whole  # 37 / 7, and not 72 / 13
    (5.286, 13, 7, False)
    """
    there = chosen & ~np.isnan(passages)
    days = int(there.sum())
    if not days:
        return TypicalDay(float("nan"), 0, 0, False)
    if days == int(chosen.sum()):
        return TypicalDay(float(passages[there].mean()), days, 0, True)
    months, place = np.unique(month, return_inverse=True)
    cell = place[there] * 7 + weekday[there]
    size = 7 * len(months)
    totals = np.bincount(cell, passages[there], size).reshape(-1, 7)
    counts = np.bincount(cell, minlength=size).reshape(-1, 7)
    known = counts > 0
    means = np.where(known, totals / np.maximum(counts, 1), 0)
    wanted = np.isin(np.arange(7), weekday[chosen])
    if (wanted & ~known.any(axis=0)).any():
        return TypicalDay(float("nan"), days, int(known.sum()), False)
    of_weekday = means.sum(axis=0)[wanted] / known.sum(axis=0)[wanted]
    return TypicalDay(float(of_weekday.mean()), days, int(known.sum()), False)
