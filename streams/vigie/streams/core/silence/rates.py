"""Devices that send when something happens: how often, for each hour of the week.

    phi = 0.434 * the sum of rates over the silence   (-log10 of the Poisson probability that nothing came)

A rate follows the counts of four weeks (each week weighs a quarter), and is never taken lower than a tenth of the
week's mean: an hour in which nothing has come yet is not one in which nothing can come. 168 rates take 168 bytes,
each a byte on a scale of eighths of an octave.
"""

from math import log2

from msgspec import Struct

HOUR_MS = 3_600_000
HOURS = 168
WEEKS = 4
FLOOR_SHARE = 0.1
LOG10_E = 0.4343
_SCALE, _LEAST = 8, 10
_VALUES = [0.0, *[2.0 ** ((code - 1) / _SCALE - _LEAST) for code in range(1, 256)]]


class Rates(Struct, array_like=True):
    """Messages per hour, by hour of the week (UTC, from Thursday 0 h).

    Attributes:
        hour: hours since 1970 of the hour that is being counted.
        count: messages in it so far.
        seen: hours counted so far, up to four weeks.
        codes: one byte for each hour of the week.
    """

    hour: int
    count: int = 1
    seen: int = 0
    codes: bytes = bytes(HOURS)


def _code(rate: float) -> int:
    return 0 if rate <= 0 else max(1, min(255, round((log2(rate) + _LEAST) * _SCALE) + 1))


def heard(rates: Rates | None, at: int, *, skipped: bool = False) -> Rates:
    """The rates after a message.

    Args:
        rates: before; None at the first.
        at: its arrival, epoch ms UTC.
        skipped: the hours since the message before say nothing (an outage, a time when nobody watched).

    >>> rates = None
    >>> for hour in range(200):
    ...     rates = heard(rates, hour * HOUR_MS)
    >>> round(expected(rates, 200 * HOUR_MS, 203 * HOUR_MS), 1)
    3.0
    """
    hour = at // HOUR_MS
    if rates is None:
        return Rates(hour)
    if hour == rates.hour:
        rates.count += 1
        return rates
    if hour < rates.hour:
        return rates
    codes = bytearray(rates.codes)
    steps = 1 if skipped else min(hour - rates.hour, 2 * HOURS)
    for step in range(steps):
        _follow(codes, (rates.hour + step) % HOURS, rates.count if step == 0 else 0, rates.seen + step)
    rates.codes, rates.seen = bytes(codes), min(rates.seen + steps, WEEKS * HOURS)
    rates.hour, rates.count = hour, 1
    return rates


def _follow(codes: bytearray, place: int, count: int, seen: int) -> None:
    before = _VALUES[codes[place]]
    weight = 1.0 / min(WEEKS, 1 + seen // HOURS)
    codes[place] = _code(before + weight * (count - before))


def mean_rate(rates: Rates) -> float:
    """Messages per hour over the week, of the hours that were counted; 0 where none was."""
    known = min(rates.seen, HOURS)
    return sum(_VALUES[code] for code in rates.codes) / known if known else 0.0


def expected(rates: Rates, from_at: int, to_at: int) -> float:
    """How many messages were to be expected in a span (epoch ms UTC)."""
    mean = mean_rate(rates)
    floor, whole = FLOOR_SHARE * mean, rates.seen >= HOURS
    total, at = 0.0, from_at
    weeks, rest = divmod(max(0, to_at - from_at), HOURS * HOUR_MS)
    to_at = from_at + rest
    while at < to_at:
        end = min(to_at, (at // HOUR_MS + 1) * HOUR_MS)
        rate = max(floor, _VALUES[rates.codes[at // HOUR_MS % HOURS]]) if whole else mean
        total += rate * (end - at) / HOUR_MS
        at = end
    return total + weeks * mean * HOURS


def phi_of(rates: Rates, from_at: int, to_at: int) -> float:
    """The phi of a silence from-to (epoch ms UTC)."""
    return LOG10_E * expected(rates, from_at, to_at)
