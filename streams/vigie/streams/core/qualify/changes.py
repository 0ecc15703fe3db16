"""How the memory of a point changes by one observation, and which others are to be looked at again because of it.

What is marked depends on the observations that came before alone, not on how they were cut into batches; so does the
round of each, which counts its marks. A worker that repeats what another one did gives the same numbers.
"""

from vigie.streams.core.qualify.layout import FLEET_AT, HEAD, LONGEST_MS
from vigie.streams.core.qualify.memory import CONTEXT, LAST_ROUND, SUCCESSOR, Memory, Origin
from vigie.streams.core.qualify.parameters import Parameters
from vigie.streams.core.qualify.words import ABSENT, PENDING
from vigie.streams.core.quality.series import MEMORY_MS

AFTER = 8
"""Rows after a late one that are looked at in any case: the value after, also of a series that some uplinks lack."""

NAN = float("nan")


class Observed:
    """An observation on its way into a memory.

    Attributes:
        at: epoch ms UTC.
        name: its uplink's id, 16 bytes.
        origin: address, placement, network, revision of the uplink.
        received_at, ingested_at: epoch ms UTC.
        fleet: revision under which it is placed.
        shape, values: property << 16 | channel of each value.
        raws: what the device said, None where no conversion changed it; None for all.
    """

    __slots__ = ("at", "fleet", "ingested_at", "name", "origin", "raws", "received_at", "shape", "values")

    def __init__(
        self, at: int, name: bytes, origin: Origin, received_at: int, ingested_at: int, fleet: int,
        shape: tuple[int, ...], values: tuple[float, ...], raws: list[float | None] | None,
    ) -> None:  # fmt: skip
        self.at, self.name, self.origin = at, name, origin
        self.received_at, self.ingested_at, self.fleet = received_at, ingested_at, fleet
        self.shape, self.values, self.raws = shape, values, raws


def row_of(memory: Memory, one: Observed, mark: int, round_: int = 0, codes: dict[int, int] | None = None) -> bytes:
    """The row of an observation; the memory is widened where it has not all its series.

    Args:
        memory: of the point.
        one: the observation.
        mark: why it is looked at.
        round_: of the row.
        codes: series -> code of the flags that were published of the same value before.
    """
    layout = memory.layout
    raws = one.raws is not None and not layout.raw
    if raws or (one.shape != layout.series and not layout.columns.keys() >= set(one.shape)):
        memory.widen(one.shape, one.raws is not None)
        layout = memory.layout
    received, ingested, origin = one.received_at - one.at, one.ingested_at - one.at, one.origin
    if not (-LONGEST_MS <= received <= LONGEST_MS and -LONGEST_MS <= ingested <= LONGEST_MS):
        origin = origin._replace(instants=(one.received_at, one.ingested_at))
        received, ingested = (min(max(part, -LONGEST_MS), LONGEST_MS) for part in (received, ingested))
    number = memory.number_of(origin)
    count = len(layout.series)
    total = sum(one.values)
    if total != total:  # noqa: PLR0124 -- not a number: missing
        memory.sparse = True
    if one.shape == layout.series and not layout.raw and codes is None:
        return layout.row.pack(
            one.at, one.name, received, ingested, one.fleet, number, round_, mark, *one.values, *(PENDING,) * count
        )
    values, said, own = [NAN] * count, [NAN] * (count if layout.raw else 0), [ABSENT] * count
    for place, (pair, value) in enumerate(zip(one.shape, one.values, strict=True)):
        column = layout.columns[pair]
        values[column], own[column] = value, PENDING if codes is None else codes.get(pair, PENDING)
        if layout.raw:
            raw = None if one.raws is None else one.raws[place]
            said[column] = NAN if raw is None else raw
    memory.sparse = memory.sparse or ABSENT in own
    return layout.row.pack(
        one.at, one.name, received, ingested, one.fleet, number, round_, mark, *values, *said, *own
    )  # fmt: skip


def added(memory: Memory, place: int, parameters: Parameters) -> tuple[int, int]:
    """Mark what an observation that was put in changes around it.

    Args:
        memory: of the point.
        place: where the observation stands.
        parameters: that hold there.

    Returns:
        Instants of the first and last row that was marked, the observation included.
    """
    at = memory.at(place)
    first_at = at
    if place and parameters.looks_ahead:
        first_at = _before(memory, place, at, parameters.repeats_ms)
    last_at = at
    if (place + 1) * memory.layout.size < len(memory.rows):
        last_at = _after(memory, place + 1, parameters, at)
    return first_at, last_at


def taken_out(memory: Memory, place: int, at: int, parameters: Parameters) -> tuple[int, int]:
    """Mark what an observation that was removed from a place changes around it; returns as `added`."""
    first_at = last_at = at
    if place and parameters.looks_ahead:
        first_at = _before(memory, place, at, parameters.repeats_ms)
    if place * memory.layout.size < len(memory.rows):
        last_at = _after(memory, place, parameters, at)
    return first_at, last_at


def codes_of(memory: Memory, place: int) -> dict[int, int]:
    """Series -> code of the published flags, and value -> of a row, for one that takes its place."""
    layout = memory.layout
    codes = layout.codes.unpack_from(memory.rows, place * layout.size + layout.codes_at)
    return {pair: code for pair, code in zip(layout.series, codes, strict=True) if code != ABSENT}


def round_of(memory: Memory, place: int, fleet: int) -> int:
    """The round of a row that takes the place of another: the next one, unless the fleet's revision counts anew."""
    start = place * memory.layout.size
    known = HEAD.unpack_from(memory.rows, start)
    return min(known[6] + 1, LAST_ROUND) if known[4] >= fleet else 0


def fleet_of(memory: Memory, place: int) -> int:
    """Revision of the fleet under which a row was published."""
    start = place * memory.layout.size + FLEET_AT
    return int.from_bytes(memory.rows[start : start + 4], "little")


def _before(memory: Memory, place: int, at: int, repeats_ms: int) -> int:
    """Mark the value before; of a memory with holes, the last of each series. Returns the first instant marked."""
    if not memory.sparse:
        before_at = memory.at(place - 1)
        if at - before_at > MEMORY_MS:
            return at
        place -= 1
        memory.mark(place, SUCCESSOR)
        while place and before_at - memory.at(place - 1) <= repeats_ms:  # the value before, and what repeats it
            place -= 1
            before_at = memory.at(place)
            memory.mark(place, SUCCESSOR)
        return before_at
    wanted, first_at = set(range(len(memory.layout.series))), at
    for one in range(place - 1, max(place - 1 - 4 * AFTER, -1), -1):
        before_at = memory.at(one)
        if at - before_at > MEMORY_MS or not wanted:
            break
        found = memory.columns_at(one)
        memory.mark(one, SUCCESSOR)
        if not one or before_at - memory.at(one - 1) > repeats_ms:
            wanted -= found
        first_at = before_at
    return first_at


def _after(memory: Memory, place: int, parameters: Parameters, at: int) -> int:
    """Mark what looks back to this instant, from a place on. Returns the last instant marked."""
    count, last_at = len(memory), at
    if memory.sparse:
        until = at + MEMORY_MS
    else:
        until = memory.at(min(place + AFTER, count) - 1) + parameters.reach_ms + parameters.repeats_ms
    for one in range(place, count):
        own_at = memory.at(one)
        if own_at > until and one >= place + AFTER:
            break
        memory.mark(one, CONTEXT)
        last_at = own_at
    return last_at
