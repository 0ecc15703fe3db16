"""The aggregate: what a window of readings comes to, or a named indicator over a window."""

from msgspec import Struct

WINDOW_CODES = ("15m", "30m", "1h", "1d", "1w", "1mo", "1y", "r1h", "r8h", "r24h", "r7d")
"""Tumbling windows of legal time by their length, rolling windows with an r before it."""

REASONS = ("closed", "late", "corrected", "quality", "placement", "definition", "asked")
"""Why a revision exists: the window closed; readings came late; a replay or a conversion changed them; a later verdict
changed their flags; they were found to be of another point; the indicator has another definition; somebody asked."""


class Aggregate(Struct, frozen=True, kw_only=True):
    """One window of one indicator of one subject; key (subject, indicator, window_code, window_start).

    A number is null where completeness is below the bound of its window, or where the quantity has no such thing.

    Attributes:
        subject: `point:`, `zone:`, `commune:`, `use_case:`, `network:` or `device:` and an id.
        indicator: name of a property (with `#channel` where the channel is not 0), or of a named indicator.
        window_code: one of WINDOW_CODES.
        window_start: epoch ms UTC, inclusive.
        window_end: epoch ms UTC, exclusive.
        revision: 0 at first publication, higher at each change; the later record in the log wins.
        count: how many unique readings took part (for a subject of many points: how many points).
        minimum, mean, maximum: in the unit; the mean is that of energies for levels in dB, of vectors for directions.
        input_hash: hash of the set of inputs; an unchanged window is not published again.
        reason: one of REASONS.
        value: the one number to show: the mean of a gauge, level or direction, the sum of counts, the difference of
            a meter, the indicator's own value.
        unit: of all numbers, as a person reads it; empty for a pure number.
        expected: how many readings (points) there should have been; null where nobody knows.
        completeness: 0 to 1; null where nobody knows.
        excluded: readings left out for their flag.
        sum, deviation, first, last: in the unit; the deviation is that of the population (circular for directions).
        quality: 1 all good, 2 some not evaluated, 3 some left out for their flag, 9 null for want of readings.
        definition: version of a named indicator's definition; empty for a property.
        category: what the value is called, such as `green`; empty where it has no name.
        details: further numbers by name, such as `p90`.
        parts: points that took part, for a subject of many.
    """

    subject: str
    indicator: str
    window_code: str
    window_start: int
    window_end: int
    revision: int
    count: int
    minimum: float | None
    mean: float | None
    maximum: float | None
    input_hash: str
    reason: str
    value: float | None = None
    unit: str = ""
    expected: int | None = None
    completeness: float | None = None
    excluded: int = 0
    sum: float | None = None
    deviation: float | None = None
    first: float | None = None
    last: float | None = None
    quality: int = 2
    definition: str = ""
    category: str = ""
    details: dict[str, float] = {}
    parts: tuple[str, ...] = ()
