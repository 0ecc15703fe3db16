"""Which instants can be? A clock that was never set says 1970 or 2099 (records.md section 2, "impossible")."""

from vigie.codecs.instants import YEAR_1_AT, YEAR_10000_AT
from vigie.topics.uplink import Reading

CLOCK = "CLOCK"
"""Warning: an instant of the uplink or of a reading is before 2000 or more than 5 minutes after the arrival."""

_YEAR_2000_AT = 946_684_800_000
_AHEAD_MS = 300_000


def is_possible(at: int, ingested_at: int) -> bool:
    """Whether something can have been measured at an instant, if its record arrived at another (epoch ms).

    >>> is_possible(0, 1_795_428_002_000), is_possible(1_795_428_302_000, 1_795_428_002_000)
    (False, True)
    """
    return _YEAR_2000_AT <= at <= ingested_at + _AHEAD_MS


def with_own_instants(readings: list[Reading], ingested_at: int) -> tuple[list[Reading], bool]:
    """The readings that can be published, and whether every instant of their own is possible.

    An instant outside the years 1 to 9999 would stop readers that have a calendar. Its reading is left out, not moved
    to an instant at which nobody measured; the uplink still has the payload, and says CLOCK.

    >>> with_own_instants([Reading(1, 0, 20.5, 2**60), Reading(91, 0, 92.0)], 1_795_428_002_000)
    ([Reading(property=91, channel=0, value=92.0, observed_at=None)], False)
    """
    kept = [one for one in readings if one.observed_at is None or YEAR_1_AT <= one.observed_at < YEAR_10000_AT]
    return kept, all(one.observed_at is None or is_possible(one.observed_at, ingested_at) for one in readings)
