"""What watches a point: the platform's own rules and those of the fleet, each with its parameters in force.

Made once per point and view of the fleet, and looked up by series; so a reading costs one lookup.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import isnan

from vigie.streams.core.detect.calendar import CalendarError, Piece, parse
from vigie.streams.core.detect.rule import Ground, Judge, Rule, rules
from vigie.streams.core.detect.start_values import OWN, SHARES, start_of
from vigie.streams.core.fleet.words import ALWAYS, EVER, Point, StatedRule
from vigie.topics.property import PROPERTIES, Kind

_BY_DEFAULT = (Kind.GAUGE, Kind.LEVEL, Kind.INTERVAL_COUNT)
_STEPS_S = {"15m": 900, "30m": 1800, "1h": 3600, "1d": 86_400, "1w": 604_800, "r1h": 900, "r24h": 900, "r8h": 3600,
            "r7d": 86_400}  # fmt: skip
DAY_ONLY = parse("jour")
"""Fixed thresholds of counts say nothing at night, unless a calendar is stated."""


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """A rule at a series of a subject.

    Attributes:
        id: of the fleet's rule, or the platform's name of it.
        rule: of the platform.
        stated: None for the platform's own.
        key: series, property << 16 | channel; the same, negative, beside its neighbours; of an aggregate `indicator
            code`.
        ground: without what changes from value to value.
        on_delay, off_delay_ms, mask_min: of the engine.
        calendar: pieces; none for always.
        trial: whether nobody is mailed.
        late: whether values that came late are judged, for the archive.
        from_at, to_at: when the rule is in force.
        judge, good_only: of the rule: looked up for each value.
        checked: whether more than the order of its values says if a value is judged.
    """

    id: str
    rule: Rule
    stated: StatedRule | None
    key: int | str
    ground: Ground
    on_delay: int
    off_delay_ms: int
    mask_min: int
    calendar: tuple[Piece, ...]
    trial: bool
    late: bool
    from_at: int
    to_at: int
    judge: Judge
    good_only: bool
    checked: bool

    def priority(self, level: int) -> int:
        """Of a level, 1 to 4: a stated one is of the first level and rises with the others."""
        if self.stated is not None and self.stated.priority:
            return max(1, self.stated.priority - level + 1)
        own = self.rule.priorities
        return own[min(level, len(own)) - 1]

    @property
    def name(self) -> str:
        """What it watches: name of a property, or of an indicator."""
        return self.key.partition(" ")[0] if isinstance(self.key, str) else name_of(self.key)


def watches(
    key: int | str, point: Point | None, stated: Iterable[StatedRule], zone: str, subject: str = ""
) -> tuple[Watch, ...]:
    """What watches a series.

    Args:
        key: see Watch.
        point: None for an aggregate of something else.
        stated: rules of the fleet that are for this point or subject.
        zone: of legal time.
        subject: of an aggregate.

    Returns:
        Those that hasten others first.
    """
    said = list(stated)
    named = {one.id for one in said}
    found = [
        made
        for one in said
        if one.state != "off" and (rule := rules().get(one.base or one.id)) is not None
        for made in _made(key, rule, one, point, zone, subject)
    ]
    for name, rule in rules().items():
        if rule.on_by_default and name not in named and (not rule.by_default_at or name_of(key) in rule.by_default_at):
            found += _made(key, rule, None, point, zone, subject)
    return tuple(sorted(found, key=lambda one: not one.rule.hastens))


def _made(
    key: int | str, rule: Rule, stated: StatedRule | None, point: Point | None, zone: str, subject: str
) -> Iterator[Watch]:
    if rule.use_case and point is not None and point.use_case != rule.use_case:
        return
    series = abs(key) if isinstance(key, int) else 0
    if isinstance(key, int):
        if (key < 0) != rule.wants_neighbours or not _of_series(series, rule, stated):
            return
    elif rule.wants_neighbours or not _of_indicator(key, rule, stated, subject):
        return
    parameters = parameters_in_force(rule, stated, key)
    calendar: tuple[Piece, ...] = ()
    if stated is not None and stated.calendar:
        try:
            calendar = parse(stated.calendar)
        except CalendarError:
            return  # `vigie fleet check` has told it; a rule that nobody understands watches nothing
    elif rule.name == "threshold" and series and PROPERTIES[series >> 16].kind is Kind.INTERVAL_COUNT:
        calendar = DAY_ONLY
    step_s, upload_s = _rhythm(key, point)
    off_s = parameters["off_delay_s"]
    if not (stated and "off_delay_s" in stated.parameters) and "off_delay_s" not in rule.delays:
        off_s = max(off_s, start_of(name_of(key)).off_periods * step_s)
    yield Watch(
        id=stated.id if stated else rule.name,
        rule=rule,
        stated=stated,
        key=key,
        ground=Ground(
            parameters, zone, series >> 16, series & 0xFFFF, step_s, upload_s,
            point.latitude if point else 0.0, point.longitude if point else 0.0,
        ),
        on_delay=max(1, int(parameters["on_delay"])),
        off_delay_ms=int(off_s * 1000),
        mask_min=int(parameters["mask_min"]),
        calendar=calendar,
        trial=stated is not None and stated.state == "trial",
        late=rule.judges_late and stated is not None,
        from_at=stated.from_at if stated else ALWAYS,
        to_at=stated.to_at if stated else EVER,
        judge=rule.judge,
        good_only=rule.good_only,
        checked=rule.takes_repairs
        or parameters["mask_min"] > 0
        or (stated is not None and (stated.from_at, stated.to_at) != (ALWAYS, EVER)),
    )  # fmt: skip


def _of_series(key: int, rule: Rule, stated: StatedRule | None) -> bool:
    if rule.indicators or (stated is not None and stated.indicators):
        return False
    number, channel = key >> 16, key & 0xFFFF
    known = PROPERTIES.get(number)
    if known is None or (rule.properties and known.name not in rule.properties):
        return False
    if stated is not None and stated.properties:
        return any(one == number and channel in (which, which or channel) for one, which in stated.properties)
    return bool(rule.properties) or known.kind in _BY_DEFAULT


def _of_indicator(key: str, rule: Rule, stated: StatedRule | None, subject: str) -> bool:
    indicator, _, code = key.partition(" ")
    name = indicator.partition("#")[0]
    if stated is not None and stated.indicators:
        meant = name in stated.indicators or indicator in stated.indicators
    else:
        meant = name in rule.indicators or ("*" in rule.indicators and known_property(name))
    if not meant or (rule.codes and code not in rule.codes):
        return False
    if subject.startswith("point:"):
        return True
    kind, _, of = subject.partition(":")
    if stated is None:
        return kind != "commune" and "*" not in rule.indicators
    return of in stated.zones if kind == "zone" else not (stated.zones or stated.points)


def known_property(name: str) -> bool:
    """Whether an aggregate's indicator is a property of the catalogue."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(one.name for one in PROPERTIES.values())


def name_of(key: int | str) -> str:
    """Name of a property, or of an indicator without its channel.

    >>> name_of(10 << 16 | 2), name_of("passages#2 1h")
    ('laeq', 'passages')
    """
    if isinstance(key, int):
        return PROPERTIES[abs(key) >> 16].name
    return key.partition(" ")[0].partition("#")[0]


def parameters_in_force(rule: Rule, stated: StatedRule | None, key: int | str) -> Mapping[str, float]:
    """Every parameter: start values of the quantity, the rule's (where they are numbers), its delays, the fleet's."""
    said = tuple(sorted(stated.parameters.items())) if stated else ()
    return _parameters(rule.name, said, name_of(key))


@lru_cache(10_000)
def _parameters(rule_name: str, said: tuple[tuple[str, float], ...], quantity: str) -> Mapping[str, float]:
    """One mapping for all series of the same, so that 100,000 points do not hold as many."""
    rule, start = rules()[rule_name], start_of(quantity)
    found = {name: one.default for name, one in OWN.items()}
    found |= {
        "deadband": start.deadband, "on_delay": start.on_delay, "off_delay_s": start.off_delay_s,
        "mask_min": start.mask_min, "fall": start.fall, "deadband_is_share": float(quantity in SHARES),
    }  # fmt: skip
    found |= {name: one.default for name, one in rule.parameters.items() if not isnan(one.default)}
    return found | dict(rule.delays) | dict(said)


def _rhythm(key: int | str, point: Point | None) -> tuple[int, int]:
    """Step (of an aggregate: from window to window) and upload period of a series, seconds; 0 where nobody knows."""
    if isinstance(key, str):
        return _STEPS_S.get(key.rpartition(" ")[2], 0), point.upload_s if point is not None else 0
    if point is None:
        return 0, 0
    series = abs(key)
    for one in point.series:
        if one.property == series >> 16 and one.channel == series & 0xFFFF:
            return one.step_s, one.upload_s
    return point.step_s, point.upload_s
