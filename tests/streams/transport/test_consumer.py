"""The two ways in which a first prototype lost records, and where reading starts."""

import asyncio
import time

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from churn import committed_offsets, end_offsets, read_all
from confluent_kafka import Producer

pytestmark = pytest.mark.parts


def test_a_backlog_by_a_transactional_producer_is_read_whole(lab) -> None:
    """Each fetched chunk ends in a transaction marker; what an aborted transaction held is no record."""
    topic, committed = lab.topic("raw.lora"), set()
    producer = Producer({"bootstrap.servers": lab.broker, "transactional.id": lab.prefix, "log_level": 0})
    producer.init_transactions(30)
    for n in range(50):
        producer.begin_transaction()
        for i in range(100):
            value = b"%d" % (n * 100 + i)
            producer.produce(topic, value, b"k", partition=i % 3)
            if n % 5 != 4:
                committed.add(value)
        producer.flush()
        producer.abort_transaction() if n % 5 == 4 else producer.commit_transaction()
    checker = lab.checker()
    worker = lab.worker()
    worker.join()
    checker.wait_for(len(committed), limit_s=20)
    time.sleep(2)
    checker.close()
    assert {message.value() for message in read_all(lab.broker, lab.topic("uplinks.lora.v1"))} == committed
    assert checker.doubled() == 0
    worker.stop()
    behind = [
        end - done
        for end, done in zip(
            end_offsets(lab.broker, topic).values(),
            committed_offsets(lab.broker, lab.group, topic).values(),
            strict=True,
        )
    ]
    assert max(behind) <= 101, "no more than the markers and the aborted tail stay behind the last commit"


def test_a_slow_seek_loses_nothing(lab) -> None:
    """Records that are fetched while the other partitions are still being sought must wait, not vanish."""
    a, b = lab.worker("A", "slow_seek=0.1"), lab.worker("B", "slow_seek=0.1")
    feeder, checker = lab.feeder(), lab.checker()
    with lab.supervised():
        a.join()
        feeder.start()
        for _ in range(2):
            b.join()
            time.sleep(3)
            b.stop()
        feeder.close()
        lab.verdict(feeder, checker, doubled_limit=0, counted=False)
    checker.close()


def test_an_idle_worker_takes_over_partitions_that_never_had_a_commit(lab) -> None:
    """It waits inside a fetch, which returns the first records of its new partitions before they are sought."""
    lab.settings["checkpoint_interval_s"] = 60
    idle, dying = lab.worker("idle", "state=1", "slow_load=3"), lab.worker("dying", "state=1")
    idle.join()
    dying.join()
    time.sleep(2)
    last = [line for line in dying.log.read_text("utf-8").splitlines() if "forward has raw.lora" in line][-1]
    owned = [int(number) for number in last.rpartition(" ")[2].split(",")]
    feeder, checker = lab.feeder(), lab.checker()
    feeder.partition = lambda n: owned[n % len(owned)]
    feeder.start()
    time.sleep(1)
    assert dying.process is not None
    dying.process.kill()
    time.sleep(3)
    feeder.close()
    checker.wait_for(feeder.sent)
    assert len(checker.seen) == feeder.sent
    checker.close()


async def test_a_header_whose_name_is_not_utf_8_blocks_nothing(lab) -> None:
    class Name(str):
        __slots__ = ()

        def encode(self, *_: str) -> bytes:
            return b"caf\xe9"

    producer = AIOKafkaProducer(bootstrap_servers=lab.broker)
    await producer.start()
    for n in range(3):
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, 0, False, -1, -1, 0, 16384)  # it takes any string's word
        headers = [(Name("x"), b"v")] if n == 1 else [("é", b"v")]
        batch.append(timestamp=0, key=b"k", value=b"%d" % n, headers=headers)
        await (await producer.send_batch(batch, lab.topic("raw.lora"), partition=0))
    await producer.stop()
    worker, checker = lab.worker(), lab.checker()
    worker.join()
    await asyncio.to_thread(checker.wait_for, 3, 10)
    assert checker.seen == {b"0:0": 1, b"0:1": 1, b"0:2": 1}
    assert "A header's name is not UTF-8" in worker.tail()
    worker.stop()
    checker.close()


def test_partitions_without_a_commit_start_at_their_beginning_after_a_rebalance(lab) -> None:
    """Aiokafka does not move those in its seek."""
    lab.settings["checkpoint_interval_s"] = 30
    a, b = lab.worker("A", "slow_seek=0.05"), lab.worker("B", "slow_seek=0.05")
    feeder, checker = lab.feeder(), lab.checker()
    feeder.start()
    with lab.supervised():
        a.start()
        b.start()
        a.wait_ready()
        b.wait_ready()
        time.sleep(2)
        feeder.close()
        a.stop()
        verdict_later = lab.settings.pop("checkpoint_interval_s")
        assert verdict_later
        b.stop()
        c = lab.worker("C")
        c.join()
        lab.verdict(feeder, checker, doubled_limit=0, counted=False)
    checker.close()
