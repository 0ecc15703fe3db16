"""How good the alerting itself is: the figures of ISA-18.2-2016 §16.4 (IEC 62682), from the stories of alerts.

An alert counts as *told* when it was raised for people (not late, not explained by a root cause at its raise, not
shelved and not out of service), or when a mail was asked for later. Slots of ten minutes stand on the clock in UTC.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from vigie.streams.core.alarm.life_cycle import HIDDEN
from vigie.streams.core.alarm.story import Story
from vigie.topics.alert_event import PRIORITIES

SLOT_MS, HOUR_MS, DAY_MS = 600_000, 3_600_000, 86_400_000
FLOOD_BEGINS, FLOOD_ENDS = 10, 5
"""More than so many alerts in a slot begin a flood; fewer than so many end it."""
FLEETING_MS = 60_000
"""An alert that is over so soon, by itself, told nobody anything."""
STALE_MS = DAY_MS
TOP = 10


class Target(NamedTuple):
    """What ISA-18.2 holds acceptable, in the unit of the figure: at most so much."""

    acceptable: float
    most: float


TARGETS: dict[str, Target] = {
    "per_hour": Target(6, 12),
    "per_slot": Target(1, 2),
    "slots_over_10": Target(0.01, 0.01),
    "flood_time": Target(0.01, 0.01),
    "top_sources": Target(0.05, 0.05),
    "chattering": Target(0, 0),
    "fleeting": Target(0, 0),
    "stale": Target(5, 5),
    "per_day": Target(150, 300),
    "priority_1": Target(0.01, 0.01),
    "priority_2": Target(0.05, 0.05),
    "priority_3": Target(0.15, 0.15),
}
"""Figure -> its target. Shares of priorities: about 80 % low, 15 % medium, 5 % high, below 1 % critical."""


class Source(NamedTuple):
    """An alarm that was raised often: its key, how often, its share of all."""

    alarm_key: str
    raised: int
    share: float


class Precision(NamedTuple):
    """What operators said of the alerts of a rule: how many were true, how many not; share of true ones."""

    rule: str
    true: int
    false: int

    @property
    def share(self) -> float:
        """True of all that were judged."""
        return self.true / (self.true + self.false)


class Figures(NamedTuple):
    """The figures of a span.

    Attributes:
        from_at, to_at: epoch ms UTC.
        operators: how many share the alerts.
        raised: alerts of all kinds.
        told: those that were for people.
        mailed: those about which a mail was asked for.
        suppressed, shelved, late: how many were never told for each reason.
        values: figure -> value, those of TARGETS; empty for no told alerts.
        top: the alarms that were raised most.
        acknowledged: how many were acknowledged.
        acknowledge_s: median time until then; None for none.
        precision: by rule, where operators judged.
    """

    from_at: int
    to_at: int
    operators: float
    raised: int
    told: int
    mailed: int
    suppressed: int
    shelved: int
    late: int
    values: dict[str, float]
    top: tuple[Source, ...]
    acknowledged: int
    acknowledge_s: float | None
    precision: tuple[Precision, ...]


def is_told(alert: Story) -> bool:
    """Whether an alert was raised for people, or told later, when nothing hid it any more."""
    first = alert.first
    return alert.mailed or not (first.late or first.suppressed_by or first.out_of_service or first.state in HIDDEN)


def figures(alerts: Iterable[Story], from_at: int, to_at: int, operators: float = 1.0) -> Figures:
    """The figures of a span.

    Args:
        alerts: raised in the span, and those raised before that still last in it (they may be stale).
        from_at: epoch ms UTC, inclusive.
        to_at: epoch ms UTC, exclusive.
        operators: how many share the alerts.
    """
    found = list(alerts)
    inside = [one for one in found if from_at <= one.raised_at < to_at]
    told = [one for one in inside if is_told(one)]
    waits = [(one.acknowledged_at - one.first.decided_at) / 1000 for one in told if one.acknowledged_at]
    ranked = Counter(one.first.alarm_key for one in told).most_common(TOP)
    return Figures(
        from_at, to_at, operators, len(inside), len(told), sum(one.mailed for one in inside),
        sum(bool(one.first.suppressed_by) and not is_told(one) for one in inside), sum(one.shelved for one in inside),
        sum(one.first.late for one in inside),
        _values(told, [one for one in found if is_told(one)], from_at, to_at, operators),
        tuple(Source(key, count, count / len(told)) for key, count in ranked),
        len(waits), median(waits) if waits else None, precision(found),
    )  # fmt: skip


def _values(
    told: Sequence[Story], lasting: Sequence[Story], from_at: int, to_at: int, operators: float
) -> dict[str, float]:
    span = max(to_at - from_at, 1)
    slots = Counter(one.raised_at // SLOT_MS for one in told)
    first, last = from_at // SLOT_MS, max(from_at, to_at - 1) // SLOT_MS
    count, total = len(told), last - first + 1
    flooded, floods = _floods(slots, first, last)
    ranked = Counter(one.first.alarm_key for one in told).most_common(TOP)
    priorities = Counter(one.first.priority for one in told)
    return {
        "per_hour": count / operators * HOUR_MS / span,
        "per_slot": count / operators * SLOT_MS / span,
        "per_day": count / operators * DAY_MS / span,
        "most_per_slot": max(slots.values(), default=0),
        "slots_over_10": sum(found > FLOOD_BEGINS for found in slots.values()) / total,
        "flood_time": flooded / total,
        "floods": floods,
        "top_sources": sum(found for _, found in ranked) / count if count else 0.0,
        "chattering": len({one.first.alarm_key for one in told if one.chattered}),
        "fleeting": sum(0 < one.cleared_at - one.raised_at < FLEETING_MS for one in told if one.cleared_at),
        "stale": _stale(lasting, from_at, to_at),
        **{f"priority_{number}": priorities[number] / count if count else 0.0 for number in PRIORITIES},
    }


def _floods(slots: Counter[int], first: int, last: int) -> tuple[int, int]:
    """How many slots were flooded, and in how many floods."""
    flooded = floods = 0
    flood = False
    for slot in range(first, last + 1):
        found = slots[slot]
        if flood and found < FLOOD_ENDS:
            flood = False
        elif not flood and found > FLOOD_BEGINS:
            flood, floods = True, floods + 1
        flooded += flood
    return flooded, floods


def _stale(alerts: Sequence[Story], from_at: int, to_at: int) -> int:
    """Alerts that had lasted for more than a day, on the worst day of the span."""
    spans = [(one.raised_at + STALE_MS, one.cleared_at or to_at) for one in alerts]
    days = range(from_at, max(to_at, from_at + 1), DAY_MS)
    return max((sum(begin < day + DAY_MS and end > day and end > begin for begin, end in spans) for day in days),
               default=0)  # fmt: skip


def precision(alerts: Iterable[Story]) -> tuple[Precision, ...]:
    """Of each rule that operators judged, how often it was right; the most judged first."""
    said: dict[str, list[int]] = {}
    for one in alerts:
        if one.verdict in {"true", "false"}:
            said.setdefault(f"{one.kind}:{one.rule}", [0, 0])[one.verdict == "false"] += 1
    found = [Precision(rule, true, false) for rule, (true, false) in said.items()]
    return tuple(sorted(found, key=lambda one: (-one.true - one.false, one.rule)))
