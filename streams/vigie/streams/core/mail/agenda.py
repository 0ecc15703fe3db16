"""What is due when: one instant a name, the earliest first."""

import heapq


class Agenda:
    """Names and their instants.

    >>> agenda = Agenda()
    >>> agenda.set("a", 30)
    >>> agenda.set("b", 10)
    >>> agenda.set("a", 5)
    >>> agenda.next_at(), agenda.take(9), agenda.take(9), agenda.take(10)
    (5, 'a', None, 'b')
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []
        self._at: dict[str, int] = {}

    def set(self, name: str, at: int) -> None:
        """Put a name at an instant (epoch ms UTC), instead of where it stood; 0 takes it away."""
        if not at:
            self._at.pop(name, None)
        elif self._at.get(name) != at:
            self._at[name] = at
            heapq.heappush(self._heap, (at, name))

    def next_at(self) -> int:
        """The earliest instant; 0 for none."""
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else 0

    def take(self, now: int) -> str | None:
        """Take away the earliest name that is due by `now`; None if none is."""
        at = self.next_at()
        if not at or at > now:
            return None
        _, name = heapq.heappop(self._heap)
        del self._at[name]
        return name
