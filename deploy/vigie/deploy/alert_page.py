"""The tables of docs/alerts.md: priorities, states, the life cycle cell by cell, refusals; rendered from the code."""

from collections.abc import Iterable, Iterator

from vigie.streams.core.alarm.life_cycle import STATES, TABLE, Cell, Input, Mail
from vigie.streams.core.alarm.priorities import LOW_SEVERITY, PRIORITIES
from vigie.streams.core.alarm.refusals import REFUSALS
from vigie.streams.core.alarm.words import STATES as STATE_WORDS
from vigie.streams.core.alarm.words import TRANSITIONS

BEGIN, END = "<!-- vigie alerts doc -->", "<!-- end of vigie alerts doc -->"
"""Marks in docs/alerts.md around what this renders."""

_LETTERS = dict(zip((*STATES, "shelved", "suppressed", "out_of_service"), "ABCDEFGHI", strict=True))
_MEANINGS = {
    "normal": "no alert, or one that is over",
    "unacknowledged": "what was raised holds, nobody has acknowledged it",
    "acknowledged": "what was raised holds, somebody cares for it",
    "returned": "what was raised is over, nobody has acknowledged it (priorities 1 and 2); after 24 h it is over",
    "latched": "what was raised is over; it stays until a person resets it",
    "latched_acknowledged": "likewise, acknowledged",
    "shelved": "a person put it aside, for a while and with a reason",
    "suppressed": "another alert, its cause, explains it",
    "out_of_service": "an intervention is open at its point",
}
_MAILS = {
    Mail.NO: "",
    Mail.YES: "mail",
    Mail.TOLD: "mail (1)",
    Mail.UNTOLD: "mail (2)",
    Mail.AGAIN: "mail (3)",
}
_PRIORITIES_SAID = """\
A mail waits for others of its group, and groups are mailed no more often than *next ones* says. An alert that is active
and not acknowledged is repeated and escalated; a mailing list may say other times. What is archived and told to nobody
(late values, rules on trial) has the severity `{low}`."""
_STATES_SAID = """\
A to F are what becomes of the condition. G, H and I are marks beside them: an open alert that has some shows the
strongest, I before H before G, and goes on living beneath. The fields `active`, `acknowledged`, `shelved_until`,
`suppressed_by`, `out_of_service` and `latched` of each event say all of it."""
_LIFE_SAID = """\
An empty cell: nothing happens, and no event is written. *Raise, another cause* ends the alert and begins a new one,
with a new id. *Refused* answers a command and changes nothing.

Mails: (1) if its beginning was told, so that each incident that people were told of has its end told, and no other; (2)
if nobody was told of it before; (3) whoever was told before. None while a mark hides the alert (but for (1)), none of
late values and of rules on trial; of priority 4 a line in the digest."""
_ABOUT_STATE = tuple(Input)[:11]


def page() -> str:
    """All tables, with their headings."""
    return "\n".join([*_priorities(), "", *_states(), "", *_life(), "", *_marks(), "", *_refusals()]) + "\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _span(seconds: int) -> str:
    if not seconds:
        return "–"
    if seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    return f"{seconds // 60} min" if seconds > 60 else f"{seconds} s"


def _priorities() -> Iterator[str]:
    yield "### Priorities\n"
    yield from _table(
        ("", "French", "English", "belongs there", "acknowledgement", "told", "first mail waits", "next ones",
         "repeated", "escalated", "SDM severity"),
        (
            (str(one.number), one.label_fr, one.label_en, one.meaning, "asked" if one.asks else "possible",
             "mail" if one.mail == "incident" else "daily digest", _span(one.wait_s), _span(one.interval_s),
             _span(one.repeat_s), _span(one.escalation_s), f"`{one.severity}`")
            for one in PRIORITIES.values()
        ),
    )  # fmt: skip
    yield ""
    yield _PRIORITIES_SAID.format(low=LOW_SEVERITY)


def _states() -> Iterator[str]:
    yield "### States\n"
    yield from _table(
        ("ISA-18.2", "`state`", "French", "meaning"),
        ((letter, f"`{name}`", STATE_WORDS[name][0], _MEANINGS[name]) for name, letter in _LETTERS.items()),
    )
    yield ""
    yield _STATES_SAID


def _life() -> Iterator[str]:
    yield "### What becomes of an alert\n"
    yield from _rows(_ABOUT_STATE)
    yield ""
    yield _LIFE_SAID


def _marks() -> Iterator[str]:
    yield "### Marks, and words about an alert\n"
    yield from _rows(tuple(Input)[len(_ABOUT_STATE) :])


def _rows(inputs: Iterable[Input]) -> Iterator[str]:
    yield from _table(
        ("", *(f"{_LETTERS[state]} {state.replace('_', ' ')}" for state in STATES)),
        ((given.value, *(_cell(state, TABLE.get((state, given))) for state in STATES)) for given in inputs),
    )


def _cell(state: str, cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.transition == "refused":
        return f"*refused*: `{cell.reason}`"
    parts = [f"→ **{_LETTERS[cell.state]}**" if cell.state != state else "", f"`{cell.transition}`"]
    return " ".join(part for part in (*parts, _MAILS[cell.mail]) if part)


def _refusals() -> Iterator[str]:
    yield "### Why a command is refused\n"
    yield from _table(("`reason`", "French", "English"), ((f"`{word}`", *said) for word, said in REFUSALS.items()))
    yield ""
    yield "### Transitions\n"
    yield from _table(
        ("`transition`", "French", "English"), ((f"`{word}`", *said) for word, said in TRANSITIONS.items())
    )
