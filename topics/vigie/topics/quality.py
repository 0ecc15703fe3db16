"""Quality flags (QARTOD) and the tests that give them; every test's flag of a reading packed into one integer.

Source: QARTOD flags and roll-up as in ioos_qc 3.0.0 `qartod.py`; tests: spec of each in docs/quality.md.
"""

from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

RULESET = "1"
"""Version of the tests and of their start values (quality_tests.toml); raised by any change of either."""


class Flag(IntEnum):
    """What a test says of a value."""

    GOOD = 1
    UNKNOWN = 2
    """Not evaluated: what the test needs is not there."""
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


class Test(IntEnum):
    """Place of a test's four bits in the packed integer, from the lowest; never used again."""

    __test__ = False  # pytest would take it for a class of tests

    GROSS_RANGE = 0
    CLIMATOLOGY = 1
    SPIKE = 2
    RATE_OF_CHANGE = 3
    FLAT_LINE = 4
    ATTENUATED = 5
    CONSISTENCY = 6
    NEIGHBOURS = 7
    RADIATION = 8
    """Sun on the sensor: above the median of its neighbours by day."""
    CLOCK = 9
    DUPLICATE = 10
    """The same values by radio twice under two frame counters."""
    COUNTER = 11
    """Range of a counter: never negative, never more than can pass."""
    GAP = 12
    """Says that the series was interrupted before this value; no part of the roll-up: the value itself is as good."""
    HUMAN = 13
    SERVICE = 14
    """The point was out of service: an intervention was under way."""


NOT_ROLLED_UP = frozenset({Test.GAP})
SUCCESSOR_TESTS = frozenset({Test.SPIKE, Test.NEIGHBOURS, Test.RADIATION})
"""Tests that need a later value or neighbours. They speak only where they object (3, 4): a 1 would cost a second
record for nearly every value, so 2 stays where they found nothing (docs/adr)."""

_PRECEDENCE = (Flag.FAIL, Flag.SUSPECT, Flag.GOOD, Flag.UNKNOWN, Flag.MISSING)


def pack(flags: dict[Test, Flag]) -> int:
    """One integer of all tests' flags; a test that is left out counts as UNKNOWN, and so does a 0.

    >>> hex(pack({Test.GROSS_RANGE: Flag.GOOD, Test.SPIKE: Flag.FAIL}))
    '0x401'
    """
    packed = 0
    for test, flag in flags.items():
        if flag is not Flag.UNKNOWN:
            packed |= flag << 4 * test
    return packed


def unpack(packed: int) -> dict[Test, Flag]:
    """Every test's flag.

    >>> found = unpack(0x401)
    >>> found[Test.SPIKE].name, found[Test.GAP].name
    ('FAIL', 'UNKNOWN')
    """
    return {test: Flag(packed >> 4 * test & 15 or Flag.UNKNOWN) for test in Test}


def roll_up(flags: Iterable[Flag]) -> Flag:
    """One flag of many: fail > suspect > good > unknown > missing.

    >>> roll_up([Flag.GOOD, Flag.SUSPECT, Flag.UNKNOWN]).name, roll_up([]).name
    ('SUSPECT', 'UNKNOWN')
    """
    given = set(flags)
    return next((flag for flag in _PRECEDENCE if flag in given), Flag.UNKNOWN)


@lru_cache(100_000)
def rolled(packed: int) -> Flag:
    """The roll-up of a packed integer; what a person has validated is good, whatever the tests say beside it.

    >>> fails = pack({Test.GROSS_RANGE: Flag.FAIL})
    >>> rolled(fails).name, rolled(fails | pack({Test.HUMAN: Flag.GOOD})).name
    ('FAIL', 'GOOD')
    >>> rolled(pack({Test.GROSS_RANGE: Flag.MISSING})).name, rolled(pack({})).name
    ('MISSING', 'UNKNOWN')
    """
    if packed >> 4 * Test.HUMAN & 15 == Flag.GOOD:
        return Flag.GOOD
    flags = {flag for test, flag in unpack(packed).items() if test not in NOT_ROLLED_UP}
    if Flag.MISSING in flags:  # then no test has a value, those that are not done neither
        flags.discard(Flag.UNKNOWN)
    return roll_up(flags)
