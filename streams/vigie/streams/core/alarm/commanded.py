"""Commands of people to the life cycle: each is answered by one event, obeyed or refused with its reason.

A command names the revision that its author saw. One made on an older revision is obeyed unless what it assumes no
longer holds: the table refuses what makes no sense any more, and nobody acknowledges a level that they have not seen.
"""

from vigie.streams.core.alarm.book import Book
from vigie.streams.core.alarm.happen import Given, When, add_facts, happen, refuse
from vigie.streams.core.alarm.held import Alert
from vigie.streams.core.alarm.life_cycle import ACTIVE, NORMAL, Input, cell
from vigie.topics.alarm_input import Command
from vigie.topics.alert_event import AlertEvent, Explanation
from vigie.topics.fleet.ids import is_id
from vigie.topics.identity import event_id

SHELVED_AT_MOST_MS = 7 * 86_400_000
LONGEST_TEXT, MOST_FACTS = 2000, 20

_INPUTS = {
    "ack": Input.ACK, "unack": Input.UNACK, "reset": Input.RESET, "shelve": Input.SHELVE, "unshelve": Input.UNSHELVE,
    "comment": Input.COMMENT, "assign": Input.ASSIGN, "verdict": Input.VERDICT, "attach": Input.ATTACH,
}  # fmt: skip
_VERDICTS = ("true", "false")
_CONFIRMATIONS = {"confirmed": Input.CONFIRM, "refuted": Input.REFUTE}


def obey(book: Book, command: Command, when: When) -> list[AlertEvent]:
    """Do what a command wants, or say why not.

    Args:
        book: of alarms.
        command: of a person; a repeat of its id makes no event.
        when: it came.
    """
    alert = book.find(command.alert_id)
    if alert is None:
        return [_unknown(book, command, when)]
    if command.id in alert.commands:
        return []
    said = Given(command.author, command.reason, command.id)
    word = why_not(book, alert, command)
    if word:
        return refuse(book, alert, word, when, said)
    given = _CONFIRMATIONS[command.value] if command.action == "confirm" else _INPUTS[command.action]
    if cell(alert.state, given).transition == "refused":
        return happen(book, alert, given, when, said)  # and nothing else changes
    if command.action in ("shelve", "unshelve"):
        alarm = book.alarm(alert.key)
        alarm.shelved_until = command.until_at if command.action == "shelve" else 0
        book.keep(alert.key, alarm)
    elif command.action == "assign":
        alert.assignee = command.value
    elif command.action == "verdict":
        add_facts(alert, {"verdict": command.value})
    elif command.action == "confirm":  # by what an earlier one was confirmed says nothing of this one
        add_facts(alert, {"confirmed_by": ""} | command.facts)
    elif command.action == "attach" and command.facts:
        add_facts(alert, command.facts)
    return happen(book, alert, given, when, said)


def why_not(book: Book, alert: Alert, command: Command) -> str:
    """Why a command is not obeyed, beside what the table refuses: a word of refusals.py, empty for no reason."""
    action = command.action
    if action not in _INPUTS and action != "confirm":
        return "unknown_action"
    if not command.author.strip():
        return "needs_author"
    texts = (command.reason, command.author, command.value, *command.facts.values(), *command.facts)
    if any(len(text) > LONGEST_TEXT for text in texts) or len(command.facts) > MOST_FACTS:
        return "too_long"
    if action == "ack" and alert.state in ACTIVE and command.alert_revision < alert.level_revision:
        return "worse_since"
    if action in ("shelve", "comment") and not command.reason.strip():
        return "needs_reason"
    if action == "shelve" and alert.state != NORMAL:
        return _end_not_good(command)
    if action == "unshelve" and not book.alarm(alert.key).shelved_until:
        return "not_shelved"
    if action == "assign" and command.value and not is_role(command.value):
        return "no_contact"
    good = {"verdict": _VERDICTS, "confirm": tuple(_CONFIRMATIONS)}.get(action)
    return "bad_value" if good is not None and command.value not in good else ""


def is_role(name: str) -> bool:
    """Whether a name may be a contact's id; what is surely a person's name or address must not stand in the archive.

    >>> is_role("astreinte-eau"), is_role("Jeanne Martin"), is_role("jeanne@ville.example")
    (True, False, False)
    """
    return is_id(name) and "@" not in name


def _end_not_good(command: Command) -> str:
    if not command.until_at:
        return "needs_end"
    if command.until_at <= command.at:
        return "end_passed"
    return "end_too_far" if command.until_at > command.at + SHELVED_AT_MOST_MS else ""


def _unknown(book: Book, command: Command, when: When) -> AlertEvent:
    """The answer about an alert that nobody knows: it has no alarm key, so that it is in no list of alerts."""
    return AlertEvent(
        event_id=event_id(command.alert_id, f"refused {command.id}", command.alert_revision + 1),
        alert_id=command.alert_id,
        incident_id=command.alert_id,
        alarm_key="",
        revision=command.alert_revision + 1,
        transition="refused",
        state=NORMAL,
        priority=4,
        event_at=when.event_at,
        arrival_at=when.arrival_at,
        decided_at=when.decided_at,
        author=command.author,
        reason="unknown_alert",
        explanation=Explanation(
            sentence_fr="Une commande porte sur une alerte qui n'est pas connue.",
            sentence_en="A command is about an alert that is not known.",
            fields={},
        ),
        generation=book.generation,
        active=False,
        command=command.id,
    )  # fmt: skip
