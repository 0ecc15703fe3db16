"""A rule: what it watches, how it judges one value, what it says; and the registry of the platform's own.

Each is a file of `streams/rules/` that ends in `register(...)`. A rule judges; it holds nothing but its memory.
On-delay, off-delay, calendar and freshness are the same for all and stand in the engine around it (`detect`), so a rule
answers one question: how bad is this value, given what was held before?

`judge` is called for each value of a series in the order of event time; what came late (not fresh) reaches only rules
with `judges_late`, with a memory of their own. Values whose level is 0 are by far the most: return USUAL for them and
make nothing (a whole uplink of five readings has 30 µs for all rules).
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import nan
from typing import Any, NamedTuple

from vigie.streams.core.windows.indicator import Parameter
from vigie.topics.aggregate import Aggregate
from vigie.topics.baseline import Baseline

__all__ = ["USUAL", "Ground", "Judgement", "Parameter", "Rule", "Sample", "register", "rules"]


class Sample(NamedTuple):
    """One value of a series, in the order of arrival.

    Attributes:
        at: epoch ms UTC, event time; of an aggregate the end of its window.
        arrival_at: epoch ms UTC, `ingested_at`.
        value: in the unit of the store.
        flag: roll-up 1, 2, 3, 4 or 9.
        tests: every test's flag, four bits each, where `flag` is 3 or 4; 0 for other values and for an aggregate.
        id: of the observation, or `indicator window start` of an aggregate.
        fresh: whether it may alarm (records.md section 2).
        category: of an aggregate, such as `blocked`; empty for a reading.
        details: further numbers of an aggregate, by name; empty for a reading.
    """

    at: int
    arrival_at: int
    value: float
    flag: int
    tests: int
    id: str
    fresh: bool
    aggregate: Aggregate | None = None
    category: str = ""
    details: Mapping[str, float] = {}


class Ground(NamedTuple):
    """What a rule judges by.

    Attributes:
        parameters: every parameter of the rule, by name, with the engine's own (`deadband`, `on_delay` …).
        zone: IANA name of the legal time.
        property, channel: of the series.
        step_s, upload_s: of the series; 0 where unknown.
        latitude, longitude: degrees.
        baseline: of the series; None while there is none, and for a rule that does not ask for it.
        neighbours: point -> instant and value, the latest good ones of its buddy group (itself left out), for a rule
            that asks for them; empty for others.
    """

    parameters: Mapping[str, float]
    zone: str
    property: int
    channel: int
    step_s: int
    upload_s: int
    latitude: float = 0.0
    longitude: float = 0.0
    baseline: Baseline | None = None
    neighbours: Mapping[str, tuple[int, float]] = {}


class Judgement(NamedTuple):
    """How bad a value is.

    Attributes:
        level: 0 as usual; 1 or more, the higher the worse.
        threshold: that it passed, in the unit of the value; nan for none.
        expected_low, expected_high: what was expected; nan for no bound.
        sigma: deviation in robust standard deviations; nan where the rule knows none.
        phi: -log10 of its probability; nan likewise.
        support: how many values the expectation rests on.
        facts: more of the explanation, by name (alert_facts.py).
    """

    level: int
    threshold: float = nan
    expected_low: float = nan
    expected_high: float = nan
    sigma: float = nan
    phi: float = nan
    support: int = 0
    facts: Mapping[str, str] = {}


USUAL = Judgement(0)
"""Nothing to say of a value."""

Judge = Callable[[Any, Sample, Ground, int], Judgement]
"""(memory, changed in place; sample; ground; level that is held now, for the deadband) -> judgement."""
Due = Callable[[Any, int, Ground, int], Judgement | None]
"""(memory, changed in place; tick, epoch ms UTC; ground; level held) -> judgement, None for nothing new."""
Says = Callable[[Sample, Ground, Judgement, str], str]
"""(sample; ground; judgement; language fr or en) -> what follows the point's name in the sentence: « mesure 2,31 m,
au-dessus du seuil d'alerte de 2,00 m »."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        name: English, a noun: `threshold`, `rate`, `baseline`; with a use case's name before it where it is one's own.
        version: of the method; raised when the same values would be judged otherwise.
        kind: of its alarms: `value`, or `data` for gaps and faults of quality.
        use_case: whose it is; empty for all.
        properties: names of the catalogue that it can watch; empty for all gauges, levels and counts.
        indicators: names of indicators that it watches instead, on `aggregates.v1`.
        codes: windows of these indicators; empty for all.
        wants_baseline: whether it reads `ground.baseline`.
        wants_neighbours: whether it reads `ground.neighbours`: it then watches the values that neighbours exchange
            (`buddies`, air temperature), at points with a buddy group.
        judges_late: whether values that came late are judged too, for the archive.
        takes_repairs: whether later revisions of an aggregate are judged too (a gap that is filled).
        hastens: while it fires, the other rules of the series need no on-delay (a river that rises fast).
        due: of a rule that also judges by ticks what it remembers; only called while `waits(memory)`.
        waits: whether something in its memory waits for a tick.
        on_by_default: whether it watches every point that it can without being stated in the fleet.
        by_default_at: names of the properties for which that holds; empty for all that it can watch.
        parameters: by name, the engine's own (`on_delay`, `off_delay_s`, …) left out.
        delays: what it wants other than the engine's start values, by the same names.
        priorities: of level 1, 2, 3 …; the last holds beyond.
        latched: whether its alarms stay until a person resets them.
        memory: makes an empty memory, a msgspec Struct (array_like) of at most some hundred bytes; None: it needs none.
        judge: pure; called for good and suspect values alike unless `good_only`.
        good_only: whether values with a flag of 3, 4 or 9 pass it by.
        says: the sentence.
        label_fr, label_en: a few words.
        contribution_fr, sources_fr, operations_fr, limits_fr: of its page (CRPA R311-3-1-2: degree and mode of
            contribution; data and their sources; operations done; known limits).
        check_fr, check_en: what is worth a look when it alarms.
        clears_fr, clears_en: what closes its alarms.
        source: standard, paper or requirement that it comes from.
    """

    name: str
    version: str
    label_fr: str
    label_en: str
    judge: Judge
    says: Says
    contribution_fr: str
    sources_fr: str
    operations_fr: str
    limits_fr: str
    check_fr: str
    check_en: str
    clears_fr: str
    clears_en: str
    source: str
    kind: str = "value"
    use_case: str = ""
    properties: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    on_by_default: bool = False
    by_default_at: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    delays: Mapping[str, float] = field(default_factory=dict)
    priorities: tuple[int, ...] = (3,)
    latched: bool = False
    memory: Callable[[], Any] | None = None
    good_only: bool = True
    wants_baseline: bool = False
    wants_neighbours: bool = False
    judges_late: bool = False
    takes_repairs: bool = False
    hastens: bool = False
    due: Due | None = None
    waits: Callable[[Any], bool] | None = None


_rules: dict[str, Rule] = {}


def register(rule: Rule) -> None:
    """Add a rule.

    Raises:
        ValueError: the name is taken.
    """
    if rule.name in _rules:
        raise ValueError(f"Two rules are named {rule.name}")
    _rules[rule.name] = rule


@cache
def rules() -> dict[str, Rule]:
    """Every rule of the platform by its name."""
    from vigie.streams import rules as package

    for found in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{found.name}")
    return dict(sorted(_rules.items()))
