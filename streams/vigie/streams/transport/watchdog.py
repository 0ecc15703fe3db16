"""Ends a worker that does not get on although the broker answers, and publishes how far behind it is.

A stock Faust worker once stopped reading after a broker restart, without a word (docs: faust-transport). Whatever the
cause, lag without progress for a while means that a fresh start is better than waiting.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection

from vigie.streams import metrics
from vigie.streams.transport.flow import Flow
from vigie.streams.transport.step import CannotGoOnError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0

TP = tuple[str, int]


class StalledError(CannotGoOnError):
    """No progress; the message says how it shows."""


class Watchdog:
    """Looks at lag and progress.

    Args:
        role: for metrics.
        flow: of the role.
        stall_limit_s: how long without progress is too long.
        owned: the partitions owned now (bare topic, partition).
        ends: where their logs end; None if the broker does not answer.
        frontier: the offset before which all of a partition is processed and confirmed.
        oldest: when the oldest record in work of a partition was appended, epoch ms; None if none is in work.
        unconfirmed_s: for how long an output or a commit has been waiting for its confirmation.
        rebalancing: whether the worker waits for partitions from the group (not for its own preparations).
    """

    def __init__(
        self,
        role: str,
        flow: Flow,
        *,
        stall_limit_s: float,
        owned: Callable[[], Collection[TP]],
        ends: Callable[[Collection[TP]], Awaitable[dict[TP, int] | None]],
        frontier: Callable[[TP], int],
        oldest: Callable[[TP], int | None],
        unconfirmed_s: Callable[[], float],
        rebalancing: Callable[[], bool],
    ) -> None:
        self._role = role
        self._flow = flow
        self._stall_limit_s = stall_limit_s
        self._owned = owned
        self._ends = ends
        self._frontier = frontier
        self._oldest = oldest
        self._unconfirmed_s = unconfirmed_s
        self._rebalancing = rebalancing
        self._frontiers: dict[TP, int] = {}
        self._behind_since_ms: dict[TP, float] = {}
        self._published: set[str] = set()
        self._waiting_since = self._rebalancing_since = time.monotonic()

    async def run(self) -> None:
        """Look, for ever.

        Raises:
            StalledError: there is no progress though there could be.
        """
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Look once."""
        now = time.monotonic()
        owned = list(self._owned())
        ends = await self._ends(owned)
        if ends is None:  # the broker does not answer: not our stall
            self._waiting_since = self._rebalancing_since = now
            return
        if not self._rebalancing():
            self._rebalancing_since = now
        elif now - self._rebalancing_since > self._stall_limit_s:
            raise StalledError(f"No partitions within {self._stall_limit_s:.0f} s though the broker answers")
        frontiers = {tp: self._frontier(tp) for tp in owned}
        lags = {tp: ends[tp] - frontiers[tp] for tp in owned if tp in ends and frontiers[tp] >= 0}
        behind = any(ends.get(tp, 0) > max(frontiers[tp], 0) for tp in owned)
        if not behind or not self._flow.idle() or frontiers != self._frontiers:
            self._waiting_since = now
        self._frontiers = frontiers
        self._publish(lags)
        if now - self._waiting_since > self._stall_limit_s:
            raise StalledError(
                f"{sum(lags.values())} records wait in {self._role}'s partitions, and for {self._stall_limit_s:.0f} s "
                "none has been fetched though the broker answers"
            )
        if (waiting_s := self._unconfirmed_s()) > self._stall_limit_s:
            raise StalledError(
                f"Output or offsets of {self._role} have not been confirmed for {waiting_s:.0f} s though the broker "
                "answers"
            )

    def _publish(self, lags: dict[TP, int]) -> None:
        now_ms = time.time() * 1000
        behind = {tp for tp, lag in lags.items() if lag > 0}
        self._behind_since_ms = {tp: self._behind_since_ms.get(tp, now_ms) for tp in behind}
        records: dict[str, int] = {topic: 0 for topic, _ in lags}
        seconds: dict[str, float] = dict.fromkeys(records, 0.0)
        for tp in behind:
            topic, oldest_ms = tp[0], self._oldest(tp)
            since_ms = self._behind_since_ms[tp] if oldest_ms is None else oldest_ms
            records[topic] += lags[tp]
            seconds[topic] = max(seconds[topic], (now_ms - since_ms) / 1000)
        for topic in self._published - records.keys():  # another worker counts these now
            metrics.consumer_lag_records.remove(self._role, topic)
            metrics.consumer_lag_seconds.remove(self._role, topic)
        self._published = set(records)
        for topic, count in records.items():
            metrics.consumer_lag_records.labels(self._role, topic).set(count)
            metrics.consumer_lag_seconds.labels(self._role, topic).set(seconds[topic])
        metrics.owned_partitions.labels(self._role).set(len(self._frontiers))
        for state in self._flow.states:
            keys, size = state.size()
            metrics.state_keys.labels(self._role, state.topic).set(keys)
            metrics.state_bytes.labels(self._role, state.topic).set(size)
