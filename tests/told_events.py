"""Alert events of made-up alerts, for tests of mails: one call, one transition."""

from msgspec.structs import replace

from vigie.topics.alert_event import AlertEvent, Explanation
from vigie.topics.identity import alert_id, event_id

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOON = 1_750_240_800_000
"""18 June 2025, 10:00 UTC, noon in Paris."""


def raised(
    name="a1", at=NOON, *, kind="silence", rule="no_arrival", priority=3, use_case="heat", commune="13001",
    mail="incident", transition="raised", revision=0, incident="", **fields,
) -> AlertEvent:  # fmt: skip
    """The first event of an alert (or another transition of it)."""
    key = f"{kind}:{name}:{rule}"
    alert = alert_id(key, "cause")
    return replace(
        AlertEvent(
            event_id=event_id(alert, transition, revision), alert_id=alert, incident_id=incident or alert,
            alarm_key=key, revision=revision, transition=transition, state="unacknowledged", priority=priority,
            event_at=at, arrival_at=at, decided_at=at, author="system", reason=rule,
            explanation=Explanation(
                sentence_fr=f"Le capteur {name} se tait.", sentence_en=f"Device {name} is silent.", fields={}
            ),
            generation=1, raised_at=at, mail=mail, use_case=use_case, commune=commune,
        ),
        **fields,
    )  # fmt: skip


def later(event: AlertEvent, transition: str, at: int, *, mail: str = "incident", **fields) -> AlertEvent:
    """A further event of the same alert."""
    revision = event.revision + 1
    over = {"active": False, "state": "normal"} if transition == "cleared" else {}
    known = {"acknowledged": True, "state": "acknowledged"} if transition == "acknowledged" else {}
    return replace(
        event, event_id=event_id(event.alert_id, transition, revision), revision=revision, transition=transition,
        event_at=at, arrival_at=at, decided_at=at, mail=mail, **over, **known, **fields,
    )  # fmt: skip


def cleared(event: AlertEvent, at: int, **fields) -> AlertEvent:
    """What was wrong is over."""
    return later(event, "cleared", at, **fields)


def acknowledged(event: AlertEvent, at: int) -> AlertEvent:
    """Somebody has taken it up."""
    return later(event, "acknowledged", at, mail="")
