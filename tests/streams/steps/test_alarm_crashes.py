"""`alarm` killed, stopped and frozen while signals flow: each transition stands once on alerts.v1, in order."""

import random
import signal
import threading
import time
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from churn import read_all
from confluent_kafka import Producer
from streams.core.alarm_by_hand import MINUTE, START, Kept
from streams.steps.installation import Installation, Role, wait_until

from vigie.streams.core.alarm.applied import apply, tick
from vigie.streams.core.alarm.book import Book
from vigie.streams.core.alarm.commanded import obey
from vigie.streams.core.alarm.happen import When
from vigie.streams.core.alarm.signals import of_condition
from vigie.topics import alarm_input
from vigie.topics.alarm_input import AlarmInput, Command, ConditionSignal, Tick
from vigie.topics.alert_event import AlertEvent
from vigie.topics.identity import alert_id

pytestmark = pytest.mark.parts

POINTS = 40


def condition(number: int, *, active: bool = True, level: int = 1) -> ConditionSignal:
    """The signal of one turn: a point is above its threshold, a turn of all points later it is not."""
    at = START + number * MINUTE // 4
    return ConditionSignal(
        kind="value", subject=f"point:p{number % POINTS}", rule="high", active=active, cause_id=f"o{number // POINTS}",
        level=level if active else 0, priority=2 + number % 2, event_at=at, arrival_at=at, decided_at=at,
        sentence_fr="Haut.", sentence_en="High.", point=f"p{number % POINTS}",
    )  # fmt: skip


def message(turn: int) -> AlarmInput:
    """What comes at a turn: raises, rises, ends, what people say of it, and the minute."""
    number, kind = divmod(turn, 5)
    at = START + number * MINUTE // 4
    before = number - POINTS // 2
    match kind:
        case 0:
            return condition(number)
        case 1:
            return msgspec.structs.replace(condition(number, level=2), decided_at=at + 1)
        case 2:
            name = alert_id(f"value:point:p{number % POINTS}:high", f"o{number // POINTS}")
            action = ("ack", "comment", "verdict")[number % 3]
            return Command(
                id=f"c{number}", alert_id=name, alert_revision=9, action=action, author="p-17", at=at, reason="vu",
                value="true" if action == "verdict" else "",
            )  # fmt: skip
        case 3 if before >= 0:
            end = condition(before, active=False)
            return msgspec.structs.replace(end, event_at=at, arrival_at=at, decided_at=at)
        case _:
            return Tick(at=at)


def expected(messages: list[AlarmInput]) -> list[AlertEvent]:
    """What one alarm that nothing happens to makes of it."""
    book, events = Book(Kept()), []
    for one in messages:
        if isinstance(one, ConditionSignal):
            events += apply(book, of_condition(one))
        elif isinstance(one, Command):
            events += obey(book, one, When(one.at, one.at, one.at))
        elif isinstance(one, Tick):
            events += tick(book, one.at)
    return events


def owns(role: Role) -> bool | str:
    """Whether an alarm worker is the active one; a word while that is open."""
    said = [line for line in role.text().splitlines() if "alarm has " in line]
    return "stands by" not in said[-1] if said else "unknown"


def active_and_standby(workers: list[Role], limit_s: float = 60) -> tuple[Role, Role]:
    wait_until(
        lambda: {owns(worker) for worker in workers} == {False, True},
        limit_s,
        lambda: "\n".join(worker.text()[-3000:] for worker in workers),
    )
    first, second = sorted(workers, key=owns, reverse=True)
    return first, second


def test_the_standby_takes_over_and_the_frozen_one_is_fenced(kafka: str, tmp_path: Path):
    with Installation(kafka, tmp_path) as place:
        workers = [place.start("alarm"), place.start("alarm")]
        first, second = active_and_standby(workers)
        place.inputs(*map(condition, range(10)))
        wait_until(lambda: len(place.alerts()) == 10, 20, first.text)

        first.process.send_signal(signal.SIGSTOP)
        frozen_at = time.monotonic()
        place.inputs(*map(condition, range(10, 20)), *map(condition, range(10)))  # and the first ten once more
        wait_until(lambda: len(place.alerts()) == 20, 30, second.text)
        took_s = time.monotonic() - frozen_at
        first.process.send_signal(signal.SIGCONT)
        place.inputs(*map(condition, range(20, 30)))
        wait_until(lambda: len(place.alerts()) == 30, 30, second.text)
        time.sleep(2)

        alerts = place.alerts()
        assert [alert.point for alert in alerts] == [f"p{number}" for number in range(30)]
        generation = alerts[0].generation
        assert [alert.generation for alert in alerts] == [generation] * 10 + [generation + 1] * 20
        print(f"took over in {took_s:.1f} s")
        assert took_s < 30


class Flow(threading.Thread):
    """Turns, sent at a rate, until it is stopped."""

    def __init__(self, place: Installation, rate: float) -> None:
        super().__init__(daemon=True)
        self.messages: list[AlarmInput] = []
        self._rate, self._topic = rate, place.settings.topic("alarm-inputs")
        self._producer = Producer({"bootstrap.servers": place.settings.kafka, "enable.idempotence": True})
        self._halt = threading.Event()

    def run(self) -> None:
        while not self._halt.wait(1 / self._rate):
            self.messages.append(message(len(self.messages)))
            self._producer.produce(self._topic, alarm_input.encode(self.messages[-1]), partition=0)
            self._producer.poll(0)

    def close(self) -> None:
        self._halt.set()
        self.join()
        assert self._producer.flush(60) == 0


def trouble(place: Installation, workers: list[Role], kind: str) -> None:
    """Something happens to the worker that is active; what ended is started again."""
    active, standby = active_and_standby(workers)
    if kind == "freeze":
        before = standby.text().count("Took over")
        active.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: standby.text().count("Took over") > before, 60, standby.text)
        time.sleep(1)
        active.process.send_signal(signal.SIGCONT)
        time.sleep(3)
        if active.process.poll() is not None:  # it found that it had been taken for dead
            workers[workers.index(active)] = place.start("alarm")
    else:
        active.end(signal.SIGKILL if kind == "kill" else signal.SIGTERM)
        workers[workers.index(active)] = place.start("alarm")


def longest_gap_s(place: Installation) -> float:
    """Longest time without an event on alerts.v1, by its append times."""
    at = [one.timestamp()[1] for one in read_all(place.settings.kafka, place.settings.topic("alerts.v1"), 1)]
    return max((after - before) / 1000 for before, after in pairwise(at))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_whoever_is_killed_or_frozen_each_transition_stands_once_in_order(kafka: str, tmp_path: Path):
    chance = random.Random(7)
    kinds = ["kill", "freeze", "kill", "stop", "freeze", "kill", "kill", "freeze"]
    with Installation(kafka, tmp_path, session_timeout_s=6) as place:
        workers = [place.start("alarm"), place.start("alarm")]
        active_and_standby(workers)
        flow = Flow(place, rate=200)
        flow.start()
        for kind in kinds:
            time.sleep(chance.uniform(0.2, 4))
            trouble(place, workers, kind)
        time.sleep(1)
        flow.close()
        wanted = expected(flow.messages)
        wait_until(lambda: len(place.alerts()) >= len(wanted), 90, lambda: "\n".join(w.text()[-2000:] for w in workers))
        time.sleep(2)
        found = place.alerts()
        gap_s = longest_gap_s(place)
    print(f"{len(flow.messages)} messages, {len(found)} events, {len(kinds)} troubles, longest gap {gap_s:.1f} s")
    assert len({event.event_id for event in found}) == len(found)
    assert [event.generation for event in found] == sorted(event.generation for event in found)
    plain = [msgspec.structs.replace(event, generation=0) for event in found]
    assert plain == wanted
    assert {event.transition for event in found} >= {"raised", "level_changed", "cleared", "acknowledged", "judged"}
    assert gap_s < 30
