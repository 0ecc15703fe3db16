"""What a commissioning audit looks at: a placement's uplinks, the point's values, those of its neighbours."""

from typing import Any, NamedTuple

import numpy as np
import psycopg

from vigie.streams.core import commissioning
from vigie.streams.core.commissioning import SPAN_MS, Heard, Line, Series
from vigie.streams.sinks import fleet_queries
from vigie.streams.sinks.fleet_queries import Known
from vigie.topics.property import BY_NAME

Connection = psycopg.Connection[Any]
MOST_NEIGHBOURS = 20


class Audit(NamedTuple):
    """A commissioning audit.

    Attributes:
        point, placement: as they were when the placement began.
        model: of the device; empty where the fleet does not say.
        start_at, end_at: what was looked at, epoch ms UTC.
        complete: whether all of the first two days are over, or the placement is.
        lines: what it came to.
    """

    point: Known
    placement: Known
    model: str
    start_at: int
    end_at: int
    complete: bool
    lines: tuple[Line, ...]


class NoPlacementError(LookupError):
    """The point or the placement is not in the fleet, or the placement does not say when it began."""


def placements_of(connection: Connection, point: str) -> list[Known]:
    """Placements at a point, the first first."""
    return fleet_queries.referring(connection, "placement", "point", point)


def audit(connection: Connection, point: str, now: int, placement: str = "") -> Audit:
    """The audit of a placement of a point.

    Args:
        connection: to the store.
        point: its id.
        now: epoch ms UTC; the audit of a younger placement ends there.
        placement: its id; empty for the last one that has begun.

    Raises:
        NoPlacementError: there is none to audit; its text is `point`, `placement` or `start`.
    """
    points = fleet_queries.versions(connection, "point", point)
    if not points:
        raise NoPlacementError("point")
    begun = [one for one in placements_of(connection, point) if (one.from_at or 0) <= now]
    chosen = [one for one in begun if not placement or one.id == placement]
    if not chosen:
        raise NoPlacementError("placement")
    placed = chosen[-1]
    start_at = placed.from_at
    if start_at is None:
        start_at = _first_heard(connection, point)
        if start_at is None:
            raise NoPlacementError("start")
    end_at = min(start_at + SPAN_MS, now, placed.to_at or now)
    known = fleet_queries.at(points, start_at)
    assert known is not None
    device = fleet_queries.at(fleet_queries.versions(connection, "device", str(placed.get("device"))), start_at)
    addresses = list(device.get("addresses", [])) if device else []
    lines = commissioning.audit(
        max(end_at - start_at, 0),
        int(known.get("upload_s")),
        heard_by(connection, addresses, start_at, end_at),
        _series(connection, known, start_at, end_at),
    )
    complete = end_at - start_at >= SPAN_MS or (placed.to_at is not None and placed.to_at <= now)
    return Audit(known, placed, str(device.get("model", "")) if device else "", start_at, end_at, complete, lines)


def heard_by(connection: Connection, addresses: list[str], start_at: int, end_at: int) -> Heard:
    """Uplinks of addresses whose instants lie in a span, each once, by order of reception."""
    rows = connection.execute(
        "SELECT extract(epoch FROM received_at) * 1000, extract(epoch FROM ingested_at) * 1000,"
        " dense_rank() OVER (ORDER BY device, session), coalesce(f_cnt, -1), margin_db,"
        " coalesce(cardinality(gateways), 0) FROM (SELECT DISTINCT ON (id) * FROM uplink"
        " WHERE device = ANY(%s) AND observed_at >= to_timestamp(%s / 1000.0)"
        " AND observed_at < to_timestamp(%s / 1000.0)"
        " ORDER BY id, observed_at DESC) once ORDER BY received_at, f_cnt",
        (addresses, start_at, end_at),
    ).fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * 6
    whole = [np.array([round(value) for value in columns[place]], dtype=np.int64) for place in (0, 1, 2, 3, 5)]
    margins = np.array([np.nan if value is None else value for value in columns[4]], dtype=np.float64)
    return Heard(
        received_at=whole[0], ingested_at=whole[1], session=whole[2], f_cnt=whole[3], margin_db=margins,
        gateways=whole[4],
    )  # fmt: skip


def expected_series(point: Known) -> list[tuple[int, int, int]]:
    """What a point should measure: property id, channel, step in seconds; unknown properties are left out."""
    found = []
    for one in point.get("properties", []):
        stated = {"property": one} if isinstance(one, str) else one
        if stated.get("property") in BY_NAME:
            step_s = int(stated.get("step_s") or point.get("step_s"))
            found.append((BY_NAME[stated["property"]].id, int(stated.get("channel") or 0), step_s))
    return found


def values_of(
    connection: Connection, points: list[str], wanted: tuple[int, int], start_at: int, end_at: int
) -> dict[str, tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]", "np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]]:
    """Of each point: instants (epoch ms, rising), values, flags and raw values of a property and channel.

    A raw value is the value itself where no conversion changed it. Instants are within [start_at, end_at).
    """
    rows = connection.execute(
        "SELECT o.point, extract(epoch FROM o.observed_at) * 1000, r.value, r.flag, coalesce(r.raw, r.value)"
        " FROM observation o CROSS JOIN LATERAL"
        ' unnest(o.properties, o.channels, o."values", o.flags, o.raw_values)'
        " AS r (property, channel, value, flag, raw)"
        " WHERE o.point = ANY(%s) AND o.observed_at >= to_timestamp(%s / 1000.0)"
        " AND o.observed_at < to_timestamp(%s / 1000.0) AND NOT o.withdrawn AND r.property = %s AND r.channel = %s"
        " ORDER BY o.point, o.observed_at",
        (points, start_at, end_at, *wanted),
    ).fetchall()
    found = {}
    for point in points:
        mine = [row for row in rows if row[0] == point]
        found[point] = (
            np.array([round(row[1]) for row in mine], dtype=np.int64),
            np.array([row[2] for row in mine], dtype=np.float64),
            np.array([row[3] for row in mine], dtype=np.int64),
            np.array([row[4] for row in mine], dtype=np.float64),
        )
    return found


def _series(connection: Connection, point: Known, start_at: int, end_at: int) -> tuple[Series, ...]:
    group = point.get("buddy_group", "")
    others = sorted(_in_group(connection, group) - {point.id})[:MOST_NEIGHBOURS] if group else []
    found = []
    for property_id, channel, step_s in expected_series(point):
        margin_ms = step_s * 1000
        ours = values_of(connection, [point.id], (property_id, channel), start_at, end_at)[point.id]
        theirs = values_of(connection, others, (property_id, channel), start_at - margin_ms, end_at + margin_ms)
        usable = [(at[flags <= 2], values[flags <= 2]) for at, values, flags, _ in theirs.values()]
        name = next(one.name for one in BY_NAME.values() if one.id == property_id) + (f"#{channel}" if channel else "")
        found.append(
            Series(
                name=name, step_s=step_s, at=ours[0], values=ours[1], flags=ours[2],
                neighbours=tuple(pair for pair in usable if len(pair[0])),
            )
        )  # fmt: skip
    return tuple(found)


def _in_group(connection: Connection, group: str) -> set[str]:
    rows = connection.execute(
        "SELECT DISTINCT o.id FROM fleet_object o JOIN fleet_version v ON v.object = o.number"
        " AND v.superseded_at IS NULL WHERE o.kind = 'point' AND v.attributes->>'buddy_group' = %s",
        (group,),
    )
    return {str(row[0]) for row in rows}


def _first_heard(connection: Connection, point: str) -> int | None:
    row = connection.execute(
        "SELECT observed_at FROM observation WHERE point = %s AND NOT withdrawn ORDER BY observed_at LIMIT 1", (point,)
    ).fetchone()
    return fleet_queries.epoch_ms(row[0]) if row else None
