"""The step `detect` as its harness runs it: values, windows and ticks in, signals out, its state carried over."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from fleet_objects import fleet_object, point
from windows_by_hand import observation

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.steps.detect import DetectStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import alarm_input, baseline, buddies
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.alarm_input import ConditionSignal, Tick
from vigie.topics.baseline import Baseline
from vigie.topics.buddies import BuddyValue
from vigie.topics.fleet_object import FleetObject
from vigie.topics.observation import Observation
from vigie.topics.observation_encoder import ObservationEncoder

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
QUARTER = 15 * MINUTE
START = 1_750_197_600_000  # Wednesday 18 June 2025, 00:00 in Paris
LEVEL, WARMTH, LAEQ, FILL, PASSAGES, POWER = 40, 1, 10, 31, 60, 71

encode = ObservationEncoder().encode
_aggregates = AggregateEncoder()


def rule(name: str, base: str | None = "threshold", revision: int = 1, **more: Any) -> FleetObject:
    said = {"name": name, "definition": "…", "owner": "C1", "base": base, **more}
    given = {key: value for key, value in said.items() if value is not None}
    return fleet_object("rule", name, revision=revision, **given)


def flood(**more: Any) -> FleetObject:
    """Three levels of a river."""
    levels = {"level_1": 1.5, "level_2": 2.0, "level_3": 3.0, **more.pop("parameters", {})}
    return rule("crue", properties=["water_level"], parameters=levels, **more)


def river(name: str = "P1", **more: Any) -> FleetObject:
    return point(name, **{"use_case": "river", "properties": [{"property": "water_level"}], **more})


class Detected:
    """A step with a log: each call gives the signals that it made.

    Args:
        objects: of the fleet.
        live: whether records' timestamps are the time.
    """

    def __init__(self, *objects: FleetObject, live: bool = True) -> None:
        self.fleet = SimpleNamespace(view=FleetView().with_objects(objects))
        self._live = live
        self.step = DetectStep(self.fleet, "Europe/Paris", live=live)
        self._offsets: dict[str, int] = {}
        self._number = 0
        self.saved: dict[bytes, bytes] = {}

    def change(self, *objects: FleetObject) -> None:
        """Another revision of the fleet."""
        self.fleet.view = self.fleet.view.with_objects(objects)

    def values(
        self, values: Iterable[float], *, start: int = START, step: int = QUARTER, late: int = 2000, of: int = LEVEL,
        flags: int = 1, at: str = "P1",
    ) -> list[ConditionSignal]:  # fmt: skip
        """Values of a series, one per step, each arriving `late` ms after its instant."""
        found = []
        for number, value in enumerate(values):
            instant = start + number * step
            found += self.observed(self.observation(instant, {of: value}, arrival=instant + late, flag=flags, at=at))
        return found

    def observation(
        self, instant: int, values: dict[int, float], *, arrival: int, flag: int = 1, at: str = "P1", **more: Any
    ) -> Observation:
        self._number += 1
        flags = dict.fromkeys(values, flag)
        return observation(self._number, instant, values, point=at, arrival=arrival, flags=flags, **more)

    def observed(self, *observations: Observation, appended: int | None = None) -> list[ConditionSignal]:
        """Observations as they are read, each appended to the log when its uplink arrived."""
        records = [
            self.record("observations.v1", one.point, encode(one), one.ingested_at if appended is None else appended)
            for one in observations
        ]
        return self.read("observations.v1", records)

    def aggregated(self, one: Aggregate, appended: int) -> list[ConditionSignal]:
        value = _aggregates.encode(one)
        return self.read("aggregates.v1", [self.record("aggregates.v1", one.subject, value, appended)])

    def beside(self, one: BuddyValue, appended: int) -> list[ConditionSignal]:
        return self.read("buddies", [self.record("buddies", one.group, buddies.encode(one), appended)])

    def usual(self, *made: Baseline) -> list[ConditionSignal]:
        value = baseline.encode(list(made))
        return self.read("baselines", [self.record("baselines", made[0].point, value, START)])

    def record(self, topic: str, key: str, value: bytes, appended: int) -> Any:
        offset = self._offsets[topic] = self._offsets.get(topic, -1) + 1
        return SimpleNamespace(key=key.encode(), value=value, timestamp=appended, offset=offset)

    def read(self, topic: str, records: list[Any]) -> list[ConditionSignal]:
        out = Outputs()
        self.step.process(Batch(records, topic=topic, partition=0), out)
        return signals(out)

    def tick(self, at: int) -> list[ConditionSignal]:
        out = Outputs()
        self.step.tick(Tick(at=at), [0], out)
        return signals(out)

    def save(self) -> None:
        """A checkpoint."""
        for entries in self.step.kept.snapshot().values():
            self.saved.update(entries)

    def crash(self) -> None:
        """Another worker goes on from the last checkpoint."""
        self.step = DetectStep(self.fleet, "Europe/Paris", live=self._live)
        self.step.kept.restore(0, self.saved.items())


def signals(out: Outputs) -> list[ConditionSignal]:
    found = [alarm_input.decode(record[1]) for record in out.records.get("alarm-inputs", ())]
    assert all(isinstance(one, ConditionSignal) for one in found)
    return found  # type: ignore[return-value]


def told(found: Iterable[ConditionSignal]) -> list[int]:
    """Levels, in order."""
    return [one.level for one in found]


def day_window(completeness: float, *, start: int = START, revision: int = 0, count: int = 96) -> Aggregate:
    """A day of a river's level."""
    return Aggregate(
        subject="point:P1", indicator="water_level", window_code="1d", window_start=start, window_end=start + DAY,
        revision=revision, count=count, minimum=1.0, mean=1.0, maximum=1.0, value=1.0, unit="m", expected=96,
        completeness=completeness, input_hash="00" * 8, reason="late" if revision else "closed",
    )  # fmt: skip
