"""How long something is quiet while all is well, learned from itself: a histogram of its gaps, and their far quantile.

Gaps are counted in classes that grow by a quarter: class 0 holds all up to a minute. A sum of weights over MOST is
halved, so that a season is forgotten in some weeks and the histogram stays small.
"""

from math import ceil, log

MINUTE_MS = 60_000
GROWTH = 1.25
MOST = 40_000.0
TAIL = 1e-4
"""What lies beyond the quantile that is asked for, q99.99."""
LEAST_MS = 5 * MINUTE_MS
"""Nothing is called quiet sooner."""
ALONE = 2.0
"""Margin of what is told by its quiet alone: one gap in 10,000 comes within weeks, and where one device of a small
network fails, two gaps become one."""
KNOWN = 100.0
"""Gaps from which on a histogram says something; under ten times that, its bound is taken twice."""


def learn(gaps: dict[int, float], gap_ms: int) -> None:
    """Count a gap, in place; of a known histogram as twice its bound at most, so that one failure teaches little.

    What comes each night is learned within a week.

    >>> gaps = {}
    >>> for gap_ms in (30_000, 60_000, 90_000):
    ...     learn(gaps, gap_ms)
    >>> gaps
    {0: 2.0, 2: 1.0}
    """
    if gap_ms > 2 * LEAST_MS and is_known(gaps):
        gap_ms = min(gap_ms, 2 * limit_ms(gaps))
    minutes = gap_ms / MINUTE_MS
    place = 0 if minutes <= 1 else ceil(log(minutes) / log(GROWTH))
    gaps[place] = gaps.get(place, 0.0) + 1.0
    if sum(gaps.values()) > MOST:
        for one in list(gaps):
            gaps[one] /= 2


def is_known(gaps: dict[int, float]) -> bool:
    """Whether enough gaps have been counted to say what is unusual."""
    return sum(gaps.values()) >= KNOWN


def limit_ms(gaps: dict[int, float], margin: float = 1.0) -> int:
    """Beyond which gap is it quiet? The larger of five minutes and the upper bound of the class of q99.99.

    Of a young histogram, which has not seen a week, twice that; of one that says nothing yet, five minutes.

    Args:
        gaps: counted so far.
        margin: how many times the quantile, at least; ALONE where nothing but the gap is asked.

    >>> limit_ms({0: 20_000.0, 10: 50.0}) // MINUTE_MS, limit_ms({0: 900.0, 10: 1.0}) // MINUTE_MS, limit_ms({})
    (9, 18, 300000)
    >>> limit_ms({0: 20_000.0, 10: 50.0}, ALONE) // MINUTE_MS, limit_ms({3: 20_000.0}, ALONE) // MINUTE_MS
    (18, 5)
    """
    total, above = sum(gaps.values()), 0.0
    for place in sorted(gaps, reverse=True):
        above += gaps[place]
        if above > TAIL * total:
            bound = GROWTH**place * MINUTE_MS
            return max(LEAST_MS, int(bound * (margin if total >= 10 * KNOWN else max(margin, 2.0))))
    return LEAST_MS
