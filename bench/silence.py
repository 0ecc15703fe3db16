"""`silence`: what an uplink, a minute and a checkpoint cost, and how often the method is wrong, or late.

In this process, without Kafka. Costs: uplinks of 5 readings heard by two gateways, of devices that stand at points, in
one partition. Errors: 300 devices, 90 days, 30 seeds for each mix of losses, laws and periods (the slots of the core,
many devices at once; tests/deploy/test_silence_simulation.py holds them equal). Delays: devices that die, played
through the core itself with jitter.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from figures import Figure
from place import fleet

from vigie.deploy.faults.silence_delays import delays
from vigie.deploy.faults.silence_simulation import Mix, simulate
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.silence.clock import Clock, dump
from vigie.streams.steps.silence import SilenceStep
from vigie.streams.steps.uplink_reader import UplinkReader
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.alarm_input import Heard, Tick, decode
from vigie.topics.uplink import CodecRef, Gateway, Radio, Reading, Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

DEVICES = 20_000
"""With a clock, in one partition."""
SENDING = 2_000
"""Of them, those whose uplinks are timed."""
ROUNDS = 12
START, PERIOD_MS = 1_750_197_600_000, 900_000
SEEDS = int(os.environ.get("VIGIE_TEST_BENCH_SEEDS", "30"))
LOSSES = (0.02, 0.05, 0.1, 0.2, 0.4)


class _Record:
    def __init__(self, value: bytes, offset: int) -> None:
        self.value, self.offset = value, offset


def _uplink(number: int, turn: int) -> Uplink:
    at = START + turn * PERIOD_MS + number * 400 + (number * 7919 + turn * 104729) % 9000
    heard_by = tuple(Gateway(f"24e124fffef0{(number + place) % 400:04x}", -100, 5.0) for place in (0, 1))
    return Uplink(
        f"{turn:08x}{number:024x}", 0, "eui:%016x" % (0x24E124136B000000 + number), "lora", "metropole", at, at, at,
        "00d20001", turn, 85, b"12345678901", None, CodecRef("milesight", "1", "0123456789abcdef"), None,
        tuple(Reading(ident, 0, 20.0 + turn % 7 + ident) for ident in (1, 2, 4, 5, 91)), {"model": "EM310"},
        Radio(gateways=heard_by, dr=5, sf=7, frequency_hz=868_100_000), None, (),
    )  # fmt: skip


def figures() -> Iterator[Figure]:
    """Costs, then errors of each mix, then delays."""
    yield from _costs()
    for mix in mixes():
        yield from _errors(mix)
    yield from _delays()


def _costs() -> Iterator[Figure]:
    view, reader, encode = FleetView().with_objects(fleet()), UplinkReader(), UplinkEncoder("uplinks.lora.v1").encode
    step = SilenceStep(lambda _: 0, reader, lambda: view, partitions=1)
    step.tick(Tick(at=START), [0], Outputs())
    spent, told, offset = [], [], 0
    for turn in range(ROUNDS):
        records = [_Record(encode(_uplink(number, turn)), offset + number) for number in range(SENDING)]
        offset += len(records)
        batch = Batch(records, topic="uplinks.lora.v1", partition=0)
        reader.read(batch)  # once for all steps of `observe`
        out = Outputs()
        started = time.process_time_ns()
        step.process(batch, out)
        spent.append((time.process_time_ns() - started) / 1000 / SENDING)
        for minute in range(1, 16):
            step.tick(Tick(at=START + turn * PERIOD_MS + minute * 60_000), [0], out)
        told += [decode(pair[1]) for pair in out.records.get("alarm-inputs", [])]
    yield Figure(name="silence: an uplink", value=min(spent[2:]), unit="µs",
                 note=f"{DEVICES} devices of a fleet, 2 gateways; Avro decoding is the role's")  # fmt: skip
    started = time.process_time_ns()
    saved = step.clocks.snapshot()
    count = sum(map(len, saved.values()))
    yield Figure(name="silence: a clock saved", value=(time.process_time_ns() - started) / 1000 / count, unit="µs")
    clocks: list[Any] = [one for _, one in step.clocks.items(0) if type(one) is Clock and one.last_at]
    yield Figure(name="silence: a clock", value=float(np.mean([len(dump(one)) for one in clocks])), unit="bytes",
                 note="in the changelog, of a device that sends each 15 min; a full ring is 36 bytes more")  # fmt: skip
    started = time.process_time_ns()
    step.tick(Tick(at=START + ROUNDS * PERIOD_MS + 60_000), [0], Outputs())
    yield Figure(name="silence: a tick", value=(time.process_time_ns() - started) / 1e6, unit="ms of CPU",
                 note=f"{DEVICES} clocks")  # fmt: skip
    heard = [one for one in told if isinstance(one, Heard) and one.gateways]
    yield Figure(name="silence: Heard, its parents known", value=float(len(_json(heard[-1]))), unit="bytes",
                 note=f"{SENDING} uplinks by 400 gateways in the minute; per partition")  # fmt: skip


def _json(message: Heard) -> bytes:
    from vigie.topics.alarm_input import encode

    return encode(message)


def mixes() -> Iterator[Mix]:
    """Every loss with either law at either period, and fleets that mix them."""
    for minutes in (15, 360):
        for loss in LOSSES:
            yield Mix(f"{minutes} min, {loss:.0%} alone", 300, (loss,), (0.0,), (minutes,))
            yield Mix(f"{minutes} min, {loss:.0%} in bursts", 300, (loss,), (0.6,), (minutes,))
        yield Mix(f"{minutes} min, all losses alone", 300, LOSSES, (0.0,), (minutes,))
        yield Mix(f"{minutes} min, all losses in bursts", 300, LOSSES, (0.6,), (minutes,))
        yield Mix(f"{minutes} min, all losses, both laws", 300, LOSSES, (0.0, 0.6), (minutes,))
    yield Mix("all losses, both laws, both periods", 300, LOSSES, (0.0, 0.6), (15, 360))


def _errors(mix: Mix) -> Iterator[Figure]:
    found = simulate(mix, days=90, seeds=SEEDS)
    rate = found.false_alarms / 3
    bound = 1.96 * rate.std(ddof=1) / np.sqrt(SEEDS)
    yield Figure(
        name=f"false silences in 30 days: {mix.name}", value=float(rate.mean()), unit="alerts",
        note=f"± {bound:.2f} (95 %); first month {found.first_month.mean():.2f}; m {np.median(found.needed):.0f}, "
             f"of the true p and r {np.median(found.ideal):.0f}; B = 1",
    )  # fmt: skip


def _delays() -> Iterator[Figure]:
    for minutes, days in ((15, 30), (360, 90)):
        for loss, burst in ((0.02, 0.02), (0.1, 0.1), (0.2, 0.2), (0.4, 0.4), (0.1, 0.6)):
            found = delays(interval_s=60 * minutes, loss=loss, burst=burst, jitter=0.1, devices=200, days=days)
            name = f"a dead device is told: {minutes} min, p {loss:.0%}, r {burst:.0%}"
            note = f"median {np.median(found.intervals):.1f} T, m {np.median(found.missed):.0f}; jitter 0.1 T"
            yield Figure(
                name=name, value=float(np.percentile(found.intervals, 95)), unit="T (p95)",
                ratio=float(np.percentile(found.shares, 95)), ratio_to="(m + 1) T", note=note,
            )  # fmt: skip
