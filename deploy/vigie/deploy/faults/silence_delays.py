"""Devices played through the core itself: each arrival and each tick, without a broker. For benches and tests."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import NamedTuple

from vigie.streams.core.silence import census as census_of
from vigie.streams.core.silence.arrival import heard
from vigie.streams.core.silence.census import Census
from vigie.streams.core.silence.clock import Clock
from vigie.streams.core.silence.expected import Expected
from vigie.streams.core.silence.judge import Surroundings, judge
from vigie.streams.core.silence.loss import Prior
from vigie.streams.core.silence.watch import Watch, watched
from vigie.topics.alarm_input import SilenceSignal

MINUTE_MS = 60_000
HOUR_MS = 3_600_000

Freezes = Callable[[int], dict[str, tuple[int, int]]]


def play(
    arrivals: Sequence[tuple[int, str]],
    ticks: Iterable[int],
    expected: Callable[[str], Expected],
    *,
    partitions: int = 1,
    tolerated: float = 1.0,
    network: Callable[[str], str] = lambda _: "n",
    frozen: Freezes = lambda _: {},
) -> list[SilenceSignal]:
    """What is said of some devices.

    Args:
        arrivals: (epoch ms UTC, address), by rising arrival.
        ticks: epoch ms UTC, rising; an arrival at a tick comes before it.
        expected: of an address.
        partitions: of the installation; all these devices are in one.
        tolerated: false alarms in 30 days, B.
        network: of an address.
        frozen: tick -> scopes that are frozen at it, from when to when.

    Returns:
        Signals, in order.
    """
    clocks: dict[str, Clock] = {}
    watch: Watch | None = None
    counted, hour = Census(partitions, tolerated), -1
    said: list[SilenceSignal] = []
    place = 0
    for tick in ticks:
        around = Surroundings(watch or Watch(tick, tick), counted)
        while place < len(arrivals) and arrivals[place][0] <= tick:
            at, address = arrivals[place]
            place += 1
            if address not in clocks:
                clocks[address] = Clock(0, network=network(address))
            said += heard(clocks[address], address, at, expected(address), around)
        watch = watched(watch, tick, frozen(tick))
        if tick // HOUR_MS != hour:
            hour = tick // HOUR_MS
            counted = census_of.counted(clocks.values(), 0, partitions, tolerated)
        around = Surroundings(watch, counted)
        for address, clock in clocks.items():
            if clock.due_at <= tick:
                said += judge(clock, address, tick, expected(address), around)
    return said


class Delays(NamedTuple):
    """How long after its death a device was told: in intervals, as a share of (m + 1) intervals; and its m."""

    intervals: list[float]
    shares: list[float]
    missed: list[int]


def delays(
    *, interval_s: int, loss: float, burst: float, jitter: float, devices: int, days: int, fleet: int = 300
) -> Delays:  # fmt: skip
    """Devices that send for some days, lose messages, and die at some moment.

    Args:
        interval_s: T.
        loss: p.
        burst: r.
        jitter: messages come up to half of this share of T early or late.
        devices: how many die.
        days: how long each is known.
        fleet: devices that the threshold is made for.
    """
    found = Delays([], [], [])
    for number in range(devices):
        _die(Random(number), interval_s, loss, burst, jitter, days, fleet, found)  # noqa: S311 -- a simulation
    return found


def _die(
    rng: Random, interval_s: int, loss: float, burst: float, jitter: float, days: int, fleet: int, found: Delays
) -> None:  # fmt: skip
    clock, told = Clock(0, network="n"), Expected(interval_s, known=True)
    census = Census(fleet, 1.0, {"n": 1}, 0, {"n": Prior(loss, burst)})
    enter = loss * (1 - burst) / (1 - loss)
    slots, lost, at = int(days * 86_400 / interval_s), False, 0
    for slot in range(1, slots + 1):
        lost = rng.random() < (burst if lost else enter)
        at = round(1000 * interval_s * (slot + jitter * (rng.random() - 0.5)))
        if not lost:
            heard(clock, "eui:a1", at, told, Surroundings(Watch(at, 0), census))
    died_at = round(1000 * interval_s * (slots + rng.random()))
    tick = clock.last_at // MINUTE_MS * MINUTE_MS
    signals: Sequence[SilenceSignal] = ()
    while not signals:
        tick += MINUTE_MS
        signals = judge(clock, "eui:a1", tick, told, Surroundings(Watch(tick, 0), census))
    (signal,) = signals
    after = max(0, signal.decided_at - died_at) / 1000 / interval_s
    found.intervals.append(after)
    found.shares.append(after / (signal.missed + 1))
    found.missed.append(signal.missed)
