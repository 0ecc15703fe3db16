"""What the steps read of the fleet, each from–to: placements, points, settings, verdicts, outages.

Instants are epoch ms UTC; `ALWAYS` and `EVER` stand for no bound.
"""

from typing import NamedTuple

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
    """Parameters of a quality test at a point, from (inclusive) to (exclusive); channel None for all."""

    property: int
    channel: int | None
    test: int
    parameters: dict[str, float]
    from_at: int = ALWAYS
    to_at: int = EVER


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
