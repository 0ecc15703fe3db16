"""Rows of sensors played through the rules, as `detect` does: fresh values in the order of arrival, to alarms."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from vigie.deploy.faults.rules_world import ZONE, Rows, World, place_of
from vigie.deploy.faults.sent import LOST, Sent
from vigie.streams.core.detect.engine import Engine
from vigie.streams.core.detect.memory import Memory
from vigie.streams.core.detect.plan import Plan
from vigie.streams.core.detect.rule import Sample, rules
from vigie.streams.core.fleet.words import ALWAYS, EVER, Expected, Point, StatedRule
from vigie.streams.core.silence.loss import missed_needed, phi_threshold
from vigie.topics.aggregate import Aggregate
from vigie.topics.property import PROPERTIES

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
GAP, SILENCE = "data_gap", "silence"
_DEVICES = 300
"""Of the installation that tolerates one false alarm of silence in 30 days."""
_OF_USERS = ("threshold", "rate", "novelty")
_WAIT_MS = 3 * 3_600_000
"""After its end a day that is not complete is looked at once more: readings had two hours to come."""


class Alarm(NamedTuple):
    """A rule has begun to fire at a point, at an instant (epoch ms UTC, event time)."""

    rule: str
    point: int
    at: int


def watching(use_case: str, name: str) -> list[str]:
    """The platform's rules that can watch a property of a use case without thresholds of the users' own."""
    return [
        rule.name
        for rule in rules().values()
        if rule.name not in _OF_USERS
        and (not rule.indicators or "*" in rule.indicators)
        and rule.use_case in ("", use_case)
        and (not rule.properties or name in rule.properties)
    ]


def unasked(use_case: str, name: str) -> list[str]:
    """Those of them that watch it without being stated in the fleet, and silence, which needs no rule."""
    return [
        SILENCE,
        *(
            one
            for one in watching(use_case, name)
            if (rule := rules()[one]).on_by_default and (not rule.by_default_at or name in rule.by_default_at)
        ),
    ]


def play(found: World, what: Rows, use_case: str) -> list[Alarm]:
    """Every beginning of an alarm."""
    name = PROPERTIES[found.target].name
    stated = tuple(_stated(one) for one in watching(use_case, name))
    sent, engine, alarms = what.sent, Engine(), []
    players = [_Player(found, use_case, number, stated) for number in range(int(sent.point[-1]) + 1)]
    latest: dict[str, tuple[int, float]] = {}
    values, key = sent.values[found.target], found.target << 16
    has_neighbours = found.clean.offsets is not None
    for row in sent.ingested_at.argsort(kind="stable").tolist():
        number, at, value = int(sent.point[row]), int(sent.at_ms[row]), float(values[row])
        player, flag = players[number], int(what.flags[row])
        week = max(min((at - what.first_at) // WEEK_MS, len(what.baselines) - 1), 0)
        sample = Sample(at, int(sent.ingested_at[row]), value, flag, what.tests[row], str(row), fresh=True)
        if week != player.week:  # the night has brought new baselines
            player.week, player.own.plan = week, None
        engine.bind(player.own, player.plan)
        engine.judge(player.own, engine.watched(player.own, key, what.baselines[week][number]), sample)
        if has_neighbours and flag <= 2:
            others = {other: one for other, one in latest.items() if other != player.name}
            engine.bind(player.near, player.plan)
            engine.judge(player.near, engine.watched(player.near, -key), sample, others)
            latest[player.name] = at, value
        if engine.signals:
            alarms += [Alarm(one.rule, number, one.event_at) for one in engine.taken() if one.active]
    for player in players:
        alarms += [*_days(engine, player, sent, found), *_silences(player, sent, found)]
    return alarms


def _days(engine: Engine, player: "_Player", sent: Sent, found: World) -> Iterator[Alarm]:
    """Alarms about days that are not complete: how many readings came of each, of how many."""
    own = sent.at_ms[sent.point == player.number]
    name = PROPERTIES[found.target].name
    expected = DAY_MS // (found.clean.step_s * 1000)
    days, counts = np.unique(own // DAY_MS, return_counts=True)
    seen = dict(zip(days.tolist(), counts.tolist(), strict=True))
    for day in range(int(days[0]) + 1, int(days[-1])):  # the first and the last are cut
        start, end, count = day * DAY_MS, (day + 1) * DAY_MS, seen.get(day, 0)
        share = min(count / expected, 1.0)
        one = Aggregate(
            subject=f"point:{player.name}", indicator=name, window_code="1d", window_start=start, window_end=end,
            revision=0, count=count, minimum=None, mean=None, maximum=None, input_hash="", reason="closed",
            expected=expected, completeness=share,
        )  # fmt: skip
        sample = Sample(end, end, share, 1, 0, f"{name} 1d {start}", fresh=True, aggregate=one)
        engine.bind(player.own, player.plan)
        engine.judge(player.own, engine.watched(player.own, f"{name} 1d"), sample)
        engine.due(player.own, end + _WAIT_MS)
        engine.taken()
        # One alarm goes on while further days come to be told of: each of them is found.
        hold = player.own.holds.get(GAP, {}).get(f"{name} 1d")
        told = hold.memory.windows.get(start) if hold is not None else None  # type: ignore[attr-defined]  # data_gap's own
        if told is not None and told.told:
            yield Alarm(GAP, player.number, end)


def _silences(player: "_Player", sent: Sent, found: World) -> Iterator[Alarm]:
    """When the device was silent for so many slots that bad luck does not explain it (core/silence/loss.py)."""
    step_ms = found.clean.step_s * 1000
    threshold = phi_threshold(_DEVICES, DAY_MS / step_ms, 1.0)
    missed = missed_needed(LOST, LOST, threshold)
    arrived = np.sort(sent.ingested_at[sent.point == player.number])
    for place in np.flatnonzero(np.diff(arrived) > (missed + 1) * step_ms).tolist():
        yield Alarm(SILENCE, player.number, int(arrived[place]) + (missed + 1) * step_ms)


class _Player:
    """A point that is played: what is remembered of it, and of it beside its neighbours, as `detect` does."""

    def __init__(self, found: World, use_case: str, number: int, stated: tuple[StatedRule, ...]) -> None:
        latitude, longitude, altitude = place_of(found.clean, number)
        step_s, self.name, self.number = found.clean.step_s, f"p{number}", number
        group = "g" if found.clean.offsets is not None else ""
        point = Point(
            self.name, ALWAYS, EVER, self.name, use_case, "c", (), latitude, longitude, altitude, step_s, step_s,
            (Expected(found.target, 0, step_s, step_s),), group,
        )  # fmt: skip
        self.plan = Plan(f"point:{self.name}", point, stated, (), ZONE)
        self.own, self.near = Memory(), Memory()
        self.week = -1


def _stated(name: str) -> StatedRule:
    return StatedRule(name, ALWAYS, EVER, name, "", "", name, "on")
