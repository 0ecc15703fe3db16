"""Through which gateways a device is heard: counts of frames that are halved, so that the last week decides."""

from collections.abc import Sequence
from sys import intern
from typing import Any

PARENT_SHARE = 0.05
"""A gateway that carried so much of a device's frames is a parent of it."""
DAYS = 7
LEAST_FRAMES, MOST_FRAMES = 32, 2048
MOST_GATEWAYS = 12


def most_frames(interval_s: float) -> int:
    """At how many frames the counts are halved: what comes in a week and a half, so that a week is in them.

    >>> most_frames(900), most_frames(86_400)
    (1008, 32)
    """
    return max(LEAST_FRAMES, min(MOST_FRAMES, int(1.5 * DAYS * 86_400 / interval_s))) if interval_s else LEAST_FRAMES


def carried(frames: int, gateways: dict[str, int], heard_by: Sequence[Any], most: int) -> int:
    """Note who heard a frame.

    Args:
        frames: counted before.
        gateways: id -> frames; changed in place.
        heard_by: gateways of the frame, as dictionaries or as words with `id`.
        most: at how many the counts are halved.

    Returns:
        Frames counted now.

    >>> counts = {}
    >>> frames = carried(0, counts, [{"id": "g1"}, {"id": "g2"}], 32)
    >>> carried(frames, counts, [{"id": "g1"}], 32), counts
    (2, {'g1': 2, 'g2': 1})
    """
    if not heard_by:
        return frames
    for one in heard_by:
        name = one["id"] if type(one) is dict else one.id
        if name in gateways:
            gateways[name] += 1
        else:
            gateways[intern(name)] = 1
    frames += 1
    if frames >= most or len(gateways) > MOST_GATEWAYS:
        for name in list(gateways):
            gateways[name] //= 2
            if not gateways[name] or gateways[name] < PARENT_SHARE / 4 * frames / 2:
                del gateways[name]
        frames //= 2
    return frames


def parents(frames: int, gateways: dict[str, int]) -> tuple[str, ...]:
    """The gateways that carried at least 5 % of the frames, by name.

    >>> parents(100, {"g2": 80, "g1": 30, "g3": 2})
    ('g1', 'g2')
    """
    least = PARENT_SHARE * frames
    return tuple(sorted([name for name, count in gateways.items() if count >= least]))
