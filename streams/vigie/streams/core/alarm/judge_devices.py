"""Which silent devices are told, which only follow from something else, and which wait.

A device is silent when every address of it is. It is told when its silence has stood for the smaller of its interval
and 15 minutes, if nothing explains it; while nothing at all is heard through its gateways or of its network, which may
be the cause, for the larger of two intervals and 15 minutes. What is explained is told at once, as suppressed by its
cause. After a freeze, and when its cause is over, a device has as long as it took to call it silent, two intervals at
least, to be heard before it counts alone: one that loses much is not yet silent after two.
"""

from bisect import bisect_right

from vigie.streams.core.alarm import silence_words as words
from vigie.streams.core.alarm.freezes import ALL, is_frozen, watched_since
from vigie.streams.core.alarm.graph import Address, Told
from vigie.streams.core.alarm.intent import Clear, Explain, Raise
from vigie.streams.core.alarm.judge_gateways import back_at, is_mute, is_undecided
from vigie.streams.core.alarm.judge_networks import is_quiet
from vigie.streams.core.alarm.minute import Minute
from vigie.streams.core.alarm.silence_words import POOR_COVERAGE, Whose
from vigie.streams.core.fleet.addresses import addresses_of
from vigie.streams.core.silence.rates import LOG10_E
from vigie.streams.core.silence.schedule import IRREGULAR
from vigie.topics.alarm_input import SilenceSignal

HOLD_MS = 15 * 60_000
INTERVALS = 2
"""So many intervals a device has, at least, after a freeze, and after its cause is over."""
MOST = 5_000
"""Devices told of at once: a storm is told in portions, so that the worker goes on answering Kafka."""
UNKNOWN_INTERVAL_MS = HOLD_MS
WITHDRAWN = "withdrawn"
"""Why a silence is over without an arrival: its device is no longer waited for."""
KEY = "silence:{}:{}"


def signalled(minute: Minute, signal: SilenceSignal) -> None:
    """A silence has begun, or is over."""
    if not signal.silent:
        _heard(minute, signal)
        return
    known = minute.graph.address(signal.address)
    if signal.last_arrival_at < known.heard_at:
        return  # of a worker that lives in the past: the device has been heard since
    told = minute.graph.told_of(signal.address)
    if told is not None and signal.last_arrival_at > max(known.heard_at, told.last_arrival_at):
        _clear(minute, told, signal, signal.last_arrival_at, "heard")
    known.signal, known.heard_at = signal, signal.last_arrival_at
    minute.graph.silent[signal.address] = known
    if signal.gateways:
        minute.graph.carry(signal.address, signal.gateways)


def judge(minute: Minute, after: str = "") -> str:
    """Tell of the devices that are silent at this minute, of MOST at a time.

    Args:
        minute: now.
        after: the address at which the last call left off; empty to begin.

    Returns:
        The address at which this one leaves off; empty when all are judged.
    """
    graph, intents = minute.graph, minute.found.intents
    if ALL in graph.watch.frozen:
        return ""
    addresses, most = sorted(graph.silent), len(intents) + MOST
    for address in addresses[bisect_right(addresses, after) :] if after else addresses:
        known = graph.silent[address]
        signal = known.signal
        assert signal is not None
        told = graph.told_of(address)
        if told is not None:
            if told.addresses[0] == address:
                _again(minute, told, known, signal)
        else:
            _first(minute, address, known, signal)
        if len(intents) >= most:
            return address
    return ""


def _first(minute: Minute, address: str, known: Address, signal: SilenceSignal) -> None:
    """A silence that is not told yet."""
    cause = _cause(minute, known, signal)
    if not cause and not _is_ripe(minute, known, signal):
        return
    device = minute.view.device_at(address, minute.at)
    addresses = addresses_of(minute.view, device, minute.at) if device else ()
    if len(addresses) > 1:
        if not _all_silent(minute, addresses):
            return
        signal = max((_signal_of(minute, one) for one in addresses), key=_last)
        if signal.address != address:
            return  # told when its own turn comes
        causes = [_cause(minute, minute.graph.silent[one], _signal_of(minute, one)) for one in addresses]
        cause = cause if all(causes) else ""
        if not cause and not _is_ripe(minute, known, signal):
            return
    else:
        addresses = (address,)
    _raise(minute, signal, addresses, device or "", cause)


def _again(minute: Minute, told: Told, known: Address, signal: SilenceSignal) -> None:
    """A silence that has been told: what explains it may have changed, and its rule."""
    graph = minute.graph
    cause = _cause(minute, known, signal)
    if len(told.addresses) > 1 and cause:
        others = [(one, graph.silent[one]) for one in told.addresses if one in graph.silent]
        cause = cause if all(_cause(minute, one, _signal_of(minute, name)) for name, one in others) else ""
    if cause:
        if told.cause != cause or told.released_at:
            if told.cause != cause:
                minute.found.intents.append(Explain(told.key, cause, minute.at))
            told.cause, told.released_at = cause, 0
            graph.tell(told)
    elif told.cause:
        if not told.released_at:
            told.released_at = minute.at
            graph.tell(told)
        elif minute.at >= told.released_at + _grace_ms(signal) and not is_frozen(minute, signal.network):
            minute.found.intents.append(Explain(told.key, "", minute.at))
            told.cause, told.released_at = "", 0
            graph.tell(told)
    elif told.key.endswith(f":{POOR_COVERAGE}") and signal.rule != POOR_COVERAGE and _is_ripe(minute, known, signal):
        _clear(minute, told, signal, minute.at, "superseded")
        _raise(minute, signal, told.addresses, minute.view.device_at(signal.address, minute.at) or "", "")


def _signal_of(minute: Minute, address: str) -> SilenceSignal:
    """The silence of an address that is silent."""
    signal = minute.graph.silent[address].signal
    assert signal is not None
    return signal


def _raise(minute: Minute, signal: SilenceSignal, addresses: tuple[str, ...], device: str, cause: str) -> None:
    whose = _whose(minute, signal, addresses, device)
    said = words.is_silent(minute.zone, signal, whose, cause)
    key = KEY.format(whose.subject, signal.rule)
    river, poor = whose.use_case == "river", signal.rule == POOR_COVERAGE
    minute.found.intents.append(
        Raise(
            key=key, cause_id=f"{signal.last_arrival_at}", priority=2 if river else 4 if poor else 3,
            event_at=signal.due_at, arrival_at=signal.last_arrival_at, decided_at=minute.at, reason=signal.rule,
            sentence_fr=said.fr, sentence_en=said.en, facts=said.facts,
            mail="digest" if poor and not river else "incident", suppressed_by=cause, use_case=whose.use_case,
            commune=whose.commune, network=signal.network, point=whose.point, device=device or signal.address,
        )
    )  # fmt: skip
    ordered = (signal.address, *(one for one in addresses if one != signal.address))
    minute.graph.tell(Told(key, whose.subject, ordered, signal.last_arrival_at, cause))


def _heard(minute: Minute, signal: SilenceSignal) -> None:
    """An address has been heard again: it, and its device, are no longer silent."""
    graph = minute.graph
    withdrawn = signal.arrival_at is None
    at = signal.last_arrival_at if signal.arrival_at is None else signal.arrival_at
    known = graph.address(signal.address)
    if at < known.heard_at:
        return  # of a worker that lives in the past
    known.signal, known.heard_at = None, at
    graph.silent.pop(signal.address, None)
    told = graph.told_of(signal.address)
    if told is not None:
        _clear(minute, told, signal, signal.decided_at if withdrawn else at, WITHDRAWN if withdrawn else "heard")


def _clear(minute: Minute, told: Told, signal: SilenceSignal, at: int, reason: str) -> None:
    whose = _whose(minute, signal, told.addresses, minute.view.device_at(signal.address, at) or "")
    say = words.is_withdrawn if reason == WITHDRAWN else words.is_back
    said = say(minute.zone, signal, told.last_arrival_at, whose._replace(subject=told.subject), at)
    minute.found.intents.append(
        Clear(
            key=told.key, event_at=at, arrival_at=at, decided_at=signal.decided_at, reason=reason,
            sentence_fr=said.fr, sentence_en=said.en, facts=said.facts,
        )
    )  # fmt: skip
    minute.graph.untell(told)


def _cause(minute: Minute, known: Address, signal: SilenceSignal) -> str:
    """Alarm key of what explains a silence; empty for nothing."""
    graph = minute.graph
    network = graph.networks.get(signal.network)
    if network is not None and network.down.key and signal.due_at >= network.down.since_at:
        return network.down.key
    if not known.parents or not all(is_mute(minute, parent, signal) for parent in known.parents):
        return ""
    down = [parent for parent in known.parents if graph.gateways[parent].down.key]
    if not down:
        return ""
    best = min(down, key=lambda parent: (-len(graph.children.get(parent, ())), parent))
    return graph.gateways[best].down.key


def _is_ripe(minute: Minute, known: Address, signal: SilenceSignal) -> bool:
    """Whether a silence has stood long enough, after the last freeze too, for its parents to have been judged."""
    if is_frozen(minute, signal.network):
        return False
    interval_ms = _interval_ms(signal)
    free_at = max(watched_since(minute, signal.network), back_at(minute, known.parents))
    if signal.last_arrival_at < free_at and minute.at < free_at + _grace_ms(signal):
        return False
    waits = is_undecided(minute, known.parents, signal) or is_quiet(minute, signal.network, signal.due_at)
    hold_ms = max(INTERVALS * interval_ms, HOLD_MS) if waits else min(interval_ms, HOLD_MS)
    return minute.at >= signal.decided_at + hold_ms


def _interval_ms(signal: SilenceSignal) -> int:
    return round((signal.interval_s or signal.period_s) * 1000) or UNKNOWN_INTERVAL_MS


def _grace_ms(signal: SilenceSignal) -> int:
    """How long a device has to be heard once nothing hides it any more: as many intervals as made it silent."""
    needed = signal.phi_threshold / LOG10_E if signal.law == IRREGULAR else signal.missed
    return round(max(INTERVALS, needed) * _interval_ms(signal))


def _all_silent(minute: Minute, addresses: tuple[str, ...]) -> bool:
    return all(one in minute.graph.silent for one in addresses)


def _last(signal: SilenceSignal) -> tuple[bool, int, str]:
    return signal.rule != words.NEVER_SEEN, signal.last_arrival_at, signal.address


def _whose(minute: Minute, signal: SilenceSignal, addresses: tuple[str, ...], device: str) -> Whose:
    """Where the device stood when it fell silent, or stands now."""
    subject = device if device and len(addresses) > 1 else signal.address
    for at in (signal.last_arrival_at, minute.at):
        placement = minute.view.covering_all(signal.address, at) or minute.view.covering(signal.address, 0, at)
        point = None if placement is None else minute.view.point_at(placement.point, at)
        if placement is not None and point is not None:
            return Whose(subject, device, point.id, point.code, point.use_case, point.commune, placement.id)
    return Whose(subject, device)
