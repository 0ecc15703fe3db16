"""What became of an alert: its transitions folded to one line, the same from the archive and from the topic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

from vigie.topics.alert_event import AlertEvent

_FOUND_OUT = ("attached", "confirmed", "refuted", "judged")
OVER = ("cleared", "latched")
"""Transitions by which what was wrong has ended."""


class Story(NamedTuple):
    """One alert, from its raise to what it is now.

    Attributes:
        first: its first transition.
        last: its latest one that is no refusal of a command.
        cleared_at: epoch ms UTC, event time when it was over; 0 while it lasts.
        acknowledged_at: epoch ms UTC of the decision; 0 if nobody did.
        acknowledged_by: who; empty for nobody.
        level: the highest it reached.
        mailed: whether a mail was asked for.
        suppressed: whether a root cause ever explained it.
        shelved: whether it was ever shelved.
        verdict: `true`, `false` or empty.
        verdict_by: who said so.
        confirmed: `confirmed`, `refuted` or empty.
        confirmed_by: who said so.
        confirmed_from: by what: a camera, another station, somebody on the spot.
        found_out: facts that came after the raise: what was attached, what confirms or refutes it.
        comment: the latest words of a person.
        chattered: whether its alarm was found to chatter.
        transitions: how many, refusals left out.
    """

    first: AlertEvent
    last: AlertEvent
    cleared_at: int = 0
    acknowledged_at: int = 0
    acknowledged_by: str = ""
    level: int = 0
    mailed: bool = False
    suppressed: bool = False
    shelved: bool = False
    verdict: str = ""
    verdict_by: str = ""
    confirmed: str = ""
    confirmed_by: str = ""
    confirmed_from: str = ""
    found_out: Mapping[str, str] = MappingProxyType({})
    comment: str = ""
    chattered: bool = False
    transitions: int = 0

    @property
    def raised_at(self) -> int:
        """Epoch ms UTC, event time."""
        return self.first.raised_at or self.first.event_at

    @property
    def facts(self) -> dict[str, str]:
        """Why it was raised, and what was found out since; how many it explains is told by its children."""
        found = {**self.found_out, **self.first.explanation.fields}
        return {name: text for name, text in found.items() if name != "children"}

    @property
    def kind(self) -> str:
        """Of its alarm: value, silence, gateway …"""
        return self.first.alarm_key.partition(":")[0]

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.first.alarm_key.partition(":")[2].rpartition(":")[0]

    @property
    def rule(self) -> str:
        """What raised it."""
        return self.first.alarm_key.rpartition(":")[2]

    @property
    def lasted_s(self) -> float | None:
        """How long it lasted; None while it does."""
        return (self.cleared_at - self.raised_at) / 1000 if self.cleared_at else None


def story(events: Sequence[AlertEvent]) -> Story:
    """The story of one alert.

    Args:
        events: its transitions in order of revision, at least one.
    """
    told = [event for event in events if event.transition != "refused"] or list(events)
    found = Story(told[0], told[-1], transitions=len(told))
    for event in told:
        found = found._replace(
            level=max(found.level, event.level),
            mailed=found.mailed or event.mail == "incident",
            suppressed=found.suppressed or bool(event.suppressed_by),
            **_changes(found, event),
        )
        if event.transition in _FOUND_OUT:
            found = found._replace(found_out={name: text for name, text in event.explanation.fields.items() if text})
    return found


def _changes(found: Story, event: AlertEvent) -> dict[str, Any]:
    match event.transition:
        case "cleared" | "latched":
            return {"cleared_at": found.cleared_at or event.event_at}
        case "acknowledged":
            return {"acknowledged_at": event.decided_at, "acknowledged_by": event.author}
        case "unacknowledged":
            return {"acknowledged_at": 0, "acknowledged_by": ""}
        case "judged":
            return {"verdict": event.explanation.fields.get("verdict", ""), "verdict_by": event.author}
        case "confirmed" | "refuted":
            source = event.explanation.fields.get("confirmed_by", "")
            return {"confirmed": event.transition, "confirmed_by": event.author, "confirmed_from": source}
        case "shelved":
            return {"shelved": True, "comment": event.reason}
        case "chattering":
            return {"chattered": True}
        case "commented":
            return {"comment": event.reason}
        case _:
            return {}


def stories(events: Iterable[AlertEvent]) -> Iterator[Story]:
    """The story of each alert, from transitions that come alert by alert."""
    for _, found in groupby(events, key=lambda event: event.alert_id):
        yield story(list(found))


def by_alert(events: Iterable[AlertEvent]) -> list[AlertEvent]:
    """Transitions in any order, alert by alert as they were raised, each once: a repeat changes nothing."""
    unique = {event.event_id: event for event in events if event.alarm_key}
    began: dict[str, int] = {}
    for event in unique.values():
        began.setdefault(event.alert_id, event.raised_at or event.event_at)
    return sorted(
        unique.values(), key=lambda event: (began[event.alert_id], event.alert_id, event.revision, event.decided_at)
    )
