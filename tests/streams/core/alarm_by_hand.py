"""Alarms played by hand: intents and commands in few words, and a book whose state is kept in memory."""

from itertools import count
from typing import Any

from vigie.streams.core.alarm.applied import apply, tick
from vigie.streams.core.alarm.book import Book
from vigie.streams.core.alarm.commanded import obey
from vigie.streams.core.alarm.happen import When
from vigie.streams.core.alarm.held import Held, dump, load
from vigie.streams.core.alarm.intent import Clear, Explain, Intent, Raise
from vigie.streams.core.fleet.view import EVER, FleetView, Outage
from vigie.topics.alarm_input import Command
from vigie.topics.alert_event import AlertEvent
from vigie.topics.identity import alert_id

START = 1_750_197_600_000  # 18 June 2025, 00:00 in Paris
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
KEY, CAUSE = "value:point:p1:high_water", "gateway:g1:gateway_down"


class Kept:
    """What is kept, in memory."""

    def __init__(self, saved: dict[str, bytes] | None = None) -> None:
        self.values: dict[str, Held] = {key: load(value) for key, value in (saved or {}).items()}

    def get(self, key: str) -> Held | None:
        return self.values.get(key)

    def put(self, key: str, value: Held) -> None:
        self.values[key] = value

    def items(self) -> list[tuple[str, Held]]:
        return list(self.values.items())

    def saved(self) -> dict[str, bytes]:
        return {key: dump(value) for key, value in self.values.items()}


class Fleet(FleetView):
    """A fleet of which only outages are known."""

    def __init__(self) -> None:
        super().__init__()
        self.outages: dict[str, tuple[Outage, ...]] = {}

    def outages_of(self, point: str) -> tuple[Outage, ...]:
        return self.outages.get(point, ())


class Desk:
    """An alarm role without Kafka: what happens, minute after minute."""

    def __init__(self) -> None:
        self.now = START
        self.fleet = Fleet()
        self.kept = Kept()
        self.book = Book(self.kept, lambda: self.fleet)
        self.events: list[AlertEvent] = []
        self._commands = count()

    def restart(self) -> None:
        """Go on from what was saved."""
        self.kept = Kept(self.kept.saved())
        self.book = Book(self.kept, lambda: self.fleet)

    def do(self, *intents: Intent) -> list[AlertEvent]:
        self.now += MINUTE
        return self._noted(apply(self.book, intents))

    def raised(self, cause: str = "1", level: int = 1, key: str = KEY, **more: Any) -> Raise:
        values = {"priority": 3, "point": "p1" if key == KEY else "", **more}
        return Raise(
            key, cause, values.pop("priority"), self.now, self.now, self.now, "rule", "Haut.", "High.", {"value": "2"},
            level=level, **values,
        )  # fmt: skip

    def cleared(self, key: str = KEY, cause: str = "") -> Clear:
        return Clear(key, self.now, self.now, self.now, "condition_over", "Fini.", "Over.", {}, cause)

    def explained(self, cause: str = CAUSE, key: str = KEY) -> Explain:
        return Explain(key, cause, self.now)

    def tick(self, after: int = MINUTE) -> list[AlertEvent]:
        self.now += after
        return self._noted(tick(self.book, self.now))

    def command(
        self, action: str, alert: str = "", *, cause: str = "1", revision: int = 99, author: str = "p-17", **more: Any
    ) -> list[AlertEvent]:
        self.now += MINUTE
        given = Command(
            id=more.pop("id", f"c{next(self._commands)}"), alert_id=alert or alert_id(KEY, cause),
            alert_revision=revision, action=action, author=author, at=self.now, **more,
        )  # fmt: skip
        return self._noted(obey(self.book, given, When(self.now, self.now, self.now)))

    def shelve(self, for_ms: int = HOUR, **more: Any) -> list[AlertEvent]:
        return self.command("shelve", reason="essai", until_at=self.now + MINUTE + for_ms, **more)

    def outage(self, *, open_: bool) -> None:
        end = EVER if open_ else self.now + 1
        begun = self.fleet.outages.get("p1", (Outage("i1", self.now, EVER),))[0].from_at
        self.fleet.outages["p1"] = (Outage("i1", begun, end),)

    def _noted(self, made: list[AlertEvent]) -> list[AlertEvent]:
        self.events += made
        return made
