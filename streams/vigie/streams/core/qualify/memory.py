"""What is remembered of one point: its recent observations, whichever devices made them, by instant and uplink."""

from typing import NamedTuple

import numpy as np

from vigie.streams.core.qualify.layout import AT, HEAD, MARK_AT, NAME_AT, ORIGIN_AT, ROUND_AT, Layout, moved, widened
from vigie.streams.core.qualify.parameters import Parameters
from vigie.streams.core.qualify.words import ABSENT
from vigie.streams.core.quality.series import MEMORY_MS

NEW, SUCCESSOR, CONTEXT, AGAIN, ALONE = 1, 2, 4, 8, 16
"""Marks of an observation that is to be looked at: it is new; a value came after it; one came late, before it; it is
seen anew, by another fleet or another codec; it stands alone, out of memory."""
LAST_ROUND = 255
NEVER = -(2**62)
PAUSE_MS = 3_600_000
"""Less than what memory reaches beyond the longest span of a test."""


class Origin(NamedTuple):
    """What many observations of a point have in common.

    Attributes:
        address: of the uplink.
        device, placement: ids in the fleet.
        network: that carried it.
        revision: of the uplink.
        instants: received_at and ingested_at, only where they are weeks away from the observation.
    """

    address: str
    device: str
    placement: str
    network: str
    revision: int
    instants: tuple[int, int] | None = None


class Memory:
    """The observations of a point.

    Attributes:
        layout: of the rows.
        rows: packed, by rising (instant, uplink).
        origins: what rows refer to.
        applied: last offset applied, by input topic.
        replayed: whether an observation of a replay is among them.
        sparse: whether an observation lacks a series that another one has.
        paused_at: instant of the last observation before which PAUSE_MS passed without one, or may have.
        varied_until: up to this instant what stands here shows that no series varies too little (shortcuts.py).
        seen_by, parameters: under which view (Places.serial) the parameters of the series were looked up.
    """

    __slots__ = (
        "applied", "layout", "origins", "parameters", "paused_at", "replayed", "rows", "seen_by", "sparse",
        "varied_until",
    )  # fmt: skip

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.rows = bytearray()
        self.origins: list[Origin] = []
        self.applied: dict[str, int] = {}
        self.replayed = self.sparse = False
        self.paused_at = self.varied_until = NEVER
        self.seen_by = -1
        self.parameters: tuple[Parameters, ...] = ()

    def __len__(self) -> int:
        return len(self.rows) // self.layout.size

    def at(self, place: int) -> int:
        """The instant of a row; place from the end where negative."""
        found: int = AT(self.rows, place * self.layout.size + (len(self.rows) if place < 0 else 0))[0]
        return found

    def place(self, at: int, name: bytes = b"") -> int:
        """Where an observation stands, or would: the first row that is not before (instant, uplink)."""
        rows, size = self.rows, self.layout.size
        low, high = 0, len(rows) // size
        while low < high:
            middle = (low + high) // 2
            start = middle * size
            found = AT(rows, start)[0]
            if found < at or (found == at and rows[start + NAME_AT : start + NAME_AT + 16] < name):
                low = middle + 1
            else:
                high = middle
        return low

    def holds(self, place: int, at: int, name: bytes) -> bool:
        """Whether this observation stands at a place."""
        start = place * self.layout.size
        return (
            start < len(self.rows)
            and AT(self.rows, start)[0] == at
            and self.rows[start + NAME_AT : start + NAME_AT + 16] == name
        )

    def of_uplink(self, name: bytes) -> list[int]:
        """Places of the observations of an uplink."""
        rows, size, found = self.rows, self.layout.size, []
        start = rows.find(name)
        while start >= 0:
            if start % size == NAME_AT:
                found.append(start // size)
            start = rows.find(name, start + 1)
        return found

    def of_series(self, at: int, series: int) -> list[int]:
        """Places of the observations of an instant that have a value of a series."""
        column = self.layout.columns.get(series)
        if column is None:
            return []
        found, place, count = [], self.place(at), len(self)
        while place < count and self.at(place) == at:
            start = place * self.layout.size + self.layout.codes_at
            if self.layout.codes.unpack_from(self.rows, start)[column]:
                found.append(place)
            place += 1
        return found

    def columns_at(self, place: int) -> set[int]:
        """Columns of the series that have a value in a row."""
        start, layout = place * self.layout.size, self.layout
        codes = layout.codes.unpack_from(self.rows, start + layout.codes_at)
        values = layout.values.unpack_from(self.rows, start + HEAD.size)
        return {one for one, code in enumerate(codes) if code and values[one] == values[one]}

    def has_holes(self) -> bool:
        """Whether an observation lacks a series that another one has, or a value of it."""
        rows = np.frombuffer(bytes(self.rows), self.layout.dtype)
        return bool(((rows["code"] == ABSENT) | np.isnan(rows["value"])).any())

    def origin(self, place: int) -> Origin:
        """The origin of a row."""
        start = place * self.layout.size + ORIGIN_AT
        return self.origins[self.rows[start] | self.rows[start + 1] << 8]

    def number_of(self, origin: Origin) -> int:
        """The number under which rows refer to an origin."""
        if self.origins and self.origins[-1] == origin:
            return len(self.origins) - 1
        if origin in self.origins:
            return self.origins.index(origin)
        if len(self.origins) > 30_000:
            self._forget_origins()
        self.origins.append(origin)
        self.replayed = self.replayed or origin.revision > 0
        return len(self.origins) - 1

    def insert(self, place: int, row: bytes) -> None:
        """Put a row in its place."""
        start = place * self.layout.size
        if start:
            at = AT(row)[0]
            if at - AT(self.rows, start - self.layout.size)[0] > PAUSE_MS:
                self.paused_at = max(self.paused_at, at)
        if start < len(self.rows):
            self.varied_until = NEVER
        self.rows[start:start] = row

    def remove(self, place: int) -> None:
        """Take a row out."""
        size = self.layout.size
        del self.rows[place * size : (place + 1) * size]
        self.varied_until = NEVER
        if place * size < len(self.rows):
            self.paused_at = max(self.paused_at, AT(self.rows, place * size)[0])

    def mark(self, place: int, mark: int) -> None:
        """Say that a row is to be looked at again; what is not new has had one more cause to change."""
        start = place * self.layout.size
        rows = self.rows
        rows[start + MARK_AT] |= mark
        if mark in (SUCCESSOR, CONTEXT) and rows[start + ROUND_AT] < LAST_ROUND:
            rows[start + ROUND_AT] += 1

    def widen(self, series: tuple[int, ...], raw: bool) -> None:
        """Have room for these series, and for what devices said if it was converted."""
        after = widened(self.layout, series, raw)
        self.rows = moved(self.rows, self.layout, after)
        self.layout = after
        self.seen_by, self.varied_until = -1, NEVER
        self.sparse = self.sparse or bool(self.rows)

    def forget(self, reach_ms: int) -> None:
        """Let go of what is more than the memory, and what its oldest values are compared with, behind the newest.

        Args:
            reach_ms: how far back from a value its tests look.
        """
        if not self.rows:
            return
        newest = self.at(-1)
        if self.at(0) >= newest - MEMORY_MS - reach_ms - SLACK_MS:
            return
        outside = self.place(newest - MEMORY_MS - reach_ms)
        kept = min(max(outside - KEPT_BEFORE, self.place(newest - 2 * MEMORY_MS)), outside)
        self._let_go(kept)
        if self.sparse:
            self.sparse = self.has_holes()
        if len(self.origins) > MOST_ORIGINS:
            self._forget_origins()

    def cut(self, place: int) -> None:
        """Let go of all rows before a place, though tests may look for them."""
        self._let_go(place)
        self.paused_at = max(self.paused_at, self.at(0))
        self.sparse = self.sparse and self.has_holes()
        self._forget_origins()

    def _let_go(self, count: int) -> None:
        """Drop the oldest rows, and keep room for as many new ones: an array that grows by itself takes an eighth."""
        size = self.layout.size
        end = len(self.rows) - count * size
        fresh = bytearray(end + (count + 2) * size)
        fresh[:end] = memoryview(self.rows)[count * size :]
        del fresh[end:]
        self.rows = fresh

    def _forget_origins(self) -> None:
        """Keep the origins that rows refer to, and number them anew."""
        size, rows = self.layout.size, self.rows
        numbers, kept = dict[int, int](), list[Origin]()
        for start in range(ORIGIN_AT, len(rows), size):
            old = rows[start] | rows[start + 1] << 8
            if old not in numbers:
                numbers[old] = len(kept)
                kept.append(self.origins[old])
            rows[start : start + 2] = numbers[old].to_bytes(2, "little")
        self.origins = kept
        self.replayed = any(one.revision for one in kept)


SLACK_MS = 3_600_000
"""So that rows are let go by the hour, not one by one."""
KEPT_BEFORE = 8
"""Rows kept before what the tests look back to: the value before, also of a series that some uplinks lack."""
MOST_ORIGINS = 16
