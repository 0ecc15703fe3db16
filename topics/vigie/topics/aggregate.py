"""The aggregate: what a window of readings comes to."""

from msgspec import Struct

WINDOW_CODES = ("15m", "30m", "1h", "1d", "1w", "1mo", "1y", "r1h", "r8h", "r24h", "r7d")
"""Tumbling windows by their length, rolling windows with an r before it."""


class Aggregate(Struct, frozen=True, kw_only=True):
    """One window of one indicator of one subject; key (subject, indicator, window_code, window_start).

    Attributes:
        subject: `device:`, `point:`, `zone:` or `commune:` and an id.
        indicator: name of a property (with `#channel` where the channel is not 0), or of a named indicator.
        window_code: one of WINDOW_CODES.
        window_start: epoch ms UTC, inclusive.
        window_end: epoch ms UTC, exclusive.
        revision: 0 at first publication, higher at each change; the later record in the log wins.
        count: how many unique readings took part.
        minimum, mean, maximum: in the unit of the property.
        input_hash: hash of the set of inputs; an unchanged window is not published again.
        reason: why this revision exists (closed, late, corrected).
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
