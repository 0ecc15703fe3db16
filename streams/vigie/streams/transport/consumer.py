"""The consumer: batches of one partition as events, ordered commits, a rebalance that neither loses nor doubles.

Each override says which upstream behaviour it replaces and why; #n is an issue of faust-streaming/faust. The private
names that are used stand in `upstream.py`, and a test fails when an upgrade changes one of them.

Two mistakes of a first prototype lost records, and each has a test (tests/streams/transport/test_consumer.py):
a chunk that ends in a transaction marker or a compacted tail was taken for stale; and records of a partition that
was sought early were dropped while the seek of the others went on.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable
from time import monotonic
from typing import Any

from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage

from vigie.streams.transport import lenient_headers
from vigie.streams.transport.step import Batch

FETCH_WAIT_MS = 500


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread in which aiokafka's consumer lives."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        """Read committed records only, and give one worker the same partition of every topic.

        Upstream reads aborted transactions unless its own (broken, #177 #323) exactly_once is on, and without tables
        it assigns round robin, so that state kept per partition would not find the partition's other topics.
        """
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        consumer._partition_assignment_strategy = (RangePartitionAssignor,)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def _fetch_records(self, consumer: Any, *args: Any, **kwargs: Any) -> Any:
        """Read on where a producer has sent a header whose name is not UTF-8.

        Aiokafka raises before there is any record to set aside, again at every fetch: one such record would block its
        partition for ever. What was fetched is dropped and fetched again, by a reader that takes any name.
        """
        try:
            return await super()._fetch_records(consumer, *args, **kwargs)
        except UnicodeDecodeError as error:
            self.log.warning("A header's name is not UTF-8 (%s): headers are read leniently from now on", error)
            lenient_headers.read_leniently()
            fetcher = consumer._fetcher
            fetcher._records.clear()
            fetcher._notify(fetcher._wait_consume_future)
            return {}


class Consumer(driver.Consumer):
    """Consumer with batch events, ordered acks and a rebalance that neither loses nor doubles records."""

    _on_partitions_revoked: Any
    wait_empty_limit_s = 12.0
    """How long to wait for work in flight at a rebalance or a stop; what is given up is read again."""
    commit_limit_s = 8.0
    """How long to wait for the broker to take a last commit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sample_positions = False
        """Set to have the frontier of idle partitions brought up to date, once."""
        self._seek_generation: int | None = None  # group generation whose seek to the committed offsets has begun
        self._inflight: dict[Any, deque[Any]] = defaultdict(deque)  # tp -> delivered, not yet committed, in order
        self._delivered_to: dict[Any, int] = {}  # tp -> offset after the last that was delivered or passed over
        self._commit_asked_at: float | None = None  # monotonic s; None while none is under way

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    # -- rebalance and stop

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """Finish and commit the work in flight, then forget the partitions.

        Upstream forgets the acks first, so what it then commits is nothing, and every graceful rebalance
        processes the uncommitted records twice (#502).
        """
        finish, self._on_partitions_revoked = self._on_partitions_revoked, _done
        try:
            await finish(revoked)  # stops the flow, clears the queues, waits in wait_empty()
            await super().on_partitions_revoked(revoked)
        finally:
            self._on_partitions_revoked = finish
        for tp in revoked:
            self._inflight.pop(tp, None)
            self._delivered_to.pop(tp, None)

    async def perform_seek(self) -> None:
        """Seek to the committed offsets, or to those that the sink keeps.

        Until this has begun, no data record of this generation is delivered. Aiokafka does not move a partition that
        has no commit yet, though its first records may have been fetched and dropped by now, so those are sought to
        their beginning here. Upstream ends its recovery task without a word when the seek takes longer than
        broker_request_timeout, and the worker never reads again: here that is an error, and the worker starts anew.
        """
        self._seek_generation = self.app.consumer_generation_id
        self._inflight.clear()  # read again from the commit, or processed by someone else
        self._delivered_to.clear()
        async with asyncio.timeout(self.app.conf.broker_request_timeout * 0.9):
            await super().perform_seek()
            if uncommitted := [tp for tp in self.assignment() if not self._read_offset[tp]]:
                await self._thread.seek_to_beginning(*[driver.TopicPartition(*tp) for tp in uncommitted])
        for (topic, number), offset in self.transport.start_offsets.items():
            if (tp := TP(topic, number)) in self.assignment():
                await self.seek(tp, offset)
                self._committed_offset[tp] = offset  # the group's commit may be further, or behind
        for tp, offset in self._read_offset.items():
            if offset:
                self._delivered_to[tp] = offset

    async def wait_empty(self) -> None:
        """Bring the processed work to its commit, but do not wait for ever.

        Upstream waits without limit, so one hung agent blocks every rebalance and the stop (#162), and it cannot be
        cancelled. Here the harness makes a last checkpoint within a limit; what is given up stays uncommitted and is
        read again.
        """
        await self.transport.settle(self.wait_empty_limit_s)
        self._unacked_messages.clear()
        await self.commit_acked()

    async def commit_acked(self) -> None:
        """Commit every ack made so far, if the broker answers in time.

        Upstream's commit() does nothing while another commit runs, which leaves the last acks out, and it retries
        without limit while the broker is away, which hangs the stop. What takes longer is not cancelled, only not
        waited for: two commits under way at once could arrive in the wrong order.
        """
        if self._commit_asked_at is None:
            self._commit_asked_at = monotonic()
        commit = asyncio.ensure_future(self._commit_after_current())
        done, _ = await asyncio.wait({commit}, timeout=self.commit_limit_s)
        if not done:
            self.log.error("No commit within %s s: uncommitted records may be read again", self.commit_limit_s)
        elif (error := commit.exception()) is not None:
            raise error

    async def _commit_after_current(self) -> None:
        await self.maybe_wait_for_commit_to_finish()
        await self.commit()
        self._commit_asked_at = None

    def uncommitted_s(self) -> float:
        """For how long a commit has been waiting for the broker; 0 if none waits."""
        return 0.0 if self._commit_asked_at is None else monotonic() - self._commit_asked_at

    # -- acks

    def _new_offset(self, tp: Any) -> int | None:
        """The offset to commit: after the last of the acked batches that come first in delivery order.

        Upstream commits past records in flight when acks come out of order or offsets have gaps (#606). Here only
        messages of the present assignment count, so a late ack from before a rebalance changes nothing.
        """
        inflight, last = self._inflight[tp], None
        while inflight and inflight[0].acked:
            last = inflight.popleft().offset
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        if last is None or self.transport.offsets_in_transaction:
            return None
        return int(last) + 1

    def frontier(self, tp: Any) -> int:
        """The offset before which all of a partition is processed and confirmed; -1 while that is not known."""
        inflight = self._inflight.get(tp)
        if not inflight:
            self.sample_positions = True
        for message in inflight or ():
            if not message.value.confirmed:
                return int(message.value.first_offset)
        return self._delivered_to.get(tp, -1)

    def oldest_in_work_ms(self, tp: Any) -> int | None:
        """When the oldest record that is delivered and not confirmed was appended, epoch ms; None if there is none."""
        for message in self._inflight.get(tp, ()):
            if not message.value.confirmed:
                return int(message.value[0].timestamp)
        return None

    # -- delivery

    async def _drain_messages(self, fetcher: Any) -> None:
        """Deliver what was fetched, one event per slice of a partition.

        Upstream makes four tasks and eleven loop callbacks per record, and delivers data records in the short
        time between a resumed flow and the seek after a table recovery, which loses records (#596).
        """
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                await asyncio.sleep(0)
                if self.sample_positions:
                    self._note_positions()
                fetched, active = await self._wait_next_records(1.0)
                fetched_at = monotonic()
                generation = self.app.consumer_generation_id
                if not fetched or self.should_stop:
                    continue
                for key, records in fetched.items():
                    tp = TP(key.topic, key.partition)
                    if not (active is None or tp in active or tp in self._buffered_partitions):
                        continue
                    wanted = await self._still_wanted(tp, records, generation)
                    await self._deliver_batches(tp, wanted, generation, fetched_at)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    async def _still_wanted(self, tp: Any, records: list[Any], generation: int) -> list[Any]:
        """The records to deliver now.

        Before the seek of a rebalance they are dropped, for the seek fetches them again. From then on nothing may be
        dropped: the seek takes one round trip per partition, and what comes from a partition that was sought early
        has to wait until the flow resumes. Upstream seeks once more instead.
        """
        app = self.app
        while (  # noqa: ASYNC110
            self._seek_generation == generation == app.consumer_generation_id
            and not self.should_stop
            and (app.rebalancing or not self.flow_active)
        ):
            await asyncio.sleep(0.002)  # these flags are set by two threads, so there is no event to wait for
        if not records or self._fetch_position(tp) <= records[-1].offset:
            return []  # fetched before a seek
        if app.rebalancing or self._suspended(generation):
            return []
        read = self._read_offset[tp]
        return [r for r in records if r.offset >= read] if read and records[0].offset < read else records

    def _suspended(self, generation: int) -> bool:
        return not self.flow_active or self.app.consumer_generation_id != generation

    def _fetch_position(self, tp: Any) -> int:
        """Where the next fetch starts: past these records, unless a seek went back since they were fetched.

        It may be further than last + 1: transaction markers and compacted records count, but are not delivered.
        """
        subscription = self._thread._ensure_consumer()._subscription.subscription
        if subscription is None or subscription.assignment is None:
            return -1
        state = subscription.assignment.state_value(driver.TopicPartition(*tp))
        return state.position if state is not None and state.has_valid_position else -1

    def _note_positions(self) -> None:
        """Between two fetches nothing is on its way, so the position is what was delivered, and markers passed over."""
        self.sample_positions = False
        if not self.flow_active or self.app.rebalancing:
            return
        for tp in self.assignment():
            position = self._fetch_position(tp)
            if position > self._delivered_to.get(tp, -1):
                self._delivered_to[tp] = position

    async def _deliver_batches(self, tp: Any, records: list[Any], generation: int, fetched_at: float) -> None:
        size = self.transport.batch_max_records
        name = self.transport.bare_names[tp.topic]
        for start in range(0, len(records), size):
            if start and self._suspended(generation):
                return  # the rest is read again after the seek
            batch = Batch(
                records[start : start + size], topic=name, partition=tp.partition, fetched_at=fetched_at
            )  # fmt: skip
            last = batch[-1]
            message = ConsumerMessage(
                tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, last.timestamp_type, (), None,
                batch, None, 0, 0, tp, generation_id=generation,
            )  # fmt: skip
            self._inflight[tp].append(message)
            await self._deliver(tp, message)
            self._read_offset[tp] = self._delivered_to[tp] = last.offset + 1

    async def _deliver(self, tp: Any, message: Any) -> None:
        """Hand over directly where nothing can block; otherwise as upstream, until the flow is suspended."""
        topics = self.app.topics
        if (
            self.app.flow_control.is_active()
            and not topics._tp_to_callback_lock.locked()
            and not any(channel.queue.full() for channel in topics._tp_index[tp])
        ):
            await topics._tp_to_callback[tp](message)
        else:
            await self.wait_first(self.callback(message), self.suspend_flow.wait())

    def verify_event_path(self, now: float, tp: Any) -> None:
        """Upstream logs guesses about slow agents here; the watchdog (watchdog.py) acts instead."""


async def _done(_revoked: Iterable[Any]) -> None:
    """Stands in for the app's callback, which has run already."""
