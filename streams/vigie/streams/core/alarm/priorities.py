"""The four priorities, in one table: what each means for mails, for escalation and for who reads Smart Data Models."""

from typing import NamedTuple

MINUTE_S, HOUR_S = 60, 3600


class Priority(NamedTuple):
    """One priority.

    Attributes:
        number: 1 to 4, 1 the worst.
        label_fr, label_en: a word.
        severity: of the Smart Data Models' Alert (`severity`).
        asks: whether a person is to acknowledge it: its alerts stay `returned` when what was wrong is over.
        mail: `incident` (a mail about it) or `digest` (a line in the daily digest).
        wait_s: for how long its first mail waits for others of the same group.
        interval_s: shortest time between two mails of a group.
        repeat_s: after how long it is told again while it is active and nobody has acknowledged it; 0 for never.
        escalation_s: after how long without acknowledgement lists with an escalation are told, where they do not say;
            0 for never.
        meaning: what belongs there, in a few words (docs/alerts.md).
    """

    number: int
    label_fr: str
    label_en: str
    severity: str
    asks: bool
    mail: str
    wait_s: int
    interval_s: int
    repeat_s: int
    escalation_s: int
    meaning: str


PRIORITIES: dict[int, Priority] = {
    one.number: one
    for one in (
        Priority(1, "critique", "critical", "critical", True, "incident", MINUTE_S, 15 * MINUTE_S, 4 * HOUR_S,
                 30 * MINUTE_S, "People may be in danger: a river above its alert level."),
        Priority(2, "haute", "high", "high", True, "incident", 10 * MINUTE_S, 15 * MINUTE_S, 4 * HOUR_S,
                 2 * HOUR_S, "Somebody acts today: a gateway or a network is down, a river's sensor is silent."),
        Priority(3, "moyenne", "medium", "medium", False, "incident", 10 * MINUTE_S, 15 * MINUTE_S, 24 * HOUR_S,
                 0, "Somebody acts this week: a silent sensor, a full container."),
        Priority(4, "information", "information", "informational", False, "digest", 0, 0, 0, 0,
                 "Worth knowing: poor coverage, a slow drift. Told in the daily digest."),
    )
}  # fmt: skip
"""By number. Waits and repeats are start values of alerts.md 3.5."""

LOW_SEVERITY = "low"
"""Severity for Smart Data Models of what is archived and told to nobody (late, on trial)."""


def severity(priority: int, *, told: bool = True) -> str:
    """Severity of the Smart Data Models' Alert.

    >>> severity(1), severity(4), severity(3, told=False)
    ('critical', 'informational', 'low')
    """
    return PRIORITIES[priority].severity if told else LOW_SEVERITY


def asks(priority: int) -> bool:
    """Whether alerts of this priority want an acknowledgement.

    >>> asks(2), asks(3)
    (True, False)
    """
    return PRIORITIES[priority].asks
