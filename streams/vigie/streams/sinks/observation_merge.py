"""Observations into the database: what stands is a function of the set of records, whatever their order and repeats.

Of an observation's records the highest revision stands in `observation`. Of each other generation (uplink revision
and fleet revision) the latest round stands in `observation_superseded`: so it can be told what was known on a day. An
uplink that a replay decoded again has only the observations of its highest revision; what it gave before is superseded.
"""

from typing import Any

import psycopg

from vigie.streams.sinks.bulk import copied_to_its_place, copy_rows
from vigie.streams.sinks.observation_rows import COLUMNS, ObservationRows
from vigie.topics.observation import FLEET_BITS, ROUND_BITS

Connection = psycopg.Connection[Any]

_NAMES = ", ".join(COLUMNS)
_CHANGED = [name for name in COLUMNS if name not in ("id", "observed_at")]

_SUPERSEDE = f"INSERT INTO observation_superseded ({_NAMES}, recorded_at, superseded_at) "
_LATER_ROUND = (
    f" ON CONFLICT (id, (revision >> {ROUND_BITS})) DO UPDATE SET ({', '.join(_CHANGED)}) ="
    f" ROW({', '.join('excluded.' + name for name in _CHANGED)})"
    " WHERE excluded.revision > observation_superseded.revision"
)
_OF_O = ", ".join("o." + name for name in COLUMNS)

_NOTE_REPLAYED = (
    "INSERT INTO observation_replayed (uplink, point, revision)"
    " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bigint[])"
    " ON CONFLICT (uplink, point) DO UPDATE SET revision = excluded.revision"
    " WHERE excluded.revision > observation_replayed.revision"
)
_TAKE_BACK = (
    "WITH gone AS (DELETE FROM observation o USING observation_replayed r WHERE o.uplink = r.uplink"  # noqa: S608
    f" AND o.point = r.point AND o.revision >> {FLEET_BITS} < r.revision AND o.uplink = ANY (%s::uuid[])"
    f" AND r.uplink = ANY (%s::uuid[]) RETURNING {_OF_O}, o.recorded_at) "
    f"{_SUPERSEDE} SELECT {_NAMES}, recorded_at, now() FROM gone{_LATER_ROUND}"
)
"""Where a later record of the same observation comes in the same transaction, it is written anew."""

_IN_FORCE = (
    f"SELECT DISTINCT ON (id, observed_at) {_NAMES} FROM incoming_observation i WHERE"  # noqa: S608 -- names of ours
    " NOT EXISTS (SELECT FROM"
    " observation_replayed r WHERE r.uplink = i.uplink AND r.point = i.point"
    f" AND r.revision > i.revision >> {FLEET_BITS}) ORDER BY id, observed_at, revision DESC"
)
_GIVE_WAY = (
    f"{_SUPERSEDE} SELECT {_OF_O}, o.recorded_at, now() FROM observation o JOIN ({_IN_FORCE}) w"  # noqa: S608
    " ON o.id = w.id AND o.observed_at = w.observed_at"
    f" WHERE w.revision > o.revision AND w.revision >> {ROUND_BITS} <> o.revision >> {ROUND_BITS}{_LATER_ROUND}"
)
_PUT = (
    f"INSERT INTO observation ({_NAMES}) {_IN_FORCE} ON CONFLICT (id, observed_at) DO UPDATE SET"
    f" ({', '.join(_CHANGED)}) = ROW({', '.join('excluded.' + name for name in _CHANGED)}),"
    f" recorded_at = CASE WHEN excluded.revision >> {ROUND_BITS} = observation.revision >> {ROUND_BITS}"
    " THEN observation.recorded_at ELSE excluded.recorded_at END"
    " WHERE excluded.revision > observation.revision"
)
_PASSED_OVER = (
    f"{_SUPERSEDE} SELECT {', '.join('i.' + name for name in COLUMNS)}, now(), now()"  # noqa: S608
    " FROM incoming_observation i LEFT JOIN observation o ON o.id = i.id AND o.observed_at = i.observed_at"
    f" WHERE o.id IS NULL OR o.revision >> {ROUND_BITS} <> i.revision >> {ROUND_BITS}{_LATER_ROUND}"
)


def write_observations(connection: Connection, rows: ObservationRows) -> None:
    """Write rows inside the open transaction: first ones by COPY to their place, others compared with what stands."""
    later = dict(rows.later)
    if rows.first and (
        rows.replayed
        or _some_was_replayed(connection, rows)
        or not copied_to_its_place(connection, "observation", _NAMES, [line for _, line in rows.first.values()])
    ):
        later |= rows.first
    if later:
        _merge(connection, rows, [line for _, line in later.values()])


def _some_was_replayed(connection: Connection, rows: ObservationRows) -> bool:
    if not connection.execute("SELECT FROM observation_replayed LIMIT 1").rowcount:
        return False
    query = "SELECT FROM observation_replayed WHERE uplink = ANY (%s::uuid[]) LIMIT 1"
    return bool(connection.execute(query, (list(rows.uplinks),)).rowcount)


def _merge(connection: Connection, rows: ObservationRows, lines: list[bytes]) -> None:
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS incoming_observation (LIKE observation INCLUDING DEFAULTS)"
        " ON COMMIT DELETE ROWS"
    )
    copy_rows(connection, "incoming_observation", _NAMES, lines)
    if rows.replayed:
        names, points = [uplink for uplink, _ in rows.replayed], [point for _, point in rows.replayed]
        connection.execute(_NOTE_REPLAYED, (names, points, list(rows.replayed.values())))
        connection.execute(_TAKE_BACK.encode(), (names, names))
    for statement in (_GIVE_WAY, _PUT, _PASSED_OVER):
        connection.execute(statement.encode())
    connection.execute("TRUNCATE incoming_observation")
