"""What both kinds of role have in common: whether records may be taken, and how a crash of a step is noted."""

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from vigie.streams import metrics
from vigie.streams.transport.clock import ZombieGuard
from vigie.streams.transport.isolation import CrashJournal, Piece
from vigie.streams.transport.set_aside import SetAside
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, CannotGoOnError, Outputs


class Flow(Protocol):
    """What the harness asks of a flow: StreamFlow for pure steps, SinkFlow for a sink."""

    gate: "Gate"
    states: tuple[SavedState[Any], ...]

    async def claim(self) -> None:
        """Before partitions are taken over: see that a former owner sends no more, in a flow that needs it."""
        ...

    async def take(self, event: Any) -> None:
        """One batch event of the stream; returns when the next one may come."""
        ...

    async def run(self) -> None:
        """What it does beside, for ever."""
        ...

    async def finish(self) -> None:
        """Bring all that was taken to its commit."""
        ...

    def pending(self) -> bool:
        """Whether anything that was taken is not committed yet."""
        ...

    def oldest_s(self) -> float:
        """For how long the oldest batch has been waiting to be confirmed or written; 0 if none."""
        ...

    def idle(self) -> bool:
        """Whether it waits for batches."""
        ...

    async def abandon(self) -> None:
        """Forget what was taken: its partitions are gone, or will be read again."""
        ...


class Gate:
    """Open while the worker owns its partitions with their state loaded; what comes meanwhile is read again later."""

    def __init__(self) -> None:
        self.is_open = False
        self.changed = asyncio.Event()

    def open(self) -> None:
        """Let batches through."""
        self.is_open = True

    def shut(self) -> None:
        """Let none through, and wake who waits for room."""
        self.is_open = False
        self.changed.set()


class Crashes:
    """Runs pieces of batches under the crash journal.

    Args:
        role: for metrics.
        journal: where crashes are noted.
        set_aside: makes dead letters.
        guard: is asked before anything is handed on.
    """

    def __init__(self, role: str, journal: CrashJournal, set_aside: SetAside, guard: ZombieGuard) -> None:
        self.role = role
        self.journal = journal
        self.set_aside = set_aside
        self.guard = guard

    def process(self, batch: Batch, step: Callable[[Batch, Outputs], None]) -> Outputs:
        """Run a pure step on a batch: as a whole, or piece by piece after crashes."""
        out = Outputs()
        for piece in self.journal.plan(batch):
            if piece.traceback is not None:
                self.poison(out, piece)
                continue
            self.journal.begin(piece)
            try:
                step(piece.batch, out)
            except CannotGoOnError:  # it knows what it does: not a crash
                self.journal.end(piece)
                raise
            except Exception:
                self.journal.crashed(piece, traceback.format_exc())
                raise
            self.journal.end(piece)
        self.guard.check()
        return out

    def poison(self, out: Outputs, piece: Piece) -> None:
        """Set a record aside."""
        self.set_aside.poison(out, piece.batch, piece.batch[0], piece.traceback or "")
        metrics.set_aside.labels(self.role, "internal_error").inc()

    def passed(self, batches: Iterable[Batch]) -> None:
        """These are committed."""
        if self.journal.has_histories():
            for batch in batches:
                self.journal.passed(batch.topic, batch.partition, batch.last_offset)


class Timer:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    def __call__(self) -> float:
        """How long it has been."""
        return time.perf_counter() - self._started


async def cancelled(task: "asyncio.Task[Any] | None") -> None:
    """Cancel a task, and wait until it has ended."""
    if task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task})
