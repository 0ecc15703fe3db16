"""The step `aggregate` as its harness runs it, with a log and a changelog; and what must come of readings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from fleet_objects import point
from series_windows import aggregates_of

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.legal import windows_between
from vigie.streams.core.windows.track import track
from vigie.streams.steps.aggregate import AggregateStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import dirty, zone_part
from vigie.topics.aggregate import Aggregate
from vigie.topics.alarm_input import Tick
from vigie.topics.avro import Framer
from vigie.topics.dirty import Dirty
from vigie.topics.observation import Observation, ObservedReading, observation_id, revision
from vigie.topics.observation_encoder import ObservationEncoder
from vigie.topics.zone_part import ZonePart

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_750_197_600_000  # 18 June 2025, 00:00 in Paris
ZONE = "Europe/Paris"
CODES = ("15m", "1h", "1d")
TEMPERATURE, LAEQ, DIRECTION, INDEX, LA90, PASSAGES = 1, 10, 8, 70, 15, 60

Key = tuple[str, str, str, int]
"""Subject, indicator, window code, window start."""
_encode = ObservationEncoder().encode
_framer = Framer("aggregates.v1")


def observation(
    number: int, at: int, values: dict[int, float], *, point: str = "P1", round_: int = 0, withdrawn: bool = False,
    flags: dict[int, int] | None = None, reason: str = "live", arrival: int | None = None,
    zones: Sequence[str] = ("Z1",), fleet: int = 1,
) -> Observation:  # fmt: skip
    """An observation whose uplink has a number; values by property (or property, channel)."""
    uplink, said = f"{number:032x}", flags or {}
    return Observation(
        id=observation_id(uplink, point, at), revision=revision(0, fleet, round_), withdrawn=withdrawn, point=point,
        device="D1", placement=f"{point}/1", use_case="heat", commune="13055", zones=tuple(zones), uplink=uplink,
        network="ville", observed_at=at, received_at=at, ingested_at=at + 1000 if arrival is None else arrival,
        readings=tuple(ObservedReading(p, 0, v, said.get(p, 1), said.get(p, 1)) for p, v in values.items()),
        ruleset="1", fleet_revision=fleet, reason=reason,
    )  # fmt: skip


@dataclass
class Log:
    """What was published."""

    aggregates: list[Aggregate] = field(default_factory=list)
    parts: list[ZonePart] = field(default_factory=list)
    dirty: list[Dirty] = field(default_factory=list)

    def take(self, out: Outputs) -> "Log":
        """Add what a step wants sent; gives it back alone."""
        new = Log(
            [_framer.decode(value, Aggregate) for _, value in out.records.get("aggregates.v1", ())],
            [zone_part.decode(value) for _, value in out.records.get("zone-parts", ())],
            [dirty.decode(value) for _, value in out.records.get("dirty", ())],
        )
        self.aggregates += new.aggregates
        self.parts += new.parts
        self.dirty += new.dirty
        return new

    def last(self) -> dict[Key, Aggregate]:
        """The last record of each window."""
        return {(one.subject, one.indicator, one.window_code, one.window_start): one for one in self.aggregates}

    def last_parts(self) -> dict[tuple[str, str, str, int], ZonePart]:
        """The last part of each subject, point, code and start."""
        return {(one.subject, one.point, one.code, one.window_start): one for one in self.parts}


class Worker:
    """One partition: feeds a step, saves its state, kills it."""

    def __init__(self, *objects: Any, view: FleetView | None = None, memory_hours: int = 26) -> None:
        self.fleet = SimpleNamespace(view=FleetView().with_objects(objects) if view is None else view)
        self.memory_hours = memory_hours
        self.now_ms = 0.0
        self.log, self.changelog = Log(), list[tuple[bytes, bytes]]()
        self.records: list[Any] = []  # of observations.v1
        self.taken = self.committed = 0
        self.step = self._new()

    def _new(self) -> AggregateStep:
        return AggregateStep(self.fleet, ZONE, self.memory_hours, now_ms=lambda: self.now_ms)

    @property
    def owner(self) -> Any:
        return self.step.points.owner(0)

    def write(self, observations: Iterable[Observation], timestamp: int = 0) -> None:
        """Append to observations.v1."""
        for one in observations:
            self.records.append(
                SimpleNamespace(key=b"", value=_encode(one), offset=len(self.records), timestamp=timestamp)
            )  # fmt: skip

    def read(self, count: int = 1_000_000) -> Log:
        """Process the next records as one batch."""
        some = self.records[self.taken : self.taken + count]
        self.taken += len(some)
        out = Outputs()
        if some:
            self.step.process(Batch(some, topic="observations.v1", partition=0), out)
        return self.log.take(out)

    def take(self, *observations: Observation, timestamp: int = 0) -> Log:
        """Write and read."""
        self.write(observations, timestamp)
        return self.read()

    def tick(self, at: int) -> Log:
        out = Outputs()
        self.step.tick(Tick(at=at), [0], out)
        return self.log.take(out)

    def save(self, share: float = 1.0) -> None:
        """A checkpoint; with a share below 1 the worker dies while it is written."""
        entries = self.step.points.snapshot().get(0, [])
        self.changelog += entries[: int(len(entries) * share)]
        if share == 1.0:
            self.committed = self.taken

    def die(self) -> None:
        """Another worker takes over from the changelog and the committed offset."""
        self.step = self._new()
        self.step.points.restore(0, self.changelog)
        self.step.points.loaded_to(0, len(self.changelog))
        self.taken = self.committed


def final(observations: Iterable[Observation]) -> list[Observation]:
    """Each observation in its highest revision."""
    best: dict[str, Observation] = {}
    for one in observations:
        if one.id not in best or one.revision > best[one.id].revision:
            best[one.id] = one
    return list(best.values())


def expected(
    observations: Iterable[Observation], steps_s: dict[int, int], codes: Sequence[str] = CODES
) -> dict[Key, Aggregate]:
    """Every window that these observations give, series by series, from the whole set; steps by property."""
    rows: dict[tuple[str, int], list[tuple[int, float, int]]] = {}
    for one in final(observations):
        for reading in one.readings if not one.withdrawn else ():
            if reading.flag != 9:
                rows.setdefault((one.point, reading.property), []).append(
                    (one.observed_at, reading.value, reading.flag)
                )  # fmt: skip
    found: dict[Key, Aggregate] = {}
    for (name, number), some in rows.items():
        at, values, flags = zip(*some, strict=True)
        series = track(at, values, flags, property_id=number, step_s=steps_s.get(number, 0))
        for code in codes:
            windows = list(windows_between(code, min(at), max(at) + 1, ZONE))
            for made in aggregates_of(f"point:{name}", series, windows):
                if made.count or made.excluded:
                    found[made.subject, made.indicator, code, made.window_start] = made
    return found


def same(one: Aggregate, other: Aggregate) -> bool:
    """Whether two records say the same, history apart."""
    return replace_history(one) == replace_history(other)


def replace_history(one: Aggregate) -> tuple[Any, ...]:
    """All of a record but its revision and its reason."""
    return tuple(
        round(v, 9) if isinstance(v, float) else v
        for v in (getattr(one, n) for n in one.__struct_fields__ if n not in ("revision", "reason"))
    )  # fmt: skip


__all__ = ["point", "replace"]
