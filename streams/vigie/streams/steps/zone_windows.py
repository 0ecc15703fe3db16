"""Windows of zones, communes, use cases and networks made again from the aggregates of their points in the store."""

from collections.abc import Mapping
from typing import Any

import psycopg

from vigie.streams.core.windows.across import zone_aggregates
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.members import members
from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.rows import Record
from vigie.streams.core.windows.work import ZoneWork
from vigie.streams.sinks.aggregate_queries import NamedStanding
from vigie.streams.sinks.part_queries import load_parts, points_heard, standing_of
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder

Connection = psycopg.Connection[Any]


class ZoneWindows:
    """Makes windows of subjects of many points.

    Args:
        encoder: of aggregates.v1.
    """

    def __init__(self, encoder: AggregateEncoder) -> None:
        self._encoder = encoder

    def again(self, connection: Connection, roster: Roster, work: ZoneWork) -> tuple[list[Record], int]:
        """The windows that differ from what stands, and how many were looked at."""
        records = []
        for window in work.windows:
            made = self._made(connection, roster, work.subject, window)
            held = standing_of(connection, work.subject, window)
            for one in self._changed(made, held, window, work):
                records.append(Record(work.subject.encode(), self._encoder.encode(one), 0, window.start_at))
        return records, len(work.windows)

    def _made(self, connection: Connection, roster: Roster, subject: str, window: Window) -> list[Aggregate]:
        taking = members(roster.view.memberships, subject, window)
        points = taking.points
        if points is None:
            points = points_heard(connection, subject.partition(":")[2], window)
        parts = load_parts(connection, sorted(points), window)
        above = roster.view.memberships.thresholds(subject)
        return zone_aggregates(subject, window.code, window, parts, taking.expected, above)

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


def _with(one: Aggregate, before: NamedStanding | None, reason: str) -> Aggregate:
    values = {name: getattr(one, name) for name in Aggregate.__struct_fields__}
    return Aggregate(**values | {"revision": 0 if before is None else before.revision + 1, "reason": reason})


def _empty(work: ZoneWork, name: str, window: Window, before: NamedStanding) -> Aggregate:
    return Aggregate(
        subject=work.subject, indicator=name, window_code=window.code, window_start=window.start_at,
        window_end=window.end_at, revision=before.revision + 1, count=0, minimum=None, mean=None, maximum=None,
        input_hash="0" * 16, reason=work.reason, quality=9,
    )  # fmt: skip
