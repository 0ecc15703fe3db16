"""What an explanation of a value asks the store: the fleet as it was known at a revision, and what was measured about.

A value was qualified under one revision of the fleet; it is explained by what that revision said, not by today's.
"""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from vigie.streams.core.qualify.buddy_values import may_judge
from vigie.streams.core.qualify.neighbourhood import QUARTER_MS, quarter_of
from vigie.streams.sinks import observation_queries
from vigie.streams.sinks.fleet_queries import Known, epoch_ms
from vigie.streams.sinks.observation_queries import StoredObservation, Value
from vigie.topics.property import PROPERTIES
from vigie.topics.quality import Flag, Test, unpack

Connection = psycopg.Connection[Any]
MEMORY_MS = 26 * 3_600_000
"""How far back a test looks."""
AFTER_MS = 7 * 86_400_000
"""How far ahead the value after is looked for."""
_SOME = 16
"""Values after one, of which the first that is a measurement is the one after: a radio repeats a few times."""

_VERSIONS = (
    "SELECT o.kind, o.id, lower(v.valid), upper(v.valid), v.attributes FROM fleet_object o"
    " JOIN fleet_version v ON v.object = o.number WHERE o.kind = %(kind)s AND v.revision <= %(revision)s"
    " AND (v.superseded_revision IS NULL OR v.superseded_revision > %(revision)s)"
)
_AT = " AND v.valid @> to_timestamp(%(at)s / 1000.0)"


class Decoded(NamedTuple):
    """How an uplink was decoded."""

    address: str
    codec: str
    codec_version: str
    firmware: str | None
    f_cnt: int | None


class Facts(NamedTuple):
    """All that an explanation is made of.

    Attributes:
        observation: as stored.
        series: property id and channel.
        point, placement, device: as they held at the instant, by the observation's revision of the fleet;
            None: unknown.
        conversions: of the placement, likewise.
        decoded: None where the uplink is no longer stored.
        before: values of the series in the 26 h before, by rising instant; those that a test of a series sees, so
            neither what a radio repeated nor what a wrong clock dated.
        after: the value after, likewise.
        neighbours: point id -> its version and its value that was compared in the same quarter of an hour.
        ruleset: test -> start values, of the ruleset's version; None where that version is not known here.
        settings: of the point that hold for the series, the more particular last.
        verdicts: what the owner said of a span with this value, the last counts.
        outages: interventions under way.
        history: each generation of the observation, by rising revision.
    """

    observation: StoredObservation
    series: tuple[int, int]
    point: Known | None
    placement: Known | None
    device: Known | None
    conversions: list[Known]
    decoded: Decoded | None
    before: list[Value]
    after: Value | None
    neighbours: dict[str, tuple[Known, Value]]
    ruleset: dict[Test, dict[str, float]] | None
    settings: list[Known]
    verdicts: list[Known]
    outages: list[Known]
    history: list[StoredObservation]

    @property
    def value(self) -> Value:
        """The value that is explained."""
        return self.observation.values[self.series]


def facts(connection: Connection, one: StoredObservation, series: tuple[int, int]) -> Facts:
    """What an explanation of one of an observation's values is made of.

    Args:
        connection: to the store.
        one: the observation.
        series: property id and channel of one of its values.
    """
    known = _Fleet(connection, one.fleet_revision, one.observed_at)
    around = observation_queries.series(connection, one.point, series, one.observed_at - MEMORY_MS, one.observed_at)
    after = observation_queries.series(
        connection, one.point, series, one.observed_at + 1, one.observed_at + AFTER_MS, limit=_SOME
    )
    point, placement = known.one("point", one.point), known.one("placement", one.placement)
    names = list(placement.get("conversions", [])) if placement else []
    return Facts(
        one, series, point, placement, known.one("device", one.device),
        [found for name in names if (found := known.one("conversion", name)) is not None],
        _decoded(connection, one), [value for value in around if _is_measured(value)],
        next((value for value in after if _is_measured(value)), None),
        _neighbours(connection, known, point, one, series), _ruleset(connection, one.ruleset, series[0]),
        sorted((found for found in known.of_point("quality_setting", one.point) if _about(found, series)),
               key=lambda found: (found.get("channel") is not None, found.id)),
        sorted((found for found in known.of_point("qualification", one.point) if _about(found, series)
                and _covers(found, "start_at", "end_at", one.observed_at)), key=lambda found: found.id),
        [found for found in known.of_point("intervention", one.point)
         if found.get("state") in ("under_way", "done") and _covers(found, "started_at", "ended_at", one.observed_at)],
        observation_queries.history(connection, one.id),
    )  # fmt: skip


def _is_measured(value: Value) -> bool:
    said = unpack(value.tests)
    return said[Test.DUPLICATE] is not Flag.SUSPECT and said[Test.CLOCK] is not Flag.FAIL


class _Fleet:
    """The fleet as it was known at a revision, and held at an instant."""

    def __init__(self, connection: Connection, revision: int, at: int) -> None:
        self._connection, self._values = connection, {"revision": revision, "at": at}

    def one(self, kind: str, name: str) -> Known | None:
        found = self._rows(f"{_VERSIONS}{_AT} AND o.id = %(name)s", kind=kind, name=name)
        return found[0] if found else None

    def of_point(self, kind: str, point: str) -> list[Known]:
        return self._rows(f"{_VERSIONS}{_AT} AND v.attributes ->> 'point' = %(name)s", kind=kind, name=point)

    def group(self, name: str) -> list[Known]:
        text = f"{_VERSIONS}{_AT} AND v.attributes ->> 'buddy_group' = %(name)s"
        return self._rows(text, kind="point", name=name)

    def _rows(self, text: str, **values: str) -> list[Known]:
        rows = self._connection.execute(text.encode(), self._values | values)
        return [Known(kind, name, epoch_ms(low), epoch_ms(high), found) for kind, name, low, high, found in rows]


def _about(setting: Known, series: tuple[int, int]) -> bool:
    entry, channel = PROPERTIES.get(series[0]), setting.get("channel")
    named = setting.get("property")
    return named in (None, "", entry.name if entry else None) and channel in (None, series[1])


def _covers(one: Known, start: str, end: str, at: int) -> bool:
    return (_ms(one.get(start)) or 0) <= at and ((ended := _ms(one.get(end))) is None or at < ended)


def _ms(text: Any) -> int | None:
    return None if not text else round(datetime.fromisoformat(str(text)).timestamp() * 1000)


def _decoded(connection: Connection, one: StoredObservation) -> Decoded | None:
    row = connection.execute(
        "SELECT device, codec, codec_version, firmware, f_cnt FROM uplink WHERE id = %s ORDER BY observed_at LIMIT 1",
        (one.uplink,),
    ).fetchone()
    return Decoded(*row) if row else None


def _neighbours(
    connection: Connection, known: _Fleet, point: Known | None, one: StoredObservation, series: tuple[int, int]
) -> dict[str, tuple[Known, Value]]:
    group = point.get("buddy_group") if point else None
    if not group:
        return {}
    others = {found.id: found for found in known.group(group) if found.id != one.point}
    middle_at = quarter_of(one.observed_at) * QUARTER_MS
    values = observation_queries.at_once(connection, list(others), series, middle_at, QUARTER_MS // 2 - 1)
    return {name: (others[name], value) for name, value in values.items() if may_judge(value.value, value.tests)}


def _ruleset(connection: Connection, version: str, number: int) -> dict[Test, dict[str, float]] | None:
    row = connection.execute("SELECT parameters FROM quality_ruleset WHERE version = %s", (version,)).fetchone()
    entry = PROPERTIES.get(number)
    if row is None or entry is None:
        return None if row is None else {}
    return {Test[name.upper()]: values for name, values in row[0].get(entry.name, {}).items()}
