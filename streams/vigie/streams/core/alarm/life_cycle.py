"""The life of an alert as a table: state × input → state, transition, mail. It is documentation, code and test at once.

States are those of ISA-18.2 (IEC 62682): A normal, B unacknowledged, C acknowledged, D returned, E latched, F latched
and acknowledged. G shelved, H suppressed and I out of service are marks beside them, from which, with the state, the
displayed one follows (`displayed`). docs/alerts.md is rendered from here (`vigie alerts doc`), every cell is tested.
"""

from enum import StrEnum
from typing import NamedTuple

NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED = "normal", "unacknowledged", "acknowledged", "returned"
LATCHED, LATCHED_ACKNOWLEDGED = "latched", "latched_acknowledged"
SHELVED, SUPPRESSED, OUT_OF_SERVICE = "shelved", "suppressed", "out_of_service"

STATES = (NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, LATCHED, LATCHED_ACKNOWLEDGED)
"""States A to F; an alert in the first is over (or was never raised)."""
ACTIVE = frozenset({UNACKNOWLEDGED, ACKNOWLEDGED})
"""What was raised still holds."""
HIDDEN = frozenset({SHELVED, SUPPRESSED, OUT_OF_SERVICE})
"""Displayed states of an open alert that a mark hides."""


class Input(StrEnum):
    """What can come to an alert."""

    RAISE = "raise"
    ANEW = "raise, another cause"
    WORSE = "raise, higher level"
    MILDER = "raise, lower level"
    CLEAR = "clear"
    CLEAR_ASKED = "clear, acknowledgement asked"
    CLEAR_LATCHED = "clear, latched"
    EXPIRE = "24 h without acknowledgement"
    ACK = "ack"
    UNACK = "unack"
    RESET = "reset"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SHELF_ENDS = "shelving ends"
    SUPPRESS = "explained by a cause"
    UNSUPPRESS = "no longer explained"
    LEAVE_SERVICE = "intervention begins"
    ENTER_SERVICE = "intervention ends"
    CHATTER = "chatters"
    CHILDREN = "explains others"
    COMMENT = "comment"
    ASSIGN = "assign"
    CONFIRM = "confirm"
    REFUTE = "confirm --refuted"
    VERDICT = "verdict"
    ATTACH = "attach"


class Mail(StrEnum):
    """When a transition asks for a mail; never of an alert that is late or on trial."""

    NO = ""
    YES = "yes"
    """unless a mark or a chattering alarm keeps it from being told"""
    TOLD = "if its beginning was told"
    """so that each incident that was told of has its end told, and no other"""
    UNTOLD = "if it is active and was not told of before"
    AGAIN = "if it is active"
    """whatever was told of before"""


class Cell(NamedTuple):
    """What an input does in a state.

    Attributes:
        state: after it.
        transition: of alert_event.TRANSITIONS; empty: nothing happens, and nothing is written.
        mail: when it asks for one.
        reason: where the platform itself says why, a word; why a command is refused (refusals.py).
    """

    state: str
    transition: str = ""
    mail: Mail = Mail.NO
    reason: str = ""


def _refused(state: str, reason: str) -> Cell:
    return Cell(state, "refused", Mail.NO, reason)


_A, _B, _C, _D, _E, _F = STATES
_OPEN = STATES[1:]

TABLE: dict[tuple[str, Input], Cell] = {
    # no alert, or one that is over
    (_A, Input.RAISE): Cell(_B, "raised", Mail.YES),
    (_A, Input.ACK): _refused(_A, "over"),
    (_A, Input.UNACK): _refused(_A, "over"),
    (_A, Input.RESET): _refused(_A, "over"),
    (_A, Input.SHELVE): _refused(_A, "over"),
    (_A, Input.UNSHELVE): Cell(_A, "unshelved"),
    (_A, Input.SHELF_ENDS): Cell(_A, "unshelved", Mail.NO, "expired"),
    # active, not acknowledged
    (_B, Input.ANEW): Cell(_A, "cleared", Mail.NO, "renewed"),
    (_B, Input.WORSE): Cell(_B, "level_changed", Mail.YES),
    (_B, Input.MILDER): Cell(_B, "level_changed"),
    (_B, Input.CLEAR): Cell(_A, "cleared", Mail.TOLD),
    (_B, Input.CLEAR_ASKED): Cell(_D, "cleared", Mail.TOLD),
    (_B, Input.CLEAR_LATCHED): Cell(_E, "latched", Mail.TOLD),
    (_B, Input.ACK): Cell(_C, "acknowledged"),
    (_B, Input.UNACK): _refused(_B, "not_acknowledged"),
    (_B, Input.RESET): _refused(_B, "still_active"),
    # active, acknowledged; what gets worse wants to be acknowledged anew
    (_C, Input.ANEW): Cell(_A, "cleared", Mail.NO, "renewed"),
    (_C, Input.WORSE): Cell(_B, "level_changed", Mail.YES),
    (_C, Input.MILDER): Cell(_C, "level_changed"),
    (_C, Input.CLEAR): Cell(_A, "cleared", Mail.TOLD),
    (_C, Input.CLEAR_ASKED): Cell(_A, "cleared", Mail.TOLD),
    (_C, Input.CLEAR_LATCHED): Cell(_F, "latched", Mail.TOLD),
    (_C, Input.ACK): _refused(_C, "already_acknowledged"),
    (_C, Input.UNACK): Cell(_B, "unacknowledged"),
    (_C, Input.RESET): _refused(_C, "still_active"),
    # over, and nobody has acknowledged it
    (_D, Input.ANEW): Cell(_A, "returned_to_normal", Mail.NO, "raised_again"),
    (_D, Input.EXPIRE): Cell(_A, "returned_to_normal", Mail.NO, "expired"),
    (_D, Input.ACK): Cell(_A, "acknowledged"),
    (_D, Input.UNACK): _refused(_D, "not_acknowledged"),
    (_D, Input.RESET): _refused(_D, "not_latched"),
    # over, kept until a person resets it; who resets it has seen it
    (_E, Input.ANEW): Cell(_A, "returned_to_normal", Mail.NO, "raised_again"),
    (_E, Input.ACK): Cell(_F, "acknowledged"),
    (_E, Input.UNACK): _refused(_E, "not_acknowledged"),
    (_E, Input.RESET): Cell(_A, "reset"),
    (_F, Input.ANEW): Cell(_A, "returned_to_normal", Mail.NO, "raised_again"),
    (_F, Input.ACK): _refused(_F, "already_acknowledged"),
    (_F, Input.UNACK): Cell(_E, "unacknowledged"),
    (_F, Input.RESET): Cell(_A, "reset"),
}
for _state in (_B, _C):
    TABLE[_state, Input.LEAVE_SERVICE] = Cell(_state, "out_of_service", Mail.NO, "intervention")
for _state in (_B, _C, _E, _F):  # what is out of service asks for no acknowledgement: it is never in D
    _mail = Mail.UNTOLD if _state in ACTIVE else Mail.NO
    TABLE[_state, Input.ENTER_SERVICE] = Cell(_state, "in_service", _mail, "intervention_over")
TABLE[_B, Input.CHATTER] = Cell(_B, "chattering", Mail.AGAIN, "chattering")
for _state in _OPEN:  # marks leave the state as it is
    TABLE |= {
        (_state, Input.SHELVE): Cell(_state, "shelved"),
        (_state, Input.UNSHELVE): Cell(_state, "unshelved"),
        (_state, Input.SHELF_ENDS): Cell(_state, "unshelved", Mail.AGAIN if _state in ACTIVE else Mail.NO, "expired"),
        (_state, Input.SUPPRESS): Cell(_state, "suppressed"),
        (_state, Input.UNSUPPRESS): Cell(_state, "unsuppressed", Mail.UNTOLD if _state in ACTIVE else Mail.NO),
        (_state, Input.CHILDREN): Cell(_state, "children"),
    }
for _state in STATES:  # words about an alert, at any time
    TABLE |= {
        (_state, Input.COMMENT): Cell(_state, "commented"),
        (_state, Input.ASSIGN): Cell(_state, "assigned"),
        (_state, Input.CONFIRM): Cell(_state, "confirmed"),
        (_state, Input.REFUTE): Cell(_state, "refuted"),
        (_state, Input.VERDICT): Cell(_state, "judged"),
        (_state, Input.ATTACH): Cell(_state, "attached"),
    }


def cell(state: str, given: Input) -> Cell:
    """What an input does in a state; nothing where the table has no cell.

    >>> cell(UNACKNOWLEDGED, Input.ACK).state
    'acknowledged'
    >>> cell(NORMAL, Input.CLEAR)
    Cell(state='normal', transition='', mail=<Mail.NO: ''>, reason='')
    """
    return TABLE.get((state, given)) or Cell(state)


def displayed(state: str, *, out_of_service: bool, suppressed: bool, shelved: bool) -> str:
    """The state that people see: of an alert that is open, the strongest of its marks hides it.

    >>> displayed(UNACKNOWLEDGED, out_of_service=False, suppressed=True, shelved=True)
    'suppressed'
    >>> displayed(NORMAL, out_of_service=True, suppressed=False, shelved=False)
    'normal'
    """
    if state == NORMAL:
        return NORMAL
    if out_of_service:
        return OUT_OF_SERVICE
    if suppressed:
        return SUPPRESSED
    return SHELVED if shelved else state
