"""What the pages show, as the store gives it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from vigie.topics.alert_event import AlertEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenReading:
    """A stored reading: property id, channel, value in the unit of the catalogue, epoch ms UTC."""

    property: int
    channel: int
    value: float
    observed_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenUplink:
    """A stored uplink; instants are epoch ms UTC, codec is its id and version."""

    id: str
    revision: int
    observed_at: int
    ingested_at: int
    network: str
    codec: str
    readings: tuple[SeenReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDevice:
    """A device of the store and its last arrival, epoch ms UTC."""

    id: str
    ingested_at: int


class Store(Protocol):
    """The questions that `serve` asks."""

    def open_alerts(self, limit: int) -> list[AlertEvent]:
        """The last transition of each alert that is not over, the latest first."""

    def alerts(self, limit: int, offset: int) -> list[AlertEvent]:
        """The last transition of each alert, the latest raised first."""

    def alert(self, alert_id: str) -> list[AlertEvent]:
        """Every transition of an alert in its order; empty if there is none."""

    def alerts_of_device(self, device: str, limit: int) -> list[AlertEvent]:
        """The last transition of each alert of a device, the latest first."""

    def events(self) -> Iterator[AlertEvent]:
        """Every transition of every alert in the order of decision, read bit by bit."""

    def devices(self, limit: int, after: str) -> list[SeenDevice]:
        """The devices whose id comes after one, in the order of their ids."""

    def last_readings(self, device: str) -> list[SeenReading]:
        """The last reading of each property and channel of a device."""

    def last_uplinks(self, device: str, limit: int) -> list[SeenUplink]:
        """The last uplinks of a device, the latest first."""


OpenStore = Callable[[], AbstractContextManager[Store]]
"""Opens the store for one request; raises psycopg.OperationalError where it does not answer."""
