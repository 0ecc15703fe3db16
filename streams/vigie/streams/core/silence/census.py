"""How many devices are watched, and what the devices of each network lose: what a single clock cannot know.

Counted from the clocks of one partition, once an hour of ticks. Keys are spread evenly, so the whole installation holds
so many times as many devices as it has partitions.
"""

from collections.abc import Iterable, Mapping

from vigie.streams.core.silence.clock import Clock
from vigie.streams.core.silence.loss import PERIOD_DAYS, Prior, phi_threshold

FIRST = Prior()
"""What a network is believed to lose before anything was counted."""
FIRST_SLOTS, FIRST_LOSSES = 20, 10
"""Slots, and lost slots, that this belief stands for."""


class Census:
    """Devices watched and their networks' losses.

    Args:
        partitions: of the installation.
        tolerated: false alarms that it tolerates in 30 days, B.
        watched: network -> devices of this partition with a clock.
        rivers: of them, those of rivers: they have a B of their own, since their cap is short.
        priors: network -> what its devices lose.

    >>> round(Census(12, 1.0, {"ville": 25}).threshold(900, river=False), 2)
    5.94
    """

    def __init__(
        self,
        partitions: int,
        tolerated: float,
        watched: Mapping[str, int] | None = None,
        rivers: int = 0,
        priors: Mapping[str, Prior] | None = None,
    ) -> None:
        self.watched = watched or {}
        self._priors = priors or {}
        self._partitions, self._tolerated = partitions, tolerated
        self._all, self._rivers = sum(self.watched.values()), rivers

    def prior(self, network: str) -> Prior:
        """What devices of a network lose."""
        return self._priors.get(network, FIRST)

    def threshold(self, interval_s: float, *, river: bool) -> float:
        """Phi of a device with this interval."""
        count = max(1, self._rivers if river else self._all) * self._partitions
        return phi_threshold(count, 86_400 / interval_s, self._tolerated)

    def cap_spacing_ms(self) -> float:
        """How far apart two caps of one river's device must be, so that all of them stay within B in 30 days.

        >>> Census(1, 1.0, {"ville": 25}, rivers=12).cap_spacing_ms() / 86_400_000
        360.0
        """
        return PERIOD_DAYS * 86_400_000 * max(1, self._rivers) * self._partitions / self._tolerated


def counted(clocks: Iterable[Clock], rivers: int, partitions: int, tolerated: float) -> Census:
    """The census of these clocks.

    >>> census = counted([Clock(1, network="n", slots=1000, lost=100, after=100, again=60)], 0, 12, 1.0)
    >>> [round(number, 2) for number in census.prior("n")], census.watched
    ([0.1, 0.57], {'n': 1})
    """
    sums: dict[str, list[int]] = {}
    for clock in clocks:
        known = sums.get(clock.network)
        if known is None:
            known = sums[clock.network] = [0, 0, 0, 0, 0]
        known[0] += 1
        known[1] += clock.slots
        known[2] += clock.lost
        known[3] += clock.after
        known[4] += clock.again
    priors = {
        network: Prior(
            (lost + FIRST_SLOTS * FIRST.loss) / (slots + FIRST_SLOTS),
            (again + FIRST_LOSSES * FIRST.burst) / (after + FIRST_LOSSES),
        )
        for network, (_, slots, lost, after, again) in sums.items()
    }
    return Census(partitions, tolerated, {network: known[0] for network, known in sums.items()}, rivers, priors)
