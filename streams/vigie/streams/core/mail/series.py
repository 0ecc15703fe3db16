"""A series, or the arrivals of a device, in words: what a reader without images is told instead of a chart."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from vigie.streams.core.amounts import amount_text
from vigie.streams.core.local_time import NO_BREAK, duration_text, moment_text, short_moment_text

HOURS = 48
SPAN_MS = HOURS * 3_600_000
TREND_MS = 3 * 3_600_000
"""Over how long the trend at the end is taken."""
FLAT = 0.05
"""A change below this share of the range counts as none."""


class Series(NamedTuple):
    """Values over 48 h.

    Attributes:
        label: what is measured, and where.
        unit: of the values; empty for none.
        start_at, end_at: epoch ms UTC, of what is shown.
        at: epoch ms UTC, rising.
        values: likewise.
        good: whether each value passed the tests of quality.
        thresholds: that the rule has, by what they are called.
        raised_at: epoch ms UTC when the alert was raised; 0 for unknown.
    """

    label: str
    unit: str
    start_at: int
    end_at: int
    at: Sequence[int]
    values: Sequence[float]
    good: Sequence[bool]
    thresholds: Mapping[str, float] = {}
    raised_at: int = 0


class Arrivals(NamedTuple):
    """When a device was heard in 48 h.

    Attributes:
        label: its name.
        start_at, end_at: epoch ms UTC, of what is shown.
        at: epoch ms UTC, rising.
        last_at: epoch ms UTC, the last arrival of all, also before `start_at`; 0 where there is none.
    """

    label: str
    start_at: int
    end_at: int
    at: Sequence[int]
    last_at: int


_TRENDS = {
    "fr": {"up": "en hausse de {change} en {time}", "down": "en baisse de {change} en {time}", "flat": "stable"},
    "en": {"up": "up by {change} in {time}", "down": "down by {change} in {time}", "flat": "steady"},
}


def series_text(series: Series, zone: str, language: str) -> str:
    r"""Least, most, last value and trend, of good values; how many doubtful ones there are.

    Args:
        series: what the chart shows.
        zone: IANA name of the legal time.
        language: fr or en.

    >>> series_text(Series("h", "m", 0, 7_200_000, [0, 7_200_000], [1.0, 2.5], [True, True]), "UTC", "en")
    'h, from 01-01 00:00 to 01-01 02:00: from 1 m to 2.5 m; last value 2.5 m (1970-01-01 02:00), up by 1.5 m in 2 h.'
    """
    french = language == "fr"
    kept = [(at, value) for at, value, good in zip(series.at, series.values, series.good, strict=True)
            if good and isfinite(value)]  # fmt: skip
    head = _head(series.label, series.start_at, series.end_at, zone, language)
    if not kept:
        return f"{head} {'aucune valeur bonne' if french else 'no good value'}."
    values = [value for _, value in kept]
    low, high = (amount_text(value, series.unit, language) for value in (min(values), max(values)))
    last_at, last = kept[-1]
    found = f"{head} {'de' if french else 'from'} {low} {'à' if french else 'to'} {high}"
    found += f"{NO_BREAK};" if french else ";"
    found += f" {'dernière valeur' if french else 'last value'} {amount_text(last, series.unit, language)}"
    found += f" ({moment_text(last_at, zone, language)}), {trend_text(kept, series.unit, language)}."
    doubtful = len(series.at) - len(kept)
    if doubtful and french:
        found += f" {doubtful} valeur{'s' if doubtful > 1 else ''} douteuse{'s' if doubtful > 1 else ''} à part."
    elif doubtful:
        found += f" {doubtful} doubtful value{'s' if doubtful > 1 else ''} left out."
    return found


def trend_text(kept: Sequence[tuple[int, float]], unit: str, language: str) -> str:
    """How the last values go: from the first value of the last three hours to the last one."""
    last_at, last = kept[-1]
    first_at, first = next(entry for entry in kept if entry[0] >= last_at - TREND_MS)
    values = [value for _, value in kept]
    change = last - first
    if first_at == last_at or abs(change) <= FLAT * (max(values) - min(values)):
        return _TRENDS[language]["flat"]
    told = amount_text(abs(change), unit, language)
    return _TRENDS[language]["up" if change > 0 else "down"].format(
        change=told, time=duration_text(last_at - first_at, language).replace(NO_BREAK, " ")
    )


def arrivals_text(arrivals: Arrivals, zone: str, language: str) -> str:
    """How many messages, when the last one, and the longest gap between two.

    >>> arrivals_text(Arrivals("eui:1", 0, 7_200_000, [0, 900_000, 4_500_000], 4_500_000), "UTC", "en")
    'eui:1, from 01-01 00:00 to 01-01 02:00: 3 messages, the last 1970-01-01 01:15; longest gap between two 1 h.'
    """
    french, count = language == "fr", len(arrivals.at)
    head = _head(arrivals.label, arrivals.start_at, arrivals.end_at, zone, language)
    last = moment_text(arrivals.last_at, zone, language) if arrivals.last_at else ""
    if not count:
        none = "aucun message" if french else "no message"
        return f"{head} {none}" + (f", {'le dernier le' if french else 'the last'} {last}" if last else "") + "."
    plural = "s" if count > 1 else ""
    found = f"{head} {count} message{plural}, {'le dernier le' if french else 'the last'} {last}"
    gap = max((later - earlier for earlier, later in zip(arrivals.at, arrivals.at[1:], strict=False)), default=0)
    if gap:
        mark = f"{NO_BREAK};" if french else ";"
        words = "plus long écart entre deux" if french else "longest gap between two"
        found += f"{mark} {words} {duration_text(gap, language).replace(NO_BREAK, ' ')}"
    return found + "."


def _head(label: str, start_at: int, end_at: int, zone: str, language: str) -> str:
    start, end = (short_moment_text(at, zone, language) for at in (start_at, end_at))
    return f"{label}, du {start} au {end}{NO_BREAK}:" if language == "fr" else f"{label}, from {start} to {end}:"
