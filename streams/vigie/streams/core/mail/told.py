"""What a mail tells, in words and in order, before it is text or HTML: both forms say the same."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from vigie.streams.core.local_time import duration_text, moment_text
from vigie.streams.core.mail.advice import advice
from vigie.streams.core.mail.digest_text import digest_sections
from vigie.streams.core.mail.facts import Group, Row, fact_groups
from vigie.streams.core.mail.letter import Beside, Letter
from vigie.streams.core.mail.subject import title
from vigie.streams.core.mail.told_words import ASKS, Line, Section, alert_page, sentence_of
from vigie.streams.core.mail.words import PRIORITY_NAMES, STATES, TRANSITIONS, WORDS, counted
from vigie.streams.core.outside_text import SENTENCE, outside_text
from vigie.topics.alert_event import SYSTEM, AlertEvent

WHOLE = 5
"""Alerts that one mail tells with all their facts; of more it tells the sentences."""
MOST_CHILDREN = 100
RAISED = "raised"
_TOLD_APART = frozenset({"level"})


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


class Told(NamedTuple):
    """A mail.

    Attributes:
        language: fr or en.
        opening: before the alerts, where they are several; empty for one.
        notice: after the first sentence: an escalation.
        alerts: with all that is known.
        sections: of a digest, or the alerts beyond WHOLE.
        chart_text, image_text: of what is shown beside; empty where nothing is.
        notes: what is counted only.
        closing: lines after all: why the mail came, and from whom.
    """

    language: str
    opening: str
    notice: str
    alerts: tuple[ToldAlert, ...]
    sections: tuple[Section, ...]
    chart_text: str
    image_text: str
    notes: tuple[str, ...]
    closing: tuple[str, ...]


def tell(letter: Letter, beside: Beside, zone: str, public_url: str, list_name: str) -> Told:
    """What a letter tells.

    Args:
        letter: the outbox's.
        beside: what goes with it.
        zone: IANA name of the legal time.
        public_url: what links begin with; empty for none.
        list_name: how people call the mailing list; empty for the setting's addresses.
    """
    words, page = WORDS[letter.language], public_url.rstrip("/")
    footer = words["footer_list"].format(list=outside_text(list_name)) if list_name else words["footer_setting"]
    closing = (footer, words["footer"].format(zone=zone))
    if letter.kind == "digest":
        opening, sections, notes = digest_sections(letter, page)
        return Told(letter.language, opening, "", (), sections, "", "", notes, closing)
    own = [event for event in letter.events if not event.suppressed_by] or list(letter.events)
    told, explained = _by_alert(own), [event for event in letter.events if event not in own]
    alerts, rest = told[:WHOLE], told[WHOLE:]
    whole = []
    for place, events in enumerate(alerts):
        children = explained if place == 0 else []
        whole.append(_alert(events, children, beside if place == 0 else Beside(), letter.language, zone, page))
    return Told(
        letter.language,
        _opening(letter, told) if len(told) > 1 else "",
        _escalated(letter, told, words) if letter.kind == "escalation" else "",
        tuple(whole),
        (Section(words["others"], tuple(_line(events[-1], letter.language, page) for events in rest)),) if rest else (),
        outside_text(beside.chart_text, SENTENCE) if beside.chart_png or beside.chart_text else "",
        words["image"] if beside.image else "",
        (),
        closing,
    )


def _by_alert(events: Iterable[AlertEvent]) -> list[list[AlertEvent]]:
    found: dict[str, list[AlertEvent]] = {}
    for event in events:
        found.setdefault(event.alert_id, []).append(event)
    return list(found.values())


def _opening(letter: Letter, told: list[list[AlertEvent]]) -> str:
    incidents = {events[-1].incident_id for events in told}
    return WORDS[letter.language]["several"].format(
        alerts=counted(letter.language, "alert", len(told)),
        incidents=counted(letter.language, "incident", len(incidents)),
    )


def _escalated(letter: Letter, told: list[list[AlertEvent]], words: dict[str, str]) -> str:
    since_at = min((events[0].raised_at or events[0].decided_at for events in told), default=letter.made_at)
    if letter.made_at <= since_at:
        return words["escalated_plain"]
    return words["escalated"].format(since=duration_text(letter.made_at - since_at, letter.language))


def _line(event: AlertEvent, language: str, page: str) -> Line:
    return Line(sentence_of(event, language), alert_page(page, event.alert_id))


def _alert(
    events: list[AlertEvent], explained: list[AlertEvent], beside: Beside, language: str, zone: str, page: str
) -> ToldAlert:
    last = events[-1]
    words = WORDS[language]
    fields: dict[str, str] = {}
    for event in events:
        fields |= event.explanation.fields
    second = beside.second_source_fr if language == "fr" else beside.second_source_en
    link = fields.get("link", "")
    kind, _, rest = last.alarm_key.partition(":")
    usual = advice(kind, rest.rpartition(":")[2], language)
    stands = last.active or last.transition == RAISED  # trouble of the platform may be over as soon as it is told
    return ToldAlert(
        sentence=sentence_of(last, language),
        marks=_marks(last, language, zone),
        second_source=outside_text(second, SENTENCE),
        groups=tuple(fact_groups(fields, zone, language, _TOLD_APART | {"second_source"} if second else _TOLD_APART)),
        check=_advised(f"check_{language}", fields, usual.check) if stands else "",
        clears=_advised(f"clears_{language}", fields, usual.clears) if last.active else "",
        history=tuple(_history(events, language, zone)),
        children=_children(last, explained, language, zone, page),
        commands=_commands(last, bool(second or "second_source" in fields or "image" in fields), words),
        page=alert_page(page, last.alert_id),
        data=page + quote(link, safe="/?&=%:#,.-_~") if page and link.startswith("/") else "",
    )


def _advised(name: str, fields: dict[str, str], usual: str) -> str:
    return outside_text(fields.get(name) or usual, SENTENCE)


def _marks(event: AlertEvent, language: str, zone: str) -> tuple[Row, ...]:
    words = WORDS[language]
    priority = PRIORITY_NAMES[language].get(event.priority, str(event.priority))
    state = STATES[language].get(event.state, outside_text(event.state))
    if event.level:
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
        text += TRANSITIONS[language].get(event.transition, outside_text(event.transition))
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


def _children(event: AlertEvent, explained: list[AlertEvent], language: str, zone: str, page: str) -> Section | None:
    words = WORDS[language]
    known = {one.alert_id: one for one in explained}
    count = max(len(set(event.children) | known.keys()), len(known))
    if not count:
        return None
    lines = [
        Line(title(one, zone, language), alert_page(page, one.alert_id)) for one in list(known.values())[:MOST_CHILDREN]
    ]
    if lines and count > len(lines):
        lines.append(Line(words["children_more"].format(count=count - len(lines)), ""))
    if not lines:
        lines.append(Line(words["children_known"].format(count=count), ""))
    return Section(words["children"], tuple(lines))


def _commands(event: AlertEvent, confirmable: bool, words: dict[str, str]) -> tuple[Row, ...]:
    found = []
    name = outside_text(event.alert_id, 64)
    if event.priority <= ASKS and not event.acknowledged and event.state not in ("normal", "suppressed"):
        found.append(Row(words["acknowledge"], f"vigie alerts ack {name}"))
    if confirmable and event.active:
        found.append(Row(words["confirm"], f"vigie alerts confirm {name}"))
    return tuple(found)
