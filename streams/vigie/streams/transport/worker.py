"""One worker of a role, wired together: start, partitions taken over and given up, failure, stop."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from vigie.streams import metrics
from vigie.streams.settings import Settings
from vigie.streams.transport.app import make_app
from vigie.streams.transport.clock import ZombieGuard
from vigie.streams.transport.fleet_follower import TOPIC as FLEET
from vigie.streams.transport.fleet_follower import FleetFollower
from vigie.streams.transport.flow import Crashes, Flow
from vigie.streams.transport.isolation import CrashJournal
from vigie.streams.transport.observer import Observer
from vigie.streams.transport.output import Output
from vigie.streams.transport.ownership import Ownership
from vigie.streams.transport.set_aside import SetAside
from vigie.streams.transport.settled_ticks import SettledTicks
from vigie.streams.transport.sink_flow import SinkFlow
from vigie.streams.transport.start import wait_for_topics
from vigie.streams.transport.step import CannotGoOnError, Outputs, SinkStep, StreamStep, TickingStep
from vigie.streams.transport.stream_flow import StreamFlow, settled_of
from vigie.streams.transport.ticker import write_ticks
from vigie.streams.transport.ticks import Ticks, numbers
from vigie.streams.transport.transaction import TransactionalFlow, TransactionalProducer
from vigie.streams.transport.watchdog import Watchdog
from vigie.topics.alarm_input import Freeze, Heartbeat, Thaw, Tick, encode
from vigie.topics.catalogue import TOPICS

log = logging.getLogger(__name__)

STOP_LIMIT_S = 25.0
"""A stop that takes longer is made short: what is not committed is read again."""
END_LIMIT_S = 2.0
"""A thread that still runs after an orderly stop is not waited for longer."""

FLEET_LIMIT_S = 10.0
"""How long partitions that are taken over wait for the fleet's newest revision: what is placed by an older one after
the heartbeats named the newer would not be repaired."""

TP = tuple[str, int]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """See run_role."""

    heartbeat: bool
    after: str | None
    write_ticks: bool
    transactional_id: str | None
    session_timeout_s: float
    dead_letter_schema_id: int | None
    fleet: FleetFollower | None
    unawaited: frozenset[str]


class Worker:
    """One process of a role; `run()` once."""

    def __init__(
        self, settings: Settings, role: str, steps: Sequence[StreamStep] | SinkStep, options: Options
    ) -> None:  # fmt: skip
        self.settings = settings
        self.role = role
        self.options = options
        self.fleet = options.fleet
        self.steps: list[StreamStep] = list(steps) if isinstance(steps, Sequence) else []
        self.sink: SinkStep | None = None if isinstance(steps, Sequence) else steps
        used: list[Any] = [*self.steps] if self.sink is None else [self.sink]
        self.inputs = list(dict.fromkeys(topic for step in used for topic in step.inputs))
        self.state_topics = [state.topic for step in used for state in getattr(step, "states", ())]
        self.ticks_wanted = options.heartbeat or any(isinstance(step, TickingStep) for step in self.steps)
        self.health = metrics.Health()
        self._broker_answers = True
        self.transactions: TransactionalProducer | None = None

    # -- life

    async def run(self) -> int:
        """Work until SIGTERM, SIGINT or a failure; returns the exit code."""
        loop = asyncio.get_running_loop()
        self._stop_asked = asyncio.Event()
        self._failure: asyncio.Future[BaseException] = loop.create_future()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop_asked.set)
        self.guard = ZombieGuard(self.options.session_timeout_s)
        self._tasks = [asyncio.create_task(self.guard.run(self.health.beat))]
        try:
            await self._start()
            await self._until(asyncio.shield(self._failure))
        except Exception as error:  # before or while starting: told like any failure
            self.fail(error)
        code = 0 if not self._failure.done() else 1
        self._tell()
        await self._stop(code)
        return code

    async def _start(self) -> None:
        settings = self.settings
        port = metrics.serve(self.health, host=settings.host, port=settings.metrics_port, role=self.role)
        log.info("%s starts; metrics on http://%s:%d/metrics", self.role, settings.host, port)
        counts = await self._until(
            wait_for_topics(
                settings.kafka,
                [settings.topic(name) for name in self._needed()],
                [settings.topic(name) for name in (*self.inputs, *self.state_topics)] if self.state_topics else [],
                self.health,
            )
        )
        if counts is None:
            return
        self.counts = counts
        if self.sink is not None and hasattr(self.sink, "open"):
            self.health.not_ready("waiting for what it writes to")
            await self._until(self.sink.open())
            self.health.not_ready("joining the consumer group")
        if self.fleet is not None:
            self.health.not_ready("reading the fleet")
            self.fleet.start()
            await self._until(self.fleet.at_end())
            self.health.not_ready("joining the consumer group")
        if self._stop_asked.is_set():
            return
        followed = ["platform"] if self.ticks_wanted else []
        if self.options.after is not None or any(map(settled_of, self.steps)):
            followed.append("alarm-inputs")
        self.observer = Observer(settings.kafka, [settings.topic(name) for name in followed])
        await self._until(self.observer.start())
        self._build()
        self._tasks += [asyncio.create_task(part) for part in self._parts()]
        for task in self._tasks:
            task.add_done_callback(self._ended)

    def _needed(self) -> list[str]:
        also = [
            "dead-letters.v1",
            "alarm-inputs",
            *(["platform"] if self.ticks_wanted or self.options.write_ticks else []),
            *([FLEET] if self.fleet is not None else []),
        ]
        return list(dict.fromkeys([*self.inputs, *self.state_topics, *also]))

    def _build(self) -> None:
        settings, options = self.settings, self.options
        self.journal = CrashJournal(settings.data / "journal" / self.role)
        set_aside = SetAside(self.role, options.dead_letter_schema_id, obey_arrival=settings.ticks == "log")
        crashes = Crashes(self.role, self.journal, set_aside, self.guard)
        if options.transactional_id:
            self.transactions = TransactionalProducer(
                settings.kafka, options.transactional_id, settings.group(self.role)
            )  # fmt: skip
        output = Output(self._producer, settings.topic, self.counts, set_aside.too_large)
        commit = self._commit
        self.flow: Flow
        if self.sink is not None:
            self.flow = SinkFlow(self.role, self.sink, output=output, crashes=crashes, commit=commit)
        else:
            common: dict[str, Any] = {
                "output": output,
                "crashes": crashes,
                "commit": commit,
                "fail": self.fail,
                "interval_s": settings.checkpoint_interval_s,
            }
            if self.transactions is not None:
                common |= {"producer": self.transactions, "full_name": settings.topic}
                self.flow = TransactionalFlow(self.role, self.steps, **common)
            else:
                self.flow = StreamFlow(self.role, self.steps, **common)
        self.ownership = Ownership(
            self.role,
            settings,
            self.flow,
            self.journal,
            sink=self.sink,
            ends=self._ends,
            broker_answers=lambda: self._broker_answers,
            fail=self.fail,
            failing=self._failure.done,
            on_owned=self._on_owned,
        )
        self.app = make_app(
            settings,
            self.role,
            {settings.topic(name): name for name in self.inputs},
            session_timeout_s=options.session_timeout_s,
            take=self._take,
            settle=self._settle,
            check_before_send=self.guard.check,
            take_over=self._take_over,
            offsets_in_transaction=self.transactions is not None,
        )

    def _parts(self) -> list[Any]:
        parts: list[Any] = [self.flow.run(), self.observer.follow(self._on_message), self.app.start()]
        parts.append(
            Watchdog(
                self.role,
                self.flow,
                stall_limit_s=self.settings.stall_limit_s,
                owned=lambda: self.ownership.owned,
                ends=self._ends,
                frontier=self._frontier,
                oldest=lambda tp: self.app.consumer.oldest_in_work_ms(self._full(tp)),
                unconfirmed_s=lambda: max(self.flow.oldest_s(), self.app.consumer.uncommitted_s()),
                rebalancing=lambda: self.app.rebalancing and not self.ownership.sink_is_asked,
            ).run()
        )
        self.ticks: Ticks | None = None
        self.settled: list[SettledTicks] = []
        if isinstance(self.flow, StreamFlow):
            if self.ticks_wanted:
                self.ticks = Ticks(
                    self.role,
                    after=self.options.after,
                    partition_count=lambda name: TOPICS[name].partitions(self.settings.partitions),
                    owned=lambda: self._awaited(self.ownership.owned),
                    ends=self._ends,
                    frontier=self._frontier,
                    apply=self._apply_tick,
                )
                self.flow.on_confirmed = self._poke
                parts.append(self.ticks.run())
                for settled in sorted({settled_of(step) for step in self.steps} - {()}):
                    parts += self._settle_ticks(settled).runs()
            if self.options.write_ticks:
                parts.append(write_ticks(lambda: (self.inputs[0], 0) in self.ownership.owned, self.flow.add))
        if self.fleet is not None:
            parts.append(self.fleet.run())
        parts.append(self.app.wait_until_stopped())
        return parts

    def _settle_ticks(self, settled: tuple[str, ...]) -> SettledTicks:
        made = SettledTicks(
            self.role,
            settled,
            partition_count=lambda name: TOPICS[name].partitions(self.settings.partitions),
            owned=lambda: self.ownership.owned,
            ends=self._ends,
            frontier=self._frontier,
            apply=partial(self._apply_settled_tick, settled),
        )
        self.settled.append(made)
        return made

    def _poke(self) -> None:
        if self.ticks is not None:
            self.ticks.poke()
        for one in self.settled:
            one.poke()

    # -- records

    async def _take(self, event: Any) -> None:
        try:
            await self.flow.take(event)
        except Exception as error:  # the crash journal has it; the worker ends, and reads it again
            self.fail(error)

    def _producer(self) -> Any:
        return self.app.producer.kafka if self.transactions is None else self.transactions.kafka

    async def _commit(self) -> None:
        await self.app.consumer.commit_acked()

    async def _settle(self, limit_s: float) -> None:
        self.health.not_ready("its partitions are being given out anew")
        await self.ownership.settle(limit_s)

    async def _take_over(self) -> None:
        app, transport = self.app, self.app.transport
        round_ = app.rebalancing_count
        if self.fleet is not None:
            await self.fleet.at_end(FLEET_LIMIT_S)
        transport.start_offsets = await self.ownership.take_over(
            app.consumer.assignment(),
            transport.bare_names,
            lambda: app.rebalancing_count == round_ and not self._stop_asked.is_set(),
        )

    def _on_owned(self, owned: frozenset[TP]) -> None:
        self.health.ready()
        if self.ticks is not None:
            self.ticks.assigned(self._awaited(owned))
        for one in self.settled:
            one.assigned(owned)

    # -- ends, ticks

    def _awaited(self, owned: frozenset[TP]) -> frozenset[TP]:
        unawaited = self.options.unawaited
        return frozenset(tp for tp in owned if tp[0] not in unawaited) if unawaited else owned

    async def _ends(self, partitions: Collection[TP]) -> dict[TP, int] | None:
        full = {self._full(tp): tp for tp in partitions or [(self.inputs[0], 0)]}  # an empty question asks nobody
        ends = await self.observer.ends(full)
        self._broker_answers = ends is not None
        return None if ends is None else {full[tp]: end for tp, end in ends.items() if full[tp] in partitions}

    def _full(self, tp: TP) -> TP:
        return self.settings.topic(tp[0]), tp[1]

    def _frontier(self, tp: TP) -> int:
        return int(self.app.consumer.frontier(self._full(tp)))

    def _on_message(self, topic: str, message: Any) -> None:
        if isinstance(message, Freeze | Thaw):
            for step in self.steps:
                if hasattr(step, "on_platform"):
                    step.on_platform(message)
            return
        is_tick = isinstance(message, Tick)
        if self.ticks is not None and is_tick == (topic == self.settings.topic("platform")):
            self.ticks.on_message(topic, message)
            for one in self.settled:
                one.on_message(topic, message)

    def _apply_tick(self, tick: Tick, partitions: list[TP]) -> None:
        assert isinstance(self.flow, StreamFlow)
        flow = self.flow
        try:
            done = flow.tick(tick, numbers(partitions))
        except Exception as error:
            self.fail(error)
            return
        if self.options.heartbeat:
            answer = Outputs()
            fleet_revision = 0 if self.fleet is None else self.fleet.view.revision
            beat = Heartbeat(
                role=self.role, tick_at=tick.at, partitions=tuple(partitions), fleet_revision=fleet_revision
            )
            answer.send("alarm-inputs", None, encode(beat), partition=0)
            done.add_done_callback(lambda done: _succeeded(done) and flow.gate.is_open and flow.add(answer))

    def _apply_settled_tick(self, settled: tuple[str, ...], tick: Tick, partitions: list[TP]) -> None:
        assert isinstance(self.flow, StreamFlow)
        try:
            self.flow.tick(tick, numbers(partitions), settled)
        except Exception as error:
            self.fail(error)

    # -- end

    def fail(self, error: BaseException) -> None:
        """End this worker by an error; nothing more is taken, saved or committed."""
        if not self._failure.done():
            self._failure.set_result(error)
            if hasattr(self, "flow"):
                self.flow.gate.shut()

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(error)
        elif self.app.crashed:
            self.fail(self.app.crash_reason or RuntimeError("Faust ended without a reason"))

    async def _until(self, work: Awaitable[T]) -> T | None:
        """Wait for some work, but not beyond the wish to stop."""
        doing = asyncio.ensure_future(work)
        stop = asyncio.create_task(self._stop_asked.wait())
        try:
            await asyncio.wait({doing, stop}, return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        finally:
            stop.cancel()
            if not doing.done():
                doing.cancel()

    def _tell(self) -> None:
        if not self._failure.done():
            log.info("%s stops", self.role)
            return
        error = self._failure.result()
        if isinstance(error, CannotGoOnError):
            log.error("%s ends: %s", self.role, error)
        else:
            log.error("%s ends by an error and will read again from its last commit", self.role, exc_info=error)

    async def _stop(self, code: int) -> None:
        self.health.not_ready("stopping")
        _exit_after(STOP_LIMIT_S, code)
        if hasattr(self, "app"):
            try:
                await self.app.stop()
            except Exception:
                log.exception("While stopping")
        for task in self._tasks:
            task.cancel()
        if self.sink is not None and hasattr(self.sink, "close"):
            await self.sink.close()
        if hasattr(self, "observer"):
            await self.observer.stop()
        if self.fleet is not None:
            await self.fleet.stop()
        if self.transactions is not None:
            await self.transactions.let_go()
        _exit_after(END_LIMIT_S, code)


def _succeeded(done: "asyncio.Future[Any]") -> bool:
    return not done.cancelled() and done.exception() is None


def _exit_after(limit_s: float, code: int) -> None:
    timer = threading.Timer(limit_s, os._exit, (code,))
    timer.daemon = True
    timer.start()
