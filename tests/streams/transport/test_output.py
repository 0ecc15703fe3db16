"""Confirmed sends: every record in its partition, in order, confirmed or failed as a whole."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner
from churn import create_topics, read_all
from hypothesis import given
from hypothesis import strategies as st

from vigie.streams.core.dead_letters import dead_letter
from vigie.streams.transport import output as module
from vigie.streams.transport.output import Output, Partitions
from vigie.streams.transport.set_aside import SetAside
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import DeadLetter
from vigie.topics.reason import Reason


@given(st.binary(min_size=0, max_size=40), st.sampled_from([1, 2, 12, 50]))
def test_the_partition_of_a_key_is_the_default_partitioner_s(key: bytes, count: int) -> None:
    every = list(range(count))
    partitions = Partitions(count)
    assert partitions.of(key) == DefaultPartitioner()(key, every, every) == partitions.of(key)


def test_the_memory_of_keys_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHED_KEYS", 100)
    partitions = Partitions(12)
    for n in range(1000):
        partitions.of(b"%d" % n)
    assert len(partitions.known) <= 100


@pytest.fixture
def prefix(kafka: str) -> str:
    prefix = f"t{uuid.uuid4().hex[:8]}."
    create_topics(kafka, {prefix + name: 12 for name in ("uplinks.lora.v1", "receptions", "dead-letters.v1")})
    return prefix


@pytest.fixture
async def output(kafka: str, prefix: str) -> AsyncIterator[Output]:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, enable_idempotence=True, compression_type="zstd", max_batch_size=16_384
    )  # fmt: skip
    await producer.start()
    counts = {prefix + name: 12 for name in ("uplinks.lora.v1", "receptions", "dead-letters.v1")}
    yield Output(lambda: producer, lambda name: prefix + name, counts, SetAside("decode").too_large)
    await producer.stop()


class Record:
    topic, partition, timestamp, headers = "raw.lora", 3, 1000, ()

    def __init__(self, offset: int, key: bytes, value: bytes) -> None:
        self.offset, self.key, self.value = offset, key, value


@pytest.mark.parts
async def test_order_per_key_holds_over_many_outputs_and_full_batches(kafka: str, prefix: str, output: Output) -> None:
    confirmations = []
    for n in range(200):
        out = Outputs()
        out.extend("uplinks.lora.v1", [(b"dev%d" % (i % 30), b"%d " % (n * 100 + i) + bytes(200)) for i in range(100)])
        confirmations.append(output.send(out))
        if n % 20 == 0:
            await asyncio.sleep(0)
    await asyncio.gather(*confirmations)
    messages = read_all(kafka, prefix + "uplinks.lora.v1")
    assert len(messages) == 20_000
    last: dict[bytes, int] = {}
    for message in messages:  # each partition in offset order
        number = int(message.value().split()[0])
        assert number > last.get(message.key(), -1)
        last[message.key()] = number
        assert message.partition() == Partitions(12).of(message.key())


@pytest.mark.parts
async def test_send_and_extend_keep_their_order_headers_and_partition(kafka: str, prefix: str, output: Output) -> None:
    out = Outputs()
    out.send("receptions", b"k", b"1", headers=[("vigie-replay", b"7")])
    out.extend("receptions", [(b"k", b"2")])
    out.send("receptions", b"k", b"3", partition=Partitions(12).of(b"k"))
    out.send("receptions", None, b"no key")
    ends = await output.send(out)
    by_partition: dict[int, list[tuple[bytes, object]]] = {}
    for message in read_all(kafka, prefix + "receptions"):
        by_partition.setdefault(message.partition(), []).append((message.value(), message.headers()))
    assert by_partition[Partitions(12).of(b"k")] == [(b"1", [("vigie-replay", b"7")]), (b"2", None), (b"3", None)]
    assert by_partition[0] == [(b"no key", None)]
    assert ends == {("receptions", Partitions(12).of(b"k")): 3, ("receptions", 0): 1}


@pytest.mark.parts
async def test_a_record_over_the_limit_becomes_a_dead_letter(kafka: str, prefix: str, output: Output) -> None:
    batch = Batch(
        [Record(41, b"a", b"small"), Record(42, b"b", bytes(50)), Record(43, b"b", bytes(800_000))],
        topic="raw.lora",
        partition=3,
    )
    out = Outputs()
    out.extend("uplinks.lora.v1", [(b"a", b"fine"), (b"b", bytes(900_001))])
    out.send("uplinks.lora.v1", bytes(20_000), b"huge key")
    await output.send(out, batch)
    assert [m.value() for m in read_all(kafka, prefix + "uplinks.lora.v1")] == [b"fine"]
    letters = [
        Framer("dead-letters.v1").decode(m.value(), DeadLetter) for m in read_all(kafka, prefix + "dead-letters.v1")
    ]
    assert {letter.reason for letter in letters} == {"too_large"}
    (letter,) = [letter for letter in letters if letter.key == b"b"]
    assert (letter.topic, letter.partition, letter.offset, letter.body_size) == ("raw.lora", 3, 43, 900_001)
    assert len(letter.body) == 65_536
    assert "uplinks.lora.v1 has 900001 bytes" in letter.message


@pytest.mark.parts
async def test_incompressible_records_up_to_the_limit_pass(kafka: str, prefix: str, output: Output) -> None:
    import random

    out = Outputs()
    out.extend("uplinks.lora.v1", [(b"a", random.Random(n).randbytes(899_999)) for n in range(3)])
    await asyncio.wait_for(output.send(out), 20)
    assert len(read_all(kafka, prefix + "uplinks.lora.v1")) == 3


def test_a_dead_letter_that_is_too_large_stays_what_it_is() -> None:
    record = Record(7, b"k" * 20_000, b"{" * 900_000)
    letter = dead_letter("decode", "raw.lora", record, Reason.NOT_JSON, "m" * 200_000)
    framer = Framer("dead-letters.v1")
    key, value = SetAside("decode").too_large("dead-letters.v1", record.key, framer.encode(letter), None)
    kept = framer.decode(value, DeadLetter)
    assert len(value) < module.DEAD_LETTER_LIMIT_BYTES
    assert (kept.reason, kept.topic, kept.offset, kept.body) == ("not_json", "raw.lora", 7, record.value)
    assert key == kept.key == b"k" * 1024


@pytest.mark.parametrize(
    ("topic", "obey", "arrival"), [("replay.lora", False, 17), ("raw.lora", True, 17), ("raw.lora", False, 1000)]
)
def test_the_letter_of_a_poison_record_keeps_the_first_arrival(topic: str, obey: bool, arrival: int) -> None:
    record, out = Record(7, b"k", b"v"), Outputs()
    record.headers = [("vigie-ingested-at", b"17")]
    SetAside("decode", obey_arrival=obey).poison(out, Batch([record], topic=topic, partition=3), record, "Traceback")
    value = out.records["dead-letters.v1"][0][1]
    assert Framer("dead-letters.v1").decode(value, DeadLetter).ingested_at == arrival


@pytest.mark.parametrize("count", [1, 5])  # in the hands of the producer, and behind it
async def test_what_waits_is_forgotten_with_its_producer(count: int) -> None:
    """A producer that is replaced may have left records in the queues: the next one must not send them."""

    class Stuck:
        def create_batch(self):
            return create_batch()

        async def send_batch(self, *_args, **_kwargs):
            await asyncio.sleep(60)

    never_started = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1")
    create_batch = never_started.create_batch
    output = Output(Stuck, str, {"receptions": 1}, SetAside("decode").too_large)
    out = Outputs()
    out.extend("receptions", [(b"k", bytes(9000))] * count)
    waiting = output.send(out)
    await asyncio.sleep(0)
    output.forget()
    await asyncio.sleep(0)
    assert waiting.cancelled()
    assert output._lanes == {}
    await never_started.stop()


async def test_an_unknown_topic_is_a_sentence() -> None:
    out = Outputs()
    out.send("receptions", b"k", b"v")
    with pytest.raises(LookupError, match=r"Topic vigie\.receptions does not exist: create it by `vigie topics"):
        Output(lambda: None, lambda name: "vigie." + name, {}, SetAside("decode").too_large).send(out)


async def test_nothing_to_send_is_confirmed_at_once() -> None:
    assert Output(lambda: None, str, {}, SetAside("decode").too_large).send(Outputs()).done()
