"""Does pieces of work: loads, makes, compares, encodes; in the thread of the session with the database."""

from collections.abc import Iterator
from typing import Any

import psycopg

from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.rows import Remade
from vigie.streams.core.windows.work import NamedWork, SeriesWork, Work, ZoneWork
from vigie.streams.steps.indicator_engine import IndicatorEngine
from vigie.streams.steps.point_windows import PointWindows
from vigie.streams.steps.zone_windows import ZoneWindows
from vigie.topics.aggregate_encoder import AggregateEncoder

Connection = psycopg.Connection[Any]


class WindowMaker:
    """Does work of every kind.

    Args:
        encoder: of aggregates.v1.
        zone: IANA name of the legal time.
    """

    def __init__(self, encoder: AggregateEncoder, zone: str) -> None:
        self._points = PointWindows(encoder, zone)
        self._engine = IndicatorEngine(encoder, zone)
        self._zones = ZoneWindows(encoder)

    def portions(self, roster: Roster, work: Work) -> Iterator[Work]:
        """Work in parts that fit into memory."""
        if isinstance(work, SeriesWork):
            for span in self._points.portions(work.span):
                yield work._replace(span=span)
        elif isinstance(work, NamedWork):
            if work.indicator in roster.indicators:
                yield from self._engine.portions(roster, work)
        else:
            yield work

    def do(self, connection: Connection, roster: Roster, work: Work, job: object) -> Remade:
        """Do a part of a job; what did not change is not among the records."""
        if isinstance(work, ZoneWork):
            return self._zones.again(connection, roster, work)
        if isinstance(work, NamedWork):
            return self._engine.compute(connection, roster, work, job)
        done = list(self._points.again(connection, roster.view, work.span, work.codes, work.properties))
        return Remade(
            [record for one in done for record in one.records], sum(one.looked_at for one in done),
            [part for one in done for part in one.parts],
        )  # fmt: skip
