"""Reads and writes the changelogs of keyed state (state.py): loads before a partition is processed, saves in order."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from vigie.streams.transport.output import RECORD_LIMIT_BYTES, Ends, Output
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import CannotGoOnError, Outputs

log = logging.getLogger(__name__)


class StateTooLargeError(CannotGoOnError):
    """One key's state does not fit into a record; the message says which."""


async def load(
    states: Iterable[SavedState[Any]],
    partitions: Collection[int],
    *,
    servers: str,
    full_name: Callable[[str], str],
    still_wanted: Callable[[], bool],
) -> bool:
    """Bring the states of these partitions up to the end of their changelogs.

    The end is where the log ends now, and it is reached by position: a tail that was compacted away, or that is a
    transaction's marker, holds no record to wait for (#176 #432).

    Args:
        states: each with its own changelog.
        partitions: numbers of the partitions to load; what is held of one already is kept and continued.
        servers: bootstrap servers.
        full_name: bare topic name -> name on the cluster.
        still_wanted: False as soon as another rebalance has begun.

    Returns:
        Whether all is loaded; False if it was not wanted any more.
    """
    wanted = {TopicPartition(full_name(state.topic), number): state for state in states for number in partitions}
    if not wanted:
        return True
    started, records_read = time.monotonic(), 0
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest",
        isolation_level="read_committed",
    )  # fmt: skip
    await consumer.start()
    try:
        consumer.assign(list(wanted))
        begins, ends = await consumer.beginning_offsets(list(wanted)), await consumer.end_offsets(list(wanted))
        left = {}
        for tp, state in wanted.items():
            start = max(begins[tp], state.next_offset(tp.partition))
            consumer.seek(tp, start)
            if start < ends[tp]:
                left[tp] = state
        consumer.pause(*[tp for tp in wanted if tp not in left])
        while left:
            if not still_wanted():
                return False
            for tp, records in (await consumer.getmany(timeout_ms=200, max_records=5000)).items():
                records_read += len(records)
                wanted[tp].restore(tp.partition, [(r.key, r.value) for r in records if r.value is not None])
            for tp in list(left):
                if await consumer.position(tp) >= ends[tp]:
                    consumer.pause(tp)
                    del left[tp]
        for tp, state in wanted.items():
            state.loaded_to(tp.partition, ends[tp])
            await asyncio.sleep(0)  # what a partition holds may take a second to put in its place
    finally:
        await consumer.stop()
    log.info(
        "Loaded the state of partitions %s: %d records in %.1f s",
        sorted(partitions),
        records_read,
        time.monotonic() - started,
    )
    return True


class Snapshot:
    """What changed in some states at one moment, serialised."""

    def __init__(self, states: Iterable[SavedState[Any]]) -> None:
        self._states = {state.topic: state for state in states}
        self.out = Outputs()
        for state in self._states.values():
            for partition, entries in state.snapshot().items():
                self.out.records.setdefault(state.topic, []).extend(
                    (key, _checked(state, key, value), [], partition) for key, value in entries
                )

    async def save(self, output: Output) -> None:
        """Send it, and return when the broker has it."""
        if self.out:
            self.saved(await output.send(self.out))

    def saved(self, ends: Ends) -> None:
        """Note up to where each changelog is now in memory."""
        for (topic, partition), end in ends.items():
            if end > 0 and topic in self._states:
                self._states[topic].saved_to(partition, end)


def _checked(state: SavedState[Any], key: bytes, value: bytes) -> bytes:
    if len(value) > RECORD_LIMIT_BYTES:
        raise StateTooLargeError(
            f"The state of {key.decode()!r} on {state.topic} has {len(value)} bytes, more than the "
            f"{RECORD_LIMIT_BYTES} of one record: the step that keeps it must bound it"
        )
    return value
