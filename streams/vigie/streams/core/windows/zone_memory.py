"""What is remembered of a window of many points: each point's series, replaced and never added; what was published.

A point's series are packed into one bytes object: a window of 20,000 points would else take ten times its numbers.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import nan
from struct import Struct as Packing
from sys import intern

import numpy as np
from msgspec import Struct, msgpack

from vigie.streams.core.windows.across import Across, Expected, takes_part
from vigie.streams.core.windows.legal import Window
from vigie.topics.aggregate import REASONS
from vigie.topics.zone_part import Part

BLOCK = 256
"""Points that are saved together, in the order in which they came; of a window only changed blocks are saved."""

_ROW = np.dtype([("series", "<u4"), ("count", "<u4"), ("excluded", "<u4"), ("quality", "u1"), ("value", "<f8")])
"""A series is property * 2**16 + channel (16 bits, signed); a value that may not be said is NaN."""

_pack = Packing("<IIIBd").pack
SeriesId = tuple[int, int]
"""Property id and channel."""


class Published(Struct, frozen=True, array_like=True):
    """What was last published of a series of a window."""

    revision: int
    input_hash: str


class ZoneWindow:
    """A window of a subject.

    Attributes:
        window: its code and bounds.
        slot: under which it is saved.
        parts: point -> its packed series; empty for one that was taken out. Points stand in the order they came in.
        published: what was.
        reason: of the change that is to be published; empty for none.
        changed: points whose series are to be saved.
        head_changed: whether the rest is.
    """

    __slots__ = ("changed", "head_changed", "parts", "published", "reason", "slot", "window")

    def __init__(self, window: Window, slot: int) -> None:
        self.window, self.slot = window, slot
        self.parts: dict[str, bytes] = {}
        self.published: dict[SeriesId, Published] = {}
        self.reason = ""
        self.changed: set[str] = set()
        self.head_changed = True

    def take(self, point: str, packed: bytes, reason: str) -> bool:
        """Replace what is known of a point (`pack`); whether that changed anything.

        >>> window = ZoneWindow(Window("1h", 0, 3_600_000), 0)
        >>> warm = pack([Part(1, 0, 4, 0, 19.0, 20.0, 21.0, None, 20.0, 1)])
        >>> window.take("P1", warm, "closed"), window.take("P1", warm, "late"), window.reason
        (True, False, 'closed')
        """
        if self.parts.get(point, b"") == packed:
            return False
        self.parts[intern(point)] = packed
        self.changed.add(point)
        self.ask(reason)
        return True

    def ask(self, reason: str) -> None:
        """Note that it is to be looked at; of several reasons the weightier is told."""
        if not self.reason or weight(reason) > weight(self.reason):
            self.reason = reason
            self.head_changed = True

    def note(self, series: SeriesId, published: Published) -> None:
        """Note what was published."""
        self.published[series] = published
        self.head_changed = True

    def settle(self) -> None:
        """Note that there is nothing left to publish."""
        if self.reason:
            self.reason, self.head_changed = "", True

    def series(
        self, subject: str, without: Collection[str], expected: Expected | None, above: Mapping[int, tuple[float, ...]]
    ) -> Iterator[Across]:
        """Each property and channel over the points, and those that were published and of which no point is left.

        Args:
            subject: whose window it is.
            without: points that do not lie there.
            expected: how many points there should be.
            above: property id -> values above which points are counted.
        """
        names = sorted(name for name, packed in self.parts.items() if packed and name not in without)
        packed = [self.parts[name] for name in names]
        rows = np.frombuffer(b"".join(packed), dtype=_ROW)
        of_point = np.repeat(np.arange(len(names)), [len(one) // _ROW.itemsize for one in packed])
        order = np.argsort(rows["series"], kind="stable")
        numbers, starts = np.unique(rows["series"][order], return_index=True)
        ends = [*starts[1:].tolist(), len(order)]
        left = set(self.published)
        for number, start, end in zip(numbers.tolist(), starts.tolist(), ends[: len(numbers)], strict=True):
            mine = order[start:end]
            key = number >> 16, (number & 0xFFFF ^ 0x8000) - 0x8000
            left.discard(key)
            chosen = rows[mine]
            yield Across(
                subject, self.window, *key, [names[place] for place in of_point[mine].tolist()],
                chosen["value"].astype(np.float64), chosen["count"].astype(np.int64),
                chosen["excluded"].astype(np.int64), chosen["quality"].astype(np.int64),
                None if expected is None else expected.get(key), above.get(key[0], ()),
            )  # fmt: skip
        none = np.zeros(0, dtype=np.int64)
        for key in sorted(left):
            should = None if expected is None else expected.get(key)
            yield Across(subject, self.window, *key, (), none.astype(np.float64), none, none, none, should)

    def blocks_changed(self) -> list[int]:
        """Blocks with a point whose series changed since the last save; they count as saved from now on."""
        changed, self.changed = self.changed, set()
        if not changed:
            return []
        return sorted({place // BLOCK for place, name in enumerate(self.parts) if name in changed})


class Head(Struct, frozen=True, array_like=True):
    """A window as it is saved, but for its points."""

    taken: int
    code: str
    start_at: int
    end_at: int
    reason: str
    published: dict[str, Published]


class Block(Struct, frozen=True, array_like=True):
    """Some of its points; `start_at` says of which window, for a slot is used again."""

    taken: int
    start_at: int
    names: list[str]
    packed: list[bytes]


class Mark(Struct, frozen=True, array_like=True):
    """Until when windows were let go of."""

    taken: int
    released_until: int


encode = msgpack.Encoder().encode
decode_head, decode_block = msgpack.Decoder(Head).decode, msgpack.Decoder(Block).decode
decode_mark = msgpack.Decoder(Mark).decode


def head_of(one: ZoneWindow, taken: int) -> Head:
    """What is saved of a window but for its points.

    Args:
        one: the window.
        taken: offset of the last record that its partition took.
    """
    published = {f"{property_}#{channel}": said for (property_, channel), said in one.published.items()}
    return Head(taken, *one.window, one.reason, published)


def block_of(one: ZoneWindow, number: int, taken: int) -> Block:
    """What is saved of some of its points."""
    chosen = list(islice(one.parts.items(), number * BLOCK, (number + 1) * BLOCK))
    return Block(taken, one.window.start_at, [name for name, _ in chosen], [packed for _, packed in chosen])


def load(
    slot: int, known: ZoneWindow | None, head: Head | None, blocks: Iterable[Block], share: Callable[[bytes], bytes]
) -> ZoneWindow | None:
    """A window as it was saved.

    Args:
        slot: of the window.
        known: what is held of that slot.
        head: as it was saved since; None if only points were.
        blocks: likewise, by rising number; those of another window are passed over.
        share: gives equal bytes that are held already.
    """
    one = known
    if head is not None:
        window = Window(head.code, head.start_at, head.end_at)
        if one is None or one.window != window:
            one = ZoneWindow(window, slot)
        one.reason, one.head_changed = head.reason, False
        for name, said in head.published.items():
            property_, _, channel = name.partition("#")
            one.published[int(property_), int(channel)] = said
    if one is not None:
        for block in blocks:
            if block.start_at == one.window.start_at:
                one.parts.update(zip(map(intern, block.names), map(share, block.packed), strict=True))
    return one


def pack(parts: Sequence[Part]) -> bytes:
    """Series of a point as they are kept, of those that have a reading.

    >>> len(pack([Part(1, 0, 4, 0, 1.0, 1.0, 1.0, None, 1.0)])), pack([])
    (21, b'')
    """
    return b"".join(
        _pack(one.property << 16 | one.channel & 0xFFFF, one.count, one.excluded, one.quality, _number(one.value))
        for one in sorted(parts, key=_place)
        if takes_part(one)
    )


def weight(reason: str) -> int:
    """How much a reason says: what somebody decided more than what merely came."""
    return REASONS.index(reason) if reason in REASONS else -1


def _place(one: Part) -> SeriesId:
    return one.property, one.channel


def _number(value: float | None) -> float:
    return nan if value is None else value
