"""What `observe` knows of the fleet: which point a reading belongs to, and what holds there at an instant.

A view never changes; an apply that is in force makes the next one (`with_objects`). Instants are epoch ms UTC,
`ALWAYS` and `EVER` stand for no bound.
"""

from collections.abc import Iterable
from typing import NamedTuple

from vigie.topics.fleet_object import FleetObject

ALWAYS, EVER = -(2**62), 2**62


class Conversion(NamedTuple):
    """A conversion of a placement (topics/fleet/kinds/conversion.py).

    Attributes:
        property, to_property: ids in the catalogue.
        channel: the device's; None for all.
        factor, offset: of a linear one, value * factor + offset.
        table: of a table, (from, to) by rising from; empty for a linear one.
    """

    property: int
    to_property: int
    channel: int | None
    factor: float
    offset: float
    table: tuple[tuple[float, float], ...]


class Placement(NamedTuple):
    """A device at a point, from (inclusive) to (exclusive)."""

    id: str
    device: str
    point: str
    from_at: int
    to_at: int
    channels: frozenset[int] | None
    empty_mm: float | None
    full_mm: float | None
    datum_m: float | None
    conversions: tuple[Conversion, ...]


class Expected(NamedTuple):
    """What a point measures: property id, channel, step and upload period in seconds."""

    property: int
    channel: int
    step_s: int
    upload_s: int


class Point(NamedTuple):
    """A point, from (inclusive) to (exclusive).

    Attributes:
        zones: the point's and all that enclose them.
        series: what it measures.
        buddy_group: empty where it has no neighbours.
    """

    id: str
    from_at: int
    to_at: int
    code: str
    use_case: str
    commune: str
    zones: tuple[str, ...]
    latitude: float
    longitude: float
    altitude_m: float | None
    step_s: int
    upload_s: int
    series: tuple[Expected, ...]
    buddy_group: str


class Setting(NamedTuple):
    """Parameters of a quality test at a point; channel None for all."""

    property: int
    channel: int | None
    test: int
    parameters: dict[str, float]


class Verdict(NamedTuple):
    """What the owner said of a span; property or channel None for all."""

    id: str
    from_at: int
    to_at: int
    property: int | None
    channel: int | None
    rejected: bool


class Outage(NamedTuple):
    """An intervention from its start to its end (EVER while it is open)."""

    id: str
    from_at: int
    to_at: int


class FleetView:
    """The fleet at one revision.

    Attributes:
        revision: of the last apply in force; 0 for an empty fleet.
    """

    revision: int = 0

    def with_objects(self, objects: Iterable[FleetObject]) -> "FleetView":
        """The view after these objects replaced those of their keys; its revision is the highest among them."""
        raise NotImplementedError

    def device_at(self, address: str, at: int) -> str | None:
        """The device that has an address at an instant."""
        raise NotImplementedError

    def placements_of(self, address: str) -> tuple[Placement, ...]:
        """Placements of the device (or, over time, devices) that have an address, by rising from_at."""
        raise NotImplementedError

    def covering(self, address: str, channel: int, at: int) -> Placement | None:
        """The placement that covers a reading of an address on a channel at an instant."""
        raise NotImplementedError

    def point_at(self, point: str, at: int) -> Point | None:
        """The point as it was (as known now) at an instant."""
        raise NotImplementedError

    def settings_of(self, point: str) -> tuple[Setting, ...]:
        """Quality settings of a point, the more particular (with a channel) last."""
        raise NotImplementedError

    def verdicts_of(self, point: str) -> tuple[Verdict, ...]:
        """What the owner said, in the order of ids: the last that covers a value counts."""
        raise NotImplementedError

    def outages_of(self, point: str) -> tuple[Outage, ...]:
        """Interventions that began."""
        raise NotImplementedError
