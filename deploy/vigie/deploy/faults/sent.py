"""Clean series as they arrive: one row per observation, some lost, none on the dot."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vigie.deploy.faults.clean import LATITUDE, LONGITUDE, START_AT, Clean
from vigie.streams.core.quality.run import Sites
from vigie.streams.core.quality.series import Numbers

LOST = 0.01
LATE_BY_MS = 20_000


class Sent(NamedTuple):
    """Rows of all points, by point and instant.

    Attributes:
        at_ms: (n,) when it was measured, as the device says.
        ingested_at: (n,) when it arrived.
        true_at: (n,) when it was measured indeed.
        point: (n,).
        uplink: (n,) id.
        values: property id to (n,).
    """

    at_ms: NDArray[np.int64]
    ingested_at: NDArray[np.int64]
    true_at: NDArray[np.int64]
    point: NDArray[np.int32]
    uplink: NDArray[np.uint64]
    values: dict[int, Numbers]

    def rows(self, order: NDArray[np.int64] | NDArray[np.bool_]) -> "Sent":
        """Some rows, or the rows in another order."""
        return Sent(
            self.at_ms[order],
            self.ingested_at[order],
            self.true_at[order],
            self.point[order],
            self.uplink[order],
            {one: part[order] for one, part in self.values.items()},
        )

    def beside(self, other: "Sent") -> "Sent":
        """The rows of both, by point and instant."""
        both = Sent(
            np.concatenate((self.at_ms, other.at_ms)),
            np.concatenate((self.ingested_at, other.ingested_at)),
            np.concatenate((self.true_at, other.true_at)),
            np.concatenate((self.point, other.point)),
            np.concatenate((self.uplink, other.uplink)),
            {one: np.concatenate((part, other.values[one])) for one, part in self.values.items()},
        )
        return both.rows(np.lexsort((both.at_ms, both.point)))


def sent(clean: Clean, rng: Generator) -> Sent:
    """The observations of sound sensors."""
    points, steps = next(iter(clean.values.values())).shape
    size = points * steps
    at = START_AT + np.tile(np.arange(steps) * clean.step_s * 1000, points)
    at = at + rng.integers(-LATE_BY_MS, LATE_BY_MS + 1, size) + np.repeat(rng.integers(0, 30_000, points), steps)
    every = Sent(
        at,
        at + rng.integers(500, 4000, size),
        at,
        np.repeat(np.arange(points), steps).astype(np.int32),
        rng.integers(1, 2**63, size, dtype=np.int64).astype(np.uint64),
        {one: series.reshape(-1).copy() for one, series in clean.values.items()},
    )
    return every.rows(rng.random(size) >= LOST)


def sites(clean: Clean, point: NDArray[np.int32]) -> Sites | None:
    """Where each observation is made; None where nobody has neighbours."""
    if clean.offsets is None:
        return None
    north, east, altitude = clean.offsets[point].T
    latitude = LATITUDE + north / 111_195
    longitude = LONGITUDE + east / (111_195 * np.cos(np.radians(LATITUDE)))
    return Sites(np.zeros(len(point), np.int64), latitude, longitude, altitude)
