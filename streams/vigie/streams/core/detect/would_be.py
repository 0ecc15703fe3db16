"""What a trial comes to: episodes, and how many mails they would have been."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vigie.topics.alarm_input import ConditionSignal

_HOUR_MS = 3_600_000
_AGAIN_MS = 900_000
"""An incident mails at most once in this time, but for its end."""
_REPEAT_MS = {1: 4 * _HOUR_MS, 2: 4 * _HOUR_MS, 3: 24 * _HOUR_MS}
DIGEST = 4
"""Priority of what stands in the digest only."""


class Episode(NamedTuple):
    """From raised to cleared; instants epoch ms UTC.

    Attributes:
        began: the signal that raised it.
        levels: every level that it had, in order.
        rises_at: when it rose to a higher level.
        priority: of its worst level.
        ended_at: None while it lasts.
        worst: value; None where it came late.
    """

    began: ConditionSignal
    levels: tuple[int, ...]
    rises_at: tuple[int, ...]
    priority: int
    ended_at: int | None
    worst: float | None


class Mails(NamedTuple):
    """How many mails a contact would have had, before the limit per hour.

    Attributes:
        raised, worse, ended: by what they tell.
        reminders: more, if nobody acknowledged.
        most_in_an_hour: of the first three.
        digest: lines in daily digests: priority 4, and what came late.
    """

    raised: int
    worse: int
    ended: int
    reminders: int
    most_in_an_hour: int
    digest: int

    @property
    def total(self) -> int:
        """Without reminders."""
        return self.raised + self.worse + self.ended


def episodes(signals: Iterable[ConditionSignal], worst: dict[str, float]) -> list[Episode]:
    """Signals by episode, in the order of their beginnings."""
    found: dict[str, Episode] = {}
    for one in signals:
        name = f"{one.subject} {one.cause_id} {one.late}"
        known = found.get(name)
        if known is None:
            value = None if one.late else worst.get(one.cause_id)
            found[name] = Episode(one, (one.level,), (), one.priority, None, value)
        elif not one.active:
            found[name] = known._replace(ended_at=one.event_at)
        else:
            rises = (*known.rises_at, one.event_at) if one.level > known.levels[-1] else known.rises_at
            found[name] = known._replace(
                levels=(*known.levels, one.level), rises_at=rises, priority=min(known.priority, one.priority)
            )
    return list(found.values())


def mails(found: Sequence[Episode], until_at: int) -> Mails:
    """Mails of episodes, by the rules of mail: an incident mails when it is raised, when it gets worse and at its end.

    Args:
        found: of a rule; each is an incident of its own.
        until_at: end of the trial, for what still lasts.
    """
    instants: list[int] = []
    raised = worse = ended = reminders = digest = 0
    for one in found:
        if one.began.late or one.priority >= DIGEST:
            digest += 1
            continue
        raised += 1
        last_at = one.began.event_at
        instants.append(last_at)
        for at in one.rises_at:
            if at - last_at >= _AGAIN_MS:
                worse, last_at = worse + 1, at
                instants.append(at)
        if one.ended_at is not None:
            ended += 1
            instants.append(one.ended_at)
        lasted_ms = (until_at if one.ended_at is None else one.ended_at) - one.began.event_at
        reminders += lasted_ms // _REPEAT_MS[one.priority]
    return Mails(raised, worse, ended, reminders, _most(sorted(instants)), digest)


def _most(instants: list[int]) -> int:
    """So many fall into one hour at most.

    >>> _most([0, 10, 3_600_005]), _most([])
    (2, 0)
    """
    first = most = 0
    for number, at in enumerate(instants):
        while at - instants[first] >= _HOUR_MS:
            first += 1
        most = max(most, number - first + 1)
    return most
