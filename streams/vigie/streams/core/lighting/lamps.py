"""Lamps lost: a step down of the night level, found by a cumulated sum."""

from typing import NamedTuple

import numpy as np

from vigie.streams.core.lighting.power import Floats

BASELINE = 14
"""Nights from which the level and its spread are learned."""
SLACK, ALARM = 0.5, 5.0
"""Of the cumulated sum, in standard deviations: a step of one deviation is told after some ten nights, one of three
after two or three; without a step an alarm comes about once in 900 nights."""
LAST = 5
"""Nights from which the level now is taken."""
_TO_DEVIATION = 1.4826
_FLOOR = 0.005
"""Least spread, of the level: a meter's rounding and the mains' voltage."""


class Step(NamedTuple):
    """What became of a level.

    Attributes:
        before_w: W, of the baseline.
        now_w: W, of the last nights.
        lost_w: by how much it is lower for good; 0 where there is no step, or where it was made good.
        since: place of the first night of the step; -1 without one.
        highest: of the cumulated sum, standard deviations.
    """

    before_w: float
    now_w: float
    lost_w: float
    since: int
    highest: float


def step_down(levels: Floats) -> Step | None:
    """Did the night level step down and stay there?

    Args:
        levels: (n,) W by night; NaN where a night is not known.

    Returns:
        None with fewer nights than the baseline needs and one.

    Source: E. S. Page, Continuous inspection schemes, Biometrika 41 (1954); one-sided, with reference value 0.5 and
    decision interval 5 (D. C. Montgomery, Introduction to Statistical Quality Control, 9.1).

    >>> found = step_down(np.array([6000.0] * 20 + [5880.0] * 6))
    >>> found.lost_w, found.since
    (120.0, 20)
    """
    places = np.flatnonzero(~np.isnan(levels))
    if len(places) <= BASELINE:
        return None
    known = levels[places]
    before = float(np.median(known[:BASELINE]))
    spread = max(_TO_DEVIATION * float(np.median(np.abs(known[:BASELINE] - before))), _FLOOR * abs(before), 1e-9)
    total = highest = 0.0
    began = since = -1
    for place, level in enumerate(known[BASELINE:].tolist(), BASELINE):
        if total == 0.0:
            began = place
        total = max(0.0, total + (before - level) / spread - SLACK)
        highest = max(highest, total)
        if total > ALARM and since < 0:
            since = began
        if total == 0.0:
            since = -1
    after = known[since:] if since >= 0 else known[BASELINE:]
    now = float(np.median(after[-LAST:]))
    lost = before - now if since >= 0 else 0.0
    if lost <= SLACK * spread:
        lost, since = 0.0, -1
    return Step(before, now, lost, int(places[since]) if since >= 0 else -1, highest)
