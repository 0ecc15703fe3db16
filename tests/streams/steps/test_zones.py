"""Windows of zones are those of the last windows of their points, whatever came before, however often it is read."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_objects import fleet_object, point  # isort: skip

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.across import zone_aggregates
from vigie.streams.core.windows.legal import HOUR_MS, Window, window_of, windows_between
from vigie.streams.core.windows.members import members
from vigie.streams.steps.zones import ZonesStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import dirty, zone_part
from vigie.topics.aggregate import Aggregate
from vigie.topics.alarm_input import Tick
from vigie.topics.avro import Framer
from vigie.topics.property import BY_NAME
from vigie.topics.zone_part import Part, ZonePart

PARIS = "Europe/Paris"
CHANGE = 1_774_742_400_000  # 29 March 2026, 01:00 in Paris: the clocks go forward at 2:00
DAY = window_of("1d", CHANGE, PARIS)
HOURS = list(windows_between("1h", DAY.start_at, DAY.end_at, PARIS))
NOW = DAY.end_at + HOUR_MS
WARMTH, LAEQ, PASSAGES = (BY_NAME[name].id for name in ("air_temperature", "laeq", "passages"))
FRAMER = Framer("aggregates.v1")

Number = tuple[str, str, str, int]


def fleet(*objects: object) -> FleetView:
    return FleetView().with_objects(objects)  # type: ignore[arg-type]


CITY = fleet(
    fleet_object("zone", "Z1", name="Cours", role="project"),
    *(point(f"P{number}", zones=("Z1",)) for number in range(6)),
)


def part(
    name: str, window: Window, *values: float | None, subject: str = "zone:Z1", reason: str = "closed"
) -> ZonePart:
    series = [(WARMTH, 0), (PASSAGES, -2), (LAEQ, 0)]
    parts = tuple(
        Part(*which, 4, 0, value, value, value, None, value, 1)
        for which, value in zip(series, values, strict=False)
    )  # fmt: skip
    return ZonePart(subject, name, window.code, window.start_at, window.end_at, 0, reason, parts)


class Worker:
    """A step with what a broker would keep for it: its log, its changelog, its committed offset, what it sent."""

    def __init__(self, view: FleetView = CITY, memory_hours: int = 26) -> None:
        self.fleet = SimpleNamespace(view=view)
        self.memory_hours = memory_hours
        self.log: list[bytes] = []
        self.changelog: list[tuple[bytes, bytes]] = []
        self.read = self.committed = 0
        self.sent: list[Aggregate] = []
        self.dirty: list[dirty.Dirty] = []
        self.step = self._step()

    def _step(self) -> ZonesStep:
        return ZonesStep(self.fleet, PARIS, self.memory_hours, now_ms=lambda: 0.0)

    def write(self, *parts: ZonePart) -> None:
        self.log += [zone_part.encode(one) for one in parts]

    def take(self, most: int = 1000) -> None:
        """Read on."""
        values = self.log[self.read : self.read + most]
        if values:
            records = [
                SimpleNamespace(offset=self.read + place, value=value, timestamp=0)
                for place, value in enumerate(values)
            ]
            out = Outputs()
            self.step.process(Batch(records, topic="zone-parts", partition=3), out)
            self.read += len(values)
            self._send(out)

    def tick(self, at: int = NOW) -> None:
        self.take()
        out = Outputs()
        self.step.tick(Tick(at=at), [3], out)
        self._send(out)

    def checkpoint(self) -> None:
        self.changelog += self.step.windows.snapshot().get(3, [])
        self.committed = self.read

    def crash(self) -> None:
        """Begin again where it had committed, with what it had saved."""
        self.step, self.read = self._step(), self.committed
        self.step.windows.restore(3, self.changelog)
        self.step.windows.loaded_to(3, len(self.changelog))

    def _send(self, out: Outputs) -> None:
        for key, value, *_ in out.records.get("aggregates.v1", []):
            one = FRAMER.decode(value, Aggregate)
            assert key == one.subject.encode()
            self.sent.append(one)
        self.dirty += [dirty.decode(value) for _, value, *_ in out.records.get("dirty", [])]

    def stored(self) -> dict[Number, Aggregate]:
        """What a store holds: the later record, where its revision is no lower."""
        found: dict[Number, Aggregate] = {}
        for one in self.sent:
            key = one.subject, one.indicator, one.window_code, one.window_start
            if key not in found or one.revision >= found[key].revision:
                found[key] = one
        return found


def bare(one: Aggregate) -> tuple[object, ...]:
    return (
        one.value, one.count, one.expected, one.minimum, one.maximum, one.deviation, one.details, one.parts, one.sum,
        one.quality, one.input_hash,
    )  # fmt: skip


def expected(parts: list[ZonePart], view: FleetView) -> Iterator[Aggregate]:
    """The windows of the last parts, each made at once."""
    last = {(one.subject, one.window_start, one.window_end, one.code, one.point): one.parts for one in parts}
    windows: dict[tuple[str, Window], dict[str, tuple[Part, ...]]] = {}
    for (subject, start, end, code, name), series in last.items():
        windows.setdefault((subject, Window(code, start, end)), {})[name] = series
    for (subject, window), of_points in windows.items():
        there = members(view.memberships, subject, window)
        yield from zone_aggregates(subject, window.code, window, of_points, there.expected)


@st.composite
def logs(draw: st.DrawFn) -> list[ZonePart]:
    """Parts of a few points, hours and the day, replaced, taken out, said twice, in any order."""
    found = []
    for _ in range(draw(st.integers(1, 30))):
        name = f"P{draw(st.integers(0, 5))}"
        window = draw(st.sampled_from([HOURS[0], HOURS[1], HOURS[2], DAY]))
        subject = draw(st.sampled_from(["zone:Z1", "network:lora"]))
        values = draw(st.lists(st.one_of(st.none(), st.floats(-40, 90)), max_size=3))
        found.append(part(name, window, *values, subject=subject))
        if draw(st.booleans()):
            found.append(found[draw(st.integers(0, len(found) - 1))])
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts=logs(), moves=st.lists(st.sampled_from(["take", "tick", "checkpoint", "crash"]), max_size=25))
def test_any_order_replacement_repeats_and_restarts_come_to_the_same(parts: list[ZonePart], moves: list[str]):
    worker = Worker()
    worker.write(*parts)
    for move in moves:
        worker.take(3) if move == "take" else getattr(worker, move)()
    worker.tick()
    stored = worker.stored()
    should = {
        (one.subject, one.indicator, one.window_code, one.window_start): bare(one) for one in expected(parts, CITY)
    }
    for key, numbers in should.items():
        assert bare(stored[key]) == numbers
    for key in stored.keys() - should.keys():  # it was there once, and no point is left
        assert (stored[key].count, stored[key].value, stored[key].quality) == (0, None, 9)
    worker.checkpoint()
    worker.crash()
    sent = len(worker.sent)
    worker.tick()
    assert len(worker.sent) == sent, "nothing that has not changed is published again"


def test_a_window_is_published_once_it_has_ended_and_again_when_a_point_changes():
    worker, hour = Worker(), HOURS[3]
    worker.write(part("P0", hour, 20.0), part("P1", hour, 24.0), part("P2", hour, 25.0), part("P3", hour, 27.0))
    worker.tick(hour.end_at - 1)
    assert worker.sent == []
    worker.write(part("P4", hour, 29.0))
    worker.tick(hour.end_at)
    [one] = worker.sent
    assert (one.value, one.count, one.expected, one.revision, one.reason) == (25.0, 5, 6, 0, "closed")
    worker.write(part("P0", hour, 30.0, reason="late"), part("P1", hour, 34.0, reason="corrected"))
    worker.tick()
    assert (worker.sent[-1].value, worker.sent[-1].revision, worker.sent[-1].reason) == (29.0, 1, "corrected")
    worker.tick()
    assert len(worker.sent) == 2
    worker.write(*(part(f"P{number}", hour) for number in range(5)))
    worker.tick()
    assert (worker.sent[-1].value, worker.sent[-1].count, worker.sent[-1].completeness) == (None, 0, 0)


def test_the_day_of_23_hours_is_one_window():
    worker = Worker()
    assert (len(HOURS), (DAY.end_at - DAY.start_at) // HOUR_MS) == (23, 23)
    for number in range(6):
        worker.write(part(f"P{number}", DAY, 20.0 + number), *(part(f"P{number}", hour, 20.0) for hour in HOURS))
    worker.tick()
    days = [one for one in worker.sent if one.window_code == "1d"]
    assert [(one.value, one.window_start, one.window_end) for one in days] == [(22.5, DAY.start_at, DAY.end_at)]
    assert len(worker.sent) == 24


def test_a_point_that_moved_to_another_zone_takes_no_part_any_more():
    worker, hour = Worker(), HOURS[0]
    worker.write(*(part(f"P{number}", hour, 20.0 + number) for number in range(6)))
    worker.write(*(part(f"P{number}", hour, 20.0 + number, subject="commune:13055") for number in range(6)))
    worker.tick()
    worker.fleet.view = CITY.with_objects([point("P5", zones=("Z2",), revision=2)])
    worker.write(part("P5", hour, 25.0, subject="zone:Z2", reason="placement"))
    worker.tick()
    moved = worker.stored()
    [first, second] = [moved[f"zone:{zone}", "air_temperature", "1h", hour.start_at] for zone in ("Z1", "Z2")]
    assert (first.value, first.count, first.expected, first.reason, first.revision) == (22.0, 5, 5, "placement", 1)
    assert (second.value, second.parts) == (25.0, ("P5",))
    assert moved["commune:13055", "air_temperature", "1h", hour.start_at].revision == 0


def test_points_above_a_threshold_that_the_fleet_states_are_counted():
    worker, hour = Worker(), HOURS[0]
    worker.write(*(part(f"P{number}", hour, 28.0 + number) for number in range(6)))
    worker.tick()
    assert "above_30" not in worker.sent[-1].details
    hot = fleet_object("indicator", "hot", name="Points chauds", definition="…", owner="C1", zones=["Z1"],
                       properties=["air_temperature"], parameters={"above": 30})  # fmt: skip
    worker.fleet.view = CITY.with_objects([hot])
    worker.tick()
    assert (worker.sent[-1].details["above_30"], worker.sent[-1].reason) == (3, "definition")


def test_what_came_while_nobody_held_the_partition_is_published_after_the_load():
    worker, hour = Worker(), HOURS[0]
    worker.write(*(part(f"P{number}", hour, 20.0) for number in range(6)))
    worker.take()
    worker.checkpoint()
    worker.crash()
    worker.tick()
    assert [(one.value, one.revision) for one in worker.sent] == [(20.0, 0)]


def test_a_window_of_more_points_than_one_block_is_saved_in_parts():
    worker, hour = Worker(), HOURS[0]
    names = [f"Q{number:03}" for number in range(600)]
    worker.write(*(part(name, hour, 20.0, subject="network:lora") for name in names))
    worker.take()
    worker.checkpoint()
    assert sorted(key.decode() for key, _ in worker.changelog) == [f"network:lora/1h/0/{last}" for last in "012h"]
    worker.write(part("Q300", hour, 26.0, subject="network:lora"))
    worker.take()
    before = len(worker.changelog)
    worker.checkpoint()
    assert [key for key, _ in worker.changelog[before:]] == [b"network:lora/1h/0/1"]
    worker.crash()
    worker.tick()
    assert (worker.sent[-1].count, worker.sent[-1].value) == (600, pytest.approx(20.01))


def test_old_windows_are_let_go_of_and_left_to_recompute():
    worker, hour = Worker(), HOURS[0]
    worker.write(*(part(f"P{number}", hour, 20.0) for number in range(6)))
    worker.tick()
    worker.tick(hour.start_at + 33 * HOUR_MS)  # 26 h of memory, in spans of 4 h, an hour before points' windows
    assert worker.step.windows.released_until(3) > hour.start_at
    assert worker.step.windows.windows(3) == {}
    worker.checkpoint()
    worker.write(part("P0", hour, 30.0, reason="late"), part("P1", HOURS[1], 31.0, reason="corrected"))
    worker.crash()
    worker.tick(hour.start_at + 27 * HOUR_MS)
    assert len(worker.sent) == 1
    [one] = worker.dirty
    assert (one.subject, one.from_at, one.to_at, one.reason) == ("zone:Z1", hour.start_at, HOURS[1].end_at, "corrected")
    assert one.before == worker.step.windows.released_until(3)
    later = HOURS[20]
    worker.write(part("P0", later, 20.0))
    worker.take()
    worker.checkpoint()
    assert worker.changelog[-1][0] == b"zone:Z1/1h/0/0", "the slot is used again"
    worker.crash()
    assert [window for _, window in worker.step.windows.windows(3)] == [later]
    assert next(iter(worker.step.windows.windows(3).values())).parts.keys() == {"P0"}


def test_what_a_former_owner_still_wrote_changes_nothing():
    worker, hour = Worker(), HOURS[0]
    worker.write(part("P0", hour, 20.0), part("P0", hour, 21.0))
    worker.take(1)
    late_save = worker.step.windows.snapshot()[3]
    worker.take(1)
    worker.checkpoint()
    worker.changelog += late_save
    worker.crash()
    worker.tick()
    again = Worker()
    again.write(part("P0", hour, 21.0))
    again.tick()
    assert worker.sent[-1].input_hash == again.sent[-1].input_hash


def test_a_load_goes_on_where_another_worker_wrote():
    first, hour = Worker(), HOURS[0]
    first.write(part("P0", hour, 20.0), part("P1", hour, 22.0))
    first.take()
    first.checkpoint()
    second = Worker()
    second.log, second.changelog, second.committed = first.log, list(first.changelog), first.committed
    second.crash()
    second.write(part("P1", hour, 26.0), part("P2", HOURS[1], 1.0))
    second.take()
    second.checkpoint()
    held = first.step.windows
    held.park()
    held.unpark([3])
    held.restore(3, second.changelog[len(first.changelog) :])
    held.loaded_to(3, len(second.changelog))
    mine, theirs = held.windows(3), second.step.windows.windows(3)
    assert {key: one.parts for key, one in mine.items()} == {key: one.parts for key, one in theirs.items()}


def test_a_slot_that_is_used_again_holds_nothing_of_the_window_before():
    worker, hour, later = Worker(), HOURS[0], HOURS[20]
    worker.write(*(part(f"Q{number:03}", hour, 20.0, subject="network:lora") for number in range(300)))
    worker.take()
    worker.checkpoint()
    worker.tick(hour.start_at + 33 * HOUR_MS)
    worker.write(part("Q299", later, 26.0, subject="network:lora"))
    worker.take()
    worker.checkpoint()
    worker.crash()
    assert {window: [*one.parts] for (_, window), one in worker.step.windows.windows(3).items()} == {later: ["Q299"]}


def test_what_is_in_memory_is_not_replaced_by_less():
    worker, hour = Worker(), HOURS[0]
    worker.write(part("P0", hour, 20.0), part("P0", hour, 21.0))
    worker.take(1)
    less = worker.step.windows.snapshot()[3]
    worker.take(1)
    worker.checkpoint()
    held = worker.step.windows
    before = {key: dict(one.parts) for key, one in held.windows(3).items()}
    held.park()
    held.unpark([3])
    held.restore(3, less)
    held.loaded_to(3, 99)
    assert {key: one.parts for key, one in held.windows(3).items()} == before
