"""What a point that has measured for too short a time is expected to measure: as those that measure the same elsewhere.

Its width holds both what each of them strays and how they differ from each other, so it alarms late and rarely.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import nan

import msgspec
import numpy as np

from vigie.topics.baseline import HOURS, Baseline

LEAST_POINTS = 3
"""Points that know an hour themselves, for it to be said of another."""

Group = tuple[str, int, int]
"""Use case, property, channel."""


def with_priors(made: Iterable[Baseline], use_case: Mapping[str, str]) -> list[Baseline]:
    """The same baselines, with hours of which a point knows nothing filled from its like.

    Args:
        made: baselines of the points.
        use_case: point -> its use case.
    """
    groups: dict[Group, list[Baseline]] = defaultdict(list)
    found: list[Baseline] = []
    for one in made:
        groups[use_case.get(one.point, ""), one.property, one.channel].append(one)
    for group in groups.values():
        found += _filled(group) if any("-" in one.origin for one in group) else group
    return found


def _filled(group: Sequence[Baseline]) -> list[Baseline]:
    own = np.array([[letter in "wd" for letter in one.origin] for one in group])
    donors = own.sum(axis=0)

    def of(name: str) -> np.ndarray:  # (points, HOURS), nan where it is not the point's own
        return np.where(own, np.array([getattr(one, name) for one in group]), nan)

    medians, mads, means, variances = of("median"), of("mad"), of("mean"), of("variance")
    enough = donors >= LEAST_POINTS
    median, mad, mean, variance = (np.full(HOURS, nan) for _ in range(4))
    if enough.any():
        median[enough] = np.nanmedian(medians[:, enough], axis=0)
        between = np.nanmedian(np.abs(medians - median)[:, enough], axis=0)
        mad[enough] = np.hypot(np.nanmedian(mads[:, enough], axis=0), between)
        if not np.isnan(means[:, enough]).all():
            mean[enough] = np.nanmean(means[:, enough], axis=0)
            variance[enough] = np.nanmean(variances[:, enough], axis=0) + np.nanvar(means[:, enough], axis=0)
    support = np.where(own, np.array([one.support for one in group]), 0).sum(axis=0)
    return [_with(one, enough, support, median, mad, mean, variance) if "-" in one.origin else one for one in group]


def _with(one: Baseline, enough: np.ndarray, support: np.ndarray, *columns: np.ndarray) -> Baseline:
    asked = np.array([letter == "-" for letter in one.origin]) & enough
    names = ("support", "median", "mad", "mean", "variance")
    changed = {
        name: tuple(np.where(asked, column, np.array(getattr(one, name))).tolist())
        for name, column in zip(names, (support, *columns), strict=True)
    }
    origin = "".join("f" if new else letter for new, letter in zip(asked.tolist(), one.origin, strict=True))
    return msgspec.structs.replace(one, origin=origin, **changed)
