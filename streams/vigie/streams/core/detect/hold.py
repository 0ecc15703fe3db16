"""Whether what a rule sees is there: on-delay in values, off-delay in seconds, levels; of one rule and one series.

A level is held once `on_delay` values in a row were at it or worse. It is let go of once every value of `off_delay_ms`
was better; then the worst of these is held. Deadband is the rule's own affair, which is told what is held.
"""

from msgspec import Raw, Struct

_NOTHING = Raw(b"\xc0")
_MOST = 255


class Hold(Struct, array_like=True, gc=False):
    """What is remembered of a rule at a series.

    Attributes:
        last_at: epoch ms UTC of the last value that was judged.
        level: held now; 0 for none.
        run: levels of the last values, as many as `on_delay` and back to the last 0.
        first_id, first_at: of the first value of that run.
        cause_id, since_at: of the first value of the run that began what is held.
        lower_since_at: of the first value that was better than what is held; 0 while the last was not.
        lower_most: the worst level since then.
        memory: the rule's own.
    """

    last_at: int = -(2**62)
    level: int = 0
    run: bytes = b""
    first_id: str = ""
    first_at: int = 0
    cause_id: str = ""
    since_at: int = 0
    lower_since_at: int = 0
    lower_most: int = 0
    memory: Raw = _NOTHING


def settle(hold: Hold, level: int, at: int, name: str, on_delay: int, off_delay_ms: int) -> bool:
    """Take one value; whether what is held has changed.

    Args:
        hold: changed in place.
        level: of the value, as the rule judged it.
        at: epoch ms UTC of the value, later than that of the one before.
        name: id of the value.
        on_delay: so many values in a row raise a level, 1 or more.
        off_delay_ms: so long must better ones last.

    >>> hold = Hold()
    >>> [settle(hold, level, number, "a", 2, 2) and hold.level for number, level in enumerate((1, 0, 2, 1, 2, 2))]
    [False, False, False, 1, False, 2]
    >>> [settle(hold, level, 6 + number, "b", 2, 2) and hold.level for number, level in enumerate((0, 1, 1, 0, 0, 0))]
    [False, False, 1, False, False, 0]
    """
    if level:
        run = hold.run
        if not run:
            hold.first_id, hold.first_at = name, at
        run = hold.run = (run + bytes((min(level, _MOST),)))[-on_delay:]
        confirmed = min(run) if len(run) >= on_delay else 0
    else:
        hold.run, confirmed = b"", 0
    held = hold.level
    if confirmed > held:
        if not held:
            hold.cause_id, hold.since_at = hold.first_id, hold.first_at
        hold.level, hold.lower_since_at = confirmed, 0
        return True
    if not held:
        return False
    if level >= held:
        hold.lower_since_at = 0
        return False
    if not hold.lower_since_at:
        hold.lower_since_at, hold.lower_most = at, level
    else:
        hold.lower_most = max(hold.lower_most, level)
    if at - hold.lower_since_at < off_delay_ms:
        return False
    hold.level, hold.lower_since_at = hold.lower_most, 0
    return True
