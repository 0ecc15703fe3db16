"""What neighbours say of each other in the end does not depend on the order in which their values came."""

from itertools import pairwise
from math import isnan
from types import SimpleNamespace
from typing import Any

import numpy as np
from fleet_objects import device, fleet_object, placement, point
from hypothesis import given, settings
from hypothesis import strategies as st
from qualify_by_hand import Fleet

from vigie.streams.core.qualify.neighbourhood import Cohorts, Kept, Parameters
from vigie.streams.core.quality.neighbours import Around, around, neighbours
from vigie.streams.core.quality.radiation import night_excess, radiation
from vigie.streams.core.quality.series import Series
from vigie.streams.core.quality.sun import sun_elevation
from vigie.streams.steps.neighbours import NeighboursStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import buddies, quality, requalify
from vigie.topics.buddies import BuddyValue

POINTS, QUARTER_MS = 7, 900_000
MIDNIGHT_AT = 1_750_200_300_000 // 86_400_000 * 86_400_000
FLEET = Fleet(*[
    one
    for number in range(POINTS)
    for one in (
        device(f"D{number}", f"eui:{number}"),
        point(f"P{number}", buddy_group="G", latitude=43.3 + number / 1000, altitude_m=10.0 * number),
        placement(f"P{number}/1", f"D{number}", f"P{number}"),
    )
])  # fmt: skip


def a_day(rng: np.random.Generator) -> list[BuddyValue]:
    """Some quarters of night and of day; one sensor is warm in the sun, one always, some values are wrong."""
    found = []
    for quarter in sorted(rng.choice(np.arange(0, 60, 4), int(rng.integers(1, 9)), replace=False).tolist()):
        at = MIDNIGHT_AT + quarter * QUARTER_MS
        for number in range(POINTS):
            if rng.random() < 0.15:
                continue
            warm = 5.0 * (number == 2 and quarter > 30) + 4.5 * (number == 3) * (rng.random() < 0.7)
            value = round(20 + float(rng.normal(0, 0.3)) + warm + 9 * (rng.random() < 0.05), 1)
            found.append(
                BuddyValue("G", f"P{number}", 1, 0, at + int(rng.integers(-300, 300)) * 1000, value, None, None, None,
                           bool(rng.random() < 0.9))
            )  # fmt: skip
    return found


class Worker:
    """A step with the state that it saved, and what it has told so far."""

    def __init__(self) -> None:
        self._saved: dict[int, list[tuple[bytes, bytes]]] = {}
        self._step = NeighboursStep(FLEET)
        self._offset = 0
        self.told: dict[tuple[str, int, int], int] = {}

    def take(self, values: list[BuddyValue]) -> None:
        records = []
        for one in values:
            records.append(SimpleNamespace(value=buddies.encode(one), offset=self._offset, timestamp=0))
            self._offset += 1
        out = Outputs()
        self._step.process(Batch(records, topic="buddies", partition=0), out)
        for _, value in out.records.get("requalify", []):
            said = requalify.decode(value)
            assert isinstance(said, requalify.Verdict)
            self.told[said.point, said.observed_at, said.test] = said.flag

    def restart(self, *, saved: bool) -> None:
        if saved:
            for partition, entries in self._step.hours.snapshot().items():
                self._saved.setdefault(partition, []).extend(entries)
        self._step = NeighboursStep(FLEET)
        for partition, entries in self._saved.items():
            self._step.hours.restore(partition, entries)

    def objections(self) -> dict[tuple[str, int, int], int]:
        return {key: flag for key, flag in self.told.items() if flag != quality.Flag.GOOD}


def complete(values: list[BuddyValue]) -> dict[tuple[str, int, int], int]:
    """The objections by the tests themselves over the complete set."""
    values = sorted(values, key=lambda one: (one.point, one.observed_at))
    at = np.array([one.observed_at for one in values])
    number = np.array([int(one.point[1:]) for one in values], np.int32)
    measured = np.array([one.value for one in values])
    latitude, altitude = 43.3 + number / 1000, 10.0 * number
    longitude = np.full(len(at), 5.4)
    usable = np.array([one.usable for one in values])
    group = Around((at + QUARTER_MS // 2) // QUARTER_MS, number, measured, latitude, longitude, altitude, usable)
    near = neighbours(group, 4.0, 1.0, 5000.0, 4.0, 200.0, -0.0065, 2)
    seen = around(group, 5000.0, 200.0, -0.0065)
    elevation = sun_elevation(at, latitude, longitude)
    night = night_excess(Series(at, measured - seen.median, number), elevation)
    sun = radiation(measured, seen.median, seen.number, elevation, night, 3.0)
    tests = ((quality.Test.NEIGHBOURS, near), (quality.Test.RADIATION, sun))
    return {
        (one.point, one.observed_at, int(test)): int(flags[place])
        for test, flags in tests
        for place, one in enumerate(values)
        if flags[place] in (3, 4)
    }


seeds = st.integers(0, 2**32 - 1)


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_the_same_is_said_in_the_end(seed):
    rng = np.random.default_rng(seed)
    day = a_day(rng)
    late = rng.exponential(float(rng.choice([0.01, 10.0, 1000.0])), len(day))
    sent = [day[one] for one in np.argsort(np.arange(len(day)) + late)]
    worker = Worker()
    for begin, end in pairwise(sorted({0, len(sent), *rng.integers(0, len(sent) + 1, 12).tolist()})):
        worker.take(sent[begin:end])
        if rng.random() < 0.2:
            worker.restart(saved=True)
    assert worker.objections() == complete(day)


def value(number: int, quarter: int, celsius: float, **more: Any) -> BuddyValue:
    at = MIDNIGHT_AT + quarter * QUARTER_MS
    return BuddyValue("G", f"P{number}", 1, 0, at, celsius, None, None, None, more.get("usable", True))


def test_an_objection_is_taken_back_when_a_late_value_stands_by_the_one_that_was_alone():
    worker = Worker()
    worker.take([value(number, 4, 20.0) for number in range(5)] + [value(6, 4, 26.0)])
    assert set(worker.objections()) == {("P6", MIDNIGHT_AT + 4 * QUARTER_MS, 7)}
    worker.take([value(number, 4, 26.0) for number in range(5)])  # corrected by a replay
    assert not worker.objections()
    assert worker.told["P6", MIDNIGHT_AT + 4 * QUARTER_MS, 7] == quality.Flag.GOOD


def test_a_value_that_is_taken_back_judges_nobody_any_more():
    worker = Worker()
    worker.take([value(number, 4, 20.0) for number in range(4)] + [value(6, 4, 26.0)])
    assert worker.objections()
    worker.take([value(0, 4, float("nan"), usable=False)])
    assert not worker.objections()


def test_what_a_lost_worker_told_is_told_again_or_taken_back():
    worker = Worker()
    worker.take([value(number, 4, 20.0) for number in range(4)])
    worker.restart(saved=True)
    worker.take([value(6, 4, 26.0)])
    assert worker.objections()
    worker.restart(saved=False)
    worker.take([value(6, 4, 26.0), value(0, 4, 26.0), value(1, 4, 26.0), value(2, 4, 26.0)])
    assert ("P6", MIDNIGHT_AT + 4 * QUARTER_MS, 7) not in worker.objections()


def test_who_is_a_neighbour_is_known_where_the_test_of_neighbours_is_off():
    off = fleet_object("quality_setting", "S1", point="P6", property="air_temperature", test="neighbours",
                       parameters={"off": 1, "max_elev_diff_m": 35})  # fmt: skip
    key = ("P6", 1, 0)
    found = Parameters(FLEET.view.with_objects([off])).of(*key)
    assert isnan(found[quality.Test.NEIGHBOURS]["k"])
    values = [(0, (f"P{number}", 1, 0, MIDNIGHT_AT), Kept(20.0 + number, True)) for number in range(POINTS)]
    cohorts = Cohorts(values, Parameters(FLEET.view.with_objects([off])))
    assert cohorts.near()[6] == quality.Flag.UNKNOWN
    median, number = cohorts.seen()
    assert (number[6], round(float(median[6]), 3)) == (3, 23.87)  # P3 to P5, brought 20 m up
