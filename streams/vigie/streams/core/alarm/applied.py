"""Intents and ticks to inputs of the life cycle: what is raised, what is over, what is explained, what expires.

All is written, also what a mark keeps from being mailed. Twice the same intent makes events once.
"""

from collections.abc import Iterable

from vigie.streams.core.alarm import chatter
from vigie.streams.core.alarm.book import Book
from vigie.streams.core.alarm.enrich import enriched, in_outage, period_s
from vigie.streams.core.alarm.happen import Given, When, asks, explain, happen
from vigie.streams.core.alarm.held import Alarm, Alert
from vigie.streams.core.alarm.intent import Clear, Explain, Intent, Raise
from vigie.streams.core.alarm.life_cycle import ACTIVE, NORMAL, RETURNED, Input
from vigie.topics.alert_event import AlertEvent
from vigie.topics.identity import alert_id

EXPIRES_MS = 86_400_000
"""After so long `returned` an alert that nobody acknowledged is done with."""
MOST_CHILDREN = 500
"""So many ids of children stand in an event; beyond, only their count."""


def apply(book: Book, intents: Iterable[Intent]) -> list[AlertEvent]:
    """Do what intents say, in their order; a cause's new children are told of together, at the end.

    Args:
        book: of alarms.
        intents: of one moment.
    """
    events: list[AlertEvent] = []
    causes: dict[str, int] = {}
    for intent in intents:
        if isinstance(intent, Raise):
            events += _raise(book, intent, causes)
        elif isinstance(intent, Clear):
            events += _clear(book, intent)
        else:
            events += _explain(book, intent, causes)
    return events + _tell_children(book, causes)


def tick(book: Book, at: int) -> list[AlertEvent]:
    """What the minute `at` (epoch ms UTC) ends or changes: shelving, waiting for a person, interventions."""
    when, view = When(at, at, at), book.view()
    events: list[AlertEvent] = []
    for key in [key for key in book.shelved if book.alarm(key).shelved_until <= at]:
        alarm = book.alarm(key)
        alarm.shelved_until = 0
        book.keep(key, alarm)
        alert = book.latest(key)
        if alert is not None:
            events += happen(book, alert, Input.SHELF_ENDS, when)
    for key in list(book.open):
        alert = book.open_alert(key)
        if alert is None:
            continue
        if alert.state == RETURNED and at - alert.returned_at >= EXPIRES_MS:
            events += happen(book, alert, Input.EXPIRE, when)
            continue
        outage = bool(alert.point) and in_outage(view, alert.point, at)
        if outage != alert.out_of_service and (alert.out_of_service or alert.state in ACTIVE):
            alert.out_of_service = outage
            events += happen(book, alert, Input.LEAVE_SERVICE if outage else Input.ENTER_SERVICE, when)
    return events


def _raise(book: Book, intent: Raise, causes: dict[str, int]) -> list[AlertEvent]:
    alarm, name = book.alarm(intent.key), alert_id(intent.key, intent.cause_id)
    current = alarm.current
    if current is not None and current.id == name:
        return _again(book, current, intent, causes)
    if name in alarm.recent:
        return []  # it is over: a repeat
    events: list[AlertEvent] = []
    if current is not None:
        if current.state in ACTIVE and intent.event_at < current.raised_at:
            return []  # an older one, from a worker that should have stopped
        at = min(intent.event_at, intent.arrival_at)
        events = happen(book, current, Input.ANEW, When(at, at, intent.decided_at))
    return events + _begin(book, alarm, name, enriched(intent, book.view()), causes)


def _begin(book: Book, alarm: Alarm, name: str, intent: Raise, causes: dict[str, int]) -> list[AlertEvent]:
    alert = Alert(
        name, intent.key, -1, NORMAL, intent.priority, intent.level, intent.event_at, intent.arrival_at,
        intent.decided_at, intent.reason, b"", intent.mail, late=intent.late, latched=intent.latched,
        out_of_service=in_outage(book.view(), intent.point, intent.decided_at), use_case=intent.use_case,
        commune=intent.commune, network=intent.network, point=intent.point, device=intent.device,
    )  # fmt: skip
    explain(alert, intent.sentence_fr, intent.sentence_en, intent.facts)
    cause = book.open_alert(intent.suppressed_by) if intent.suppressed_by else None
    if cause is not None:
        alert.suppressed_by = cause.id
    counts = bool(alert.mail) and not (alert.late or alert.suppressed_by or alert.out_of_service)
    begins = counts and chatter.raised(alarm, intent.decided_at, period_s(intent, book.view()))
    if begins:
        alarm.told_level = alert.level
    book.begin(alarm, alert)
    when = When(intent.event_at, intent.arrival_at, intent.decided_at)
    events = happen(book, alert, Input.RAISE, when, Given(reason=intent.reason))
    if begins:
        facts = {"cycles": str(len(alarm.raises))}
        events += happen(book, alert, Input.CHATTER, when, Given(facts=facts))
    if alert.suppressed_by:
        _adopt(book, alert.suppressed_by, alert.id, causes, intent.decided_at)
    return events


def _again(book: Book, alert: Alert, intent: Raise, causes: dict[str, int]) -> list[AlertEvent]:
    """What was raised already: another level, another cause that explains it, or nothing new."""
    if alert.state not in ACTIVE:
        return []  # it is over, and waits for a person: a repeat
    events = _explained_by(book, alert, intent.suppressed_by, intent.decided_at, causes)
    fresh = alert.late and not intent.late
    if intent.level == alert.level and not fresh:
        return events
    given = Input.WORSE if intent.level > alert.level or fresh else Input.MILDER
    alert.level, alert.priority, alert.mail = intent.level, intent.priority, intent.mail
    alert.late, alert.latched = alert.late and intent.late, alert.latched or intent.latched
    if given is Input.WORSE:
        alert.level_revision = alert.revision + 1
    explain(alert, intent.sentence_fr, intent.sentence_en, {k: v for k, v in intent.facts.items() if v})
    when = When(intent.event_at, intent.arrival_at, intent.decided_at)
    return events + happen(book, alert, given, when, Given(reason=intent.reason))


def _clear(book: Book, intent: Clear) -> list[AlertEvent]:
    alarm = book.alarm(intent.key)
    alert = alarm.current
    if alert is None or alert.state not in ACTIVE or intent.decided_at < alert.decided_at:
        return []
    if intent.cause_id and alert.id != alert_id(intent.key, intent.cause_id):
        return []
    explain(alert, intent.sentence_fr, intent.sentence_en, {k: v for k, v in intent.facts.items() if v})
    alert.returned_at = intent.decided_at
    given = Input.CLEAR
    if alert.latched and not alert.late:
        given = Input.CLEAR_LATCHED
    elif asks(alert, alarm):
        given = Input.CLEAR_ASKED
    when = When(intent.event_at, intent.arrival_at, intent.decided_at)
    return happen(book, alert, given, when, Given(reason=intent.reason))


def _explain(book: Book, intent: Explain, causes: dict[str, int]) -> list[AlertEvent]:
    alert = book.open_alert(intent.key)
    return [] if alert is None else _explained_by(book, alert, intent.cause, intent.decided_at, causes)


def _explained_by(book: Book, alert: Alert, key: str, at: int, causes: dict[str, int]) -> list[AlertEvent]:
    """The cause of an open alert is this alarm now; none where `key` is empty. What is not open explains nothing."""
    found = book.open_alert(key) if key else None
    cause = "" if found is None else found.id
    if cause == alert.suppressed_by or (key and found is None):
        return []
    if found is not None and alert.id in book.causes(found):
        return []  # two that explained each other would both be hidden
    if alert.suppressed_by:
        _leave(book, alert.suppressed_by, alert.id, causes, at)
    if cause:
        _adopt(book, cause, alert.id, causes, at)
    alert.suppressed_by = cause
    return happen(book, alert, Input.SUPPRESS if cause else Input.UNSUPPRESS, When(at, at, at))


def _adopt(book: Book, cause: str, child: str, causes: dict[str, int], at: int) -> None:
    alert = book.find(cause)
    if alert is None or child in alert.children:
        return
    if len(alert.children) < MOST_CHILDREN:
        alert.children = (*alert.children, child)
    else:
        alert.more += 1
    causes[cause] = at


def _leave(book: Book, cause: str, child: str, causes: dict[str, int], at: int) -> None:
    """A child leaves a cause; not one that is over, whose list says what it explained."""
    alert = book.find(cause)
    if alert is None or alert.state == NORMAL:
        return
    if child in alert.children:
        alert.children = tuple(one for one in alert.children if one != child)
    else:
        alert.more = max(alert.more - 1, 0)
    causes[cause] = at


def _tell_children(book: Book, causes: dict[str, int]) -> list[AlertEvent]:
    events: list[AlertEvent] = []
    for cause, at in causes.items():
        alert = book.find(cause)
        if alert is not None:
            facts = {"children": str(len(alert.children) + alert.more)}
            events += happen(book, alert, Input.CHILDREN, When(at, at, at), Given(facts=facts))
    return events
