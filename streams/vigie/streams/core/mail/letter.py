"""A letter: one mail to one contact, before it has words: who is told of what. How it reads is decided elsewhere."""

from msgspec import Struct

from vigie.topics.alert_event import AlertEvent

KINDS = ("incident", "digest", "escalation", "reminder")
"""`escalation`: nobody has acknowledged, so somebody more is told; `reminder`: told again, for it goes on."""


class Letter(Struct, array_like=True, frozen=True):
    """One mail of the outbox. It names a contact, never a person: addresses are looked up when it is sent.

    Attributes:
        id: left part of its Message-ID, made from what it tells and to whom: the same after a crash.
        kind: one of KINDS.
        list: id of the mailing list through which it goes; empty for VIGIE_MAIL_TO.
        contact: id of the contact, or `setting:<n>` of the n-th address of VIGIE_MAIL_TO.
        language: fr or en.
        incident_id: whose thread it stands in; empty for a digest.
        thread: id of the first letter of that thread to this contact; its own for the first.
        events: what it tells, in the order in which it happened; of several incidents where they are grouped.
        made_at: epoch ms UTC.
        more: how many events a digest counts beyond those it lists.
        first: a transition of the alert that began the thread, after which the thread is called; None: the first of
            `events` did.
    """

    id: str
    kind: str
    list: str
    contact: str
    language: str
    incident_id: str
    thread: str
    events: tuple[AlertEvent, ...]
    made_at: int
    more: int = 0
    first: AlertEvent | None = None


class Child(Struct, array_like=True, frozen=True):
    """An alert that a root cause explains.

    Attributes:
        alert_id: of the alert.
        alarm_key: of its alarm.
        fields: of its explanation.
    """

    alert_id: str
    alarm_key: str
    fields: dict[str, str]


class Beside(Struct, frozen=True, kw_only=True):
    """What goes with a letter, where it could be had in time.

    Attributes:
        chart_png: the last 48 h.
        chart_text: the same in words, for who sees no image.
        image: bytes of a picture fetched at the raise, and its type (`image/jpeg`).
        second_source_fr, second_source_en: what the second source says.
        children: alerts that the letter's root cause explains, where the store could name them.
        communes: what communes are called, by their ids.
    """

    chart_png: bytes = b""
    chart_text: str = ""
    image: bytes = b""
    image_type: str = ""
    second_source_fr: str = ""
    second_source_en: str = ""
    children: tuple[Child, ...] = ()
    communes: dict[str, str] = {}
