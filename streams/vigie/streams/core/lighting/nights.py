"""Nights of street lighting: from noon to noon of legal time, and when the sun goes below an angle in them."""

from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.local_time import local
from vigie.streams.core.quality.sun import sun_elevation
from vigie.streams.core.windows.legal import HOUR_MS, Window
from vigie.streams.core.windows.parts_of_day import wall_clock

Ints = NDArray[np.int64]

NOON_H = 12
_STEP_MS = 300_000
"""Between two positions of the sun; it is straight between them to some seconds where it passes the horizon."""


class Nights(NamedTuple):
    """Nights one after the other, each (n,): from noon to the next noon (epoch ms UTC)."""

    starts_at: Ints
    ends_at: Ints


class Dark(NamedTuple):
    """When the sun is below an angle between two instants.

    Attributes:
        falls_at: instants at which it goes below, epoch ms UTC.
        rises_at: at which it comes above.
        hours: for how long it is below.
    """

    falls_at: tuple[int, ...]
    rises_at: tuple[int, ...]
    hours: float


@lru_cache(5_000)
def nights_before(window: Window, zone: str, count: int) -> Nights:
    """The last nights up to the one that ends on the last day of a window.

    Args:
        window: of a legal day or more.
        zone: IANA name of the legal time.
        count: how many nights.

    >>> from vigie.streams.core.windows.legal import window_of
    >>> last = nights_before(window_of("1d", 1_774_771_200_000, "Europe/Paris"), "Europe/Paris", 2)
    >>> ((last.ends_at - last.starts_at) // HOUR_MS).tolist()  # the clocks go forward in the night to 29 March 2026
    [24, 23]
    """
    last = local(window.end_at - 1, zone).date()
    noons = np.array([wall_clock(last - timedelta(days=back), NOON_H, zone) for back in range(count, -1, -1)])
    return Nights(noons[:-1], noons[1:])


def night_of(window: Window, zone: str) -> tuple[int, int]:
    """The nights that end in a window, together: from noon before its first day to noon of its last (epoch ms UTC).

    >>> from vigie.streams.core.windows.legal import window_of
    >>> begin, end = night_of(window_of("1mo", 1_774_771_200_000, "Europe/Paris"), "Europe/Paris")
    >>> (end - begin) // HOUR_MS == 31 * 24 - 1
    True
    """
    first, last = local(window.start_at, zone).date(), local(window.end_at - 1, zone).date()
    return wall_clock(first - timedelta(days=1), NOON_H, zone), wall_clock(last, NOON_H, zone)


@lru_cache(20_000)
def dark(from_at: int, to_at: int, latitude: float, longitude: float, angle_deg: float) -> Dark:
    """When is the sun's centre below an angle?

    Args:
        from_at: epoch ms UTC.
        to_at: epoch ms UTC.
        latitude: degrees, north positive.
        longitude: degrees, east positive.
        angle_deg: elevation without refraction; -0.83 at the usual sunset, -6 at the end of civil twilight.

    >>> year = 1_735_689_600_000, 1_767_225_600_000  # 2025
    >>> [round(dark(*year, 43.3, 5.4, angle).hours / 10) for angle in (-0.83, -3, -4, -6)]
    [430, 414, 407, 392]
    """
    at = np.arange(from_at, to_at + _STEP_MS, _STEP_MS)
    at[-1] = to_at
    over = sun_elevation(at, latitude, longitude) - angle_deg
    below = over < 0
    places = np.flatnonzero(below[1:] != below[:-1])
    part = over[places] / (over[places] - over[places + 1])
    crossed = at[places] + np.round(part * (at[places + 1] - at[places])).astype(np.int64)
    falls, rises = crossed[below[places + 1]], crossed[~below[places + 1]]
    begins = [from_at, *falls.tolist()] if below[0] else falls.tolist()
    ends = [*rises.tolist(), to_at] if below[-1] else rises.tolist()
    return Dark(tuple(falls.tolist()), tuple(rises.tolist()), (sum(ends) - sum(begins)) / HOUR_MS)
