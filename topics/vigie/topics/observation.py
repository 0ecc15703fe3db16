"""The observation: readings of one uplink at one point and instant, placed, converted and flagged."""

from hashlib import blake2b

from msgspec import Struct

REASONS = ("live", "late", "successor", "neighbours", "replay", "placement", "conversion", "human", "service")
"""Why a revision exists."""

ROUND_BITS, FLEET_BITS = 8, 40


def observation_id(uplink: str, point: str, observed_at: int) -> str:
    """What names an observation: its uplink, its point and its instant; 32 hex digits.

    >>> observation_id("b4577860615f264a3ac64f814f521765", "TEM-13055-01", 1_700_000_000_000)
    'd1868ee1971c2dff4bdf157938318e63'
    """
    name = b"%b\x1f%b\x1f%d" % (uplink.encode(), point.encode(), observed_at)
    return blake2b(name, digest_size=16).hexdigest()


def revision(uplink_revision: int, fleet_revision: int, round_: int) -> int:
    """Revision of an observation: a codec's correction weighs more than the fleet's, that more than a later verdict.

    >>> revision(0, 3, 1), revision(1, 0, 0) > revision(0, 2**31, 255)
    (769, True)
    """
    return uplink_revision << FLEET_BITS | fleet_revision << ROUND_BITS | round_


class ObservedReading(Struct, frozen=True, gc=False):
    """One value.

    Attributes:
        property: id in the property catalogue.
        channel: 0 where the point has only one.
        value: converted, in the unit of the catalogue.
        flag: roll-up 1, 2, 3, 4 or 9 (topics/quality.py).
        tests: every test's flag, four bits each.
        raw: what the device said, where a conversion changed it.
    """

    property: int
    channel: int
    value: float
    flag: int
    tests: int
    raw: float | None = None


class Observation(Struct, frozen=True, gc=False, kw_only=True):
    """Value of `observations.v1` (schemas/observation.avsc says each field's meaning)."""

    id: str
    revision: int
    withdrawn: bool
    point: str
    device: str
    placement: str
    use_case: str
    commune: str
    zones: tuple[str, ...]
    uplink: str
    network: str
    observed_at: int
    received_at: int
    ingested_at: int
    readings: tuple[ObservedReading, ...]
    ruleset: str
    fleet_revision: int
    reason: str
