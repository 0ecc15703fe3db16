"""Which values are plainly not stuck: so that long windows are gathered only for the few of which it is not plain.

flat_line and attenuated say of nearly every value that the series has moved, and a part of its window is enough to see
that: a range over some values of a window is never greater than that over all. What is not plain goes through the
tests themselves, over whole windows; both ways give the same flags (tests/streams/core/qualify/test_evaluate.py).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.qualify.blocks import Block, Flat, Group, SegmentParameters
from vigie.streams.core.qualify.layout import MARK_AT
from vigie.streams.core.qualify.memory import SUCCESSOR, Memory
from vigie.streams.core.qualify.parameters import ROWS
from vigie.streams.core.quality.flat_line import ALMOST
from vigie.streams.core.quality.series import HOUR_MS, MEMORY_MS, Flags, Numbers
from vigie.topics.quality import Flag, Test

SAMPLES = 6
"""Rows of a long window that are looked at, spread over it."""
OPEN = 0
"""Instead of a flag: not plain."""


def flat_line_shortcut(flat: Flat, places: NDArray[np.int64], parameters: SegmentParameters) -> Flags:
    """What flat_line says of some values, OPEN where that takes a whole window.

    Args:
        flat: the series.
        places: of the values that are looked at, in series that have the test.
        parameters: of the segments.
    """
    segment, at, values = flat.series.segment, flat.series.at_ms, flat.series.values
    own = segment[places]

    def of(name: str) -> Numbers | float:
        return parameters.of(Test.FLAT_LINE, name, own)

    spans_ms = np.fmin(of("suspect_h"), of("fail_h")) * HOUR_MS
    tolerance = of("tolerance")
    here = values[places]
    least, greatest = here.copy(), here.copy()
    for back in range(1, 4):
        before = np.maximum(places - back, 0)
        age = at[places] - at[before]
        inside = (segment[before] == own) & (places >= back) & ((age <= MEMORY_MS) if back == 1 else (age <= spans_ms))
        value = np.where(inside, values[before], here)
        least, greatest = np.fmin(least, value), np.fmax(greatest, value)
    with np.errstate(invalid="ignore"):
        excused = (here >= of("unless_above")) | (here <= of("unless_below"))
        plain = (greatest - least >= tolerance * ALMOST) | (excused & np.isnan(of("excused_h")))
    flags = np.where(plain, Flag.GOOD, OPEN).astype(np.uint8)
    flags[np.broadcast_to(np.isnan(spans_ms) | np.isnan(tolerance), flags.shape)] = Flag.UNKNOWN
    flags[np.isnan(here)] = Flag.MISSING
    return flags


class Sampled(NamedTuple):
    """What a block's long window shows at a glance.

    Attributes:
        covered: whether the window covers its span.
        number: how many rows it has.
        rows: SAMPLES rows of it.
    """

    covered: bool
    number: int
    rows: bytes | bytearray


def variation_shortcut(group: Group) -> Flags:
    """(blocks, series) what attenuated says of the one new value of each block, OPEN where it takes a whole window."""
    blocks, layout = group.blocks, group.layout
    flags = np.full((len(blocks), len(layout.series)), OPEN, np.uint8)
    asked = [(number, found) for number, one in enumerate(blocks) if (found := _sampled(one)) is not None]
    if not asked:
        return flags
    numbers = np.array([number for number, _ in asked])
    covered = np.array([found.covered for _, found in asked])
    count = np.array([found.number for _, found in asked])
    none = bytes(SAMPLES * layout.size)
    rows = np.frombuffer(b"".join([found.rows or none for _, found in asked]), layout.dtype)
    seen = rows["value"].reshape(len(asked), SAMPLES, -1)
    with np.errstate(invalid="ignore"):
        spread = np.max(seen, axis=1) - np.min(seen, axis=1)

    def of(name: str) -> Numbers:
        found: Numbers = _of_blocks(group, Test.ATTENUATED, name)[numbers]
        return found

    limit = np.fmax(of("suspect_below"), of("fail_below"))
    longest = np.array([one.parameters.varies_ms for one in blocks])[numbers][:, None]
    same_span = of("span_h") * HOUR_MS >= longest - 1
    with np.errstate(invalid="ignore"):
        # Twice as many: half of them may be repeats of a radio, which do not count.
        enough = count[:, None] >= 2 * np.nan_to_num(of("min_values"), nan=3.0)
        good = covered[:, None] & enough & (of("by_range") > 0) & (spread >= limit)
    told = np.where(good, Flag.GOOD, OPEN).astype(np.uint8)
    told[~covered[:, None] & same_span] = Flag.UNKNOWN
    flags[numbers] = told
    return flags


def _of_blocks(group: Group, test: Test, name: str) -> Numbers:
    """(blocks, series) a parameter."""
    found: Numbers = group.parameter(ROWS[test, name]).reshape(-1, len(group.blocks)).T
    return found


def _sampled(block: Block) -> Sampled | None:
    """A glance at the window of the block's only new value; None where it has several, or series with holes."""
    memory, span_ms = block.memory, block.parameters.varies_ms
    place = block.high - 1
    size, rows = memory.layout.size, memory.rows
    if not span_ms or memory.sparse or block.high - block.low > 2 or _new_ones(memory, block) != 1:
        return None
    at = memory.at(place)
    begin = at - span_ms
    if memory.at(0) > begin:
        return Sampled(covered=False, number=0, rows=b"")
    first = _first(memory, place, at, begin)
    if at - memory.at(first) > MEMORY_MS:
        return Sampled(covered=False, number=0, rows=b"")
    first += 1  # the window of this test begins inside its span
    between = place - first
    picked = [first + between * step // (SAMPLES - 1) for step in range(SAMPLES)]
    return Sampled(True, between + 1, b"".join([rows[one * size : (one + 1) * size] for one in picked]))


def _new_ones(memory: Memory, block: Block) -> int:
    size = memory.layout.size
    marks = memory.rows[block.low * size + MARK_AT : block.high * size : size]
    return sum(1 for mark in marks if mark and mark != SUCCESSOR) if marks[-1] not in (0, SUCCESSOR) else 0


def _first(memory: Memory, place: int, at: int, begin: int) -> int:
    """The last row at or before an instant, found from where it should be if the step is even."""
    step = max(at - memory.at(place - 1), 1) if place else 1
    guess = max(place - -(-(at - begin) // step), 0)
    for _ in range(4):
        if memory.at(guess) > begin:
            if guess == 0:
                break
            guess -= 1
        elif guess < place and memory.at(guess + 1) <= begin:
            guess += 1
        else:
            return guess
    return max(memory.place(begin + 1) - 1, 0)
