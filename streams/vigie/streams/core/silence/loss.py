"""How often a message of a device is lost, and how unlikely a silence is that would be nothing but losses.

A device that sends every T has slots; each is heard or lost. Lost slots come alone (probability p) or after another
one (r): radio that is disturbed is disturbed for a while. m slots lost in a row are then bad luck with probability
p * r^(m-1) per slot, and

    phi(m) = -log10(p * r^(m-1))

This is the accrual detector of Hayashibara et al. (2004), phi = -log10(1 - F(time since the last heartbeat)), with F
made a clock that loses slots instead of a normal law. An alert needs phi >= Phi, where

    Phi = log10(N * slots per day * D / B)

lets N devices raise B false alarms in D days.

p and r are learned from the device's own slots, beginning from its network's as from 20 slots (a Beta prior). Counts
are halved when MOST_SLOTS, or MOST_AFTER, are reached: what is older weighs less and less. r is taken one standard
deviation above what was counted: it stands to the power m-1, so that an r that is a little too low, of a device that
has lost little so far, would raise many false alarms.
"""

from math import ceil, log10, sqrt
from typing import NamedTuple

PRIOR_STRENGTH = 20
"""Slots that the network's experience stands for."""
MOST_SLOTS, MOST_AFTER = 4096, 512
CAUTION = 1.0
"""Standard deviations by which r is taken above its mean."""
MOST_BURST, LEAST_LOSS = 0.99, 1e-4
PERIOD_DAYS = 30
"""D."""


class Prior(NamedTuple):
    """What a network's devices lose: p and r."""

    loss: float = 0.1
    burst: float = 0.3


class Counts(NamedTuple):
    """Slots of a device, as the clock counts them."""

    slots: int
    lost: int
    after: int
    again: int


def counted(counts: Counts, lost: int, *, cut: bool = False) -> Counts:
    """Counts after a device was heard.

    Args:
        counts: before.
        lost: slots lost since it was heard before; its own is one more.
        cut: the run of lost slots was longer (an outage that was told): its end is not known to be loss.

    >>> counted(Counts(10, 1, 1, 0), 2)
    Counts(slots=13, lost=3, after=3, again=1)
    """
    slots, missing, after, again = counts
    slots += lost + 1
    if lost:
        missing += lost
        again += lost - 1
        after += lost - 1 if cut else lost
    if slots > MOST_SLOTS:
        slots, missing = slots // 2, (missing + 1) // 2
    if after > MOST_AFTER:
        after, again = after // 2, again // 2
    return Counts(slots, missing, after, again)


def believed(counts: Counts, prior: Prior) -> tuple[float, float]:
    """The p and r in force.

    >>> [round(number, 3) for number in believed(Counts(1000, 100, 100, 10), Prior(0.1, 0.1))]
    [0.1, 0.127]
    """
    slots, missing, after, again = counts
    loss = (PRIOR_STRENGTH * prior.loss + missing) / (PRIOR_STRENGTH + slots)
    weight = PRIOR_STRENGTH + after
    mean = (PRIOR_STRENGTH * prior.burst + again) / weight
    burst = mean + CAUTION * sqrt(mean * (1 - mean) / (weight + 1))
    return max(loss, LEAST_LOSS), min(max(burst, LEAST_LOSS), MOST_BURST)


def phi_of(missed: int, loss: float, burst: float) -> float:
    """The phi of `missed` slots in a row; 0 for none.

    >>> round(phi_of(6, 0.1, 0.1), 6)
    6.0
    """
    return -log10(loss) - (missed - 1) * log10(burst) if missed > 0 else 0.0


def phi_threshold(watched: float, slots_per_day: float, tolerated: float) -> float:
    """Phi, from the devices watched, the slots of this one, and the false alarms tolerated in 30 days.

    >>> round(phi_threshold(300, 96, 1.0), 2)
    5.94
    """
    return log10(max(watched, 1.0) * slots_per_day * PERIOD_DAYS / tolerated)


def missed_needed(loss: float, burst: float, threshold: float) -> int:
    """The least m with phi(m) >= threshold; at least 2.

    >>> [missed_needed(p, p, phi_threshold(300, 96, 1.0)) for p in (0.02, 0.05, 0.1, 0.2, 0.4)]
    [4, 5, 6, 9, 15]
    """
    return max(2, 1 + ceil((threshold + log10(loss)) / -log10(burst) - 1e-9))
