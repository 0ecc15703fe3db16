"""Which silence clocks stand still: what is wanted is compared with what holds, and the difference is written.

A freeze is written again at each tick, for three minutes each time, so that nothing stays frozen if `alarm` is gone.
"""

from collections.abc import Mapping

from vigie.streams.core.alarm.graph import WATCH, Frozen
from vigie.streams.core.alarm.minute import Minute
from vigie.topics.alarm_input import Freeze, Thaw

ALL = "all"
HOLDS_MS = 3 * 60_000


def freeze(minute: Minute, wanted: Mapping[str, Frozen], *, again: bool) -> None:
    """Make the frozen scopes those that are wanted.

    Args:
        minute: now.
        wanted: scope -> since when, for which alert (its id), and why.
        again: whether those that go on are written again.
    """
    watch, out = minute.graph.watch, minute.found.platform
    for scope in sorted(watch.frozen.keys() - wanted.keys()):
        del watch.frozen[scope]
        watch.thawed[scope] = minute.at
        out.append(Thaw(scope=scope, at=minute.at))
    for scope, why in sorted(wanted.items()):
        held = watch.frozen.get(scope)
        if held is None or held.cause != why.cause:
            watch.frozen[scope] = why if held is None else Frozen(held.at, why.cause, why.reason)
        elif not again:
            continue
        now = watch.frozen[scope]
        out.append(Freeze(scope=scope, at=now.at, until_at=minute.at + HOLDS_MS, cause=now.cause, reason=now.reason))
    minute.graph.touch(WATCH, watch)


def is_frozen(minute: Minute, network: str) -> bool:
    """Whether nothing can be said of a network now."""
    frozen = minute.graph.watch.frozen
    return ALL in frozen or f"network:{network}" in frozen


def watched_since(minute: Minute, network: str) -> int:
    """Epoch ms UTC since when a network is watched without a freeze; 0 for ever.

    Of something whose network is not known: since the last freeze of any.
    """
    thawed = minute.graph.watch.thawed
    if not network:
        return max(thawed.values(), default=0)
    return max(thawed.get(ALL, 0), thawed.get(f"network:{network}", 0))
