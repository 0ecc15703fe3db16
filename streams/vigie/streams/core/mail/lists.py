"""Who is told of an alert: the lists that take it, and the contacts that they name."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from vigie.streams.core.mail.directory import LEAST_PRIORITY, AddressBook, Contact, MailingList
from vigie.topics.alert_event import AlertEvent

PLATFORM = "platform"
HIGH = 2
SETTING = "setting:"
"""Begins the ids of contacts that stand for an address of VIGIE_MAIL_TO."""


class About(NamedTuple):
    """What lists ask of an alert.

    Attributes:
        kind: value, data, silence, communication, gateway, network, platform.
        use_case, commune, network: empty where unknown.
        priority: 1 to 4.
    """

    kind: str
    use_case: str
    commune: str
    network: str
    priority: int


class Route(NamedTuple):
    """How a contact is told.

    Attributes:
        list: id; empty for VIGIE_MAIL_TO.
        language: fr or en.
        escalation_min: told after so many minutes if nobody acknowledged; 0 at once.
        digest_only: told in the daily digest.
    """

    list: str
    language: str
    escalation_min: int = 0
    digest_only: bool = False


def about(event: AlertEvent) -> About:
    """What lists ask of an event."""
    kind = event.alarm_key.partition(":")[0]
    return About(kind, event.use_case, event.commune, event.network, event.priority)


def routes(book: AddressBook, what: About, fallback: int, language: str, *, digest: bool = False) -> dict[str, Route]:
    """Contact -> how it is told. One that several lists name is told once, the soonest way.

    Without any list, VIGIE_MAIL_TO is told of everything. With lists, it is told at once of what no list tells at once
    about the platform itself and of priorities 1 and 2 (a list that escalates or gathers for a digest tells nobody
    yet), and in its digest of what no list takes.

    Args:
        book: lists and contacts.
        what: the alert.
        fallback: how many addresses VIGIE_MAIL_TO has.
        language: of the installation.
        digest: ask for whom the digest lists it: a list without a limit of its own takes all priorities there.
    """
    found: dict[str, Route] = {}
    for each in book.lists:
        if not _takes(each, what, digest=digest):
            continue
        for contact in _named(book, each, what):
            route = Route(
                each.id, contact.language or each.language or language, each.escalation_min, each.digest_only
            )  # fmt: skip
            known = found.get(contact.id)
            if known is None or _delay(route) < _delay(known):
                found[contact.id] = route
    taken = found if digest else at_once(found)
    if taken or (book.lists and not _falls_back(what, digest=digest)):
        return found
    return found | {f"{SETTING}{number}": Route("", language) for number in range(fallback)}


def at_once(found: dict[str, Route]) -> dict[str, Route]:
    """Those who are told as soon as a letter is made."""
    return {contact: route for contact, route in found.items() if not route.escalation_min and not route.digest_only}


def _falls_back(what: About, *, digest: bool) -> bool:
    return digest or what.kind == PLATFORM or what.priority <= HIGH


def _delay(route: Route) -> tuple[bool, int]:
    return route.digest_only, route.escalation_min


def _takes(each: MailingList, what: About, *, digest: bool) -> bool:
    within = what.priority <= each.least_priority or (digest and each.least_priority >= LEAST_PRIORITY)
    return (
        within
        and _is_in(what.kind, each.kinds)
        and _is_in(what.use_case, each.use_cases)
        and _is_in(what.commune, each.communes)
        and not (digest and each.escalation_min)
    )


def _named(book: AddressBook, each: MailingList, what: About) -> Iterable[Contact]:
    if each.contacts:
        chosen = [book.contacts[name] for name in each.contacts if name in book.contacts]
    else:
        chosen = [one for one in book.contacts.values() if one.role in each.roles and _concerns(one, what)]
    return [one for one in chosen if one.address]


def _concerns(contact: Contact, what: About) -> bool:
    """Whether a contact found by its role hears of this: a partner of its communes and of its networks only."""
    if contact.use_cases and what.use_case and what.use_case not in contact.use_cases:
        return False
    if not contact.communes and not contact.networks:
        return True
    return (bool(what.commune) and what.commune in contact.communes) or (
        bool(what.network) and what.network in contact.networks
    )


def _is_in(value: str, allowed: Collection[str]) -> bool:
    return not allowed or value in allowed
