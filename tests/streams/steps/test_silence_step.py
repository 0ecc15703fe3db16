"""The step of silence: records in, signals and what was heard out; frozen, restarted, with devices that never spoke."""

import pytest
from fleet_objects import device, placement, point

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.silence.clock import Clock
from vigie.streams.core.silence.heard import Hearing
from vigie.streams.steps.silence import WATCH, SilenceStep
from vigie.streams.steps.uplink_reader import UplinkReader
from vigie.streams.transport.output import Partitions
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import alarm_input, reception
from vigie.topics.alarm_input import ConditionSignal, Freeze, Heard, SilenceSignal, Thaw, Tick
from vigie.topics.reception import Reception
from vigie.topics.uplink import CodecRef, Gateway, Radio, Reading, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

MINUTE, START = 60_000, 1_750_197_600_000
encode = UplinkEncoder("uplinks.lora.v1").encode
A, B = "eui:24e124136b00000a", "eui:24e124136b00000b"


def uplink(address: str, minute: float, *, gateways=("g1", "g2"), revision=0, value=None, ahead_min=0.0, warnings=()):
    at = int(START + minute * MINUTE)
    return Uplink(
        f"{address[4:]}{at:016x}"[:32], revision, address, "lora", "metropole", int(at + ahead_min * MINUTE), at, at,
        "00d20001", int(minute * 10), 85, b"1", None, CodecRef("milesight-em300-th", "1", "0" * 16), None,
        (Reading(1, 0, minute if value is None else value),), {"model": "EM300-TH"},
        Radio(gateways=tuple(Gateway(name, -100) for name in gateways)), None, tuple(warnings),
    )  # fmt: skip


class Record:
    def __init__(self, value: bytes, offset: int) -> None:
        self.value, self.offset = value, offset


class Worker:
    """One partition of a step, and all it says."""

    def __init__(self, view: FleetView | None = None, partition: int = 0, partitions: int = 1, tolerated=1000.0):
        self.view, self.partition, self.partitions = view or FleetView(), partition, partitions
        self.tolerated, self.offsets, self.said = tolerated, {"uplinks.lora.v1": 0, "receptions": 0}, []
        self.step = self._step()

    def _step(self) -> SilenceStep:
        return SilenceStep(
            lambda model: 900 if model == "EM300-TH" else 0, UplinkReader(), lambda: self.view,
            partitions=self.partitions, tolerated=self.tolerated,
        )  # fmt: skip

    def restart(self) -> None:
        """All from the changelog."""
        saved = self.step.clocks.snapshot()
        self.step = self._step()
        for partition, records in saved.items():
            self.step.clocks.restore(partition, records)

    def take(self, *messages: Uplink | Reception, again: bool = False) -> None:
        for one in messages:
            is_uplink = isinstance(one, Uplink)
            topic = "uplinks.lora.v1" if is_uplink else "receptions"
            self.offsets[topic] += not again
            record = Record(encode(one) if is_uplink else reception.encode(one), self.offsets[topic])
            self._say(
                lambda out, r=record, t=topic: self.step.process(Batch([r], topic=t, partition=self.partition), out)
            )

    def tick(self, minute: int) -> list:
        return self._say(lambda out: self.step.tick(Tick(at=START + minute * MINUTE), [self.partition], out))

    def _say(self, work) -> list:
        out = Outputs()
        work(out)
        said = [alarm_input.decode(pair[1]) for pair in out.records.get("alarm-inputs", [])]
        self.said += said
        return said

    def told(self, kind: type = SilenceSignal) -> list:
        return [one for one in self.said if isinstance(one, kind)]


def hours(worker: Worker, first: int, last: int, *addresses: str) -> None:
    for minute in range(first, last + 1):
        if minute % 15 == 0:
            worker.take(*(uplink(address, minute) for address in addresses))
        worker.tick(minute)


def test_each_minute_tells_what_was_heard_through_whom_and_only_what_changed():
    worker = Worker()
    worker.tick(0)
    worker.take(uplink(A, 0.5), uplink(B, 0.6, gateways=("g2",)))
    worker.take(Reception(address="gw:g1", ingested_at=START + 40_000, kind="stats", network="metropole"))
    (heard,) = [one for one in worker.tick(1) if isinstance(one, Heard)]
    assert heard == Heard(
        tick_at=START + MINUTE, partition=0, gateways={"g1": 1, "g2": 2}, statistics={"g1": START + 40_000},
        parents={A: ("g1", "g2"), B: ("g2",)}, networks={"metropole": START + 40_000}, watched={},
        carries={"g1": "metropole", "g2": "metropole"},
    )  # fmt: skip
    worker.take(uplink(A, 15.5))
    (heard,) = [one for one in worker.tick(16) if isinstance(one, Heard)]
    assert (heard.gateways, heard.parents, heard.statistics) == ({"g1": 1, "g2": 1}, {}, {})
    assert worker.tick(61)[0].watched == {"metropole": 2}
    assert worker.step.clocks.get(0, "gw:g1") is None, "a gateway has no clock"
    worker.restart()
    worker.take(uplink(A, 61.5))
    assert worker.tick(62)[0].parents == {A: ("g1", "g2")}, "a new worker says it again"


def test_a_gateway_that_relays_for_two_networks_is_told_as_of_none():
    hearing, mine, other = Hearing(), Clock(5, network="n", frames=1), Clock(6, network="m", frames=1)
    for clock, gateway in ((mine, "g1"), (mine, "g2"), (other, "g1"), (mine, "g1"), (Clock(7), "g3")):
        hearing.frame("eui:a1", clock, [{"id": gateway}])
    assert hearing.told(60_000, 0, {}).carries == {"g1": "", "g2": "n"}


def test_a_parent_that_carries_less_than_a_twentieth_is_none_any_more():
    worker = Worker()
    worker.take(uplink(A, 0, gateways=("g1", "g2")))
    for number in range(1, 80):
        worker.take(uplink(A, number * 15, gateways=("g1",)))
    worker.tick(80 * 15)
    parents = [one.parents for one in worker.told(Heard) if one.parents]
    assert parents == [{A: ("g1",)}], "one message a minute: what changed between two ticks is said once"


def test_a_silence_and_its_end_carry_the_gateways():
    worker = Worker()
    hours(worker, 0, 600, A, B)
    hours(worker, 601, 900, B)
    (silent,) = worker.told()
    assert (silent.address, silent.silent, silent.gateways) == (A, True, ("g1", "g2"))
    worker.take(uplink(A, 900.2), uplink(A, 915.2))
    assert [one.silent for one in worker.told()] == [True, False]


def test_what_is_read_again_or_replayed_moves_nothing():
    worker = Worker()
    worker.take(uplink(A, 0))
    before = worker.step.clocks.snapshot()[0]
    worker.take(uplink(A, 5), again=True)
    worker.take(uplink(A, 10, revision=3))
    assert worker.step.clocks.snapshot() == {}
    assert len(before) == 1


def test_a_worker_that_starts_again_goes_on_where_it_was():
    worker, other = Worker(), Worker()
    for one in (worker, other):
        hours(one, 0, 400, A, B)
    worker.restart()
    for one in (worker, other):
        hours(one, 401, 700, A)
    assert worker.told() == other.told()
    assert len(worker.told()) == 1


@pytest.mark.parametrize("restarted", [False, True])
def test_a_freeze_stops_the_clocks_until_it_ends(restarted):
    worker = Worker()
    hours(worker, 0, 400, A, B)
    for minute in range(401, 600):
        at = START + minute * MINUTE
        worker.step.on_platform(
            Freeze(
                scope="network:metropole", at=START + 402 * MINUTE, until_at=at + 3 * MINUTE, cause="c", reason="lag"
            )
        )
        worker.tick(minute)
        if restarted and minute == 500:
            worker.restart()
    worker.step.on_platform(Thaw(scope="network:metropole", at=START + 599 * MINUTE))
    hours(worker, 600, 628, B)
    assert worker.told() == []
    hours(worker, 629, 800, B)
    assert [one.address for one in worker.told()] == [A]


def test_a_freeze_without_another_is_over_by_itself():
    worker = Worker()
    hours(worker, 0, 400, A)
    freeze = Freeze(scope="all", at=START + 400 * MINUTE, until_at=START + 405 * MINUTE, cause="c", reason="blind")
    worker.step.on_platform(freeze)
    hours(worker, 401, 700)
    assert len(worker.told()) == 1
    pauses = worker.step.clocks.get(0, WATCH).pauses
    assert [(one.from_at, one.to_at) for one in pauses] == [(freeze.at, freeze.until_at)]


def test_a_device_that_never_spoke_has_a_clock_where_its_uplinks_would_come():
    address = A
    mine = Partitions(3).of(address.encode())
    view = FleetView().with_objects(
        [device("D1", address), point("P1"), placement("P1.1", "D1", "P1", START + 30 * MINUTE)]
    )
    workers = [Worker(view, partition, 3) for partition in range(3)]
    for worker in workers:
        for minute in range(120):
            worker.tick(minute)
    assert [len(worker.told()) for worker in workers] == [int(partition == mine) for partition in range(3)]
    (signal,) = workers[mine].told()
    assert (signal.rule, signal.last_arrival_at) == ("never_seen", START + 30 * MINUTE)


def test_a_device_of_the_fleet_that_behaves_badly_is_told_with_its_place():
    view = FleetView().with_objects([device("D1", A), point("P1", use_case="noise"), placement("P1.1", "D1", "P1")])
    worker = Worker(view)
    worker.tick(0)
    for number in range(3):
        worker.take(uplink(A, number * 15, ahead_min=60, warnings=["CLOCK"]))
    for number in range(3, 7):
        worker.take(uplink(A, number * 15))
    begun, ended = worker.told(ConditionSignal)
    assert (begun.kind, begun.subject, begun.rule, begun.active) == ("communication", f"device:{A}", "clock", True)
    assert (begun.point, begun.use_case, begun.commune, begun.device) == ("P1", "noise", "13055", "D1")
    assert begun.sentence_fr == (
        f"L'horloge du capteur {A} (EM300-TH) avance de 1\u00a0h\u00a0: ses mesures ne peuvent pas être datées."
    )
    assert (ended.active, ended.cause_id, ended.level) == (False, begun.cause_id, 0)


def test_of_devices_that_are_not_the_fleets_nothing_is_learned():
    view = FleetView().with_objects([device("D1", B), point("P1"), placement("P1.1", "D1", "P1")])
    worker = Worker(view)
    for number in range(20):
        worker.tick(number * 15)
        worker.take(Reception(address=A, ingested_at=START + number * 15 * MINUTE, kind="undecodable", network="x"))
    for minute in range(300, 1000, 2):
        worker.tick(minute)
    assert [one.address for one in worker.told()] == [B], "never seen"
    assert worker.told(ConditionSignal) == []
