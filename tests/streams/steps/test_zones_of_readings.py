"""From readings to windows of zones: whatever the order of arrival, the zone says what its readings come to."""

import math
import random
from collections import defaultdict
from types import SimpleNamespace

import pytest
from observations_by_hand import observation

from fleet_objects import fleet_object, point  # isort: skip

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.legal import HOUR_MS, window_of
from vigie.streams.steps.aggregate import AggregateStep
from vigie.streams.steps.zones import ZonesStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.aggregate import Aggregate
from vigie.topics.alarm_input import Tick
from vigie.topics.avro import Framer
from vigie.topics.fleet_object import FleetObject
from vigie.topics.observation import Observation, ObservedReading

PARIS = "Europe/Paris"
DAY = window_of("1d", 1_774_742_400_000, PARIS)  # 23 hours
STEP = 900_000
OBSERVATIONS, AGGREGATES = Framer("observations.v1"), Framer("aggregates.v1")
NAMES = [f"P{number}" for number in range(5)]
BOTH = [{"property": "air_temperature"}, {"property": "laeq"}]
CITY = [
    fleet_object("zone", "Z1", name="Cours", role="project", parent="Z0"),
    fleet_object("zone", "Z0", name="Ville", role="other"),
    *(
        point(name, zones=("Z1",) if number < 4 else ("Z0",), properties=BOTH)
        for number, name in enumerate(NAMES)
    ),
]  # fmt: skip


class Chain:
    """The steps aggregate and zones, the parts of the one read by the other."""

    def __init__(self, *more: FleetObject) -> None:
        fleet = SimpleNamespace(view=FleetView().with_objects([*CITY, *more]))
        self.aggregate = AggregateStep(fleet, PARIS, 26)
        self.zones = ZonesStep(fleet, PARIS, 26)
        self.offsets: dict[str, int] = defaultdict(int)
        self.sent: list[Aggregate] = []
        self.dirty = 0

    def take(self, step, topic: str, values: list[bytes]) -> None:
        if values:
            records = [
                SimpleNamespace(offset=self.offsets[topic] + place, value=value, timestamp=0, key=b"", headers=())
                for place, value in enumerate(values)
            ]
            self.offsets[topic] += len(values)
            self._hand_on(lambda out: step.process(Batch(records, topic=topic, partition=0), out))

    def tick(self, at: int) -> None:
        self._hand_on(lambda out: self.aggregate.tick(Tick(at=at), [0], out))
        self._hand_on(lambda out: self.zones.tick(Tick(at=at), [0], out))

    def _hand_on(self, act) -> None:
        out = Outputs()
        act(out)
        self.sent += [AGGREGATES.decode(value, Aggregate) for _, value, *_ in out.records.get("aggregates.v1", [])]
        self.dirty += len(out.records.get("dirty", []))
        self.take(self.zones, "zone-parts", [value for _, value, *_ in out.records.get("zone-parts", [])])

    def last(self) -> dict[tuple[str, str, str, int], Aggregate]:
        found = {}
        for one in self.sent:
            key = one.subject, one.indicator, one.window_code, one.window_start
            if key not in found or one.revision >= found[key].revision:
                found[key] = one
        return found


def readings() -> list[Observation]:
    """A day of five points."""
    draw = random.Random(6)
    return [
        observation(
            number * 1000 + place, name, at=at, commune="13055", zones=("Z1", "Z0") if number < 4 else ("Z0",),
            received_at=at, ingested_at=DAY.end_at,
            readings=(
                ObservedReading(1, 0, draw.gauss(20, 4), 1, 1), ObservedReading(10, 0, draw.uniform(40, 80), 1, 1),
            ),
        )
        for number, name in enumerate(NAMES)
        for place, at in enumerate(range(DAY.start_at, DAY.end_at, STEP))
    ]  # fmt: skip


def mean_of_means(of: list[Observation], start: int, end: int, zone: str, place: int) -> float:
    values = defaultdict(list)
    for one in of:
        if start <= one.observed_at < end and zone in one.zones:
            value = one.readings[place].value
            values[one.point].append(value if place == 0 else 10 ** (value / 10))
    mean = sum(sum(each) / len(each) for each in values.values()) / len(values)
    return mean if place == 0 else 10 * math.log10(mean)


@pytest.mark.parametrize("seed", range(3))
def test_zones_say_what_their_readings_come_to_in_any_order(seed: int):
    said, chain, draw = readings(), Chain(), random.Random(seed)
    arriving = [*said, *draw.sample(said, 50)]
    draw.shuffle(arriving)
    at = DAY.start_at
    while arriving:
        many = draw.randint(1, 150)
        now, arriving = arriving[:many], arriving[many:]
        chain.take(chain.aggregate, "observations.v1", [OBSERVATIONS.encode(one) for one in now])
        at = min(at + HOUR_MS, DAY.end_at - 1)
        chain.tick(at)
    chain.tick(DAY.end_at + 2 * STEP)
    chain.tick(DAY.end_at + 2 * STEP + 60_000)
    last = chain.last()
    spans = [
        ("1d", DAY.start_at, DAY.end_at),
        *(("1h", at, at + HOUR_MS) for at in range(DAY.start_at, DAY.end_at, HOUR_MS)),
    ]
    for code, start, end in spans:
        for zone, count in (("Z1", 4), ("Z0", 5)):
            for place, name in enumerate(("air_temperature", "laeq")):
                one = last[f"zone:{zone}", name, code, start]
                assert one.value == pytest.approx(mean_of_means(said, start, end, zone, place), abs=1e-9)
                assert (one.count, one.expected, one.completeness, one.quality) == (count, count, 1, 1)
    assert last["use_case:heat", "laeq", "1d", DAY.start_at].count == 5
    assert last["network:commune", "laeq", "1d", DAY.start_at].expected is None
    assert chain.dirty == 0


def test_a_zone_has_the_windows_that_an_indicator_asks_for_it():
    """Rolling hours of warmth in Z1 alone; Z0, which encloses it, and noise have none."""
    asks = fleet_object("indicator", "warm", name="…", definition="…", owner="C1", properties=["air_temperature"],
                        windows=["r8h"], zones=["Z1"])  # fmt: skip
    said, chain, end = readings(), Chain(asks), DAY.start_at + 10 * HOUR_MS
    chain.tick(DAY.start_at)
    chain.take(chain.aggregate, "observations.v1", [OBSERVATIONS.encode(one) for one in said if one.observed_at < end])
    chain.tick(end + 2 * STEP)
    chain.tick(end + 2 * STEP + 60_000)
    found = {(one.subject, one.indicator, one.window_start): one for one in chain.sent if one.window_code == "r8h"}
    zones = {key[:2] for key in found if not key[0].startswith("point:")}
    assert zones == {("zone:Z1", "air_temperature")}
    one = found["zone:Z1", "air_temperature", end - 8 * HOUR_MS]
    assert one.value == pytest.approx(mean_of_means(said, end - 8 * HOUR_MS, end, "Z1", 0), abs=1e-9)
