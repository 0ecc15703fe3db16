"""The alerts of a large group beyond those that are listed: each is known and counted, in 17 bytes."""

from vigie.streams.core.mail.outbox_records import Crowd

OVER, ACTIVE, SETTLED = 0, 1, 2
ROOM = 8000
"""Alerts in one crowd: what is written each time that one of them changes."""
ID_BYTES = 16


def flag(*, active: bool, settled: bool) -> int:
    """How an alert stands."""
    return OVER if not active else SETTLED if settled else ACTIVE


def add(crowd: Crowd, alert_id: str, how: int) -> int:
    """Take in one more alert (32 hex digits); returns its place."""
    crowd.ids += bytes.fromhex(alert_id)
    crowd.flags.append(how)
    return len(crowd.flags) - 1


def ids(crowd: Crowd) -> list[str]:
    """The alert ids of a crowd, in order."""
    text = crowd.ids.hex()
    width = 2 * ID_BYTES
    return [text[start : start + width] for start in range(0, len(text), width)]


def active(crowds: list[Crowd]) -> int:
    """How many go on."""
    return sum(len(crowd.flags) - crowd.flags.count(OVER) for crowd in crowds)


def unsettled(crowds: list[Crowd]) -> int:
    """How many go on, and nobody has taken up."""
    return sum(crowd.flags.count(ACTIVE) for crowd in crowds)
