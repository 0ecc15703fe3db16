"""What the owner of a partition holds: rows, what has changed, what is dirty; and what the fleet says of its points."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from vigie.streams.core.windows.legal import HOUR_MS, QUARTER_MS, window_of, windows_holding
from vigie.streams.core.windows.owned.layout import layout_of
from vigie.streams.core.windows.owned.memory import NEVER, SLOT_MS, Memory
from vigie.streams.core.windows.owned.reader import Observed
from vigie.streams.core.windows.owned.specs import CODES, Spec, Specs
from vigie.streams.core.windows.owned.touch import DirtyDay, Touch, reason_of

_LONGEST_MS = 25 * HOUR_MS
"""Of windows that are held: a day in autumn."""
Window = tuple[int, int, int]
"""Number of a point, place in specs.CODES, start (epoch ms UTC)."""


class Held:
    """What is held of a partition.

    Args:
        zone: of legal time.
        memory_ms: how long readings stay.

    Attributes:
        memory: the rows.
        tick_at: last tick, epoch ms; NEVER before the first.
        mark: windows that start before it are not written here any more.
        touches: (point, quarter of an hour since 1970) -> what has changed there in windows that were due.
        dirty: (point, start of its legal day) -> what recompute is to be told.
        dense_days: the same of windows that are held here, but for rows that were too many.
        revisions: (number of a slot, point) -> (code, start) -> revision of windows that start there and were published
            more than once.
        newest_arrival_at: the latest ingested_at, epoch ms: tells the time until the first tick.
        applied: offset of the last observation taken.
        unsure: whether another worker may have published windows of which nothing is known here.
        changed: whether `tick_at`, `mark`, `dirty` or `dense_days` changed since they were last saved.
        doubted: (point, quarter) -> series that a former worker may have published there, and that are gone.
        heads: key and first bytes of each point's records, for who makes them.
        spec: of each point.
        in_use: all specs of points.
        before: specs of points of which another one held at the last tick.
        unused: why readings take no part, and how many.
    """

    def __init__(self, zone: str, memory_ms: int) -> None:
        self.zone, self.memory_ms = zone, memory_ms
        self.memory = Memory()
        self.tick_at = self.mark = self.newest_arrival_at = NEVER
        self.touches: dict[tuple[int, int], Touch] = {}
        self.dirty: dict[tuple[int, int], DirtyDay] = {}
        self.dense_days: dict[tuple[int, int], DirtyDay] = {}
        self.revisions: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
        self.applied = -1
        self.unsure = False
        self.unused: Counter[str] = Counter()
        self.changed = False
        self.doubted: dict[tuple[int, int], set[int]] = {}
        self._specs: Specs | None = None
        self.heads: list[tuple[bytes, bytes]] = []
        self.spec: list[Spec] = []
        self.in_use: set[Spec] = set()
        self.before: dict[int, Spec] = {}

    # -- the fleet

    def see(self, specs: Specs) -> None:
        """Go by this view of the fleet from now on."""
        if specs is self._specs and len(self.spec) == len(self.memory.points):
            return
        if specs is not self._specs:
            self._specs = specs
            for point, earlier in enumerate(self.spec):
                self.spec[point] = self._spec(point)
                if self.spec[point] is not earlier:
                    self.before.setdefault(point, earlier)
            self.in_use = set(self.spec)
        self._learn_points()
        for slot in self.memory.slots.values():
            for layout, store in slot.stores.items():
                for point in np.unique(store.rows()["point"]).tolist():
                    self.spec[point].columns(layout)

    def _spec(self, point: int) -> Spec:
        assert self._specs is not None, "see() comes first"
        return self._specs.of(self.memory.points[point], max(self.tick_at, self.newest_arrival_at))

    def number(self, point: str) -> int:
        """The number of a point, with its spec."""
        found = self.memory.number(point)
        self._learn_points()
        return found

    def _learn_points(self) -> None:
        for point in range(len(self.spec), len(self.memory.points)):
            self.spec.append(self._spec(point))
            self.in_use.add(self.spec[-1])

    def spec_then(self, point: int, at: int) -> Spec | None:
        """The spec of a point at an instant, where it was another one than now."""
        assert self._specs is not None, "see() comes first"
        return self._specs.then(self.memory.points[point], at)

    def has_meter(self, point: int) -> bool:
        """Whether a meter was met at points like this one."""
        return any(layout.has_meter for layout in self.spec[point].layouts())

    # -- changes

    def touched(self, point: int, one: Observed, offset: int, changed: Iterable[int], by: int) -> Touch:
        """Note that these series of an observation changed, and that its rows with numbers are more by so many."""
        key = point, one.observed_at // QUARTER_MS
        touch = self.touches.get(key)
        if touch is None:
            touch = self.touches[key] = Touch()
        layout = one.layout
        touch.changed.update(changed)
        touch.reason, touch.offset = reason_of(one.reason), offset
        if by:
            touch.count(layout.series, one.flags, by)
        if layout.has_meter:
            touch.meters.update((series, one.observed_at) for series in layout.meters)
        self.memory.slot(one.observed_at // SLOT_MS).changed.add(point)
        return touch

    def doubt(self, point: int, one: Observed, offset: int, series: Iterable[int]) -> None:
        """Another worker may have published windows with these series of an observation; they are gone now."""
        self.touched(point, one, offset, series, 0).surely = True
        self.doubted.setdefault((point, one.observed_at // QUARTER_MS), set()).update(series)

    def soil(self, point: int, at: int, reason: str, offset: int) -> None:
        """Say that windows of the day of an instant are to be made again from the store."""
        self._note(self.dirty, point, at, reason, offset)

    def soil_dense(self, point: int, at: int, reason: str, offset: int) -> None:
        """The same of windows that rest on rows which were too many."""
        self._note(self.dense_days, point, at, reason, offset)

    def _note(self, days: dict[tuple[int, int], DirtyDay], point: int, at: int, reason: str, offset: int) -> None:
        _, start_at, end_at = window_of("1d", at, self.zone)
        day = days.get((point, start_at))
        if day is None:
            day = days[point, start_at] = DirtyDay(end_at)
        day.take(reason, offset)
        self.changed = True

    def leave(self, point: int, one: Observed, offset: int) -> None:
        """An observation among those that are too many: windows that hold it and were due are made from the store."""
        self.memory.newest[point] = max(self.memory.newest[point], one.observed_at)
        least_upload_ms = self.spec[point].columns(one.layout).least_upload_ms
        if self.unsure or one.observed_at < self.tick_at - least_upload_ms:
            at, reason = one.observed_at, reason_of(one.reason)
            self.soil_dense(point, at, reason, offset)
            if at < self.mark + _LONGEST_MS and any(
                window.start_at < self.mark
                for code in self.spec[point].codes
                for window in windows_holding(CODES[code], at, self.zone)
            ):
                self.soil(point, at, reason, offset)

    def revision_of(self, window: Window) -> int:
        """The highest revision of a window that was published more than once; -1 of any other."""
        point, code, start_at = window
        found = self.revisions.get((start_at // SLOT_MS, point))
        return -1 if found is None else found.get((code, start_at), -1)

    def revise(self, window: Window, revision: int) -> None:
        """Note that a window was published with a revision above 0."""
        point, code, start_at = window
        self.revisions.setdefault((start_at // SLOT_MS, point), {})[code, start_at] = revision
        self.memory.slot(start_at // SLOT_MS).changed.add(point)

    def step_if_due(self, point: int, series: int, code: int, end_at: int) -> int | None:
        """The step of a series (s, 0 if nobody knows); None where it has no such window, or that is not due yet."""
        columns = self.spec[point].columns(layout_of((series,)))
        if not columns.wanted[0, code] or end_at + int(columns.upload_ms[0]) > self.tick_at:
            return None
        return int(columns.step_s[0])
