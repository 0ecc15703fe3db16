"""What the steps read of the fleet, each from–to: placements, points, settings, verdicts, outages.

Instants are epoch ms UTC; `ALWAYS` and `EVER` stand for no bound.
"""

from collections.abc import Mapping
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
        datum: what its levels refer to; empty where nobody said.
        name: as people call it; empty where it has only its code.
        schedule: fixed times at which it sends (core/silence/schedule.py); empty for none.
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
    datum: str = ""
    name: str = ""
    schedule: str = ""


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


class StatedIndicator(NamedTuple):
    """An indicator as the fleet states it (topics/fleet/kinds/indicator.py), from (inclusive) to (exclusive).

    Attributes:
        owner: id of a contact.
        expression, unit, base: empty where there is none.
        properties: names of the catalogue.
        windows: codes.
        use_case, points, zones: what it is for; all of them empty: for every point.
    """

    id: str
    from_at: int
    to_at: int
    name: str
    definition: str
    owner: str
    expression: str
    unit: str
    base: str
    parameters: dict[str, float]
    properties: tuple[str, ...]
    windows: tuple[str, ...]
    use_case: str
    points: tuple[str, ...]
    zones: tuple[str, ...]

    def asks_for_windows(self) -> bool:
        """Whether it asks for windows of properties, and computes nothing of its own."""
        return bool(self.properties) and not self.expression and not self.base


class StatedRule(NamedTuple):
    """An alert rule as the fleet states it (topics/fleet/kinds/rule.py), from (inclusive) to (exclusive).

    Attributes:
        owner: id of a contact.
        base: name of the platform's rule; empty where the id is that name.
        state: `on`, `trial` or `off`.
        properties: property id and channel, which is None for all.
        indicators: names, instead of properties.
        use_case, points, zones: what it is for; all of them empty: for every point.
        priority: of the first level; 0 where it is not stated.
        calendar: when it watches; empty for always.
        second_source: id of a point that confirms.
    """

    id: str
    from_at: int
    to_at: int
    name: str
    definition: str
    owner: str
    base: str
    state: str
    properties: tuple[tuple[int, int | None], ...] = ()
    indicators: tuple[str, ...] = ()
    use_case: str = ""
    points: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    parameters: Mapping[str, float] = {}
    priority: int = 0
    calendar: str = ""
    latched: bool = False
    second_source: str = ""
    hubeau_station: str = ""
    image_url: str = ""
