"""A point's memory in slots of four hours, each a value on the changelog, so that a new observation writes little.

Slot i holds the observations of the four hours whose number is i modulo SLOTS: keys come round, and none is deleted.
What comes round first is older than any memory.
"""

from collections.abc import Iterable

import msgspec
import numpy as np
from msgspec import Raw

from vigie.streams.core.qualify.layout import AT, layout_of
from vigie.streams.core.qualify.memory import MOST_ORIGINS, NEVER, PAUSE_MS, Memory, Origin
from vigie.streams.core.qualify.words import ABSENT, Words
from vigie.streams.core.quality.series import MEMORY_MS

SLOT_MS = 14_400_000
SLOTS = 2 * MEMORY_MS // SLOT_MS + 1
"""A memory, and as much again that its oldest values are compared with; one more for the slot that has begun."""


MOST_BYTES = 200_000
"""Of rows in one slot: some 4000 of one value, one each 3.6 s. Of a point that is faster only the last half of that is
remembered, so that its state stays small, whatever a device sends: what the tests look for before is unknown then."""


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    applied: dict[str, int]
    series: tuple[int, ...]
    raw: bool
    origins: list[Origin]
    rows: bytes
    words: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode
_decode_applied = msgspec.msgpack.Decoder(tuple[dict[str, int], tuple[int, ...], bool, Raw, Raw, Raw]).decode


def slot_of(at: int) -> int:
    """In which slot an instant stands.

    >>> SLOTS, slot_of(SLOT_MS * SLOTS + 5), slot_of(-1)
    (14, 0, 13)
    """
    return at // SLOT_MS % SLOTS


def dump(memories: Iterable[tuple[Memory, int]], words: Words) -> list[bytes]:
    """What memories hold in slots, as bytes for the changelog.

    Args:
        memories: with the number of a slot.
        words: codes of packed flags.

    Returns:
        A value for each.
    """
    asked = list(memories)
    for memory, slot in asked:
        _bound(memory, slot)
    told = [_told(memory, slot) for memory, slot in asked]
    rows = [own for own, _ in told]
    found: list[bytes] = [b""] * len(asked)
    by_layout: dict[int, list[int]] = {}
    for number, (memory, _) in enumerate(asked):
        by_layout.setdefault(id(memory.layout), []).append(number)
    for numbers in by_layout.values():
        layout = asked[numbers[0]][0].layout
        joined = np.frombuffer(b"".join([rows[number] for number in numbers]), layout.dtype)
        flags = words.all_packed(joined["code"]).tobytes()
        width, place = 8 * len(layout.series), 0
        for number in numbers:
            end = place + len(rows[number]) // layout.size * width
            own = _Packed(
                asked[number][0].applied, layout.series, layout.raw, told[number][1], rows[number],
                flags[place:end],
            )  # fmt: skip
            found[number] = _encode(own)
            place = end
    return found


def _bound(memory: Memory, slot: int) -> None:
    """Let go of what is too much in a slot, and of all before it."""
    if len(memory.rows) > MOST_BYTES:
        start, end = _span(memory, slot)
        if end - start > MOST_BYTES:
            memory.cut((end - MOST_BYTES // 2) // memory.layout.size)


def _told(memory: Memory, slot: int) -> tuple[bytes, list[Origin]]:
    """The rows of a slot, and what they refer to: its own origins alone where the memory has many."""
    rows = bytes(_rows(memory, slot))
    if len(memory.origins) <= MOST_ORIGINS:
        return rows, memory.origins
    table = np.frombuffer(rows, memory.layout.dtype).copy()
    used, table["origin"] = np.unique(table["origin"], return_inverse=True)
    return table.tobytes(), [memory.origins[number] for number in used.tolist()]


def _rows(memory: Memory, slot: int) -> bytearray:
    """The rows of a memory in the latest four hours of a slot."""
    if not memory.rows:
        return memory.rows
    start, end = _span(memory, slot)
    return memory.rows[start:end]


def _span(memory: Memory, slot: int) -> tuple[int, int]:
    """Where they stand, in bytes."""
    rows, size = memory.rows, memory.layout.size
    last = AT(rows, len(rows) - size)[0] // SLOT_MS
    number = last - (last - slot) % SLOTS
    end = len(rows) if number == last else memory.place((number + 1) * SLOT_MS) * size
    return _start(memory, number * SLOT_MS, end // size) * size, end


def applied(data: bytes) -> dict[str, int]:
    """The offsets applied to what `dump` wrote, by input topic."""
    return _decode_applied(data)[0]


def _start(memory: Memory, at: int, end: int) -> int:
    """As memory.place(at), found from where it should be if the step is even; `end` is not before it."""
    if end > 1:
        last_at = memory.at(end - 1)
        guess = end - 1 - (last_at - at) // max(last_at - memory.at(end - 2), 1)
        for place in (guess, guess + 1):
            if 0 < place < end and memory.at(place - 1) < at <= memory.at(place):
                return place
    return memory.place(at)


def load(memory: Memory, slot: int, data: bytes, words: Words) -> None:
    """Put what `dump` wrote in place of what a memory holds in a slot, with the offsets applied.

    The memory lets go of what is older than its newest allows by itself (`Memory.forget`).
    """
    packed = _decode(data)
    for topic, offset in packed.applied.items():
        memory.applied[topic] = max(memory.applied.get(topic, -1), offset)
    _clear(memory, slot)
    if not packed.rows:
        return
    own = layout_of(packed.series, packed.raw)
    rows = np.frombuffer(packed.rows, own.dtype).copy()
    table = np.frombuffer(packed.words, np.uint64).reshape(len(rows), -1)
    rows["code"] = np.where(rows["code"] == ABSENT, ABSENT, words.codes(table))
    numbers = np.array([memory.number_of(one) for one in packed.origins], np.uint16)
    rows["origin"] = numbers[rows["origin"]]
    rows["mark"] = 0
    slotted = Memory(own)
    slotted.rows = bytearray(rows.tobytes())
    if own is not memory.layout:
        memory.widen(packed.series, packed.raw)
        slotted.widen(memory.layout.series, memory.layout.raw)
        memory.sparse = True
    place = memory.place(int(rows["at"][0]))
    memory.rows[place * memory.layout.size : place * memory.layout.size] = slotted.rows
    memory.paused_at = _paused_at(memory)
    memory.varied_until = NEVER
    values, codes = rows["value"], rows["code"]
    memory.sparse = memory.sparse or bool(((codes == ABSENT) | np.isnan(values)).any())


def _paused_at(memory: Memory) -> int:
    instants = np.frombuffer(bytes(memory.rows), memory.layout.dtype)["at"]
    after = instants[1:][np.diff(instants) > PAUSE_MS]
    return int(after[-1]) if len(after) else NEVER


def _clear(memory: Memory, slot: int) -> None:
    size = memory.layout.size
    if not memory.rows:
        return
    instants = np.frombuffer(bytes(memory.rows), memory.layout.dtype)["at"]
    held = instants // SLOT_MS % SLOTS == slot
    for place in np.flatnonzero(held)[::-1].tolist():
        del memory.rows[place * size : (place + 1) * size]
