"""Windows of many points at once: what each comes to, for every series whose time has come."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.windows.honest import Honest, honest
from vigie.streams.core.windows.owned.gather import AT_BITS, Pairs, Sheet, of_one_order, sheets_of
from vigie.streams.core.windows.owned.memory import Memory
from vigie.streams.core.windows.owned.specs import Spec
from vigie.streams.core.windows.statistics import Ints, Way, input_hashes, predecessors, statistics


class SpecTable(NamedTuple):
    """Specs of pairs, each spec once.

    Attributes:
        specs: all of them.
        now: (m,) which of them says until when each pair waits.
        then: (m,) which of them says how many readings each pair should have.
        before: (m,) which of them said it at the tick before.
    """

    specs: Sequence[Spec]
    now: Ints
    then: Ints
    before: Ints


class Made(NamedTuple):
    """What windows of one series come to.

    Attributes:
        series: property << 16 | channel.
        way: of the property.
        pairs: (m,) which pair each is of.
        rows: (m,) how many rows with a number it has.
        told: its numbers.
        hashes: of its inputs.
        fresh: (m,) whether it became due after the tick before.
    """

    series: int
    way: Way
    pairs: Ints
    rows: Ints
    told: Honest
    hashes: list[str]
    fresh: NDArray[np.bool_]


class Summary(NamedTuple):
    """What windows of points come to.

    Attributes:
        made: by series.
        subjects: (pairs,) number of whom the last row of the window names; -1 where there is no row.
        others: pair -> numbers of all that its rows name, where that is more than one.
    """

    made: list[Made]
    subjects: Ints
    others: Mapping[int, frozenset[int]]


def summarise(memory: Memory, pairs: Pairs, table: SpecTable, since_at: int, tick_at: int) -> Summary:
    """What windows come to, of every series that is due by a tick.

    Args:
        memory: of the partition.
        pairs: windows of points, at least one.
        table: their specs.
        since_at: the tick before: what became due after it is `fresh`.
        tick_at: the tick.
    """
    made: list[Made] = []
    subjects = np.full(len(pairs.point), -1, np.int64)
    last_at = np.full(len(pairs.point), -1, np.int64)
    others: dict[int, frozenset[int]] = {}
    for sheet in of_one_order(sheets_of(memory, pairs)):
        starts, ends = sheet.ranges(pairs)
        _name(sheet, starts, ends, subjects, last_at, others)
        made += _made(sheet, pairs, table, starts, ends, since_at, tick_at)
    return Summary(made, subjects, others)


def _name(
    sheet: Sheet, starts: Ints, ends: Ints, subjects: Ints, last_at: Ints, others: dict[int, frozenset[int]]
) -> None:
    """Note whom the windows' rows name."""
    filled = np.flatnonzero(ends > starts)
    last, before = ends[filled] - 1, subjects[filled]
    later = sheet.at_ms[last] > last_at[filled]
    last_at[filled[later]] = sheet.at_ms[last[later]]
    subjects[filled[later]] = sheet.subjects[last[later]]
    changes = np.zeros(len(sheet.key), np.int64)
    np.cumsum(sheet.subjects[1:] != sheet.subjects[:-1], out=changes[1:])
    several = (changes[last] != changes[starts[filled]]) | ((before >= 0) & (before != sheet.subjects[last]))
    for place in np.flatnonzero(several).tolist():
        pair = int(filled[place])
        own = set(sheet.subjects[starts[pair] : ends[pair]].tolist())
        others[pair] = others.get(pair, frozenset()) | own | ({int(before[place])} - {-1})


def _made(
    sheet: Sheet, pairs: Pairs, table: SpecTable, starts: Ints, ends: Ints, since_at: int, tick_at: int
) -> list[Made]:
    columns = [spec.columns(sheet.layout) for spec in table.specs]
    uploads = np.stack([one.upload_ms for one in columns])
    due_at, end_at = pairs.end_at[:, None] + uploads[table.now], pairs.end_at[:, None]
    fresh = (due_at if table.before is table.now else end_at + uploads[table.before]) > since_at
    steps = np.stack([one.step_s for one in columns])[table.then]
    wanted = np.stack([one.wanted for one in columns])[table.now, :, pairs.code]
    chosen = wanted & (due_at <= tick_at) & (ends > starts)[:, None]
    found: list[Made] = []
    for way in dict.fromkeys(sheet.layout.ways):
        places = [place for place, one in enumerate(sheet.layout.ways) if one is way]
        found += _of_way(sheet, pairs, way, places, starts, ends, chosen, steps, fresh)
    return found


def _of_way(
    sheet: Sheet, pairs: Pairs, way: Way, places: list[int], starts: Ints, ends: Ints, chosen: NDArray[np.bool_],
    steps: Ints, fresh: NDArray[np.bool_],
) -> list[Made]:  # fmt: skip
    """Series of one way, all their windows in one call: their values stand one series after another."""
    count = len(sheet.key)
    some = [np.flatnonzero(chosen[:, place]) for place in places]
    whole = np.concatenate(some)
    if not len(whole):
        return []
    at = np.tile(sheet.at_ms, len(places))
    values = np.ascontiguousarray(sheet.values[:, places].T).ravel()
    flags = np.ascontiguousarray(sheet.flags[:, places].T).ravel()
    offsets = np.repeat(np.arange(len(places)) * count, [len(one) for one in some])
    firsts, lasts = starts[whole] + offsets, ends[whole] + offsets
    before = None
    if way is Way.METER:
        before = np.concatenate([
            _before(sheet, pairs, place, chosen, starts, number * count)
            for number, (place, chosen) in enumerate(zip(places, some, strict=True))
        ])  # fmt: skip
    numbers = statistics(way, values, at, flags, firsts, lasts, before)
    step_s = np.concatenate([steps[one, place] for one, place in zip(some, places, strict=True)])
    told = honest(way, numbers, (pairs.end_at - pairs.start_at)[whole], step_s)
    hashes = input_hashes(values, at, flags, firsts, lasts, before)
    found, begin = [], 0
    for place, own in zip(places, some, strict=True):
        piece = slice(begin, begin + len(own))
        begin += len(own)
        found.append(
            Made(sheet.layout.series[place], way, own, (ends - starts)[own], _slice(told, piece), hashes[piece],
                 fresh[own, place])
        )  # fmt: skip
    return found


def _slice(told: Honest, piece: slice) -> Honest:
    of = told.statistics
    cut = type(of)(**{name: getattr(of, name)[piece] for name in of.__slots__})
    return Honest(cut, told.expected[piece], told.completeness[piece], told.quality[piece])


def _before(sheet: Sheet, pairs: Pairs, place: int, chosen: Ints, starts: Ints, offset: int) -> Ints:
    """The good reading of the same point before each window: instants behind the point's number, rising as a whole."""
    rows = predecessors(
        sheet.key, sheet.flags[:, place], starts[chosen],
        pairs.point[chosen] << AT_BITS | (pairs.start_at[chosen] - sheet.origin_at),
    )  # fmt: skip
    return np.where(rows >= 0, rows + offset, -1)
