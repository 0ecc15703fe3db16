"""Which values are plainly not stuck: so that long windows are gathered only for the few of which it is not plain.

flat_line and attenuated say of nearly every value that the series has moved, and a part of its window is enough to see
that: a range over some values of a window is never greater than that over all. What is not plain goes through the
tests themselves, over whole windows; both ways give the same flags (tests/streams/core/qualify/test_evaluate.py).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.qualify.blocks import BEFORE, Block, Flat, Group, SegmentParameters
from vigie.streams.core.qualify.layout import AT
from vigie.streams.core.qualify.memory import Memory
from vigie.streams.core.qualify.parameters import ROWS
from vigie.streams.core.quality.flat_line import ALMOST
from vigie.streams.core.quality.series import HOUR_MS, MEMORY_MS, Flags, Numbers, Truths
from vigie.topics.quality import Flag, Test

SAMPLES = 6
"""Rows of a long window that are looked at, spread over it."""
OPEN = 0
"""Instead of a flag: not plain."""


def flat_line_shortcut(
    flat: Flat, places: NDArray[np.int64], parameters: SegmentParameters, recent: int = BEFORE
) -> Flags:
    """What flat_line says of some values, OPEN where that takes a whole window.

    Args:
        flat: the series.
        places: of the values that are looked at, in series that have the test.
        parameters: of the segments.
        recent: how many values before each are looked at.
    """
    segment, at, values = flat.series.segment, flat.series.at_ms, flat.series.values
    own = segment[places]

    def of(name: str) -> Numbers | float:
        return parameters.of(Test.FLAT_LINE, name, own)

    spans_ms = np.fmin(of("suspect_h"), of("fail_h")) * HOUR_MS
    tolerance = of("tolerance")
    here = values[places]
    least, greatest = here.copy(), here.copy()
    for back in range(1, recent + 1):
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
        number: how many rows it has at least.
        rows: SAMPLES rows of it, the value itself last.
    """

    number: int
    rows: bytes


def variation_shortcut(group: Group) -> Flags:
    """(blocks, series) what attenuated says of the one new value of each block, OPEN where it takes a whole window."""
    blocks = group.blocks
    spans_h, limits = (
        _of_blocks(group, "span_h"),
        np.fmax(_of_blocks(group, "suspect_below"), _of_blocks(group, "fail_below")),
    )
    least = np.nan_to_num(_of_blocks(group, "min_values"), nan=3.0)
    ranged = _of_blocks(group, "by_range") > 0
    longest_ms = np.array([one.parameters.varies_ms for one in blocks])[:, None]
    same_span = spans_h * HOUR_MS >= longest_ms - 1
    flags = np.full(limits.shape, OPEN, np.uint8)
    sampled: list[tuple[int, Sampled]] = []
    for number, one in enumerate(blocks):
        if not one.only or not one.parameters.varies_ms:
            continue
        found = _glance(one)
        if type(found) is Sampled:
            sampled.append((number, found))
        elif found:
            flags[number] = found
    flags = np.where(same_span, flags, OPEN).astype(np.uint8)
    if sampled:
        numbers = np.array([number for number, _ in sampled])
        rows = np.frombuffer(b"".join([found.rows for _, found in sampled]), group.layout.dtype)
        instants, seen = rows["at"].reshape(-1, SAMPLES), rows["value"].reshape(len(sampled), SAMPLES, -1)
        # Of the latest samples, as many as show that the series varies: they will show it for some hours more.
        backward = seen[:, ::-1, :]
        spread = np.maximum.accumulate(backward, axis=1) - np.minimum.accumulate(backward, axis=1)
        with np.errstate(invalid="ignore"):
            varies = spread >= limits[numbers][:, None, :]
        # Twice as many as are needed: half of them may be repeats of a radio, which do not count.
        enough = np.array([found.number for _, found in sampled])[:, None] >= 2 * least[numbers]
        good = varies.any(axis=1) & enough & ranged[numbers]
        flags[numbers] = np.where(good, Flag.GOOD, OPEN)
        _remember(group, numbers, instants[:, ::-1], varies, good)
    return flags


def _remember(
    group: Group, numbers: NDArray[np.int64], instants: NDArray[np.int64], varies: Truths, good: Truths
) -> None:
    """Note until when the samples show that no series of a memory varies too little."""
    tested = ~np.isnan(_of_blocks(group, "span_h"))[numbers]
    spans_ms = np.array([group.blocks[number].parameters.varies_ms for number in numbers.tolist()])
    same = np.nan_to_num(_of_blocks(group, "span_h")[numbers] * HOUR_MS) >= spans_ms[:, None] - 1
    ranged = np.nan_to_num(_of_blocks(group, "min_values")[numbers], nan=3.0) * HOUR_MS * 2 <= spans_ms[:, None]
    whole: Truths = np.logical_and.reduce(~tested | (good & same & ranged), axis=1)
    earliest = np.where(tested, np.argmax(varies, axis=1), 0).max(axis=1)
    repeats_ms = np.array([group.blocks[number].parameters.repeats_ms for number in numbers.tolist()])
    until = instants[np.arange(len(numbers)), earliest] + spans_ms - repeats_ms
    for number, is_whole, last_at in zip(numbers.tolist(), whole.tolist(), until.tolist(), strict=True):
        if is_whole:
            group.blocks[number].memory.varied_until = last_at


def _of_blocks(group: Group, name: str) -> Numbers:
    """(blocks, series) a parameter of attenuated."""
    found: Numbers = group.parameter(ROWS[Test.ATTENUATED, name]).reshape(-1, len(group.blocks)).T
    return found


def _glance(block: Block) -> Sampled | Flag | None:
    """What the window of the block's only new value shows: a flag of all series, samples, or nothing.

    A memory whose samples have shown before that its series vary, and in which no pause can leave the beginning of the
    window uncovered, needs none.
    """
    memory, span_ms = block.memory, block.parameters.varies_ms
    size, rows = memory.layout.size, memory.rows
    place = block.high - 1
    at = AT(rows, place * size)[0]
    begin = at - span_ms
    if AT(rows, 0)[0] > begin:
        return Flag.UNKNOWN
    if at < memory.varied_until and memory.paused_at <= begin:
        return Flag.GOOD
    first = _first(memory, place, at, begin)
    if at - memory.at(first) > MEMORY_MS:
        return Flag.UNKNOWN
    # The window of this test begins inside its span; what stands at its beginning may repeat a value before it.
    while first < place and memory.at(first) <= begin + block.parameters.repeats_ms:
        first += 1
    between = place - first
    picked = [first + between * step // (SAMPLES - 1) for step in range(SAMPLES)]
    return Sampled(between + 1, b"".join([rows[one * size : (one + 1) * size] for one in picked]))


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
