"""Novelty: how far a value is from everything seen before, and how rare such a distance has been.

Three questions are put to each value, each answered by the distance to the nearest thing known:

- the value itself: was anything like it ever measured?
- at this hour: was anything like it measured at this hour of the day, one hour more or less?
- of late: was the mean of the last dozen values ever near what it is now?

A distance is judged by all distances before it, which needs no law of probability and no unit: of `n` distances, `r`
were as large; φ = log10((n + 1) / (r + 1)). A distance beyond the largest is rarer still, by its ratio to the largest.
The score is φ(value) + φ(hour) + φ(of late) / 2. Each value is judged first and learned after: no look-ahead.

Source: conformal detection with the distance to the nearest neighbour as measure of strangeness (Laxhammar, Falkman,
Conformal prediction for distribution-independent anomaly detection in streaming vessel data, 2010; Burnaev, Ishimtsev,
arXiv 1608.04585), in one dimension, with a memory of bounded size.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from math import floor, log2, log10, nan
from typing import NamedTuple

from msgspec import Struct, field

KNOWN_MOST = 512
"""Values remembered; where there are more, those with near neighbours on both sides are let go of."""
KNOWN_AN_HOUR_MOST = 64
HOURS = 24
OF_LATE = 12
"""Values in the mean of late."""
HOUR_WEIGHT = 1.0
LATE_WEIGHT = 0.5
LEAST = 50
"""Distances before one is judged."""
PER_OCTAVE = 4
"""Classes of distances between one and its double."""
FORGET_FROM = 100_000
"""Distances after which all counts are halved: what was rare years ago weighs less than what is rare now."""
ODDS_MOST = 1e30
VALUE_MOST = 1e150
"""Beyond is no measured value; the same as none."""
TOLD_AGAIN_AFTER = 200
"""Values for which a score that is no higher than one before says nothing new."""
_HOUR_MS = 3_600_000


class Novel(NamedTuple):
    """How new a value is.

    Attributes:
        score: φ of all three, weighted; 0 as usual.
        value, hour, late: φ of each: 1 is once in ten values, 3 once in a thousand.
        distance: to the nearest value known, in its unit; nan while nothing is known.
        nearest: that value.
        support: distances it was judged by.
    """

    score: float
    value: float = 0.0
    hour: float = 0.0
    late: float = 0.0
    distance: float = nan
    nearest: float = nan
    support: int = 0


NOTHING = Novel(0.0)


class Distances(Struct, array_like=True, gc=False):
    """How often each distance was seen, by classes of a quarter of an octave.

    Attributes:
        counts: class -> how often; distances of 0 are in none.
        seen: how many in all.
        largest: of all.
    """

    counts: dict[int, int] = field(default_factory=dict)
    seen: int = 0
    largest: float = 0.0

    def phi(self, distance: float) -> float:
        """-log10 of the share of distances at least as large; 0 while too few are known.

        >>> seen = Distances()
        >>> for distance in range(999): seen.add(1 + distance % 10)
        >>> round(seen.phi(10.0), 2), round(seen.phi(100.0), 2), seen.phi(0.0)
        (1.0, 4.0, 0.0)
        """
        seen = self.seen
        if seen < LEAST or distance <= 0.0:
            return 0.0
        if distance > self.largest:
            beyond = distance / self.largest if self.largest else 1.0
            return log10(min((seen + 1) * beyond, ODDS_MOST))
        least, larger = floor(PER_OCTAVE * log2(distance)), 0
        for size, count in self.counts.items():
            if size >= least:
                larger += count
        return log10((seen + 1) / (larger + 1))

    def add(self, distance: float) -> None:
        """Learn one."""
        self.seen += 1
        if distance > 0.0:
            size = floor(PER_OCTAVE * log2(distance))
            self.counts[size] = self.counts.get(size, 0) + 1
            self.largest = max(self.largest, distance)
        if self.seen >= FORGET_FROM:
            self.counts = {size: count // 2 for size, count in self.counts.items() if count > 1}
            self.seen //= 2


class Novelty(Struct, array_like=True):
    """What is remembered of one series: at most about 25 kB.

    Attributes:
        values, means: known, ascending, each once.
        hours: the same for each hour of the day (UTC).
        of_value, of_hour, of_late: distances seen.
        recent: the last dozen values.
    """

    values: list[float] = field(default_factory=list)
    means: list[float] = field(default_factory=list)
    hours: list[list[float]] = field(default_factory=lambda: [[] for _ in range(HOURS)])
    of_value: Distances = field(default_factory=Distances)
    of_hour: Distances = field(default_factory=Distances)
    of_late: Distances = field(default_factory=Distances)
    recent: list[float] = field(default_factory=list)

    def judge(self, at: int, value: float) -> Novel:
        """How new a value is; it is known from then on.

        Args:
            at: epoch ms UTC.
            value: in any unit, always the same; nan and what is no number are passed by.

        >>> known = Novelty()
        >>> for minute in range(1000): _ = known.judge(minute * 60_000, float(minute % 10))
        >>> known.judge(60_000_000, 0.0).score, round(known.judge(60_060_000, 30.0).score, 1)
        (0.0, 10.3)
        """
        if not -VALUE_MOST < value < VALUE_MOST:
            return NOTHING
        recent = self.recent
        recent.append(value)
        if len(recent) > OF_LATE:
            del recent[0]
        mean = sum(recent) / len(recent)
        hours, hour = self.hours, at // _HOUR_MS % HOURS
        support = self.of_value.seen
        nearest = nearest_of(self.values, value)
        phi = phi_hour = phi_late = 0.0
        distance = abs(value - nearest)
        if self.values:
            phi = self.of_value.phi(distance)
            self.of_value.add(distance)
            away = abs(mean - nearest_of(self.means, mean))
            phi_late = self.of_late.phi(away)
            self.of_late.add(away)
        near = [known for known in (hours[hour], hours[hour - 1], hours[(hour + 1) % HOURS]) if known]
        if near:
            away = min(abs(value - nearest_of(known, value)) for known in near)
            phi_hour = self.of_hour.phi(away)
            self.of_hour.add(away)
        learn(self.values, value, KNOWN_MOST)
        learn(self.means, mean, KNOWN_MOST)
        learn(hours[hour], value, KNOWN_AN_HOUR_MOST)
        score = phi + HOUR_WEIGHT * phi_hour + LATE_WEIGHT * phi_late
        return Novel(score, phi, phi_hour, phi_late, distance, nearest, support)


def nearest_of(known: list[float], value: float) -> float:
    """The nearest of ascending values; nan of none.

    >>> nearest_of([1.0, 4.0, 9.0], 5.0), nearest_of([], 5.0)
    (4.0, nan)
    """
    place = bisect_left(known, value)
    if place == len(known):
        return known[-1] if known else nan
    above = known[place]
    if place and value - known[place - 1] < above - value:
        return known[place - 1]
    return above


def learn(known: list[float], value: float, most: int) -> None:
    """Put a value in its place, once; when there are too many, a quarter of them goes, the densest first.

    No two neighbours go at a time, nor the least or the greatest, so what is far from all stays far from all.

    >>> known = [0.0, 1.0, 1.1, 1.2, 1.3, 5.0]
    >>> learn(known, 9.0, 7)
    >>> known
    [0.0, 1.0, 1.1, 1.3, 5.0, 9.0]
    """
    place = bisect_left(known, value)
    if place < len(known) and known[place] == value:
        return
    known.insert(place, value)
    if len(known) >= most:
        dense = sorted(range(1, len(known) - 1, 2), key=lambda one: known[one + 1] - known[one - 1])
        for one in sorted(dense[: most // 4], reverse=True):
            del known[one]


def told_once(scores: Iterable[float], again_after: int = TOLD_AGAIN_AFTER) -> list[float]:
    """Scores with only those kept that are higher than all of the last `again_after`: an event is told when it begins.

    >>> told_once([0.0, 3.0, 2.0, 4.0, 1.0, 1.0, 2.0], 2)
    [0.0, 3.0, 0.0, 4.0, 0.0, 0.0, 2.0]
    """
    kept: list[float] = []
    highest: deque[tuple[int, float]] = deque()  # falling: the first is the highest of the last `again_after`
    for row, score in enumerate(scores):
        while highest and highest[0][0] < row - again_after:
            highest.popleft()
        kept.append(score if not highest or score > highest[0][1] else 0.0)
        while highest and highest[-1][1] <= score:
            highest.pop()
        highest.append((row, score))
    return kept
