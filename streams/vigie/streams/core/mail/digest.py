"""The daily digest: what was counted and not mailed, or is only for information; each contact reads its own part."""

from vigie.streams.core.mail.directory import AddressBook
from vigie.streams.core.mail.groups import DIGEST, INCIDENT
from vigie.streams.core.mail.lists import About, about, routes
from vigie.streams.core.mail.outbox_records import Day, Way
from vigie.topics.alert_event import AlertEvent

LATE, EXPLAINED, LOW, FLEETING, LISTS = "late", "explained", "low", "fleeting", "lists"
"""Why something stands in a digest: it came late; another alert explains it; its life cycle asks for it; it was over
before its mail; a list is told by digest only."""

LISTED = 100
LISTED_BYTES = 250_000
"""Events of a day that are kept with their words; further ones are counted."""

_SEPARATOR = "\x1f"
_FIRST = ("raised", "suppressed")


def why(event: AlertEvent, book: AddressBook) -> str:
    """Why this event is counted in the digest; empty if it is not."""
    if event.late:
        return LATE if event.transition == "raised" else ""
    if event.suppressed_by:
        return EXPLAINED if event.transition in _FIRST else ""
    if event.mail == DIGEST:
        return LOW
    if event.mail == INCIDENT and any(each.digest_only for each in book.lists):
        return LISTS
    return ""


def add(day: Day, reason: str, event: AlertEvent, size: int = 0) -> None:
    """Count an event; the first ones are kept.

    Args:
        day: changed in place.
        reason: from `why`, or FLEETING.
        event: what happened.
        size: bytes that it takes, about.
    """
    key = _SEPARATOR.join([reason, *map(str, about(event))])
    day.counts[key] = day.counts.get(key, 0) + 1
    if len(day.listed) < LISTED and size * len(day.listed) < LISTED_BYTES:
        day.listed.append((reason, event))


def recipients(day: Day, book: AddressBook, fallback: int, language: str) -> dict[str, Way]:
    """Contact -> way of its digest, of all who have something to read in it."""
    found: dict[str, Way] = {}
    for key in day.counts:
        reason, what = _read(key)
        for contact, route in routes(book, what, fallback, language, digest=True).items():
            if reason != LISTS or route.digest_only:
                found.setdefault(contact, Way(route.list, route.language))
    return found


def part_of(day: Day, contact: str, book: AddressBook, fallback: int) -> tuple[list[AlertEvent], int]:
    """What stands in the digest of a contact: events, and how many more it counts."""
    known: dict[tuple[str, About], bool] = {}

    def reads(reason: str, what: About) -> bool:
        if (reason, what) not in known:
            route = routes(book, what, fallback, "", digest=True).get(contact)
            known[reason, what] = route is not None and (reason != LISTS or route.digest_only)
        return known[reason, what]

    events = [event for reason, event in day.listed if reads(reason, about(event))]
    total = sum(number for key, number in day.counts.items() if reads(*_read(key)))
    return events, total - len(events)


def _read(key: str) -> tuple[str, About]:
    reason, kind, use_case, commune, network, priority = key.split(_SEPARATOR)
    return reason, About(kind, use_case, commune, network, int(priority))
