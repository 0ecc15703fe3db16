"""What a mail tells, in words and in order, before it is text or HTML: both forms say the same."""

from collections.abc import Iterable
from typing import NamedTuple

from vigie.streams.core.local_time import duration_text
from vigie.streams.core.mail.digest_text import digest_sections
from vigie.streams.core.mail.letter import Beside, Child, Letter
from vigie.streams.core.mail.told_alert import ToldAlert, tell_alert
from vigie.streams.core.mail.told_words import Line, Section, alert_page, sentence_of
from vigie.streams.core.mail.words import WORDS, counted
from vigie.streams.core.outside_text import SENTENCE, outside_text
from vigie.topics.alert_event import AlertEvent

WHOLE = 3
"""Alerts that one mail tells with all their facts; of more it tells the sentences."""


class Told(NamedTuple):
    """A mail.

    Attributes:
        language: fr or en.
        opening: before the alerts, where they are several; empty for one.
        notice: after the first sentence: an escalation, or a reminder.
        alerts: with all that is known.
        sections: of a digest; or the alerts beyond WHOLE.
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
    told, alerts = _by_alert(own), []
    for place, events in enumerate(told[:WHOLE]):
        along = beside if place == 0 else Beside()  # chart, image and second source are about the first
        alerts.append(tell_alert(events, _children(letter, events, beside), along, letter.language, zone, page))
    return Told(
        letter.language,
        _opening(letter, told) if len(told) > 1 else "",
        _notice(letter, told, words),
        tuple(alerts),
        _others(told[WHOLE:], letter.language, page),
        outside_text(beside.chart_text, SENTENCE) if beside.chart_png or beside.chart_text else "",
        words["image"] if beside.image else "",
        (counted(letter.language, "more_here", letter.more),) if letter.more else (),
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


def _notice(letter: Letter, told: list[list[AlertEvent]], words: dict[str, str]) -> str:
    since_at = min((events[0].raised_at or events[0].decided_at for events in told), default=letter.made_at)
    since = duration_text(max(letter.made_at - since_at, 0), letter.language)
    if letter.kind == "escalation":
        return words["escalated"].format(since=since) if letter.made_at > since_at else words["escalated_plain"]
    if letter.kind == "reminder" and letter.thread not in ("", letter.id):  # else it is the first that they read
        return words["reminded"].format(since=since)
    return ""


def _others(told: list[list[AlertEvent]], language: str, page: str) -> tuple[Section, ...]:
    lines = tuple(
        Line(sentence_of(events[-1], language), alert_page(page, events[-1].alert_id)) for events in told
    )  # fmt: skip
    return (Section(WORDS[language]["others"], lines),) if lines else ()


def _children(letter: Letter, events: list[AlertEvent], beside: Beside) -> tuple[Child, ...]:
    """What an alert explains: from the letter where it has them, else as the store named them."""
    wanted = {name for event in events for name in event.children}
    own = {
        event.alert_id: Child(event.alert_id, event.alarm_key, event.explanation.fields)
        for event in letter.events
        if event.suppressed_by and (event.alert_id in wanted or event.incident_id == events[-1].alert_id)
    }
    return (*own.values(), *(one for one in beside.children if one.alert_id in wanted and one.alert_id not in own))
