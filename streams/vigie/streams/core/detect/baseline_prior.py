"""What a point that has measured for too short a time is expected to measure: as those that measure the same elsewhere.

Its width holds both what each of them strays and how they differ from each other, so it alarms late and rarely.
"""

from collections import defaultdict
from collections.abc import Iterator
from math import nan

import msgspec
import numpy as np
from numpy.typing import NDArray

from vigie.topics.baseline import HOURS, Baseline

LEAST_POINTS = 3
"""Points that know an hour themselves, for it to be said of another."""
MOST_POINTS = 50
"""Points that are kept to tell it from: more say nothing new, and there may be 20,000."""

Group = tuple[str, int, int]
"""Use case, property, channel."""
Floats = NDArray[np.float64]


class Likes:
    """Gathers baselines, and fills those with hours of which their point knows nothing from their like."""

    def __init__(self) -> None:
        self._donors: dict[Group, list[Baseline]] = defaultdict(list)
        self._waiting: dict[str, tuple[str, list[Baseline]]] = {}

    def take(self, point: str, use_case: str, made: list[Baseline]) -> bool:
        """Take all baselines of a point; whether they are complete, and need not wait for the others."""
        complete = True
        for one in made:
            missing = one.origin.count("-")
            complete = complete and not missing
            donors = self._donors[use_case, one.property, one.channel]
            if missing < HOURS and len(donors) < MOST_POINTS:
                donors.append(one)
        if not complete:
            self._waiting[point] = use_case, made
        return complete

    def filled(self) -> Iterator[tuple[str, list[Baseline]]]:
        """Point and baselines of those that waited; hours that nobody knows stay nan."""
        priors: dict[Group, _Prior] = {}
        for point, (use_case, made) in self._waiting.items():
            for place, one in enumerate(made):
                group = use_case, one.property, one.channel
                if "-" in one.origin and group in self._donors:
                    if group not in priors:
                        priors[group] = _prior(self._donors[group])
                    made[place] = _with(one, priors[group])
            yield point, [one for one in made if one.origin.strip("-")]
        self._waiting.clear()


class _Prior(msgspec.Struct):
    enough: NDArray[np.bool_]
    support: NDArray[np.int64]
    columns: dict[str, Floats]


def _prior(donors: list[Baseline]) -> _Prior:
    own = np.array([[letter in "wd" for letter in one.origin] for one in donors]).reshape(-1, HOURS)
    enough = own.sum(axis=0) >= LEAST_POINTS
    support = np.where(own, np.array([one.support for one in donors]).reshape(-1, HOURS), 0).sum(axis=0)

    def of(name: str) -> Floats:  # (donors, HOURS), nan where it is not the point's own
        column: Floats = np.where(own, np.array([getattr(one, name) for one in donors]).reshape(-1, HOURS), nan)
        return column[:, enough]

    columns = {name: np.full(HOURS, nan) for name in ("median", "mad", "mean", "variance")}
    if enough.any():
        medians, means = of("median"), of("mean")
        middle = np.nanmedian(medians, axis=0)
        columns["median"][enough] = middle
        between = np.nanmedian(np.abs(medians - middle), axis=0)
        columns["mad"][enough] = np.hypot(np.nanmedian(of("mad"), axis=0), between)
        if not np.isnan(means).any(axis=0).all():
            columns["mean"][enough] = np.nanmean(means, axis=0)
            columns["variance"][enough] = np.nanmean(of("variance"), axis=0) + np.nanvar(means, axis=0)
    return _Prior(enough, support, columns)


def _with(one: Baseline, prior: _Prior) -> Baseline:
    asked = np.array([letter == "-" for letter in one.origin]) & prior.enough
    changed = {
        name: tuple(np.round(np.where(asked, column, np.array(getattr(one, name))), 6).tolist())
        for name, column in prior.columns.items()
    }
    support = tuple(np.where(asked, prior.support, np.array(one.support)).tolist())
    origin = "".join("f" if new else letter for new, letter in zip(asked.tolist(), one.origin, strict=True))
    return msgspec.structs.replace(one, origin=origin, support=support, **changed)
