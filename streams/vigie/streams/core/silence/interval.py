"""How often a device sends, and how punctually, from the gaps between its last sendings.

T = the interval that is declared, else the median of the recent gaps below 1.5 times their lower quartile
    (longer ones have lost messages in them)
J = min(T/2, the 99 % quantile of |gap - T| over gaps that are on time)
"""

from collections.abc import Sequence

RING = 24
"""Gaps that are remembered: of so few the 99 % quantile is close to the largest."""
LEAST_GAPS = 8
"""Before so many nothing is learned."""
REGULAR_SHARE, REGULAR_WITHIN = 0.7, 0.2
"""A device is regular if so many of its gaps are within so much of T of a multiple of T."""


def learned_interval_s(gaps: Sequence[int]) -> int:
    """T of these gaps in seconds; 0 where there are too few, or they keep no time.

    >>> learned_interval_s([900, 901, 1800, 899, 900, 2700, 902, 900])
    900
    >>> learned_interval_s([60, 400, 7000, 100, 12000, 350, 2000, 90])
    0
    """
    count = len(gaps)
    if count < LEAST_GAPS:
        return 0
    ordered = sorted(gaps)
    limit = 1.5 * ordered[count // 4]
    short = [gap for gap in ordered if gap < limit]
    interval = short[len(short) // 2]
    near = sum(gap > interval / 2 and abs(gap / interval - round(gap / interval)) <= REGULAR_WITHIN for gap in gaps)
    return interval if near >= REGULAR_SHARE * count else 0


def learned_jitter_s(gaps: Sequence[int], interval_s: int) -> int:
    """J of these gaps in whole seconds; -1 where too few are on time (between half and one and a half of T).

    >>> learned_jitter_s([900, 930, 1790, 880, 900, 905, 899, 901, 900], 900)
    29
    """
    off = sorted([abs(gap - interval_s) for gap in gaps if interval_s < 2 * gap < 3 * interval_s])
    if len(off) < LEAST_GAPS:
        return -1
    place = 0.99 * (len(off) - 1)
    below = int(place)
    above = min(below + 1, len(off) - 1)
    quantile = off[below] + (place - below) * (off[above] - off[below])
    return min(interval_s // 2, max(1, int(quantile)))


def jitter_in_force_s(jitter_s: int, interval_s: float) -> float:
    """J: half an interval while nothing is learned.

    >>> jitter_in_force_s(-1, 900), jitter_in_force_s(28, 900)
    (450.0, 28)
    """
    return interval_s / 2 if jitter_s < 0 else min(jitter_s, interval_s / 2)
