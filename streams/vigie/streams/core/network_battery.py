"""How long a battery lasts: by what each message costs, and by how its level or voltage falls."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from vigie.streams.core.network_quota import Floats, slope_per_day

DAYS_PER_MONTH = 365.25 / 12
LEAST_SPAN_DAYS = 30.0
LEAST_VALUES = 8
_JUMP = 0.08
"""Of the highest value: a rise by so much is another battery."""
_TO_DEVIATION = 1.4826


class Draw(NamedTuple):
    """What a device takes from its battery each day: mAh for messages, mAh for waiting."""

    messages_mah: float
    idle_mah: float


def draw(per_day: Mapping[int, float], mah: Mapping[int, float], idle_ua: float) -> Draw:
    """What a device draws each day.

    Args:
        per_day: spreading factor (0 where there is none) -> messages each day.
        mah: spreading factor -> mAh for one message, its measurement included.
        idle_ua: µA, all the time, self-discharge included.

    >>> found = draw({7: 96.0}, {7: 0.01}, 10)
    >>> round(found.messages_mah, 2), round(found.idle_mah, 2)
    (0.96, 0.24)
    """
    return Draw(sum(count * mah[sf] for sf, count in per_day.items()), idle_ua * 24 / 1000)


def months(capacity_mah: float, drawn: Draw, times: float = 1.0) -> float:
    """How many months a full battery lasts if messages are so many times as frequent.

    >>> round(months(3600, Draw(0.96, 0.24)), 1), round(months(3600, Draw(0.96, 0.24), 0.5), 1)
    (98.6, 164.3)
    """
    return capacity_mah / (drawn.messages_mah * times + drawn.idle_mah) / DAYS_PER_MONTH


def months_left(days: Floats, values: Floats, empty: float) -> float | None:
    """In how many months a falling level or voltage reaches where the device stops.

    Args:
        days: (n,) when, in days, rising.
        values: (n,) level or voltage.
        empty: where the device stops.

    Returns:
        None where it does not fall by more than it scatters, or is known for less than a month since the last change
        of the battery.

    >>> days = np.arange(0.0, 90.0, 3.0)
    >>> round(months_left(days, 100 - days / 3, 10), 1)  # 61 % left to lose, at 10 % each month
    6.0
    >>> months_left(days, np.full(30, 95.0), 10) is None
    True
    """
    if not len(values):
        return None
    rises = np.flatnonzero(np.diff(values) > _JUMP * np.abs(values).max())
    since = int(rises[-1]) + 1 if len(rises) else 0
    days, values = days[since:], values[since:]
    if len(days) < LEAST_VALUES or days[-1] - days[0] < LEAST_SPAN_DAYS:
        return None
    slope = slope_per_day(days, values)
    rest = values - slope * days
    middle = float(np.median(rest))
    scatter = _TO_DEVIATION * float(np.median(np.abs(rest - middle)))
    if slope >= 0 or -slope * (days[-1] - days[0]) <= 2 * scatter:
        return None
    now = middle + slope * float(days[-1])
    return max((now - empty) / -slope, 0.0) / DAYS_PER_MONTH
