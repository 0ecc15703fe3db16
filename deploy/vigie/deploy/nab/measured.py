"""The benchmark, run: our detector and the yardsticks over a corpus, scored by each profile."""

from collections.abc import Callable, Sequence
from time import process_time
from typing import NamedTuple

import numpy as np

from vigie.deploy.nab.corpus import Corpus, Series
from vigie.deploy.nab.scoring import PROBATION, Best, Floats, best_threshold
from vigie.deploy.nab.yardsticks import by_chance, windowed_gaussian
from vigie.streams.core.detect.novelty import Novel, Novelty, told_once

OURS = "novelty"


class Measured(NamedTuple):
    """One detector.

    Attributes:
        name: of the detector.
        scores: of each series, one per row.
        bests: by profile, in the corpus's order.
        us_per_row: processor time, microseconds; of all series together.
    """

    name: str
    scores: tuple[Floats, ...]
    bests: tuple[Best, ...]
    us_per_row: float


def novelty(series: Series) -> Floats:
    """Scores of our detector, value by value, as a stream gives them: nothing of a later row is known."""
    memory = Novelty()
    pairs = zip(series.at.tolist(), series.value.tolist(), strict=True)
    return np.array(told_once(memory.judge(at, value).score for at, value in pairs))


def measure(corpus: Corpus) -> list[Measured]:
    """Ours first, then the yardsticks."""
    number = {one.name: place for place, one in enumerate(corpus.series)}
    detectors: dict[str, Callable[[Series], Floats]] = {
        OURS: novelty,
        "windowed Gaussian": lambda one: windowed_gaussian(one.value),
        "random": lambda one: by_chance(len(one.at), number[one.name]),
    }
    rows = sum(len(one.at) for one in corpus.series)
    found = []
    for name, detector in detectors.items():
        begin = process_time()
        scores = tuple(detector(one) for one in corpus.series)
        taken = process_time() - begin
        found.append(Measured(name, scores, bests(corpus, scores), taken / rows * 1e6))
    return found


def bests(corpus: Corpus, scores: Sequence[Floats]) -> tuple[Best, ...]:
    """What a detector reaches by each profile."""
    weighed = [one.weighed for one in corpus.series]
    return tuple(best_threshold(scores, weighed, profile) for profile in corpus.profiles)


class Detection(NamedTuple):
    """One row that our detector tells of.

    Attributes:
        row: of the file, from 0.
        at: epoch ms.
        value: measured.
        novel: why.
        inside: whether it is in a labelled window.
    """

    row: int
    at: int
    value: float
    novel: Novel
    inside: bool


def detections(series: Series, threshold: float) -> list[Detection]:
    """Rows of one file that our detector tells of at a threshold, those of the probationary period left out."""
    memory = Novelty()
    pairs = zip(series.at.tolist(), series.value.tolist(), strict=True)
    novel = [memory.judge(at, value) for at, value in pairs]
    told = np.array(told_once(one.score for one in novel)) >= threshold
    window = series.weighed.window
    return [
        Detection(row, int(series.at[row]), float(series.value[row]), novel[row], bool(window[row] >= 0))
        for row in np.flatnonzero(told & (window != PROBATION)).tolist()
    ]
