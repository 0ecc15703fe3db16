"""Silence, in `observe`: arrivals and ticks in, signals out, and once a minute what was heard through whom."""

from collections.abc import Callable, Collection
from functools import partial
from sys import intern
from typing import Any

from prometheus_client import Counter, Gauge

from vigie.streams import metrics
from vigie.streams.core.fleet.service import placed_addresses, served_since
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.silence import census as census_of
from vigie.streams.core.silence import clock as silence
from vigie.streams.core.silence import conduct_words, messages
from vigie.streams.core.silence.arrival import heard as heard_again
from vigie.streams.core.silence.census import Census
from vigie.streams.core.silence.clock import Clock
from vigie.streams.core.silence.conduct import Conduct, Message, observe
from vigie.streams.core.silence.expected import RIVER, Expected, expected_of
from vigie.streams.core.silence.gateways import carried, most_frames
from vigie.streams.core.silence.heard import Hearing
from vigie.streams.core.silence.judge import Surroundings, judge
from vigie.streams.core.silence.watch import Watch, watched
from vigie.streams.steps.uplink_reader import UPLINKS, UplinkReader
from vigie.streams.transport.output import Partitions
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import alarm_input, reception
from vigie.topics.alarm_input import AlarmInput, ConditionSignal, Freeze, SilenceSignal, Thaw, Tick
from vigie.topics.reception import GATEWAY, Reception

WATCH = "watch"
"""Key of a partition's watch among its devices, whose ids all hold a colon."""
HOUR_MS = 3_600_000

signals = Counter("vigie_silence_signals", "Silences begun and ended.", ["silent"], registry=metrics.REGISTRY)
conditions = Counter(
    "vigie_communication_signals", "Devices that began or ceased to behave badly, by kind.", ["rule", "active"],
    registry=metrics.REGISTRY,
)  # fmt: skip
watched_devices = Gauge(
    "vigie_silence_watched_devices", "Devices with a clock in this worker's partitions.", registry=metrics.REGISTRY
)


class SilenceStep:
    """Feeds arrivals and ticks to the clocks (core/silence).

    Args:
        period_of: declared period of a model in seconds; 0 for none.
        reader: of uplinks.
        view: gives the fleet in force: what is expected of a device, and whether it is in service.
        partitions: of the uplinks' topics.
        tolerated: false alarms of silence that the installation tolerates in 30 days.
        zone: IANA name of the legal time.
    """

    name = "silence"
    inputs: tuple[str, ...] = (*UPLINKS, "receptions")

    def __init__(
        self,
        period_of: Callable[[str], int],
        reader: UplinkReader,
        view: Callable[[], FleetView] = FleetView,
        *,
        partitions: int = 12,
        tolerated: float = 1.0,
        zone: str = "Europe/Paris",
    ) -> None:
        self._period_of, self._reader, self._view = period_of, reader, view
        self._partitions, self._tolerated, self._zone = partitions, tolerated, zone
        self._partition_of = Partitions(partitions).of
        self._expected: dict[str, Expected] = {}
        self._expected_from: tuple[FleetView | None, int] = (None, -1)  # view and hour of what is remembered
        self._counted: dict[int, tuple[FleetView, int, Census]] = {}  # partition -> view, hour and what they came to
        self._hearing: dict[int, Hearing] = {}
        self._frozen: dict[str, tuple[int, int]] = {}
        self.clocks: KeyedState[Clock | Watch] = KeyedState(
            "state.observe.silence", load=silence.load, dump=silence.dump
        )
        self.states: tuple[SavedState[Any], ...] = (self.clocks,)

    # -- arrivals

    def process(self, batch: Batch, out: Outputs) -> None:
        """Move the clocks of one batch."""
        partition, topic, clocks = batch.partition, batch.topic, self.clocks
        around, hearing = self._around(partition), self._heard_by(partition)
        if topic == "receptions":
            for record in batch:
                self._reception(batch, record.offset, reception.decode(record.value), around, hearing, out)
            return
        get, applied, put, expect = clocks.get, clocks.applied, clocks.put, self._expect
        for record, uplink in zip(batch, self._reader.read(batch), strict=True):
            address, offset = uplink["device"], record.offset
            if uplink["revision"] or applied(partition, address, topic) >= offset:
                continue
            clock = get(partition, address)
            if type(clock) is not Clock:
                clock = Clock(0)
            model, arrival_at, radio = uplink["extras"].get("model", ""), uplink["ingested_at"], uplink["radio"]
            if model and model != clock.model:
                clock.model = intern(model)
                self._expected.pop(address, None)
            expected = expect(address, clock, arrival_at)
            anchor_at = clock.anchor_at
            for signal in heard_again(clock, address, arrival_at, expected, around):
                _send(signal, out)
            if (network := uplink["network"]) != clock.network:
                clock.network = intern(network)
            if expected.known:
                message = messages.of_uplink(uplink, new_slot=clock.anchor_at != anchor_at)
                self._behave(address, clock, message, expected, out)
            gateways = radio["gateways"] if radio else ()
            if gateways:
                most = most_frames(expected.interval_s or clock.interval_s)
                clock.frames = carried(clock.frames, clock.gateways, gateways, most)
            hearing.frame(address, clock, gateways)
            put(partition, address, clock, topic, offset)

    def _reception(
        self, batch: Batch, offset: int, heard: Reception, around: Surroundings, hearing: Hearing, out: Outputs
    ) -> None:
        partition, address, arrival_at = batch.partition, heard.address, heard.ingested_at
        if address.startswith(GATEWAY):
            hearing.statistics(address.removeprefix(GATEWAY), heard.network, arrival_at)
            return
        if self.clocks.applied(partition, address, batch.topic) >= offset:
            return
        clock = self._clock(partition, address)
        expected = self._expect(address, clock, arrival_at)
        for signal in heard_again(clock, address, arrival_at, expected, around):
            _send(signal, out)
        if heard.network and heard.network != clock.network:
            clock.network = intern(heard.network)
        message = messages.of_reception(heard) if expected.known else None
        if message is not None:
            self._behave(address, clock, message, expected, out)
            if message.repeat and heard.gateways and clock.frames:  # the same frame, by other gateways
                carried(clock.frames, clock.gateways, heard.gateways, 2**31)
        hearing.frame(address, clock, heard.gateways)
        self.clocks.put(partition, address, clock, batch.topic, offset)

    def _behave(self, address: str, clock: Clock, message: Message, expected: Expected, out: Outputs) -> None:
        """How a device of the fleet behaves; others may be anybody's."""
        if clock.conduct is None:
            clock.conduct = Conduct()
        for change in observe(clock.conduct, message, expected.interval_s or clock.interval_s):
            _send(conduct_words.signal(change, address, clock, message.arrival_at, expected), out)

    # -- ticks

    def tick(self, tick: Tick, partitions: Collection[int], out: Outputs) -> None:
        """Judge every device of these partitions, and say what was heard."""
        self._frozen = {scope: span for scope, span in self._frozen.items() if span[1] > tick.at - HOUR_MS}
        count = 0
        for partition in partitions:
            known = self.clocks.get(partition, WATCH)
            watch = watched(known if type(known) is Watch else None, tick.at, self._frozen)
            self.clocks.put(partition, WATCH, watch)
            census = self._count(partition, tick.at)
            around = self._around(partition)
            for address, clock in self.clocks.items(partition):
                if type(clock) is Clock and clock.due_at <= tick.at:
                    before = clock.due_at, clock.told
                    for signal in judge(clock, address, tick.at, self._expect(address, clock, tick.at), around):
                        _send(signal, out)
                    if (clock.due_at, clock.told) != before:
                        self.clocks.put(partition, address, clock)
            _send(self._heard_by(partition).told(tick.at, partition, census.watched), out)
            count += sum(census.watched.values())
        watched_devices.set(count)

    def on_platform(self, message: Freeze | Thaw) -> None:
        """A scope's clocks stand still, or go on; the next tick notes it for each partition."""
        known = self._frozen.get(message.scope)
        if isinstance(message, Freeze):
            since_at = message.at if known is None or known[1] < message.at else min(known[0], message.at)
            self._frozen[message.scope] = (since_at, message.until_at)
        elif known is not None:
            self._frozen[message.scope] = (known[0], min(known[1], message.at))

    def _count(self, partition: int, at: int) -> Census:
        """The census of a partition, made anew each hour and with each fleet; devices that never spoke get a clock."""
        view, hour = self._view(), at // HOUR_MS
        known = self._counted.get(partition)
        if known is not None and known[0] is view and known[1] == hour:
            return known[2]
        for address in placed_addresses(view):
            new = self._partition_of(address.encode()) == partition and self.clocks.get(partition, address) is None
            if new and expected_of(view, address, at, 0).point:
                self.clocks.put(partition, address, Clock(0))
        clocks = [(address, one) for address, one in self.clocks.items(partition) if type(one) is Clock]
        rivers = sum(self._expect(address, one, at).use_case == RIVER for address, one in clocks)
        census = census_of.counted((one for _, one in clocks), rivers, self._partitions, self._tolerated)
        self._counted[partition] = (view, hour, census)
        return census

    # -- what they need

    def _clock(self, partition: int, address: str) -> Clock:
        known = self.clocks.get(partition, address)
        return known if type(known) is Clock else Clock(0)

    def _expect(self, address: str, clock: Clock, at: int) -> Expected:
        view, hour = self._view(), at // HOUR_MS
        if self._expected_from[0] is not view or hour > self._expected_from[1]:
            self._expected, self._expected_from = {}, (view, hour)
        known = self._expected.get(address)
        if known is None:
            known = self._expected[address] = expected_of(view, address, at, self._period_of(clock.model))
        return known

    def _heard_by(self, partition: int) -> Hearing:
        found = self._hearing.get(partition)
        if found is None:
            found = self._hearing[partition] = Hearing()
        return found

    def _around(self, partition: int) -> Surroundings:
        watch, counted = self.clocks.get(partition, WATCH), self._counted.get(partition)
        return Surroundings(
            watch if type(watch) is Watch else Watch(2**62, 2**62),
            counted[2] if counted is not None else Census(self._partitions, self._tolerated),
            partial(served_since, self._view()),
            self._zone,
        )


def _send(message: AlarmInput, out: Outputs) -> None:
    if isinstance(message, SilenceSignal):
        signals.labels(silent=str(message.silent).lower()).inc()
    elif isinstance(message, ConditionSignal):
        conditions.labels(rule=message.rule, active=str(message.active).lower()).inc()
    out.send("alarm-inputs", None, alarm_input.encode(message))
