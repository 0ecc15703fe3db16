"""Groups of alerts: what joins one, when a letter is made of what is pending, when somebody is reminded.

Alerts of the same use case, commune and cause that begin within the wait stand in one group, and hence in one mail and
one thread. Later news of them come at most once an interval, but a critical raise waits for no interval. What is over
before its first letter is no mail: it is counted in the daily digest, unless it was critical.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from vigie.streams.core.alarm.priorities import PRIORITIES
from vigie.streams.core.mail.outbox_records import Alert, Group, Sheet, Way
from vigie.topics.alert_event import AlertEvent

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
INCIDENT, DIGEST = "incident", "digest"
CRITICAL, HIGH, MEDIUM = 1, 2, 3
LISTED = 50
"""Alerts of a group that are kept with their words; further ones are counted."""
KEPT_SHEETS = 8
"""Letters of a group that may wait; more are merged, while a mail server is away for days."""

_OVER = ("cleared", "returned_to_normal", "reset")
_OVER_STATES = ("normal", "returned")
_ENRICHES = ("children", "attached", "confirmed", "refuted")
_BEGINS = ("raised", "level_changed", "unsuppressed", "unshelved", "in_service")
_OF_NETWORK = ("network", "gateway")


class Waits(NamedTuple):
    """How long is waited, in ms: before the first letter of a group, between its letters, before a reminder."""

    critical_ms: int = PRIORITIES[CRITICAL].wait_s * 1000
    other_ms: int = PRIORITIES[MEDIUM].wait_s * 1000
    interval_ms: int = PRIORITIES[MEDIUM].interval_s * 1000
    repeat_ms: int = PRIORITIES[HIGH].repeat_s * 1000
    slow_repeat_ms: int = PRIORITIES[MEDIUM].repeat_s * 1000


def key_of(event: AlertEvent) -> tuple[str, str, str]:
    """Use case, commune and cause: kind and rule of the alarm, of a network's own with its network.

    A subject may hold colons, a kind and a rule hold none.
    """
    kind, _, rest = event.alarm_key.partition(":")
    cause = f"{kind}:{rest.rpartition(':')[2]}"
    if kind in _OF_NETWORK and event.network:
        cause = f"{cause}:{event.network}"
    return event.use_case, event.commune, cause


def is_active(event: AlertEvent) -> bool:
    """Whether what is wrong goes on after this event."""
    return event.active and event.transition not in _OVER and event.state not in _OVER_STATES


def is_hidden(event: AlertEvent) -> bool:
    """Whether a cause, a person or an intervention keeps it from being told."""
    return bool(event.suppressed_by or event.shelved_until or event.out_of_service)


def is_settled(event: AlertEvent) -> bool:
    """Whether nobody need be reminded of it."""
    return event.acknowledged or is_hidden(event)


def take(group: Group, event: AlertEvent, waits: Waits, now: int, not_before: int = 0) -> None:
    """An event of an alert of this group (or of one that joins it).

    Args:
        group: changed in place.
        event: of the alert.
        waits: of the installation.
        now: epoch ms UTC.
        not_before: epoch ms UTC before which a first letter that is not critical must not go.
    """
    alert = group.alerts.get(event.alert_id)
    if alert is None:
        alert = group.alerts[event.alert_id] = Alert(event, is_active(event), is_settled(event))
    else:
        alert.active, alert.settled = is_active(event), is_settled(event)
        if alert.active and event.transition in _BEGINS:
            alert.event = event
    if event.mail == INCIDENT:
        _pend(group, event)
        schedule(group, event, waits, now, not_before)
    elif is_hidden(event):  # explained or put away before anybody was told
        group.pending = [each for each in group.pending if each.alert_id != event.alert_id]
        _look_whether_due(group)
    elif event.transition in _ENRICHES:
        _enrich(group, event)


def hide_one(group: Group) -> None:
    """An alert that is only counted was explained or put away; if nobody was told of it, nobody is."""
    if not group.last_at and group.pending_more:
        group.pending_more -= 1
        _look_whether_due(group)


def _look_whether_due(group: Group) -> None:
    if not group.pending and not group.pending_more:
        group.due_at = 0


def _enrich(group: Group, event: AlertEvent) -> None:
    """What was found out since the raise stands in the mail that is still to come: children, a second source."""

    def richer(each: AlertEvent) -> AlertEvent:
        if each.alert_id != event.alert_id:
            return each
        return replace(each, children=event.children, explanation=event.explanation)

    group.pending = [richer(each) for each in group.pending]
    alert = group.alerts[event.alert_id]
    alert.event = richer(alert.event)


def _pend(group: Group, event: AlertEvent) -> None:
    """Of each alert its first pending event and its latest are kept."""
    same = [place for place, each in enumerate(group.pending) if each.alert_id == event.alert_id]
    if len(same) > 1:
        del group.pending[same[-1]]
    group.pending.append(event)


def schedule(group: Group, event: AlertEvent, waits: Waits, now: int, not_before: int = 0) -> None:
    """Set when a letter is due, now that this event is to be told of."""
    at = min(event.decided_at, now)
    if event.priority == CRITICAL and is_active(event):
        due_at = at + waits.critical_ms
    elif group.last_at:
        due_at = max(at + min(waits.critical_ms, waits.other_ms), group.last_at + waits.interval_ms)
    else:
        due_at = max(at + waits.other_ms, not_before)
    group.due_at = min(group.due_at, due_at) if group.due_at else due_at


def is_fleeting(group: Group, crowd_active: int) -> bool:
    """Whether all was over before anybody was told, and none of it was critical.

    What was over as it began is no state that passed: it happened (a poison record), and is told.
    """
    return (
        not group.last_at
        and not crowd_active
        and not any(alert.active or alert.event.priority == CRITICAL for alert in group.alerts.values())
        and not any(_happened(group, event) for event in group.pending)
    )


def _happened(group: Group, event: AlertEvent) -> bool:
    alert = group.alerts.get(event.alert_id)
    return alert is not None and not is_active(event) and event.decided_at <= alert.event.decided_at


def reminders(group: Group) -> list[AlertEvent]:
    """Of what goes on and nobody has taken up, the latest event each; what is only for information is left out."""
    return [
        alert.event
        for alert in group.alerts.values()
        if alert.active and not alert.settled and alert.event.priority <= MEDIUM
    ]


def repeat_after(events: list[AlertEvent], waits: Waits) -> int:
    """How long until a reminder of these, in ms."""
    urgent = any(event.priority <= HIGH for event in events)
    return waits.repeat_ms if urgent else waits.slow_repeat_ms


def add_sheet(
    group: Group, kind: str, events: list[AlertEvent], more: int, now: int, ways: Mapping[str, Way], waits: Waits
) -> Sheet:  # fmt: skip
    """Make a letter of these events for these contacts, and set when the next reminder is due."""
    priority = min((event.priority for event in events), default=priority_of(group))
    sheet = Sheet(group.next_number, kind, priority, now, tuple(events), more, dict(ways))
    group.next_number += 1
    if ways:
        group.sheets.append(sheet)
        for contact, way in ways.items():
            group.told.setdefault(contact, way.list)
        _merge_waiting(group)
    open_ones = reminders(group)
    group.repeat_at = now + repeat_after(open_ones, waits) if open_ones else 0
    return sheet


def priority_of(group: Group) -> int:
    """The most urgent of a group's alerts."""
    return min((alert.event.priority for alert in group.alerts.values()), default=MEDIUM)


def _merge_waiting(group: Group) -> None:
    """Merge the two oldest letters that nobody was sent, when too many wait."""
    if len(group.sheets) <= KEPT_SHEETS:
        return
    for place in range(len(group.sheets) - 1):
        first, second = group.sheets[place], group.sheets[place + 1]
        untouched = all(way.mail < 0 and not way.done_at for sheet in (first, second) for way in sheet.ways.values())
        if untouched and first.ways.keys() == second.ways.keys():
            events, more = told_together([first, second])
            second.events, second.more = tuple(events), more
            second.priority = min(first.priority, second.priority)
            del group.sheets[place]
            return


def told_together(sheets: list[Sheet], listed: int = LISTED) -> tuple[list[AlertEvent], int]:
    """The events of several letters as one: each once, and how many more than are listed.

    Where they are too many, each alert's first and latest are kept; of too many alerts the first and the last.
    """
    found = {event.event_id: event for sheet in sheets for event in sheet.events}
    more, events = sum(sheet.more for sheet in sheets), list(found.values())
    if len(events) > listed:
        latest = {event.alert_id: event.event_id for event in events}
        first = {event.alert_id: event.event_id for event in reversed(events)}
        kept = {*first.values(), *latest.values()}
        events = [event for event in events if event.event_id in kept]
    if len(events) > listed:
        half = listed // 2
        events = [*events[:half], *events[-half:]]
    return events, more + len(found) - len(events)
