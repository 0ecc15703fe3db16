"""When the devices of a partition were watched, and when nobody could say who is silent.

Ticks that stay away for more than five minutes say that nobody watched (a platform that was stopped, a host whose clock
jumped). A Freeze says that nobody can be judged: the role lags, a source has stopped, a network is down. Neither time
counts as silence, and after it every device has two of its intervals to speak: a restart raises no storm.
"""

from msgspec import Struct

BLIND_MS = 5 * 60_000
"""Ticks further apart than this were not watched between."""
ALL = "all"
REMEMBERED_MS = 35 * 86_400_000
MOST_PAUSES = 64
"""Older ones are forgotten: a silence that began before them has been told since."""


class Pause(Struct, array_like=True):
    """From when to when (epoch ms UTC) the clocks of a scope stood still: `all`, `network:<name>`, `source:<name>`."""

    scope: str
    from_at: int
    to_at: int


class Watch(Struct, array_like=True, tag=1):
    """How a partition is watched.

    Attributes:
        last_tick_at: epoch ms UTC.
        first_at: the first tick that ever came.
        pauses: by rising start.
    """

    last_tick_at: int
    first_at: int
    pauses: list[Pause] = []


def watched(watch: Watch | None, tick_at: int, frozen: dict[str, tuple[int, int]] | None = None) -> Watch:
    """The watch after a tick.

    Args:
        watch: before it; None at the first.
        tick_at: epoch ms UTC.
        frozen: scope -> from when to when (epoch ms) it was or is frozen.

    >>> watched(Watch(60_000, 0), 120_000)
    Watch(last_tick_at=120000, first_at=0, pauses=[])
    >>> watched(Watch(60_000, 0), 7_200_000).pauses
    [Pause(scope='all', from_at=60000, to_at=7200000)]
    >>> watched(Watch(60_000, 0), 120_000, {"network:ville": (90_000, 150_000)}).pauses
    [Pause(scope='network:ville', from_at=90000, to_at=120000)]
    """
    if watch is None:
        watch = Watch(tick_at, tick_at)
    if tick_at <= watch.last_tick_at and not frozen:
        return watch
    pauses = watch.pauses
    if tick_at - watch.last_tick_at > BLIND_MS:
        pauses = [*pauses, Pause(ALL, watch.last_tick_at, tick_at)]
    for scope, (from_at, until_at) in (frozen or {}).items():
        to_at = min(tick_at, until_at)
        if to_at > from_at:
            others = [one for one in pauses if one.scope != scope or one.to_at < from_at]
            joined = [one for one in pauses if one.scope == scope and one.to_at >= from_at]
            begun = min([from_at, *[one.from_at for one in joined]])
            pauses = [*others, Pause(scope, begun, max([to_at, *[one.to_at for one in joined]]))]
    if pauses is not watch.pauses:
        kept = [one for one in pauses if one.to_at > tick_at - REMEMBERED_MS]
        pauses = sorted(kept, key=lambda one: (one.from_at, one.scope))[-MOST_PAUSES:]
    return Watch(max(tick_at, watch.last_tick_at), watch.first_at, pauses)


def covers(scope: str, address: str, network: str) -> bool:
    """Whether a frozen scope holds a device. A source is known by the addresses that bear its name, or its network's.

    >>> covers("network:ville", "eui:a1", "ville"), covers("source:mesures", "src:mesures:a1", "")
    (True, True)
    """
    kind, _, name = scope.partition(":")
    return scope == ALL or name == network or (kind == "source" and address.startswith(f"src:{name}:"))


def paused(watch: Watch, start_at: int, now_at: int, address: str, network: str) -> tuple[int, int]:
    """How long a device was not watched within a span, and until when last.

    Args:
        watch: of its partition.
        start_at: of the span, epoch ms UTC.
        now_at: its end.
        address: of the device.
        network: where it is heard.

    Returns:
        Milliseconds, and the end (epoch ms) of the last pause that touched the span; 0 and 0 for none.

    >>> paused(Watch(0, 0, [Pause("all", 10, 30), Pause("network:n", 20, 40)]), 0, 100, "eui:a1", "n")
    (30, 40)
    """
    pauses = watch.pauses
    if not pauses:
        return 0, 0
    total = last_at = 0
    counted_to = start_at
    for one in pauses:
        if one.to_at > start_at and one.from_at < now_at and covers(one.scope, address, network):
            total += max(0, min(one.to_at, now_at) - max(one.from_at, counted_to))
            counted_to = max(counted_to, one.to_at)
            last_at = max(last_at, one.to_at)
    return total, last_at
