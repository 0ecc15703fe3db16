"""A role for tests: forwards each record of raw.lora to uplinks.lora.v1, keyed by where it stood.

    forwarder.py [OPTION=VALUE ...]

state=1 counts records per key in a KeyedState; slow_seek=SECONDS makes the seek of a rebalance take so long per
partition; crash=STAGE dies by SIGKILL at a stage of the checkpoint after `crash_after` records; poison=TEXT
raises on records that contain it; poison_kill=TEXT dies by SIGKILL on them; ticks=1 answers ticks; sleep_ms=N takes so
long per batch; stall=1 never gets a batch; transactional=1 sends by a transactional producer; no_guard=1 takes the
guard against zombies away; slow_load=SECONDS is how long a take-over loads its state; stop_limit=SECONDS is how long a
stop may take.
"""

import asyncio
import os
import signal
import sys
import time

from vigie.streams.settings import Settings
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import KeyedState
from vigie.streams.transport.step import Batch, Outputs

OPTIONS = dict(argument.split("=", 1) for argument in sys.argv[1:] if "=" in argument)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


class Forward:
    name = "forward"
    inputs = ("raw.lora",)
    states = ()

    def process(self, batch: Batch, out: Outputs) -> None:
        if "sleep_ms" in OPTIONS:
            time.sleep(int(OPTIONS["sleep_ms"]) / 1000)
        poison, kill = OPTIONS.get("poison", "\0").encode(), OPTIONS.get("poison_kill", "\0").encode()
        for record in batch:
            if poison in record.value:
                raise RuntimeError("planted bug")
            if kill in record.value:
                die()
        where = b"%d:" % batch.partition
        out.extend("uplinks.lora.v1", [(b"%s%d" % (where, r.offset), r.value) for r in batch])


class Count(Forward):
    """Also counts the records of each key; what it forwards carries the count."""

    def __init__(self) -> None:
        self.counts = KeyedState("state.decode.filter", load=int, dump=lambda n: b"%d" % n)
        self.states = (self.counts,)

    def process(self, batch: Batch, out: Outputs) -> None:
        counts, partition, topic = self.counts, batch.partition, batch.topic
        for record in batch:
            key = record.key.decode()
            if record.offset <= counts.applied(partition, key, topic):
                continue
            count = (counts.get(partition, key) or 0) + 1
            counts.put(partition, key, count, topic, record.offset)
            out.send("uplinks.lora.v1", b"%d:%d" % (partition, record.offset), b"%d" % count)


class Ticking(Forward):
    def tick(self, tick: object, partitions: object, out: Outputs) -> None:
        out.send("receptions", b"tick", f"{tick.at} {list(partitions)}".encode())


def plant_crash(stage: str) -> None:
    """Die at a stage of the first checkpoint that begins when `crash_after` records have been processed."""
    from vigie.streams.transport import changelog, consumer, stream_flow

    after = int(OPTIONS["crash_after"])
    seen, armed = 0, False

    def counted(self, event, batch, original=stream_flow.StreamFlow.process):
        nonlocal seen
        seen += len(batch)
        original(self, event, batch)

    async def save_all(self, items, original=stream_flow.StreamFlow._save):
        nonlocal armed
        armed = seen >= after
        if armed and stage == "processed":
            die()
        await original(self, items)

    async def save_state(self, output, original=changelog.Snapshot.save):
        if armed and stage == "outputs confirmed":
            die()
        if armed and stage == "state sent":
            sending = output.send(self.out)
            await asyncio.sleep(0.002)
            del sending
            die()
        await original(self, output)
        if armed and stage == "state confirmed":
            die()

    async def commit(self, original=consumer.Consumer.commit_acked):
        if armed and stage == "acked":
            die()
        await original(self)
        if armed and stage == "committed":
            die()

    stream_flow.StreamFlow.process = counted
    stream_flow.StreamFlow._save = save_all
    changelog.Snapshot.save = save_state
    consumer.Consumer.commit_acked = commit


def slow_seek(seconds: float) -> None:
    """A slow broker during the seek of a rebalance: one round trip per partition takes so long."""
    import aiokafka

    async def slow(self, *partitions, original=aiokafka.AIOKafkaConsumer.seek_to_committed):
        out = {}
        for tp in self.assignment():
            out.update(await original(self, tp))
            await asyncio.sleep(seconds)
        return out

    aiokafka.AIOKafkaConsumer.seek_to_committed = slow


if __name__ == "__main__":
    if "slow_seek" in OPTIONS:
        slow_seek(float(OPTIONS["slow_seek"]))
    if "crash" in OPTIONS:
        plant_crash(OPTIONS["crash"])
    if "slow_load" in OPTIONS:
        from vigie.streams.transport import changelog

        async def slow_load(*args, original=changelog.load, **kwargs):
            await asyncio.sleep(float(OPTIONS["slow_load"]))
            return await original(*args, **kwargs)

        changelog.load = slow_load
    if "stop_limit" in OPTIONS:
        from vigie.streams.transport import worker

        worker.STOP_LIMIT_S = float(OPTIONS["stop_limit"])
    if "no_guard" in OPTIONS:
        from vigie.streams.transport.clock import ZombieGuard

        ZombieGuard.check = lambda _: None
    if "stall" in OPTIONS:
        from vigie.streams.transport.consumer import Consumer

        async def nothing(self, fetcher):
            await asyncio.sleep(1_000_000)

        Consumer._drain_messages = nothing
    step = Count() if "state" in OPTIONS else Ticking() if "ticks" in OPTIONS else Forward()
    transactional = Settings.from_env(os.environ).group("forward") if "transactional" in OPTIONS else None
    sys.exit(
        run_role(
            Settings.from_env(os.environ),
            "forward",
            [step],
            heartbeat="ticks" in OPTIONS,
            after=OPTIONS.get("after"),
            transactional_id=transactional,
        )
    )
