"""Qualify: uplinks at points to observations with flags, whatever their order, their batches and their repeats.

qualifier.placed(partition, records)      # takes their readings into the memories of their points
qualifier.asked(partition, message)       # a verdict of neighbours, or a stored uplink to be seen anew
published = qualifier.publish()            # tests what these have marked, and gives the records to send
"""

from binascii import unhexlify
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from vigie.streams.core.convert import Converter
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.place import fleet_revision
from vigie.streams.core.qualify.appending import Appender
from vigie.streams.core.qualify.at_point import PlacedRecord, Values, elsewhere, values_at
from vigie.streams.core.qualify.blocks import Block
from vigie.streams.core.qualify.changes import Observed, added, codes_of, fleet_of, round_of, row_of, taken_out
from vigie.streams.core.qualify.layout import layout_of
from vigie.streams.core.qualify.memory import AGAIN, ALONE, NEW, Memory, Origin
from vigie.streams.core.qualify.places import Places
from vigie.streams.core.qualify.publish import Published, Publisher
from vigie.streams.core.qualify.uplink_facts import Facts, read
from vigie.streams.core.quality.clock import AHEAD_MS, YEAR_2000_AT
from vigie.streams.core.quality.series import MEMORY_MS
from vigie.topics.observation import revision
from vigie.topics.requalify import Requalify, Verdict


class Memories(Protocol):
    """Where the memories of points are kept (steps/point_states.py)."""

    def memory(self, partition: int, point: str) -> Memory | None:
        """The memory of a point."""
        ...

    def open(self, partition: int, point: str, series: tuple[int, ...]) -> Memory:
        """The memory of a point, made if need be for these series."""
        ...

    def touch(self, partition: int, point: str, at: int, until: int) -> None:
        """Note that observations of these instants, both inclusive, have changed."""
        ...


class Taken(NamedTuple):
    """What became of readings beside observations.

    Attributes:
        records: for `placed`: uplinks that the fleet sees at other points by now.
        unused: why -> how many readings or messages: elsewhere, too_old, impossible, no_point, unknown.
    """

    records: list[PlacedRecord]
    unused: Counter[str]


class Qualifier:
    """Takes records into memories and publishes what comes of them.

    Args:
        memories: of the points.
        publisher: of observations.
    """

    def __init__(self, memories: Memories, publisher: Publisher) -> None:
        self.places = Places(FleetView())
        self.taken = Taken([], Counter())
        self._memories, self._publisher = memories, publisher
        self._converter = Converter()
        self._appender = Appender()
        self._touched: dict[str, Memory] = {}
        self._blocks: dict[str, Block | None] = {}  # of points that had one live observation, and nothing else
        self._alone: list[tuple[str, Memory]] = []
        self._reasons: dict[tuple[int, int, bytes], str] = {}

    def see(self, view: FleetView) -> None:
        """From now on by this fleet."""
        if view is not self.places.view:
            self.places = Places(view)

    def placed(self, partition: int, record: Any) -> bool:
        """Take the readings of an uplink that were measured at the point of its record.

        Returns:
            Whether the memory of the point notes the record's offset already.
        """
        facts, point = read(record.value), record.key.decode()
        where = self.places.whole(facts.device, point, facts.observed_at) if facts.instants is None else None
        if where is not None and where.plain and facts.shape:
            memory = self._memories.memory(partition, point)
            if memory is not None:
                block = self._appender.append(memory, point, facts, where, self.places)
                if block is not None:
                    self._blocks[point] = block if point not in self._touched else None
                    self._touched[point] = memory
                    memory.applied["placed"] = record.offset
                    self._memories.touch(partition, point, memory.at(block.low), facts.observed_at)
                    return True
            one = Values(where, facts.observed_at, facts.shape, facts.values, None)
            self._uplink(partition, point, facts, [one], [])
            return False
        found, left = values_at(self.places, self._converter, facts, point)
        if left:
            self.taken.unused["elsewhere"] += len(left)
            if fleet_revision(record.headers) < self.places.view.revision:
                self.taken.records.extend(elsewhere(self.places, facts, record.value, point, left))
        # What an earlier decoding made here may be older than the memory: one that is withdrawn tells the store.
        gone = [facts.observed_at] if facts.revision and not found else []
        self._uplink(partition, point, facts, found, gone)
        return False

    def asked(self, partition: int, message: Requalify) -> None:
        """Take a verdict of neighbours, or a stored uplink that is to be placed and tested by the fleet of now."""
        point = message.point
        if isinstance(message, Verdict):
            memory = self._memories.memory(partition, point)
            places = (
                []
                if memory is None
                else memory.of_series(message.observed_at, message.property << 16 | message.channel)
            )
            if memory is None or not places:
                self.taken.unused["unknown"] += 1
                return
            for place in places:
                if self._publisher.verdict(point, memory, place, message, self.places):
                    self._memories.touch(partition, point, message.observed_at, message.observed_at)
            return
        facts = Facts(
            message.uplink.encode(), message.uplink_revision, message.device, message.network, message.observed_at,
            message.received_at, message.ingested_at,
            tuple(one.property << 16 | one.channel for one in message.readings),
            tuple(one.value for one in message.readings),
            tuple(message.observed_at if one.observed_at is None else one.observed_at for one in message.readings),
        )  # fmt: skip
        found, left = values_at(self.places, self._converter, facts, point)
        assert facts.instants is not None
        gone = {facts.instants[number] for number in left} - {one.at for one in found}
        self._uplink(partition, point, facts, found, sorted(gone), message.reason)

    def publish(self, *, all_looked_at: bool = False) -> Published:
        """Test what was taken since the last time, and give what is to be sent.

        Args:
            all_looked_at: publish also what has the flags that it had.
        """
        touched, alone, self._touched, self._alone = self._touched, self._alone, {}, []
        reasons, self._reasons = self._reasons, {}
        known, self._blocks = self._blocks, {}
        self._publisher.publish([*touched.items(), *alone], known, self.places, reasons, all_looked_at=all_looked_at)
        for point, memory in touched.items():
            if memory.rows:
                block = known.get(point)
                memory.forget(block.parameters.reach_ms if block is not None else self._reach_ms(point, memory))
        return self._publisher.taken()

    def taken_since(self) -> Taken:
        """What else became of readings since the last time."""
        taken, self.taken = self.taken, Taken([], Counter())
        return taken

    # -- into the memory

    def _uplink(
        self, partition: int, point: str, facts: Facts, found: Sequence[Values], gone: Sequence[int], reason: str = ""
    ) -> None:
        """Take an uplink's values at a point.

        Args:
            partition: of its record.
            point: whose record it is.
            facts: of the uplink.
            found: the values at each instant.
            gone: instants at which nothing of it is at this point any more.
            reason: why it is seen anew; empty for one that came by `placed`.
        """
        name = unhexlify(facts.name)
        memory = self._memories.memory(partition, point)
        held: dict[int, int] = {}  # instant -> revision of the uplink that is remembered
        if (
            memory is not None
            and memory.rows
            and (reason or facts.revision or memory.replayed or self._may_hold(memory, found))
        ):
            held = {memory.at(one): memory.origin(one).revision for one in memory.of_uplink(name)}
            if held and max(held.values()) > facts.revision:
                return
            kept = {one.at for one in found}
            for at, known in held.items():
                # A stored uplink comes instant by instant: what it does not hold is told by others of its messages.
                if at in gone or (not reason and at not in kept and known < facts.revision):
                    assert memory is not None
                    self._withdraw(partition, point, memory, at, name, facts.revision, reason or "replay")
        for one in found:
            self._instant(partition, point, facts, name, one, held.get(one.at), reason)
        for at in gone:
            if at not in held:
                origin = Origin(facts.device, self.places.view.device_at(facts.device, at) or facts.device, "",
                                facts.network, facts.revision)  # fmt: skip
                self._publisher.withdrawn(
                    point, origin, name, (at, facts.received_at, facts.ingested_at), self.places,
                    revision(facts.revision, self.places.view.revision, 0), reason or "replay",
                )  # fmt: skip

    @staticmethod
    def _may_hold(memory: Memory, found: Sequence[Values]) -> bool:
        """Whether a live uplink may be remembered already: its readings are not all later than everything."""
        last_at = memory.at(-1)
        return any(one.at <= last_at for one in found)

    def _instant(
        self, partition: int, point: str, facts: Facts, name: bytes, one: Values, held: int | None, reason: str
    ) -> None:
        where, at = one.where, one.at
        placement = where.placement
        origin = Origin(facts.device, placement.device, placement.id, facts.network, facts.revision)
        fleet = self.places.view.revision
        observed = Observed(
            at, name, origin, facts.received_at, facts.ingested_at, fleet, one.shape, one.values, one.raws
        )
        memory = self._memories.memory(partition, point)
        why = reason or ("replay" if facts.revision else "")
        possible = YEAR_2000_AT <= at <= facts.ingested_at + AHEAD_MS
        if not possible or (memory is not None and memory.rows and held is None and at < memory.at(-1) - MEMORY_MS):
            self.taken.unused["too_old" if possible else "impossible"] += 1
            self._by_itself(point, observed, why)
            return
        if memory is None:
            memory = self._memories.open(partition, point, one.shape)
        round_, codes = 0, None
        if held is not None:
            place = memory.place(at, name)
            if held == facts.revision and (not reason or fleet_of(memory, place) >= fleet):
                return  # the same again
            codes = codes_of(memory, place)
            round_ = round_of(memory, place, fleet) if held == facts.revision else 0
            memory.remove(place)
        row = row_of(memory, observed, AGAIN if why else NEW, round_, codes)
        place = len(memory) if not memory.rows or at > memory.at(-1) else memory.place(at, name)
        memory.insert(place, row)
        parameters = self.places.parameters_at(point, memory, at)
        if parameters is not None:
            self._note(partition, point, memory, *added(memory, place, parameters))
        if why:
            self._reasons[id(memory), at, name] = why

    def _by_itself(self, point: str, observed: Observed, why: str) -> None:
        """Tests that need no other values, for what is in no memory."""
        memory = Memory(layout_of(tuple(sorted(observed.shape)), False))
        memory.insert(0, row_of(memory, observed, ALONE))
        self._alone.append((point, memory))
        if why:
            self._reasons[id(memory), observed.at, observed.name] = why

    def _withdraw(
        self, partition: int, point: str, memory: Memory, at: int, name: bytes, uplink_revision: int, reason: str
    ) -> None:
        place = memory.place(at, name)
        fleet = self.places.view.revision
        known = memory.origin(place).revision
        round_ = round_of(memory, place, fleet) if known == uplink_revision else 0
        self._publisher.withdraw(
            point, memory, place, self.places, revision(uplink_revision, fleet, round_), reason
        )  # fmt: skip
        memory.remove(place)
        parameters = self.places.parameters_at(point, memory, at)
        if parameters is not None:
            self._note(partition, point, memory, *taken_out(memory, place, at, parameters))

    def _note(self, partition: int, point: str, memory: Memory, first_at: int, last_at: int) -> None:
        self._touched[point], self._blocks[point] = memory, None
        self._memories.touch(partition, point, first_at, last_at)

    def _reach_ms(self, point: str, memory: Memory) -> int:
        return max((one.reach_ms for one in self.places.parameters_of(point, memory)), default=0)
