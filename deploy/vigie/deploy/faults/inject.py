"""Faults of sensors, put into what sound ones sent; each knows where it was put."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from vigie.deploy.faults.clean import LATITUDE, LONGITUDE, START_AT, Clean
from vigie.deploy.faults.sent import Sent
from vigie.streams.core.quality.series import Numbers, Parameter, Places, Truths
from vigie.streams.core.quality.sun import sun_elevation

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
FIRST_DAYS = 7
"""Days without faults, as those after a commissioning."""


class Fault(NamedTuple):
    """One fault.

    Attributes:
        point: whose.
        from_at, to_at: epoch ms UTC, first and last true instant that it touched.
        around_ms: how far around it a flag may be its doing (a value that returns from a step is no false flag).
    """

    point: int
    from_at: int
    to_at: int
    around_ms: int


class Spot(NamedTuple):
    """Where a fault is put: a property of a point, from a row on.

    Attributes:
        rows: places of the point's rows from the fault's first on, up to where the next fault may begin.
        values: of the property, all rows; what is written here is sent.
        sigma: how much the property strays.
        low, high: what can physically be.
        resolution: what a value is rounded to.
        step_ms: measuring step.
        every: all rows as sent.
    """

    rows: Places
    values: Numbers
    sigma: float
    low: float
    high: float
    resolution: float
    step_ms: int
    every: Sent


Put = Callable[[Spot, Generator], int]
"""Puts a fault at a spot and says how many of its rows it touches; 0 where it cannot be put."""


def _within(spot: Spot, hours: float) -> int:
    true_at = spot.every.true_at[spot.rows]
    return int(np.searchsorted(true_at, true_at[0] + hours * HOUR_MS))


def _signed(spot: Spot, rows: int, size: float, rng: Generator) -> float:
    """The sign for which more room is left in what can be, either where both have enough."""
    now = spot.values[spot.rows[:rows]]
    up, down = spot.high - now.max() >= size, now.min() - spot.low >= size
    if up == down:
        return size if spot.high - now.max() > now.min() - spot.low or (rng.random() < 0.5 and up) else -size
    return size if up else -size


def _add(spot: Spot, rows: int, much: Parameter) -> None:
    own = spot.rows[:rows]
    changed = np.clip(spot.values[own] + much, spot.low, spot.high)
    spot.values[own] = np.round(changed / spot.resolution) * spot.resolution


def stuck(spot: Spot, rng: Generator) -> int:
    """The same value for one to two days (two to four where it is measured hourly), and until another one is sent."""
    rows = _within(spot, rng.uniform(24, 48) * (2 if spot.step_ms >= HOUR_MS else 1))
    spot.values[spot.rows[:rows]] = spot.values[spot.rows[0]]
    moves = np.flatnonzero(spot.values[spot.rows] != spot.values[spot.rows[0]])
    return int(moves[0]) if len(moves) else len(spot.rows)


def spike(spot: Spot, rng: Generator) -> int:
    """One value off by 5 to 10 σ; none where it would then lie between its neighbours and stand out from nothing."""
    own = spot.rows[0]
    sound = spot.values[own]
    _add(spot, 1, _signed(spot, 1, rng.uniform(5, 10) * spot.sigma, rng))
    before, after = spot.values[own - 1], spot.values[own + 1]
    if min(before, after) <= spot.values[own] <= max(before, after):
        spot.values[own] = sound
        return 0
    return 1


def step(spot: Spot, rng: Generator) -> int:
    """Two days off by 5 to 8 σ."""
    rows = _within(spot, 48)
    _add(spot, rows, _signed(spot, rows, rng.uniform(5, 8) * spot.sigma, rng))
    return rows


def drift(spot: Spot, rng: Generator) -> int:
    """0.1 σ a day more, to the end."""
    true_at = spot.every.true_at[spot.rows]
    _add(spot, len(spot.rows), rng.choice([-1, 1]) * 0.1 * spot.sigma * (true_at - true_at[0]) / DAY_MS)
    return len(spot.rows)


def false_echo(spot: Spot, rng: Generator) -> int:
    """One or two values of something nearer than the surface: nearly full, or half a metre and more too high."""
    rows = 1 if rng.random() < 0.7 else 2
    if spot.high == 100:
        if spot.values[spot.rows[:rows]].max() > 60:
            return 0
        spot.values[spot.rows[:rows]] = np.round(rng.uniform(85, 100))
    else:
        _add(spot, rows, rng.uniform(0.5, 1.5))
    return rows


def sun(spot: Spot, rng: Generator) -> int:
    """A clear day: three to eight degrees more than the shade while the sun is high on it, for some hours."""
    at = spot.every.true_at[spot.rows]
    height = sun_elevation(at, LATITUDE, LONGITUDE)
    rows = _within(spot, rng.uniform(3, 6))
    if height[:rows].min(initial=90.0) < 15:
        return 0
    _add(spot, rows, rng.uniform(4, 8) * np.sin(np.linspace(0.15, 0.85, rows) * np.pi))
    return rows


SHAPES: dict[str, Put] = {
    "stuck": stuck, "spike": spike, "step": step, "drift": drift, "false_echo": false_echo, "sun": sun,
}  # fmt: skip
"""Faults of values."""


def inject(
    name: str,
    all_sent: Sent,
    clean: Clean,
    target: int,
    rng: Generator,
    *,
    per_week: float = 1.0,
    first_days: int = FIRST_DAYS,
) -> tuple[Sent, list[Fault]]:
    """What is sent when each sensor has a fault now and then, and the faults.

    Args:
        name: of a fault; `none` puts none.
        all_sent: of sound sensors.
        clean: what they measured.
        target: property that is hit.
        rng: where chance comes from.
        per_week: how many faults a sensor has in a week.
        first_days: without faults.
    """
    if name == "none":
        return all_sent, []
    values = all_sent.values | {target: all_sent.values[target].copy()}
    now = all_sent._replace(values=values, at_ms=all_sent.at_ms.copy())
    keep = np.ones(len(now.at_ms), np.bool_)
    faults: list[Fault] = []
    repeated: list[int] = []
    low, high = clean.span[target]
    points = int(now.point[-1]) + 1
    for point in range(points):
        own = np.flatnonzero(now.point == point)
        for rows in _spots(now.true_at[own], name, (per_week, first_days), rng, point / points):
            sigma = _sigma(clean, target, point, int(now.true_at[own[rows[0]]]))
            finest, step_ms = clean.resolution[target], clean.step_s * 1000
            spot = Spot(own[rows], values[target], sigma, low, high, finest, step_ms, now)
            if name in SHAPES:
                count, around = SHAPES[name](spot, rng), clean.step_s * 2500
            else:
                count, around = _of_times(name, spot, now, keep, repeated, rng)
            if count:
                touched = now.true_at[spot.rows[:count]]
                faults.append(Fault(point, int(touched[0]), int(touched[-1]), around))
    return _put_together(now, keep, np.array(repeated, np.int64), rng), faults


def _sigma(clean: Clean, target: int, point: int, at: int) -> float:
    of_day = clean.sigma[target][point]
    return float(of_day[(at - START_AT) // (clean.step_s * 1000) % len(of_day)])


def _spots(true_at: Places, name: str, how: tuple[float, int], rng: Generator, shift: float) -> list[Places]:
    """Rows of each spot, apart from each other, at other times for each point; one in all for a drift."""
    per_week, first_days = how
    first = START_AT + first_days * DAY_MS
    if name == "drift":
        return [np.flatnonzero(true_at >= first)]
    apart = 7 * DAY_MS / (per_week * (7 if name in ("spike", "duplicate", "sun", "false_echo") else 1))
    begins = np.arange(first + shift * apart, true_at[-1] - apart / 2, apart)
    found = []
    for begin in begins:
        at = begin + rng.uniform(0, apart / 5)
        if name == "sun":
            at = begin // DAY_MS * DAY_MS + rng.uniform(7, 13) * HOUR_MS
        low, high = np.searchsorted(true_at, (at, begin + apart))
        if high - low > 8:
            found.append(np.arange(low, high))
    return found


def _of_times(
    name: str, spot: Spot, now: Sent, keep: Truths, repeated: list[int],
    rng: Generator,
) -> tuple[int, int]:  # fmt: skip
    """Faults of time: (how many rows, how far around)."""
    step_ms = spot.step_ms
    if name == "gap":
        count = int(rng.integers(6, 40))
        keep[spot.rows[1:count]] = False
        return count + 1, 0
    if name == "duplicate":
        repeated.append(int(spot.rows[0]))
        return 1, 60_000
    rows = spot.rows[: int(rng.integers(4, 48))]
    if name == "clock_ahead":
        now.at_ms[rows] += int(rng.uniform(0.5, 48) * HOUR_MS)
    elif name == "clock_unset":
        now.at_ms[rows] = 60_000 + np.arange(len(rows)) * step_ms
    else:
        now.at_ms[rows] -= int(rng.uniform(1, 6) * HOUR_MS)
    return len(rows), 7 * HOUR_MS


def _put_together(
    now: Sent,
    keep: Truths,
    repeated: Places,
    rng: Generator,
) -> Sent:
    """Kept rows, and repeated ones some seconds later under another id, in the order of the instants."""
    again = now.rows(repeated)
    later = rng.integers(4_000, 20_000, len(repeated))
    again = again._replace(
        at_ms=again.at_ms + later,
        true_at=again.true_at + later,
        ingested_at=again.ingested_at + later,
        uplink=again.uplink + np.uint64(1),
    )
    return now.rows(keep).beside(again)
