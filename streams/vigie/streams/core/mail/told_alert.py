"""One alert of a mail: its sentence, how it stands, its facts, what to do, what happened, what it explains."""

from typing import NamedTuple
from urllib.parse import quote

from vigie.streams.core.alarm.words import STATES, TRANSITIONS, word
from vigie.streams.core.local_time import duration_text, moment_text
from vigie.streams.core.mail.facts import Group, Row, fact_groups
from vigie.streams.core.mail.letter import Beside, Child
from vigie.streams.core.mail.subject import title
from vigie.streams.core.mail.told_words import ASKS, Line, Section, alert_page, sentence_of
from vigie.streams.core.mail.words import PRIORITY_NAMES, WORDS, counted
from vigie.streams.core.outside_text import SENTENCE, outside_text
from vigie.topics.alert_event import SYSTEM, AlertEvent
from vigie.topics.alert_facts import told_on

MOST_CHILDREN = 100
RAISED = "raised"
_TOLD_APART = frozenset({"level", "image", "second_source", "second_source_unit", "trial"})


class ToldAlert(NamedTuple):
    """One alert.

    Attributes:
        sentence: first.
        marks: priority, state, level.
        second_source: what it says; empty for none.
        groups: of facts.
        check: what is worth a look; empty for none.
        clears: what would close it, while it is open.
        history: what happened, one line each.
        children: of a root cause: their count in words, and a line each.
        commands: what may be done from a console: label and command.
        page, data: addresses; empty for none.
        live: address of the image as it is now; empty for none.
    """

    sentence: str
    marks: tuple[Row, ...]
    second_source: str
    groups: tuple[Group, ...]
    check: str
    clears: str
    history: tuple[str, ...]
    children: Section | None
    commands: tuple[Row, ...]
    page: str
    data: str
    live: str


def tell_alert(
    events: list[AlertEvent], children: tuple[Child, ...], beside: Beside, language: str, zone: str, page: str
) -> ToldAlert:
    """What a mail tells of one alert.

    Args:
        events: of this alert, in their order; the last says how it stands.
        children: that it explains, where they are known by name.
        beside: a second source.
        language: fr or en.
        zone: IANA name of the legal time.
        page: what links begin with, without a slash at its end; empty for none.
    """
    last = events[-1]
    words = WORDS[language]
    fields: dict[str, str] = {}
    for event in events:
        fields = told_on(fields, event.explanation.fields)
    second = beside.second_source_fr if language == "fr" else beside.second_source_en
    link, image = fields.get("link", ""), outside_text(fields.get("image", ""), 500)
    stands = last.active or last.transition == RAISED  # trouble of the platform may be over as soon as it is told
    return ToldAlert(
        sentence=sentence_of(last, language),
        marks=_marks(last, language, zone),
        second_source=outside_text(second, SENTENCE),
        groups=tuple(fact_groups(fields, zone, language, _TOLD_APART)),
        check=_advised(f"check_{language}", fields) if stands else "",
        clears=_advised(f"clears_{language}", fields) if last.active else "",
        history=tuple(_history(events, language, zone)),
        children=_children(last, children, language, zone, page),
        commands=_commands(last, bool(second or "second_source" in fields or "image" in fields), words),
        page=alert_page(page, last.alert_id),
        live=image if image.startswith(("http://", "https://")) else "",
        data=page + quote(link, safe="/?&=%:#,.-_~") if page and link.startswith("/") else "",
    )


def _advised(name: str, fields: dict[str, str]) -> str:
    return outside_text(fields.get(name, ""), SENTENCE)


def _marks(event: AlertEvent, language: str, zone: str) -> tuple[Row, ...]:
    words = WORDS[language]
    priority = PRIORITY_NAMES[language].get(event.priority, str(event.priority))
    state = outside_text(word(STATES, event.state, language))
    if event.level and event.alarm_key.startswith("value:"):  # others have but one
        priority += f" ({words['level']} {event.level})"
    rows = [Row(words["priority"], priority), Row(words["state"], state)]
    if event.shelved_until:
        rows[1] = Row(words["state"], f"{state} {words['until']} {moment_text(event.shelved_until, zone, language)}")
    if not event.active and event.raised_at and event.event_at > event.raised_at:
        rows.append(Row(words["lasted"], duration_text(event.event_at - event.raised_at, language)))
    return tuple(rows)


def _history(events: list[AlertEvent], language: str, zone: str) -> list[str]:
    if len(events) == 1 and events[0].author == SYSTEM:
        return []
    words, lines = WORDS[language], []
    for event in events:
        text = f"{moment_text(event.decided_at, zone, language)}{words['colon']} "
        text += outside_text(word(TRANSITIONS, event.transition, language))
        if event.transition == "level_changed" and event.level:
            text += f" ({words['level']} {event.level})"
        if event.transition == "assigned" and event.assignee:
            text += f" {words['to']} {outside_text(event.assignee)}"
        if event.author != SYSTEM:
            text += f" {words['by']} {outside_text(event.author)}"
            if event.reason:
                text += f" {words['open_quote']}{outside_text(event.reason, SENTENCE)}{words['close_quote']}"
        lines.append(text)
    return lines


def _children(event: AlertEvent, known: tuple[Child, ...], language: str, zone: str, page: str) -> Section | None:
    words = WORDS[language]
    told = event.explanation.fields.get("children", "")
    count = max(len(set(event.children) | {one.alert_id for one in known}), int(told) if told.isdecimal() else 0)
    if not event.children and not known:
        return None
    lines = [
        Line(title(one.alarm_key, one.fields, zone, language), alert_page(page, one.alert_id))
        for one in known[:MOST_CHILDREN]
    ]
    if lines and count > len(lines):
        lines.append(Line(words["children_more"].format(count=count - len(lines)), ""))
    return Section(words["children"], tuple(lines) or (Line(counted(language, "children", count), ""),))


def _commands(event: AlertEvent, confirmable: bool, words: dict[str, str]) -> tuple[Row, ...]:
    found = []
    name = outside_text(event.alert_id, 64)
    if event.priority <= ASKS and not event.acknowledged and event.state not in ("normal", "suppressed"):
        found.append(Row(words["acknowledge"], f"vigie alerts ack {name}"))
    if confirmable and event.active:
        found.append(Row(words["confirm"], f"vigie alerts confirm {name}"))
    return tuple(found)
