"""Ticks as barriers: a step gets the tick T when all that stood before it is processed and confirmed.

The minute ticks are records on `platform`. When one comes, the ends of the owned input partitions are noted; once
everything before them is processed and confirmed, the steps get the tick. A role that comes `after` another first waits
until that one's heartbeats for T have come from all its partitions, so that what it read before T is here too. A
later tick stands in for one that was never answered. If none is answered within five minutes the tick is skipped: the
role was blind, and raises nothing by it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from vigie.streams import metrics
from vigie.streams.transport.clock import now_s
from vigie.topics.alarm_input import AlarmInput, Heartbeat, Tick

log = logging.getLogger(__name__)

BLIND_AFTER_S = 300.0
REMEMBERED_TICKS = 4096
RETRY_S = 0.2

TP = tuple[str, int]


class _Pending:
    """A tick that is not applied yet."""

    def __init__(self, tick: Tick) -> None:
        self.tick = tick
        self.seen_at_s = now_s()
        self.ends: dict[TP, int] | None = None


class Ticks:
    """The ticks of a role.

    Args:
        role: for metrics.
        after: role whose heartbeats must have come first; None for none.
        partition_count: bare topic name -> how many partitions it has.
        owned: the partitions owned now (bare topic, partition); empty while none may be processed.
        ends: where their logs end; None if the broker does not say.
        frontier: the offset before which all of a partition is processed and confirmed.
        apply: gives the tick to the steps; called in order.
        patience_s: after so long a tick is applied even if something is still missing; None: never.
    """

    def __init__(
        self,
        role: str,
        *,
        after: str | None,
        partition_count: Callable[[str], int],
        owned: Callable[[], Collection[TP]],
        ends: Callable[[Collection[TP]], Awaitable[dict[TP, int] | None]],
        frontier: Callable[[TP], int],
        apply: Callable[[Tick, list[TP]], None],
        patience_s: float | None = None,
    ) -> None:
        self._role = role
        self._after = after
        self._partition_count = partition_count
        self._owned = owned
        self._ends = ends
        self._frontier = frontier
        self._apply = apply
        self._patience_s = patience_s
        self._pending: deque[_Pending] = deque()
        self._heard: dict[int, dict[str, int]] = {}  # tick -> topic -> bit mask of the partitions answered for
        self._answered: dict[TP, int] = {}  # partition -> last tick that was applied to it
        self._last_applied: Tick | None = None
        self._latest = -1
        self._changed = asyncio.Event()

    def on_message(self, _topic: str, message: AlarmInput) -> None:
        """A tick or a heartbeat has come."""
        if isinstance(message, Tick):
            if message.at > self._latest:  # two active writers for a moment write the same minute twice
                self._latest = message.at
                self._pending.append(_Pending(message))
        elif isinstance(message, Heartbeat) and message.role == self._after:
            heard = self._heard.setdefault(message.tick_at, {})
            for topic, number in message.partitions:
                heard[topic] = heard.get(topic, 0) | 1 << number
            while len(self._heard) > REMEMBERED_TICKS:
                del self._heard[min(self._heard)]
        self._changed.set()

    def poke(self) -> None:
        """Something was confirmed."""
        if self._pending:
            self._changed.set()

    def assigned(self, partitions: Collection[TP]) -> None:
        """Partitions changed hands: note ends anew, and repeat the last tick for those that may have missed it."""
        self._answered = {tp: at for tp, at in self._answered.items() if tp in partitions}
        for pending in self._pending:
            pending.ends = None
        last = self._last_applied
        missed = last is not None and any(self._answered.get(tp, -1) < last.at for tp in partitions)
        if last is not None and missed and not (self._pending and self._pending[0].tick is last):
            self._pending.appendleft(_Pending(last))
        self._changed.set()

    async def run(self) -> None:
        """Apply ticks as they become due, for ever."""
        while True:
            waiting = bool(self._pending) and bool(self._owned())
            try:
                async with asyncio.timeout(RETRY_S if waiting else None):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            self._drop_blind()
            if not self._owned():
                self._forget_unowned()
                continue
            await self._note_ends()
            while (due := self._due()) is not None:
                self._take(due)

    def _due(self) -> _Pending | None:
        """The next tick to apply, if one is due.

        One that was never answered (its role was killed over the minute) must not hold up those after it: what came
        before a later tick came before it too, so that one is judged in its place.
        """
        for place, pending in enumerate(self._pending):
            if self._reached(pending):
                for _ in range(place + 1):
                    self._pending.popleft()
                return pending
        return None

    def _forget_unowned(self) -> None:
        """A worker without partitions remembers only the last tick, in case it gets some."""
        while len(self._pending) > 1:
            self._last_applied = self._pending.popleft().tick

    def _drop_blind(self) -> None:
        while self._pending and now_s() - self._pending[0].seen_at_s > BLIND_AFTER_S:
            skipped = self._pending.popleft()
            metrics.ticks_blind.labels(self._role).inc()
            log.warning("Blind at the tick %d: what came before it was not known within 5 minutes", skipped.tick.at)

    async def _note_ends(self) -> None:
        due = [pending for pending in self._pending if pending.ends is None and self._complete(pending.tick)]
        if not due:
            return
        owned = self._owned()
        ends = await self._ends(owned)
        if ends is not None and self._owned() == owned:  # else this is the answer to a question of before
            for pending in due:
                pending.ends = ends

    def _complete(self, tick: Tick) -> bool:
        if self._after is None or tick is self._last_applied:
            return True
        heard = self._heard.get(tick.at)
        if not heard:
            return False
        return all(mask == (1 << self._partition_count(topic)) - 1 for topic, mask in heard.items())

    def _reached(self, pending: _Pending) -> bool:
        if self._patience_s is not None and now_s() - pending.seen_at_s > self._patience_s:
            return True
        if pending.ends is None:
            return False
        return all(self._frontier(tp) >= end for tp, end in pending.ends.items())

    def _take(self, pending: _Pending) -> None:
        partitions = sorted(tp for tp in self._owned() if self._answered.get(tp, -1) < pending.tick.at)
        for tp in partitions:
            self._answered[tp] = pending.tick.at
        if self._last_applied is None or pending.tick.at >= self._last_applied.at:
            self._last_applied = pending.tick
        self._heard.pop(pending.tick.at, None)
        if partitions:
            self._apply(pending.tick, partitions)
            metrics.ticks_applied.labels(self._role).inc()


def numbers(partitions: Collection[Any]) -> list[int]:
    """The partition numbers, each once.

    >>> numbers([("a", 3), ("b", 3), ("a", 1)])
    [1, 3]
    """
    return sorted({number for _, number in partitions})
