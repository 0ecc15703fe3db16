"""Keyed state in memory, and brought back from its changelog on a real broker."""

import asyncio
import uuid

import pytest
from aiokafka import AIOKafkaProducer
from churn import create_topics
from confluent_kafka import Producer
from hypothesis import given
from hypothesis import strategies as st

from vigie.streams.transport.changelog import Snapshot, StateTooLargeError, load
from vigie.streams.transport.output import Output
from vigie.streams.transport.state import KeyedState

parts = pytest.mark.parts


def numbers(topic: str = "state.decode.filter") -> KeyedState[int]:
    return KeyedState(topic, load=int, dump=lambda n: b"%d" % n)


def entries(state: KeyedState[int], partition: int = 0) -> list[tuple[bytes, bytes]]:
    return state.snapshot().get(partition, [])


def test_a_snapshot_holds_what_changed_since_the_last_one() -> None:
    state = numbers()
    state.put(0, "a", 1, "raw.lora", 5)
    state.put(0, "b", 2, "raw.lora", 6)
    assert [key for key, _ in entries(state)] == [b"a", b"b"]
    assert state.snapshot() == {}
    state.put(0, "b", 3, "raw.lora", 7)
    assert [key for key, _ in entries(state)] == [b"b"]


def test_a_value_changed_in_place_is_serialised_at_the_snapshot() -> None:
    state: KeyedState[list[int]] = KeyedState("s", load=list, dump=bytes)
    value = [1]
    state.put(0, "a", value, "raw.lora", 1)
    snapshot = state.snapshot()
    value.append(2)
    copy: KeyedState[list[int]] = KeyedState("s", load=list, dump=bytes)
    copy.restore(0, snapshot[0])
    assert copy.get(0, "a") == [1]


def test_a_tick_changes_a_value_without_touching_its_offsets() -> None:
    state = numbers()
    state.put(0, "a", 1, "raw.lora", 5)
    state.put(0, "a", 2)
    assert (state.get(0, "a"), state.applied(0, "a", "raw.lora")) == (2, 5)
    copy = numbers()
    copy.restore(0, entries(state))
    assert (copy.get(0, "a"), copy.applied(0, "a", "raw.lora")) == (2, 5)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["raw.lora", "raw.other"])), min_size=1, max_size=30),
    st.data(),
)
def test_a_load_takes_the_highest_offsets_whatever_a_former_owner_writes_late(
    changes: list[tuple[str, str]], data: st.DataObject
) -> None:
    state, log = numbers(), []
    for offset, (key, topic) in enumerate(changes):
        state.put(0, key, offset, topic, offset)
        log += entries(state)
    late = data.draw(st.lists(st.sampled_from(log), max_size=5))  # a zombie writes again what it once had
    copy = numbers()
    copy.restore(0, log + late)
    for key in {key for key, _ in changes}:
        assert copy.get(0, key) == state.get(0, key)
        for topic in ("raw.lora", "raw.other"):
            assert copy.applied(0, key, topic) == state.applied(0, key, topic)


def test_parked_state_is_hidden_and_comes_back_for_the_partitions_that_stay() -> None:
    state = numbers()
    for partition in (0, 1):
        state.put(partition, "a", partition, "raw.lora", 1)
    state.snapshot()
    state.park()
    assert state.get(0, "a") is None
    state.unpark([1])
    assert (state.get(0, "a"), state.get(1, "a")) == (None, 1)


def test_a_partition_that_is_not_held_has_nothing() -> None:
    state = numbers()
    assert (state.get(7, "a"), state.applied(7, "a", "raw.lora"), list(state.items(7))) == (None, -1, [])


def test_size_is_keys_and_bytes() -> None:
    state = numbers()
    for n in range(10):
        state.put(0, f"key{n}", n, "raw.lora", n)
    written = sum(len(value) for _, value in entries(state))
    assert state.size() == (10, written)


# -- on a real broker


@pytest.fixture
def topic(kafka: str) -> str:
    name = f"t{uuid.uuid4().hex[:8]}.state"
    create_topics(kafka, {name: 2})
    return name


async def reload(kafka: str, topic: str, state: KeyedState[int], partitions: tuple[int, ...] = (0, 1)) -> bool:
    async with asyncio.timeout(20):
        return await load(
            [state], partitions, servers=kafka, full_name=lambda _: topic, still_wanted=lambda: True
        )  # fmt: skip


async def save(kafka: str, topic: str, state: KeyedState[int]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True)
    await producer.start()
    output = Output(lambda: producer, lambda _: topic, {topic: 2}, lambda *_: (None, b""))
    await Snapshot([state]).save(output)
    await producer.stop()


@parts
async def test_what_was_saved_is_loaded_from_the_partition_of_the_input(kafka: str, topic: str) -> None:
    state = numbers()
    for n in range(3000):
        state.put(n % 2, f"key{n % 50}", n, "raw.lora", n)
    await save(kafka, topic, state)
    copy = numbers()
    assert await reload(kafka, topic, copy)
    for partition in (0, 1):
        assert dict(copy.items(partition)) == dict(state.items(partition))
        assert copy.next_offset(partition) == state.next_offset(partition) > 0


@parts
async def test_a_second_load_reads_only_what_is_new(kafka: str, topic: str) -> None:
    state, copy = numbers(), numbers()
    state.put(0, "a", 1, "raw.lora", 1)
    await save(kafka, topic, state)
    await reload(kafka, topic, copy)
    state.put(0, "b", 2, "raw.lora", 2)
    await save(kafka, topic, state)
    read: list[bytes] = []
    original = copy.restore
    copy.restore = lambda n, records: (read.extend(key for key, _ in records), original(n, records))[1]  # type: ignore[method-assign]
    await reload(kafka, topic, copy)
    assert read == [b"b"]
    assert dict(copy.items(0)) == {"a": 1, "b": 2}


@parts
@pytest.mark.parametrize("ending", ["commit", "abort"])
async def test_a_transaction_marker_at_the_end_is_no_record_to_wait_for(kafka: str, topic: str, ending: str) -> None:
    state = numbers()
    state.put(0, "a", 1, "raw.lora", 1)
    ((key, value),) = entries(state)
    producer = Producer({"bootstrap.servers": kafka, "transactional.id": topic, "log_level": 0})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, value, key, partition=0)
    producer.commit_transaction()
    producer.begin_transaction()
    producer.produce(topic, value, b"other", partition=0)
    producer.flush()
    producer.commit_transaction() if ending == "commit" else producer.abort_transaction()
    copy = numbers()
    assert await reload(kafka, topic, copy)
    assert dict(copy.items(0)) == ({"a": 1, "other": 1} if ending == "commit" else {"a": 1})


@parts
@pytest.mark.long
async def test_a_tail_that_was_compacted_away_is_no_record_to_wait_for(kafka: str) -> None:
    name = f"t{uuid.uuid4().hex[:8]}.state"
    config = {
        "cleanup.policy": "compact", "segment.ms": "200", "min.cleanable.dirty.ratio": "0.01",
        "min.compaction.lag.ms": "0", "delete.retention.ms": "0",
    }  # fmt: skip
    create_topics(kafka, {name: 2}, config)
    state = numbers()
    for n in range(20):
        state.put(0, "a", n, "raw.lora", n)
        await save(kafka, name, state)
        await asyncio.sleep(0.25)
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce(name, None, b"gone", partition=0)  # a tombstone that the cleaner removes, in a segment of its own
    producer.flush()
    await asyncio.sleep(0.5)
    producer.produce(name, None, b"gone", partition=0)
    producer.flush()
    await asyncio.sleep(35)
    copy = numbers()
    assert await reload(kafka, name, copy)
    assert dict(copy.items(0)) == {"a": 19}


@parts
async def test_a_load_that_is_not_wanted_any_more_ends(kafka: str, topic: str) -> None:
    state = numbers()
    state.put(0, "a", 1, "raw.lora", 1)
    await save(kafka, topic, state)
    assert not await load(
        [numbers()], [0], servers=kafka, full_name=lambda _: topic, still_wanted=lambda: False
    )  # fmt: skip


def test_a_state_too_large_for_a_record_ends_the_worker_with_a_sentence() -> None:
    state: KeyedState[bytes] = KeyedState("state.decode.filter", load=bytes, dump=bytes)
    state.put(0, "eui:1", bytes(1_000_000), "raw.lora", 1)
    with pytest.raises(StateTooLargeError, match=r"'eui:1' on state\.decode\.filter has 1000\d+ bytes"):
        Snapshot([state])
