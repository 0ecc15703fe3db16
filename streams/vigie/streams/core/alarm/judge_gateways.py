"""Which gateways are down, and whom that explains.

A gateway is down when its own statistics have been missing for more than five of its intervals and nothing else came
through it; or when it has been mute for longer than it ever is and a device that all its gateways left is silent, or
for twice as long and at least five devices have no other; or, of one that is not known yet, when every device that only
it hears is silent. A device is explained only if all its gateways are mute. Of gateways that would explain the same
devices the one that explains most is told, and no more than are needed.
"""

from heapq import heapify, heappop, heappush
from statistics import median

from vigie.streams.core.alarm import network_words as words
from vigie.streams.core.alarm.freezes import ALL, is_frozen, watched_since
from vigie.streams.core.alarm.graph import GATEWAY, Gateway
from vigie.streams.core.alarm.judge_networks import may_be_down
from vigie.streams.core.alarm.minute import TOLD, Minute, end, suspect, tell
from vigie.streams.core.alarm.network_tail import LEAST_DEVICES
from vigie.streams.core.alarm.own_gaps import ALONE, LEAST_MS, is_known, learn, limit_ms
from vigie.topics.alarm_input import Heard, SilenceSignal

KEY = "gateway:{}:gateway_down"
INTERVALS = 5
"""Statistics missing for more than so many of the gateway's own intervals say that it is down."""
KNOWN_INTERVALS, REMEMBERED_INTERVALS = 3, 9
TOGETHER_MS = 2 * 60_000
"""A network that was last heard so near to a gateway's last sign, before or after, may have stopped with it."""
LEAST_CHILDREN = 2
"""One silent device behind a gateway is that device's affair."""


def heard(minute: Minute, message: Heard) -> None:
    """What one partition heard through gateways, and of whom."""
    graph = minute.graph
    for name, frames in message.gateways.items():
        if frames:
            gateway = _known(minute, name)
            gateway.life_at = max(gateway.life_at, message.tick_at)
    for name, arrival_at in message.statistics.items():
        gateway = _known(minute, name)
        before_at, down = gateway.statistics_at, bool(gateway.down.key)
        if arrival_at > before_at:
            if before_at and not down and watched_since(minute, gateway.network) <= before_at:
                gateway.intervals_ms = [*gateway.intervals_ms, arrival_at - before_at][-REMEMBERED_INTERVALS:]
            gateway.statistics_at, gateway.life_at = arrival_at, max(gateway.life_at, arrival_at)
    for name, network in message.carries.items():
        gateway = _known(minute, name)
        gateway.network = network if gateway.network in ("", network) else ""  # two partitions: of several
    for address, parents in message.parents.items():
        graph.carry(address, parents)


def judge(minute: Minute) -> None:
    """Raise and clear what the gateways show; learn from those that live."""
    if ALL in minute.graph.watch.frozen:
        return
    for name in sorted(minute.graph.gateways):
        _judge_one(minute, name, minute.graph.gateways[name])
    _cover(minute)


def is_mute(minute: Minute, name: str, signal: SilenceSignal) -> bool:
    """Whether a gateway may explain that a device is silent: the device was not yet overdue when it was last alive."""
    gateway = minute.graph.gateways.get(name)
    if gateway is None or signal.due_at < gateway.life_at:
        return False
    return bool(gateway.down.key) or minute.at - _since(minute, gateway) > limit_ms(gateway.gaps)


def is_undecided(minute: Minute, parents: tuple[str, ...], signal: SilenceSignal) -> bool:
    """Whether nothing has come through any gateway of a device since it was due: they may be the cause, or may not.

    A gateway that hears nobody else says nothing by that.
    """
    graph = minute.graph
    found = [(parent, graph.gateways[parent]) for parent in parents if parent in graph.gateways]
    if any(gateway.life_at > signal.due_at for _, gateway in found):
        return False
    return any(len(graph.children.get(parent, ())) >= LEAST_CHILDREN for parent, _ in found)


def back_at(minute: Minute, parents: tuple[str, ...]) -> int:
    """When the last of a device's gateways came back from being down, epoch ms UTC; 0 if none did."""
    found = minute.graph.gateways
    return max((found[parent].back_at for parent in parents if parent in found), default=0)


def interval_ms(gateway: Gateway) -> int:
    """Between its statistics; 0 where too few have come."""
    return int(median(gateway.intervals_ms)) if len(gateway.intervals_ms) >= KNOWN_INTERVALS else 0


def _known(minute: Minute, name: str) -> Gateway:
    found = minute.graph.gateways.get(name)
    if found is None:
        found = minute.graph.gateways[name] = Gateway()
    minute.graph.touch(GATEWAY + name, found)
    return found


def _since(minute: Minute, gateway: Gateway) -> int:
    return max(gateway.life_at, watched_since(minute, gateway.network))


def _judge_one(minute: Minute, name: str, gateway: Gateway) -> None:
    key, down, life_at = GATEWAY + name, gateway.down, gateway.life_at
    if down.key:
        if life_at > down.since_at:
            end(minute, key, gateway, down, life_at, "heard", words.gateway_back(minute.zone, name, down, life_at))
            gateway.seen_at, gateway.back_at = life_at, minute.at
        return
    if life_at > gateway.seen_at:
        if gateway.seen_at and not is_frozen(minute, gateway.network):
            learn(gateway.gaps, life_at - max(gateway.seen_at, watched_since(minute, gateway.network)))
        gateway.seen_at = life_at
        minute.graph.touch(key, gateway)
        return
    own_ms, quiet_ms = interval_ms(gateway), minute.at - _since(minute, gateway)
    if quiet_ms <= LEAST_MS:
        return
    if (own_ms and quiet_ms > INTERVALS * own_ms) or (
        is_known(gateway.gaps)
        and quiet_ms > limit_ms(gateway.gaps, ALONE)
        and _heard_by_it_alone(minute, name) >= LEAST_DEVICES
    ):
        _tell(minute, name, gateway, 0)


def _cover(minute: Minute) -> None:
    """Tell of as few gateways as explain the silent devices all of whose gateways are mute."""
    graph = minute.graph
    open_: dict[str, set[str]] = {}
    for address, known in graph.silent.items():
        signal, told = known.signal, graph.told_of(address)
        if signal is None or not known.parents or (told is not None and told.cause):
            continue
        mute = all(is_mute(minute, parent, signal) for parent in known.parents)
        if mute and not any(graph.gateways[parent].down.key for parent in known.parents):
            for parent in known.parents:
                open_.setdefault(parent, set()).add(address)
    heap = [(-len(covered), name) for name, covered in open_.items()]
    heapify(heap)
    explained: set[str] = set()
    while heap:
        most, name = heappop(heap)
        left = open_[name] - explained
        if len(left) < -most:
            if left:
                heappush(heap, (-len(left), name))
        elif _explains(minute, name) and _tell(minute, name, graph.gateways[name], len(left)):
            explained |= left


def _explains(minute: Minute, name: str) -> bool:
    graph = minute.graph
    children = graph.children.get(name, set())
    if len(children) < LEAST_CHILDREN:
        return False
    if is_known(graph.gateways[name].gaps):
        return True
    alone = {child for child in children if graph.addresses[child].parents == (name,)} or children
    return len(alone) >= LEAST_CHILDREN and alone <= graph.silent.keys()


def _tell(minute: Minute, name: str, gateway: Gateway, silent: int) -> bool:
    """Tell of a gateway, unless what hides it is being judged, or frozen."""
    graph = minute.graph
    if any(_may_be_of(minute, gateway, network) for network in sorted(graph.networks)):
        return False
    alone = _heard_by_it_alone(minute, name)
    suspect(gateway.down, KEY.format(name), f"{gateway.life_at}", gateway.life_at)
    said = words.gateway_down(minute.zone, name, gateway, silent, alone, interval_ms(gateway))
    graph.touch(GATEWAY + name, gateway)
    return tell(minute, gateway.down, TOLD, 2, "gateway_down", said, gateway.network)


def _heard_by_it_alone(minute: Minute, name: str) -> int:
    graph = minute.graph
    return sum(graph.addresses[child].parents == (name,) for child in graph.children.get(name, ()))


def _may_be_of(minute: Minute, gateway: Gateway, network: str) -> bool:
    """Whether a network's trouble explains a gateway's: it is the gateway's, or it stopped in the same minutes."""
    if gateway.network:
        together = gateway.network == network
    else:
        together = abs(minute.graph.networks[network].last_at - gateway.life_at) <= TOGETHER_MS
    return together and (is_frozen(minute, network) or may_be_down(minute, network, gateway.life_at))
