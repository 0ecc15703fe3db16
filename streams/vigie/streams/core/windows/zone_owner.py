"""The windows of zones, communes, use cases and networks that their owner holds: what is to be published of them.

Which points lie where is the fleet's affair: a point that has moved takes no part any more, though its window is still
remembered.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from vigie.streams.core.fleet.memberships import Memberships, lies_in
from vigie.streams.core.windows.across import Across, aggregates, combines
from vigie.streams.core.windows.legal import HOUR_MS
from vigie.streams.core.windows.members import members
from vigie.streams.core.windows.zone_memory import Published, ZoneWindow
from vigie.topics.aggregate import Aggregate

SLOT_MS = 4 * HOUR_MS
AHEAD_MS = HOUR_MS
"""How much earlier these windows are let go of than those of their points: so `recompute`, which repairs a point's
window that was let go of, finds that of its zone let go of too, even where a worker is an hour behind."""


def released_until(tick_at: int, memory_ms: int) -> int:
    """Windows that start before this instant are let go of.

    Args:
        tick_at: now, epoch ms.
        memory_ms: for how long windows of points are held.

    >>> released_until(30 * HOUR_MS, 26 * HOUR_MS) // HOUR_MS, released_until(31 * HOUR_MS, 26 * HOUR_MS) // HOUR_MS
    (4, 4)
    >>> released_until(33 * HOUR_MS, 26 * HOUR_MS) // HOUR_MS
    8
    """
    return (tick_at + AHEAD_MS - memory_ms) // SLOT_MS * SLOT_MS


class LookedAt(NamedTuple):
    """A window that is to be looked at.

    Attributes:
        subject, held: the window.
        reason: of a revision that comes of it.
        surely: publish it even if it is what was published last (another worker may have published otherwise since).
    """

    subject: str
    held: ZoneWindow
    reason: str
    surely: bool = False


def news(windows: Iterable[LookedAt], memberships: Memberships) -> list[Aggregate]:
    """What is to be published of windows; they are settled then.

    Args:
        windows: to be looked at.
        memberships: which points lie where.
    """
    looked_at, series = list[LookedAt](), list[Across]()
    for one in windows:
        for found in _series(one.subject, one.held, memberships):
            looked_at.append(one)
            series.append(found)
        one.held.settle()
    made = []
    for one, of, aggregate in zip(looked_at, series, aggregates(series), strict=True):
        key = of.property, of.channel
        before = one.held.published.get(key)
        if before is not None and before.input_hash == aggregate.input_hash and not one.surely:
            continue
        revision = 0 if before is None else before.revision + 1
        one.held.note(key, Published(revision, aggregate.input_hash))
        made.append(replace(aggregate, revision=revision, reason=one.reason))
    return made


def _series(subject: str, one: ZoneWindow, memberships: Memberships) -> Iterator[Across]:
    there = members(memberships, subject, one.window)
    without = set[str]() if there.points is None else one.parts.keys() - there.points
    for found in one.series(subject, without, there.expected, memberships.thresholds(subject)):
        if combines(found.property):
            yield found


def subjects_changed(before: Memberships, after: Memberships) -> set[str]:
    """Subjects in which some point lies or lay that is not what it was.

    Quick where little changed: versions of points that did not change are the same objects.
    """
    if before.points is after.points:
        return set()
    was, now = before.points.versions, after.points.versions
    changed = {name for name, versions in now.items() if was.get(name) is not versions} | (was.keys() - now.keys())
    return {subject for name in changed for one in (*was.get(name, ()), *now.get(name, ())) for subject in lies_in(one)}
