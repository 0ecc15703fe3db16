"""Runs pure steps: batches in, outputs sent at once, and a checkpoint per second in the only order that loses nothing.

Order of a checkpoint: (1) what changed in the states is serialised, at one moment; (2) all outputs made up to that
moment are confirmed; (3) the states are written and confirmed; (4) the batches are acked and their offsets committed.
A crash between any two of these repeats work and loses none; the offsets inside the state and the deterministic ids of
the outputs make the repeat change nothing. New batches are processed meanwhile, up to LIMIT_IN_FLIGHT records.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from typing import Any

from vigie.streams import metrics
from vigie.streams.transport.changelog import Snapshot
from vigie.streams.transport.flow import Crashes, Gate, Timer, cancelled
from vigie.streams.transport.output import Output
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, Outputs, StreamStep, TickingStep
from vigie.topics.alarm_input import Tick

log = logging.getLogger(__name__)

LIMIT_IN_FLIGHT = 8000
"""Records processed but not confirmed: four full batches."""
GATHER_S, GATHER_RECORDS = 0.25, 2000
"""For how long, and how many records, batches of steps that gather are put off."""


def settled_of(step: StreamStep) -> tuple[str, ...]:
    """The inputs that are settled before a tick comes to a step (see StreamStep)."""
    found: tuple[str, ...] = getattr(step, "settled", ())
    return found


class Item:
    """A batch that was processed (or a tick that was applied), on its way to its commit."""

    __slots__ = ("batch", "confirmation", "event", "out", "since")

    def __init__(self, event: Any, batch: Batch | None, out: Outputs) -> None:
        self.event = event
        self.batch = batch
        self.out = out
        self.confirmation: asyncio.Future[Any] | None = None
        self.since = Timer()


class StreamFlow:
    """The flow of a role of pure steps.

    Args:
        role: for metrics.
        steps: given every batch of their inputs, in this order.
        output: sends and confirms.
        crashes: runs them under the crash journal.
        commit: commits the acked offsets.
        fail: ends the worker by an exception.
        interval_s: seconds between checkpoints.
    """

    def __init__(
        self,
        role: str,
        steps: Sequence[StreamStep],
        *,
        output: Output,
        crashes: Crashes,
        commit: Callable[[], Any],
        fail: Callable[[BaseException], None],
        interval_s: float,
    ) -> None:
        self.gate = Gate()
        self.states: tuple[SavedState[Any], ...] = tuple(state for step in steps for state in step.states)
        self.on_confirmed: Callable[[], None] = lambda: None
        """Called when something was confirmed; the ticks wait for that."""
        self._role = role
        self._steps = steps
        self._by_topic = {topic: [s for s in steps if topic in s.inputs] for step in steps for topic in step.inputs}
        self._output = output
        self._crashes = crashes
        self._commit = commit
        self._fail = fail
        self._interval_s = interval_s
        self._items: list[Item] = []  # processed, not yet part of a checkpoint
        self._saving: list[Item] = []  # part of the checkpoint that is being made
        steps_of = self._by_topic.items()
        self._gathers = {topic for topic, some in steps_of if all(getattr(one, "gathers", False) for one in some)}
        self._gathered: list[Any] = []  # events that are put off
        self._gathering: asyncio.TimerHandle | None = None
        self._in_flight = 0
        self._taking = False
        self._lock = asyncio.Lock()
        self._checkpointing: asyncio.Task[None] | None = None

    async def claim(self) -> None:
        """Nothing: deterministic ids make what a former owner still sends harmless."""

    # -- batches and ticks

    async def take(self, event: Any) -> None:
        """Process one batch event, as soon as there is room."""
        batch: Batch = event.value
        self._taking = True
        while self._in_flight >= LIMIT_IN_FLIGHT and self.gate.is_open:
            self.gate.changed.clear()
            await self.gate.changed.wait()
        if self.gate.is_open:
            # After a crash each batch is processed alone, so that the one that crashes is known.
            if batch.topic in self._gathers and not self._crashes.journal.has_histories():
                self._gather(event)
            else:
                self.process(event, batch)
        self._taking = False

    def _gather(self, event: Any) -> None:
        self._gathered.append(event)
        if sum(len(one.value) for one in self._gathered) >= GATHER_RECORDS:
            self._process_gathered()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._gather_is_over)

    def _gather_is_over(self) -> None:
        try:
            self._process_gathered()
        except Exception as error:  # the crash journal has it; the worker ends, and reads it again
            self._fail(error)

    def _process_gathered(self) -> None:
        events = self._forget_gathered()
        if not self.gate.is_open:
            return
        followed: set[int] = set()
        for event in reversed(events):
            names = {id(step) for step in self._by_topic[event.value.topic]}
            event.value.more = names <= followed
            followed |= names
        for event in events:
            self.process(event, event.value)

    def _forget_gathered(self) -> list[Any]:
        """What is only gathered is not acked, so it is read again."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        events, self._gathered = self._gathered, []
        return events

    def process(self, event: Any, batch: Batch) -> None:
        """Process a batch and send what was made of it."""
        out = self._crashes.process(batch, self._run_steps)
        metrics.records_in.labels(self._role, batch.topic).inc(len(batch))
        metrics.batch_records.labels(self._role).observe(len(batch))
        self._in_flight += len(batch)
        self._add(Item(event, batch, out))

    def _run_steps(self, batch: Batch, out: Outputs) -> None:
        for step in self._by_topic[batch.topic]:
            timer = Timer()
            step.process(batch, out)
            metrics.step_seconds.labels(self._role, step.name).observe(timer())

    def tick(
        self, tick: Tick, partitions: Collection[int], settled: tuple[str, ...] = ()
    ) -> "asyncio.Future[Any]":  # fmt: skip
        """Apply a tick to the steps that wait until these inputs are settled; returns the confirmation of what came."""
        out = Outputs()
        for step in self._steps:
            if isinstance(step, TickingStep) and settled_of(step) == settled:
                step.tick(tick, partitions, out)
        return self.add(out)

    def add(self, out: Outputs) -> "asyncio.Future[Any]":
        """Send what no batch made (by a tick); returns its confirmation."""
        item = Item(None, None, out)
        self._add(item)
        assert item.confirmation is not None
        return item.confirmation

    def _add(self, item: Item) -> None:
        self._items.append(item)
        item.confirmation = self._send(item)
        item.confirmation.add_done_callback(lambda done: self._confirmed(item, done))

    def _send(self, item: Item) -> "asyncio.Future[Any]":
        return self._output.send(item.out, item.batch)

    def _confirmed(self, item: Item, done: "asyncio.Future[Any]") -> None:
        if item.batch is not None:
            self._in_flight -= len(item.batch)
            item.batch.confirmed = not done.cancelled() and done.exception() is None
            self.gate.changed.set()
        if not done.cancelled() and (error := done.exception()) is not None:
            self._fail(error)
            return
        for topic, records in item.out.records.items():
            metrics.records_out.labels(self._role, topic).inc(len(records))
        item.out.records = {}
        self.on_confirmed()

    # -- checkpoints

    async def run(self) -> None:
        """A checkpoint per interval, for ever."""
        while True:
            await asyncio.sleep(self._interval_s)
            if self._items:
                await self._checkpoint_apart()

    async def _checkpoint_apart(self) -> None:
        """A checkpoint in a task of its own, which abandon() can cancel."""
        self._checkpointing = asyncio.create_task(self._checkpoint())
        await asyncio.wait({self._checkpointing})
        if not self._checkpointing.cancelled():
            self._checkpointing.result()

    async def finish(self) -> None:
        """Checkpoints until nothing is left; the gate is shut."""
        self._forget_gathered()
        while self.pending():
            await self._checkpoint()

    async def _checkpoint(self) -> None:
        async with self._lock:
            timer = Timer()
            self._saving, self._items = self._items, []
            await self._save(self._saving)
            self._saving = []
            metrics.checkpoint_seconds.labels(self._role).observe(timer())

    async def _save(self, items: list[Item]) -> None:
        snapshot = Snapshot(self.states)
        for item in items:
            assert item.confirmation is not None
            await asyncio.shield(item.confirmation)
        self._crashes.guard.check()
        await snapshot.save(self._output)
        await self._ack(items)

    async def _ack(self, items: list[Item]) -> None:
        for item in items:
            if item.event is not None:
                item.event.ack()
        await self._commit()
        self._crashes.passed(item.batch for item in items if item.batch is not None)

    # -- what the harness asks

    def pending(self) -> bool:
        """Whether anything that was processed is not committed yet."""
        return bool(self._items or self._saving)

    def oldest_s(self) -> float:
        """For how long the oldest output has been waiting for its confirmation."""
        return self._saving[0].since() if self._saving else 0.0

    def idle(self) -> bool:
        """Whether it waits for batches."""
        return not self._taking and not self._in_flight and not self._gathered

    async def abandon(self) -> None:
        """Forget what was processed; late confirmations change nothing."""
        self._forget_gathered()
        await cancelled(self._checkpointing)
        for item in (*self._saving, *self._items):
            assert item.confirmation is not None
            item.confirmation.cancel()  # nobody may come to settle it, and it counts as in flight until it is done
        self._items = []
        self._saving = []
