"""What the fleet says of contacts, lists and communes, with its dates; and who holds what at an instant."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from vigie.streams.core.mail.directory import LEAST_PRIORITY, AddressBook, Contact, MailingList

FIELDS: dict[str, tuple[str, ...]] = {
    "mailing_list": (
        "name", "contacts", "roles", "use_cases", "communes", "kinds", "least_priority", "escalation_min",
        "quiet_from", "quiet_to", "digest_only", "per_hour", "language",
    ),
    "contact": ("party", "role", "name", "mail", "language", "use_cases"),
    "party": ("communes",),
    "network": ("party",),
    "commune": ("name",),
}  # fmt: skip
"""Kind -> the fields that are kept: no telephone numbers, no notes."""


class Version(Struct, array_like=True, frozen=True):
    """An object of the fleet from–to.

    Attributes:
        kind, id: which.
        from_at: epoch ms UTC, inclusive; None for always.
        to_at: epoch ms UTC, exclusive; None for ever.
        attributes: those of FIELDS that it has.
    """

    kind: str
    id: str
    from_at: int | None
    to_at: int | None
    attributes: dict[str, Any]


class Held(Struct, frozen=True, kw_only=True):
    """Everything that is kept.

    Attributes:
        revision: of the fleet; 0 where nothing was read yet.
        versions: of the kinds of FIELDS, by id and rising validity.
    """

    revision: int = 0
    versions: tuple[Version, ...] = ()


def holding(held: Held, at: int) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Kind -> id -> attributes, of what holds at an instant (epoch ms UTC)."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {kind: {} for kind in FIELDS}
    for one in held.versions:
        if (one.from_at is None or one.from_at <= at) and (one.to_at is None or at < one.to_at) and one.kind in found:
            found[one.kind][one.id] = one.attributes
    return found


def book_at(held: Held, at: int) -> AddressBook:
    """Who may be told at an instant; a contact that nobody holds then stands there without an address.

    Args:
        held: as the fleet says.
        at: epoch ms UTC.
    """
    now = holding(held, at)
    networks: dict[str, list[str]] = {}
    for network, attributes in now["network"].items():
        networks.setdefault(_text(attributes, "party"), []).append(network)
    contacts = {one.id: Contact(id=one.id, address="") for one in held.versions if one.kind == "contact"}
    for name, attributes in now["contact"].items():
        party = _text(attributes, "party")
        contacts[name] = Contact(
            id=name, address=_text(attributes, "mail"), name=_text(attributes, "name"),
            role=_text(attributes, "role"), language=_text(attributes, "language"),
            use_cases=_texts(attributes, "use_cases"), communes=_texts(now["party"].get(party, {}), "communes"),
            networks=tuple(sorted(networks.get(party, ()))),
        )  # fmt: skip
    lists = tuple(_list(name, attributes) for name, attributes in sorted(now["mailing_list"].items()))
    return AddressBook(lists=lists, contacts=contacts, revision=held.revision)


def communes_at(held: Held, at: int) -> dict[str, str]:
    """What the communes are called at an instant (epoch ms UTC), by their ids."""
    return {name: _text(attributes, "name") or name for name, attributes in holding(held, at)["commune"].items()}


def _list(name: str, attributes: Mapping[str, Any]) -> MailingList:
    return MailingList(
        id=name,
        name=_text(attributes, "name"),
        contacts=_texts(attributes, "contacts"),
        roles=_texts(attributes, "roles"),
        use_cases=_texts(attributes, "use_cases"),
        communes=_texts(attributes, "communes"),
        kinds=_texts(attributes, "kinds"),
        least_priority=int(attributes.get("least_priority") or LEAST_PRIORITY),
        escalation_min=int(attributes.get("escalation_min") or 0),
        quiet_from=_time(attributes, "quiet_from"),
        quiet_to=_time(attributes, "quiet_to"),
        digest_only=bool(attributes.get("digest_only")),
        per_hour=int(attributes.get("per_hour") or 0),
        language=_text(attributes, "language"),
    )


def _text(attributes: Mapping[str, Any], name: str) -> str:
    return str(attributes.get(name) or "")


def _time(attributes: Mapping[str, Any], name: str) -> str:
    """A time of day; what is none counts as nothing: the fleet's check tells of it, mails go on."""
    text = _text(attributes, name)
    return text if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text) else ""


def _texts(attributes: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values: Iterable[object] = attributes.get(name) or ()
    return (values,) if isinstance(values, str) else tuple(str(value) for value in values)
