"""What the outbox keeps: groups of alerts that began together, their letters and who has them, the day's digest.

Each record is one value of state.notify.outbox and whole in itself: what is pending and the letters made of it change
together, so that a crash between two writes loses no letter. Records stand at numbered places that are used again, for
that topic has no tombstones. Records name contacts, never persons.
"""

from typing import Any

import msgspec
from msgspec import Struct, msgpack

from vigie.topics.alert_event import AlertEvent

WEBHOOK = "webhook:"
"""Stands for the webhook among the contacts of a letter."""


class Free(Struct, array_like=True, tag=0):
    """A place that holds nothing."""


class Alert(Struct, array_like=True):
    """One alert of a group.

    Attributes:
        event: its latest raise, or change of level.
        active: whether it goes on.
        settled: nobody is reminded of it: acknowledged, shelved, explained by another, out of service.
    """

    event: AlertEvent
    active: bool
    settled: bool


class Way(Struct, array_like=True):
    """The way of a letter to one contact.

    Attributes:
        list: id of the mailing list; empty for VIGIE_MAIL_TO.
        language: fr or en.
        mail: number of the first sheet of the mail it goes in; -1 until that was first tried.
        done_at: epoch ms UTC when it was sent or given up; 0 before.
    """

    list: str
    language: str
    mail: int = -1
    done_at: int = 0


class Sheet(Struct, array_like=True):
    """A letter to several contacts, before each gets its own.

    Attributes:
        number: its place in the group's thread.
        kind: as of a Letter.
        priority: the most urgent of what it tells.
        made_at: epoch ms UTC.
        events: what it tells.
        more: further events that it counts.
        ways: contact -> its way.
    """

    number: int
    kind: str
    priority: int
    made_at: int
    events: tuple[AlertEvent, ...]
    more: int
    ways: dict[str, Way]


class Group(Struct, array_like=True, tag=1):
    """Alerts of one use case, commune and cause that began together; they share one thread of mails.

    Attributes:
        id: event id of the first.
        key: use case, commune, cause.
        network: of the first.
        opened_at: epoch ms UTC.
        alerts: by alert id; those beyond LISTED stand in crowds.
        pending: events that stand in no letter yet.
        due_at: epoch ms UTC when a letter is made of them; 0 for never.
        pending_more: events of crowds that are counted in no letter yet.
        sheets: letters that somebody still waits for.
        next_number: of the next sheet.
        told: contact -> list through which it was first told; it hears the rest too.
        threads: contact -> number of the sheet that begins its thread.
        last_at: epoch ms UTC of the latest letter; 0 before the first.
        repeat_at: epoch ms UTC of the next reminder; 0 for none.
        fleeting: over before its first letter: it stands in the digest.
    """

    id: str
    key: tuple[str, str, str]
    network: str
    opened_at: int
    alerts: dict[str, Alert] = {}
    pending: list[AlertEvent] = []
    due_at: int = 0
    pending_more: int = 0
    sheets: list[Sheet] = []
    next_number: int = 0
    told: dict[str, str] = {}
    threads: dict[str, int] = {}
    last_at: int = 0
    repeat_at: int = 0
    fleeting: bool = False


class Crowd(Struct, array_like=True, tag=2):
    """Further alerts of a large group: counted, never listed.

    Attributes:
        group: id.
        number: among the crowds of its group.
        ids: alert ids, 16 bytes each.
        flags: one byte each: 0 over, 1 active, 2 active and settled.
    """

    group: str
    number: int
    ids: bytearray
    flags: bytearray


class Day(Struct, array_like=True, tag=3):
    """What one daily digest tells.

    Attributes:
        opened_at: epoch ms UTC; names it.
        counts: what (digest.py) -> how many.
        listed: of them, the first with their words: (why, event).
        closed_at: epoch ms UTC when its letters were made; 0 before.
        ways: contact -> way of its letter.
    """

    opened_at: int
    counts: dict[str, int] = {}
    listed: list[tuple[str, AlertEvent]] = []
    closed_at: int = 0
    ways: dict[str, Way] = {}


class Overflow(Struct, array_like=True):
    """A digest made because a contact's hour was full.

    Attributes:
        id: of the letter.
        mailing_list, language: of the letter.
        made_at, done_at: epoch ms UTC; 0: not sent yet.
        covers: (group id, number of a sheet) that it stands for.
    """

    id: str
    mailing_list: str
    language: str
    made_at: int
    covers: list[tuple[str, int]]
    done_at: int = 0


class Recipient(Struct, array_like=True, tag=4):
    """What a contact had lately.

    Attributes:
        contact: id.
        sent: epoch ms UTC of mails of the last hour.
        overflow: the latest digest of a full hour.
    """

    contact: str
    sent: list[int] = []
    overflow: Overflow | None = None


class Head(Struct, array_like=True, tag=5):
    """Where the outbox stands; always written last, so that what is before it is there.

    Attributes:
        digest_at: epoch ms UTC of the next daily digest; 0 before the first event or tick.
        now: epoch ms UTC, how late it was; where the log tells the time, it goes on from there.
    """

    digest_at: int = 0
    now: int = 0


Record = Free | Group | Crowd | Day | Recipient | Head

dump = msgpack.Encoder().encode
"""A record as bytes."""
_load: msgpack.Decoder[Any] = msgpack.Decoder(Record)


def load(value: bytes) -> Record:
    """The record that `dump` wrote; what an older version wrote is a free place.

    >>> load(dump(Head(7))), load(msgpack.encode([12, None]))
    (Head(digest_at=7, now=0), Free())
    """
    try:
        found: Record = _load.decode(value)
    except msgspec.ValidationError:
        return Free()
    return found
