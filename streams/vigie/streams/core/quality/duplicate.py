"""Radio duplicates: did the same message come twice, under two frame counters?"""

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.series import Flags, Parameter
from vigie.topics.quality import Flag


def duplicate(
    at_ms: NDArray[np.int64],
    segment: NDArray[np.int32],
    content: NDArray[np.uint64],
    uplink: NDArray[np.uint64],
    span_s: Parameter,
) -> Flags:
    """Which observations repeat another of the same point, with the same set of values, a short time before?

    A device that hears no acknowledgement sends its message again under the next frame counter: another uplink, and
    not another measurement. The earlier one is good; at the same instant the one with the smaller id counts as earlier,
    so that the order of arrival changes nothing.

    Args:
        at_ms: (n,) epoch ms UTC of each observation.
        segment: (n,) which point it is of; any order.
        content: (n,) hash of its set of (property, channel, value).
        uplink: (n,) first 8 bytes of the uplink's id: one uplink is no duplicate of itself.
        span_s: how short a time, seconds; NaN: not evaluated.

    Returns:
        (n,) 1, 3; 2 without a span.

    Source: ours; the pattern is that of LoRaWAN's confirmed uplinks.

    >>> at = np.array([0, 8_000, 900_000])
    >>> one = np.array([7, 7, 7], np.uint64)
    >>> duplicate(at, np.zeros(3, np.int32), one, np.array([1, 2, 3], np.uint64), 30.0).tolist()
    [1, 3, 1]
    """
    order = np.lexsort((uplink, at_ms, content, segment))
    span_ms = np.broadcast_to(np.asarray(span_s, np.float64) * 1000, len(at_ms))
    at, where, what, who = at_ms[order], segment[order], content[order], uplink[order]
    same = (where[1:] == where[:-1]) & (what[1:] == what[:-1]) & (who[1:] != who[:-1])
    with np.errstate(invalid="ignore"):
        repeats = same & (at[1:] - at[:-1] <= span_ms[order][1:])
    flags = np.where(np.isnan(span_ms), Flag.UNKNOWN, Flag.GOOD).astype(np.uint8)
    flags[order[1:][repeats]] = Flag.SUSPECT
    return flags
