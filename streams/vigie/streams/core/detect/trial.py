"""A rule tried on what is stored: the same engine, over values in their order; what it would have raised.

Pure: values in, signals and the worst value of each episode out. Nothing of the platform's other rules takes part but
those that hasten (core/detect/rule.py).
"""

from collections.abc import Callable, Iterable, Mapping
from math import nan
from typing import NamedTuple

from vigie.streams.core.detect.engine import Engine, Watching
from vigie.streams.core.detect.kept import Group
from vigie.streams.core.detect.memory import Memory
from vigie.streams.core.detect.plan import Plan
from vigie.streams.core.detect.rule import Sample
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.fleet.words import ALWAYS, EVER, StatedRule
from vigie.topics.aggregate import Aggregate
from vigie.topics.alarm_input import ConditionSignal
from vigie.topics.baseline import Baseline

BaselineAt = Callable[[str, int, int], Baseline | None]
"""(point, series, instant) -> the baseline that was in force."""
_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
_ANEW_MS = 7 * _DAY_MS
"""How often the baselines are asked for anew."""


class Value(NamedTuple):
    """One stored reading; `key` is property << 16 | channel, instants epoch ms UTC."""

    point: str
    at: int
    arrival_at: int
    key: int
    value: float
    flag: int
    tests: int
    id: str


class Tried(NamedTuple):
    """What came of it.

    Attributes:
        signals: in the order of decision.
        worst: cause id -> the worst value of that episode.
        judged: values that were judged.
        points: that the rule watches.
    """

    signals: list[ConditionSignal]
    worst: dict[str, float]
    judged: int
    points: set[str]


class Trial:
    """One rule over the points of a fleet.

    Args:
        view: the fleet, with the rule or without it.
        stated: the rule; it counts as switched on, whenever it holds.
        zone: of legal time.
        baseline_at: None where the rule asks for none.
    """

    def __init__(
        self, view: FleetView, stated: StatedRule, zone: str, baseline_at: BaselineAt | None = None
    ) -> None:  # fmt: skip
        self._view, self._zone, self._baseline_at = view, zone, baseline_at
        self._rule = stated._replace(state="on", from_at=ALWAYS, to_at=EVER)
        self._engine = Engine()
        self._memories: dict[str, Memory] = {}
        self._plans: dict[str, Plan | None] = {}
        self._groups: dict[str, Group] = {}
        self._asked: dict[tuple[str, int], int] = {}  # (point, series) -> when its baseline was asked for
        self._worst: dict[str, float] = {}
        self._judged = 0
        self._points: set[str] = set()

    def readings(self, values: Iterable[Value], *, beside: bool = False) -> None:
        """Judge values, given by rising instant.

        Args:
            values: of any points.
            beside: whether the rule judges each beside its neighbours.
        """
        for one in values:
            plan = self._plan(f"point:{one.point}", one.at)
            if plan is None or plan.out_of_service(one.at):
                continue
            memory, key = self._memory(plan), -one.key if beside else one.key
            watched = [each for each in self._watched(memory, one, key) if each[0].id == self._rule.id]
            neighbours = self._neighbours(plan, one) if beside else None
            if not watched or one.flag > 4:
                continue
            fresh = one.arrival_at - one.at <= 2000 * watched[0][2].upload_s
            self._judge(
                memory,
                watched,
                Sample(one.at, one.arrival_at, one.value, one.flag, one.tests, one.id, fresh),
                neighbours,
            )
            self._points.add(one.point)

    def windows(self, aggregates: Iterable[Aggregate]) -> None:
        """Judge windows, given by their end, each as it was published in time."""
        for one in aggregates:
            plan = self._plan(one.subject, one.window_start)
            if plan is None or plan.out_of_service(one.window_end):
                continue
            memory = self._memory(plan)
            found = self._engine.watched(memory, f"{one.indicator} {one.window_code}")
            watched = [each for each in found if each[0].id == self._rule.id]
            if watched and (one.value is not None or watched[0][0].rule.takes_repairs):
                value = nan if one.value is None else one.value
                name = f"{one.indicator} {one.window_code} {one.window_start}"
                self._judge(memory, watched, Sample(
                    one.window_end, one.window_end, value, 1, 0, name, True, one, one.category, one.details
                ))  # fmt: skip
                self._engine.due(memory, one.window_end + _DAY_MS)
                self._points.add(one.subject.removeprefix("point:"))

    def tried(self, until_at: int) -> Tried:
        """What came of it, up to an instant (epoch ms UTC)."""
        for memory in self._memories.values():
            self._engine.due(memory, until_at)
        own = [one for one in self._engine.taken() if one.rule == self._rule.id]
        return Tried(sorted(own, key=lambda one: one.decided_at), self._worst, self._judged, self._points)

    def _plan(self, subject: str, at: int) -> Plan | None:
        found = self._plans.get(subject)
        if found is None or not found.from_at <= at < found.to_at:
            kind, _, name = subject.partition(":")
            point = self._view.point_at(name, at) if kind == "point" else None
            outages = self._view.outages_of(name) if kind == "point" else ()
            if kind == "point" and point is None:
                return None
            found = self._plans[subject] = Plan(subject, point, (self._rule,), outages, self._zone)
        return found

    def _memory(self, plan: Plan) -> Memory:
        memory = self._memories.setdefault(plan.subject, Memory())
        self._engine.bind(memory, plan)
        return memory

    def _watched(self, memory: Memory, one: Value, key: int) -> list[Watching]:
        if self._baseline_at is None:
            return list(self._engine.watched(memory, key))
        asked = self._asked.get((one.point, key))
        if asked is None or one.at - asked >= _ANEW_MS:
            self._asked[one.point, key] = one.at
            memory.bound.pop(key, None)
            return list(self._engine.watched(memory, key, self._baseline_at(one.point, key, one.at)))
        return list(self._engine.watched(memory, key))

    def _neighbours(self, plan: Plan, one: Value) -> Mapping[str, tuple[int, float]]:
        assert plan.point is not None
        group = self._groups.setdefault(plan.point.buddy_group, Group({}))
        if one.flag <= 2:
            group.take(one.key, one.point, one.at, one.value)
        return group.others(one.key, one.point, one.at - _HOUR_MS)

    def _judge(
        self, memory: Memory, watched: list[Watching], sample: Sample,
        neighbours: Mapping[str, tuple[int, float]] | None = None,
    ) -> None:  # fmt: skip
        self._judged += 1
        self._engine.judge(memory, watched, sample, neighbours)
        alarm = memory.alarms.get(self._rule.id)
        if alarm is not None and sample.fresh:
            falling = watched[0][2].parameters.get("direction", 1.0) < 0
            known = self._worst.setdefault(alarm.cause_id, sample.value)
            self._worst[alarm.cause_id] = min(known, sample.value) if falling else max(known, sample.value)
