"""A city in which things stop, played minute by minute into root cause: the log that `alarm` would read, in its order.

`observe` is stood in for by a clock of the simplest kind, a silence after so many missed slots, which obeys freezes as
the real one does.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from vigie.streams.core.alarm.graph import dump, load
from vigie.streams.core.alarm.intent import Clear, Explain, Intent, Raise
from vigie.streams.core.alarm.root_cause import RootCause
from vigie.topics.alarm_input import AlarmInput, ConnectorHeartbeat, Freeze, Heard, Heartbeat, SilenceSignal, Thaw, Tick

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
PERIOD_MS = 20 * MINUTE_MS
START_AT = 1_760_000_040_000
MISSED = 4
"""Slots that must be missed in a row before a device is called silent."""
BLIND_MS = 5 * MINUTE_MS


@dataclass(slots=True)
class Device:
    """A device that sends each `period_ms`, `phase_ms` after its hour."""

    address: str
    period_ms: int
    phase_ms: int
    network: str
    gateways: tuple[str, ...] = ()
    last_at: int = 0
    due_at: int = 0
    silent: bool = False

    def arrival_in(self, from_at: int, to_at: int) -> int | None:
        """The last sending after `from_at`, up to `to_at`."""
        slot = (to_at - self.phase_ms) // self.period_ms * self.period_ms + self.phase_ms
        return slot if from_at < slot <= to_at else None


@dataclass(slots=True)
class City:
    """Devices, gateways with statistics each `statistics_ms` (0: none), sources and their networks."""

    devices: list[Device]
    gateways: dict[str, int] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    at: int = START_AT
    frozen: dict[str, int] = field(default_factory=dict)
    thawed: dict[str, int] = field(default_factory=dict)
    since_at: int = 0
    statistics_at: dict[str, int] = field(default_factory=dict)
    parents_told: bool = False

    def obey(self, message: Freeze | Thaw) -> None:
        """A message on `platform`."""
        if isinstance(message, Thaw):
            if self.frozen.pop(message.scope, None) is not None:
                self.thawed[message.scope] = message.at
        else:
            self.frozen[message.scope] = message.until_at

    def minute(self, stopped: Callable[[str], bool], silent_roles: Iterable[str] = ()) -> Iterator[AlarmInput]:
        """What the log holds of the next minute.

        Args:
            stopped: whether a device (its address), a gateway, a network or a source brings nothing now.
            silent_roles: do not answer.
        """
        before_at, at = self.at, self.at + MINUTE_MS
        self.at = at
        yield Tick(at=at)
        for name, network in self.sources.items():
            up = not stopped(name)
            yield ConnectorHeartbeat(connector="mqtt", source=name, at=at, up=up, received=1, network=network)
        if "observe" in silent_roles:
            return
        yield from self._answer(before_at, at, stopped)
        for role in ("decode", "observe"):
            if role not in silent_roles:
                yield Heartbeat(role=role, tick_at=at, partitions=(("uplinks.lora.v1", 0),))

    def _answer(self, before_at: int, at: int, stopped: Callable[[str], bool]) -> Iterator[AlarmInput]:
        frames: dict[str, int] = {}
        networks: dict[str, int] = {}
        watched: dict[str, int] = {}
        named = {*self.gateways, *self.sources, *(device.network for device in self.devices)}
        off = {name for name in named if stopped(name)}
        off |= {network for name, network in self.sources.items() if name in off}
        for device in self.devices:
            watched[device.network] = watched.get(device.network, 0) + 1
            arrival_at = device.arrival_in(before_at, at)
            through = [name for name in device.gateways if name not in off]
            lost = device.network in off or (device.gateways and not through) or stopped(device.address)
            if arrival_at is not None and not lost:
                for name in through:
                    frames[name] = frames.get(name, 0) + 1
                networks[device.network] = max(networks.get(device.network, 0), arrival_at)
                if device.silent:
                    yield self._signal(device, arrival_at, silent=False, at=at)
                device.silent, device.last_at = False, arrival_at
            elif not device.silent and not self._is_frozen(device, at):
                counts_from = max(
                    device.last_at, self.thawed.get("all", 0), self.thawed.get(f"network:{device.network}", 0)
                )
                device.due_at = counts_from + MISSED * device.period_ms
                if device.last_at and at >= device.due_at + device.period_ms // 4:
                    device.silent = True
                    yield self._signal(device, None, silent=True, at=at)
        yield Heard(
            tick_at=at, partition=0, gateways=frames, networks=networks, watched=watched,
            statistics=dict(self._statistics(at, off)),
            parents={} if self.parents_told else {one.address: one.gateways for one in self.devices if one.gateways},
            carries={} if self.parents_told else {name: one.network for one in self.devices for name in one.gateways},
        )  # fmt: skip
        self.parents_told = True

    def _statistics(self, at: int, off: set[str]) -> Iterator[tuple[str, int]]:
        for name, each_ms in self.gateways.items():
            if each_ms and name not in off and at - self.statistics_at.get(name, 0) >= each_ms:
                self.statistics_at[name] = at
                yield name, at

    def _is_frozen(self, device: Device, at: int) -> bool:
        return any(self.frozen.get(scope, 0) > at for scope in ("all", f"network:{device.network}"))

    def _signal(self, device: Device, arrival_at: int | None, *, silent: bool, at: int) -> SilenceSignal:
        return SilenceSignal(
            address=device.address, silent=silent, last_arrival_at=device.last_at,
            due_at=device.due_at, arrival_at=arrival_at, decided_at=arrival_at or at,
            period_s=device.period_ms // 1000, model="EM400-TLD", network=device.network, rule="no_arrival",
            law="slots", interval_s=device.period_ms / 1000, missed=MISSED, phi=4.2, phi_threshold=4.0, loss=0.05,
            burst=0.05, gateways=device.gateways,
        )  # fmt: skip


@dataclass(slots=True)
class Played:
    """A city and the root cause that reads its log; all that came of it."""

    city: City
    root: RootCause
    intents: list[Intent] = field(default_factory=list)
    platform: list[Freeze | Thaw] = field(default_factory=list)
    log: list[tuple[AlarmInput, int, int]] = field(default_factory=list)
    state: dict[str, bytes] = field(default_factory=dict)

    def play(
        self, minutes: int, stopped: Callable[[str], bool] = lambda _: False, *, silent_roles: Iterable[str] = ()
    ) -> "Played":
        """So many minutes of it."""
        for _ in range(minutes):
            for message in self.city.minute(stopped, silent_roles):
                self.give(message)
        return self

    def give(self, message: AlarmInput) -> None:
        """One message, appended when the city's minute is over."""
        offset = len(self.log)
        self.log.append((message, self.city.at + 500, offset))
        found = self.root.take(*self.log[-1])
        self.intents += found.intents
        self.platform += found.platform
        for one in found.platform:
            self.city.obey(one)
        if self.root.again is not None:
            self.give(self.root.again)

    def saved(self) -> dict[str, bytes]:
        """What a changelog would hold now."""
        self.state.update({key: dump(value) for key, value in self.root.changed()})
        return dict(self.state)

    def alone(self) -> list[Raise]:
        """What is raised with nothing to explain it: what is mailed."""
        return [one for one in self.intents if isinstance(one, Raise) and not one.suppressed_by]

    def suppressed(self) -> list[Raise]:
        """What is raised as explained."""
        return [one for one in self.intents if isinstance(one, Raise) and one.suppressed_by]

    def cleared(self) -> list[Clear]:
        """What is over."""
        return [one for one in self.intents if isinstance(one, Clear)]

    def explained(self) -> list[Explain]:
        """What has a cause, or has lost it, after it was raised."""
        return [one for one in self.intents if isinstance(one, Explain)]


def restored(state: dict[str, bytes]) -> RootCause:
    """Root cause as a worker has it after a load."""
    root = RootCause("Europe/Paris")
    root.restore([(key, load(value)) for key, value in state.items()])
    return root


def containers(gateway: str, count: int, network: str, *, period_ms: int = PERIOD_MS, other: str = "") -> list[Device]:
    """Devices spread over their period, all behind one gateway (or two)."""
    parents = (gateway, other) if other else (gateway,)
    return [
        Device(f"eui:{gateway}{place:04d}", period_ms, place * period_ms // count, network, parents)
        for place in range(count)
    ]
