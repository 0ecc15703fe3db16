"""What is to become of an alarm: words between those who find out (root cause, rules) and the life cycle.

Whoever decides that something is wrong says it as an intent; the life cycle makes events of intents and keeps the
state of every alert. An intent that says nothing new makes no event.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Raise(NamedTuple):
    """Something is wrong (again, or at another level).

    Attributes:
        key: alarm key, kind:subject:rule.
        cause_id: what names the alert: the first causing reading, or the last arrival before a silence.
        priority: 1 to 4.
        event_at, arrival_at, decided_at: epoch ms UTC.
        reason: a word, such as `no_arrival`.
        sentence_fr, sentence_en: what a person reads first.
        facts: of the explanation (topics/alert_facts.py).
        level: of a rule with levels.
        mail: `incident`, `digest` or nothing, where no mark and no cause keeps it from being mailed.
        suppressed_by: alarm key of the root cause that explains it; empty for none. Raised after its cause.
        late: archived, never mailed.
        latched: stays until it is reset.
        use_case, commune, network, point, device: for lists and filters; empty where unknown.
    """

    key: str
    cause_id: str
    priority: int
    event_at: int
    arrival_at: int
    decided_at: int
    reason: str
    sentence_fr: str
    sentence_en: str
    facts: Mapping[str, str]
    level: int = 0
    mail: str = "incident"
    suppressed_by: str = ""
    late: bool = False
    latched: bool = False
    use_case: str = ""
    commune: str = ""
    network: str = ""
    point: str = ""
    device: str = ""


class Clear(NamedTuple):
    """What was wrong is over; likewise. `cause_id` names the alert that is; empty: whichever is open."""

    key: str
    event_at: int
    arrival_at: int
    decided_at: int
    reason: str
    sentence_fr: str
    sentence_en: str
    facts: Mapping[str, str]
    cause_id: str = ""


class Explain(NamedTuple):
    """An alert that is open is explained by another alarm (or no longer: `cause` is empty).

    Attributes:
        key: alarm key of the child.
        cause: alarm key of the root cause; empty if nothing explains it any more.
        decided_at: epoch ms UTC.
    """

    key: str
    cause: str
    decided_at: int


Intent = Raise | Clear | Explain
