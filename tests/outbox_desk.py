"""An outbox without Kafka and mail server: events in, mails out by the hour, killed and loaded again at will."""

from collections.abc import Iterable

from vigie.streams.core.mail.desk import Desk, Rules
from vigie.streams.core.mail.directory import AddressBook
from vigie.streams.core.mail.dispatch import Dispatch
from vigie.streams.core.mail.letter import Letter
from vigie.streams.core.mail.outbox_records import Record, dump, load
from vigie.streams.core.mail.shelf import Shelf

NOBODY = AddressBook()


class Places:
    """What stands on the topic: value and last applied offset of each place, in the order they were written."""

    def __init__(self, log=()):
        self.log = list(log)  # (place, offset, bytes)
        self.offset = -1
        self.held: dict[str, tuple[Record, int]] = {place: (load(value), offset) for place, offset, value in self.log}

    def items(self) -> Iterable[tuple[str, Record]]:
        return [(place, record) for place, (record, _) in self.held.items()]

    def put(self, place: str, record: Record) -> None:
        self.held[place] = record, self.offset
        self.log.append((place, self.offset, dump(record)))

    def applied(self, place: str) -> int:
        return self.held[place][1] if place in self.held else -1


class Office:
    """The engine of notify on a clock of the test's."""

    def __init__(self, book=NOBODY, *, log=(), per_hour=6, webhook=False, fallback=1, zone="Europe/Paris"):
        self.book, self.settings = book, (per_hour, webhook, fallback, zone)
        self.places = Places(log)
        self.shelf = Shelf(self.places)
        self.places.offset = self.shelf.applied(self.shelf.head)
        rules = Rules(zone, "fr", "07:00", fallback, webhook)
        self.desk = Desk(self.shelf, rules)
        self.dispatch = Dispatch(self.desk, per_hour)
        self.sent: list[tuple[str, Letter]] = []
        self.now = 0

    def take(self, *events, first_offset=None):
        """Events come; their offsets follow on."""
        self.desk.use(self.book)
        offset = self.places.offset + 1 if first_offset is None else first_offset
        for event in events:
            if offset > self.places.offset:
                self.now = max(self.now, event.decided_at)
                self.desk.take(event, offset, self.now)
                self.places.offset = offset
            offset += 1

    def save(self):
        self.shelf.write()

    def until(self, at, *, send=True, step=60_000):
        """Time goes on, minute by minute; whatever may leave, leaves."""
        while self.now < at:
            self.now = min(self.now + step, at) if self.now else at
            self.desk.advance(self.now, self.book)
            if send:
                self.send()
        return self

    def send(self, most=10_000):
        """What may leave now, leaves."""
        while most and (mails := self.dispatch.mails(self.now)):
            for mail in mails[:most]:
                self.dispatch.plan(mail)
                self.save()
                letter = self.dispatch.letter(mail)
                if letter.events or letter.more:
                    self.sent.append((mail.contact, letter))
                self.dispatch.done(mail, self.now)
                self.save()
                most -= 1

    def again(self, log=None):
        """Killed, and started anew from what was written."""
        self.save()
        per_hour, webhook, fallback, zone = self.settings
        log = self.places.log if log is None else log
        new = Office(self.book, log=log, per_hour=per_hour, webhook=webhook, fallback=fallback, zone=zone)
        new.now, new.sent = self.now, self.sent
        return new

    def told(self, contact=None):
        """(kind, transitions, more) of each letter that was sent."""
        return [
            (letter.kind, [event.transition for event in letter.events], letter.more)
            for who, letter in self.sent
            if contact in (None, who)
        ]
