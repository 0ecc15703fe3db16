"""The keyed state of aggregate: an owner per partition, saved by point and slot (core/windows/owned/saved.py)."""

from collections.abc import Iterable
from sys import getsizeof
from typing import Any

from vigie.streams.core.windows.owned import saved
from vigie.streams.core.windows.owned.owner import Owner
from vigie.streams.transport.state import SavedState


class _Partition:
    __slots__ = ("loaded", "next_offset", "owner")

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.loaded: dict[bytes, tuple[tuple[int, int], bytes]] = {}  # key -> what it has applied, value; while loading
        self.next_offset = 0


class OwnerStates(SavedState[_Partition]):
    """The owners of the partitions that a worker holds.

    Args:
        topic: bare name of the changelog.
        zone: of legal time.
        memory_ms: how long readings stay.
    """

    def __init__(self, topic: str, zone: str, memory_ms: int) -> None:
        super().__init__(topic, lambda: _Partition(Owner(zone, memory_ms)))
        self._zone, self._memory_ms = zone, memory_ms

    # -- for the step

    def owner(self, partition: int) -> Owner:
        """The owner of a partition, made if need be."""
        return self.held(partition).owner

    def owners(self) -> list[Owner]:
        """Those that are held."""
        return [held.owner for held in self._partitions.values()]

    # -- for the harness

    def snapshot(self) -> dict[int, list[tuple[bytes, bytes]]]:
        """Partition -> (key, changelog value) of the slots that changed since the last snapshot."""
        found = {partition: saved.dump(held.owner) for partition, held in self._partitions.items()}
        return {partition: entries for partition, entries in found.items() if entries}

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes]]) -> None:
        """Take changelog records, in log order; of each key the highest offset wins, then the later record.

        They come into memory by `loaded_to`, each key once. Four hours that come round win over those of before.
        """
        held = self.held(partition)
        self.restored.add(partition)
        for key, value in records:
            order = _order(key, value)
            known = held.loaded.get(key)
            if known is None or order >= known[0]:
                held.loaded[key] = order, value

    def loaded_to(self, partition: int, next_offset: int) -> None:
        """Note that all of the changelog before this offset is in memory."""
        held = self.held(partition)
        held.next_offset = next_offset
        if held.loaded:
            loaded, held.loaded = held.loaded, {}
            values = dict(saved.dump_all(held.owner))
            for key, (order, value) in loaded.items():
                if key not in values or order >= _order(key, values[key]):
                    values[key] = value
            held.owner = Owner(self._zone, self._memory_ms)
            saved.load(held.owner, values.items())

    def size(self) -> tuple[int, int]:
        """Points, and bytes of their rows."""
        owners = self.owners()
        return sum(len(owner.memory.points) for owner in owners), sum(owner.memory.size() for owner in owners)

    def bytes_in_memory(self) -> int:
        """Bytes of the rows and of what Python takes around them."""
        return sum(owner.memory.size() + _around(owner) for owner in self.owners())


def _order(key: bytes, value: bytes) -> tuple[int, int]:
    applied, number = saved.applied(value)
    return (applied, number) if key == saved.PARTITION else (number, applied)


def _around(owner: Owner) -> int:
    memory = owner.memory
    holders: list[Any] = [memory.points, memory.numbers, memory.newest, owner.spec, owner.touches, owner.revisions]
    heads = sum(getsizeof(one) + sum(map(getsizeof, one)) for one in owner.heads)
    words = [store.words for slot in memory.slots.values() for store in slot.stores.values()]
    around = sum(map(getsizeof, (*holders, *words, *memory.points, *memory.newest)))
    return around + heads + sum(getsizeof(word) + getsizeof(word.flags) for some in words for word in some)
