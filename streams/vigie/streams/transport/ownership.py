"""Partitions change hands: what is done before they are given up, and before the records of new ones flow."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from vigie.streams import metrics
from vigie.streams.settings import Settings
from vigie.streams.transport import changelog
from vigie.streams.transport.flow import Flow, cancelled
from vigie.streams.transport.isolation import CrashJournal
from vigie.streams.transport.step import CannotGoOnError, SinkStep
from vigie.streams.transport.ticks import numbers

log = logging.getLogger(__name__)

SETTLE_LIMIT_WITHOUT_BROKER_S = 2.0

TP = tuple[str, int]
Ends = Callable[[Collection[TP]], Awaitable[dict[TP, int] | None]]


class Ownership:
    """Which partitions a worker owns, and the passage from one assignment to the next.

    Args:
        role: for log lines and metrics.
        settings: of the installation.
        flow: of the role.
        journal: crash journal of the role.
        sink: of a role that has one; it says where it wants to start.
        ends: where logs end; None if the broker does not say.
        broker_answers: whether it did when asked last.
        fail: ends the worker.
        failing: whether it is being ended.
        on_owned: called with the partitions when their records may flow.
    """

    def __init__(
        self,
        role: str,
        settings: Settings,
        flow: Flow,
        journal: CrashJournal,
        *,
        sink: SinkStep | None,
        ends: Ends,
        broker_answers: Callable[[], bool],
        fail: Callable[[BaseException], None],
        failing: Callable[[], bool],
        on_owned: Callable[[frozenset[TP]], None],
    ) -> None:
        self.owned: frozenset[TP] = frozenset()
        self.sink_is_asked = False
        """Whether the sink is being asked where to start: its database may be away, for as long as it likes."""
        self._role = role
        self._settings = settings
        self._flow = flow
        self._journal = journal
        self._sink = sink
        self._ends = ends
        self._broker_answers = broker_answers
        self._fail = fail
        self._failing = failing
        self._on_owned = on_owned

    async def settle(self, limit_s: float) -> None:
        """Before partitions are given up: a last checkpoint within a limit, then forget them."""
        self._flow.gate.shut()
        self.owned = frozenset()
        if not self._failing():
            await self._finish(limit_s if self._broker_answers() else SETTLE_LIMIT_WITHOUT_BROKER_S)
        clean = not self._flow.pending() and not self._failing()
        await self._flow.abandon()
        self._journal.close()
        for state in self._flow.states:
            if clean:
                state.park()
            else:  # what is in memory may be ahead of what is saved
                state.drop_all()

    async def _finish(self, limit_s: float) -> None:
        finish = asyncio.create_task(self._flow.finish())
        done, _ = await asyncio.wait({finish}, timeout=limit_s)
        if done:
            if (error := finish.exception()) is not None:
                self._fail(error)
            return
        await cancelled(finish)
        log.warning("Gave up on work in flight after %.0f s: it will be read again", limit_s)
        if self._sink is not None:
            self._fail(
                CannotGoOnError(
                    f"A write of {self._role} did not end within {limit_s:.0f} s, and its partitions were wanted back: "
                    "it starts anew, and reads again what was not written"
                )
            )

    async def take_over(
        self, assignment: Collection[Any], bare_names: Mapping[str, str], still_wanted: Callable[[], bool]
    ) -> dict[TP, int]:  # fmt: skip
        """Newly assigned partitions: claim, load, look where to start; then let records through.

        Args:
            assignment: TopicPartitions with names on the cluster.
            bare_names: name on the cluster -> bare name.
            still_wanted: False as soon as another rebalance has begun.

        Returns:
            (name on the cluster, partition) -> where to start instead of at the group's commit.
        """
        try:
            owned = frozenset((bare_names[tp.topic], tp.partition) for tp in assignment)
            return await self._take_over(owned, still_wanted)
        except Exception as error:
            self._fail(error)
            return {}

    async def _take_over(self, owned: frozenset[TP], still_wanted: Callable[[], bool]) -> dict[TP, int]:
        metrics.rebalances.labels(self._role).inc()
        if owned:
            await self._flow.claim()
        held = numbers(owned)
        for state in self._flow.states:
            state.unpark(held)
        settings = self._settings
        loaded = await changelog.load(
            self._flow.states, held, servers=settings.kafka, full_name=settings.topic, still_wanted=still_wanted
        )
        starts = await self._starts(owned, still_wanted) if loaded else None
        if starts is None or self._failing() or not still_wanted():
            return {}
        for topic, number in owned:
            self._journal.open(topic, number)
        self.owned = owned
        self._flow.gate.open()
        log.info("%s has %s", self._role, _listed(owned) if owned else "no partitions, and stands by")
        self._on_owned(owned)
        return {(settings.topic(topic), number): offset for (topic, number), offset in starts.items()}

    async def _starts(self, owned: Collection[TP], still_wanted: Callable[[], bool]) -> dict[TP, int] | None:
        """Ask the sink where it wants to start; None if another rebalance came first."""
        if self._sink is None or not owned:
            return {}
        asking = asyncio.ensure_future(self._sink.start_offsets(owned))
        self.sink_is_asked = True
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=0.5)
                if not still_wanted():
                    return None
        finally:
            self.sink_is_asked = False
            asking.cancel()
        starts = asking.result()
        ends = await self._ends(list(starts)) or {}
        for (topic, number), offset in starts.items():
            end = ends.get((topic, number), offset)
            if offset > end:
                raise CannotGoOnError(
                    f"{self._role} has already taken {self._settings.topic(topic)}/{number} up to offset {offset}, but "
                    f"that log ends at {end}: the topic was made again, or Kafka lost data. Restore Kafka's data, or "
                    f"take that place out of {self._role}'s own offsets, before you start it again"
                )
        return starts


def _listed(owned: Collection[TP]) -> str:
    topics: dict[str, list[int]] = {}
    for topic, number in sorted(owned):
        topics.setdefault(topic, []).append(number)
    return "; ".join(f"{topic} {','.join(map(str, found))}" for topic, found in topics.items())
