"""Values that are compared with those of neighbours, as records for `buddies`."""

from math import isnan

from vigie.streams.core.fleet.words import Point
from vigie.streams.core.qualify.memory import Memory
from vigie.topics import buddies
from vigie.topics.buddies import BuddyValue
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Flag, Test, rolled

COMPARED = frozenset({BY_NAME["air_temperature"].id})
"""Properties that are compared with neighbours."""

_COUNTED = ~(15 << 4 * Test.NEIGHBOURS | 15 << 4 * Test.RADIATION)


def may_judge(value: float, word: int) -> bool:
    """Whether a value may judge its neighbours: it is there, and good or not evaluated by the tests without them.

    >>> may_judge(20.5, Flag.SUSPECT << 4 * Test.RADIATION), may_judge(20.5, Flag.SUSPECT << 4 * Test.SPIKE)
    (True, False)
    """
    return not isnan(value) and rolled(word & _COUNTED) in (Flag.GOOD, Flag.UNKNOWN)


def is_told_already(memory: Memory, at: int, pair: int, word: int) -> bool:
    """Whether a radio repeated a value at its very instant: neighbours have one value of an instant, the first.

    Args:
        memory: of the point.
        at: epoch ms UTC.
        pair: property << 16 | channel.
        word: tests of the value, packed.
    """
    return word >> 4 * Test.DUPLICATE & 15 == Flag.SUSPECT and len(memory.of_series(at, pair)) > 1


def buddy_record(point: Point, at: int, pair: int, value: float, word: int) -> tuple[bytes | None, bytes]:
    """Key and value of a record.

    Args:
        point: whose value it is; it has a buddy group.
        at: epoch ms UTC.
        pair: property << 16 | channel.
        value: NaN for one that is missing, or that was taken back.
        word: its tests, packed.
    """
    one = BuddyValue(
        point.buddy_group, point.id, pair >> 16, pair & 0xFFFF, at, value, point.altitude_m, point.latitude,
        point.longitude, may_judge(value, word),
    )  # fmt: skip
    return point.buddy_group.encode(), buddies.encode(one)
