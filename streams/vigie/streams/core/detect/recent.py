"""The last values of a series, for how fast it changes: instants and values of a span, not closer than a spacing."""

from math import nan

from msgspec import Struct, field

_SPACINGS = 15


class Recent(Struct, array_like=True):
    """Of one series, by rising instant.

    Attributes:
        at: epoch ms UTC.
        values: one each.
    """

    at: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def change(self, at: int, value: float, span_ms: int) -> tuple[float, int]:
        """By how much it changed up to a new value, which is taken in, and in which time.

        Args:
            at: epoch ms UTC of the new value, later than those before.
            value: the new one.
            span_ms: how far back is looked; where values are rarer, to the one before.

        Returns:
            Change, and milliseconds from the oldest value of the span; nan and 0 where there is none.

        >>> recent = Recent()
        >>> [recent.change(minute * 60_000, minute / 10, 3_600_000)[0] for minute in (0, 30, 60, 90)]
        [nan, 3.0, 6.0, 6.0]
        """
        instants, values = self.at, self.values
        while len(instants) > 1 and instants[0] < at - span_ms:
            del instants[0], values[0]
        if instants and instants[0] < at - span_ms and at - instants[0] > 3 * span_ms:
            instants.clear()
            values.clear()
        change = (value - values[0], at - instants[0]) if instants and at > instants[0] else (nan, 0)
        if not instants or at - instants[-1] >= span_ms // _SPACINGS:
            instants.append(at)
            values.append(value)
        return change
