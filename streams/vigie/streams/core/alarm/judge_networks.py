"""Is a whole network down, or does nothing come from any?

A network is down when nothing of it has come for longer than it ever is quiet, or when so many of its devices are
silent, beneath gateways that live, that it cannot be chance (network_tail.py). A network that is heard through one
gateway only is that gateway's affair.
"""

from vigie.streams.core.alarm import network_words as words
from vigie.streams.core.alarm import platform_words
from vigie.streams.core.alarm.freezes import ALL, is_frozen, watched_since
from vigie.streams.core.alarm.graph import NETWORK, WATCH, Address, Frozen, Network
from vigie.streams.core.alarm.minute import TOLD, Minute, end, suspect, tell
from vigie.streams.core.alarm.network_tail import LEAST_DEVICES, LEAST_SHARE, is_down
from vigie.streams.core.alarm.own_gaps import ALONE, LEAST_MS, is_known, learn, limit_ms
from vigie.topics.alarm_input import Heard
from vigie.topics.identity import alert_id

KEY = "network:{}:network_down"
BLIND_KEY = "platform:alarm-inputs:blind"
FORGETS = 1 / (7 * 1440)
"""Weight of one minute in the long-run share of silent devices: a week."""
OWN_MS = 24 * 3_600_000
"""A device that has been told of alone for so long says nothing about its network."""


def heard(minute: Minute, message: Heard) -> None:
    """What one partition heard of its networks."""
    networks = minute.graph.networks
    for name in message.networks.keys() | message.watched.keys():
        network = networks.get(name)
        if network is None:
            network = networks[name] = Network()
        network.last_at = max(network.last_at, message.networks.get(name, 0))
        minute.graph.touch(NETWORK + name, network)
    if message.watched:  # all of a partition, where it changed
        for name, network in networks.items():
            now = message.watched.get(name, 0)
            if network.watched.get(message.partition, 0) != now:
                network.watched[message.partition] = now
                minute.graph.touch(NETWORK + name, network)


def judge(minute: Minute) -> None:
    """Raise and clear what the networks show; learn from those that are well."""
    _judge_all(minute)
    if ALL in minute.graph.watch.frozen:
        return
    silent: dict[str, list[tuple[str, Address]]] = {}
    for name, address in minute.graph.silent.items():
        if address.signal is not None:
            silent.setdefault(address.signal.network, []).append((name, address))
    for name in sorted(minute.graph.networks):
        _judge_one(minute, name, minute.graph.networks[name], silent.get(name, []))


def wanted(minute: Minute) -> dict[str, Frozen]:
    """Freezes that networks which are down ask for; of all, while nothing comes."""
    watch, found = minute.graph.watch, {}
    for name, network in minute.graph.networks.items():
        if network.down.key:
            why = Frozen(minute.at, alert_id(network.down.key, network.down.cause_id), "network_down")
            found[f"network:{name}"] = why
    if watch.blind.key:
        found[ALL] = Frozen(minute.at, alert_id(watch.blind.key, watch.blind.cause_id), "blind")
    return found


def quiet_since(minute: Minute, name: str, network: Network) -> int:
    """Since when nothing of a network has come, epoch ms UTC; a freeze of it was no quiet."""
    return max(network.last_at, watched_since(minute, name))


def may_be_down(minute: Minute, name: str, since_at: int) -> bool:
    """Whether it is the network that is quiet since then, which is judged at its own limit, and not a gateway of it."""
    network = minute.graph.networks.get(name)
    if network is None or _devices(network) < LEAST_DEVICES or has_one_gateway(minute, name):
        return False
    return network.last_at <= since_at + LEAST_MS // 5 and (
        bool(network.down.key)
        or (is_known(network.gaps) and minute.at - quiet_since(minute, name, network) <= limit_ms(network.gaps, ALONE))
    )  # fmt: skip


def is_quiet(minute: Minute, name: str, due_at: int) -> bool:
    """Whether nothing of a device's network has come since the device was due: the network may be the cause."""
    network = minute.graph.networks.get(name)
    return network is not None and 0 < network.last_at <= due_at and _devices(network) >= LEAST_DEVICES


def has_one_gateway(minute: Minute, name: str) -> bool:
    """Whether all that is heard of a network, or nearly, comes through one gateway."""
    graph = minute.graph
    of = [one for one, gateway in graph.gateways.items() if gateway.network in ("", name)]
    network = graph.networks.get(name)
    devices = 0 if network is None else _devices(network)
    return len(of) == 1 and len(graph.children.get(of[0], ())) > devices - LEAST_DEVICES


def _judge_all(minute: Minute) -> None:
    """Nothing at all: of several networks none is heard."""
    graph, watch = minute.graph, minute.graph.watch
    alive = [one for name, one in graph.networks.items() if one.last_at and f"network:{name}" not in watch.frozen]
    newest_at = max((one.last_at for one in alive), default=0)
    since_at = max(newest_at, watch.thawed.get(ALL, 0))
    if watch.blind.key:
        if newest_at > watch.blind.since_at:
            said = platform_words.sees_again(minute.zone, newest_at)
            end(minute, WATCH, watch, watch.blind, newest_at, "heard", said)
    elif not watch.frozen and len(alive) > 1 and is_known(watch.gaps):
        limit = limit_ms(watch.gaps, ALONE)
        if minute.at - since_at > limit:
            suspect(watch.blind, BLIND_KEY, f"{newest_at}", newest_at)
            tell(minute, watch.blind, TOLD, 2, "blind", platform_words.blind(minute.zone, newest_at, limit, len(alive)))
            watch.frozen[ALL] = Frozen(minute.at, "", "blind")  # until wanted() says whose it is
    if newest_at > watch.seen_at:
        if watch.seen_at and not watch.frozen and not watch.blind.key:
            learn(watch.gaps, newest_at - max(watch.seen_at, watch.thawed.get(ALL, 0)))
        watch.seen_at = newest_at


def _judge_one(minute: Minute, name: str, network: Network, silent: list[tuple[str, Address]]) -> None:
    key, down = NETWORK + name, network.down
    if not down.key and is_frozen(minute, name):
        network.seen_at = network.last_at
        return
    devices = _devices(network)
    since_at = quiet_since(minute, name, network)
    if down.key:
        fresh = network.last_at > down.since_at and minute.at - network.last_at <= LEAST_MS
        if fresh and len(silent) < LEAST_SHARE / 2 * devices:
            said = words.is_back(minute.zone, name, down, network.last_at)
            end(minute, key, network, down, network.last_at, "heard", said)
            network.seen_at = network.last_at
        return
    own = {address for address, known in silent if _is_its_own(minute, address, known)}
    others = [known for address, known in silent if address not in own]
    if _is_mute(minute, name, network, len(others), devices - len(own), since_at):
        _tell(minute, name, network, len(others), devices, since_at)
    else:
        beneath = [known for known in others if not _gateways_are_mute(minute, known)]
        if len(beneath) >= max(LEAST_DEVICES, LEAST_SHARE / 2 * (devices - len(silent))):
            hidden = len(own) + _behind_mute_gateways(minute)
            if is_down(len(beneath), max(devices - hidden, len(beneath)), network.silent_share):
                first_at = min(known.signal.last_arrival_at for known in beneath if known.signal is not None)
                _tell(minute, name, network, len(beneath), devices, first_at)
    if not down.key and network.last_at:
        if network.seen_at and network.last_at > network.seen_at:
            learn(network.gaps, network.last_at - max(network.seen_at, watched_since(minute, name)))
        network.seen_at = network.last_at
        network.silent_share += (len(silent) / max(devices, 1) - network.silent_share) * FORGETS
        minute.graph.touch(key, network)


def _tell(minute: Minute, name: str, network: Network, silent: int, devices: int, since_at: int) -> None:
    suspect(network.down, KEY.format(name), f"{since_at}", since_at)
    said = words.is_down(minute.zone, name, network.down, silent, devices, minute.at)
    tell(minute, network.down, TOLD, 2, "network_down", said, name)
    minute.graph.touch(NETWORK + name, network)


def _is_mute(minute: Minute, name: str, network: Network, silent: int, devices: int, since_at: int) -> bool:
    if devices < LEAST_DEVICES or not network.last_at or has_one_gateway(minute, name):
        return False
    quiet_ms = minute.at - since_at
    if is_known(network.gaps) and quiet_ms > limit_ms(network.gaps, ALONE):
        return True
    return quiet_ms > LEAST_MS and is_down(silent, devices, network.silent_share)


def _is_its_own(minute: Minute, address: str, known: Address) -> bool:
    """Whether a silence has been told alone for long, or has a cause, which may just have ended."""
    told, signal = minute.graph.told_of(address), known.signal
    if told is None or signal is None:
        return False
    return bool(told.cause) or minute.at - signal.due_at > OWN_MS


def _gateways_are_mute(minute: Minute, known: Address) -> bool:
    """Whether no gateway of a silent device has shown a sign of life since the device was due."""
    found, signal = minute.graph.gateways, known.signal
    lives = [found[parent].life_at for parent in known.parents if parent in found]
    return bool(lives) and signal is not None and max(lives) < signal.due_at


def _behind_mute_gateways(minute: Minute) -> int:
    """Devices whose gateways have all been mute for as long as a gateway must be."""
    graph = minute.graph
    mute = {
        name for name, one in graph.gateways.items() if one.down.key or minute.at - one.life_at > limit_ms(one.gaps)
    }
    behind = {address for name in mute for address in graph.children.get(name, ())}
    return sum(mute.issuperset(graph.addresses[address].parents) for address in behind)


def _devices(network: Network) -> int:
    return sum(network.watched.values())
