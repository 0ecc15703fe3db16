"""What a write of the store begins with."""

from vigie.streams.sinks.store import _portions
from vigie.streams.transport.step import Batch


def batch(topic: str, partition: int, first: int, count: int) -> Batch:
    return Batch(
        [object()] * count, topic=topic, partition=partition, first_offset=first, last_offset=first + count - 1,
        fetched_at=0.0,
    )  # fmt: skip


def test_what_was_just_measured_does_not_wait_for_windows_made_again():
    given = [
        batch("aggregates.v1", 0, 0, 3000), batch("aggregates.v1", 1, 0, 3000), batch("observations.v1", 0, 0, 5),
        batch("aggregates.v1", 0, 3000, 2000), batch("observations.v1", 0, 5, 7),
    ]  # fmt: skip
    portions = list(_portions(given))
    flat = [(one.topic, one.partition, one.first_offset) for portion in portions for one in portion]
    assert flat[:2] == [("observations.v1", 0, 0), ("observations.v1", 0, 5)]
    assert [first for topic, partition, first in flat if (topic, partition) == ("aggregates.v1", 0)] == [0, 3000]
    assert len(portions) == 2
