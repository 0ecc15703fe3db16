"""The alert event: one transition of one alarm, archived before anything is done about it."""

from msgspec import Struct

TRANSITIONS = (
    "raised", "level_changed", "cleared", "acknowledged", "unacknowledged", "returned_to_normal",
    "shelved", "unshelved", "suppressed", "unsuppressed", "out_of_service", "in_service", "latched", "reset",
    "commented", "assigned", "confirmed", "refuted", "judged", "attached", "chattering", "children", "refused",
)  # fmt: skip
"""What can happen to an alert. `returned_to_normal`: an alert that had returned unacknowledged is done with;
`judged`: an operator's verdict; `children`: a root cause explains more (or fewer) alerts; `refused`: a command."""

STATES = (
    "normal", "unacknowledged", "acknowledged", "returned", "latched", "latched_acknowledged", "shelved", "suppressed",
    "out_of_service",
)  # fmt: skip
"""States A to I of ISA-18.2 (IEC 62682): A normal, B and C active, D returned and not acknowledged, E and F latched,
G shelved, H suppressed by design, I out of service."""

PRIORITIES = {1: "critique", 2: "haute", 3: "moyenne", 4: "information"}

MAILS = ("", "incident", "digest")
"""What an event asks of `notify`: nothing, a mail about its incident, a line in the daily digest."""

SYSTEM = "system"
"""Author of what no person did."""


class Explanation(Struct, frozen=True, kw_only=True):
    """Why: a sentence in plain French and English, then the facts as fields (alert_facts.py names them)."""

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
    raised_at: int = 0
    active: bool = True
    level: int = 0
    mail: str = ""
    acknowledged: bool = False
    shelved_until: int = 0
    suppressed_by: str = ""
    out_of_service: bool = False
    latched: bool = False
    late: bool = False
    command: str = ""
    assignee: str = ""
    children: tuple[str, ...] = ()
    use_case: str = ""
    commune: str = ""
    network: str = ""
    point: str = ""
    device: str = ""
