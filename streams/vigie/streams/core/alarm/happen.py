"""One input to one alert: the table says what comes of it, and an event tells it."""

from collections.abc import Mapping
from typing import NamedTuple

from vigie.streams.core.alarm import life_cycle, priorities
from vigie.streams.core.alarm.book import Book
from vigie.streams.core.alarm.held import Alarm, Alert, packed, unpacked
from vigie.streams.core.alarm.life_cycle import Cell, Input, Mail
from vigie.topics.alert_event import SYSTEM, AlertEvent, Explanation
from vigie.topics.alert_facts import told_on
from vigie.topics.identity import event_id

COMMANDS_REMEMBERED = 16


class When(NamedTuple):
    """Instants of an event, epoch ms UTC: when it became true, arrival of what showed it, when it was decided."""

    event_at: int
    arrival_at: int
    decided_at: int


class Given(NamedTuple):
    """What is said beside the input.

    Attributes:
        author: who wants it.
        reason: a word, or the author's words; where it is empty the table's.
        command: id of the command that is answered.
        facts: for this event's explanation, beside those of the alert.
    """

    author: str = SYSTEM
    reason: str = ""
    command: str = ""
    facts: Mapping[str, str] = {}


SAID_BY_NOBODY = Given()


def happen(book: Book, alert: Alert, given: Input, when: When, said: Given = SAID_BY_NOBODY) -> list[AlertEvent]:
    """Let an input happen to an alert.

    Args:
        book: of alarms; the alert is one of its.
        alert: its marks are already what they are after the input.
        given: the input.
        when: it happens.
        said: by whom and why.

    Returns:
        The event; nothing where the table says that nothing happens.
    """
    cell = life_cycle.cell(alert.state, given)
    if not cell.transition:
        return []
    return [_event(book, alert, cell, when, said)]


def refuse(book: Book, alert: Alert, reason: str, when: When, said: Given) -> list[AlertEvent]:
    """Answer a command that is not obeyed; `reason` is a word of refusals.py."""
    return [_event(book, alert, Cell(alert.state, "refused", Mail.NO, reason), when, said)]


def _event(book: Book, alert: Alert, cell: Cell, when: When, said: Given) -> AlertEvent:
    was_open = alert.state != life_cycle.NORMAL or alert.revision < 0
    alert.state = cell.state
    alert.revision += 1
    if cell.transition in ("acknowledged", "reset"):
        alert.acknowledged = True
    elif alert.state == life_cycle.UNACKNOWLEDGED or cell.transition == "unacknowledged":
        alert.acknowledged = False
    if said.command:
        alert.commands = (*alert.commands, said.command)[-COMMANDS_REMEMBERED:]
    alarm = book.alarm(alert.key)
    mail = wanted_mail(alert, alarm, cell.mail)
    refused = cell.transition == "refused"
    if mail:
        alert.told = True
        alarm.told_level = max(alarm.told_level, alert.level)
    event = AlertEvent(
        event_id=event_id(alert.id, cell.transition, alert.revision),
        alert_id=alert.id,
        incident_id=book.root(alert),
        alarm_key=alert.key,
        revision=alert.revision,
        transition=cell.transition,
        state=life_cycle.displayed(
            alert.state, out_of_service=alert.out_of_service, suppressed=bool(alert.suppressed_by),
            shelved=alarm.shelved_until > 0,
        ),
        priority=alert.priority,
        event_at=when.event_at,
        arrival_at=when.arrival_at,
        decided_at=when.decided_at,
        author=said.author,
        reason=cell.reason if refused else said.reason or cell.reason,
        explanation=_explained(alert, said.facts),
        generation=book.generation,
        raised_at=alert.raised_at,
        active=alert.state in life_cycle.ACTIVE,
        level=alert.level,
        mail=mail,
        acknowledged=alert.acknowledged,
        shelved_until=alarm.shelved_until,
        suppressed_by=alert.suppressed_by,
        out_of_service=alert.out_of_service,
        latched=alert.latched,
        late=alert.late,
        command=said.command,
        assignee=alert.assignee,
        children=alert.children,
        use_case=alert.use_case,
        commune=alert.commune,
        network=alert.network,
        point=alert.point,
        device=alert.device,
    )  # fmt: skip
    if was_open and alert.state == life_cycle.NORMAL:
        book.end(alert)
    else:
        book.changed(alert)
    return event


def wanted_mail(alert: Alert, alarm: Alarm, mail: Mail) -> str:
    """What an event asks of `notify`: what its alert's raise asked for, or nothing.

    Args:
        alert: after the input.
        alarm: its.
        mail: of the table's cell.
    """
    if alert.late or mail is Mail.NO:
        return ""
    if mail is Mail.TOLD:
        return alert.mail if alert.told else ""
    if alert.out_of_service or alert.suppressed_by or alarm.shelved_until:
        return ""
    if mail in (Mail.AGAIN, Mail.UNTOLD) and alert.state not in life_cycle.ACTIVE:
        return ""
    if mail is Mail.UNTOLD and alert.told:
        return ""
    chatters = alarm.chattering_since and mail is not Mail.AGAIN and alert.level <= alarm.told_level
    return "" if chatters else alert.mail


def asks(alert: Alert, alarm: Alarm) -> bool:
    """Whether a person is to acknowledge an alert before it is done with: one that people were or would be told of."""
    marked = alert.out_of_service or bool(alert.suppressed_by) or alarm.shelved_until > 0
    return priorities.asks(alert.priority) and alert.mail == "incident" and not alert.late and not marked


def _explained(alert: Alert, facts: Mapping[str, str]) -> Explanation:
    said = unpacked(alert.explanation)
    if facts:
        said.fields.update(facts)
    return said


def explain(alert: Alert, sentence_fr: str, sentence_en: str, facts: Mapping[str, str]) -> None:
    """The alert is explained otherwise from now on; what was known of it and is not said anew stays, but for what was
    found of another value.
    """
    fields = told_on(unpacked(alert.explanation).fields, facts) if alert.explanation else dict(facts)
    alert.explanation = packed(Explanation(sentence_fr=sentence_fr, sentence_en=sentence_en, fields=fields))


def add_facts(alert: Alert, facts: Mapping[str, str]) -> None:
    """Facts that stay with the alert."""
    said = unpacked(alert.explanation)
    explain(alert, said.sentence_fr, said.sentence_en, facts)
