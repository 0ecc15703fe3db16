"""What the store is asked about observations: a point's series, one value and its history, everything as an export."""

from collections.abc import Generator
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

Connection = psycopg.Connection[Any]

_ROWS_AT_ONCE = 5_000
_OLDEST, _NEWEST = "timestamptz '0001-01-02 00:00Z'", "timestamptz '9999-12-30 00:00Z'"
"""What a Python datetime can hold in any time zone; a device's clock may say more."""


class Value(NamedTuple):
    """One value of a series.

    Attributes:
        observed_at: epoch ms UTC.
        value: in the catalogue's unit.
        raw: what the device said, where a conversion changed it.
        flag: roll-up 1, 2, 3, 4 or 9.
        tests: every test's flag, packed (topics/quality.py).
    """

    observed_at: int
    value: float
    raw: float | None
    flag: int
    tests: int


class StoredObservation(NamedTuple):
    """An observation as stored; instants epoch ms UTC.

    Attributes:
        values: property id and channel -> value.
        recorded_at: since when it was known.
        superseded_at: until when; None for the one that stands.
    """

    id: str
    revision: int
    withdrawn: bool
    point: str
    device: str
    placement: str
    uplink: str
    network: str
    observed_at: int
    ingested_at: int
    values: dict[tuple[int, int], Value]
    ruleset: str
    fleet_revision: int
    reason: str
    recorded_at: int
    superseded_at: int | None


class Line(NamedTuple):
    """A line of an export: a row of the view v_mesure."""

    point: str
    code: str | None
    name: str | None
    code_then: str | None
    use_case: str
    commune: str
    commune_name: str | None
    device: str
    placement: str
    property: str
    label_fr: str
    channel: int
    value: float
    raw_value: float | None
    unit: str
    flag: int
    flag_fr: str
    objections: str | None
    qualified_value: float | None
    observed_at: datetime
    revision: int
    reason: str


class Wanted(NamedTuple):
    """Which observations; an empty tuple or None leaves the choice open.

    Attributes:
        points: ids.
        use_cases: codes.
        communes: INSEE codes, of where the point was on the day of the value.
        start_at, end_at: epoch ms UTC, inclusive and exclusive.
        known_at: epoch ms UTC: as it was known then.
    """

    points: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    start_at: int | None = None
    end_at: int | None = None
    known_at: int | None = None


def points_named(connection: Connection, name: str) -> list[str]:
    """Ids of the points that have this id, or today this code."""
    rows = connection.execute(
        "SELECT o.id FROM fleet_object o WHERE o.kind = 'point' AND o.id = %(name)s UNION"
        " SELECT o.id FROM fleet_version v JOIN fleet_object o ON o.number = v.object AND o.kind = 'point'"
        " WHERE v.superseded_at IS NULL AND v.attributes ->> 'code' = %(name)s AND v.valid @> now()"
        " UNION SELECT point FROM (SELECT point FROM observation WHERE point = %(name)s LIMIT 1) o ORDER BY 1",
        {"name": name},
    )
    return [point for (point,) in rows]


def communes_named(connection: Connection, name: str) -> list[str]:
    """INSEE codes of the communes that have this code or this name, whatever its case."""
    rows = connection.execute(
        "SELECT DISTINCT o.id FROM fleet_object o JOIN fleet_version v ON v.object = o.number WHERE o.kind = 'commune'"
        " AND v.superseded_at IS NULL AND (o.id = %(name)s OR lower(v.attributes ->> 'name') = lower(%(name)s))",
        {"name": name},
    )
    return [code for (code,) in rows]


def series(
    connection: Connection, point: str, series_: tuple[int, int], start_at: int, end_at: int, limit: int | None = None
) -> list[Value]:
    """The values of a point, property and channel by rising instant.

    Args:
        connection: to the store.
        point: its id.
        series_: property id and channel.
        start_at: epoch ms UTC, inclusive.
        end_at: the same, exclusive.
        limit: at most so many, the earliest.
    """
    rows = connection.execute(
        "SELECT (extract(epoch FROM o.observed_at) * 1000)::bigint, r.value, r.raw, r.flag, r.tests FROM observation o"
        ' CROSS JOIN LATERAL unnest(o.properties, o.channels, o."values", o.raw_values, o.flags, o.tests)'
        " AS r (property, channel, value, raw, flag, tests)"
        " WHERE o.point = %s AND NOT o.withdrawn AND r.property = %s AND r.channel = %s"
        " AND o.observed_at >= to_timestamp(%s / 1000.0) AND o.observed_at < to_timestamp(%s / 1000.0)"
        " ORDER BY o.observed_at, o.id LIMIT %s",
        (point, *series_, start_at, end_at, limit),
    )
    return [Value(*row) for row in rows]


def at_once(
    connection: Connection, points: list[str], series_: tuple[int, int], at: int, within_ms: int
) -> dict[str, Value]:
    """Of each of these points the value of a property and channel that is nearest to an instant, if one is near."""
    rows = connection.execute(
        "SELECT DISTINCT ON (o.point) o.point, (extract(epoch FROM o.observed_at) * 1000)::bigint, r.value,"
        " r.raw, r.flag, r.tests FROM observation o"
        ' CROSS JOIN LATERAL unnest(o.properties, o.channels, o."values", o.raw_values, o.flags, o.tests)'
        " AS r (property, channel, value, raw, flag, tests)"
        " WHERE o.point = ANY (%s) AND NOT o.withdrawn AND r.property = %s AND r.channel = %s"
        " AND o.observed_at BETWEEN to_timestamp(%s / 1000.0) AND to_timestamp(%s / 1000.0)"
        " ORDER BY o.point, abs(extract(epoch FROM o.observed_at) * 1000 - %s)",
        (points, *series_, at - within_ms, at + within_ms, at),
    )
    return {point: Value(*rest) for point, *rest in rows}


_COLUMNS = (
    "id, revision, withdrawn, point, device, placement, uplink, network,"
    f" (extract(epoch FROM least(greatest(observed_at, {_OLDEST}), {_NEWEST})) * 1000)::bigint,"
    ' (extract(epoch FROM ingested_at) * 1000)::bigint, properties, channels, "values", raw_values, flags, tests,'
    " ruleset, fleet_revision, reason, (extract(epoch FROM recorded_at) * 1000)::bigint"
)


def near(connection: Connection, point: str, at: int, within_ms: int) -> list[StoredObservation]:
    """The observations of a point about an instant, the nearest first, those that were withdrawn last."""
    rows = connection.execute(
        f"SELECT {_COLUMNS}, NULL FROM observation WHERE point = %s"  # noqa: S608 -- names of ours
        " AND observed_at BETWEEN to_timestamp(%s / 1000.0) AND to_timestamp(%s / 1000.0)"
        " ORDER BY withdrawn, abs(extract(epoch FROM observed_at) * 1000 - %s), observed_at, id LIMIT 50".encode(),
        (point, at - within_ms, at + within_ms, at),
    )
    return [_observation(row) for row in rows]


def history(connection: Connection, name: str) -> list[StoredObservation]:
    """What was known of one observation, each generation once, by rising revision."""
    rows = connection.execute(
        f"SELECT {_COLUMNS}, NULL FROM observation WHERE id = %(id)s UNION ALL"  # noqa: S608 -- names of ours
        f" SELECT {_COLUMNS}, (extract(epoch FROM superseded_at) * 1000)::bigint"
        " FROM observation_superseded WHERE id = %(id)s ORDER BY revision".encode(),
        {"id": name},
    )
    return [_observation(row) for row in rows]


def _observation(row: Any) -> StoredObservation:
    name, revision, withdrawn, point, device, placement, uplink, network, observed_at, ingested_at, *rest = row
    properties, channels, values, raws, flags, tests, ruleset, fleet_revision, reason, recorded, superseded = rest
    found = {
        (number, channel): Value(observed_at, value, raw, flag, packed)
        for number, channel, value, raw, flag, packed in zip(
            properties, channels, values, raws or [None] * len(values), flags, tests, strict=True
        )
    }
    return StoredObservation(
        name.hex, revision, withdrawn, point, device, placement, uplink.hex, network, observed_at, ingested_at, found,
        ruleset, fleet_revision, reason, recorded, superseded,
    )  # fmt: skip


def lines(connection: Connection, wanted: Wanted) -> Generator[Line, None, None]:
    """The rows of v_mesure that are wanted by point and instant, read bit by bit."""
    observed_at = f"least(greatest(observed_at, {_OLDEST}), {_NEWEST})"
    names = ", ".join(observed_at if name == "observed_at" else name for name in Line._fields)
    conditions, values = _conditions(wanted)
    with connection.transaction(), connection.cursor(name="vigie_lines") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(
            f"SELECT {names} FROM mesure_connue_le(to_timestamp(%(known_at)s / 1000.0)) m WHERE true{conditions}"  # noqa: S608
            " ORDER BY point, m.observed_at, observation, property, channel".encode(),
            values,
        )
        for row in cursor:
            yield Line._make(row)


def _conditions(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    values = {name: list(given) if isinstance(given, tuple) else given for name, given in wanted._asdict().items()}
    texts = {
        "points": "point = ANY (%(points)s)",
        "use_cases": "use_case = ANY (%(use_cases)s)",
        "communes": "commune = ANY (%(communes)s)",
        "start_at": "m.observed_at >= to_timestamp(%(start_at)s / 1000.0)",
        "end_at": "m.observed_at < to_timestamp(%(end_at)s / 1000.0)",
    }
    given = [text for name, text in texts.items() if values[name] not in (None, [])]
    return "".join(" AND " + text for text in given), values
