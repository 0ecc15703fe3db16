"""The memory of the windows: unique readings of one device over four hours, packed as a log of bytes.

One value per device would be written whole for each uplink, one per window would cost a dictionary entry each; four
hours are a few hundred bytes. The log grows by appending, a repeat is found by searching its bytes, and nothing is
decoded before a window is published.

    log: entry, entry ...
    entry: identity (8 bytes of the uplink's id) | revision u64 | readings u32 | reading ...
    reading: instant (ms after the span's start) u32 | property u16 | channel i32 | value f64
"""

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import NamedTuple

import msgspec

WINDOW_MS = 900_000
WINDOWS = 16
SPAN_MS = WINDOW_MS * WINDOWS
NEVER = 1 << 62
"""An instant that does not come."""
LIMIT = 600_000
"""Bytes of a log; with them a state record stays under Kafka's 1 MB. An uplink that does not fit is deep-late."""

_HEAD = Struct("<8sQI")
_READING = Struct("<IHid")


class Reading(NamedTuple):
    """A reading with its own instant (epoch ms UTC)."""

    observed_at: int
    property: int
    channel: int
    value: float


class Series(NamedTuple):
    """One property and channel in one window of a span."""

    window: int
    property: int
    channel: int


class Input(NamedTuple):
    """What a window knows of a reading; the set of a series' inputs is all that its value depends on."""

    identity: bytes
    instant: int
    value: float


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    index: int
    period_s: int
    occupied: int
    published: int
    on_time: int
    released: bool
    revisions: list[tuple[int, int, int, int]]
    log: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


class Span:
    """Four hours of one device.

    Args:
        index: which four hours, counted from 1970 UTC.

    Attributes:
        period_s: declared upload period of the device; windows wait so long after their end.
        occupied: bit w is set when window w has had a reading.
        published: bit w is set when window w has been published once.
        on_time: bit w is set when window w has had a reading that came before the window closed.
        released: the readings are no longer here; the windows are written by `recompute` alone.
        revisions: revision of each published series whose revision is above 0.
        log: the readings.
        next_at: epoch ms of the tick that has something to do here, release apart.
    """

    __slots__ = ("index", "log", "next_at", "occupied", "on_time", "period_s", "published", "released", "revisions")

    def __init__(self, index: int) -> None:
        self.index = index
        self.period_s = 0
        self.occupied = self.published = self.on_time = 0
        self.released = False
        self.revisions: dict[Series, int] = {}
        self.log = bytearray()
        self.next_at = NEVER

    @property
    def start_at(self) -> int:
        """Epoch ms of its first instant."""
        return self.index * SPAN_MS

    @property
    def end_at(self) -> int:
        """Epoch ms after its last instant."""
        return self.index * SPAN_MS + SPAN_MS

    def due_at(self, window: int) -> int:
        """When a window closes: its end and one upload period, epoch ms."""
        return self.start_at + (window + 1) * WINDOW_MS + self.period_s * 1000

    def closed_by(self, now: int) -> int:
        """Bits of the windows that have closed at an instant."""
        closed = (now - self.due_at(0)) // WINDOW_MS + 1
        return (1 << min(max(closed, 0), WINDOWS)) - 1

    def plan(self) -> None:
        """Set `next_at` anew, after any change."""
        waiting = self.occupied & ~self.published
        self.next_at = self.due_at((waiting & -waiting).bit_length() - 1) if waiting else NEVER

    def revision_of(self, identity: bytes) -> int:
        """The revision of an uplink that is kept here; -1 if none is."""
        place = self.log.find(identity)
        if place < 0:
            return -1
        revision: int = _HEAD.unpack_from(self.log, place)[1]
        return revision

    def add(self, identity: bytes, revision: int, arrival_at: int, readings: Iterable[Reading]) -> bool:
        """Append an uplink's readings, all within this span; False if the log is full."""
        start_at, packed, windows = self.start_at, [], 0
        for reading in readings:
            instant = reading.observed_at - start_at
            packed.append(_READING.pack(instant, reading.property, reading.channel, reading.value))
            windows |= 1 << instant // WINDOW_MS
        if len(self.log) + _HEAD.size + len(packed) * _READING.size > LIMIT:
            return False
        self.occupied |= windows
        self.on_time |= windows & ~self.closed_by(arrival_at)
        self.log += _HEAD.pack(identity, revision, len(packed))
        self.log += b"".join(packed)
        return True

    def windows_of(self, identity: bytes) -> int:
        """Bits of the windows in which this uplink has readings here."""
        return sum({1 << instant // WINDOW_MS for instant, *_ in self._readings_at(self.log.find(identity))})

    def remove(self, identity: bytes) -> None:
        """Forget the readings of an uplink that is kept here."""
        place = self.log.find(identity)
        del self.log[place : place + _HEAD.size + self._count(place) * _READING.size]

    def series(self, windows: int) -> dict[Series, list[Input]]:
        """The inputs of every series of these windows (bits), each list in an order that only the set decides."""
        found: dict[Series, list[Input]] = {}
        for identity, readings in self._entries():
            for instant, name, channel, value in readings:
                window = instant // WINDOW_MS
                if windows >> window & 1:
                    found.setdefault(Series(window, name, channel), []).append(Input(identity, instant, value))
        for inputs in found.values():
            inputs.sort()
        return dict(sorted(found.items()))

    def release(self) -> None:
        """Let go of the readings; what remains says that they were here."""
        self.released = True
        self.revisions = {}
        self.log = bytearray()
        self.next_at = NEVER

    def _entries(self) -> Iterator[tuple[bytes, Iterable[tuple[int, int, int, float]]]]:
        place, end = 0, len(self.log)
        while place < end:
            identity, _, count = _HEAD.unpack_from(self.log, place)
            yield identity, self._readings_at(place)
            place += _HEAD.size + count * _READING.size

    def _readings_at(self, place: int) -> Iterator[tuple[int, int, int, float]]:
        start = place + _HEAD.size
        return _READING.iter_unpack(self.log[start : start + self._count(place) * _READING.size])

    def _count(self, place: int) -> int:
        count: int = _HEAD.unpack_from(self.log, place)[2]
        return count


def dump(span: Span) -> bytes:
    """The span as bytes, for the changelog."""
    revisions = [(*series, revision) for series, revision in span.revisions.items()]
    masks = span.occupied, span.published, span.on_time
    return _encode(_Packed(span.index, span.period_s, *masks, span.released, revisions, bytes(span.log)))


def load(data: bytes) -> Span:
    """The span that `dump` wrote.

    >>> span = Span(3)
    >>> span.add(b"12345678", 0, 0, [Reading(span.start_at + 900_000, 1, 0, 21.5)])
    True
    >>> load(dump(span)).series(0b10)
    {Series(window=1, property=1, channel=0): [Input(identity=b'12345678', instant=900000, value=21.5)]}
    """
    packed = _decode(data)
    span = Span(packed.index)
    span.period_s, span.occupied, span.published = packed.period_s, packed.occupied, packed.published
    span.on_time, span.released = packed.on_time, packed.released
    span.revisions = {Series(window, name, channel): n for window, name, channel, n in packed.revisions}
    span.log = bytearray(packed.log)
    span.plan()
    return span
