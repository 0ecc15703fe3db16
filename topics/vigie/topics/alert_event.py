"""The alert event: one transition of one alarm, archived before anything is done about it."""

from msgspec import Struct

TRANSITIONS = ("raised", "cleared")
"""Transitions in use today; the life cycle after ISA-18.2 adds its own."""

STATES = ("normal", "unacknowledged", "acknowledged", "returned", "shelved", "suppressed", "out_of_service")
"""States after ISA-18.2 (IEC 62682)."""

PRIORITIES = {1: "critique", 2: "haute", 3: "moyenne", 4: "information"}


class Explanation(Struct, frozen=True, kw_only=True):
    """Why: a sentence in plain French and English, then the facts as fields."""

    sentence_fr: str
    sentence_en: str
    fields: dict[str, str]


class AlertEvent(Struct, frozen=True, kw_only=True):
    """One transition, the value of `alerts.v1` (schemas/alert_event.avsc says each field's meaning)."""

    event_id: str
    alert_id: str
    incident_id: str
    alarm_key: str
    revision: int
    transition: str
    state: str
    priority: int
    event_at: int
    arrival_at: int
    decided_at: int
    author: str
    reason: str
    explanation: Explanation
    generation: int
