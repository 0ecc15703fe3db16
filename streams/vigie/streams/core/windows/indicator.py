"""An indicator: what it says, what it needs and how it is computed; and the registry of the platform's own.

Each is a file of `streams/indicators/` that ends in `register(...)`. It is computed from the complete set of readings
in the store, by `recompute` alone: when its window closes, and again whenever one of its readings changes.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from math import inf
from typing import Any, NamedTuple

from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.track import Track


class Subject(StrEnum):
    """What an indicator is of."""

    POINT = "point"
    ZONE = "zone"
    NETWORK = "network"
    USE_CASE = "use_case"


class Parameter(NamedTuple):
    """A number that the fleet may set otherwise: its value at first, its unit, what it does (French), its bounds."""

    default: float
    unit: str
    meaning_fr: str
    least: float = -inf
    most: float = inf


@dataclass(frozen=True, slots=True)
class PointTracks:
    """What is known of a point in the span that an indicator looks at.

    Attributes:
        point: its id.
        tracks: (property name, channel) -> readings of all flags, never none where the fleet expects some.
        latitude, longitude: degrees.
        datum: what its levels refer to; empty where nobody knows.
        role: of the zone by which it takes part: `own`, `project`, `reference`, `control`, `other`.
    """

    point: str
    tracks: Mapping[tuple[str, int], Track]
    latitude: float
    longitude: float
    datum: str = ""
    role: str = "own"

    def of(self, name: str) -> list[Track]:
        """The tracks of a property, by rising channel."""
        return [self.tracks[key] for key in sorted(self.tracks) if key[0] == name]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an indicator is computed from.

    Attributes:
        window: to be judged; readings reach `before_s` and `after_s` beyond it.
        zone: IANA name of the legal time.
        points: the point itself; or the points of the zone, network or use case.
        others: points of reference and control zones, where the indicator asks for these roles.
        parameters: every parameter of the indicator, by name.
        facts: what a loader of the indicator's own brought (`Indicator.load`), by name.
    """

    window: Window
    zone: str
    points: Sequence[PointTracks]
    others: Sequence[PointTracks] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def point(self) -> PointTracks:
        """The only point."""
        return self.points[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an indicator comes to in a window (see topics.aggregate.Aggregate for each).

    `value` and the other numbers must be None where completeness is below the indicator's bound: `honest` sees to it.
    `channel`: appended to the name as `#channel` where the indicator is computed per channel.
    """

    value: float | None
    count: int
    expected: int | None = None
    completeness: float | None = None
    excluded: int = 0
    minimum: float | None = None
    mean: float | None = None
    maximum: float | None = None
    sum: float | None = None
    first: float | None = None
    last: float | None = None
    quality: int = 2
    category: str = ""
    details: Mapping[str, float] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    channel: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator.

    Attributes:
        name: English, `<use case>_<what>`; never used for anything else.
        use_case: of topics.fleet.kinds.point.USE_CASES; empty for networks and the platform.
        subject: what it is of.
        codes: windows in which it is computed.
        properties: names of the catalogue; a point that measures none of them has no such indicator.
        needs_all: whether a point must measure all of them.
        before_s, after_s: how far it looks beyond its window.
        roles: zone roles whose points it compares with (`reference`, `control`).
        unit: of its value.
        bound: completeness below which its value is null.
        version: of the definition; raised when the same readings would come to something else.
        parameters: by name.
        decimals: as many as people read of its value; None: as its unit asks.
        label_fr, label_en: a few words.
        definition_fr, formula, period_fr, source, limits_fr: of its page.
        compute: none, one or (by channel) several results; pure.
        many: the same as `compute` of many windows at once, from inputs that reach over all of them, where that is
            much quicker; None in place of what `compute` must look at by itself.
        load: for what is not readings of points (uplinks of a network …): given a connection, subjects' ids and the
            window, facts by subject. Lives in streams/sinks; None where readings suffice.
    """

    name: str
    use_case: str
    codes: tuple[str, ...]
    properties: tuple[str, ...]
    unit: str
    version: str
    label_fr: str
    label_en: str
    definition_fr: str
    formula: str
    period_fr: str
    source: str
    limits_fr: str
    compute: Callable[[Inputs], Sequence[Result]]
    subject: Subject = Subject.POINT
    needs_all: bool = True
    before_s: int = 0
    after_s: int = 0
    roles: tuple[str, ...] = ()
    bound: float = 0.75
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    decimals: int | None = None
    many: Callable[[Inputs, Sequence[Window]], Sequence[Sequence[Result] | None]] | None = None
    load: Callable[[Any, Sequence[str], Window], Mapping[str, Mapping[str, Any]]] | None = None


_indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> None:
    """Add an indicator.

    Raises:
        ValueError: the name is taken.
    """
    if indicator.name in _indicators:
        raise ValueError(f"Two indicators are named {indicator.name}")
    _indicators[indicator.name] = indicator


@cache
def indicators() -> dict[str, Indicator]:
    """Every indicator of the platform by its name."""
    from vigie.streams import indicators as package

    for found in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{found.name}")
    return dict(sorted(_indicators.items()))
