"""What windows of zones are made of again: the aggregates of their points, and which points a network heard."""

from collections.abc import Sequence
from typing import Any

import psycopg

from vigie.streams.core.windows.legal import Window
from vigie.streams.sinks.aggregate_queries import NamedStanding
from vigie.topics.property import BY_NAME
from vigie.topics.zone_part import Part

Connection = psycopg.Connection[Any]

_PARTS = (
    "SELECT subject, indicator, count, excluded, minimum, mean, maximum, sum, value, quality FROM aggregate"
    " WHERE subject = ANY(%s) AND window_code = %s AND window_start = to_timestamp(%s / 1000.0)"
    " AND indicator = ANY(%s) AND count + excluded > 0"
)
_HEARD = (
    "SELECT DISTINCT point FROM observation WHERE network = %s AND NOT withdrawn"
    " AND observed_at >= to_timestamp(%s / 1000.0) AND observed_at < to_timestamp(%s / 1000.0)"
)
_STANDING = (
    "SELECT indicator, revision, count, input_hash, definition FROM aggregate WHERE subject = %s AND window_code = %s"
    " AND window_start = to_timestamp(%s / 1000.0) AND definition = ''"
)


def load_parts(connection: Connection, points: Sequence[str], window: Window) -> dict[str, list[Part]]:
    """The series of points in one window, as they stand.

    Args:
        connection: to the store.
        points: ids.
        window: of a code that points have.
    """
    found: dict[str, list[Part]] = {}
    names = _names(connection, points, window)
    values = ([f"point:{point}" for point in points], window.code, window.start_at, names)
    with connection.cursor(binary=True) as cursor:
        for subject, indicator, *numbers in cursor.execute(_PARTS.encode(), values):
            name, _, channel = indicator.partition("#")
            part = Part(BY_NAME[name].id, int(channel or 0), *numbers)
            found.setdefault(subject.removeprefix("point:"), []).append(part)
    return found


def _names(connection: Connection, points: Sequence[str], window: Window) -> list[str]:
    """Properties, with their channels, that stand in a window."""
    rows = connection.execute(
        "SELECT DISTINCT indicator FROM aggregate WHERE subject = ANY(%s) AND window_code = %s"
        " AND window_start = to_timestamp(%s / 1000.0)",
        ([f"point:{point}" for point in points], window.code, window.start_at),
    )
    return [name for (name,) in rows if name.partition("#")[0] in BY_NAME]


def points_heard(connection: Connection, network: str, window: Window) -> frozenset[str]:
    """Points of which something was heard through a network in a window."""
    rows = connection.execute(_HEARD, (network, window.start_at, window.end_at))
    return frozenset(point for (point,) in rows)


def standing_of(connection: Connection, subject: str, window: Window) -> dict[str, NamedStanding]:
    """What stands of a subject of many points in a window, by property; named indicators are left out."""
    rows = connection.execute(_STANDING, (subject, window.code, window.start_at))
    return {name: NamedStanding(*rest) for name, *rest in rows if name.partition("#")[0] in BY_NAME}


def networks(connection: Connection) -> tuple[str, ...]:
    """Networks that the fleet or the reliability of some day names."""
    rows = connection.execute(
        "SELECT 'network:' || id FROM fleet_object WHERE kind = 'network'"
        " UNION SELECT subject FROM reliability WHERE subject LIKE 'network:%' AND day > now() - interval '40 days'"
    )
    return tuple(sorted(name.removeprefix("network:") for (name,) in rows))


def networks_of(connection: Connection, points: Sequence[str], span: tuple[int, int]) -> dict[str, list[str]]:
    """Through which networks points were heard in a span (epoch ms UTC).

    Args:
        connection: to the store.
        points: ids.
        span: first instant, and the instant after the last.
    """
    rows = connection.execute(
        "SELECT DISTINCT o.point, o.network FROM unnest(%s::text[]) AS w (point) CROSS JOIN LATERAL"
        " (SELECT point, network FROM observation WHERE point = w.point AND NOT withdrawn"
        " AND observed_at >= to_timestamp(%s / 1000.0) AND observed_at < to_timestamp(%s / 1000.0) OFFSET 0) o",
        (list(points), *span),
    )
    found: dict[str, list[str]] = {}
    for point, network in rows:
        found.setdefault(point, []).append(network)
    return found
