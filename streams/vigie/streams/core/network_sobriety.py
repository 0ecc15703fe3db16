"""What a use case's data takes: bytes each day, hot and cold, as it is and at other steps."""

from typing import NamedTuple

STEPS_MIN = (15, 30, 60)


class Traffic(NamedTuple):
    """Of one use case and day.

    Attributes:
        devices: that were heard.
        uplinks, readings, aggregates: how many.
        uplink_bytes, observation_bytes, aggregate_bytes: mean size of a row of each in the store.
    """

    devices: int
    uplinks: int
    readings: int
    aggregates: int
    uplink_bytes: float
    observation_bytes: float
    aggregate_bytes: float


class Sizes(NamedTuple):
    """What does not stand in the store.

    Attributes:
        raw_bytes: of a message in the raw topic.
        cold_bytes: of a reading in the cold archive.
        copies: how many of each topic and row are kept.
    """

    raw_bytes: float
    cold_bytes: float
    copies: float


class Volume(NamedTuple):
    """Bytes of one day: hot (topics and store, all copies) and cold (the archive)."""

    hot: float
    cold: float


def volume(traffic: Traffic, sizes: Sizes, step_min: int | None = None) -> Volume:
    """Bytes of one day.

    Each message is kept raw, decoded (topic and store) and as an observation (topic and store), each aggregate on its
    topic and in the store.

    Args:
        traffic: of a day of 24 hours.
        sizes: of what does not stand in the store.
        step_min: as if each device sent a message every so many minutes; None: as it is. There are never more
            aggregates than now, and fewer where a window would be empty.

    >>> day = Traffic(10, 960, 1920, 2000, 300.0, 250.0, 200.0)
    >>> volume(day, Sizes(700, 4.4, 1))
    Volume(hot=2528000.0, cold=8448.0)
    >>> volume(day, Sizes(700, 4.4, 1), 30).cold
    4224.0
    """
    if not traffic.uplinks:
        return Volume(0.0, 0.0)
    uplinks = float(traffic.uplinks) if step_min is None else traffic.devices * 24 * 60 / step_min
    times = uplinks / traffic.uplinks
    stored = 2 * (traffic.uplink_bytes + traffic.observation_bytes)
    hot = uplinks * (sizes.raw_bytes + stored) + 2 * traffic.aggregates * min(times, 1) * traffic.aggregate_bytes
    return Volume(hot * sizes.copies, traffic.readings * times * sizes.cold_bytes)
