"""The keyed state of zones: each window of a subject, saved under `subject/code/slot/block`.

A slot is used again once its window was let go of, so that the changelog has no more keys than windows were ever held
at once. A load takes of each key the value that had taken the most records, then the later one.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from vigie.streams.core.windows import zone_memory
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.zone_memory import Block, Head, Mark, ZoneWindow
from vigie.streams.transport.state import SavedState

Key = tuple[str, Window]
"""Subject and window."""

_HEAD, _MARK = "h", "mark"
NEVER = -(2**62)


class _Partition:
    __slots__ = ("dirty", "loaded", "mark_changed", "next_offset", "released_until", "slots", "taken", "windows")

    def __init__(self) -> None:
        self.windows: dict[Key, ZoneWindow] = {}
        self.dirty: dict[Key, None] = {}
        self.slots: dict[tuple[str, str], set[int]] = {}  # subject and code -> slots in use
        self.loaded: dict[str, tuple[int, bytes]] = {}  # key -> records taken, value; while it is loaded
        self.taken = -1  # offset of the last record that was taken
        self.released_until = NEVER
        self.mark_changed = False
        self.next_offset = 0


class ZoneStates(SavedState[_Partition]):
    """The windows of all subjects of the partitions that a worker holds.

    Args:
        topic: bare name of the changelog.
    """

    def __init__(self, topic: str) -> None:
        super().__init__(topic, _Partition)
        self._shared: dict[bytes, bytes] = {}

    # -- for the step

    def open(self, partition: int, subject: str, window: Window) -> ZoneWindow:
        """A window, made if need be; whoever changes it says so by `touch`."""
        held = self.held(partition)
        one = held.windows.get((subject, window))
        if one is None:
            used = held.slots.setdefault((subject, window.code), set())
            slot = next(number for number in range(len(used) + 1) if number not in used)
            used.add(slot)
            one = held.windows[subject, window] = ZoneWindow(window, slot)
            held.dirty[subject, window] = None
        return one

    def shared(self, packed: bytes) -> bytes:
        """Equal bytes that came lately: a point's window comes once for each of its subjects, and is held once."""
        return self._shared.setdefault(packed, packed)

    def forget_shared(self) -> None:
        """Begin anew to look for equal bytes."""
        self._shared = {}

    def touch(self, partition: int, subject: str, window: Window) -> None:
        """Note that a window is to be saved."""
        self._partitions[partition].dirty[subject, window] = None

    def took(self, partition: int, offset: int) -> None:
        """Note that all records to this offset are in memory."""
        held = self.held(partition)
        held.taken = max(held.taken, offset)

    def windows(self, partition: int) -> dict[Key, ZoneWindow]:
        """All windows of a partition."""
        held = self._partitions.get(partition)
        return {} if held is None else held.windows

    def partitions(self) -> Iterable[int]:
        """Numbers of the partitions that are held."""
        return self._partitions

    def released_until(self, partition: int) -> int:
        """Windows that start before this instant (epoch ms) were let go of."""
        held = self._partitions.get(partition)
        return NEVER if held is None else held.released_until

    def release(self, partition: int, until: int) -> list[Key]:
        """Let go of windows that start before an instant; the mark never goes back."""
        held = self.held(partition)
        if until <= held.released_until:
            return []
        held.released_until, held.mark_changed = until, True
        gone = [key for key in held.windows if key[1].start_at < until]
        for key in gone:
            one = held.windows.pop(key)
            held.dirty.pop(key, None)
            held.slots[key[0], key[1].code].discard(one.slot)
        return gone

    # -- for the harness

    def snapshot(self) -> dict[int, list[tuple[bytes, bytes]]]:
        """Partition -> (key, changelog value) of all that changed since the last snapshot."""
        changed: dict[int, list[tuple[bytes, bytes]]] = {}
        for partition, held in self._partitions.items():
            entries = [entry for key in held.dirty for entry in _entries(key[0], held.windows[key], held.taken)]
            held.dirty = {}
            if held.mark_changed:
                held.mark_changed = False
                entries.append((_MARK.encode(), zone_memory.encode(Mark(held.taken, held.released_until))))
            if entries:
                changed[partition] = entries
        return changed

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes]]) -> None:
        """Take changelog records, in log order; they come into memory by `loaded_to`."""
        held = self.held(partition)
        self.restored.add(partition)
        for raw_key, value in records:
            key = raw_key.decode()
            taken = _decoder(key)(value).taken
            known = held.loaded.get(key)
            if known is None or taken >= known[0]:
                held.loaded[key] = taken, value

    def loaded_to(self, partition: int, next_offset: int) -> None:
        """Note that all of the changelog before this offset is in memory."""
        held = self.held(partition)
        held.next_offset = next_offset
        loaded, held.loaded = held.loaded, {}
        mark = loaded.pop(_MARK, None)
        if mark is not None:
            held.released_until = max(held.released_until, zone_memory.decode_mark(mark[1]).released_until)
        by_slot = {(subject, window.code, one.slot): one for (subject, window), one in held.windows.items()}
        known_to = held.taken
        for saved in _saved(loaded):
            if saved.taken < known_to:  # of a worker that had taken less than what is in memory
                continue
            held.taken = max(held.taken, saved.taken)
            known = by_slot.get(saved.slot)
            one = zone_memory.load(saved.slot[2], known, saved.head, saved.blocks, self.shared)
            if known is not None and one is not known:
                held.windows.pop((saved.slot[0], known.window), None)
            if one is not None:
                held.windows[saved.slot[0], one.window] = one
        self._tidy(held)

    def _tidy(self, held: _Partition) -> None:
        """Forget windows that were let go of, and note which slots are in use."""
        held.slots = {}
        for key, one in list(held.windows.items()):
            if key[1].start_at < held.released_until:
                del held.windows[key]
            else:
                held.slots.setdefault((key[0], key[1].code), set()).add(one.slot)

    def size(self) -> tuple[int, int]:
        """Windows, and bytes that their points take (one point of each window weighed for all)."""
        windows = [one for held in self._partitions.values() for one in held.windows.values()]
        return len(windows), sum(
            sys.getsizeof(one.parts) + len(one.parts) * sys.getsizeof(next(iter(one.parts.values()), b""))
            for one in windows
        )


def _entries(subject: str, one: ZoneWindow, taken: int) -> Iterator[tuple[bytes, bytes]]:
    stem = f"{subject}/{one.window.code}/{one.slot}/"
    if one.head_changed:
        one.head_changed = False
        yield f"{stem}{_HEAD}".encode(), zone_memory.encode(zone_memory.head_of(one, taken))
    for number in one.blocks_changed():
        yield f"{stem}{number}".encode(), zone_memory.encode(zone_memory.block_of(one, number, taken))


def _decoder(key: str) -> Callable[[bytes], Head | Block | Mark]:
    if key == _MARK:
        return zone_memory.decode_mark
    return zone_memory.decode_head if key.endswith(f"/{_HEAD}") else zone_memory.decode_block


class _Saved(NamedTuple):
    """What was saved of a slot (subject, code, number)."""

    taken: int
    slot: tuple[str, str, int]
    head: Head | None
    blocks: list[Block]


def _saved(loaded: dict[str, tuple[int, bytes]]) -> list[_Saved]:
    """What was saved, by how much had been taken: of two slots with one window the later is right."""
    stems: dict[str, list[int]] = {}
    for key in loaded:
        stem, _, last = key.rpartition("/")
        numbers = stems.setdefault(stem, [])
        if last != _HEAD:
            numbers.append(int(last))
    found = []
    for stem, numbers in stems.items():
        subject, code, slot = stem.rsplit("/", 2)
        raw = loaded.get(f"{stem}/{_HEAD}")
        head = None if raw is None else zone_memory.decode_head(raw[1])
        blocks = [zone_memory.decode_block(loaded[f"{stem}/{number}"][1]) for number in sorted(numbers)]
        taken = max([-1 if head is None else head.taken, *(block.taken for block in blocks)])
        found.append(_Saved(taken, (subject, code, int(slot)), head, blocks))
    return sorted(found, key=lambda one: one.taken)
