"""Who may be told: mailing lists and contacts, as the engine of `notify` asks for them.

The words between who reads them (PostgreSQL, with a last copy in a file while it is away) and who decides by them.
Addresses stand here and nowhere in Kafka.
"""

from typing import Protocol

from msgspec import Struct

LEAST_PRIORITY = 3
"""Up to which priority a list is told where it does not say."""


class Contact(Struct, frozen=True, kw_only=True):
    """A role, with the address of who holds it now.

    Attributes:
        id: of the contact.
        address: `ann@metropole.example`; empty while nobody holds the role, or no address is known.
        name: of the person, for the To field; empty if unknown.
        role: technician, crisis_cell, owner, partner, network, supplier, data_user, operator.
        language: fr or en; empty: as the list or the installation says.
        use_cases: that it is told of; empty: all.
        communes: ids of the communes that its party stands for (a partner is told of its own); empty: of all.
        networks: names of the networks that its party lends or runs; empty for none.
    """

    id: str
    address: str
    name: str = ""
    role: str = ""
    language: str = ""
    use_cases: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


class MailingList(Struct, frozen=True, kw_only=True):
    """A list; its fields as the fleet's kind `mailing_list` states them.

    Attributes:
        id: of the list.
        name: as people call it; empty: by its id.
        contacts: ids, told whatever their use cases and communes; empty: all of `roles` whom the alert concerns.
        roles: of contacts.
        use_cases, communes, kinds: of alerts; empty: all.
        least_priority: 1 to 4; priorities up to this one are told.
        escalation_min: told only if nobody acknowledged within so many minutes; 0: at once.
        quiet_from, quiet_to: legal times `22:00`, between which priorities 3 and 4 wait; empty for none.
        digest_only: told in the daily digest only.
        per_hour: mails an hour and contact at most; 0: as the installation says.
        language: fr or en, of contacts that have none of their own; empty: the installation's.
    """

    id: str
    name: str = ""
    contacts: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    least_priority: int = LEAST_PRIORITY
    escalation_min: int = 0
    quiet_from: str = ""
    quiet_to: str = ""
    digest_only: bool = False
    per_hour: int = 0
    language: str = ""


class AddressBook(Struct, frozen=True, kw_only=True):
    """All lists and contacts, as known at one moment; never changed, only replaced.

    Attributes:
        lists: in the order of their ids.
        contacts: by id; those that the lists may name.
        revision: of the fleet that they were read from; 0 where nothing was read yet.
    """

    lists: tuple[MailingList, ...] = ()
    contacts: dict[str, Contact] = {}
    revision: int = 0


class Directory(Protocol):
    """Where `notify` has its lists and contacts from. No method raises because the database is away."""

    def book(self) -> AddressBook:
        """The newest copy at hand; an empty one if there never was any."""
        ...

    async def start(self) -> None:
        """Read the last copy, and begin to keep it current beside (waits for no database)."""
        ...

    async def stop(self) -> None:
        """End what runs beside."""
        ...


class NoDirectory:
    """Of an installation without lists: VIGIE_MAIL_TO is told of everything."""

    def book(self) -> AddressBook:
        """An empty one."""
        return AddressBook()

    async def start(self) -> None:
        """Nothing to read."""

    async def stop(self) -> None:
        """Nothing to end."""
