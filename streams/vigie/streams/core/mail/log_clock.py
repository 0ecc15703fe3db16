"""The clock of mails where the log tells the time (a recorded day, a minute of it in a blink).

Events are in order, so the instant of the latest event has come for sure. A tick comes on another topic and may be far
ahead of the events that belong before it: it counts once nothing has come for some time of ours.
"""

SETTLED_AFTER_S = 1.5
"""How long a tick waits for events that belong before it."""


class LogClock:
    """Reads the log's time.

    >>> clock = LogClock()
    >>> clock.event(5)
    >>> clock.tick(60, 100.0)
    >>> clock.now(101.0), clock.now(101.6)
    (5, 60)
    """

    def __init__(self) -> None:
        self._now = 0
        self._ticks: list[tuple[float, int]] = []

    def event(self, at: int) -> None:
        """An event of this instant (epoch ms UTC) was read."""
        self._now = max(self._now, at)

    def tick(self, at: int, read_at_s: float) -> None:
        """A tick was read, at this monotonic second."""
        self._ticks.append((read_at_s, at))

    def now(self, monotonic_s: float) -> int:
        """The instant that has come (epoch ms UTC); 0 before any."""
        settled = [at for read_at_s, at in self._ticks if read_at_s + SETTLED_AFTER_S <= monotonic_s]
        if settled:
            self._now = max(self._now, *settled)
            del self._ticks[: len(settled)]
        return self._now
