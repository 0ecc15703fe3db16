"""Control charts of days: has the mean of a series shifted, or does it drift?

Each day gives one number, t: the mean distance of its values from what is usual, in standard deviations of such days,
less what the day before lets one expect (days resemble each other). Two charts watch t: the two-sided CUSUM
(k = 0.5, h = 5) sums small shifts, the EWMA (λ = 0.2, L = 3) sees large ones at once.

Source: E. S. Page, Biometrika 41 (1954); S. W. Roberts, Technometrics 1 (1959); D. C. Montgomery, Introduction to
Statistical Quality Control, 9.1, 9.2 and 10.4 (residuals of autocorrelated data).
"""

from math import isnan, nan, sqrt

from msgspec import Struct

MOST = 2.5
"""Standard deviations that one day counts at most: a flood or a feast of two days is no drift, three days are."""
LEAST_SHARE = 0.5
"""Share of a usual day's values that a day needs to be judged."""


class Charts(Struct, array_like=True):
    """What the charts remember.

    Attributes:
        day: number of the legal day that is being gathered; 0 before the first.
        total, count: of the day's distances so far.
        usual_count: values of a day, forgetting slowly.
        mean, before: mean distance of the last day that is over, and of the one before it.
        up, down, ewma: the charts, in standard deviations.
        apart: mean distance of the last day that was judged, beyond what is usual; in the unit.
        strength: what the strongest chart says, over its limit: 1 or more is an alarm.
        learned, middle, square: of neighbours: days learned from, their mean and the square of what they stray.
    """

    day: int = 0
    total: float = 0.0
    count: int = 0
    usual_count: float = 0.0
    mean: float = nan
    before: float = nan
    up: float = 0.0
    down: float = 0.0
    ewma: float = 0.0
    apart: float = 0.0
    strength: float = 0.0
    learned: int = 0
    middle: float = 0.0
    square: float = 0.0


class Usual(Struct, frozen=True):
    """How days stray usually: their mean, their standard deviation, and how much of a day is seen in the next."""

    middle: float
    deviation: float
    memory: float = 0.0


def add(charts: Charts, day: int, distance: float) -> bool:
    """Take a value; whether a day is over by it, that has enough values and is to be judged.

    A value of an earlier day is passed over.
    """
    over = False
    if day != charts.day:
        if day < charts.day:
            return False
        over = charts.count > 0 and charts.count >= LEAST_SHARE * charts.usual_count
        if charts.count:
            follows = day == charts.day + 1
            charts.before = charts.mean if follows else nan
            charts.mean = charts.total / charts.count
            charts.usual_count += (0.2 if charts.usual_count else 1.0) * (charts.count - charts.usual_count)
        charts.day, charts.total, charts.count = day, 0.0, 0
    charts.total += distance
    charts.count += 1
    return over


def judge_day(charts: Charts, usual: Usual, slack: float, interval: float, weight: float, width: float) -> None:
    """Move the charts by the day that is over.

    Args:
        charts: changed in place.
        usual: how days stray.
        slack: k of the CUSUM, in standard deviations.
        interval: h of the CUSUM, likewise.
        weight: λ of the EWMA.
        width: L of the EWMA, in its own standard deviations.
    """
    charts.apart = charts.mean - usual.middle
    stray = charts.apart / usual.deviation
    if not isnan(charts.before) and usual.memory > 0:
        past = (charts.before - usual.middle) / usual.deviation
        stray = (stray - usual.memory * past) / sqrt(1 - usual.memory**2)
    stray = min(max(stray, -MOST), MOST)
    charts.up = min(max(0.0, charts.up + stray - slack), 2 * interval)
    charts.down = min(max(0.0, charts.down - stray - slack), 2 * interval)
    limit = width * sqrt(weight / (2 - weight))
    charts.ewma = min(max((1 - weight) * charts.ewma + weight * stray, -2 * limit), 2 * limit)
    charts.strength = max(charts.up / interval, charts.down / interval, abs(charts.ewma) / limit)


def learn(charts: Charts, days: float, slow: float) -> Usual | None:
    """How the days of a series stray that has no baseline, learned from the first `days`; None before.

    After that it goes on slowly, by `slow` a day, from days that are not unusual.
    """
    apart = charts.mean - charts.middle
    if charts.learned < days:
        charts.learned += 1
        new = 1 / charts.learned
        charts.square += new * (apart * apart * (1 - new) - charts.square)
        charts.middle += new * apart
        return None
    # Of so few days it may be a fifth too small, which would double the false alarms: one standard error is added.
    deviation = sqrt(charts.square * days / max(days - 1, 1)) * (1 + 1 / sqrt(2 * days))
    usual = Usual(charts.middle, deviation)
    if abs(apart) < 2 * deviation and charts.strength < 0.5:
        charts.middle += slow * apart
    return usual
