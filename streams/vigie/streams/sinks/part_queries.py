"""What windows of zones are made of again: the aggregates of their points, and which points a network heard."""

from collections.abc import Sequence
from typing import Any

import psycopg

from vigie.streams.core.windows.legal import Window
from vigie.topics.property import BY_NAME
from vigie.topics.zone_part import Part

Connection = psycopg.Connection[Any]

_PARTS = (
    "SELECT (extract(epoch FROM a.window_start) * 1000)::bigint, w.point, a.indicator, a.count, a.excluded, a.minimum,"
    " a.mean, a.maximum, a.sum, a.value, a.quality FROM unnest(%s::text[]) AS w (point)"
    " CROSS JOIN unnest(%s::text[]) AS n (name)"
    " CROSS JOIN LATERAL (SELECT * FROM aggregate g WHERE g.subject = 'point:' || w.point AND g.indicator = n.name"
    " AND g.window_code = %s AND g.window_start >= to_timestamp(%s / 1000.0)"
    " AND g.window_start <= to_timestamp(%s / 1000.0) AND g.count + g.excluded > 0 OFFSET 0) a"
)
_HEARD = (
    "SELECT DISTINCT width_bucket(observed_at, ARRAY(SELECT to_timestamp(s / 1000.0) FROM unnest(%s::bigint[]) s)),"
    " point FROM observation WHERE network = %s AND NOT withdrawn"
    " AND observed_at >= to_timestamp(%s / 1000.0) AND observed_at < to_timestamp(%s / 1000.0)"
)


def load_parts(
    connection: Connection, points: Sequence[str], names: Sequence[str], windows: Sequence[Window]
) -> dict[int, dict[str, list[Part]]]:
    """The series of points in windows of one code, as they stand.

    Args:
        connection: to the store.
        points: ids.
        names: of properties, with `#channel` where that is not 0.
        windows: by rising start.

    Returns:
        Start of the window -> point -> its series.
    """
    found: dict[int, dict[str, list[Part]]] = {}
    values = (list(points), list(names), windows[0].code, windows[0].start_at, windows[-1].start_at)
    with connection.cursor(binary=True) as cursor:
        for start_at, point, indicator, *numbers in cursor.execute(_PARTS.encode(), values):
            name, _, channel = indicator.partition("#")
            part = Part(BY_NAME[name].id, int(channel or 0), *numbers)
            found.setdefault(start_at, {}).setdefault(point, []).append(part)
    return found


def points_heard(connection: Connection, network: str, windows: Sequence[Window]) -> dict[int, set[str]]:
    """Points of which something was heard through a network: start of the window -> ids.

    Args:
        connection: to the store.
        network: its name.
        windows: of one code, tumbling, by rising start.
    """
    starts = [one.start_at for one in windows]
    found: dict[int, set[str]] = {start: set() for start in starts}
    rows = connection.execute(_HEARD, (starts, network, starts[0], windows[-1].end_at))
    for bucket, point in rows:
        found[starts[bucket - 1]].add(point)
    return found


def subjects_with(
    connection: Connection, points: Sequence[str], names: Sequence[str], span: tuple[int, int]
) -> dict[str, list[str]]:
    """Zones, communes, use cases and networks whose days tell of points: point -> subjects.

    Args:
        connection: to the store.
        points: ids.
        names: of properties that they measure.
        span: first instant, and the instant after the last; epoch ms UTC.
    """
    rows = connection.execute(
        "SELECT DISTINCT part, subject FROM aggregate CROSS JOIN unnest(parts) AS part"
        " WHERE split_part(indicator, '#', 1) = ANY (%s) AND window_code = '1d' AND subject NOT LIKE 'point:%%'"
        " AND window_start > to_timestamp(%s / 1000.0) - interval '26 hours'"
        " AND window_start < to_timestamp(%s / 1000.0)"
        " AND parts && %s::text[] AND part = ANY (%s)",
        (list(names), *span, list(points), list(points)),
    )
    found: dict[str, list[str]] = {}
    for point, subject in rows:
        found.setdefault(point, []).append(subject)
    return found


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
