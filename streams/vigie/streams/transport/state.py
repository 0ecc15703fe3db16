"""Keyed state: one value per key, in memory, with its changelog on a compacted topic of ours (records.md section 6).

The changelog's partition equals the input's, never a hash of the key. Each value stands with the last offset applied
to it per input topic, so a record that is read again after a crash is known and skipped. A load takes, for each key,
the value with the highest applied offsets: what a worker that lost the partition still wrote changes nothing.
There are no tombstones. Only the harness loads, saves and drops partitions; steps get and put.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

import msgspec

V = TypeVar("V")


class _Entry(msgspec.Struct, array_like=True, frozen=True):
    """A changelog value: offsets applied per input topic, then the dumped value."""

    applied: dict[str, int]
    value: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Entry).decode


class Kept(Protocol):
    """What a partition holds."""

    next_offset: int
    """Of the changelog: where a later load goes on."""


P = TypeVar("P", bound=Kept)


class SavedState(ABC, Generic[P]):
    """What a step remembers by partition, with a changelog; what is kept of a partition is the heir's affair.

    Args:
        topic: bare name of its changelog, `state.<role>.<step>`.
        new: makes what an empty partition holds.

    Attributes:
        restored: partitions that were read from the changelog; whoever asks takes them away.
    """

    def __init__(self, topic: str, new: Callable[[], P]) -> None:
        self.topic = topic
        self.restored: set[int] = set()
        self._new = new
        self._partitions: dict[int, P] = {}
        self._parked: dict[int, P] = {}

    # -- for the harness

    @abstractmethod
    def snapshot(self) -> dict[int, list[tuple[bytes, bytes]]]:
        """Partition -> (key, changelog value) of all that changed since the last snapshot, serialised now."""

    @abstractmethod
    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes]]) -> None:
        """Take changelog records, in log order; for each key the highest applied offsets win, then the later record."""

    @abstractmethod
    def size(self) -> tuple[int, int]:
        """Keys, and bytes that they take."""

    def held(self, partition: int) -> P:
        """What a partition holds, made if need be."""
        held = self._partitions.get(partition)
        if held is None:
            held = self._partitions[partition] = self._new()
        return held

    def next_offset(self, partition: int) -> int:
        """Where in the changelog a load of this partition goes on; 0 for one that is not held."""
        held = self._partitions.get(partition)
        return 0 if held is None else held.next_offset

    def loaded_to(self, partition: int, next_offset: int) -> None:
        """Note that all of the changelog before this offset is in memory."""
        self.held(partition).next_offset = next_offset

    def saved_to(self, partition: int, next_offset: int) -> None:
        """Note that what is in memory was written before this offset; of a partition that is not held, nothing."""
        held = self._partitions.get(partition)
        if held is not None:
            held.next_offset = max(held.next_offset, next_offset)

    def park(self) -> None:
        """Put all away, saved, while it is not known whose the partitions will be; steps see nothing of it."""
        self._parked, self._partitions = self._partitions, {}

    def unpark(self, partitions: Iterable[int]) -> None:
        """Take back what was put away of these partitions, and forget the rest."""
        self._partitions = {number: self._parked[number] for number in partitions if number in self._parked}
        self._parked = {}

    def drop_all(self) -> None:
        """Forget everything."""
        self._partitions, self._parked = {}, {}


class _Partition(Generic[V]):
    """What one partition holds: plain dictionaries, since an object per key would cost more memory."""

    __slots__ = ("applied", "dirty", "next_offset", "values")

    def __init__(self) -> None:
        self.values: dict[str, V] = {}
        self.applied: dict[str, dict[str, int]] = {}  # input topic -> key -> offset
        self.dirty: dict[str, None] = {}
        self.next_offset = 0  # of the changelog: where a later load goes on


class KeyedState(SavedState[_Partition[V]]):
    """One value per key and partition; changed ones are saved at the next checkpoint.

    Args:
        topic: bare name of its changelog, `state.<role>.<step>`.
        load: bytes to value.
        dump: value to bytes.

    >>> seen = KeyedState("state.demo.seen", load=lambda data: int(data), dump=lambda n: b"%d" % n)
    >>> seen.put(3, "eui:a1", 7, "raw.lora", 41)
    >>> seen.get(3, "eui:a1"), seen.applied(3, "eui:a1", "raw.lora"), seen.applied(3, "eui:a2", "raw.lora")
    (7, 41, -1)
    """

    def __init__(self, topic: str, *, load: Callable[[bytes], V], dump: Callable[[V], bytes]) -> None:
        super().__init__(topic, _Partition)
        self._load = load
        self._dump = dump
        self._mean_bytes = 0.0

    # -- for steps

    def get(self, partition: int, key: str) -> V | None:
        """The value of a key, or None."""
        held = self._partitions.get(partition)
        return None if held is None else held.values.get(key)

    def applied(self, partition: int, key: str, topic: str) -> int:
        """The last offset of this input topic that changed the key's value; -1 if none did."""
        held = self._partitions.get(partition)
        offsets = None if held is None else held.applied.get(topic)
        return -1 if offsets is None else offsets.get(key, -1)

    def put(self, partition: int, key: str, value: V, topic: str = "", offset: int = -1) -> None:
        """Keep a value, changed by the record at `offset` of the input `topic` (neither, for a change by a tick).

        The value may be one that was changed in place.
        """
        held = self.held(partition)
        held.values[key] = value
        held.dirty[key] = None
        if topic:
            offsets = held.applied.get(topic)
            if offsets is None:
                offsets = held.applied[topic] = {}
            offsets[key] = offset

    def items(self, partition: int) -> Iterable[tuple[str, V]]:
        """All keys and values of a partition. Values may be put while this is read; keys may not be added."""
        held = self._partitions.get(partition)
        return () if held is None else held.values.items()

    # -- for the harness

    def snapshot(self) -> dict[int, list[tuple[bytes, bytes]]]:
        """Partition -> (key, changelog value) of all that changed since the last snapshot, serialised now."""
        changed: dict[int, list[tuple[bytes, bytes]]] = {}
        size = count = 0
        for partition, held in self._partitions.items():
            if not held.dirty:
                continue
            keys, held.dirty = held.dirty, {}
            entries = []
            for key in keys:
                applied = {topic: offsets[key] for topic, offsets in held.applied.items() if key in offsets}
                entry = _encode(_Entry(applied, self._dump(held.values[key])))
                size += len(entry)
                entries.append((key.encode(), entry))
            count += len(entries)
            changed[partition] = entries
        if count:
            self._mean_bytes = size / count
        return changed

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes]]) -> None:
        """Take changelog records, in log order; for each key the highest applied offsets win, then the later record."""
        held = self.held(partition)
        self.restored.add(partition)
        for raw_key, raw in records:
            key, entry = raw_key.decode(), _decode(raw)
            if key in held.values:
                known = sum(offsets[key] + 1 for offsets in held.applied.values() if key in offsets)
                if sum(entry.applied.values()) + len(entry.applied) < known:
                    continue
            held.values[key] = self._load(entry.value)
            for topic, offset in entry.applied.items():
                held.applied.setdefault(topic, {})[key] = offset
            self._mean_bytes = self._mean_bytes or float(len(raw))

    def size(self) -> tuple[int, int]:
        """Keys, and bytes in the changelog's encoding (estimated: keys times the mean of the last save)."""
        keys = sum(len(held.values) for held in self._partitions.values())
        return keys, int(keys * self._mean_bytes)
