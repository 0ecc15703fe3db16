"""Many devices that lose messages and never die, slot by slot: how often would they be called silent?

The method of loss.py over arrays, one lane per device: the same counts, the same priors once an hour, the same
comparison (a test plays both and compares every alert). A device's slots are a chain of two states: lost with
probability p, and lost after lost with probability r.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.silence.census import FIRST, FIRST_LOSSES, FIRST_SLOTS
from vigie.streams.core.silence.loss import (
    CAUTION,
    LEAST_LOSS,
    MOST_AFTER,
    MOST_BURST,
    MOST_SLOTS,
    PRIOR_STRENGTH,
    missed_needed,
    phi_threshold,
)  # fmt: skip

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
PARTITIONS = 12
HOUR_MIN = 60


class Mix(NamedTuple):
    """A fleet.

    Attributes:
        name: for people.
        devices: how many.
        losses: p of its devices, in turn.
        bursts: r of its devices, in turn of turns; 0 for losses that come alone (r = p).
        minutes: upload periods, in turn of those; each a multiple of the shortest.
    """

    name: str
    devices: int
    losses: tuple[float, ...]
    bursts: tuple[float, ...]
    minutes: tuple[int, ...]

    def lanes(self) -> tuple[Floats, Floats, Ints]:
        """The p, r and minutes of each device.

        >>> Mix("", 4, (0.1, 0.2), (0.0, 0.6), (15,)).lanes()[1].tolist()
        [0.1, 0.2, 0.6, 0.6]
        """
        place = np.arange(self.devices)
        loss = np.array(self.losses)[place % len(self.losses)]
        place //= len(self.losses)
        burst = np.array(self.bursts)[place % len(self.bursts)]
        minutes = np.array(self.minutes)[place // len(self.bursts) % len(self.minutes)]
        return loss, np.where(burst > 0, burst, loss), minutes


class Found(NamedTuple):
    """What came of it.

    Attributes:
        false_alarms: per seed.
        first_month: of them, those of the first 30 days.
        needed: slots that each device must miss at the end.
        ideal: slots that it would have to miss if p and r were known.
        alerts: (slot, lane) of each.
    """

    false_alarms: Floats
    first_month: Floats
    needed: Floats
    ideal: Floats
    alerts: list[tuple[int, int]]


class _Lanes:
    """Counts of every device; names as in clock.py."""

    def __init__(self, count: int, groups: Ints) -> None:
        self.slots, self.lost, self.after, self.again = (np.zeros(count, np.int64) for _ in range(4))
        self.run, self.missed, self.returns = (np.zeros(count, np.int64) for _ in range(3))
        self.told, self.returned = np.zeros(count, bool), np.zeros(count, bool)
        self.groups = groups
        self.prior_loss, self.prior_burst = np.full(count, FIRST.loss), np.full(count, FIRST.burst)

    def census(self) -> None:
        loss, slots, again, after = (
            np.bincount(self.groups, weights) for weights in (self.lost, self.slots, self.again, self.after)
        )
        self.prior_loss = ((loss + FIRST_SLOTS * FIRST.loss) / (slots + FIRST_SLOTS))[self.groups]
        self.prior_burst = ((again + FIRST_LOSSES * FIRST.burst) / (after + FIRST_LOSSES))[self.groups]

    def believed(self, at: Ints) -> tuple[Floats, Floats]:
        loss = (PRIOR_STRENGTH * self.prior_loss[at] + self.lost[at]) / (PRIOR_STRENGTH + self.slots[at])
        weight = PRIOR_STRENGTH + self.after[at]
        mean = (PRIOR_STRENGTH * self.prior_burst[at] + self.again[at]) / weight
        burst = mean + CAUTION * np.sqrt(mean * (1 - mean) / (weight + 1))
        return np.maximum(loss, LEAST_LOSS), np.clip(burst, LEAST_LOSS, MOST_BURST)

    def miss(self, at: Ints, threshold: Floats) -> Ints:
        """These lost a slot; those that are told by it."""
        self.run[at] += 1
        due = at[(self.run[at] >= 2) & ~self.told[at]]
        loss, burst = self.believed(due)
        told = due[-np.log10(loss) - (self.run[due] - 1) * np.log10(burst) >= threshold[due]]
        self.told[told] = True
        self.missed[told] = self.run[told]
        return told

    def hear(self, at: Ints) -> None:
        """These were heard."""
        run = self.run[at]
        first = self.told[at] & ~self.returned[at]
        lost = np.where(first, np.minimum(run, self.missed[at]), run)
        some, cut = lost > 0, first & (run > self.missed[at])
        self.slots[at] += lost + 1
        self.lost[at] += lost
        self.again[at] += np.where(some, lost - 1, 0)
        self.after[at] += np.where(some, np.where(cut, lost - 1, lost), 0)
        full = at[self.slots[at] > MOST_SLOTS]
        self.slots[full], self.lost[full] = self.slots[full] // 2, (self.lost[full] + 1) // 2
        full = at[self.after[at] > MOST_AFTER]
        self.after[full], self.again[full] = self.after[full] // 2, self.again[full] // 2
        told = at[self.told[at]]
        self.returned[told] = True
        self.returns[told] += 1
        over = told[((self.returns[told] >= 2) & (self.run[told] == 0)) | (self.returns[told] >= 3)]
        self.told[over] = self.returned[over] = False
        self.returns[over] = self.missed[over] = 0
        self.run[at] = 0


def losses(mix: Mix, days: int, seeds: int) -> tuple[Bools, Ints]:
    """Whether each slot of the shortest period is lost, (slots, lanes); and of how many of these a lane has one."""
    rng = np.random.default_rng(7)
    loss, burst, minutes = (np.tile(part, seeds) for part in mix.lanes())
    enter = loss * (1 - burst) / (1 - loss)
    slots = days * 1440 // int(minutes.min())
    found = np.empty((slots, len(loss)), bool)
    every = minutes // minutes.min()
    state = rng.random(len(loss)) < loss
    for slot in range(slots):
        state = np.where(slot % every == 0, rng.random(len(loss)) < np.where(state, burst, enter), state)
        found[slot] = state
    return found, every


def simulate(
    mix: Mix, *, days: int, seeds: int, tolerated: float = 1.0, partitions: int = PARTITIONS
) -> Found:  # fmt: skip
    """Play a fleet with several seeds.

    Args:
        mix: the fleet.
        days: how long.
        seeds: how many fleets.
        tolerated: B.
        partitions: among which its devices are spread; a census counts one of them.
    """
    loss, burst, minutes = (np.tile(part, seeds) for part in mix.lanes())
    lost, every = losses(mix, days, seeds)
    threshold = np.array([phi_threshold(mix.devices, 1440 / each, tolerated) for each in minutes])
    lane = np.arange(len(loss))
    lanes = _Lanes(len(loss), lane // mix.devices * partitions + lane % mix.devices % partitions)
    census_each, shortest = max(1, HOUR_MIN // int(minutes.min())), int(minutes.min())
    false_alarms, first_month = np.zeros(seeds), np.zeros(seeds)
    alerts: list[tuple[int, int]] = []
    for slot in range(len(lost)):
        mine = lane if shortest == minutes.max() else lane[slot % every == 0]
        missing = lost[slot][mine]
        lanes.hear(mine[~missing])
        if (slot + 1) % census_each == 0:
            lanes.census()
        told = lanes.miss(mine[missing], threshold)  # which is known once the slot's jitter has gone by
        np.add.at(false_alarms, told // mix.devices, 1)
        if slot * shortest < 30 * 1440:
            np.add.at(first_month, told // mix.devices, 1)
        alerts += [(slot, int(one)) for one in told]
    found_loss, found_burst = lanes.believed(lane)
    needed = [missed_needed(*one) for one in zip(found_loss, found_burst, threshold, strict=True)]
    ideal = [missed_needed(*one) for one in zip(loss, burst, threshold, strict=True)]
    return Found(false_alarms, first_month, np.array(needed), np.array(ideal), alerts)
