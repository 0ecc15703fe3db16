"""Tests that look at one observation: range, clock, consistency of its quantities; and which one repeats another."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.qualify.blocks import Group
from vigie.streams.core.qualify.memory import ALONE
from vigie.streams.core.qualify.parameters import ROWS
from vigie.streams.core.qualify.words import PackedFlags, Words
from vigie.streams.core.quality.clock import clock
from vigie.streams.core.quality.consistency import ORDERS, consistency
from vigie.streams.core.quality.duplicate import duplicate
from vigie.streams.core.quality.gross_range import gross_range
from vigie.streams.core.quality.series import Flags, Numbers, Series, Truths
from vigie.topics.quality import SUCCESSOR_TESTS, Flag, Test

_OF_SERIES = (
    Test.CLIMATOLOGY, Test.SPIKE, Test.RATE_OF_CHANGE, Test.FLAT_LINE, Test.ATTENUATED, Test.CONSISTENCY, Test.COUNTER,
    Test.GAP,
)  # fmt: skip
"""Tests that say of a missing value that it is missing, also where they see only what was measured, or where no uplink
has brought yet what it is compared with."""
_ORDERED = {number for pair in ORDERS for number in pair}


class Measured(NamedTuple):
    """Which rows of a group are measurements.

    Attributes:
        rows: (n,) neither repeated by a radio nor from an impossible clock.
        repeats: (n,) what the test of duplicates says.
        possible: (n,) whether the instant can be.
    """

    rows: Truths
    repeats: Flags
    possible: Truths


def measured(group: Group, words: Words) -> Measured:
    """Which rows are measurements: of those that are looked at as found now, of others as published."""
    rows = group.rows
    published = words.all_packed(rows["code"]) >> np.uint64(4 * Test.DUPLICATE) & np.uint64(15)
    repeats = np.where((published == Flag.SUSPECT).any(axis=1), Flag.SUSPECT, Flag.GOOD).astype(np.uint8)
    spans_s = np.array([one.parameters.repeats_ms for one in group.blocks]) / 1000
    spans_s[spans_s == 0] = np.nan
    span_s = spans_s[group.block]
    at = rows["at"]
    with np.errstate(invalid="ignore"):
        close = (at[1:] - at[:-1] <= span_s[1:] * 1000) & (group.block[1:] == group.block[:-1])
    found = np.where(np.isnan(span_s), Flag.UNKNOWN, Flag.GOOD).astype(np.uint8)
    if close.any():
        found = duplicate(at.copy(), group.block.astype(np.int32), _content(group), _uplinks(group), span_s)
    repeats[group.looked_at] = found[group.looked_at]
    alone = rows["mark"] == ALONE
    repeats[alone] = Flag.UNKNOWN
    possible = np.ones(len(rows), np.bool_)
    if alone.any():
        possible = clock(at, at + rows["ingested"].astype(np.int64)) == Flag.GOOD
    return Measured((repeats != Flag.SUSPECT) & possible, repeats, possible)


def as_words(test: Test, flags: Flags) -> PackedFlags:
    """Flags as bits of packed integers; none for "not evaluated", nor for what a test that looks ahead finds good."""
    quiet = (flags == Flag.UNKNOWN) | ((flags == Flag.GOOD) & (test in SUCCESSOR_TESTS))
    found: PackedFlags = np.where(quiet, 0, flags).astype(np.uint64) << np.uint64(4 * test)
    return found


def value_words(group: Group, places: NDArray[np.int64], seen: Measured) -> PackedFlags:
    """(m, series) what the tests of a value alone say of some rows, packed.

    Args:
        group: of blocks.
        places: (m,) rows that are looked at.
        seen: which rows are measurements.
    """
    rows = group.rows[places]
    values: Numbers = rows["value"]
    width = values.shape[1]
    missing = np.isnan(values)
    block = group.block[places]

    def of(test: Test, name: str) -> Numbers:
        found: Numbers = group.parameter(ROWS[test, name]).reshape(width, -1).T[block]
        return found

    bounds = [of(Test.GROSS_RANGE, name).reshape(-1) for name in ("fail_min", "fail_max", "suspect_min", "suspect_max")]
    nothing = np.zeros(values.size, np.int64)
    flags = gross_range(Series(nothing, values.reshape(-1), nothing.astype(np.int32)), *bounds).reshape(values.shape)
    flags[np.isnan(np.array(bounds)).all(axis=0).reshape(values.shape)] = Flag.UNKNOWN
    found = as_words(Test.GROSS_RANGE, flags)
    of_rows = {
        Test.CLOCK: np.where(seen.possible[places], Flag.GOOD, Flag.FAIL),
        Test.DUPLICATE: seen.repeats[places],
    }
    for test, row_flags in of_rows.items():
        found |= as_words(test, np.where(missing, Flag.MISSING, row_flags[:, None]).astype(np.uint8))
    if missing.any():
        for test in _OF_SERIES:
            done = np.logical_or.reduce([~np.isnan(of(test, name)) for one, name in ROWS if one is test])
            found |= as_words(test, np.where(missing & done, Flag.MISSING, Flag.UNKNOWN).astype(np.uint8))
    return found | _consistent(group, rows, of(Test.CONSISTENCY, "tolerance"))


def _consistent(group: Group, rows: NDArray[np.void], tolerance: Numbers) -> PackedFlags:
    """Order of quantities; and what a conversion refused, which stands as raw and value alike."""
    values: Numbers = rows["value"]
    found = np.zeros(values.shape, np.uint64)
    by_channel: dict[int, dict[int, int]] = {}
    for column, pair in enumerate(group.layout.series):
        if pair >> 16 in _ORDERED:
            by_channel.setdefault(pair & 0xFFFF, {})[pair >> 16] = column
    for columns in by_channel.values():
        said = {number: np.where(rows["code"][:, column] != 0, values[:, column], np.nan)
                for number, column in columns.items()}  # fmt: skip
        agreed = consistency(said, {number: tolerance[:, column] for number, column in columns.items()})
        for number, flags in agreed.items():
            column = columns[number]
            done = ~np.isnan(tolerance[:, column])
            found[done, column] = as_words(Test.CONSISTENCY, flags)[done]
    if group.layout.raw:
        refused = rows["raw"] == values
        found[refused] = as_words(Test.CONSISTENCY, np.full(1, Flag.SUSPECT, np.uint8))[0]
    return found


def _content(group: Group) -> NDArray[np.uint64]:
    """A hash of each row's set of values."""
    values = np.where(group.rows["code"] != 0, group.rows["value"], np.nan)
    bits = np.where(np.isnan(values), np.nan, values).view(np.uint64)
    bits = np.where(group.rows["code"] != 0, bits, np.uint64(1))
    found = np.zeros(len(values), np.uint64)
    for column in range(values.shape[1]):
        found = (found ^ bits[:, column]) * np.uint64(0x9E3779B97F4A7C15 | column << 1)
        found ^= found >> np.uint64(29)
    return found


def _uplinks(group: Group) -> NDArray[np.uint64]:
    names = np.ascontiguousarray(group.rows["name"]).view(">u8").reshape(-1, 2)
    return names[:, 0].astype(np.uint64)
