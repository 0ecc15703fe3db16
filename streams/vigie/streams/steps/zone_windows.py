"""Windows of zones, communes, use cases and networks made again from the aggregates of their points in the store."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

import psycopg

from vigie.streams.core.windows.across import zone_aggregates
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.members import members
from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.rows import Record, Remade
from vigie.streams.core.windows.series_name import series_of
from vigie.streams.core.windows.work import ZoneWork
from vigie.streams.sinks.aggregate_queries import NamedStanding, indicators_standing, load_named
from vigie.streams.sinks.part_queries import load_parts, points_heard
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.property import BY_NAME

Connection = psycopg.Connection[Any]


class ZoneWindows:
    """Makes windows of subjects of many points.

    Args:
        encoder: of aggregates.v1.
    """

    def __init__(self, encoder: AggregateEncoder) -> None:
        self._encoder = encoder

    def again(self, connection: Connection, roster: Roster, work: ZoneWork) -> Remade:
        """The windows that differ from what stands, and how many were looked at."""
        records = []
        for _, group in groupby(work.windows, key=attrgetter("code")):
            windows = list(group)
            for window, made, held in self._made(connection, roster, work.subject, windows):
                for one in self._changed(made, held, window, work):
                    records.append(Record(work.subject.encode(), self._encoder.encode(one), 0, window.start_at))
        return Remade(records, len(work.windows))

    def _made(
        self, connection: Connection, roster: Roster, subject: str, windows: list[Window]
    ) -> Iterator[tuple[Window, list[Aggregate], Mapping[str, NamedStanding]]]:
        """Windows of one code, what they come to, and what stands of them by property."""
        taking = {window: members(roster.view.memberships, subject, window) for window in windows}
        points = {window: one.points or frozenset() for window, one in taking.items()}
        if any(one.points is None for one in taking.values()):
            heard = points_heard(connection, subject.partition(":")[2], windows)
            points = {window: frozenset(heard[window.start_at]) for window in windows}
        everybody = sorted(set().union(*points.values()))
        held = load_named(connection, [subject], None, windows[0].code, windows[0].start_at, windows[-1].end_at)
        standing = {key[1]: _of_properties(named) for key, named in held.items()}
        parts = load_parts(connection, everybody, _names(connection, everybody, windows), windows)
        above = roster.view.memberships.thresholds(subject)
        for window in windows:
            there = parts.get(window.start_at, {})
            mine = {point: there[point] for point in points[window] if point in there}
            made = zone_aggregates(subject, window.code, window, mine, taking[window].expected, above)
            yield window, made, standing.get(window.start_at, {})

    def _changed(
        self, made: list[Aggregate], held: Mapping[str, NamedStanding], window: Window, work: ZoneWork
    ) -> list[Aggregate]:
        found = {one.indicator: one for one in made}
        changed = [
            _with(one, held.get(name), work.reason)
            for name, one in sorted(found.items())
            if name not in held or held[name].input_hash != one.input_hash
        ]
        for name in sorted(held.keys() - found.keys()):
            if held[name].count:
                changed.append(_empty(work, name, window, held[name]))
        return changed


def _names(connection: Connection, points: Iterable[str], windows: list[Window]) -> list[str]:
    """What stands of these points, announced or not: a battery's level is not."""
    subjects = [f"point:{point}" for point in points]
    found = {name for _, name in indicators_standing(connection, subjects, windows[0].start_at, windows[-1].end_at)}
    return sorted(name for name in found if series_of(name)[0] is not None)


def _of_properties(named: Mapping[str, NamedStanding]) -> dict[str, NamedStanding]:
    return {name: one for name, one in named.items() if name.partition("#")[0] in BY_NAME}


def _with(one: Aggregate, before: NamedStanding | None, reason: str) -> Aggregate:
    values = {name: getattr(one, name) for name in Aggregate.__struct_fields__}
    return Aggregate(**values | {"revision": 0 if before is None else before.revision + 1, "reason": reason})


def _empty(work: ZoneWork, name: str, window: Window, before: NamedStanding) -> Aggregate:
    return Aggregate(
        subject=work.subject, indicator=name, window_code=window.code, window_start=window.start_at,
        window_end=window.end_at, revision=before.revision + 1, count=0, minimum=None, mean=None, maximum=None,
        input_hash="0" * 16, reason=work.reason, quality=9,
    )  # fmt: skip
