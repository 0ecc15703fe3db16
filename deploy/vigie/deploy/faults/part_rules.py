"""The part of the rules: which alarms they raise about each fault, and how many where there is none."""

from math import isnan, nan
from typing import NamedTuple

import numpy as np

from vigie.deploy.faults import rules_of_indicators
from vigie.deploy.faults.inject import DAY_MS, HOUR_MS, Fault
from vigie.deploy.faults.judge import DAYS_OF_A_MONTH
from vigie.deploy.faults.part import Part, register
from vigie.deploy.faults.rules_played import Alarm, play, unasked, watching
from vigie.deploy.faults.rules_world import LEAD_WEEKS, rows, world

ALL = "all unasked"
MUST_FIND, MUST_NOT_EXCEED, DRIFT_DAYS = 0.95, 0.5, 20
HELD = ("stuck", "gap", "step", "drift")
_AROUND_MS = 36 * HOUR_MS
"""How long after a fault an alarm may be its doing: the day that holds its end is over by then."""

PROPERTIES = (
    ("heat", "air_temperature"), ("noise", "laeq"), ("river", "water_level"), ("waste", "fill"),
    ("mobility", "passages"), ("lighting", "active_power"),
)  # fmt: skip
FAULTS = ("none", "stuck", "gap", "step", "spike", "drift")


class Figure(NamedTuple):
    """What a rule, or all that watch unasked, made of one kind of fault in one property.

    Attributes:
        use_case, property, fault, rule: names; fault `none` is the series without any.
        faults: how many were put in.
        found: how many an alarm was raised about (of a drift: within 20 days).
        delay_h: median time from a fault's beginning to its first alarm, of those found; nan without any.
        by: rules that found them, the most frequent first.
        false_alarms: raised apart from faults.
        sensor_months: over how much that was.
    """

    use_case: str
    property: str
    fault: str
    rule: str
    faults: int
    found: int
    delay_h: float
    by: tuple[str, ...]
    false_alarms: int
    sensor_months: float

    def recall(self) -> float:
        """Share of faults that were found; nan without any."""
        return self.found / self.faults if self.faults else nan

    def false_per_month(self) -> float:
        """False alarms per sensor-month."""
        return self.false_alarms / self.sensor_months

    def held(self) -> bool | None:
        """Whether it reaches what must be reached by all rules that watch unasked; None where nothing must be."""
        if self.rule != ALL:
            return None
        quiet = self.false_per_month() <= MUST_NOT_EXCEED
        if self.fault == "none":
            return quiet
        return quiet and self.recall() >= MUST_FIND if self.fault in HELD else None

    def cells(self) -> tuple[str, ...]:
        """What stands in the columns."""
        delay = self.delay_h
        days = "–" if isnan(delay) else f"{delay / 24:.1f} d" if delay >= 48 else f"{delay:.1f} h"
        return (
            self.property, self.fault, self.rule, str(self.faults or "–"),
            f"{self.recall():.2f}" if self.faults else "–", days, f"{self.false_per_month():.2f}",
            {True: "✓", False: "✗", None: ""}[self.held()], ", ".join(self.by[:3]) or "–",
        )  # fmt: skip

    def as_json(self) -> dict[str, object]:
        """One object per figure."""
        known = self._asdict() | {"recall": self.recall(), "false_per_month": self.false_per_month()}
        clean = {name: None if isinstance(one, float) and isnan(one) else one for name, one in known.items()}
        return {"part": "rules"} | clean | {"held": self.held()}


def plan() -> list[tuple[str, str, str]]:
    """(use case, property, fault) of each piece."""
    found = [(use_case, name, fault) for use_case, name in PROPERTIES for fault in FAULTS]
    of_indicators = [(case.use_case, case.property, name) for name, case in rules_of_indicators.CASES.items()]
    return [*found, ("heat", "air_temperature", "sun"), *of_indicators]


def figures(piece: tuple[str, str, str], seed: int, weeks: int) -> list[Figure]:
    """The lines of a piece: all rules that watch unasked together, then each rule that can watch."""
    use_case, name, fault = piece
    if fault in rules_of_indicators.CASES:
        alarms, faults, points = rules_of_indicators.play(fault, seed, weeks)
        months = points * weeks * 7 / DAYS_OF_A_MONTH
        return [_figure(piece, rules_of_indicators.CASES[fault].rule, alarms, faults, months)]
    found = world(use_case, name, seed, weeks)
    what = rows(found, fault, seed, weeks)
    alarms = play(found, what, use_case)
    points = int(what.sent.point[-1]) + 1
    months = points * (weeks + LEAD_WEEKS) * 7 / DAYS_OF_A_MONTH
    lines = [(ALL, unasked(use_case, name)), *((one, [one]) for one in watching(use_case, name))]
    return [_figure(piece, rule, [a for a in alarms if a.rule in of], what.faults, months) for rule, of in lines]


def _figure(piece: tuple[str, str, str], rule: str, alarms: list[Alarm], faults: list[Fault], months: float) -> Figure:
    delays: list[float] = []
    by: dict[str, int] = {}
    theirs: set[Alarm] = set()
    for fault in faults:
        about = [
            one
            for one in alarms
            if one.point == fault.point and fault.from_at <= one.at <= fault.to_at + max(fault.around_ms, _AROUND_MS)
        ]
        theirs.update(about)
        if piece[2] == "drift":
            about = [one for one in about if one.at <= fault.from_at + DRIFT_DAYS * DAY_MS]
        for name in {one.rule for one in about}:
            by[name] = by.get(name, 0) + 1
        if about:
            delays.append((min(one.at for one in about) - fault.from_at) / HOUR_MS)
    delay = float(np.median(delays)) if delays else nan
    order = tuple(sorted(by, key=lambda name: -by[name]))
    return Figure(*piece, rule, len(faults), len(delays), delay, order, len(set(alarms) - theirs), months)


register(
    Part(
        name="rules",
        place=2,
        title="rules of alarms",
        promise=(
            "by all rules that watch unasked: recall ≥ 0.95 for stuck, gap, step ≥ 5σ and drift within 20 days, "
            "false alarms ≤ 0.5 per sensor-month"
        ),
        headings=("property", "fault", "rule", "put in", "recall", "delay", "false / month", "held", "found by"),
        plan=plan,
        play=figures,
    )
)
