"""A rule tried on the store: what it needs is read, with baselines made of the weeks before where it asks for them."""

from collections.abc import Sequence
from typing import Any

import psycopg

from vigie.streams.core.detect.baseline_made import baseline_of
from vigie.streams.core.detect.rule import rules
from vigie.streams.core.detect.trial import Trial, Tried
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.fleet.words import StatedRule
from vigie.streams.sinks.reading_queries import load_tracks
from vigie.streams.sinks.trial_queries import readings, windows
from vigie.topics.baseline import Baseline
from vigie.topics.property import BY_NAME

Connection = psycopg.Connection[Any]

HISTORY_MS = 56 * 86_400_000
"""Baselines look back so far."""


def tried(
    connection: Connection, view: FleetView, stated: StatedRule, points: Sequence[str], from_at: int, to_at: int,
    zone: str,
) -> Tried:  # fmt: skip
    """What a rule would have said of points in a span.

    Args:
        connection: to the store.
        view: the fleet.
        stated: the rule.
        points: ids that it is for.
        from_at: epoch ms UTC, inclusive.
        to_at: the same, exclusive.
        zone: of legal time.
    """
    own = rules()[stated.base or stated.id]
    if own.indicators or stated.indicators:
        trial = Trial(view, stated, zone)
        names = [one.partition("#")[0] for one in stated.indicators or own.indicators]
        names = list(BY_NAME) if "*" in names else names
        subjects = [*(f"point:{one}" for one in points), *(f"zone:{one}" for one in stated.zones)]
        trial.windows(windows(connection, names, subjects, from_at, to_at))
        return trial.tried(to_at)
    read = list(points)
    if own.wants_neighbours:  # the others of their groups say what is usual
        groups = {one.buddy_group for name in points for one in view.versions_of_point(name)} - {""}
        versions = view.memberships.points.versions
        read = sorted(name for name, found in versions.items() if any(one.buddy_group in groups for one in found))
    trial = Trial(view, stated, zone, _Baselines(connection, zone) if own.wants_baseline else None)
    if own.wants_baseline:  # asked of the same connection: a point's readings are all here before
        for name in read:
            trial.readings(list(readings(connection, [name], from_at, to_at)))
    else:
        trial.readings(readings(connection, read, from_at, to_at), beside=own.wants_neighbours)
    return trial.tried(to_at)


class _Baselines:
    """Baselines as they would have been made: of the eight weeks before."""

    def __init__(self, connection: Connection, zone: str) -> None:
        self._connection, self._zone = connection, zone

    def __call__(self, point: str, key: int, at: int) -> Baseline | None:
        found = load_tracks(self._connection, [point], at - HISTORY_MS, at, [key >> 16])[point]
        track = found.get((key >> 16, key & 0xFFFF))
        if track is None or not len(track):
            return None
        return baseline_of(track, point, self._zone, at, at - HISTORY_MS, at)
