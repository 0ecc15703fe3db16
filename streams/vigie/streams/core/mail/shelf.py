"""The numbered places of the outbox: records are marked as they change, and written in an order that loses nothing."""

from collections.abc import Iterable
from typing import Protocol

from vigie.streams.core.mail.outbox_records import Crowd, Day, Free, Group, Head, Recipient, Record

Name = tuple[str, ...]

_ORDER: tuple[type, ...] = (Free, Crowd, Day, Recipient, Group, Head)
"""In which records are written: what a record relies on comes before it, and the head last of all."""


class Places(Protocol):
    """Where the records stand (the state of the role)."""

    def items(self) -> Iterable[tuple[str, Record]]:
        """All places and what they hold."""
        ...

    def put(self, place: str, record: Record) -> None:
        """Keep a record, changed by what was read so far."""
        ...

    def applied(self, place: str) -> int:
        """Offset of the last event that changed what stands at a place; -1 for none."""
        ...


class Shelf:
    """All records of the outbox by name, each with its place.

    Args:
        places: loaded.
    """

    def __init__(self, places: Places) -> None:
        self.groups: dict[str, Group] = {}
        self.crowds: dict[str, list[Crowd]] = {}
        self.days: dict[int, Day] = {}
        self.recipients: dict[str, Recipient] = {}
        self.head = Head()
        self._places = places
        self._place: dict[Name, str] = {}
        self._free: list[str] = []
        self._changed: dict[Name, Record] = {}
        self._freed: dict[str, None] = {}
        for place, record in places.items():
            if isinstance(record, Free):
                self._free.append(place)
            else:
                self._place[self._take_in(record)] = place
        for crowds in self.crowds.values():
            crowds.sort(key=lambda crowd: crowd.number)
        self._next = 1 + max((_number(place) for place, _ in places.items()), default=-1)

    def _take_in(self, record: Record) -> Name:
        if isinstance(record, Group):
            self.groups[record.id] = record
        elif isinstance(record, Crowd):
            self.crowds.setdefault(record.group, []).append(record)
        elif isinstance(record, Day):
            self.days[record.opened_at] = record
        elif isinstance(record, Recipient):
            self.recipients[record.contact] = record
        elif isinstance(record, Head):
            self.head = record
        return _name(record)

    def add(self, record: Record) -> None:
        """Take in a new record."""
        self._take_in(record)
        self.mark(record)

    def mark(self, record: Record) -> None:
        """Note that a record has changed."""
        self._changed[_name(record)] = record

    def applied(self, record: Record) -> int:
        """Offset of the last event that changed a record, as far as it is written; -1 for none."""
        place = self._place.get(_name(record))
        return -1 if place is None else self._places.applied(place)

    def drop(self, record: Record) -> None:
        """Forget a record; its place is used again."""
        name = _name(record)
        if isinstance(record, Group):
            del self.groups[record.id]
            for crowd in self.crowds.pop(record.id, []):
                self._leave(_name(crowd))
        elif isinstance(record, Day):
            del self.days[record.opened_at]
        elif isinstance(record, Recipient):
            del self.recipients[record.contact]
        self._leave(name)

    def _leave(self, name: Name) -> None:
        self._changed.pop(name, None)
        place = self._place.pop(name, None)
        if place is not None:
            self._freed[place] = None

    def is_changed(self, offset: int) -> bool:
        """Whether there is anything to write, now that events up to this offset were taken."""
        return bool(self._changed or self._freed or self.applied(self.head) < offset)

    def write(self) -> None:
        """Give all that has changed to the state, which is saved next."""
        for place in self._freed:
            self._places.put(place, Free())
        self.mark(self.head)
        for record in sorted(self._changed.values(), key=lambda one: _ORDER.index(type(one))):
            self._places.put(self._place_of(_name(record)), record)
        self._free.extend(self._freed)
        self._changed, self._freed = {}, {}

    def _place_of(self, name: Name) -> str:
        place = self._place.get(name)
        if place is None:
            if self._free:
                place = self._free.pop()
            else:
                place, self._next = f"place:{self._next}", self._next + 1
            self._place[name] = place
        return place


def _name(record: Record) -> Name:
    if isinstance(record, Group):
        return "group", record.id
    if isinstance(record, Crowd):
        return "crowd", record.group, str(record.number)
    if isinstance(record, Day):
        return "day", str(record.opened_at)
    if isinstance(record, Recipient):
        return "recipient", record.contact
    return ("head",)


def _number(place: str) -> int:
    name, _, number = place.partition(":")
    return int(number) if name == "place" and number.isdigit() else -1
