"""Baselines, made by recompute from the store once a night and when somebody asks, and published on `baselines`.

It goes in portions of points: read, computed, published, so that 20,000 of them need no more memory than fifty. What
stands on the topic is replaced point by point; killed anywhere, all of it is made again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.detect.baseline_made import KINDS, WEEKS, baseline_of
from vigie.streams.core.detect.baseline_prior import Likes
from vigie.streams.core.fleet.view import FleetView, Point
from vigie.streams.core.windows.track import track
from vigie.streams.settings import Settings
from vigie.streams.sinks import baseline_runs
from vigie.streams.sinks.reading_queries import load_tracks
from vigie.streams.sinks.session import Session
from vigie.streams.transport.output import Output
from vigie.streams.transport.step import Outputs
from vigie.topics import baseline
from vigie.topics.baseline import Baseline
from vigie.topics.property import PROPERTIES

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
Made = list[tuple[str, list[Baseline]]]
"""Points with their baselines."""

HOUR = 4
"""Legal hour from which the night's are made: the day that is over has mostly come."""
LOOK_S = 2.0
PORTION = 50
"""Points that are read together: 8 weeks of 5 series at 15 minutes are 1.3 million readings."""
HOUR_MS, WEEK_MS = 3_600_000, 604_800_000
MADE_OF = frozenset(number for number, one in PROPERTIES.items() if one.kind in KINDS)

series_made = Counter("vigie_baselines_made", "Baselines of series made and published.", registry=metrics.REGISTRY)


class Baselines:
    """Makes them, while its worker is the active one.

    Args:
        settings: of the installation.
        output: sends and confirms.
        view: the fleet in force.
        tick_at: the last minute that has come, epoch ms; 0 before the first.
        clock: now, epoch seconds.
    """

    def __init__(
        self, settings: Settings, output: Output, view: Callable[[], FleetView], tick_at: Callable[[], int],
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._settings, self._output, self._view = settings, output, view
        self._tick_at, self._clock = tick_at, clock
        self._session = Session(settings)

    async def run(self) -> None:
        """Look for what is due, for ever."""
        try:
            while True:
                number = await self._session.run(partial(baseline_runs.due, morning=self._morning()))
                if number is not None:
                    points, series = await self.make()
                    await self._session.run(partial(baseline_runs.note, number=number, points=points, series=series))
                    log.info("Baselines of %d series at %d points are made", series, points)
                await asyncio.sleep(LOOK_S)
        finally:
            await self._session.close()

    async def make(self) -> tuple[int, int]:
        """Make and publish all; returns how many points, and how many series, have one."""
        likes, now = Likes(), self._now()
        points = series = 0
        chosen = list(_points(self._view(), now))
        for begin in range(0, len(chosen), PORTION):
            portion = chosen[begin : begin + PORTION]
            made = await self._session.run(partial(_made, points=portion, zone=self._settings.timezone, now=now))
            by_point = {one.id: one for one in portion}
            complete = [(name, of) for name, of in made if of and likes.take(name, by_point[name].use_case, of)]
            points, series = points + len(complete), series + await self._publish(complete)
        rest = [(name, of) for name, of in likes.filled() if of]
        return points + len(rest), series + await self._publish(rest)

    async def _publish(self, made: Made) -> int:
        out = Outputs()
        for name, of in made:
            out.send("baselines", name.encode(), baseline.encode(of))
        if made:
            await self._output.send(out)
            metrics.records_out.labels("recompute", "baselines").inc(len(made))
        count = sum(len(of) for _, of in made)
        series_made.inc(count)
        return count

    def _now(self) -> int:
        """Full hour, epoch ms: of the clock, or of a recorded day's ticks."""
        live = self._settings.ticks == "live" or not self._tick_at()
        return int(self._clock() * 1000 if live else self._tick_at()) // HOUR_MS * HOUR_MS

    def _morning(self) -> datetime | None:
        """When the last night's were due; None for a recorded day, which has no nights."""
        if self._settings.ticks != "live":
            return None
        now = datetime.fromtimestamp(self._clock(), ZoneInfo(self._settings.timezone))
        morning = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
        return morning if now >= morning else morning - timedelta(days=1)


def _points(view: FleetView, now: int) -> Iterator[Point]:
    """Points that measure now something that has a baseline."""
    for name in sorted(view.memberships.points.versions):
        point = view.point_at(name, now)
        if point is not None and any(one.property in MADE_OF for one in point.series):
            yield point


def _made(connection: Connection, points: list[Point], zone: str, now: int) -> Made:
    """Baselines of each point, of all series that the fleet expects."""
    from_at = now - WEEKS * WEEK_MS
    wanted = sorted({one.property for point in points for one in point.series} & MADE_OF)
    tracks = load_tracks(connection, [point.id for point in points], from_at, now, wanted)
    return [
        (
            point.id,
            [
                baseline_of(
                    tracks[point.id].get((one.property, one.channel))
                    or track([], [], property_id=one.property, channel=one.channel),
                    point.id, zone, now, from_at, now,
                )
                for one in point.series
                if one.property in MADE_OF
            ],
        )
        for point in points
    ]  # fmt: skip
