"""The quick way into a memory: a live observation, later than all that its point remembers, as nearly all are.

It does what changes.py does for any observation, in a tenth of the time; tests/streams/core/qualify/test_appending.py
holds the two to the same memories.
"""

from binascii import unhexlify
from operator import itemgetter
from typing import Any

from vigie.streams.core.qualify.blocks import BEFORE, Block
from vigie.streams.core.qualify.layout import AT, LONGEST_MS, MARK_AT, ROUND_AT
from vigie.streams.core.qualify.memory import LAST_ROUND, NEW, PAUSE_MS, SUCCESSOR, Memory, Origin
from vigie.streams.core.qualify.parameters import Parameters
from vigie.streams.core.qualify.places import Places, Where
from vigie.streams.core.qualify.uplink_facts import Facts, Shape
from vigie.streams.core.quality.clock import AHEAD_MS
from vigie.streams.core.quality.series import MEMORY_MS

_REMEMBERED = 20_000


class Appender:
    """Appends, and remembers in which order uplinks hold the series of a layout."""

    def __init__(self) -> None:
        self._orders: dict[tuple[Shape, Shape], Any] = {}

    def append(self, memory: Memory, point: str, facts: Facts, where: Where, places: Places) -> Block | None:
        """Append an uplink's values.

        Args:
            memory: of the point.
            point: its id.
            facts: of the uplink, all of whose readings are of its instant and at this point, unconverted.
            where: the point and the placement.
            places: the fleet in force.

        Returns:
            What is to be tested; None where the observation is not of the usual kind, and nothing was done.
        """
        layout, rows, at = memory.layout, memory.rows, facts.observed_at
        if facts.revision or memory.replayed or memory.sparse or layout.raw or not rows:
            return None
        size, series, values = layout.size, layout.series, facts.values
        if facts.shape != series:
            order = self._order(facts.shape, series)
            if order is None:
                return None
            values = order(values)
        end = len(rows)
        last_at = AT(rows, end - size)[0]
        pause = at - last_at
        received, ingested = facts.received_at - at, facts.ingested_at - at
        total = sum(values)
        if pause <= 0 or ingested < -AHEAD_MS or ingested > LONGEST_MS or received > LONGEST_MS or total != total:  # noqa: PLR0124 -- NaN
            return None
        if received < -LONGEST_MS:
            return None
        parameters = _holding(places, point, memory, at)
        if parameters is None or pause <= parameters.repeats_ms:
            return None
        if pause > PAUSE_MS:
            memory.paused_at = at
        origin = where.origins.get(facts.network)
        if origin is None:
            placement = where.placement
            made = Origin(facts.device, placement.device, placement.id, facts.network, 0)
            origin = where.origins[facts.network] = made
        origins = memory.origins
        number = len(origins) - 1 if origins[-1] is origin else _number(memory, origin)
        rows += layout.row.pack(
            at, unhexlify(facts.name), received, ingested, places.view.revision, number, 0, NEW, *values,
            *layout.pending,
        )  # fmt: skip
        place = end // size
        low = place
        if parameters.looks_ahead and pause <= MEMORY_MS:
            low = place - 1
            before = end - size
            if low and last_at - AT(rows, before - size)[0] <= parameters.repeats_ms:
                low = _mark_repeated(memory, low, parameters.repeats_ms)
            else:
                rows[before + MARK_AT] |= SUCCESSOR
                if rows[before + ROUND_AT] < LAST_ROUND:
                    rows[before + ROUND_AT] += 1
        start = max(low - BEFORE, 0)
        while start and AT(rows, start * size)[0] - AT(rows, (start - 1) * size)[0] <= parameters.repeats_ms:
            start -= 1
        return Block(memory, point, start, place + 1, low, place + 1, parameters, where, True)

    def _order(self, shape: Shape, series: Shape) -> Any:
        """What brings values into the order of a layout; None where they are not of its series."""
        found = self._orders.get((shape, series), self)
        if found is self:
            if len(self._orders) >= _REMEMBERED:
                self._orders.clear()
            found = None
            if tuple(sorted(shape)) == series:
                found = itemgetter(*[shape.index(pair) for pair in series])
            self._orders[shape, series] = found
        return found


def _holding(places: Places, point: str, memory: Memory, at: int) -> Parameters | None:
    if memory.seen_by == places.serial and memory.parameters:
        last = memory.parameters[-1]
        if last.from_at <= at < last.to_at:
            return last
    return places.parameters_at(point, memory, at)


def _number(memory: Memory, origin: Origin) -> int:
    """As memory.number_of; an equal origin gives way to this one, which is found by identity the next time."""
    number = memory.number_of(origin)
    memory.origins[number] = origin
    return number


def _mark_repeated(memory: Memory, place: int, repeats_ms: int) -> int:
    """Mark a row and those that it repeats; returns the first."""
    memory.mark(place, SUCCESSOR)
    while place and memory.at(place) - memory.at(place - 1) <= repeats_ms:
        place -= 1
        memory.mark(place, SUCCESSOR)
    return place
