"""How much warmer points are than the reference zone at one hour of each day."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.heat.nearest import Near, mean_near
from vigie.streams.core.local_time import local
from vigie.streams.core.windows.indicator import Inputs, Parameter, PointTracks
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.parts_of_day import wall_clock

REACH_MS = 900_000
"""How far from the hour a value may be."""
AT_HOUR = {"at_hour": Parameter(5.0, "h", "heure légale ; 5.5 pour 5 h 30", 0.25, 23.5)}


def targets(days: Sequence[Window], inputs: Inputs) -> NDArray[np.int64]:
    """(m,) the instant of the parameter `at_hour` on each of these legal days."""
    hour = inputs.parameters["at_hour"]
    found = [wall_clock(local(day.start_at, inputs.zone).date(), hour, inputs.zone) for day in days]
    return np.array(found, dtype=np.int64)


def reference(others: Sequence[PointTracks], at_ms: NDArray[np.int64], without: str = "") -> Near:
    """The mean over the sensors of the reference zones at each instant.

    Args:
        others: points of other zones.
        at_ms: (m,) epoch ms UTC.
        without: a point that is not compared with itself.
    """
    chosen = [one for one in others if one.role == "reference" and one.point != without]
    return mean_near([series for one in chosen for series in one.of("air_temperature")], at_ms, REACH_MS)
