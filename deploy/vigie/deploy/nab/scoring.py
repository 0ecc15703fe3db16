"""How the Numenta Anomaly Benchmark scores: written from its definition, for all thresholds at once.

Source: Lavin, Ahmad, Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly Benchmark, ICMLA 2015
(arXiv 1510.03336), section III, with the constants of the benchmark's release 1.1: the probationary period is capped
at that of 5,000 rows, and each detection's weight in its window is divided by that of the window's first row.

- The first 15 % of a series, 750 rows at most, are for learning: nothing there counts.
- In a labelled window only the earliest detection counts: A_tp at the first row, falling by a sigmoid to about 0 at the
  last. A window without detection costs A_fn.
- A detection outside costs A_fp, less just after a window: the same sigmoid goes on to -1.
- The threshold is one for all series of a profile, the one with the highest sum.
- Normalised, 0 is the detector that never detects and 100 the one that detects the first row of each window only.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PROBATION_SHARE = 0.15
PROBATION_ROWS_MAX = 5000
STEEPNESS = 5.0
FAR_BEHIND = 3.0
"""Windows' widths after which a false positive has its full weight."""
OUTSIDE = -1
PROBATION = -2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Profile(NamedTuple):
    """What an application thinks of hits and misses.

    Attributes:
        name: as in profiles.json.
        tp, fn, fp: weight of a window found, of a window missed, of a false positive.
    """

    name: str
    tp: float
    fn: float
    fp: float


class Weighed(NamedTuple):
    """What a detection at each row of one series is worth, before the profile's weights.

    Attributes:
        window: (n,) number of the row's window within the series, OUTSIDE or PROBATION.
        worth: (n,) 1 at the first row of a window, falling; below 0 outside.
        windows: how many windows can be found.
    """

    window: Ints
    worth: Floats
    windows: int


class Best(NamedTuple):
    """One profile's threshold, and what it gives.

    Attributes:
        profile: its name.
        threshold: scores from here on are detections.
        score: normalised, of all series.
        raw: (series,) sum of each series, in its order.
        found, false: (series,) windows found and rows detected outside of windows.
    """

    profile: str
    threshold: float
    score: float
    raw: Floats
    found: Ints
    false: Ints


def sigmoid(position: Floats | float) -> Floats:
    """Worth of a position: -1 is the left edge of a window, 0 just past its right edge, above 0 is behind it.

    >>> sigmoid(np.array([-1.0, -0.5, 0.0, 1.0, 3.0])).round(5).tolist()
    [0.98661, 0.84828, 0.0, -0.98661, -1.0]
    """
    at = np.asarray(position, np.float64)
    return np.where(at >= FAR_BEHIND, -1.0, 2.0 / (1.0 + np.exp(STEEPNESS * np.minimum(at, FAR_BEHIND))) - 1.0)


def probation_rows(rows: int) -> int:
    """How many rows at the beginning do not count.

    >>> probation_rows(4032), probation_rows(18_050)
    (604, 750)
    """
    return int(min(PROBATION_SHARE * rows, PROBATION_SHARE * PROBATION_ROWS_MAX))


def weigh(rows: int, windows: Sequence[tuple[int, int]]) -> Weighed:
    """What a detection at each row is worth.

    Args:
        rows: of the series.
        windows: first and last row of each, in their order.

    >>> weigh(10, [(4, 7)]).worth.round(2).tolist()
    [-1.0, -1.0, -1.0, -1.0, 1.0, 0.97, 0.86, 0.56, -0.68, -0.93]
    """
    index = np.arange(rows)
    window = np.full(rows, OUTSIDE, np.int64)
    worth = np.full(rows, -1.0)
    for number, (first, last) in enumerate(windows):
        width = last - first + 1
        behind = slice(last + 1, rows)
        worth[behind] = sigmoid((index[behind] - last) / max(width - 1, 1))
        inside = slice(first, last + 1)
        window[inside] = number
        worth[inside] = sigmoid((index[inside] - last - 1) / width) / sigmoid(-1.0)
    window[: probation_rows(rows)] = PROBATION
    return Weighed(window, worth, len(np.unique(window[window >= 0])))


def best_threshold(scores: Sequence[Floats], weighed: Sequence[Weighed], profile: Profile) -> Best:
    """The threshold that gives one profile the highest sum over all series, and what each series gets by it.

    Args:
        scores: of each series, one per row; the higher the more abnormal.
        weighed: of each series.
        profile: weights.
    """
    thresholds, gained = _sweep(scores, weighed, profile)
    best = int(np.argmax(gained))
    threshold = float(thresholds[best])
    parts = [at_threshold(one, two, profile, threshold) for one, two in zip(scores, weighed, strict=True)]
    raw = np.array([part[0] for part in parts])
    return Best(
        profile.name,
        threshold,
        normalised(float(raw.sum()), sum(one.windows for one in weighed), profile),
        raw,
        np.array([part[1] for part in parts]),
        np.array([part[2] for part in parts]),
    )


def _sweep(scores: Sequence[Floats], weighed: Sequence[Weighed], profile: Profile) -> tuple[Floats, Floats]:
    """Thresholds, falling, infinity first, and what all series gain by each over no detection at all."""
    at: list[Floats] = []
    gain: list[Floats] = []
    for score, one in zip(scores, weighed, strict=True):
        outside = one.window == OUTSIDE
        at.append(score[outside])
        gain.append(one.worth[outside] * profile.fp)
        for number in np.unique(one.window[one.window >= 0]):
            inside = one.window == number
            falling = np.argsort(-score[inside], kind="stable")
            reached = np.maximum.accumulate(one.worth[inside][falling] * profile.tp)
            at.append(score[inside][falling])
            gain.append(np.diff(reached, prepend=-profile.fn))
    every, gains = np.concatenate(at), np.concatenate(gain)
    falling = np.argsort(-every, kind="stable")
    every, sums = every[falling], np.cumsum(gains[falling])
    last_of_its_value = np.append(np.diff(every) != 0, True)
    return np.append(np.inf, every[last_of_its_value]), np.append(0.0, sums[last_of_its_value])


def at_threshold(score: Floats, weighed: Weighed, profile: Profile, threshold: float) -> tuple[float, int, int]:
    """Sum of one series at a threshold, windows found, rows detected outside.

    >>> one = weigh(10, [(4, 7)])
    >>> found, windows, false = at_threshold(np.eye(10)[5] + np.eye(10)[9], one, Profile("standard", 1, 1, 0.11), 0.5)
    >>> round(found, 3), windows, false
    (0.865, 1, 1)
    """
    detected = score >= threshold
    outside = detected & (weighed.window == OUTSIDE)
    inside = np.flatnonzero(detected & (weighed.window >= 0))
    _, earliest = np.unique(weighed.window[inside], return_index=True)
    found = len(earliest)
    total = (
        weighed.worth[outside].sum() * profile.fp
        + weighed.worth[inside[earliest]].sum() * profile.tp
        - (weighed.windows - found) * profile.fn
    )
    return float(total), found, int(outside.sum())


def normalised(raw: float, windows: int, profile: Profile) -> float:
    """0 for the detector that never detects, 100 for the perfect one; nan without any window.

    >>> normalised(0.0, 4, Profile("standard", 1, 1, 0.11))
    50.0
    """
    if not windows:
        return float("nan")
    null, perfect = -windows * profile.fn, windows * profile.tp
    return 100.0 * (raw - null) / (perfect - null)


def profiles_of(said: Mapping[str, Mapping[str, Mapping[str, float]]]) -> tuple[Profile, ...]:
    """The profiles of a profiles.json, in its order."""
    return tuple(
        Profile(name, one["CostMatrix"]["tpWeight"], one["CostMatrix"]["fnWeight"], one["CostMatrix"]["fpWeight"])
        for name, one in said.items()
    )
