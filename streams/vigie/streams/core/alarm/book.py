"""The book of alarms: where each alert stands, open under its alarm key or over in a slot of the ring.

It reads and writes through `Kept` (the step gives it a KeyedState), and holds no truth of its own: its indexes are made
again from what is kept.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from vigie.streams.core.alarm.held import REMEMBERED, RING, Alarm, Alert, Held, Over, Ring, as_alarm, slot
from vigie.streams.core.fleet.view import FleetView


class Kept(Protocol):
    """What is kept, by key."""

    def get(self, key: str) -> Held | None:
        """The value of a key."""

    def put(self, key: str, value: Held) -> None:
        """Keep a value, which may have been changed in place."""

    def items(self) -> Iterable[tuple[str, Held]]:
        """All keys and values."""


class Book:
    """Alarms and alerts.

    Args:
        kept: where they are kept.
        view: gives the fleet in force.

    Attributes:
        generation: of the writer, put on events.
        open: keys of alarms with an open alert, in the order in which they were raised.
        shelved: keys of alarms that are shelved.
    """

    def __init__(self, kept: Kept, view: Callable[[], FleetView] = FleetView) -> None:
        self.generation = 0
        self.view = view
        self.open: dict[str, None] = {}
        self.shelved: dict[str, None] = {}
        self._kept = kept
        self._over: dict[str, str] = {}  # alert id -> slot
        self._keys: dict[str, str] = {}  # id of an open alert -> alarm key
        self.restore()

    def restore(self) -> None:
        """Make the indexes anew from what is kept."""
        self.open, self.shelved, self._over, self._keys = {}, {}, {}, {}
        found: list[Alert] = []
        old: list[tuple[str, Alarm]] = []
        for key, held in self._kept.items():
            if isinstance(held, Over):
                self._over[held.alert.id] = key
                continue
            if ":" not in key:
                continue
            alarm = as_alarm(key, held)
            if alarm is not held:
                old.append((key, alarm))
            if alarm.shelved_until:
                self.shelved[key] = None
            if alarm.current is not None:
                found.append(alarm.current)
        for key, alarm in old:
            self._kept.put(key, alarm)
        for alert in sorted(found, key=lambda one: (one.decided_at, one.key)):
            self.open[alert.key] = None
            self._keys[alert.id] = alert.key

    def alarm(self, key: str) -> Alarm:
        """The alarm of a key; a new one, not kept yet, where there is none."""
        return as_alarm(key, self._kept.get(key))

    def find(self, alert_id: str) -> Alert | None:
        """An alert, open or over; None if it is not known (any more)."""
        key = self._keys.get(alert_id)
        if key is not None:
            return self.alarm(key).current
        place = self._over.get(alert_id)
        held = None if place is None else self._kept.get(place)
        return held.alert if isinstance(held, Over) else None

    def open_alert(self, key: str) -> Alert | None:
        """The open alert of an alarm."""
        return self.alarm(key).current if key in self.open else None

    def latest(self, key: str) -> Alert | None:
        """The open alert of an alarm, else the last that was."""
        alarm = self.alarm(key)
        return alarm.current or (self.find(alarm.recent[-1]) if alarm.recent else None)

    def begin(self, alarm: Alarm, alert: Alert) -> None:
        """A new alert of an alarm that has none."""
        alarm.current = alert
        alarm.recent = (*alarm.recent, alert.id)[-REMEMBERED:]
        self.open[alert.key] = None
        self._keys[alert.id] = alert.key
        self._kept.put(alert.key, alarm)

    def keep(self, key: str, alarm: Alarm) -> None:
        """An alarm has changed."""
        if alarm.shelved_until:
            self.shelved[key] = None
        else:
            self.shelved.pop(key, None)
        self._kept.put(key, alarm)

    def changed(self, alert: Alert) -> None:
        """An alert has changed."""
        if alert.id in self._keys:
            self._kept.put(alert.key, self.alarm(alert.key))
        else:
            self._kept.put(self._over[alert.id], Over(alert))

    def end(self, alert: Alert) -> None:
        """An open alert is over: it goes to the ring, in the place of the one that has been there longest."""
        alarm = self.alarm(alert.key)
        alarm.current = None
        self.open.pop(alert.key, None)
        self._keys.pop(alert.id, None)
        self._kept.put(alert.key, alarm)
        held = self._kept.get(RING)
        ring = held if isinstance(held, Ring) else Ring()
        place = slot(ring.count)
        before = self._kept.get(place)
        if isinstance(before, Over) and self._over.get(before.alert.id) == place:
            del self._over[before.alert.id]
        self._over[alert.id] = place
        self._kept.put(place, Over(alert))
        self._kept.put(RING, Ring(ring.count + 1))

    def root(self, alert: Alert) -> str:
        """The incident of an alert: the id of its root cause, its own where nothing explains it."""
        return self.causes(alert)[-1]

    def causes(self, alert: Alert) -> list[str]:
        """Ids from an alert up to its root cause."""
        found = [alert.id]
        above: Alert | None = alert
        while above is not None and above.suppressed_by and above.suppressed_by not in found:
            found.append(above.suppressed_by)
            above = self.find(above.suppressed_by)
        return found
