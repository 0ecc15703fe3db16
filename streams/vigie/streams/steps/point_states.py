"""The keyed state of qualify: one memory per point, saved in slots under `point/slot`.

Only the slots that changed are written. In memory a point is one entry, not one per slot, which with its dictionaries
would take more than what it remembers. A load takes of each slot the value with the highest applied offsets, as
every keyed state does (transport/state.py).
"""

import sys
from collections.abc import Iterable

from vigie.streams.core.qualify import slots
from vigie.streams.core.qualify.layout import layout_of
from vigie.streams.core.qualify.memory import Memory
from vigie.streams.core.qualify.slots import SLOT_MS, SLOTS, slot_of
from vigie.streams.core.qualify.words import Words
from vigie.streams.transport.state import SavedState

_NOTHING = layout_of((), False)


class _Partition:
    __slots__ = ("dirty", "loaded", "memories", "next_offset")

    def __init__(self) -> None:
        self.memories: dict[str, Memory] = {}
        self.dirty: dict[str, int] = {}  # point -> bits of slots
        self.loaded: dict[bytes, tuple[int, bytes]] = {}  # key -> sum of its applied offsets, value; while it is loaded
        self.next_offset = 0


class PointStates(SavedState[_Partition]):
    """The memories of all points of the partitions that a worker holds.

    Args:
        topic: bare name of the changelog.
        words: codes of packed flags.
    """

    def __init__(self, topic: str, words: Words) -> None:
        super().__init__(topic, _Partition)
        self._words = words

    # -- for the step

    def memory(self, partition: int, point: str) -> Memory | None:
        """The memory of a point."""
        held = self._partitions.get(partition)
        return None if held is None else held.memories.get(point)

    def open(self, partition: int, point: str, series: tuple[int, ...]) -> Memory:
        """The memory of a point, made if need be for these series."""
        held = self.held(partition)
        memory = held.memories.get(point)
        if memory is None:
            memory = held.memories[point] = Memory(layout_of(tuple(sorted(series)), False))
        return memory

    def touch(self, partition: int, point: str, at: int, until: int) -> None:
        """Note that observations of these instants, both inclusive, have changed."""
        dirty = self._partitions[partition].dirty
        bits = dirty.get(point, 0) | 1 << slot_of(at)
        for number in range(at // SLOT_MS + 1, until // SLOT_MS + 1):
            bits |= 1 << number % SLOTS
        dirty[point] = bits

    def memories(self, partition: int) -> Iterable[tuple[str, Memory]]:
        """All points of a partition with their memories."""
        held = self._partitions.get(partition)
        return () if held is None else held.memories.items()

    def observations(self) -> int:
        """How many observations are remembered."""
        return sum(len(memory) for held in self._partitions.values() for memory in held.memories.values())

    def sizes(self) -> tuple[int, int, int]:
        """Bytes of all rows; those of the values in them; what Python and the dictionaries take around them."""
        rows = values = other = 0
        for held in self._partitions.values():
            other += sys.getsizeof(held.memories)
            for point, memory in held.memories.items():
                rows += len(memory.rows)
                values += len(memory) * len(memory.layout.series) * 8
                other += sys.getsizeof(point) + sys.getsizeof(memory) + sys.getsizeof(memory.rows) - len(memory.rows)
                other += sys.getsizeof(memory.origins) + sys.getsizeof(memory.applied)
                other += sum(sys.getsizeof(one) for one in memory.origins)
        return rows, values, other

    # -- for the harness

    def snapshot(self) -> dict[int, list[tuple[bytes, bytes]]]:
        """Partition -> (key, changelog value) of the slots that changed since the last snapshot."""
        changed: dict[int, list[tuple[bytes, bytes]]] = {}
        for partition, held in self._partitions.items():
            if not held.dirty:
                continue
            dirty, held.dirty = held.dirty, {}
            asked = [(point, slot) for point, bits in dirty.items() for slot in _places_of(bits)]
            values = slots.dump([(held.memories[point], slot) for point, slot in asked], self._words)
            keys = [f"{point}/{slot}".encode() for point, slot in asked]
            changed[partition] = list(zip(keys, values, strict=True))
        return changed

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes]]) -> None:
        """Take changelog records, in log order; of each slot the highest applied offsets win, then the later record.

        They come into memory by `loaded_to`, each slot once: a day of the log holds a slot's value many times.
        """
        held = self.held(partition)
        self.restored.add(partition)
        loaded = held.loaded
        for key, value in records:
            applied = slots.applied(value)
            total = sum(applied.values()) + len(applied)
            known = loaded.get(key)
            if known is None or total >= known[0]:
                loaded[key] = total, value

    def loaded_to(self, partition: int, next_offset: int) -> None:
        """Note that all of the changelog before this offset is in memory."""
        held = self.held(partition)
        held.next_offset = next_offset
        loaded, memories = held.loaded, held.memories
        while loaded:  # each value is let go of once it is in a memory
            key, (_, value) = loaded.popitem()
            point, _, slot = key.decode().rpartition("/")
            memory = memories.get(point)
            if memory is None:
                memory = memories[point] = Memory(_NOTHING)
            slots.load(memory, int(slot), value, self._words)

    def size(self) -> tuple[int, int]:
        """Points, and bytes that their memories take."""
        memories = [memory for held in self._partitions.values() for memory in held.memories.values()]
        return len(memories), sum(len(memory.rows) for memory in memories)


def _places_of(bits: int) -> list[int]:
    return [place for place in range(bits.bit_length()) if bits >> place & 1]
