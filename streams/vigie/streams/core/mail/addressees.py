"""Who hears of a group: by the lists as they are now, and whoever heard of it before."""

from vigie.streams.core.mail import groups
from vigie.streams.core.mail.directory import AddressBook
from vigie.streams.core.mail.lists import About, Route, at_once, routes
from vigie.streams.core.mail.outbox_records import WEBHOOK, Group, Way


class Addressees:
    """Looks contacts up.

    Args:
        fallback: how many addresses VIGIE_MAIL_TO has; 0 where no mail is sent.
        language: of the installation.
        webhook: whether there is one.

    Attributes:
        book: in force.
    """

    def __init__(self, fallback: int, language: str, *, webhook: bool) -> None:
        self.book = AddressBook()
        self._fallback, self._language, self._webhook = fallback, language, webhook
        self._found: dict[About, dict[str, Route]] = {}

    def use(self, book: AddressBook) -> bool:
        """Take another book; returns whether it says anything else."""
        changed = book is not self.book and book != self.book
        self.book = book
        if changed:
            self._found = {}
        return changed

    def routes(self, group: Group) -> dict[str, Route]:
        """Contact -> how it is told of the group, by its most urgent alert."""
        use_case, commune, cause = group.key
        what = About(cause.partition(":")[0], use_case, commune, group.network, groups.priority_of(group))
        found = self._found.get(what)
        if found is None:
            found = self._found[what] = routes(self.book, what, self._fallback, self._language)
        return found

    def ways(self, group: Group) -> dict[str, Way]:
        """Who is told at once, and whoever was told before."""
        ways = {contact: way(route) for contact, route in at_once(self.routes(group)).items()}
        for contact, through in group.told.items():
            if contact not in ways and contact != WEBHOOK:
                known = self.book.contacts.get(contact)
                ways[contact] = Way(through, (known and known.language) or self._language)
        if self._webhook:
            ways[WEBHOOK] = Way("", self._language)
        return ways


def way(route: Route) -> Way:
    """The way of a letter, of a contact that is told so."""
    return Way(route.list, route.language)
