"""Windows of points made again from the complete set of readings in the store: load, make, compare, encode."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from vigie.streams.core.fleet.view import FleetView, Point
from vigie.streams.core.windows.again import Bounds, Series, compare, make
from vigie.streams.core.windows.parts_again import parts_again, told_windows
from vigie.streams.core.windows.plan import METER_REACH_MS, OWNED_CODES, ROLLING_CODES, Span, bounds, codes_of, steps_of
from vigie.streams.core.windows.rows import Remade, records
from vigie.streams.core.windows.series_name import indicator_name, series_of
from vigie.streams.core.windows.statistics import Way, way_of
from vigie.streams.core.windows.track import track
from vigie.streams.sinks.aggregate_queries import indicators_standing, load_standing
from vigie.streams.sinks.part_queries import networks_of
from vigie.streams.sinks.reading_queries import load_tracks
from vigie.topics.aggregate_encoder import AggregateEncoder

Connection = psycopg.Connection[Any]

POINT_DAYS = 1000
"""So many points times days at most are loaded at once: some half a million readings."""
DENSE_POINT_DAYS = 8
"""Of dense points: with a reading per second, as much."""
DAY_MS = 86_400_000
ADDING = frozenset({"closed", "late"})
"""Reasons for which readings come and none goes."""


class PointWindows:
    """Makes windows of properties at points.

    Args:
        encoder: of aggregates.v1.
        zone: IANA name of the legal time.
    """

    def __init__(self, encoder: AggregateEncoder, zone: str) -> None:
        self._encoder, self._zone = encoder, zone

    def portions(self, span: Span) -> Iterator[Span]:
        """A span in pieces that fit into memory: some of its points each."""
        days = max((span.to_at - span.from_at) // DAY_MS + 1, 1)
        names = sorted(span.points)
        most = DENSE_POINT_DAYS if any(asked.dense for asked in span.points.values()) else POINT_DAYS
        size = max(most // days, 1)
        for begin in range(0, len(names), size):
            yield span._replace(points={name: span.points[name] for name in names[begin : begin + size]})

    def again(
        self,
        connection: Connection,
        view: FleetView,
        span: Span,
        codes: Sequence[str] = OWNED_CODES,
        properties: Sequence[int] | None = None,
    ) -> Iterator[Remade]:
        """The windows of some points, one code after the other.

        Args:
            connection: to the store.
            view: the fleet.
            span: points and days, as many as fit (`portions`).
            codes: that every series has; where these are OWNED_CODES, those that the fleet asks for are made too.
            properties: ids; None for all.
        """  # fmt: skip
        made_by_owner = tuple(codes) == OWNED_CODES
        reach = [bounds(code, span.from_at, span.to_at + METER_REACH_MS, self._zone) for code in codes]
        if made_by_owner:
            reach += [bounds(code, span.from_at, span.to_at, self._zone) for code in self._rolling(view, span)]
        from_at = min(int(one.starts[0]) for one in reach) - METER_REACH_MS
        series = self._series(connection, view, span, from_at, max(int(one.ends[-1]) for one in reach), properties)
        by_code: dict[str, list[int]] = {}
        for place, one in enumerate(series):
            point, number = one.subject.removeprefix("point:"), one.track.property
            for code in codes_of(view, point, number, codes) if made_by_owner else codes:
                by_code.setdefault(code, []).append(place)
        for code, places in by_code.items():
            windows = bounds(code, span.from_at, self._to_at(series, places, span), self._zone)
            yield self._compared(connection, view, series, places, windows)

    def _rolling(self, view: FleetView, span: Span) -> set[str]:
        asked = {code for point in span.points for codes in view.windows_asked(point).values() for code in codes}
        return asked & {"30m", *ROLLING_CODES}

    def _to_at(self, series: Sequence[Series], places: Sequence[int], span: Span) -> int:
        """A meter's reading also changes the window of the next one."""
        meters = any(way_of(series[place].track.property) is Way.METER for place in places)
        return span.to_at + (METER_REACH_MS if meters else 0)

    def _series(
        self, connection: Connection, view: FleetView, span: Span, from_at: int, to_at: int,
        properties: Sequence[int] | None,
    ) -> list[Series]:  # fmt: skip
        loaded = load_tracks(connection, sorted(span.points), from_at, to_at, properties)
        stood = self._stood(connection, span, from_at, to_at)
        found = []
        for point, asked in sorted(span.points.items()):
            tracks = loaded[point]
            said = view.point_at(point, span.from_at)
            expected = {one[:2] for one in said.series} if said else set()
            expected |= stood.get(f"point:{point}", set())
            if properties is not None:
                expected = {key for key in expected if key[0] in properties}
            for number, channel in sorted(tracks.keys() | expected):
                one = tracks.get((number, channel)) or track([], [], property_id=number, channel=channel)
                steps = steps_of(view, point, number, channel)
                own = (
                    asked._replace(ended_by=asked.ended_by - _upload_ms(said, number, channel))
                    if asked.dense
                    else asked
                )
                found.append(Series(f"point:{point}", indicator_name(number, channel), one, steps, *own))
        return found

    def _stood(self, connection: Connection, span: Span, from_at: int, to_at: int) -> dict[str, set[tuple[int, int]]]:
        """Series that may have lost all their readings: what nobody announced of a point is known by what stands."""
        losing = [f"point:{point}" for point, asked in span.points.items() if asked.reason not in ADDING]
        found: dict[str, set[tuple[int, int]]] = {}
        for subject, indicator in indicators_standing(connection, losing, from_at, to_at) if losing else ():
            number, channel = series_of(indicator)
            if number is not None:
                found.setdefault(subject, set()).add((number, channel))
        return found

    def _compared(
        self, connection: Connection, view: FleetView, series: Sequence[Series], places: Sequence[int], windows: Bounds
    ) -> Remade:
        chosen = [series[place] for place in places]
        made = make(chosen, range(len(chosen)), windows)
        names = [(one.subject, one.indicator) for one in chosen]
        standing = load_standing(connection, names, windows.code, int(windows.starts[0]), int(windows.starts[-1]) + 1)
        changes = compare(made, standing, chosen, windows)
        done = Remade(list(records(self._encoder, made, standing, changes, chosen)), changes.looked_at)
        if not any(one.dense for one in chosen) or not done.records:
            return done
        told = told_windows(made, standing, changes, chosen)
        points = sorted({point for point, _ in told})
        span = min(start_at for _, start_at in told), max(one.end_at for one in told.values())
        return done._replace(parts=parts_again(view, networks_of(connection, points, span), made, told, chosen))


def _upload_ms(said: Point | None, number: int, channel: int) -> int:
    if said is None:
        return 0
    own = (one.upload_s for one in said.series if (one.property, one.channel) == (number, channel))
    return next(own, said.upload_s) * 1000
