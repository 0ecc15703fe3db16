"""What a partition heard since the last tick, by gateway and by network, for whoever looks for the cause of a silence.

It lives in memory: after a restart it begins anew, and says the parents of each device again as it speaks. Only what
changed is said, so a minute of 100,000 devices is some tens of kilobytes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vigie.streams.core.silence.clock import Clock
from vigie.streams.core.silence.gateways import parents
from vigie.topics.alarm_input import Heard

FIRST_FRAMES, LOOK_EACH = 4, 16
"""A device's parents are looked at with its first frames, then with each of so many."""


class Hearing:
    """Of one partition.

    >>> hearing, clock = Hearing(), Clock(5, network="n", frames=1, gateways={"g1": 1})
    >>> hearing.frame("eui:a1", clock, [{"id": "g1"}])
    >>> told = hearing.told(60_000, 3, {"n": 1})
    >>> told.gateways, told.parents, told.networks, told.watched, told.carries
    ({'g1': 1}, {'eui:a1': ('g1',)}, {'n': 5}, {'n': 1}, {'g1': 'n'})
    >>> hearing.told(120_000, 3, {"n": 1})
    Heard(tick_at=120000, partition=3, gateways={}, statistics={}, parents={}, networks={}, watched={}, carries={})
    """

    __slots__ = ("_carries", "_gateways", "_known", "_networks", "_of", "_parents", "_statistics", "_watched")

    def __init__(self) -> None:
        self._gateways: dict[str, int] = {}
        self._statistics: dict[str, int] = {}
        self._parents: dict[str, tuple[str, ...]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        self._networks: dict[str, int] = {}
        self._watched: dict[str, int] = {}
        self._of: dict[str, str] = {}
        self._carries: dict[str, str] = {}

    def frame(self, address: str, clock: Clock, gateways: Sequence[Any]) -> None:
        """A frame of a device, heard by these (dictionaries or words with `id`), that its clock has counted."""
        if clock.last_at > self._networks.get(clock.network, 0):
            self._networks[clock.network] = clock.last_at
        counts, of, network = self._gateways, self._of, clock.network
        for one in gateways:
            name = one["id"] if type(one) is dict else one.id
            counts[name] = counts.get(name, 0) + 1
            if of.get(name) != network and network:
                self._is_of(name, network)
        frames = clock.frames
        if gateways and (frames <= FIRST_FRAMES or frames % LOOK_EACH == 0 or address not in self._known):
            found = parents(frames, clock.gateways)
            if self._known.get(address) != found:
                self._known[address] = self._parents[address] = found

    def statistics(self, gateway: str, network: str, arrival_at: int) -> None:
        """A gateway has told of itself."""
        self._statistics[gateway] = max(arrival_at, self._statistics.get(gateway, 0))
        if network:
            self._is_of(gateway, network)
            self._networks[network] = max(arrival_at, self._networks.get(network, 0))

    def _is_of(self, gateway: str, network: str) -> None:
        """A gateway relays for a network; one that relays for several is none's."""
        known = self._of.get(gateway)
        found = network if known in (None, network) else ""
        if found != known:
            self._of[gateway] = self._carries[gateway] = found

    def told(self, tick_at: int, partition: int, watched: Mapping[str, int]) -> Heard:
        """The message of a tick; what it says is not said again."""
        changed = {} if watched == self._watched else dict(watched)
        message = Heard(
            tick_at=tick_at, partition=partition, gateways=self._gateways, statistics=self._statistics,
            parents=self._parents, networks={name: at for name, at in self._networks.items() if name}, watched=changed,
            carries=self._carries,
        )  # fmt: skip
        self._watched = dict(watched)
        self._gateways, self._statistics, self._parents, self._networks, self._carries = {}, {}, {}, {}, {}
        return message
