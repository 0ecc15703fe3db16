"""An owner's memory as bytes: a value per point and slot of four hours, and one of the partition.

Slot i of a ring holds the four hours whose number is i modulo SLOTS: keys come round, and none is deleted. What is
older than the mark when it is loaded is left out.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from vigie.streams.core.windows.legal import QUARTER_MS
from vigie.streams.core.windows.owned.layout import DEAD, Layout, layout_of
from vigie.streams.core.windows.owned.memory import SLOT_MS, Slot, Word
from vigie.streams.core.windows.owned.owner import Owner
from vigie.streams.core.windows.owned.reader import Subjects, interned
from vigie.streams.core.windows.owned.touch import DirtyDay, Touch

SLOTS = 16
LONGEST_MEMORY_MS = 8 * SLOT_MS
"""Longer, and the ring might come round before a slot is let go of: beside it three slots by which ticks may be behind
(owner.MOST_BEHIND_MS), one for rounding down, one for meters, the one that has begun and one for clocks ahead."""
PARTITION = b"*"
"""Key of what is known of the whole partition; ids of points and numbers of slots stand on both sides of a slash."""


class _Block(msgspec.Struct, array_like=True, frozen=True):
    """Rows of one layout: series; revision, flags, withdrawn and place in `subjects` of each word; rows."""

    series: tuple[int, ...]
    words: tuple[tuple[int, bytes, bool, int], ...]
    rows: bytes


class _Touched(msgspec.Struct, array_like=True, frozen=True):
    quarter: int
    added: dict[int, int]
    changed: list[int]
    meters: list[tuple[int, int]]
    subjects: list[int]
    reason: str
    offset: int
    surely: bool


class _Saved(msgspec.Struct, array_like=True, frozen=True):
    applied: int
    number: int
    blocks: list[_Block]
    subjects: list[Subjects]
    revisions: list[tuple[int, int, int]]
    touches: list[_Touched]
    dense: bool = False


class _Partition(msgspec.Struct, array_like=True, frozen=True):
    applied: int
    tick_at: int
    mark: int
    newest_arrival_at: int
    dirty: list[tuple[str, int, int, str, int]]
    dense_days: list[tuple[str, int, int, str, int]] = []


class _Applied(msgspec.Struct, array_like=True, frozen=True):
    applied: int
    number: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Saved).decode
_decode_partition = msgspec.msgpack.Decoder(_Partition).decode
_decode_applied = msgspec.msgpack.Decoder(_Applied).decode


def applied(value: bytes) -> tuple[int, int]:
    """Offset of the last observation that a value knows, and the number of its slot (or the tick of the partition)."""
    found = _decode_applied(value)
    return found.applied, found.number


def dump(owner: Owner) -> list[tuple[bytes, bytes]]:
    """Keys and values of what changed since the last time.

    That of the partition comes first: whoever finds the keys of later hours must know that those before are gone.
    """
    touches: dict[tuple[int, int], list[tuple[int, Touch]]] = {}
    for (point, quarter), touch in owner.touches.items():
        touches.setdefault((quarter * QUARTER_MS // SLOT_MS, point), []).append((quarter, touch))
    found: list[tuple[bytes, bytes]] = []
    if owner.changed:
        owner.changed = False
        names = owner.memory.points
        dirty, dense = (
            [(names[p], start, day.end_at, day.reason, day.offset) for (p, start), day in days.items()]
            for days in (owner.dirty, owner.dense_days)
        )
        whole = _Partition(owner.applied, owner.tick_at, owner.mark, owner.newest_arrival_at, dirty, dense)
        found.append((PARTITION, _encode(whole)))
    for number, slot in owner.memory.slots.items():
        if slot.changed:
            points, slot.changed = sorted(slot.changed), set()
            blocks = _blocks(owner, slot, points)
            for point in points:
                found.append((
                    f"{owner.memory.points[point]}/{number % SLOTS}".encode(),
                    _value(owner, number, point, blocks.get(point, ()), owner.revisions.get((number, point), {}),
                           touches.get((number, point), ())),
                ))  # fmt: skip
    return found


def dump_all(owner: Owner) -> list[tuple[bytes, bytes]]:
    """Keys and values of all that an owner holds."""
    for slot in owner.memory.slots.values():
        for store in slot.stores.values():
            slot.changed.update(np.unique(store.rows()["point"]).tolist())
    for number, point in owner.revisions:
        owner.memory.slot(number).changed.add(point)
    for point, numbers in owner.memory.dense.items():
        for number in numbers:
            owner.memory.slot(number).changed.add(point)
    owner.changed = True
    return dump(owner)


_Piece = tuple[Layout, list[Word], bytes]


def _blocks(owner: Owner, slot: Slot, points: list[int]) -> dict[int, list[_Piece]]:
    """The rows of points in a slot, layout by layout."""
    wanted = np.zeros(len(owner.memory.points), bool)
    wanted[points] = True
    found: dict[int, list[_Piece]] = {}
    for layout, store in slot.stores.items():
        rows = store.rows()
        some = rows[wanted[rows["point"]] & (rows["code"] != DEAD)]
        some = some[np.argsort(some["point"], kind="stable")]
        if not len(some):
            continue
        codes, owners = some["code"], some["point"]
        begins = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
        low, high = np.minimum.reduceat(codes, begins), np.maximum.reduceat(codes, begins)
        packed = np.empty(len(some), layout.saved)
        packed["at"], packed["name"], packed["value"], packed["code"] = some["at"], some["name"], some["value"], 0
        ends = np.append(begins[1:], len(some))
        several = [[store.words[code]] for code in low.tolist()]
        for place in np.flatnonzero(low != high).tolist():
            piece = slice(begins[place], ends[place])
            own, packed["code"][piece] = np.unique(codes[piece], return_inverse=True)
            several[place] = [store.words[code] for code in own.tolist()]
        data, size = packed.tobytes(), layout.saved.itemsize
        for point, words, begin, end in zip(
            owners[begins].tolist(), several, begins.tolist(), ends.tolist(), strict=True
        ):
            found.setdefault(point, []).append((layout, words, data[begin * size : end * size]))
    return found


def _value(
    owner: Owner, number: int, point: int, pieces: Iterable[_Piece], revisions: dict[tuple[int, int], int],
    touches: Iterable[tuple[int, Touch]],
) -> bytes:  # fmt: skip
    subjects: dict[Subjects, int] = {}
    blocks = [
        _Block(
            layout.series,
            tuple([(w[0], w[1], w[2], subjects.setdefault(w[3], len(subjects))) for w in words]),
            rows,
        )
        for layout, words, rows in pieces
    ]
    touched: list[_Touched] = []
    if touches:
        names = list(owner.memory.subjects)
        touched = [
            _Touched(
                quarter, one.added, list(one.changed), list(one.meters),
                [subjects.setdefault(names[number], len(subjects)) for number in one.subjects],
                one.reason, one.offset, one.surely,
            )
            for quarter, one in touches
        ]  # fmt: skip
    told = [(code, start_at, revision) for (code, start_at), revision in revisions.items()]
    dense = number in owner.memory.dense.get(point, ())
    return _encode(_Saved(owner.applied, number, blocks, list(subjects), told, touched, dense))


def load(owner: Owner, values: Iterable[tuple[bytes, bytes]]) -> None:
    """Put what `dump` wrote into an owner that holds nothing else of these points and slots.

    Args:
        owner: changed in place.
        values: each key once.
    """
    slots: list[tuple[str, _Saved]] = []
    for key, value in values:
        if key == PARTITION:
            _load_partition(owner, value)
        else:
            slots.append((key.decode().rpartition("/")[0], _decode(value)))
    pieces: dict[tuple[int, Layout], list[tuple[int, _Block, list[Subjects]]]] = {}
    for name, one in slots:
        owner.applied = max(owner.applied, one.applied)
        if (one.number + 2) * SLOT_MS <= owner.mark:
            continue
        point = owner.memory.number(name)
        if one.dense:
            owner.memory.dense.setdefault(point, set()).add(one.number)
        subjects = [interned(tuple(some)) for some in one.subjects]
        for block in one.blocks:
            layout = layout_of(block.series)
            pieces.setdefault((one.number, layout), []).append((point, block, subjects))
        for code, start_at, revision in one.revisions:
            if start_at >= owner.mark:
                owner.revisions.setdefault((one.number, point), {})[code, start_at] = revision
        for touched in one.touches:
            _load_touch(owner, point, touched, subjects)
    for (number, layout), some in pieces.items():
        _load_rows(owner, owner.memory.slot(number), layout, some)


def _load_partition(owner: Owner, value: bytes) -> None:
    whole = _decode_partition(value)
    owner.applied = max(owner.applied, whole.applied)
    owner.tick_at, owner.mark, owner.newest_arrival_at = whole.tick_at, whole.mark, whole.newest_arrival_at
    for days, told in ((owner.dirty, whole.dirty), (owner.dense_days, whole.dense_days)):
        for name, start_at, end_at, reason, offset in told:
            day = days[owner.memory.number(name), start_at] = DirtyDay(end_at)
            day.reason, day.offset = reason, offset


def _load_touch(owner: Owner, point: int, one: _Touched, subjects: list[Subjects]) -> None:
    touch = owner.touches[point, one.quarter] = Touch()
    touch.added, touch.changed, touch.reason, touch.offset = one.added, set(one.changed), one.reason, one.offset
    touch.surely = one.surely
    touch.meters = {(series, at) for series, at in one.meters}
    numbers = owner.memory.subjects
    touch.subjects = {numbers.setdefault(subjects[place], len(numbers)) for place in one.subjects}


def _load_rows(
    owner: Owner, slot: Slot, layout: Layout, pieces: list[tuple[int, _Block, list[Subjects]]]
) -> None:  # fmt: skip
    store, size = slot.store(layout), layout.saved.itemsize
    counts = [len(block.rows) // size for _, block, _ in pieces]
    saved = np.frombuffer(b"".join([block.rows for _, block, _ in pieces]), layout.saved)
    codes: list[int] = []
    firsts: list[int] = []
    for _, block, subjects in pieces:
        firsts.append(len(codes))
        codes += [store.code(Word(w[0], w[1], w[2], subjects[w[3]])) for w in block.words]
    rows: Any = np.empty(len(saved), layout.dtype)
    rows["point"] = np.repeat(np.array([point for point, _, _ in pieces], np.uint32), counts)
    rows["at"], rows["name"], rows["value"] = saved["at"], saved["name"], saved["value"]
    rows["code"] = np.array(codes, np.uint32)[saved["code"] + np.repeat(np.array(firsts, np.int64), counts)]
    store.extend(rows)
    for (point, _, _), count in zip(pieces, counts, strict=True):
        slot.bytes[point] = slot.bytes.get(point, 0) + count * size
    newest = np.array(owner.memory.newest, np.int64)
    np.maximum.at(newest, rows["point"], rows["at"].astype(np.int64) + slot.base_at)
    owner.memory.newest[:] = newest.tolist()
