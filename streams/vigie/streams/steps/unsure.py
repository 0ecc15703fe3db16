"""Whether another worker may have published what a batch makes, and otherwise: after a load of the state.

A former owner of the partition may have sent what it did not save; what it sent of records that are read again here may
differ. So a step publishes all that it looks at, until records come that no one else can have seen.
"""

from collections.abc import Callable
from typing import Any

from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch

SKEW_MS = 60_000
"""By how much the broker's clock may be behind this machine's."""


class Unsure:
    """Asked for each batch of a step.

    Args:
        state: of the step; says which partitions were read from the changelog.
        now_ms: the clock, epoch ms.
    """

    def __init__(self, state: SavedState[Any], now_ms: Callable[[], float]) -> None:
        self._state, self._now_ms = state, now_ms
        self._until: dict[int, float] = {}

    def of(self, batch: Batch) -> bool:
        """Whether it is so for what this batch makes."""
        partition = batch.partition
        if partition in self._state.restored:
            self._state.restored.discard(partition)
            self._until[partition] = self._now_ms() + SKEW_MS
        until = self._until.get(partition)
        if until is None or not batch:
            return False
        if batch[0].timestamp > until:
            del self._until[partition]
            return False
        return True
