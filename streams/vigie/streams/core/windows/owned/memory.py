"""What is remembered of the points of a partition: recent observations, as packed rows in slots of four hours.

In a slot stand the rows of all points, one array for each layout, in the order in which they came: a new row is
appended, a window is found by looking at the array as a whole, and a slot is let go of as a whole. What repeats from
row to row (revision, flags, whom the point is part of) stands once, under a code.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.owned.layout import DEAD, Layout
from vigie.streams.core.windows.owned.reader import Observed, Subjects
from vigie.streams.core.windows.statistics import PREDECESSOR_MS

SLOT_MS = 14_400_000
NEVER = -(2**62)
MOST_BYTES = 96_000
"""Of rows of one point in one slot, as they are saved: 4800 of one series (one each 3 s), 1263 of eight. With more the
point is dense there: none of them is kept."""

Rows = NDArray[Any]
Key = tuple[int, int, int]
"""Number of a point, instant (epoch ms), name: of an observation."""


class Word(NamedTuple):
    """What a row's code stands for (see Observed)."""

    revision: int
    flags: bytes
    withdrawn: bool
    subjects: Subjects


class Store:
    """The rows of one layout in one slot.

    Attributes:
        base_at: start of the slot, epoch ms.
        words: what codes stand for.
    """

    __slots__ = ("_buffer", "_count", "_flags", "_subjects", "base_at", "codes", "fresh", "layout", "words")

    def __init__(self, base_at: int, layout: Layout) -> None:
        self.base_at, self.layout = base_at, layout
        self.words: list[Word] = []
        self.codes: dict[Word, int] = {}
        self.fresh: list[bytes] = []
        self._buffer, self._count = np.empty(0, layout.dtype), 0
        self._flags = np.empty((0, len(layout.series)), np.uint8)
        self._subjects = np.empty(0, np.int64)

    def code(self, word: Word) -> int:
        """The code of a word."""
        found = self.codes.get(word)
        if found is None:
            found = self.codes[word] = len(self.words)
            self.words.append(word)
        return found

    def rows(self) -> Rows:
        """All rows, those that were replaced among them (code DEAD); may be written to, not kept."""
        if self.fresh:
            self.extend(np.frombuffer(b"".join(self.fresh), self.layout.dtype))
            self.fresh = []
        return self._buffer[: self._count]

    def extend(self, rows: Rows) -> None:
        """Append rows."""
        count = self._count + len(rows)
        if count > len(self._buffer):
            grown = np.empty(count + count // 16 + 16, self.layout.dtype)
            grown[: self._count] = self._buffer[: self._count]
            self._buffer = grown
        self._buffer[self._count : count] = rows
        self._count = count

    def flags(self) -> NDArray[np.uint8]:
        """(words, series): the flag of each value, by code."""
        if len(self._flags) < len(self.words):
            joined = b"".join([word.flags for word in self.words])
            self._flags = np.frombuffer(joined, np.uint8).reshape(len(self.words), len(self.layout.series))
        return self._flags

    def subjects(self, numbers: dict[Subjects, int]) -> NDArray[np.int64]:
        """(words,): the number of the subjects, by code."""
        if len(self._subjects) < len(self.words):
            found = [numbers.setdefault(word.subjects, len(numbers)) for word in self.words]
            self._subjects = np.array(found, np.int64)
        return self._subjects

    def trim(self) -> None:
        """Let go of what replaced rows and room for growth take."""
        self.keep(self.rows()["code"] != DEAD)

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Let go of all other rows."""
        self._buffer = self.rows()[chosen]
        self._count = len(self._buffer)

    def size(self) -> int:
        """Bytes of the rows."""
        return int(self._buffer.nbytes) + sum(map(len, self.fresh))


class Slot:
    """Four hours.

    Attributes:
        stores: by layout.
        changed: numbers of points of which something was changed since it was last saved.
        bytes: of the rows of each point, as they are saved.
    """

    __slots__ = ("base_at", "bytes", "changed", "stores")

    def __init__(self, base_at: int) -> None:
        self.base_at = base_at
        self.stores: dict[Layout, Store] = {}
        self.changed: set[int] = set()
        self.bytes: dict[int, int] = {}

    def store(self, layout: Layout) -> Store:
        """The store of a layout, made if need be."""
        found = self.stores.get(layout)
        if found is None:
            found = self.stores[layout] = Store(self.base_at, layout)
        return found


class Found(NamedTuple):
    """Where a row stands."""

    store: Store
    place: int


class Memory:
    """The points of a partition.

    Attributes:
        points: ids by number.
        numbers: numbers by id.
        newest: instant of the newest observation of each point (epoch ms).
        slots: by their number, epoch ms // SLOT_MS.
        subjects: numbers of all that are named in rows.
        dense: point -> slots of which none of its rows is kept: there were too many.
        crowded: points and slots that have become too many, until `thin`.
    """

    def __init__(self) -> None:
        self.points: list[str] = []
        self.numbers: dict[str, int] = {}
        self.newest: list[int] = []
        self.slots: dict[int, Slot] = {}
        self.subjects: dict[Subjects, int] = {}
        self.dense: dict[int, set[int]] = {}
        self.crowded: set[tuple[int, int]] = set()

    def number(self, point: str) -> int:
        """The number of a point, which gets one if need be."""
        found = self.numbers.get(point)
        if found is None:
            found = self.numbers[point] = len(self.points)
            self.points.append(point)
            self.newest.append(NEVER)
        return found

    def slot(self, number: int) -> Slot:
        """A slot, made if need be."""
        found = self.slots.get(number)
        if found is None:
            found = self.slots[number] = Slot(number * SLOT_MS)
        return found

    def append(self, point: int, one: Observed) -> None:
        """Add an observation that is not here."""
        at = one.observed_at
        slot = self.slots.get(at // SLOT_MS) or self.slot(at // SLOT_MS)
        store = slot.stores.get(one.layout) or slot.store(one.layout)
        code = store.code(Word(one.revision, one.flags, one.withdrawn, one.subjects))
        store.fresh.append(one.layout.pack(point, at - store.base_at, one.name, code, *one.values))
        slot.changed.add(point)
        size = slot.bytes[point] = slot.bytes.get(point, 0) + one.layout.saved.itemsize
        if size > MOST_BYTES:
            self.crowded.add((point, at // SLOT_MS))

    def find(self, keys: Iterable[Key]) -> dict[Key, Found]:
        """Where observations stand, of those that are here."""
        by_slot: dict[int, list[Key]] = {}
        for key in keys:
            by_slot.setdefault(key[1] // SLOT_MS, []).append(key)
        found: dict[Key, Found] = {}
        for number, some in by_slot.items():
            if number in self.slots:
                self._find(self.slots[number], some, found)
        return found

    def _find(self, slot: Slot, keys: list[Key], found: dict[Key, Found]) -> None:
        wanted = np.zeros(len(self.points), bool)
        wanted[[point for point, _, _ in keys]] = True
        instants = np.unique(np.array([point << 32 | at - slot.base_at for point, at, _ in keys], np.int64))
        names = set(keys)
        for store in slot.stores.values():
            rows = store.rows()
            some = np.flatnonzero(wanted[rows["point"]] & (rows["code"] != DEAD))
            own = rows["point"][some].astype(np.int64) << 32 | rows["at"][some]
            spots = np.searchsorted(instants, own)
            spots[spots == len(instants)] = 0
            hits = some[instants[spots] == own]
            for place, point, at, name in zip(hits.tolist(), *(rows[c][hits].tolist() for c in _NAMES), strict=True):
                key = point, at + slot.base_at, name
                if key in names:
                    found[key] = Found(store, place)

    def kill(self, point: int, found: Found) -> None:
        """Take a row out."""
        found.store.rows()["code"][found.place] = DEAD
        slot = self.slots[found.store.base_at // SLOT_MS]
        slot.changed.add(point)
        slot.bytes[point] -= found.store.layout.saved.itemsize

    # -- what is too much

    def thin(self) -> None:
        """Let go of the rows of points in slots in which they are too many, for good."""
        for point, number in self.crowded:
            self.dense.setdefault(point, set()).add(number)
            slot = self.slots[number]
            for store in slot.stores.values():
                store.keep(store.rows()["point"] != point)
            slot.bytes.pop(point, None)
            slot.changed.add(point)
        self.crowded = set()

    def is_dense(self, point: int, from_at: int, to_at: int) -> bool:
        """Whether a point is dense in a slot that holds instants of [from_at, to_at)."""
        numbers = self.dense.get(point, ())
        return any(from_at // SLOT_MS <= number <= (to_at - 1) // SLOT_MS for number in numbers)

    def rests_on_dense(self, point: int, start_at: int, end_at: int) -> bool:
        """Whether a window needs rows that are not kept: its own, or the one before it that a meter has."""
        return self.is_dense(point, start_at - PREDECESSOR_MS, end_at)

    # -- what leaves

    def between(self, from_at: int, to_at: int) -> Iterator[Store]:
        """The stores of the slots that hold instants of [from_at, to_at)."""
        for number in range(from_at // SLOT_MS, (to_at - 1) // SLOT_MS + 1):
            if number in self.slots:
                yield from self.slots[number].stores.values()

    def release(self, before_at: int) -> None:
        """Let go of the slots that end at this instant or before; of the last of them points with meters stay.

        The first reading of a meter in a window is compared with the one before it.
        """
        for number in [one for one in self.slots if (one + 1) * SLOT_MS <= before_at]:
            slot = self.slots[number]
            if (number + 2) * SLOT_MS > before_at:
                self._keep_meters(slot)
            else:
                slot.stores = {}
            if not slot.stores:
                del self.slots[number]
        for slot in self.slots.values():
            for store in slot.stores.values():
                store.trim()
        dense = {point: {one for one in some if (one + 2) * SLOT_MS > before_at} for point, some in self.dense.items()}
        self.dense = {point: some for point, some in dense.items() if some}

    def _keep_meters(self, slot: Slot) -> None:
        metered = np.zeros(len(self.points), bool)
        for layout, store in slot.stores.items():
            if layout.has_meter:
                metered[store.rows()["point"]] = True
        for store in slot.stores.values():
            store.keep(metered[store.rows()["point"]])
        slot.stores = {layout: store for layout, store in slot.stores.items() if len(store.rows())}

    def size(self) -> int:
        """Bytes of all rows."""
        return sum(store.size() for slot in self.slots.values() for store in slot.stores.values())


_NAMES = ("point", "at", "name")
