"""What a day must come to, counted from what was sent and never from what came out.

This is the second opinion: plain loops over the events of the city, none of the platform's code for filters, windows
or silence.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

QUARTER_MS = 900_000
MINUTE_MS = 60_000
SILENT_PERIODS = 10
"""In the city a message in 250 is lost, never two in a row: whoever learns that calls a device silent after five to
nine, and this day holds no silence between five and twelve."""
UPLINK, DUPLICATE = "uplink", "duplicate"


class Point(NamedTuple):
    """One value that a frame holds: property id, channel, instant (epoch ms) and value in the catalogue's unit."""

    property: int
    channel: int
    observed_at: int
    value: float


class Event(NamedTuple):
    """One body on its way to the platform.

    Attributes:
        arrival_at: epoch ms of its arrival.
        link: name of the source that brings it.
        net: its connectivity family.
        body: bytes as they are sent.
        fate: `uplink`, `duplicate`, or the reason of its dead letter.
        device: device id; empty where the body does not tell.
        points: what it holds, for an uplink.
    """

    arrival_at: int
    link: str
    net: str
    body: bytes
    fate: str
    device: str
    points: tuple[Point, ...]


class Announced(NamedTuple):
    """What the fleet says of a device and its point.

    Attributes:
        step_ms: between two readings.
        upload_ms: between two messages.
        derived: (from, to): properties of which the placement makes another one.
    """

    step_ms: int
    upload_ms: int
    derived: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True, kw_only=True)
class Counts:
    """The figures of a day, expected or seen.

    Attributes:
        received: bodies that reached raw.*.
        received_by: of them, by connectivity.
        decoded: uplinks published.
        duplicates: exact re-deliveries dropped.
        dead_letters: bodies that could not be decoded, by reason.
        stored: rows of the table uplink (one per uplink and instant).
        observations: rows of the table observation (one per uplink of the fleet and instant of its readings).
        windows: 15-minute windows of a point's property that have closed.
        alerts_raised: alerts.
        alerts_cleared: of them, those that ended.
        mails: mails sent.
    """

    received: int = 0
    received_by: dict[str, int] = field(default_factory=dict)
    decoded: int = 0
    duplicates: int = 0
    dead_letters: dict[str, int] = field(default_factory=dict)
    stored: int = 0
    observations: int = 0
    windows: int = 0
    alerts_raised: int = 0
    alerts_cleared: int = 0
    mails: int = 0


def count(events: Iterable[Event], *, fleet: Mapping[str, Announced], last_tick_at: int) -> Counts:
    """Count a day.

    Args:
        events: what is sent, in any order.
        fleet: what it says of each device; those of no fleet are stored and not placed.
        last_tick_at: epoch ms of the last minute tick.
    """
    found, reasons, nets = Counts(), Counter[str](), Counter[str]()
    windows: set[tuple[str, int, int, int]] = set()
    heard: dict[str, list[int]] = defaultdict(list)
    for event in events:
        found.received += 1
        nets[event.net] += 1
        heard[event.device].append(event.arrival_at)
        if event.fate == UPLINK:
            found.decoded += 1
            instants = len({point.observed_at for point in event.points})
            found.stored += max(1, instants)
            if event.device in fleet:
                found.observations += instants
                for property_, channel, start_at in quarters(event.points, fleet[event.device], last_tick_at):
                    windows.add((event.device, property_, channel, start_at))
        elif event.fate == DUPLICATE:
            found.duplicates += 1
        else:
            reasons[event.fate] += 1
    found.received_by = dict(sorted(nets.items()))
    found.dead_letters = dict(sorted(reasons.items()))
    found.windows = len(windows)
    first_at = min(map(min, heard.values()), default=0)
    for device, announced in fleet.items():
        raised, cleared = silences(sorted(heard[device]) or [first_at], announced.upload_ms, last_tick_at)
        found.alerts_raised += raised
        found.alerts_cleared += cleared
    found.mails = 2
    return found


def quarters(points: Iterable[Point], announced: Announced, last_tick_at: int) -> Iterator[tuple[int, int, int]]:
    """Property, channel and start of the 15-minute windows that hold these values and have closed by a tick.

    A window closes one upload period after its end. What is announced to come less often has none so short.

    >>> told = Announced(900_000, 900_000, derived=((30, 31),))
    >>> sorted(quarters([Point(30, 0, 1_000, 5.0), Point(91, 0, 900_000, 90.0)], told, 1_800_000))
    [(30, 0, 0), (31, 0, 0)]
    """
    for point in points:
        for property_ in (point.property, *(to for of, to in announced.derived if of == point.property)):
            start_at = point.observed_at - point.observed_at % QUARTER_MS
            if announced.step_ms <= QUARTER_MS and start_at + QUARTER_MS + announced.upload_ms <= last_tick_at:
                yield property_, point.channel, start_at


def silences(arrivals: list[int], period_ms: int, last_tick_at: int) -> tuple[int, int]:
    """How often was a device silent at a minute tick, and how often did it come back?

    Silent means: at a tick, SILENT_PERIODS declared periods have gone by since the last arrival.

    >>> silences([0, 900_000, 20_000_000], 900_000, 21_000_000)
    (1, 1)
    >>> silences([0, 900_000], 900_000, 9_900_000), silences([0, 900_000], 900_000, 9_840_000)
    ((1, 0), (0, 0))
    """
    raised = cleared = 0
    for place, arrival_at in enumerate(arrivals):
        due_at = arrival_at + SILENT_PERIODS * period_ms
        judged_at = -(-due_at // MINUTE_MS) * MINUTE_MS
        returns = arrivals[place + 1] if place + 1 < len(arrivals) else None
        if judged_at <= last_tick_at and (returns is None or returns >= judged_at):
            raised += 1
            cleared += returns is not None
    return raised, cleared
