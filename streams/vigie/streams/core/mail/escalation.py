"""Escalation: who is told because nobody has acknowledged."""

from vigie.streams.core.mail.lists import Route
from vigie.streams.core.mail.outbox_records import Group

MINUTE_MS = 60_000


def since(group: Group) -> int:
    """Since when (epoch ms UTC) the oldest of a group's open alerts waits for somebody; 0 if none does."""
    return min(
        (alert.event.decided_at for alert in group.alerts.values() if alert.active and not alert.settled), default=0
    )


def due_at(group: Group, found: dict[str, Route]) -> int:
    """When (epoch ms UTC) somebody more is to be told; 0 for never.

    Nobody is called before the group's first letter, which gives others their wait.
    """
    begun = since(group)
    if not begun or not group.last_at:
        return 0
    waits = [
        route.escalation_min for contact, route in found.items() if route.escalation_min and contact not in group.told
    ]
    return max(begun + min(waits) * MINUTE_MS, group.last_at) if waits else 0


def called(group: Group, found: dict[str, Route], now: int) -> dict[str, Route]:
    """Who is to be told by now, and was not."""
    begun = since(group)
    if not begun or not group.last_at:
        return {}
    return {
        contact: route
        for contact, route in found.items()
        if route.escalation_min and contact not in group.told and begun + route.escalation_min * MINUTE_MS <= now
    }
