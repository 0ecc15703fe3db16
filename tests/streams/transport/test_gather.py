"""Batches of a step that gathers: put off for a moment, handed on in their order, all but the last with `more`."""

import asyncio
from types import SimpleNamespace

import pytest

from vigie.streams.transport.step import Batch
from vigie.streams.transport.stream_flow import GATHER_RECORDS, GATHER_S, StreamFlow


class Step:
    states = ()

    def __init__(self, name: str, inputs: tuple[str, ...], *, gathers: bool) -> None:
        self.name, self.inputs, self.gathers = name, inputs, gathers
        self.seen: list[tuple[str, int, bool]] = []

    def process(self, batch, _out):
        self.seen.append((batch.topic, batch.first_offset, batch.more))
        if batch.first_offset == 666:
            raise ZeroDivisionError


class Flow:
    """A flow whose outputs are confirmed at once, without a broker."""

    def __init__(self, *, histories: bool = False) -> None:
        self.gathering = Step("gathering", ("placed", "requalify"), gathers=True)
        self.other = Step("other", ("buddies",), gathers=True)
        self.plain = Step("plain", ("uplinks.lora.v1",), gathers=False)
        self.failures: list[BaseException] = []

        def process(batch, run):
            run(batch, None)
            return SimpleNamespace(records={})

        def send(*_):
            done = asyncio.get_running_loop().create_future()
            done.set_result({})
            return done

        self.flow = StreamFlow(
            "observe", [self.gathering, self.other, self.plain], output=SimpleNamespace(send=send),
            crashes=SimpleNamespace(process=process, journal=SimpleNamespace(has_histories=lambda: histories)),
            commit=lambda: None, fail=self.failures.append, interval_s=9,
        )  # fmt: skip
        self.flow.gate.open()

    async def take(self, topic: str, offset: int, count: int = 1) -> None:
        batch = Batch([None] * count, topic=topic, partition=0, first_offset=offset, last_offset=offset + count - 1)
        await self.flow.take(SimpleNamespace(value=batch))


async def test_they_wait_for_each_other_and_the_last_of_each_step_knows():
    on = Flow()
    await on.take("placed", 1)
    await on.take("buddies", 2)
    await on.take("requalify", 3)
    await on.take("uplinks.lora.v1", 4)
    assert (on.gathering.seen, on.plain.seen) == ([], [("uplinks.lora.v1", 4, False)])
    assert not on.flow.idle()
    await asyncio.sleep(GATHER_S * 2)
    assert on.gathering.seen == [("placed", 1, True), ("requalify", 3, False)]
    assert on.other.seen == [("buddies", 2, False)]


async def test_many_records_are_not_put_off():
    on = Flow()
    await on.take("placed", 1)
    await on.take("placed", 2, GATHER_RECORDS)
    assert on.gathering.seen == [("placed", 1, True), ("placed", 2, False)]
    await asyncio.sleep(GATHER_S * 2)
    assert len(on.gathering.seen) == 2


async def test_after_a_crash_each_is_processed_alone():
    on = Flow(histories=True)
    await on.take("placed", 1)
    await on.take("placed", 2)
    assert on.gathering.seen == [("placed", 1, False), ("placed", 2, False)]


@pytest.mark.parametrize("how", ["finish", "abandon"])
async def test_what_is_only_gathered_is_left_when_partitions_change_hands(how):
    on = Flow()
    await on.take("placed", 1)
    on.flow.gate.shut()
    await getattr(on.flow, how)()
    on.flow.gate.open()
    await asyncio.sleep(GATHER_S * 2)
    assert on.gathering.seen == []


async def test_a_crash_in_what_was_gathered_ends_the_worker():
    on = Flow()
    await on.take("placed", 666)
    await asyncio.sleep(GATHER_S * 2)
    assert [type(error) for error in on.failures] == [ZeroDivisionError]
