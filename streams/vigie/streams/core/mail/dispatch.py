"""The way out of the outbox: which mails may leave now, in which order, and what becomes of each.

A mail is named by what it tells and to whom. What it tells is set down before it is first tried, so a mail that is
tried again, after a crash or a lost answer, is the same mail. Of one thread only the first mail is ever offered.
Letters of a thread that wait, and were never tried, leave as one.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from vigie.streams.core.mail import digest
from vigie.streams.core.mail.desk import Desk
from vigie.streams.core.mail.directory import MailingList
from vigie.streams.core.mail.groups import CRITICAL, HIGH, LISTED, MEDIUM, told_together
from vigie.streams.core.mail.letter import Letter
from vigie.streams.core.mail.limits import alone_and_together, within_hour
from vigie.streams.core.mail.outbox_records import WEBHOOK, Day, Group, Overflow, Recipient, Sheet
from vigie.streams.core.mail.quiet import is_quiet
from vigie.topics.alert_event import AlertEvent

DIGEST = "digest"
LISTED_IN_DIGEST = 200
"""Events that the digest of a full hour lists; further ones are counted."""


class Mail(NamedTuple):
    """One mail that may leave.

    Attributes:
        id: of its letter.
        contact: whose it is.
        made_at: epoch ms UTC.
        priority: of what it tells.
        tried: whether it may have left already.
        list: id of the mailing list; empty for VIGIE_MAIL_TO.
        language: fr or en.
        group, sheets: of a mail about incidents.
        covers: of a digest of a full hour, the mails that it stands for.
        day: of a daily digest.
    """

    id: str
    contact: str
    made_at: int
    priority: int
    tried: bool
    list: str
    language: str
    group: Group | None = None
    sheets: tuple[Sheet, ...] = ()
    covers: tuple["Mail", ...] = ()
    day: Day | None = None


class Dispatch:
    """Offers mails, and notes what became of them.

    Args:
        desk: that makes letters.
        per_hour: mails an hour and contact, where the list does not say.
    """

    def __init__(self, desk: Desk, per_hour: int) -> None:
        self._desk, self._shelf, self._per_hour = desk, desk.shelf, per_hour
        for recipient in list(self._shelf.recipients.values()):
            if recipient.overflow is not None and recipient.overflow.done_at:  # killed before all marks were written
                self._mark_covered(recipient.contact, recipient.overflow, recipient.overflow.done_at)

    # -- what may leave

    def mails(self, now: int) -> list[Mail]:
        """The mails that may leave at `now` (epoch ms UTC), critical ones first, then by age; one of each thread."""
        by_contact: dict[str, list[Mail]] = {}
        for mail in self._first_of_threads(contact_wanted=lambda contact: contact != WEBHOOK):
            by_contact.setdefault(mail.contact, []).append(mail)
        lists = {each.id: each for each in self._desk.book.lists}
        found = [mail for mails in by_contact.values() for mail in self._allowed(mails, lists, now)]
        found += self._daily()
        return sorted(found, key=lambda mail: (mail.priority > CRITICAL, *_first_made(mail)))

    def posts(self) -> list[Mail]:
        """What the webhook is to be told, the oldest first; at most one of each group."""
        found = self._first_of_threads(contact_wanted=lambda contact: contact == WEBHOOK)
        return sorted(found, key=_first_made)

    def _first_of_threads(self, contact_wanted: Callable[[str], bool]) -> list[Mail]:
        found = []
        covered = {
            (recipient.contact, *cover)
            for recipient in self._shelf.recipients.values()
            if recipient.overflow is not None and not recipient.overflow.done_at
            for cover in recipient.overflow.covers
        }
        for group in self._shelf.groups.values():
            threads: dict[str, list[Sheet]] = {}
            for sheet in group.sheets:
                for contact, way in sheet.ways.items():
                    if not way.done_at and contact_wanted(contact):
                        threads.setdefault(contact, []).append(sheet)
            for contact, sheets in threads.items():
                if not any((contact, group.id, sheet.number) in covered for sheet in sheets):
                    found.append(_first(group, contact, sheets))
        return found

    def _allowed(self, mails: list[Mail], lists: dict[str, MailingList], now: int) -> list[Mail]:
        """Of one contact's mails those that may leave: the tried ones, and what quiet hours and the limit allow."""
        contact = mails[0].contact
        recipient = self._shelf.recipients.get(contact)
        tried = [mail for mail in mails if mail.tried]
        fresh = sorted((mail for mail in mails if not mail.tried), key=_first_made)
        fresh = [mail for mail in fresh if not self._is_quiet(mail, lists, now)]
        if recipient is not None and recipient.overflow is not None and not recipient.overflow.done_at:
            return [*tried, self._overflow_mail(contact, recipient.overflow)]
        if not fresh:
            return tried
        through = lists.get(fresh[0].list)
        per_hour = (through.per_hour if through else 0) or self._per_hour
        sent = [] if recipient is None else recipient.sent
        waiting = [(mail.made_at, mail.priority) for mail in fresh]
        alone, together = alone_and_together(waiting, sent, per_hour, now)
        allowed = [*tried, *fresh[:alone]]
        if together:
            rest = fresh[alone:]
            allowed.append(_gathered(contact, rest, now) if len(rest) > 1 else rest[0])
        return allowed

    def _is_quiet(self, mail: Mail, lists: dict[str, MailingList], now: int) -> bool:
        through = lists.get(mail.list)
        if through is None or mail.priority < MEDIUM:
            return False
        return is_quiet(now, through.quiet_from, through.quiet_to, self._desk.rules.zone)

    def _overflow_mail(self, contact: str, overflow: Overflow) -> Mail:
        covers = []
        for name, number in overflow.covers:
            group = self._shelf.groups.get(name)
            sheets = [] if group is None else [sheet for sheet in group.sheets if sheet.number == number]
            if group is not None and sheets:
                covers.append(_mail(group, contact, sheets))
        priority = min((mail.priority for mail in covers), default=MEDIUM)
        return Mail(
            overflow.id, contact, overflow.made_at, priority, True, overflow.mailing_list, overflow.language,
            covers=tuple(covers),
        )  # fmt: skip

    def _daily(self) -> list[Mail]:
        return [
            Mail(_name(str(day.opened_at), contact), contact, day.closed_at, MEDIUM, True, way.list, way.language,
                 day=day)
            for day in self._shelf.days.values()
            for contact, way in day.ways.items()
            if not way.done_at
        ]  # fmt: skip

    # -- its words

    def letter(self, mail: Mail) -> Letter:
        """The letter that a mail carries; it may tell nothing, and is then not sent."""
        if mail.day is not None:
            events, more = digest.part_of(mail.day, mail.contact, self._desk.book, self._desk.rules.fallback)
            events = [*self._standing(mail), *events]
        else:
            sheets = [sheet for each in (mail.covers or (mail,)) for sheet in each.sheets]
            events, more = told_together(sheets, LISTED_IN_DIGEST if mail.covers else LISTED)
        if mail.group is None:
            return Letter(
                mail.id, DIGEST, mail.list, mail.contact, mail.language, "", mail.id, tuple(events), mail.made_at, more
            )  # fmt: skip
        group, latest = mail.group, mail.sheets[-1]
        begins = group.threads.get(mail.contact, mail.sheets[0].number)
        incident = next((event.incident_id for sheet in mail.sheets for event in sheet.events), group.id)
        return Letter(
            mail.id, latest.kind, mail.list, mail.contact, mail.language, incident,
            _name(group.id, str(begins), mail.contact), tuple(events), latest.made_at, more,
            next((alert.event for alert in group.alerts.values()), None),
        )  # fmt: skip

    def _standing(self, mail: Mail) -> list[AlertEvent]:
        """What this contact was told of, goes on as its digest is made, and waits for somebody to take it up."""
        found = [
            alert.event
            for group in self._shelf.groups.values()
            if group.last_at and mail.contact in group.told
            for alert in group.alerts.values()
            if alert.active and not alert.settled and alert.event.priority <= HIGH
        ]
        return sorted(found, key=lambda event: (event.priority, event.decided_at))[:LISTED]

    # -- what becomes of it

    def plan(self, mail: Mail) -> None:
        """Set down what this mail tells, before it is first tried. Saved before it leaves."""
        if mail.tried:
            return
        if mail.group is not None:
            first = mail.sheets[0].number
            for sheet in mail.sheets:
                sheet.ways[mail.contact].mail = first
            mail.group.threads.setdefault(mail.contact, first)
            self._shelf.mark(mail.group)
            return
        recipient = self._recipient(mail.contact)
        covers = [(each.group.id, sheet.number) for each in mail.covers if each.group for sheet in each.sheets]
        recipient.overflow = Overflow(mail.id, mail.list, mail.language, mail.made_at, covers)
        self._shelf.mark(recipient)

    def done(self, mail: Mail, now: int, *, counts: bool = True) -> None:
        """Note that a mail was sent, or given up, at `now` (epoch ms UTC); one that was sent counts in its hour."""
        assert now > 0, "0 says that it is not done"
        if mail.day is not None:
            mail.day.ways[mail.contact].done_at = now
            self._shelf.mark(mail.day)
            return
        if mail.contact != WEBHOOK:
            recipient = self._recipient(mail.contact)
            recipient.sent = [*within_hour(recipient.sent, now), *([now] if counts else [])]
            if recipient.overflow is not None and recipient.overflow.id == mail.id:
                recipient.overflow.done_at = now
                self._mark_covered(mail.contact, recipient.overflow, now)
            self._shelf.mark(recipient)
        if mail.group is not None:
            self._mark(mail.group, mail.contact, {sheet.number for sheet in mail.sheets}, now)

    def _mark_covered(self, contact: str, overflow: Overflow, now: int) -> None:
        for name, number in overflow.covers:
            if (group := self._shelf.groups.get(name)) is not None:
                self._mark(group, contact, {number}, now)

    def _mark(self, group: Group, contact: str, numbers: set[int], now: int) -> None:
        for sheet in group.sheets:
            if sheet.number in numbers and contact in sheet.ways:
                sheet.ways[contact].done_at = sheet.ways[contact].done_at or now
        group.sheets = [sheet for sheet in group.sheets if not all(way.done_at for way in sheet.ways.values())]
        self._desk.changed(group)

    def _recipient(self, contact: str) -> Recipient:
        recipient = self._shelf.recipients.get(contact)
        if recipient is None:
            recipient = Recipient(contact)
            self._shelf.add(recipient)
        return recipient


def _first(group: Group, contact: str, sheets: list[Sheet]) -> Mail:
    """The first mail of a thread: as it was tried, or all that was never tried (the webhook gets one at a time)."""
    planned = sheets[0].ways[contact].mail
    if contact == WEBHOOK:
        return _mail(group, contact, sheets[:1])
    return _mail(group, contact, [sheet for sheet in sheets if sheet.ways[contact].mail == planned])


def _mail(group: Group, contact: str, sheets: list[Sheet]) -> Mail:
    way = sheets[0].ways[contact]
    return Mail(
        _name(group.id, str(sheets[0].number), contact), contact, sheets[0].made_at,
        min(sheet.priority for sheet in sheets), way.mail >= 0, way.list, way.language, group, tuple(sheets),
    )  # fmt: skip


def _gathered(contact: str, mails: list[Mail], now: int) -> Mail:
    first = mails[0]
    name = _name("overflow", contact, str(now), *(mail.id for mail in mails))
    priority = min(mail.priority for mail in mails)
    return Mail(name, contact, now, priority, False, first.list, first.language, covers=tuple(mails))


def _first_made(mail: Mail) -> tuple[int, bool, str]:
    return mail.made_at, bool(mail.covers), mail.id


def _name(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
