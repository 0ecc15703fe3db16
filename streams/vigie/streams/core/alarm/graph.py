"""Who is heard through what: what root cause remembers of addresses, gateways, networks, roles and sources.

One value per key, `eui:…` (an address), `told:<subject>` (an alert that is open), `gateway:…`, `network:…`, `role:…`,
`source:…` and `watch`. Values are changed in place; `Graph.changed` says which, and they go to `state.alarm.graph`.
"""

from collections.abc import Iterable

from msgspec import Struct, field, msgpack

from vigie.topics.alarm_input import SilenceSignal

WATCH = "watch"
GATEWAY, NETWORK, ROLE, SOURCE, TOLD = "gateway:", "network:", "role:", "source:", "told:"


class Address(Struct, array_like=True, tag=0):
    """An address.

    Attributes:
        parents: gateways that carried at least 5 % of its frames in 7 days; empty where it has none (no LoRaWAN).
        signal: its silence, while it is silent.
        held_from_at: epoch ms UTC, since when its silence counts: its signal's tick, or the end of a freeze after it.
    """

    parents: tuple[str, ...] = ()
    signal: SilenceSignal | None = None
    held_from_at: int = 0


class Told(Struct, array_like=True, tag=1):
    """The open alert of a device that is silent.

    Attributes:
        key: its alarm key; empty once it is cleared.
        last_arrival_at: epoch ms UTC, of the silence that it is about.
        cause: alarm key of what explains it; empty for nothing.
        released_at: epoch ms UTC when that was over; 0 while it goes on. The device then gets two intervals.
    """

    key: str = ""
    last_arrival_at: int = 0
    cause: str = ""
    released_at: int = 0


class Trouble(Struct, array_like=True):
    """An alert of a gateway, a network, a role or a source.

    Attributes:
        key: its alarm key; empty while there is none.
        cause_id: what names it.
        since_at: epoch ms UTC, since when it has been so.
        level: 1, or 2 once it lasts.
    """

    key: str = ""
    cause_id: str = ""
    since_at: int = 0
    level: int = 0


class Gateway(Struct, array_like=True, tag=2):
    """A gateway.

    Attributes:
        life_at: epoch ms UTC of its last sign: a frame that it relayed, or statistics.
        statistics_at: epoch ms UTC of its last statistics; 0 where none ever came.
        intervals_ms: the last of its intervals between statistics.
        gaps: how long it relays nothing while all is well (own_gaps.py).
        network: of what it relayed; empty where it is not known.
        down: its alert.
    """

    life_at: int = 0
    statistics_at: int = 0
    intervals_ms: list[int] = field(default_factory=list)
    gaps: dict[int, float] = field(default_factory=dict)
    network: str = ""
    down: Trouble = field(default_factory=Trouble)


class Network(Struct, array_like=True, tag=3):
    """A network.

    Attributes:
        last_at: epoch ms UTC, the latest arrival of anything of it.
        gaps: how long nothing of it comes while all is well (own_gaps.py).
        watched: partition -> devices that have a clock there.
        silent_share: of its devices, in the long run.
        down: its alert.
    """

    last_at: int = 0
    gaps: dict[int, float] = field(default_factory=dict)
    watched: dict[int, int] = field(default_factory=dict)
    silent_share: float = 0.0
    down: Trouble = field(default_factory=Trouble)


class Role(Struct, array_like=True, tag=4):
    """A role that answers ticks.

    Attributes:
        answered: `topic/partition` -> epoch ms UTC of the last tick that it answered.
        down: its alert.
    """

    answered: dict[str, int] = field(default_factory=dict)
    down: Trouble = field(default_factory=Trouble)


class Source(Struct, array_like=True, tag=5):
    """A source of `receive`.

    Attributes:
        connector: its kind.
        up: whether the other side was there.
        told_at: epoch ms UTC, append time of its last heartbeat.
        up_at: epoch ms UTC of the tick before the last heartbeat that said it was up.
        down: its alert.
    """

    connector: str = ""
    up: bool = True
    told_at: int = 0
    up_at: int = 0
    down: Trouble = field(default_factory=Trouble)


class Frozen(Struct, array_like=True):
    """A scope whose silence clocks stand still: since when, for which alert, and why."""

    at: int
    cause: str
    reason: str


class Watch(Struct, array_like=True, tag=6):
    """What is known of time itself.

    Attributes:
        offset: of the last message that was taken.
        tick_at: epoch ms UTC of the last tick.
        judged_at: epoch ms UTC of the last tick for which all that was to be known was known.
        ticks: the latest ticks, epoch ms UTC, and the append time of each.
        frozen: scope -> what holds it.
        thawed: scope -> epoch ms UTC when it was freed last.
        clock: the alert about ticks that jumped.
        blind: the alert that nothing comes at all.
        well_at: epoch ms UTC of the last tick that found everything answering.
    """

    offset: int = -1
    tick_at: int = 0
    judged_at: int = 0
    ticks: list[tuple[int, int]] = field(default_factory=list)
    frozen: dict[str, Frozen] = field(default_factory=dict)
    thawed: dict[str, int] = field(default_factory=dict)
    clock: Trouble = field(default_factory=Trouble)
    blind: Trouble = field(default_factory=Trouble)
    well_at: int = 0


Known = Address | Told | Gateway | Network | Role | Source | Watch

dump = msgpack.Encoder().encode
"""A value as bytes, for the changelog."""
load = msgpack.Decoder(Known).decode
"""The value that `dump` wrote.

>>> load(dump(Address(("eui-1",))))
Address(parents=('eui-1',), signal=None, held_from_at=0)
"""


class Graph:
    """What is known, by kind, and which keys changed since they were last asked for."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.addresses: dict[str, Address] = {}
        self.told: dict[str, Told] = {}
        self.gateways: dict[str, Gateway] = {}
        self.networks: dict[str, Network] = {}
        self.roles: dict[str, Role] = {}
        self.sources: dict[str, Source] = {}
        self.silent: dict[str, Address] = {}
        """Those of the addresses that are silent."""
        self.children: dict[str, set[str]] = {}
        """Gateway -> addresses that it carries."""
        self._changed: dict[str, Known] = {}

    def restore(self, entries: Iterable[tuple[str, Known]]) -> None:
        """Forget all, and take what was saved."""
        self.__init__()  # type: ignore[misc]
        for key, value in entries:
            if isinstance(value, Address):
                self.addresses[key] = value
                self._index(key, (), value.parents)
                if value.signal is not None:
                    self.silent[key] = value
            elif isinstance(value, Told):
                if value.key:
                    self.told[key.removeprefix(TOLD)] = value
            elif isinstance(value, Gateway):
                self.gateways[key.removeprefix(GATEWAY)] = value
            elif isinstance(value, Network):
                self.networks[key.removeprefix(NETWORK)] = value
            elif isinstance(value, Role):
                self.roles[key.removeprefix(ROLE)] = value
            elif isinstance(value, Source):
                self.sources[key.removeprefix(SOURCE)] = value
            else:
                self.watch = value

    def touch(self, key: str, value: Known) -> None:
        """Note that a value was changed."""
        self._changed[key] = value

    def changed(self) -> list[tuple[str, Known]]:
        """Key and value of all that changed since this was last asked."""
        changed, self._changed = list(self._changed.items()), {}
        return changed

    def address(self, name: str) -> Address:
        """An address, made if need be; the caller changes it."""
        found = self.addresses.get(name)
        if found is None:
            found = self.addresses[name] = Address()
        self._changed[name] = found
        return found

    def carry(self, name: str, parents: tuple[str, ...]) -> None:
        """An address is heard through these gateways from now on."""
        known = self.address(name)
        if known.parents != parents:
            self._index(name, known.parents, parents)
            known.parents = parents

    def _index(self, name: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        for gateway in before:
            self.children.get(gateway, set()).discard(name)
        for gateway in after:
            self.children.setdefault(gateway, set()).add(name)
