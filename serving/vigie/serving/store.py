"""The store as `serve` and the exports ask it: one read-only connection for each request."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import Any, Protocol

import psycopg

from vigie.streams.settings import Settings
from vigie.streams.sinks import (
    alert_queries,
    audit_queries,
    comparison_queries,
    intervention_queries,
    network_queries,
    point_queries,
    queries,
    reliability_queries,
)
from vigie.streams.sinks.audit_queries import Audit
from vigie.streams.sinks.comparison_queries import Compared
from vigie.streams.sinks.database import connect
from vigie.streams.sinks.fleet_queries import Known
from vigie.streams.sinks.intervention_queries import Followed
from vigie.streams.sinks.network_queries import NetworkReport
from vigie.streams.sinks.point_queries import PointEntry, PointFacts
from vigie.streams.sinks.queries import StoredReading, StoredUplink
from vigie.streams.sinks.reliability_queries import ReliabilityFigure
from vigie.topics.alert_event import AlertEvent

QUESTION_LIMIT_MS = 15_000
"""After how long PostgreSQL gives a question up; the export of everything is not asked so."""


_COUNT = (
    "SELECT count(*) FROM (SELECT DISTINCT ON (alert_id) state FROM alert_event WHERE position(%s IN alarm_key) > 0"
    " ORDER BY alert_id, revision DESC) last WHERE state <> 'normal' OR NOT %s"
)


class Store(Protocol):
    """The questions that `serve` asks."""

    def open_alerts(self, limit: int, offset: int) -> list[AlertEvent]:
        """The last transition of each alert that is not over, the latest first."""

    def alerts(self, limit: int, offset: int) -> list[AlertEvent]:
        """The last transition of each alert, the latest first."""

    def alert(self, alert_id: str) -> list[AlertEvent]:
        """Every transition of an alert in its order; empty if there is none."""

    def alert_ids(self, start: str) -> list[str]:
        """Ids of alerts that begin so, a few of them."""

    def alerts_of_device(self, device: str, limit: int, offset: int) -> list[AlertEvent]:
        """The last transition of each alert of a device, the latest first."""

    def count_alerts(self, *, only_open: bool = False, device: str = "") -> int:
        """How many alerts there are: all, those that are not over, those of a device."""

    def events(self, from_at: int | None = None, to_at: int | None = None) -> Iterator[AlertEvent]:
        """Transitions of the alerts raised in a span (epoch ms UTC), alert by alert as they were raised."""

    def devices(self, limit: int, after: str) -> list[tuple[str, int]]:
        """The devices whose id comes after one, in the order of their ids, with their last arrival (epoch ms UTC)."""

    def last_readings(self, device: str) -> list[StoredReading]:
        """The last reading of each property and channel of a device."""

    def last_uplinks(self, device: str, limit: int) -> list[StoredUplink]:
        """The last uplinks of a device, the latest first."""

    def points(self, limit: int, after: str, now: int) -> list[PointEntry]:
        """The measuring points whose id comes after one, in the order of their ids."""

    def point(self, point: str, now: int) -> PointFacts | None:
        """What is known of a measuring point at an instant (epoch ms UTC); None if there is no such point."""

    def points_of_device(self, device: str, now: int) -> list[tuple[str, str]]:
        """The points (id, code) that a device measures at an instant (epoch ms UTC)."""

    def audit(self, point: str, now: int, placement: str) -> Audit:
        """The commissioning audit of a placement, of the last one where none is named.

        Raises:
            NoPlacementError: there is none.
        """

    def comparison(self, name: str, now: int, *, stamped_at_end: bool = True) -> Compared:
        """A comparison campaign, with counts that stand under the end or the start of their time.

        Raises:
            NoComparisonError: there is nothing to compare.
        """

    def reliability(self, first: date, last: date, subject: str) -> list[ReliabilityFigure]:
        """Reliability of days of legal time; of one subject, of a kind of them, or of all that are few."""

    def networks(self) -> list[Known]:
        """The networks of the fleet."""

    def network(self, name: str, first: date, last: date, zone: str) -> NetworkReport | None:
        """What crossed a network on days of legal time; None for one that the fleet does not know."""

    def returns(self, now: int, since: int) -> list[Followed]:
        """Interventions that are open or were closed since then (epoch ms UTC), with whether data came back."""


OpenStore = Callable[[], AbstractContextManager[Store]]
"""Opens the store for one request; raises psycopg.OperationalError where it does not answer."""


def readings_of(device: str, uplink: StoredUplink) -> list[StoredReading]:
    """The readings of a stored uplink."""
    triples = zip(uplink.properties, uplink.channels, uplink.values, strict=True)
    return [
        StoredReading(device=device, observed_at=uplink.observed_at, property=number, channel=channel, value=value)
        for number, channel, value in triples
    ]


class PostgresStore:
    """The store in PostgreSQL."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection

    def open_alerts(self, limit: int, offset: int) -> list[AlertEvent]:
        """As Store says."""
        return alert_queries.alerts(self._connection, limit, offset, only_open=True)

    def alerts(self, limit: int, offset: int) -> list[AlertEvent]:
        """As Store says."""
        return alert_queries.alerts(self._connection, limit, offset)

    def alert(self, alert_id: str) -> list[AlertEvent]:
        """As Store says."""
        return alert_queries.alert(self._connection, alert_id)

    def alert_ids(self, start: str) -> list[str]:
        """As Store says."""
        return alert_queries.ids_beginning(self._connection, start)

    def alerts_of_device(self, device: str, limit: int, offset: int) -> list[AlertEvent]:
        """As Store says."""
        return alert_queries.alerts_of(self._connection, device, offset + limit)[offset:]

    def count_alerts(self, *, only_open: bool = False, device: str = "") -> int:
        """As Store says."""
        row = self._connection.execute(_COUNT, (f":{device}:" if device else ":", only_open)).fetchone()
        return int(row[0]) if row else 0

    def events(self, from_at: int | None = None, to_at: int | None = None) -> Iterator[AlertEvent]:
        """As Store says."""
        self._connection.execute("SET statement_timeout = 0")
        return alert_queries.events(self._connection, from_at, to_at)

    def devices(self, limit: int, after: str) -> list[tuple[str, int]]:
        """As Store says."""
        return queries.devices(self._connection, limit, after)

    def last_readings(self, device: str) -> list[StoredReading]:
        """As Store says."""
        return queries.last_readings(self._connection, [device])

    def last_uplinks(self, device: str, limit: int) -> list[StoredUplink]:
        """As Store says."""
        return queries.last_uplinks(self._connection, device, limit)

    def points(self, limit: int, after: str, now: int) -> list[PointEntry]:
        """As Store says."""
        return point_queries.points(self._connection, limit, after, now)

    def point(self, point: str, now: int) -> PointFacts | None:
        """As Store says."""
        return point_queries.point_facts(self._connection, point, now)

    def points_of_device(self, device: str, now: int) -> list[tuple[str, str]]:
        """As Store says."""
        return point_queries.points_of_device(self._connection, device, now)

    def audit(self, point: str, now: int, placement: str) -> Audit:
        """As Store says."""
        return audit_queries.audit(self._connection, point, now, placement)

    def comparison(self, name: str, now: int, *, stamped_at_end: bool = True) -> Compared:
        """As Store says."""
        return comparison_queries.compare(self._connection, name, now, stamped_at_end=stamped_at_end)

    def reliability(self, first: date, last: date, subject: str) -> list[ReliabilityFigure]:
        """As Store says."""
        return reliability_queries.reliability(self._connection, first, last, subject)

    def networks(self) -> list[Known]:
        """As Store says."""
        return network_queries.networks(self._connection)

    def network(self, name: str, first: date, last: date, zone: str) -> NetworkReport | None:
        """As Store says."""
        return network_queries.network_report(self._connection, name, first, last, zone)

    def returns(self, now: int, since: int) -> list[Followed]:
        """As Store says."""
        return intervention_queries.returns(self._connection, now, since)


def store_of(settings: Settings, limit_ms: int = QUESTION_LIMIT_MS) -> OpenStore:
    """How the store of an installation is opened; limit_ms: how long one question may take."""

    @contextmanager
    def opened() -> Iterator[Store]:
        with connect(settings) as connection:
            connection.execute("SET default_transaction_read_only = on")
            connection.execute(f"SET statement_timeout = {limit_ms}".encode())
            yield PostgresStore(connection)

    return opened
