"""Clock: can this instant be?"""

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.quality.series import Flags
from vigie.topics.quality import Flag

YEAR_2000_AT = 946_684_800_000
AHEAD_MS = 300_000


def clock(observed_at: NDArray[np.int64], ingested_at: NDArray[np.int64]) -> Flags:
    """Which instants are before 2000, or more than 5 minutes after the arrival?

    Args:
        observed_at: (n,) epoch ms UTC, when it was measured.
        ingested_at: (n,) epoch ms UTC, when its record arrived.

    Returns:
        (n,) 1, 4.

    Source: records.md section 2, "impossible"; QARTOD test 1.

    >>> clock(np.array([0, 1_795_428_302_000, 1_795_428_302_001]), np.full(3, 1_795_428_002_000)).tolist()
    [4, 1, 4]
    """
    possible = (observed_at >= YEAR_2000_AT) & (observed_at <= ingested_at + AHEAD_MS)
    return np.where(possible, Flag.GOOD, Flag.FAIL).astype(np.uint8)
