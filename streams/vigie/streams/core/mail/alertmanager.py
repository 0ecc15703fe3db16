"""A letter as the webhook gets it: Alertmanager's JSON, version 4.

Source: prometheus.io/docs/alerting/latest/configuration, section webhook_config.
"""

from typing import Any

from vigie.streams.core.alarm.priorities import PRIORITIES
from vigie.streams.core.local_time import utc_text
from vigie.streams.core.mail.dispatch import Mail
from vigie.streams.core.mail.groups import is_active
from vigie.streams.core.mail.letter import Letter
from vigie.streams.core.outside_text import SENTENCE, outside_text
from vigie.topics.alert_event import AlertEvent

RECEIVER = "vigie"
NOT_YET = "0001-01-01T00:00:00Z"
"""What Alertmanager writes for the end of what goes on."""


def body(mail: Mail, letter: Letter, public_url: str) -> dict[str, Any]:
    """What is posted for a letter: the state after it of each alert that it tells of.

    Args:
        mail: of the outbox, about a group.
        letter: its.
        public_url: what links begin with; empty for none.
    """
    assert mail.group is not None
    latest = {event.alert_id: event for event in letter.events}
    alerts = [_alert(event, public_url) for event in latest.values()]
    use_case, commune, cause = mail.group.key
    group_labels = {"use_case": use_case, "commune": commune, "cause": cause}
    return {
        "version": "4",
        "groupKey": f"{{}}:{{use_case={use_case!r}, commune={commune!r}, cause={cause!r}}}:{mail.group.id}",
        "truncatedAlerts": letter.more,
        "status": "firing" if any(alert["status"] == "firing" for alert in alerts) else "resolved",
        "receiver": RECEIVER,
        "groupLabels": group_labels,
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
        "externalURL": public_url,
        "alerts": alerts,
    }


def _alert(event: AlertEvent, public_url: str) -> dict[str, Any]:
    kind, _, rest = event.alarm_key.partition(":")
    subject, _, rule = rest.rpartition(":")
    labels = {
        "alertname": rule, "kind": kind, "subject": subject, "severity": PRIORITIES[event.priority].severity,
        "priority": str(event.priority), "use_case": event.use_case, "commune": event.commune,
        "network": event.network, "point": event.point, "device": event.device, "alert_id": event.alert_id,
        "incident_id": event.incident_id,
    }  # fmt: skip
    said = event.explanation
    facts = {name: outside_text(value, SENTENCE) for name, value in said.fields.items()}
    begun_at = event.raised_at or event.event_at
    return {
        "status": "firing" if is_active(event) else "resolved",
        "labels": {name: outside_text(value) for name, value in labels.items() if value},
        "annotations": facts
        | {
            "summary": outside_text(said.sentence_fr, SENTENCE),
            "summary_en": outside_text(said.sentence_en, SENTENCE),
            "transition": event.transition,
        },
        "startsAt": utc_text(begun_at),
        "endsAt": NOT_YET if is_active(event) else utc_text(event.event_at),
        "generatorURL": f"{public_url.rstrip('/')}/alerts/{event.alert_id}" if public_url else "",
        "fingerprint": event.alert_id[:16],
    }


def _common(maps: list[dict[str, str]]) -> dict[str, str]:
    """What all have, and alike."""
    first, *others = maps or [{}]
    return {name: value for name, value in first.items() if all(each.get(name) == value for each in others)}
