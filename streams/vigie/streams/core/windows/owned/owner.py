"""The owner of a partition: which windows of its points are open, due, changed; and which it does not hold any more.

A window is a function of the set of unique readings in it: an observation counts once, with its highest revision. It is
published at the tick by which it is due (its end and one upload period), and again when its readings change. The owner
writes a window if its whole span is in memory: if it starts at `mark` or later. Of any other it says that it is dirty.
Whether a window was published is not kept: it was, if it is due by the last tick and held a reading then.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vigie.streams.core.windows.legal import QUARTER_MS
from vigie.streams.core.windows.owned.due import due_between, pairs_of, present, starting
from vigie.streams.core.windows.owned.gather import Pairs
from vigie.streams.core.windows.owned.held import Held
from vigie.streams.core.windows.owned.memory import NEVER, SLOT_MS
from vigie.streams.core.windows.owned.reader import Observed
from vigie.streams.core.windows.owned.repairs import repairs_of, settle
from vigie.streams.core.windows.owned.specs import Spec
from vigie.streams.core.windows.owned.summary import SpecTable, Summary, summarise
from vigie.streams.core.windows.owned.touch import Repair, reason_of

YEAR_2000_AT, AHEAD_MS = 946_684_800_000, 300_000
DAY_MS = 86_400_000
MOST_BEHIND_MS = 12 * 3_600_000
"""If ticks stay away for longer, arrivals tell what leaves the memory: else it would have no bound."""


class Publication(NamedTuple):
    """Windows to publish.

    Attributes:
        pairs: windows of points.
        summary: what they come to.
        repairs: (pairs,) what has changed in each; None where they close.
        doubted: pair -> series that another worker may have published in it.
    """

    pairs: Pairs
    summary: Summary
    repairs: list[Repair] | None
    doubted: dict[int, set[int]]


class Owner(Held):
    """The windows of a partition (see Held)."""

    # -- observations

    def take(self, observations: Iterable[tuple[int, Observed]]) -> None:
        """Take observations, each with its offset."""
        memory, tick_at = self.memory, self.tick_at
        numbers, newest, append = memory.numbers, memory.newest, memory.append
        others: dict[tuple[int, int, int], tuple[int, Observed]] = {}
        for offset, one in observations:
            self.applied = offset
            at = one.observed_at
            if not YEAR_2000_AT <= at <= one.ingested_at + AHEAD_MS:
                self.unused["impossible"] += max(len(one.values), 1)
                continue
            self.newest_arrival_at = max(self.newest_arrival_at, one.ingested_at)
            point = numbers.get(one.point)
            if point is None:
                point = self.number(one.point)
            if at < self.mark:
                self.soil(point, at, reason_of(one.reason), offset)
                if at < self.mark - SLOT_MS or not (one.layout.has_meter or self.has_meter(point)):
                    continue  # else the first reading of the next window is compared with it
            if memory.dense and memory.is_dense(point, at, at + 1):
                self.leave(point, one, offset)
                continue
            if at > newest[point] and not one.withdrawn:
                newest[point] = at
                append(point, one)
                if at < tick_at - self.spec[point].columns(one.layout).least_upload_ms:
                    self.touched(point, one, offset, one.layout.series, 1)
            else:
                key = point, at, one.name
                known = others.get(key)
                if known is None or known[1].revision < one.revision:
                    others[key] = offset, one
                if known is not None and self.unsure:
                    self.doubt(point, one, offset, (*known[1].layout.series, *one.layout.series))
        if others:
            settle(self, others)
        if memory.crowded:
            memory.thin()
        told = self.newest_arrival_at - (0 if self.tick_at == NEVER else MOST_BEHIND_MS)
        if told > self.tick_at:
            self.release(told)

    # -- what is to be published

    def repair(self) -> Publication | None:
        """The windows that changed after they were due, if there are some."""
        if not self.touches:
            return None
        windows = repairs_of(self)
        for point, quarter in self.touches:
            self.memory.slot(quarter * QUARTER_MS // SLOT_MS).changed.add(point)
        self.touches = {}
        if not windows:
            return None
        rows = np.array([(point, *span) for point, span in windows], np.int64)
        pairs = Pairs(*rows.T)
        found = summarise(self.memory, pairs, self._table(pairs), NEVER, self.tick_at)
        return Publication(pairs, found, list(windows.values()), {})

    def tick(self, at: int) -> Publication | None:
        """A tick that comes after `repair`: the windows that become due; what leaves the memory without is dirty."""
        if at <= self.tick_at:
            return None
        self.release(at)
        since_at, self.tick_at, self.changed = self.tick_at, at, True
        pairs = self._due(since_at)
        if not len(pairs.point):
            self.before = {}
            return None
        found = summarise(self.memory, pairs, self._table(pairs), since_at, at)
        self.before = {}
        return Publication(pairs, found, None, self._doubted(pairs))

    def _doubted(self, pairs: Pairs) -> dict[int, set[int]]:
        """Series that another worker may have published in these windows, and that have no reading there now."""
        found: dict[int, set[int]] = {}
        for (point, quarter), series in self.doubted.items():
            at = quarter * QUARTER_MS
            held = (pairs.point == point) & (pairs.start_at <= at) & (pairs.end_at > at)
            for pair in np.flatnonzero(held).tolist():
                found.setdefault(pair, set()).update(series)
        return found

    def _due(self, since_at: int) -> Pairs:
        codes = {code for spec in self.in_use for code in spec.codes}
        uploads = {one for spec in self.in_use for one in spec.uploads_ms()}
        uploads |= {one for point in self.memory.dense for one in self.spec[point].all_uploads_ms()}
        since = max(since_at, self._oldest_at())
        longest = max((one for spec in self.before.values() for one in spec.uploads_ms()), default=0)
        spans = due_between(codes, uploads, since - longest, self.tick_at, self.mark, self.zone)
        points = [np.flatnonzero(present(self.memory, span.start_at, span.end_at)) for span in spans]
        pairs = pairs_of(spans, points)
        return self._without_dense(pairs, since_at) if self.memory.dense else pairs

    def _without_dense(self, pairs: Pairs, since_at: int) -> Pairs:
        """Windows that rest on rows which were too many are made from the store, when they are due."""
        kept = np.ones(len(pairs.point), bool)
        for pair in np.flatnonzero(np.isin(pairs.point, list(self.memory.dense))).tolist():
            point, code, start_at, end_at = (int(column[pair]) for column in pairs)
            if self.memory.rests_on_dense(point, start_at, end_at):
                kept[pair] = False
                spec = self.spec[point]
                since = end_at + max(spec.all_uploads_ms() | self.before.get(point, spec).all_uploads_ms())
                if code in spec.codes and since > since_at:
                    self.soil_dense(point, start_at, "closed", self.applied)
        return Pairs(*(column[kept] for column in pairs))

    def _oldest_at(self) -> int:
        return min(self.memory.slots, default=0) * SLOT_MS

    def _table(self, pairs: Pairs) -> SpecTable:
        numbers: dict[Spec, int] = {}
        of_point = np.array([numbers.setdefault(spec, len(numbers)) for spec in self.spec], np.int64)
        now = then = before = of_point[pairs.point]
        if self.before:
            told = of_point.copy()
            for point, spec in self.before.items():
                told[point] = numbers.setdefault(spec, len(numbers))
            before = told[pairs.point]
        others = self._then(pairs)
        if others:
            then = now.copy()
            then[list(others)] = [numbers.setdefault(spec, len(numbers)) for spec in others.values()]
        return SpecTable(list(numbers), now, then, before)

    def _then(self, pairs: Pairs) -> dict[int, Spec]:
        """Specs of pairs whose window began when another one held than now."""
        found = {}
        for point in np.unique(pairs.point).tolist():
            if self.spec_then(point, 0) is not None:
                for pair in np.flatnonzero(pairs.point == point).tolist():
                    spec = self.spec_then(point, int(pairs.start_at[pair]))
                    if spec is not None and spec is not self.spec[point]:
                        found[pair] = spec
        return found

    # -- what leaves

    def release(self, now: int) -> None:
        """Let go of what is older than the memory at an instant."""
        mark = (now - self.memory_ms) // SLOT_MS * SLOT_MS
        if mark <= self.mark:
            return
        before, self.mark, self.changed = max(self.mark, self._oldest_at() - 2 * DAY_MS), mark, True
        self._soil_unpublished(before)
        for (point, start_at), day in self.dense_days.items():  # what was to be told of these days may begin before it
            self.soil(point, start_at, day.reason, day.offset)
        self._soil_touched()
        self.memory.release(mark)
        self.doubted = {key: series for key, series in self.doubted.items() if key[1] * QUARTER_MS >= mark}
        self.revisions = {key: some for key, some in self.revisions.items() if key[0] * SLOT_MS >= mark}

    def _soil_touched(self) -> None:
        """Changes that were not published yet leave the state with their hours: recompute is told now, not later."""
        for (point, quarter), touch in list(self.touches.items()):
            at = quarter * QUARTER_MS
            if at < self.mark:
                self.soil(point, at, touch.reason, touch.offset)
                if at < self.mark - SLOT_MS or not touch.meters:
                    del self.touches[point, quarter]

    def _soil_unpublished(self, from_at: int) -> None:
        """Windows that leave the memory before they were due are made from the store."""
        specs = {spec: max(spec.uploads_ms(), default=0) for spec in self.in_use}
        codes = {code for spec in specs for code in spec.codes}
        for span in starting(codes, from_at, self.mark, self.zone):
            late = {spec for spec, upload_ms in specs.items() if span.end_at + upload_ms > self.tick_at}
            if late:
                for point in np.flatnonzero(present(self.memory, span.start_at, span.end_at)).tolist():
                    if self.spec[point] in late:
                        self.soil(point, span.start_at, "closed", self.applied)
