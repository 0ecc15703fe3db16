"""How many mails an hour a contact gets: the last one of a full hour is a digest of all that would be too many.

A critical alert does not wait for the hour to end: what waits with it goes in one digest a quarter of an hour after the
contact's latest mail.
"""

from vigie.streams.core.mail.groups import CRITICAL, HOUR_MS, MINUTE_MS

CRITICAL_AFTER_MS = 15 * MINUTE_MS


def within_hour(sent: list[int], now: int) -> list[int]:
    """Of these instants (epoch ms UTC) those of the last hour."""
    return [at for at in sent if now - HOUR_MS < at]


def alone_and_together(waiting: list[tuple[int, int]], sent: list[int], per_hour: int, now: int) -> tuple[int, bool]:
    """How many of the waiting mails go alone, and whether the rest goes now, in one digest.

    Args:
        waiting: when each was made (epoch ms UTC), and its priority; in their order.
        sent: epoch ms UTC of the mails that the contact got.
        per_hour: mails an hour at most.
        now: epoch ms UTC.

    >>> alone_and_together([(10, 3)] * 2, [], 6, 10), alone_and_together([(10, 3)] * 20, [], 6, 10)
    ((2, False), (5, True))
    >>> alone_and_together([(5, 3)] * 20, [1] * 6, 6, 10), alone_and_together([(5, 1)], [1] * 6, 6, 900_010)
    ((0, False), (0, True))
    >>> alone_and_together([(5, 3)] * 3, [1] * 6, 6, 3_600_010)  # the hour was full when they were made
    (0, True)
    """
    recent = within_hour(sent, now)
    room = per_hour - len(recent)
    if room <= 0:
        urgent = any(priority == CRITICAL for _, priority in waiting) and now - max(recent) >= CRITICAL_AFTER_MS
        return 0, urgent
    held = [made_at for made_at, _ in waiting if _was_full(made_at, sent, per_hour)]
    if len(held) > 1:
        return 0, True
    return (len(waiting), False) if len(waiting) <= room else (room - 1, True)


def _was_full(at: int, sent: list[int], per_hour: int) -> bool:
    return len([one for one in sent if at - HOUR_MS < one <= at]) >= per_hour
