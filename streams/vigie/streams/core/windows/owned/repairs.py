"""Observations that are not simply newer than all before them, and the windows that they change."""

import numpy as np

from vigie.streams.core.windows.legal import HOUR_MS, QUARTER_MS, windows_holding
from vigie.streams.core.windows.owned.due import Span
from vigie.streams.core.windows.owned.gather import Pairs, sheets_of
from vigie.streams.core.windows.owned.held import Held
from vigie.streams.core.windows.owned.memory import Found, Key
from vigie.streams.core.windows.owned.reader import Observed
from vigie.streams.core.windows.owned.specs import CODES
from vigie.streams.core.windows.owned.touch import Repair, Touch, is_nothing, seen
from vigie.streams.core.windows.statistics import MOST_GOOD, PREDECESSOR_MS

_REACH_MS = PREDECESSOR_MS + 25 * HOUR_MS
"""How far from a meter's reading the next one may be that is in a window which begins at most four hours after it."""

Repairs = dict[tuple[int, Span], Repair]
"""Number of a point and a window -> what has changed in it."""


def settle(held: Held, others: dict[Key, tuple[int, Observed]]) -> None:
    """Take observations that may be known, each the highest revision of its name in this batch."""
    known = held.memory.find(others)
    for key, (offset, one) in others.items():
        found = known.get(key)
        if found is None:
            _add(held, key[0], one, offset)
        else:
            _replace(held, key[0], found, one, offset)


def _add(held: Held, point: int, one: Observed, offset: int) -> None:
    held.memory.append(point, one)
    held.memory.newest[point] = max(held.memory.newest[point], one.observed_at)
    is_due = one.observed_at < held.tick_at - held.spec[point].columns(one.layout).least_upload_ms
    if is_nothing(one):
        if held.unsure:
            held.doubt(point, one, offset, one.layout.series)
    elif is_due:
        held.touched(point, one, offset, one.layout.series, 1)


def _replace(held: Held, point: int, found: Found, one: Observed, offset: int) -> None:
    """A name that is known: the higher revision counts."""
    store = found.store
    row = store.rows()[found.place]
    word = store.words[int(row["code"])]
    if one.revision <= word.revision:
        return
    before = {} if word.withdrawn else seen(store.layout.series, word.flags, row["value"].tolist())
    after = {} if one.withdrawn else seen(one.layout.series, one.flags, one.values)
    held.memory.kill(point, found)
    held.memory.append(point, one)
    changed = {series for series in before.keys() | after.keys() if before.get(series) != after.get(series)}
    moved = bool(before) and word.subjects != one.subjects
    if held.unsure:
        held.doubt(point, one, offset, before.keys() - after.keys())
    if changed or moved:
        touch = held.touched(point, one, offset, changed, 0)
        for series in before.keys() - after.keys():
            touch.added[series] = touch.added.get(series, 0) - 1
        for series in after.keys() - before.keys():
            touch.added[series] = touch.added.get(series, 0) + 1
        touch.meters.update((series, one.observed_at) for series in store.layout.meters)
        if moved or not after:
            touch.subjects.add(held.memory.subjects.setdefault(word.subjects, len(held.memory.subjects)))


def repairs_of(held: Held) -> Repairs:
    """The windows that touches change, those that are due; days of those that are not held here become dirty."""
    found: Repairs = {}
    for (point, quarter), touch in held.touches.items():
        at = quarter * QUARTER_MS
        for code in held.spec[point].codes:
            for window in windows_holding(CODES[code], at, held.zone):
                _note(held, found, point, Span(code, window.start_at, window.end_at), at, touch)
    _note_next(held, found)
    return found


def _note(held: Held, found: Repairs, point: int, span: Span, at: int, touch: Touch) -> None:
    if span.start_at < held.mark:
        held.soil(point, at, touch.reason, touch.offset)
    elif span.end_at <= held.tick_at:
        if held.memory.rests_on_dense(point, span.start_at, span.end_at):
            held.soil_dense(point, span.start_at, touch.reason, touch.offset)
            return
        repair = found.get((point, span))
        if repair is None:
            repair = found[point, span] = Repair()
        repair.take(touch)


def _note_next(held: Held, found: Repairs) -> None:
    """Windows whose first reading of a meter is compared with one that changed."""
    asked: dict[int, set[tuple[int, int]]] = {}
    reasons = {}
    for (point, _), touch in held.touches.items():
        for series, at in touch.meters:
            asked.setdefault(series, set()).add((point, at))
            reasons[point] = touch
            if held.memory.is_dense(point, at, at + _REACH_MS):  # the next reading may be one that is not kept
                held.soil_dense(point, at, touch.reason, touch.offset)
    for series, changes in asked.items():
        for point, at, next_at in _next(held, series, sorted(changes)):
            for code in held.spec[point].codes:
                for window in windows_holding(CODES[code], next_at, held.zone):
                    if at < window.start_at <= at + PREDECESSOR_MS:
                        _note_meter(held, found, point, Span(code, window.start_at, window.end_at), series,
                                    reasons[point])  # fmt: skip


def _note_meter(held: Held, found: Repairs, point: int, span: Span, series: int, touch: Touch) -> None:
    if span.start_at < held.mark:
        held.soil(point, span.start_at, touch.reason, touch.offset)
    elif span.end_at <= held.tick_at and not held.memory.rests_on_dense(point, span.start_at, span.end_at):
        repair = found.get((point, span))
        if repair is None:
            repair = found[point, span] = Repair()
            repair.reason = touch.reason
        repair.changed.add(series)


def _next(held: Held, series: int, changes: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Point, instant and the instant of each reading of a series after it, up to the next good one or a day's reach."""
    points, instants = np.array(changes, np.int64).T
    pairs = Pairs(points, np.zeros_like(points), instants, instants + _REACH_MS)
    found = []
    for sheet in sheets_of(held.memory, pairs):
        if series not in sheet.layout.series:
            continue
        flags = sheet.flags[:, sheet.layout.series.index(series)]
        count = len(flags)
        good = np.where((flags != 0) & (flags <= MOST_GOOD), np.arange(count), count)
        following = np.minimum.accumulate(good[::-1])[::-1]
        _, spots = sheet.ranges(pairs._replace(end_at=instants + 1))
        for place, spot in enumerate(spots.tolist()):
            last = int(following[spot]) + 1 if spot < count else spot
            for row in range(spot, min(last, count)):
                if sheet.point[row] != points[place] or sheet.at_ms[row] >= instants[place] + _REACH_MS:
                    break
                found.append((int(points[place]), int(instants[place]), int(sheet.at_ms[row])))
    return found
