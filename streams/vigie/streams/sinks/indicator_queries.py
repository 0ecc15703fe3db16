"""What the store is asked about windows and indicators: what there is, a subject's rows, and what they are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from msgspec import Struct, json

from vigie.streams.core.fleet.parse import indicators as parsed
from vigie.streams.core.windows.expression_error import ExpressionError
from vigie.streams.core.windows.indicator import Indicator, indicators
from vigie.streams.core.windows.stated import from_statement
from vigie.streams.sinks import fleet_queries
from vigie.streams.sinks.fleet_queries import Known, epoch_ms
from vigie.streams.sinks.observation_queries import points_named
from vigie.topics.fleet_object import FleetObject, Version

Connection = psycopg.Connection[Any]

KINDS = ("point", "zone", "commune", "use_case", "network")
_LIMIT = 13
"""Readings left out that are told one by one, and one more."""


class Listed(NamedTuple):
    """An indicator as a person finds it.

    Attributes:
        name: under which its values stand.
        use_case: empty for networks, the platform, and where the fleet names points or zones.
        label: in the language of the fleet or the platform's French.
        made: how it is computed: one, or two for points and zones; none where the fleet only asks for windows.
        codes: its windows.
        unit: of its value.
        owner: contact of the fleet; empty where nobody is stated.
        stated: as the fleet has it; None for one of the platform's that nobody has taken over.
    """

    name: str
    use_case: str
    label: str
    made: tuple[Indicator, ...]
    codes: tuple[str, ...]
    unit: str
    owner: str
    stated: Known | None


class Row(Struct, frozen=True):
    """A row of the table aggregate, instants epoch ms UTC (see topics.aggregate.Aggregate)."""

    subject: str
    indicator: str
    window_code: str
    window_start: int
    window_end: int
    revision: int
    count: int
    minimum: float | None
    mean: float | None
    maximum: float | None
    reason: str
    value: float | None
    unit: str
    expected: int | None
    completeness: float | None
    excluded: int
    sum: float | None
    deviation: float | None
    first: float | None
    last: float | None
    quality: int
    definition: str
    category: str
    details: dict[str, float | None]
    parts: list[str]
    recorded_at: int
    superseded_at: int | None


class LeftOut(NamedTuple):
    """A reading that did not count: its instant (epoch ms), property and channel, value, flag and tests (packed)."""

    observed_at: int
    property: int
    channel: int
    value: float
    flag: int
    tests: int


def listed(connection: Connection | None, language: str) -> list[Listed]:
    """Every indicator, the platform's and the fleet's, by use case and name.

    Args:
        connection: to the store; None where there is none: then the platform's alone.
        language: `fr` or `en`, of the platform's labels.
    """
    platform = indicators()
    stated = {} if connection is None else _stated(connection)
    found = []
    for name, one in platform.items():
        own = stated.pop(name, None)
        made = _made(own) if own is not None else ()
        label = one.label_fr if language == "fr" else one.label_en
        owner = "" if own is None else str(own.get("owner", ""))
        found.append(Listed(name, one.use_case, label, made or (one,), one.codes, one.unit, owner, own))
    for name, own in stated.items():
        made = _made(own)
        codes = made[0].codes if made else tuple(own.get("windows", ()))
        unit = made[0].unit if made else str(own.get("unit", ""))
        use_case = str(own.get("use_case", "")) or (made[0].use_case if made else "")
        found.append(
            Listed(name, use_case, str(own.get("name", name)), made, codes, unit, str(own.get("owner", "")), own)
        )
    return sorted(found, key=lambda one: (one.use_case or "~", one.name not in platform, one.name))


def _stated(connection: Connection) -> dict[str, Known]:
    """The last version of each indicator of the fleet."""
    return {one.id: one for one in fleet_queries.of_kind(connection, "indicator")}


def _made(own: Known) -> tuple[Indicator, ...]:
    version = Version(valid_from=own.from_at, valid_to=own.to_at, attributes=json.encode(own.attributes).decode())
    whole = FleetObject(
        kind="indicator", id=own.id, revision=0, recorded_at=0, apply_id="", part=1, parts=1, versions=(version,)
    )
    try:
        return from_statement(parsed(whole)[0], indicators())
    except ExpressionError:
        return ()  # the fleet's rules told its author


def subject_named(connection: Connection, name: str) -> str | None:
    """The subject that a person means: one written with its kind, or a point by its id or today's code."""
    if name.partition(":")[0] in KINDS and ":" in name:
        return name
    points = points_named(connection, name)
    return f"point:{points[0]}" if points else None


_INSTANTS = ("window_start", "window_end", "recorded_at", "superseded_at")
_COLUMNS = ", ".join(Row.__struct_fields__[:-1])


def rows(
    connection: Connection, subject: str, indicator: str, span: tuple[int | None, int | None], code: str | None = None,
    limit: int = 1000,
) -> list[Row]:  # fmt: skip
    """Rows of a subject's indicator, the latest ones first.

    Args:
        connection: to the store.
        subject: with its kind.
        indicator: its name; those of its channels (`name#1`) are given too.
        span: windows that hold an instant of [from, to), epoch ms UTC; None for no bound.
        code: only these windows.
        limit: at most so many.
    """
    found = connection.execute(
        f"SELECT {_COLUMNS}, NULL FROM aggregate WHERE subject = %(subject)s"  # noqa: S608 -- names of ours
        " AND (indicator = %(indicator)s OR starts_with(indicator, %(indicator)s || '#'))"
        " AND (%(code)s::text IS NULL OR window_code = %(code)s)"
        " AND (%(from_at)s::float8 IS NULL OR window_end > to_timestamp(%(from_at)s / 1000.0))"
        " AND (%(to_at)s::float8 IS NULL OR window_start < to_timestamp(%(to_at)s / 1000.0))"
        " ORDER BY window_start DESC, window_code, indicator LIMIT %(limit)s".encode(),
        {
            "subject": subject,
            "indicator": indicator,
            "code": code,
            "from_at": span[0],
            "to_at": span[1],
            "limit": limit,
        },
    )
    return [_row(one) for one in found]


def latest(connection: Connection, subject: str, code: str | None = None) -> list[Row]:
    """The last row of each indicator and window code of a subject."""
    found = connection.execute(
        f"SELECT DISTINCT ON (indicator, window_code) {_COLUMNS}, NULL FROM aggregate"  # noqa: S608 -- names of ours
        " WHERE subject = %s AND (%s::text IS NULL OR window_code = %s)"
        " ORDER BY indicator, window_code, window_start DESC".encode(),
        (subject, code, code),
    )
    return [_row(one) for one in found]


def history(connection: Connection, one: Row) -> list[Row]:
    """What was known of a row's window before, and the row itself, by rising revision."""
    found = connection.execute(
        f"SELECT {_COLUMNS}, superseded_at FROM aggregate_superseded WHERE subject = %s AND indicator = %s"  # noqa: S608 -- names of ours
        " AND window_code = %s AND window_start = to_timestamp(%s / 1000.0) ORDER BY revision, superseded_at".encode(),
        (one.subject, one.indicator, one.window_code, one.window_start),
    )
    return [*(_row(each) for each in found), one]


def of_points(connection: Connection, points: Sequence[str], one: Row) -> dict[str, Row]:
    """The rows of points for the same indicator and window: what a zone's number is made of."""
    found = connection.execute(
        f"SELECT {_COLUMNS}, NULL FROM aggregate WHERE subject = ANY (%s) AND indicator = %s"  # noqa: S608 -- names of ours
        " AND window_code = %s AND window_start = to_timestamp(%s / 1000.0)".encode(),
        ([f"point:{point}" for point in points], one.indicator, one.window_code, one.window_start),
    )
    return {row.subject.partition(":")[2]: row for row in map(_row, found)}


_WITHIN = {
    "zone": "%(of)s = ANY (zones)", "commune": "commune = %(of)s", "use_case": "use_case = %(of)s", "network": "false",
}  # fmt: skip


def members(connection: Connection, one: Row, property_name: str) -> dict[str, str]:
    """Points of a zone, commune or use case and those that took part in its row: id -> today's code.

    Args:
        connection: to the store.
        one: of a subject of many points.
        property_name: only points that measure it; empty: only those that took part.
    """
    kind, _, of = one.subject.partition(":")
    found = connection.execute(
        "SELECT point, coalesce(code, point) FROM v_point WHERE point = ANY (%(parts)s)"  # noqa: S608 -- texts of ours
        f" OR ({_WITHIN.get(kind, 'false')} AND properties @> jsonb_build_array(jsonb_build_object('property',"
        " %(property)s::text))) ORDER BY 2".encode(),
        {"parts": one.parts, "of": of, "property": property_name},
    )
    return dict(found.fetchall())


def left_out(
    connection: Connection, point: str, properties: Sequence[int], from_at: int, to_at: int
) -> tuple[list[LeftOut], int]:
    """The first readings of a span that do not count for their flag, and how many there are.

    Args:
        connection: to the store.
        point: its id.
        properties: ids of the catalogue.
        from_at: epoch ms UTC, inclusive.
        to_at: the same, exclusive.
    """
    found = connection.execute(
        "SELECT (extract(epoch FROM o.observed_at) * 1000)::bigint, r.property, r.channel, r.value, r.flag, r.tests,"
        " count(*) OVER () FROM observation o"
        ' CROSS JOIN LATERAL unnest(o.properties, o.channels, o."values", o.flags, o.tests)'
        " AS r (property, channel, value, flag, tests)"
        " WHERE o.point = %s AND NOT o.withdrawn AND r.property = ANY (%s) AND r.flag > 2"
        " AND o.observed_at >= to_timestamp(%s / 1000.0) AND o.observed_at < to_timestamp(%s / 1000.0)"
        " ORDER BY o.observed_at, r.property, r.channel LIMIT %s",
        (point, list(properties), from_at, to_at, _LIMIT),
    ).fetchall()
    return [LeftOut._make(row[:-1]) for row in found], found[0][-1] if found else 0


def withdrawn(connection: Connection, point: str, properties: Sequence[int], from_at: int, to_at: int) -> int:
    """How many observations of a span a correction took away from the point."""
    row = connection.execute(
        "SELECT count(*) FROM observation WHERE point = %s AND withdrawn AND properties && %s::smallint[]"
        " AND observed_at >= to_timestamp(%s / 1000.0) AND observed_at < to_timestamp(%s / 1000.0)",
        (point, list(properties), from_at, to_at),
    ).fetchone()
    return int(row[0]) if row else 0


def _row(values: Sequence[Any]) -> Row:
    named = dict(zip(Row.__struct_fields__, values, strict=True))
    for name in _INSTANTS:
        at: datetime | None = named[name]
        named[name] = epoch_ms(at)
    return Row(**named)
