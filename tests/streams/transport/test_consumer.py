"""The two ways in which a first prototype lost records, and where reading starts."""

import time

import pytest
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
