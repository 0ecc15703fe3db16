"""Many series laid one behind the other, as every test of quality takes them, and what they share.

A test is a pure function over arrays: `test(series, parameters…) -> flags` (topics/quality.Flag, one per value). A
parameter is a number for all values or an array with one number per value, so that points with settings of their own
are tested in the same call. NaN as a parameter means: this bound is not set; a test none of whose bounds is set says 2
(not evaluated). NaN as a value means: missing, flag 9.

A test looks back no further than MEMORY_MS, however long the series, so that a stream that remembers as long as this
gives the flags that a batch over years gives.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.topics.quality import Flag

MEMORY_MS = 26 * 3_600_000
"""How far back from a value a test may look: 26 hours, as long as windows are remembered (records.md section 2)."""

HOUR_MS = 3_600_000

BARELY = 1 + 1e-9
"""A limit times this is the limit still: 20.1 − 17.1 is a little more than 3 in binary fractions, and on the limit."""

Flags = NDArray[np.uint8]
Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Truths = NDArray[np.bool_]
Parameter = float | Numbers
"""One number for all values, or (n,), one per value; NaN where it is not set."""


class Series(NamedTuple):
    """One or many series, each a segment.

    Attributes:
        at_ms: (n,) int64, epoch ms UTC; rising within each segment, equal instants allowed.
        values: (n,) float64, in the property's unit; NaN where the value is missing.
        segment: (n,) int32, rising: which series a value belongs to.
    """

    at_ms: NDArray[np.int64]
    values: Numbers
    segment: NDArray[np.int32]


def one_series(at_ms: NDArray[np.int64], values: Numbers) -> Series:
    """A series alone.

    >>> one_series(np.array([0, 60_000]), np.array([1.0, 2.0])).segment
    array([0, 0], dtype=int32)
    """
    return Series(at_ms, values, np.zeros(len(values), np.int32))


def is_set(*parameters: Parameter) -> Truths:
    """Where at least one of these parameters is set.

    >>> is_set(float("nan"), np.array([1.0, np.nan])).tolist()
    [True, False]
    """
    found = np.asarray(False)
    for one in parameters:
        found = found | ~np.isnan(one)
    return found


def number_or(parameter: Parameter, default: float) -> Numbers:
    """A parameter that has a default, where it is not set.

    >>> number_or(np.array([np.nan, 5.0]), 3.0).tolist()
    [3.0, 5.0]
    """
    found: Numbers = np.where(np.isnan(parameter), default, parameter)
    return found


def flags_of(values: Numbers, evaluated: Truths | bool, suspect: Truths, fail: Truths) -> Flags:
    """The flags of a test: missing, else fail, else suspect, else good where it was evaluated, else not evaluated.

    Args:
        values: (n,), NaN where missing.
        evaluated: where what the test needs was there.
        suspect: (n,), where it objects; counted only where it was evaluated.
        fail: (n,), where it objects strongly.

    >>> no, yes = np.array([False] * 3), np.array([False, True, True])
    >>> flags_of(np.array([np.nan, 1, 1]), np.array([True, True, False]), yes, no)
    array([9, 3, 2], dtype=uint8)
    """
    flags = np.full(len(values), Flag.GOOD, np.uint8)
    flags[suspect] = Flag.SUSPECT
    flags[fail] = Flag.FAIL
    flags[~np.broadcast_to(np.asarray(evaluated), flags.shape)] = Flag.UNKNOWN
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def previous_present(series: Series) -> Places:
    """(n,) place of the last value that is not missing before each one, in its segment and in memory; −1 for none.

    >>> previous_present(one_series(np.array([0, 1, 2, 3]), np.array([5, np.nan, 7, 8]))).tolist()
    [-1, 0, 0, 2]
    """
    size = len(series.values)
    places = np.where(np.isnan(series.values), -1, np.arange(size))
    before = np.full(size, -1, np.int64)
    if size:
        before[1:] = np.maximum.accumulate(places)[:-1]
    known = np.maximum(before, 0)
    near = (series.segment[known] == series.segment) & (series.at_ms - series.at_ms[known] <= MEMORY_MS)
    before[~near] = -1
    return before


def window_starts(series: Series, span_ms: Parameter, *, inside: bool = False) -> tuple[Places, Truths]:
    """Where the window begins that reaches back from each value over a span.

    It begins at the last value at or before the span's beginning, so that its values cover the whole span; where the
    segment, or memory, holds none that old, at the oldest value that there is.

    Args:
        series: as above.
        span_ms: how far back; at most MEMORY_MS; NaN gives a window of the value alone.
        inside: the window begins at the first value after the span's beginning instead; it covers its span where the
            other would.

    Returns:
        (n,) places of each window's first value, and (n,) whether the window covers its span.

    >>> at = np.array([0, 10, 20, 25, 40])
    >>> starts, covered = window_starts(one_series(at, np.zeros(5)), 10.0)
    >>> starts.tolist(), covered.tolist()
    ([0, 0, 1, 1, 3], [False, True, True, True, True])
    """
    size = len(series.values)
    span = np.broadcast_to(np.minimum(np.nan_to_num(span_ms, nan=0.0), MEMORY_MS), size).astype(np.int64)
    clock = _joined_clock(series)
    starts = np.minimum(np.searchsorted(clock, clock - span, side="right") - 1, np.arange(size))
    firsts = np.maximum(starts, 0)
    # Equal instants at the window's beginning: all of them belong to it.
    firsts = np.searchsorted(clock, clock[firsts], side="left") if size else firsts
    near = clock - clock[firsts] <= MEMORY_MS
    covered = near & (clock - clock[firsts] >= span)
    if inside:
        return np.minimum(np.searchsorted(clock, clock - span, side="right"), np.arange(size)), covered
    return np.where(near, firsts, np.searchsorted(clock, clock - span, side="left")), covered


def _joined_clock(series: Series) -> NDArray[np.int64]:
    """Time that rises over all segments, with more than a memory between one segment and the next.

    Longer pauses count as just longer than a memory: nothing reaches over them, and no sum grows too large.
    """
    steps = np.zeros(len(series.values), np.int64)
    if len(steps):
        steps[1:] = np.minimum(np.diff(series.at_ms), MEMORY_MS + 1)
        steps[1:][np.diff(series.segment) != 0] = MEMORY_MS + 1
    return np.cumsum(steps)
