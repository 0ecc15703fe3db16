"""What expressions compute: readings of a property over a window, and the functions over them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

from vigie.streams.core.windows.honest import expected_of
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.statistics import (
    PREDECESSOR_MS,
    Floats,
    Statistics,
    Way,
    predecessors,
    statistics,
    way_of,
)  # fmt: skip
from vigie.streams.core.windows.track import Track

HOUR_S = 3600
_METER_BEFORE_S = PREDECESSOR_MS // 1000


class NothingToTellError(Exception):
    """There is no number: no reading, an unknown step, directions that cancel out."""


class Readings:
    """Readings of one property in a window, of all channels and points that take part.

    Args:
        tracks: readings of all flags in the window and before it.
        window: what is looked at.
    """

    def __init__(self, tracks: Sequence[Track], window: Window) -> None:
        self._tracks, self._window = tracks, window
        self._inside = [one.between(window.start_at, window.end_at) for one in tracks]

    @cached_property
    def of(self) -> Statistics:
        """Of all readings together; arrays of one."""
        at, values, flags = (
            np.concatenate([getattr(one, name) for one in self._inside]) for name in ("at_ms", "values", "flags")
        )
        order = np.lexsort((values, at))
        bounds = np.array([0]), np.array([len(at)])
        return statistics(self.way, values[order], at[order], flags[order], *bounds)

    @property
    def way(self) -> Way:
        """How they combine."""
        return way_of(self._tracks[0].property)

    @cached_property
    def good(self) -> Floats:
        """Values that take part."""
        return np.concatenate([one.good().values for one in self._inside])

    def number(self, name: str) -> float:
        """One of the statistics.

        Raises:
            NothingToTellError: there is none.
        """
        return _told(float(getattr(self.of, name)[0]))

    def hours(self, chosen: Callable[[Floats], np.ndarray]) -> float:
        """For how many hours readings were such: each stands for the step of its series."""
        if any(one.step_s <= 0 for one in self._inside):
            raise NothingToTellError
        return sum(int(chosen(one.good().values).sum()) * one.step_s for one in self._inside) / HOUR_S

    def difference(self) -> float:
        """What meters counted, each for itself."""
        found = []
        for one in self._tracks:
            rows = one.values, one.at_ms, one.flags
            starts, ends = (np.searchsorted(one.at_ms, [at]) for at in self._window[1:])
            before = predecessors(one.at_ms, one.flags, starts, np.array([self._window.start_at]))
            found.append(statistics(Way.METER, *rows, starts, ends, before).value[0])
        known = [float(one) for one in found if not np.isnan(one)]
        if not known:
            raise NothingToTellError
        return sum(known)

    def completeness(self) -> tuple[int, int | None]:
        """How many different good instants there are (at most as many as expected), and how many should be.

        The second is None where nobody knows.
        """
        length_ms = self._window.end_at - self._window.start_at
        there, expected = 0, 0
        for one in self._inside:
            instants, should = len(np.unique(one.good().at_ms)), expected_of(length_ms, one.step_s)
            if should is None:
                return 0, None
            there, expected = there + min(instants, should), expected + should
        return there, expected


def _told(number: float) -> float:
    if not np.isfinite(number):
        raise NothingToTellError
    return number


class Unit(Enum):
    """The unit of what a function gives."""

    SAME = "that of the readings"
    GAP = "that of a difference of readings"
    NUMBER = "none"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Function:
    """A function over the readings of a property.

    Attributes:
        compute: readings and further numbers to a number.
        unit: of what it gives.
        ways: of which properties it can be.
        arguments: further numbers: `same` in the unit of the readings, `number` pure.
        strict: whether missing readings may have held what it looks for (honest.ENOUGH_OF_A_DAY).
        before_s: how far it looks before the window.
    """

    compute: Callable[..., float]
    unit: Unit
    ways: frozenset[Way]
    arguments: tuple[str, ...] = ()
    strict: bool = False
    before_s: int = 0


_ALL = frozenset(Way)
_ORDERED = frozenset({Way.GAUGE, Way.COUNT, Way.LEVEL})
_LIMITED = _ORDERED | {Way.RANGE}
_MEANT = _ORDERED | {Way.ANGLE}


def _named(name: str) -> Callable[[Readings], float]:
    return lambda readings: readings.number(name)


def _percentile(readings: Readings, share: float) -> float:
    if not len(readings.good) or not 0 <= share <= 100:
        raise NothingToTellError
    return float(np.percentile(readings.good, share))


FUNCTIONS: dict[str, Function] = {
    "mean": Function(_named("mean"), Unit.SAME, _MEANT),
    "energy_mean": Function(_named("mean"), Unit.SAME, frozenset({Way.LEVEL})),
    "min": Function(_named("minimum"), Unit.SAME, _LIMITED, strict=True),
    "max": Function(_named("maximum"), Unit.SAME, _LIMITED, strict=True),
    "sum": Function(_named("sum"), Unit.SAME, frozenset({Way.GAUGE, Way.COUNT}), strict=True),
    "difference": Function(
        Readings.difference, Unit.SAME, frozenset({Way.METER}), strict=True, before_s=_METER_BEFORE_S
    ),
    "first": Function(_named("first"), Unit.SAME, _ALL),
    "last": Function(_named("last"), Unit.SAME, _ALL),
    "deviation": Function(_named("deviation"), Unit.GAP, _MEANT),
    "count": Function(_named("count"), Unit.NUMBER, _ALL),
    "median": Function(lambda readings: _percentile(readings, 50), Unit.SAME, _ORDERED),
    "percentile": Function(_percentile, Unit.SAME, _ORDERED, ("number",)),
    "count_above": Function(
        lambda readings, limit: float((readings.good > limit).sum()), Unit.NUMBER, _LIMITED, ("same",), strict=True
    ),
    "count_below": Function(
        lambda readings, limit: float((readings.good < limit).sum()), Unit.NUMBER, _LIMITED, ("same",), strict=True
    ),
    "hours_above": Function(
        lambda readings, limit: readings.hours(lambda v: v > limit), Unit.HOURS, _LIMITED, ("same",), strict=True
    ),
    "hours_below": Function(
        lambda readings, limit: readings.hours(lambda v: v < limit), Unit.HOURS, _LIMITED, ("same",), strict=True
    ),
    "count_equal": Function(
        lambda readings, code: float((readings.good == code).sum()), Unit.NUMBER, frozenset({Way.CATEGORY}),
        ("number",), strict=True,
    ),
    "hours_equal": Function(
        lambda readings, code: readings.hours(lambda v: v == code), Unit.HOURS, frozenset({Way.CATEGORY}),
        ("number",), strict=True,
    ),
}  # fmt: skip
"""Every function over readings by its name."""
