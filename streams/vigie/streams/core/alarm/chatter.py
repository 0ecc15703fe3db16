"""The guard against alarms that come and go: told of once, then quiet until they have been so for a day."""

from vigie.streams.core.alarm.held import Alarm

DAY_MS = 86_400_000
CYCLES_IN_SAMPLES, SAMPLES = 3, 10
"""So many raises within so many upload periods make an alarm a chattering one …"""
CYCLES_IN_A_DAY = 5
"""… and so many within 24 h."""


def raised(alarm: Alarm, at: int, period_s: float) -> bool:
    """Count a raise of an alarm; says whether it begins to chatter by it.

    Args:
        alarm: changed in place.
        at: epoch ms UTC of the decision.
        period_s: upload period of what is watched; 0 where it is not known.

    >>> alarm = Alarm()
    >>> [raised(alarm, hour * 3_600_000, 0) for hour in (0, 4, 8, 12, 16, 20)]
    [False, False, False, False, True, False]
    >>> raised(alarm, 21 * 3_600_000, 0), raised(alarm, 60 * 3_600_000, 0), alarm.chattering_since
    (False, False, 0)
    """
    if alarm.chattering_since and alarm.raises and at - alarm.raises[-1] > DAY_MS:
        alarm.chattering_since = alarm.told_level = 0
    alarm.raises = (*(one for one in alarm.raises if at - one < DAY_MS), at)[-CYCLES_IN_A_DAY:]
    if alarm.chattering_since:
        return False
    within = SAMPLES * period_s * 1000
    quick = len(alarm.raises) >= CYCLES_IN_SAMPLES and at - alarm.raises[-CYCLES_IN_SAMPLES] <= within
    if quick or len(alarm.raises) >= CYCLES_IN_A_DAY:
        alarm.chattering_since = at
        return True
    return False
