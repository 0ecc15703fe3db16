"""How many mails an hour a contact gets: the last one of a full hour is a digest of all that would be too many.

A critical alert does not wait for the hour to end: what waits with it goes in one digest a quarter of an hour after the
contact's latest mail.
"""

from vigie.streams.core.mail.groups import CRITICAL, HOUR_MS, MINUTE_MS

CRITICAL_AFTER_MS = 15 * MINUTE_MS


def within_hour(sent: list[int], now: int) -> list[int]:
    """Of these instants (epoch ms UTC) those of the last hour."""
    return [at for at in sent if now - HOUR_MS < at]


def alone_and_together(priorities: list[int], sent: list[int], per_hour: int, now: int) -> tuple[int, bool]:
    """How many of the waiting mails go alone, and whether the rest goes now, in one digest.

    Args:
        priorities: of the mails that wait, in their order.
        sent: epoch ms UTC of the mails that the contact got.
        per_hour: mails an hour at most.
        now: epoch ms UTC.

    >>> alone_and_together([3] * 2, [], 6, 10), alone_and_together([3] * 20, [], 6, 10)
    ((2, False), (5, True))
    >>> alone_and_together([3] * 20, [1] * 6, 6, 10), alone_and_together([1, 3], [1] * 6, 6, 900_010)
    ((0, False), (0, True))
    """
    recent = within_hour(sent, now)
    room = per_hour - len(recent)
    if len(priorities) <= room:
        return len(priorities), False
    if room > 0:
        return room - 1, True
    urgent = CRITICAL in priorities and now - max(recent) >= CRITICAL_AFTER_MS
    return 0, urgent
