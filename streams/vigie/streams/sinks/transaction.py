"""One transaction's rows, and the statements that write them."""

from collections.abc import Iterable
from typing import Any

import psycopg

from vigie.streams.sinks.aggregate_merge import write_aggregates
from vigie.streams.sinks.aggregate_rows import AggregateRows
from vigie.streams.sinks.alert_rows import write_events
from vigie.streams.sinks.bulk import copied_to_its_place, copy_rows
from vigie.streams.sinks.observation_merge import write_observations
from vigie.streams.sinks.observation_rows import ObservationRows
from vigie.streams.sinks.partitions import make_missing_months, make_missing_partitions
from vigie.streams.sinks.uplink_rows import COLUMNS, Rows
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer

Connection = psycopg.Connection[Any]

_NAMES = ", ".join(COLUMNS)
_CHANGED = ", ".join(name for name in COLUMNS if name not in ("id", "observed_at"))
_NEW = ", ".join(f"excluded.{name}" for name in COLUMNS if name not in ("id", "observed_at"))


class Transaction:
    """What a group of batches comes to: at most one row per key, whatever repeats they hold."""

    def __init__(self) -> None:
        self.uplinks = Rows()
        self.observations = ObservationRows()
        self.aggregates = AggregateRows()
        self.alerts: dict[str, AlertEvent] = {}

    def add_alerts(self, values: Iterable[bytes]) -> None:
        """Framed alert events: each transition once."""
        for value in values:
            event = _alerts.decode(value, AlertEvent)
            self.alerts.setdefault(event.event_id, event)

    def prepare(self, connection: Connection) -> None:
        """Make what must stand before the rows: partitions of new weeks."""
        if self.uplinks.weeks:
            make_missing_partitions(connection, self.uplinks.weeks, "uplink")
        if self.observations.weeks:
            make_missing_partitions(connection, self.observations.weeks, "observation")
        if self.aggregates:
            make_missing_months(connection, self.aggregates.months)

    def write(self, connection: Connection) -> None:
        """Write all rows inside the open transaction."""
        if self.uplinks.rows:
            self._write_uplinks(connection)
        if self.observations:
            write_observations(connection, self.observations)
        if self.aggregates:
            write_aggregates(connection, self.aggregates)
        if self.alerts:
            write_events(connection, self.alerts.values())

    def _write_uplinks(self, connection: Connection) -> None:
        """Nearly always every row is new: then it is copied to its place. Else each is compared with what stands."""
        replays = self.uplinks.revisions or connection.execute("SELECT FROM uplink_replayed LIMIT 1").rowcount
        if replays or not copied_to_its_place(connection, "uplink", _NAMES, self._lines()):
            self._merge(connection)

    def _merge(self, connection: Connection) -> None:
        """Keep the highest revision of each row, and of a replayed uplink no row of a lower one."""
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS incoming_uplink (LIKE uplink) ON COMMIT DELETE ROWS")
        copy_rows(connection, "incoming_uplink", _NAMES, self._lines())
        if self.uplinks.revisions:
            self._take_back_lower_revisions(connection)
        connection.execute(
            f"INSERT INTO uplink ({_NAMES}) SELECT {_NAMES} FROM incoming_uplink i"  # noqa: S608 -- names of ours
            " WHERE NOT EXISTS (SELECT FROM uplink_replayed r WHERE r.id = i.id AND r.revision > i.revision)"
            f" ON CONFLICT (id, observed_at) DO UPDATE SET ({_CHANGED}) = ROW({_NEW})"
            " WHERE excluded.revision > uplink.revision".encode()
        )
        connection.execute("TRUNCATE incoming_uplink")

    def _take_back_lower_revisions(self, connection: Connection) -> None:
        names = [name.hex() for name in self.uplinks.revisions]
        connection.execute(
            "INSERT INTO uplink_replayed (id, revision) SELECT * FROM unnest(%s::uuid[], %s::bigint[])"
            " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision"
            " WHERE excluded.revision > uplink_replayed.revision",
            (names, list(self.uplinks.revisions.values())),
        )
        connection.execute(
            "DELETE FROM uplink u USING uplink_replayed r"
            " WHERE u.id = r.id AND u.revision < r.revision AND r.id = ANY (%s::uuid[])",
            (names,),
        )

    def _lines(self) -> list[bytes]:
        return [line for _, line in self.uplinks.rows.values()]


_alerts = Framer("alerts.v1")
