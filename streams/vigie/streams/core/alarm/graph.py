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
        heard_at: epoch ms UTC of the last arrival that a signal told of; a signal about a silence before it is stale.
    """

    parents: tuple[str, ...] = ()
    signal: SilenceSignal | None = None
    heard_at: int = 0


class Told(Struct, array_like=True, tag=1):
    """The open alert of a device that is silent.

    Attributes:
        key: its alarm key; empty once it is cleared.
        subject: the device, or its address.
        addresses: of the device, all of them silent when it was told.
        last_arrival_at: epoch ms UTC, of the silence that it is about.
        cause: alarm key of what explains it; empty for nothing.
        released_at: epoch ms UTC when that was over; 0 while it goes on. The device then gets two intervals.
    """

    key: str = ""
    subject: str = ""
    addresses: tuple[str, ...] = ()
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
        seen_at: the same, at the minute before.
        back_at: epoch ms UTC when it was last back from being down; 0 if it never was.
        network: of what it relays; empty where it is not known, or where there are several.
        down: its alert.
    """

    life_at: int = 0
    statistics_at: int = 0
    intervals_ms: list[int] = field(default_factory=list)
    gaps: dict[int, float] = field(default_factory=dict)
    seen_at: int = 0
    back_at: int = 0
    network: str = ""
    down: Trouble = field(default_factory=Trouble)


class Network(Struct, array_like=True, tag=3):
    """A network.

    Attributes:
        last_at: epoch ms UTC, the latest arrival of anything of it.
        seen_at: the same, at the minute before.
        gaps: how long nothing of it comes while all is well (own_gaps.py).
        watched: partition -> devices that have a clock there.
        silent_share: of its devices, in the long run.
        down: its alert.
    """

    last_at: int = 0
    seen_at: int = 0
    gaps: dict[int, float] = field(default_factory=dict)
    watched: dict[int, int] = field(default_factory=dict)
    silent_share: float = 0.0
    down: Trouble = field(default_factory=Trouble)


class Role(Struct, array_like=True, tag=4):
    """A role that answers ticks.

    Attributes:
        answered: `topic/partition` -> epoch ms UTC of the last tick that it answered.
        behind_at: epoch ms UTC, append time of the first tick that it has not answered; 0 while it follows.
        down: its alert.
    """

    answered: dict[str, int] = field(default_factory=dict)
    behind_at: int = 0
    down: Trouble = field(default_factory=Trouble)


class Source(Struct, array_like=True, tag=5):
    """A source of `receive`.

    Attributes:
        connector: its kind.
        network: of what it brings; empty where each body names its own.
        up: whether the other side was there.
        told_at: epoch ms UTC, append time of its last heartbeat.
        up_at: epoch ms UTC of the tick before the last heartbeat that said it was up.
        down: its alert.
    """

    connector: str = ""
    network: str = ""
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
        ticks: the latest ticks and the append time of each, epoch ms UTC.
        frozen: scope -> what holds it.
        thawed: scope -> epoch ms UTC when it was freed last.
        receive: the alert that no source is told of any more.
        clock: the alert about ticks that jumped.
        blind: the alert that nothing comes at all.
        gaps: how long nothing comes at all while all is well (own_gaps.py).
        seen_at: epoch ms UTC, the latest arrival of anything, at the minute before.
        well_at: epoch ms UTC of the last tick that found everything answering.
        left_at: the address at which the judging of devices left off; empty where nothing is left to be told.
    """

    offset: int = -1
    tick_at: int = 0
    judged_at: int = 0
    ticks: list[tuple[int, int]] = field(default_factory=list)
    frozen: dict[str, Frozen] = field(default_factory=dict)
    thawed: dict[str, int] = field(default_factory=dict)
    receive: Trouble = field(default_factory=Trouble)
    clock: Trouble = field(default_factory=Trouble)
    blind: Trouble = field(default_factory=Trouble)
    gaps: dict[int, float] = field(default_factory=dict)
    seen_at: int = 0
    well_at: int = 0
    left_at: str = ""


Known = Address | Told | Gateway | Network | Role | Source | Watch

dump = msgpack.Encoder().encode
"""A value as bytes, for the changelog."""
load = msgpack.Decoder(Known).decode
"""The value that `dump` wrote.

>>> load(dump(Address(("eui-1",))))
Address(parents=('eui-1',), signal=None, heard_at=0)
"""


class Graph:
    """What is known, by kind, and which keys changed since they were last asked for."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self.watch = Watch()
        self.addresses: dict[str, Address] = {}
        self._told: dict[str, Told] = {}  # by address
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
        self._forget()
        for key, value in entries:
            if isinstance(value, Address):
                self.addresses[key] = value
                self._index(key, (), value.parents)
                if value.signal is not None:
                    self.silent[key] = value
            elif isinstance(value, Told):
                if value.key:
                    self._told.update(dict.fromkeys(value.addresses, value))
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

    def told_of(self, address: str) -> Told | None:
        """The open alert of the device that has an address."""
        return self._told.get(address)

    def tell(self, told: Told) -> None:
        """An alert has been opened."""
        self._told.update(dict.fromkeys(told.addresses, told))
        self._changed[TOLD + told.subject] = told

    def untell(self, told: Told) -> None:
        """An alert is over; its entry stays, emptied, since a changelog has no end."""
        for address in told.addresses:
            self._told.pop(address, None)
        self._changed[TOLD + told.subject] = Told(subject=told.subject)

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
