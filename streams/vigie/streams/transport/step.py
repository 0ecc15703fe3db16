"""What a step is: the words between the harness (`role.py`) and the steps and sinks that it runs.

A step decides in pure functions; the harness reads, calls, sends, confirms, saves state and commits:

    Batch of one partition -> step.process(batch, out) -> what stands in `out` is sent and confirmed
    -> the states of the step are written and confirmed -> the offsets of the batch are committed

An exception in a step ends the worker; a restart reads the batch again. After three crashes on one batch its records
are processed one by one, and the one that crashes alone becomes a dead letter (docs/adr/0004).
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.transport.state import SavedState
from vigie.topics.alarm_input import Tick

__all__ = ["Batch", "CannotGoOnError", "Outputs", "Pair", "Save", "SinkStep", "StreamStep", "TickingStep"]

Pair = tuple[bytes | None, bytes]
"""Key and value of a record to send."""


class Batch(list[Any]):
    """Records of one partition, in offset order (aiokafka ConsumerRecords: key, value, offset, timestamp, headers, …).

    An empty batch says that its offsets hold nothing to process (a poison record that was set aside).

    Attributes:
        topic: bare topic name, without the prefix of the installation.
        partition: its number.
        first_offset, last_offset: the range that this batch covers, both inclusive; there may be gaps in it.
        fetched_at: monotonic seconds when the records came from the broker.
        confirmed: the harness's mark that all that was made of it is confirmed by the broker.
        more: another batch for the same step follows at once, in the same breath: what a step with `gathers` makes of
            this one may be left to that one.
    """

    __slots__ = ("confirmed", "fetched_at", "first_offset", "last_offset", "more", "partition", "topic")

    def __init__(
        self,
        records: Iterable[Any] = (),
        *,
        topic: str,
        partition: int,
        first_offset: int | None = None,
        last_offset: int | None = None,
        fetched_at: float = 0.0,
    ) -> None:
        super().__init__(records)
        self.topic = topic
        self.partition = partition
        self.first_offset: int = self[0].offset if first_offset is None else first_offset
        self.last_offset: int = self[-1].offset if last_offset is None else last_offset
        self.fetched_at = fetched_at
        self.confirmed = False
        self.more = False

    def __repr__(self) -> str:
        return f"{self.topic}/{self.partition} offsets {self.first_offset} to {self.last_offset}"


class Outputs:
    """What a step wants sent, in order. Sending and confirming is the harness's work.

    >>> out = Outputs()
    >>> out.send("alerts.v1", b"a1", b"...")
    >>> out.extend("uplinks.lora.v1", [(b"eui:a1", b"one"), (b"eui:a2", b"two")])
    >>> {topic: len(records) for topic, records in out.records.items()}
    {'alerts.v1': 1, 'uplinks.lora.v1': 2}
    """

    __slots__ = ("records",)

    def __init__(self) -> None:
        self.records: dict[str, list[tuple[Any, ...]]] = {}
        """Bare topic name -> (key, value) or (key, value, headers, partition), in the order they were given."""

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        *,
        headers: Sequence[tuple[str, bytes]] = (),
        partition: int | None = None,
    ) -> None:
        """One record.

        Args:
            topic: bare topic name.
            key: decides the partition (as every Kafka client's default partitioner does) unless `partition` is given.
            value: bytes; over 900 kB the record becomes a dead letter with the reason TOO_LARGE.
            headers: Kafka headers.
            partition: where it must go; None for the key's; a record without key and partition goes to partition 0.
        """
        entry = (key, value) if not headers and partition is None else (key, value, list(headers), partition)
        self.records.setdefault(topic, []).append(entry)

    def extend(self, topic: str, pairs: Iterable[Pair]) -> None:
        """Many records without headers: the hot path, a C loop where `pairs` is a list."""
        self.records.setdefault(topic, []).extend(pairs)

    def __bool__(self) -> bool:
        return bool(self.records)


@runtime_checkable
class StreamStep(Protocol):
    """A pure step: no input or output, no clock, no await.

    Optional: the method `tick(tick, partitions, out)`, see TickingStep; the method `on_platform(message)`, given each
    Freeze and Thaw as it comes on `platform` (again each minute while it holds), in roles that take ticks; the
    attribute `gathers`, true where a batch costs much whatever it holds: its batches are then gathered for GATHER_S,
    and all but the last have `more` set; the attribute `settled`, names of inputs through which what a tick is about
    flows on, in their order: the tick comes to the step when it has come to the whole role and what each then held is
    processed (settled_ticks.py).

    Attributes:
        name: as it stands in metrics and dead letters, such as "decode".
        inputs: bare topic names; all with the same number of partitions (one worker gets the same partition of each).
        states: what it remembers; loaded before its partitions are processed, saved at each checkpoint.
    """

    name: str
    inputs: tuple[str, ...]
    states: tuple[SavedState[Any], ...]

    def process(self, batch: Batch, out: Outputs) -> None:
        """Take one batch. A record at or below `state.applied(...)` of its key must be skipped: it is a repeat."""
        ...


@runtime_checkable
class TickingStep(Protocol):
    """A step that also wants the minute ticks."""

    def tick(self, tick: Tick, partitions: Collection[int], out: Outputs) -> None:
        """The minute `tick.at` has come, and all that these partitions held when it came is processed and confirmed.

        A partition may get the same tick twice (after a rebalance), so deciding twice must give the same outputs.
        """
        ...


@runtime_checkable
class SinkStep(Protocol):
    """A step that writes somewhere else (PostgreSQL, mail), and keeps its own place there if it wants.

    Optional attributes and methods, used where they exist:
        states: as a StreamStep's; saved after each `write`, before the offsets are committed.
        async open(), async close(): connect before the first batch, let go after the last.
        async pause(): the partitions are given up; end, within a few seconds, what is done beside `write`. What goes
            on after the next `start_offsets` may begin again.
        bind(save): given once at the start; `await save()` saves the changed states and returns when Kafka has them.

    Attributes:
        name: as it stands in metrics and dead letters, such as "store".
        inputs: bare topic names.
    """

    name: str
    inputs: tuple[str, ...]

    async def start_offsets(self, partitions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Where to start reading (bare topic, partition) -> next offset; a missing one starts at the group's commit.

        Called at every assignment. An offset beyond the end of the log ends the worker with a sentence.
        """
        ...

    async def write(self, batches: list[Batch]) -> None:
        """Write these batches (up to 20,000 records, or what came within 0.5 s) and return when they are safe.

        Then their offsets are committed. While it waits, no more than one further such portion is held in memory:
        waiting for a database that is away is right, with back-off inside. It is cancelled when the partitions are
        taken away meanwhile. An exception ends the worker.
        """
        ...


Save = Callable[[], Awaitable[None]]
"""What `SinkStep.bind` is given."""
