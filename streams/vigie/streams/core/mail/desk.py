"""The desk: alert events in, letters out. It keeps groups and digests, and makes letters when they are due."""

from typing import NamedTuple

from vigie.streams.core.mail import crowd as crowds
from vigie.streams.core.mail import digest, escalation, groups
from vigie.streams.core.mail.addressees import Addressees, way
from vigie.streams.core.mail.agenda import Agenda
from vigie.streams.core.mail.directory import AddressBook
from vigie.streams.core.mail.groups import INCIDENT, LISTED, Waits
from vigie.streams.core.mail.outbox_records import Crowd, Day, Group, Way
from vigie.streams.core.mail.quiet import next_at
from vigie.streams.core.mail.shelf import Shelf
from vigie.topics.alert_event import AlertEvent

KEPT_MS = 8 * 86_400_000
"""How long a group whose alerts are over, and a digest that was sent, are remembered."""
LISTED_BYTES = 250_000
"""Of events that a group keeps with their words."""
ESCALATION, REMINDER = "escalation", "reminder"


class Rules(NamedTuple):
    """How an installation mails.

    Attributes:
        zone: IANA name of the legal time.
        language: fr or en, where neither contact nor list says.
        digest_at: legal time of the daily digest.
        fallback: how many addresses VIGIE_MAIL_TO has; 0 where no mail is sent.
        webhook: whether there is one.
        waits: before, between and after letters.
    """

    zone: str
    language: str
    digest_at: str
    fallback: int
    webhook: bool = False
    waits: Waits = Waits()


class Desk:
    """Takes alert events, and makes letters of them in time.

    Args:
        shelf: what the outbox holds.
        rules: of the installation.
    """

    def __init__(self, shelf: Shelf, rules: Rules) -> None:
        self.shelf, self.rules = shelf, rules
        self._who = Addressees(rules.fallback, rules.language, webhook=rules.webhook)
        self._where: dict[str, tuple[Group, Crowd | None, int]] = {}  # alert id -> its group, its place in a crowd
        self._incidents: dict[str, Group] = {}
        self._gathering: dict[tuple[str, str, str], Group] = {}
        self._last_at: dict[tuple[str, str, str], int] = {}
        self._sizes: dict[str, int] = {}
        self._agenda = Agenda()
        for group in shelf.groups.values():
            self._index(group)
        self._look_at_all()

    def _index(self, group: Group) -> None:
        for alert_id, alert in group.alerts.items():
            self._where[alert_id] = group, None, 0
            self._incidents[alert.event.incident_id] = group
        for each in self.shelf.crowds.get(group.id, []):
            self._where |= {alert_id: (group, each, place) for place, alert_id in enumerate(crowds.ids(each))}
        if not group.last_at and not group.fleeting:
            self._gathering[group.key] = group
        self._last_at[group.key] = max(self._last_at.get(group.key, 0), group.last_at)

    @property
    def book(self) -> AddressBook:
        """The lists and contacts in force."""
        return self._who.book

    def use(self, book: AddressBook) -> None:
        """Take another book."""
        if self._who.use(book):
            self._look_at_all()

    # -- events

    def take(self, event: AlertEvent, offset: int, now: int, size: int = 0) -> None:
        """Take in one event of alerts.v1; a repeat changes nothing.

        Args:
            event: what happened.
            offset: of its record.
            now: epoch ms UTC.
            size: bytes of the record.
        """
        self._count(event, offset, size)
        known = self._where.get(event.alert_id)
        if known is not None and known[1] is not None:
            self._in_crowd(known[0], known[1], known[2], event, offset, now)
        elif known is not None:
            self._listed(known[0], event, offset, now)
        elif event.mail == INCIDENT:
            self._join(event, offset, now, size)

    def _count(self, event: AlertEvent, offset: int, size: int) -> None:
        reason = digest.why(event, self.book)
        if not reason or any(self.shelf.applied(day) >= offset for day in self.shelf.days.values()):
            return
        self._count_as(reason, event, size)

    def _count_as(self, reason: str, event: AlertEvent, size: int) -> None:
        day = next((day for day in self.shelf.days.values() if not day.closed_at), None)
        if day is None:
            day = Day(event.decided_at)
            while day.opened_at in self.shelf.days:
                day.opened_at += 1
            self.shelf.add(day)
        digest.add(day, reason, event, size)
        self.shelf.mark(day)

    def _listed(self, group: Group, event: AlertEvent, offset: int, now: int) -> None:
        if self.shelf.applied(group) < offset:
            groups.take(group, event, self.rules.waits, now, self._not_before(group))
            self._look_whether_it_gathers(group)
            self.changed(group)

    def _look_whether_it_gathers(self, group: Group) -> None:
        """A group all of whose alerts were put away begins no letter: what comes next has its own."""
        if not group.due_at and self._gathering.get(group.key) is group:
            del self._gathering[group.key]

    def _join(self, event: AlertEvent, offset: int, now: int, size: int) -> None:
        """An alert that nobody knows yet: into the group of its incident, the one that gathers, or a new one."""
        key = groups.key_of(event)
        group = self._incidents.get(event.incident_id) or self._gathering.get(key)
        if group is None:
            group = Group(event.event_id, key, event.network, now)
            self.shelf.add(group)
            self._gathering[key] = group
        taken = self._sizes.get(group.id, 0) + size
        if len(group.alerts) >= LISTED or taken > LISTED_BYTES or self.shelf.applied(group) >= offset:
            how = crowds.flag(active=groups.is_active(event), settled=groups.is_settled(event))
            each = self._room_in(group)
            place = crowds.add(each, event.alert_id, how)
            self._where[event.alert_id] = group, each, place
            self.shelf.mark(each)
            self._news_of_crowd(group, event, offset, now)
            return
        self._sizes[group.id] = taken
        self._where[event.alert_id] = group, None, 0
        self._incidents[event.incident_id] = group
        groups.take(group, event, self.rules.waits, now, self._not_before(group))
        self.changed(group)

    def _room_in(self, group: Group) -> Crowd:
        held = self.shelf.crowds.get(group.id, [])
        if held and len(held[-1].flags) < crowds.ROOM:
            return held[-1]
        each = Crowd(group.id, len(held), bytearray(), bytearray())
        self.shelf.add(each)
        return each

    def _in_crowd(self, group: Group, each: Crowd, place: int, event: AlertEvent, offset: int, now: int) -> None:
        before = each.flags[place]
        each.flags[place] = crowds.flag(active=groups.is_active(event), settled=groups.is_settled(event))
        self.shelf.mark(each)
        if event.mail == INCIDENT:
            self._news_of_crowd(group, event, offset, now)
        elif groups.is_hidden(event) and before == crowds.ACTIVE and self.shelf.applied(group) < offset:
            groups.hide_one(group)
            self._look_whether_it_gathers(group)
            self.changed(group)

    def _news_of_crowd(self, group: Group, event: AlertEvent, offset: int, now: int) -> None:
        if self.shelf.applied(group) < offset:
            group.pending_more += 1
            due_at = group.due_at
            groups.schedule(group, event, self.rules.waits, now, self._not_before(group))
            self.shelf.mark(group)
            if group.due_at != due_at:
                self._schedule(group)

    def _not_before(self, group: Group) -> int:
        last_at = self._last_at.get(group.key, 0)
        return last_at + self.rules.waits.interval_ms if last_at else 0

    # -- time

    def advance(self, now: int, book: AddressBook) -> None:
        """Make the letters that are due by `now` (epoch ms UTC), by these lists and contacts."""
        self.use(book)
        self.shelf.head.now = now
        self._daily(now)
        while (name := self._agenda.take(now)) is not None:
            if (group := self.shelf.groups.get(name)) is not None:
                self._serve(group, now)

    def next_at(self) -> int:
        """When (epoch ms UTC) something is due next; 0 for nothing."""
        return min((at for at in (self.shelf.head.digest_at, self._agenda.next_at()) if at), default=0)

    def _serve(self, group: Group, now: int) -> None:
        if group.due_at and group.due_at <= now:
            self._letter(group, now)
        if group.repeat_at and group.repeat_at <= now:
            self._remind(group, now)
        for contact, route in escalation.called(group, self._who.routes(group), now).items():
            self._sheet(group, ESCALATION, groups.reminders(group), 0, now, {contact: way(route)})
        if self._may_forget(group, now):
            self._forget(group)
        else:
            self.shelf.mark(group)
            self._schedule(group)

    def _letter(self, group: Group, now: int) -> None:
        group.fleeting = groups.is_fleeting(group, crowds.active(self.shelf.crowds.get(group.id, [])))
        events, more = group.pending, group.pending_more
        group.pending, group.pending_more, group.due_at = [], 0, 0
        if self._gathering.get(group.key) is group:
            del self._gathering[group.key]
        if group.fleeting:
            for event in events:
                self._count_as(digest.FLEETING, event, 0)
            return
        self._sheet(group, INCIDENT, events, more, now, self._who.ways(group))
        group.last_at = self._last_at[group.key] = now

    def _remind(self, group: Group, now: int) -> None:
        """Remind those who have had all that was told before."""
        group.repeat_at = 0
        events = groups.reminders(group)
        if not events:
            return
        waiting = {contact for sheet in group.sheets for contact, way in sheet.ways.items() if not way.done_at}
        ways = {contact: way for contact, way in self._who.ways(group).items() if contact not in waiting}
        more = crowds.unsettled(self.shelf.crowds.get(group.id, []))
        self._sheet(group, REMINDER, events, more, now, ways)

    def _sheet(
        self, group: Group, kind: str, events: list[AlertEvent], more: int, now: int, ways: dict[str, Way]
    ) -> None:
        groups.add_sheet(group, kind, events, more, now, ways, self.rules.waits)

    def _daily(self, now: int) -> None:
        head, rules = self.shelf.head, self.rules
        if head.digest_at > now:
            return
        first, head.digest_at = not head.digest_at, next_at(now, rules.digest_at, rules.zone)
        self.shelf.mark(head)
        if first:
            return
        for day in list(self.shelf.days.values()):
            if not day.closed_at:
                day.closed_at = now
                day.ways = digest.recipients(day, self.book, rules.fallback, rules.language)
                self.shelf.mark(day)
            elif day.closed_at + KEPT_MS <= now:
                self.shelf.drop(day)

    # -- what is due when

    def changed(self, group: Group) -> None:
        """Note that a group was changed: it is written, and what is due of it is looked at."""
        self.shelf.mark(group)
        self._schedule(group)

    def _schedule(self, group: Group) -> None:
        forget_at = 0
        if not group.sheets and not group.due_at and not self._goes_on(group):
            forget_at = max(group.last_at, group.opened_at) + KEPT_MS
        dues = (group.due_at, group.repeat_at, escalation.due_at(group, self._who.routes(group)), forget_at)
        self._agenda.set(group.id, min((due for due in dues if due), default=0))

    def _look_at_all(self) -> None:
        for group in self.shelf.groups.values():
            self._schedule(group)

    def _goes_on(self, group: Group) -> bool:
        return any(alert.active for alert in group.alerts.values()) or bool(
            crowds.active(self.shelf.crowds.get(group.id, []))
        )

    def _may_forget(self, group: Group, now: int) -> bool:
        at_rest = not group.sheets and not group.due_at and not self._goes_on(group)
        return at_rest and max(group.last_at, group.opened_at) + KEPT_MS <= now

    def _forget(self, group: Group) -> None:
        names = [*group.alerts, *(name for each in self.shelf.crowds.get(group.id, []) for name in crowds.ids(each))]
        for name in names:
            self._where.pop(name, None)
        for alert in group.alerts.values():
            self._incidents.pop(alert.event.incident_id, None)
        if self._gathering.get(group.key) is group:
            del self._gathering[group.key]
        if self._last_at.get(group.key) == group.last_at:
            del self._last_at[group.key]
        self._sizes.pop(group.id, None)
        self._agenda.set(group.id, 0)
        self.shelf.drop(group)
