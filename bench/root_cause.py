"""`root_cause`: what a minute costs at 100,000 devices, and how long 100,000 simultaneous silences take.

In this process, without Kafka: the pure part that `alarm` runs. The signals come as bytes, as they stand on
`alarm-inputs`. Nothing is lost: each device is raised once, explained by the network or the gateways that are down.
"""

import time
from collections.abc import Iterator

from figures import Figure

from vigie.streams.core.alarm.graph import dump
from vigie.streams.core.alarm.intent import Raise
from vigie.streams.core.alarm.root_cause import RootCause
from vigie.topics import alarm_input
from vigie.topics.alarm_input import AlarmInput, Heard, Heartbeat, SilenceSignal, Tick

DEVICES, GATEWAYS, PARTITIONS = 100_000, 1_000, 12
PERIOD_MS, MINUTE_MS = 900_000, 60_000
START_AT = 1_760_000_040_000
LEARNED_MINUTES, CALM_MINUTES = 120, 10
NOTE = f"{DEVICES:,} devices behind {GATEWAYS:,} gateways, one process"


class _Log:
    """The log of `alarm-inputs`, as bytes, read in order."""

    def __init__(self) -> None:
        self.root = RootCause("Europe/Paris")
        self.offset = 0
        self.at = START_AT
        self.raised: list[Raise] = []

    def give(self, value: bytes) -> None:
        found = self.root.take(alarm_input.decode(value), self.at, self.offset)
        self.raised += [one for one in found.intents if isinstance(one, Raise)]
        self.offset += 1

    def take(self, values: list[bytes]) -> tuple[float, float]:
        """Seconds that messages take in all, with the repeated ticks that they ask for, and the longest portion."""
        whole = longest = 0.0
        while values:
            started = time.perf_counter()
            for value in values:
                self.give(value)
            spent = time.perf_counter() - started
            whole, longest = whole + spent, max(longest, spent)
            values = [] if self.root.again is None else [alarm_input.encode(self.root.again)]
        return whole, longest

    def minute(self, *, gateways: bool = True) -> tuple[float, float]:
        """A minute in which networks are heard, and gateways or none."""
        self.at += MINUTE_MS
        messages: list[AlarmInput] = [Tick(at=self.at)]
        for partition in range(PARTITIONS):
            frames = {f"gw{place}": 5 for place in range(partition, GATEWAYS, PARTITIONS)} if gateways else {}
            watched = {"metropole": DEVICES // PARTITIONS + 1, "operateur": 100}
            heard = dict.fromkeys(("metropole", "operateur"), self.at - 1000)
            messages.append(
                Heard(tick_at=self.at, partition=partition, gateways=frames, networks=heard, watched=watched)
            )
        pairs = tuple(("uplinks.lora.v1", number) for number in range(PARTITIONS))
        messages += [Heartbeat(role=role, tick_at=self.at, partitions=pairs) for role in ("decode", "observe")]
        return self.take([alarm_input.encode(message) for message in messages])

    def learn(self) -> None:
        for partition in range(PARTITIONS):
            parents = {f"eui:{n:016x}": (f"gw{n % GATEWAYS}",) for n in range(partition, DEVICES, PARTITIONS)}
            self.give(alarm_input.encode(Heard(tick_at=self.at, partition=partition, parents=parents)))
        for _ in range(LEARNED_MINUTES):
            self.minute()

    def signals(self) -> list[bytes]:
        return [
            alarm_input.encode(
                SilenceSignal(
                    address=f"eui:{n:016x}", silent=True, last_arrival_at=self.at - 4 * PERIOD_MS, due_at=self.at + 1,
                    arrival_at=None, decided_at=self.at, period_s=900, model="EM300-TH", network="metropole",
                    interval_s=900.0, missed=4, phi=4.2, phi_threshold=4.0, loss=0.05, burst=0.05,
                    gateways=(f"gw{n % GATEWAYS}",),
                )
            )
            for n in range(DEVICES)
        ]  # fmt: skip


def figures() -> Iterator[Figure]:
    """A calm minute; then all silent at once, by their network, and by their gateways one by one."""
    log = _Log()
    log.learn()
    yield Figure(name="a calm minute", value=max(log.minute()[0] for _ in range(CALM_MINUTES)) * 1000, unit="ms",
                 note=f"slowest of {CALM_MINUTES}, {NOTE}")  # fmt: skip
    yield from _storm("the network", log, gateways=True)
    log = _Log()
    log.learn()
    yield from _storm("1,000 gateways", log, gateways=False)


def _storm(cause: str, log: _Log, *, gateways: bool) -> Iterator[Figure]:
    values = log.signals()
    whole_s, longest_s = log.take(values)[0], 0.0
    for _ in range(20):
        spent_s, portion_s = log.minute(gateways=gateways)
        whole_s, longest_s = whole_s + spent_s, max(longest_s, portion_s)
    saved = sum(len(dump(value)) for _, value in log.root.changed())
    children = {one.device for one in log.raised if one.suppressed_by}
    alone = [one for one in log.raised if not one.suppressed_by]
    note = f"signals and 20 minutes: {len(alone):,} raised alone, {len(children):,} of {DEVICES:,} as explained"
    yield Figure(name=f"100,000 silences at once: {cause}", value=whole_s, unit="s", note=note)
    yield Figure(name=f"the longest portion of them: {cause}", value=longest_s, unit="s", note=NOTE)
    yield Figure(name=f"changed state to be saved: {cause}", value=saved / 1e6, unit="MB", note=NOTE)
