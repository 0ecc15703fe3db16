"""`notify`: from a signal to the mail server, 100,000 alerts at once, and a mail server killed at random.

Real parts: Kafka, the roles `alarm` and `notify` as processes, aiosmtpd. The declared waits (60 s, 10 min) are set to
none; what is measured is what the platform adds to them.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from confluent_kafka import Consumer, Producer, TopicPartition
from figures import Figure, cpu_s, rss_mb
from load import broker, make_topics
from mail_receiver import Mailbox
from msgspec.structs import replace

from vigie.streams.core.mail import crowd
from vigie.streams.core.mail.outbox_records import Crowd, Group, Record, dump, load
from vigie.streams.transport.state import KeyedState
from vigie.topics import alarm_input
from vigie.topics.alarm_input import ConditionSignal
from vigie.topics.alert_event import AlertEvent, Explanation
from vigie.topics.avro import Framer
from vigie.topics.identity import alert_id, event_id

SIGNALS = int(os.environ.get("VIGIE_TEST_BENCH_SIGNALS", "200"))
FLOOD = int(os.environ.get("VIGIE_TEST_BENCH_FLOOD", "100000"))
INCIDENTS, OPEN = 200, 80
"""How many incidents there are, and how many of them are open at a time."""
COMMUNES, USE_CASES = 92, ("lighting", "waste", "heat", "noise", "mobility", "water")
FLOOD_WAIT_S = 45.0
PATIENCE_S = 120.0


def figures() -> Iterator[Figure]:
    """The three measurements."""
    with broker() as servers:
        yield from _latency(servers)
        yield from _flood(servers)
        yield from _killed(servers)


class _Place:
    """Topics of a prefix of their own, roles as processes, a mailbox."""

    def __init__(self, servers: str, folder: str) -> None:
        self.servers, self.prefix, self.box = servers, f"bench-{uuid4().hex[:6]}.", Mailbox()
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")} | {
            "VIGIE_KAFKA": servers, "VIGIE_PREFIX": self.prefix, "VIGIE_DATA": folder, "VIGIE_PARTITIONS": "12",
            "VIGIE_SCHEMA_REGISTRY": "http://127.0.0.1:9", "VIGIE_SMTP_PORT": str(self.box.port),
            "VIGIE_MAILS_PER_HOUR": "1000", "VIGIE_MAIL_TO": "crisis@vigie.example",
        }  # fmt: skip
        make_topics(servers, self.prefix)
        group = self.prefix.replace(".", "-") + "notify"
        self._group = Consumer({"bootstrap.servers": servers, "group.id": group, "enable.auto.commit": False})
        self._producer = Producer({"bootstrap.servers": servers, "linger.ms": 0, "enable.idempotence": True})

    def role(self, *command: str, **settings: str) -> subprocess.Popen[bytes]:
        """A role's process."""
        return subprocess.Popen(
            [sys.executable, *command], env=self._env | settings, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if not os.environ.get("VIGIE_TEST_BENCH_LOUD") else None,
        )  # fmt: skip

    def notify(self, scale: float = 0.0, **settings: str) -> subprocess.Popen[bytes]:
        """`notify`, with its waits times `scale`."""
        return self.role(str(Path(__file__).with_name("notify_worker.py")), str(scale), **settings)

    def alarm(self) -> subprocess.Popen[bytes]:
        """`alarm`, which also writes the ticks."""
        return self.role("-m", "vigie.deploy.cli", "worker", "alarm")

    def send(self, topic: str, values: list[bytes], *, wait: bool = True) -> None:
        """Records to the one partition of a topic."""
        for value in values:
            while True:
                try:
                    self._producer.produce(self.prefix + topic, value, partition=0)
                    break
                except BufferError:
                    self._producer.poll(0.1)
        if wait:
            self._producer.flush(60)

    def taken(self) -> int:
        """Offset up to which `notify` has committed alerts.v1."""
        partition = TopicPartition(self.prefix + "alerts.v1", 0)
        return max(0, self._group.committed([partition], timeout=10)[0].offset)

    def known(self) -> int:
        """Alerts that the outbox on Kafka knows, each once."""
        state: KeyedState[Record] = KeyedState("state.notify.outbox", load=load, dump=dump)
        state.restore(0, self._log("state.notify.outbox"))
        found: set[str] = set()
        for _, record in state.items(0):
            if isinstance(record, Group):
                found |= record.alerts.keys()
            elif isinstance(record, Crowd):
                found |= set(crowd.ids(record))
        return len(found)

    def _log(self, topic: str) -> Iterator[tuple[bytes, bytes]]:
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": uuid4().hex, "enable.auto.commit": False})
        partition = TopicPartition(self.prefix + topic, 0, 0)
        _, end = consumer.get_watermark_offsets(partition, timeout=10)
        consumer.assign([partition])
        place = 0
        while place < end and (message := consumer.poll(5)) is not None:
            place = (message.offset() or 0) + 1
            yield message.key() or b"", message.value() or b""
        consumer.close()


@contextmanager
def _place(servers: str) -> Iterator[tuple[_Place, ExitStack]]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder, ExitStack() as stack:
        place = _Place(servers, folder)
        place.box.start()
        stack.callback(place.box.kill)
        yield place, stack


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(40)


def _until(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S, look_s: float = 0.05) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} within {patience_s:.0f} s: it did not come to that")
        time.sleep(look_s)


def _signal(number: int, *, priority: int, at: int) -> ConditionSignal:
    return ConditionSignal(
        kind="value", subject=f"point:P-{number:06}", rule="river_high", active=True, cause_id=f"c{number}", level=1,
        priority=priority, event_at=at, arrival_at=at, decided_at=at, sentence_fr=f"Le niveau P-{number} monte.",
        sentence_en=f"The level P-{number} rises.", use_case="water", commune=f"{10_000 + number}",
        point=f"P-{number:06}", facts={"value": "2.41", "unit": "m", "threshold": "2"},
    )  # fmt: skip


def _raise_of(signal: ConditionSignal) -> str:
    alert = alert_id(f"{signal.kind}:{signal.subject}:{signal.rule}", signal.cause_id)
    return event_id(alert, "raised", 0)


def _latency(servers: str) -> Iterator[Figure]:
    """Critical signals on alarm-inputs, one after the other, each in its own mail."""
    with _place(servers) as (place, stack):
        for process in (place.alarm(), place.notify()):
            stack.callback(_stop, process)
        warm = _signal(999_999, priority=1, at=int(time.time() * 1000))
        place.send("alarm-inputs", [alarm_input.encode(warm)])
        _until(lambda: bool(place.box.came), "the first mail")
        rng, sent = random.Random(1), {}
        for number in range(SIGNALS):
            signal = _signal(number, priority=1, at=int(time.time() * 1000))
            sent[_raise_of(signal)] = time.time()
            place.send("alarm-inputs", [alarm_input.encode(signal)])
            time.sleep(rng.random() * 0.3)
        _until(lambda: len(place.box.came) > SIGNALS, "all mails")
        took = sorted(came.at_s - sent[event] for came in place.box.came for event in came.events if event in sent)
        note = f"{len(took)} critical signals, one mail each, beyond the declared wait"
        yield Figure(name="notify: signal to mail server, p50", value=took[len(took) // 2], unit="s", note=note)
        yield Figure(name="notify: signal to mail server, p95", value=took[int(len(took) * 0.95)], unit="s", note=note)


def _flood_events(count: int) -> Iterator[bytes]:
    framer, at = Framer("alerts.v1"), int(time.time() * 1000)
    for number in range(count):
        key = f"silence:eui:{number:016x}:no_arrival"
        alert = alert_id(key, "1")
        use_case = USE_CASES[number % len(USE_CASES)]
        yield framer.encode(
            AlertEvent(
                event_id=event_id(alert, "raised", 0), alert_id=alert, incident_id=alert, alarm_key=key, revision=0,
                transition="raised", state="unacknowledged", priority=3, event_at=at, arrival_at=at, decided_at=at,
                author="system", reason="no_arrival",
                explanation=Explanation(
                    sentence_fr=f"Le capteur {number} n'a rien envoyé depuis le 18/06/2025 à 09:12.",
                    sentence_en=f"Device {number} has sent nothing since 2025-06-18 09:12.",
                    fields={"device": f"eui:{number:016x}", "period_s": "900", "phi": "7.2", "law": "slots"},
                ),
                generation=1, raised_at=at, mail="incident", use_case=use_case,
                commune=f"{13_000 + number // len(USE_CASES) % COMMUNES}",
            )
        )  # fmt: skip


def _flood(servers: str) -> Iterator[Figure]:
    """All sensors fall silent at once; the usual limit of mails holds."""
    with _place(servers) as (place, stack):
        process = place.notify(FLOOD_WAIT_S / 600, VIGIE_MAILS_PER_HOUR="6")
        stack.callback(_stop, process)
        warm = _signal(0, priority=1, at=int(time.time() * 1000))
        place.send("platform", [alarm_input.encode(alarm_input.Tick(at=warm.event_at))])
        time.sleep(8)  # it has its partitions
        cpu, started = cpu_s(process.pid), time.monotonic()
        due_at = int(time.time() * 1000 + FLOOD_WAIT_S * 1000)
        values = list(_flood_events(FLOOD))
        place.send("alerts.v1", values)
        sent_at = int(time.time() * 1000)
        _until(lambda: place.taken() >= FLOOD, "all events in the outbox", look_s=0.5)
        taken_s = time.monotonic() - started
        _until(lambda: len(place.box.came) >= 6, "six mails")
        mailed_s = (place.box.came[-1].at_s * 1000 - max(sent_at, due_at)) / 1000
        if (known := place.known()) != FLOOD:
            raise RuntimeError(f"{FLOOD} alerts were sent, {known} are in the outbox")
        used_s, memory = cpu_s(process.pid) - cpu, rss_mb(process.pid)
        note = f"{FLOOD} alert events at once in {COMMUNES * len(USE_CASES)} groups, none lost"
        yield Figure(name="notify: alerts at once, all in the outbox", value=taken_s, unit="s", note=note)
        yield Figure(
            name="notify: alerts at once, due to mailed", value=mailed_s, unit="s",
            note=f"{note}; {len(place.box.came)} mails, {used_s:.1f} s of CPU, {memory:.0f} MB",
        )  # fmt: skip


def _killed(servers: str) -> Iterator[Figure]:
    """Incidents begin and end while the mail server is killed at random."""
    with _place(servers) as (place, stack):
        stack.callback(_stop, place.notify())
        rng, framer = random.Random(7), Framer("alerts.v1")
        (warm,) = list(_flood_events(INCIDENTS + 1))[INCIDENTS:]
        place.send("alerts.v1", [warm])
        _until(lambda: bool(place.box.came), "the first mail")
        raises = [framer.decode(value, AlertEvent) for value in _flood_events(INCIDENTS)]
        wanted, kills = [], 0
        for place_in, event in enumerate(_lives(raises, rng)):
            wanted.append(event.event_id)
            place.send("alerts.v1", [framer.encode(event)])
            time.sleep(rng.random() * 0.05)
            if place_in % 20 == 19:
                place.box.kill()
                kills += 1
                time.sleep(rng.random() * 1.5)
                place.box.start()
        _until(lambda: set(wanted) <= {event for came in place.box.came for event in came.events}, "all mails")
        time.sleep(2)
        names = [came.name for came in place.box.came]
        twice = len(names) - len(set(names))
        order = [event for came in place.box.came for event in came.events]
        reordered = sum(
            order.index(event_id(event.alert_id, "cleared", 1)) < order.index(event.event_id) for event in raises
        )
        note = f"{INCIDENTS} incidents, {len(names)} mails, server killed {kills} times, {reordered} reordered, 0 lost"
        yield Figure(name="notify: mails twice, server killed", value=100 * twice / len(names), unit="%", note=note)


def _lives(raises: list[AlertEvent], rng: random.Random) -> Iterator[AlertEvent]:
    """Each alert is raised, and over some time after."""
    open_ones: list[AlertEvent] = []
    for number, event in enumerate(raises):
        yield replace(event, commune=f"{10_000 + number}")
        open_ones.append(replace(event, commune=f"{10_000 + number}"))
        if len(open_ones) > OPEN:
            yield _over(open_ones.pop(rng.randrange(OPEN // 2)))  # not the one that has just begun
    yield from map(_over, open_ones)


def _over(event: AlertEvent) -> AlertEvent:
    return replace(
        event, transition="cleared", revision=1, event_id=event_id(event.alert_id, "cleared", 1), state="normal",
        active=False, decided_at=event.decided_at + 1,
    )  # fmt: skip
