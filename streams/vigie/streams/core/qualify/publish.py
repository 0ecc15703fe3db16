"""Observations out of memories: what is new, and what has other flags than were published."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import nan
from typing import Any, NamedTuple

import numpy as np

from vigie.streams.core.qualify.blocks import Block, block_of, marked
from vigie.streams.core.qualify.buddy_values import COMPARED, buddy_record, is_told_already
from vigie.streams.core.qualify.evaluate import Result, evaluate
from vigie.streams.core.qualify.layout import HEAD, MARK_AT, ROUND_AT
from vigie.streams.core.qualify.memory import AGAIN, ALONE, LAST_ROUND, NEW, SUCCESSOR, Memory, Origin
from vigie.streams.core.qualify.observation_parts import name_of, observed_readings
from vigie.streams.core.qualify.places import Places
from vigie.streams.core.qualify.said import with_said
from vigie.streams.core.qualify.words import Words
from vigie.topics.observation import FLEET_BITS, ROUND_BITS, ObservedReading
from vigie.topics.observation_encoder import ObservationEncoder, cause, place, readings_bytes, values_bytes
from vigie.topics.quality import RULESET, Flag
from vigie.topics.requalify import Verdict

Pair = tuple[bytes | None, bytes]

_MOST_QUICK = 32
_MOST_CAUSES = 1000


class Published(NamedTuple):
    """What is to be sent.

    Attributes:
        observations, buddies: key and value of records.
        reasons: how many observations for which reason.
    """

    observations: list[Pair]
    buddies: list[Pair]
    reasons: Counter[str]


class Publisher:
    """Tests what is marked, and makes records of it.

    Args:
        encoder: of observations.
        words: codes of packed flags.
        zone: of legal time.
    """

    def __init__(self, encoder: ObservationEncoder, words: Words, zone: str) -> None:
        self._encoder, self._words, self._zone = encoder, words, zone
        self._causes: dict[tuple[int, str], bytes] = {}
        self.out = Published([], [], Counter())

    def taken(self) -> Published:
        """What was made since the last time."""
        made, self.out = self.out, Published([], [], Counter())
        return made

    def publish(
        self,
        touched: Iterable[tuple[str, Memory]],
        known: Mapping[str, Block | None],
        places: Places,
        reasons: dict[tuple[int, int, bytes], str],
        *,
        all_looked_at: bool = False,
    ) -> None:
        """Test and publish what is marked in these memories.

        Args:
            touched: points with their memories.
            known: what is to be tested of points of which that is known already.
            places: the fleet in force.
            reasons: (identity of the memory, instant, uplink) -> why it is published, where its mark does not say it.
            all_looked_at: also what has the flags that it had: another worker may have published it otherwise.
        """
        blocks: list[Block] = []
        for point, memory in touched:
            block = known.get(point)
            if block is not None:
                blocks.append(block)
            else:
                blocks += _blocks(point, memory, places)
        if not blocks:
            return
        for result in evaluate(blocks, self._words, self._zone):
            self._result(result, places, reasons, all_looked_at)

    def withdraw(self, point: str, memory: Memory, row: int, places: Places, revision: int, reason: str) -> None:
        """Take back the observation of a row, which is taken out by the caller."""
        layout = memory.layout
        start = row * layout.size
        at, name, received, ingested, _, number, _, _ = HEAD.unpack_from(memory.rows, start)
        origin = memory.origins[number]
        codes = layout.codes.unpack_from(memory.rows, start + layout.codes_at)
        words = [self._words.packed(code) if code else 0 for code in codes]
        values = layout.values.unpack_from(memory.rows, start + HEAD.size)
        instants = origin.instants or (at + received, at + ingested)
        self.withdrawn(
            point, origin, name, (at, *instants), places, revision, reason,
            observed_readings(layout.series, words, list(values), None, codes),
        )  # fmt: skip
        known = places.view.point_at(point, at)
        if known is not None and known.buddy_group:
            self.out.buddies.extend(
                buddy_record(known, at, pair, nan, 0)
                for pair, code in zip(layout.series, codes, strict=True)
                if code and pair >> 16 in COMPARED
            )

    def verdict(self, point: str, memory: Memory, row: int, verdict: Verdict, places: Places) -> bool:
        """Put what neighbours say of a value among its flags, and publish it; whether it says something new."""
        layout = memory.layout
        start = row * layout.size
        column = layout.columns[verdict.property << 16 | verdict.channel]
        codes = list(layout.codes.unpack_from(memory.rows, start + layout.codes_at))
        words = [self._words.packed(code) if code else 0 for code in codes]
        said = verdict.flag if verdict.flag in (Flag.SUSPECT, Flag.FAIL) else 0
        word = words[column] & ~(15 << 4 * verdict.test) | said << 4 * verdict.test
        if word == words[column]:
            return False
        words[column] = word
        codes[column] = int(self._words.codes(np.array([word], np.uint64))[0])
        memory.rows[start + layout.codes_at : start + layout.size] = layout.codes.pack(*codes)
        if memory.rows[start + ROUND_AT] < LAST_ROUND:
            memory.rows[start + ROUND_AT] += 1
        at, name, received, ingested, fleet, number, round_, _ = HEAD.unpack_from(memory.rows, start)
        origin = memory.origins[number]
        where = places.of_placement(origin.address, point, origin.placement, at)
        if where is not None:
            values = list(layout.values.unpack_from(memory.rows, start + HEAD.size))
            raws = (
                layout.values.unpack_from(memory.rows, start + HEAD.size + layout.values.size) if layout.raw else None
            )
            self._make(
                point.encode(), where.encoded, origin, name.hex().encode(), (at, received, ingested), fleet, round_,
                "neighbours", readings_bytes(observed_readings(layout.series, words, values, raws, codes)),
            )  # fmt: skip
        return True

    def _make(
        self, point: bytes, encoded: bytes, origin: Origin, uplink: bytes, instants: tuple[int, int, int], fleet: int,
        round_: int, reason: str, readings: bytes,
    ) -> None:  # fmt: skip
        at, received, ingested = instants
        caused = self._causes.get((fleet, reason))
        if caused is None:
            caused = self._cause(fleet, reason)
        self.out.observations.append((
            point,
            self._encoder.join(
                name_of(uplink, point, at), origin.revision << FLEET_BITS | fleet << ROUND_BITS | round_, False,
                encoded, uplink, origin.network, (at, *(origin.instants or (at + received, at + ingested))), readings,
                caused,
            ),
        ))  # fmt: skip
        self.out.reasons[reason] += 1

    def _cause(self, fleet: int, reason: str) -> bytes:
        if len(self._causes) > _MOST_CAUSES:
            self._causes.clear()
        made = self._causes[fleet, reason] = cause(RULESET, fleet, reason)
        return made

    def withdrawn(
        self, point: str, origin: Origin, name: bytes, instants: tuple[int, int, int], places: Places, revision: int,
        reason: str, readings: tuple[ObservedReading, ...] = (),
    ) -> None:  # fmt: skip
        """Take back an observation."""
        known = places.view.point_at(point, instants[0])
        use_case, commune, zones = (known.use_case, known.commune, known.zones) if known else ("", "", ())
        encoded = place(point, origin.device, origin.placement, use_case, commune, zones)
        uplink = name.hex().encode()
        self.out.observations.append((
            point.encode(),
            self._encoder.join(
                name_of(uplink, point.encode(), instants[0]), revision, True, encoded, uplink, origin.network, instants,
                readings_bytes(readings), cause(RULESET, revision >> ROUND_BITS & 0xFFFFFFFF, reason),
            ),
        ))  # fmt: skip
        self.out.reasons["withdrawn"] += 1

    # -- results of tests

    def _result(
        self, result: Result, places: Places, reasons: dict[tuple[int, int, bytes], str], all_looked_at: bool
    ) -> None:
        group, after = result.group, result.after
        blocks = [group.blocks[block] for block in group.block[result.rows].tolist()]
        self._said(result, places)
        rows = group.rows[result.rows]
        changed = (after != result.before).any(axis=1) | ((rows["mark"] & (NEW | AGAIN | ALONE)) != 0)
        if all_looked_at:
            changed[:] = True
        codes = self._words.codes(after)
        codes[after == 0] = np.where(rows["code"][after == 0] == 0, 0, codes[after == 0])
        spots = (result.rows - group.starts[group.block[result.rows]]).tolist()
        size, codes_at, width = group.layout.size, group.layout.codes_at, 2 * len(group.layout.series)
        raw_codes = codes.tobytes()
        for number, (one, spot, is_changed) in enumerate(zip(blocks, spots, changed.tolist(), strict=True)):
            start = (one.start + spot) * size
            one.memory.rows[start + MARK_AT] = 0
            if is_changed:
                begin = start + codes_at
                one.memory.rows[begin : begin + width] = raw_codes[number * width : (number + 1) * width]
        told = np.flatnonzero(changed)
        self._emit(rows[told], [blocks[one] for one in told.tolist()], after[told], places, reasons)

    def _said(self, result: Result, places: Places) -> None:
        """What people say of the values of points of which they say something."""
        group = result.group
        said = {number: found for number, one in enumerate(group.blocks) if (found := places.said_of(one.point))}
        if not said:
            return
        at = group.rows["at"][result.rows].tolist()
        for number, block in enumerate(group.block[result.rows].tolist()):
            if block in said:
                words = result.after[number].tolist()
                result.after[number] = with_said(words, group.layout.series, at[number], *said[block])

    def _emit(
        self, rows: Any, blocks: Sequence[Block], after: Any, places: Places,
        reasons: dict[tuple[int, int, bytes], str],
    ) -> None:  # fmt: skip
        if not len(rows):
            return
        layout = blocks[0].memory.layout
        series, count = layout.series, len(layout.series)
        packed, uplinks = rows.tobytes(), rows["name"].tobytes().hex().encode()
        compared = [column for column, pair in enumerate(series) if pair >> 16 in COMPARED]
        quick = not layout.raw and count <= _MOST_QUICK
        for number, (one, words, fields) in enumerate(
            zip(blocks, after.tolist(), layout.row.iter_unpack(packed), strict=True)
        ):
            at, name, received, ingested, fleet, origin_number, round_, mark = fields[:8]
            values, codes = fields[8 : 8 + count], fields[-count:]
            origin, where = one.memory.origins[origin_number], one.where
            if where is None or origin.placement != where.placement[0] or not where.from_at <= at < where.to_at:
                where = places.of_placement(origin.address, one.point, origin.placement, at)
                if where is None:
                    continue  # the fleet sees it elsewhere by now; what repairs that takes it back
            if mark & NEW:
                reason = "live"
            elif mark & (AGAIN | ALONE):
                reason = reasons.get((id(one.memory), at, name), "live")
            else:
                reason = "successor" if mark == SUCCESSOR else "late"
            if quick and 0 not in codes:
                encoded = values_bytes(series, tuple(words), values)
            else:
                raws = fields[8 + count : 8 + 2 * count] if layout.raw else None
                encoded = readings_bytes(observed_readings(series, words, values, raws, codes))
            self._make(
                one.point.encode(), where.encoded, origin, uplinks[32 * number : 32 * number + 32],
                (at, received, ingested), fleet, round_, reason, encoded,
            )  # fmt: skip
            if compared and where.point.buddy_group and mark != ALONE:
                self.out.buddies.extend(
                    buddy_record(where.point, at, series[column], values[column], words[column])
                    for column in compared
                    if codes[column] and not is_told_already(one.memory, at, series[column], words[column])
                )


def _blocks(point: str, memory: Memory, places: Places) -> list[Block]:
    """What is marked in a memory, in one block for each time in which parameters stay the same."""
    low, high = marked(memory)
    if not high:
        return []
    found = []
    for parameters in places.parameters_of(point, memory):
        begin, end = low, high
        if parameters.from_at > memory.at(low):
            begin = max(low, memory.place(parameters.from_at))
        if parameters.to_at <= memory.at(high - 1):
            end = min(high, memory.place(parameters.to_at))
        if begin < end:
            found.append(block_of(memory, point, begin, end, parameters))
    return found
