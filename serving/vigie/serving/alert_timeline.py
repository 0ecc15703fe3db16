"""The timeline of an alert: what happened, when, by whom, in words; the same on the console and on its page."""

from collections.abc import Sequence
from typing import NamedTuple

from vigie.serving.alert_words import verdict_text
from vigie.serving.wording import author_text, local_text, priority_text, reason_text, sentence, transition_text
from vigie.streams.core.local_time import duration_text
from vigie.streams.core.mail.facts import fact_groups
from vigie.streams.core.outside_text import SENTENCE, outside_text
from vigie.topics.alert_event import SYSTEM, AlertEvent

WORDS = {
    "fr": {
        "mailed": "courriel demandé",
        "digest": "au bulletin",
        "late": "valeurs en retard : pas de courriel",
        "suppressed": "expliquée par l'alerte {cause} : pas de courriel",
        "level": "niveau {level}",
        "after": "{text} après le déclenchement",
        "by": "par {author}",
        "until": "jusqu'au {instant}",
        "children": "{count} alertes expliquées",
        "child": "1 alerte expliquée",
        "from": "d'après {source}",
        "assigned": "à {contact}",
        "nobody": "à personne",
        "fact": "{label} : {value}",
    },
    "en": {
        "mailed": "mail asked for",
        "digest": "for the digest",
        "late": "late values: no mail",
        "suppressed": "explained by alert {cause}: no mail",
        "level": "level {level}",
        "after": "{text} after the raise",
        "by": "by {author}",
        "until": "until {instant}",
        "children": "{count} alerts explained",
        "child": "1 alert explained",
        "from": "from {source}",
        "assigned": "to {contact}",
        "nobody": "to nobody",
        "fact": "{label}: {value}",
    },
}
"""Both languages have the same keys (a test holds them to it)."""
_OWN_SENTENCE = frozenset({"raised", "level_changed", "cleared", "latched", "chattering"})
_BECAME_TRUE = frozenset({"raised", "level_changed", "cleared", "latched"})
"""Transitions that are dated by when they became true; the others by when they were decided."""
SHOWN_ID = 8
"""Digits of an alert's id that people are shown; commands take them."""


class Entry(NamedTuple):
    """One line: epoch ms UTC, what happened, the sentence (empty for none), what more there is to say."""

    at: int
    what: str
    sentence: str
    notes: tuple[str, ...]


def timeline(events: Sequence[AlertEvent], zone: str, language: str) -> list[Entry]:
    """The lines of an alert, oldest first.

    Args:
        events: its transitions, in order.
        zone: IANA name of the legal time.
        language: fr or en.
    """
    began = (events[0].raised_at or events[0].event_at) if events else 0
    return [
        Entry(
            event.event_at if event.transition in _BECAME_TRUE else event.decided_at,
            transition_text(event.transition, language),
            outside_text(sentence(event.explanation, language), SENTENCE) if event.transition in _OWN_SENTENCE else "",
            (*_notes(event, began, zone, language), *_found_out(before, event, zone, language)),
        )
        for before, event in zip([None, *events], events, strict=False)
    ]


def _found_out(before: AlertEvent | None, event: AlertEvent, zone: str, language: str) -> list[str]:
    """What a person, or another source, says of the alert: a verdict, to whom it goes, what confirms it."""
    words, fields = WORDS[language], event.explanation.fields
    match event.transition:
        case "assigned":
            if not event.assignee:
                return [words["nobody"]]
            return [words["assigned"].format(contact=outside_text(event.assignee))]
        case "judged":
            return [verdict_text(fields.get("verdict", ""), language)]
        case "confirmed" | "refuted":
            source = fields.get("confirmed_by", "")
            return [words["from"].format(source=outside_text(source, SENTENCE))] if source else []
        case "attached":
            known = before.explanation.fields if before else {}
            new = {name: text for name, text in fields.items() if text and known.get(name) != text}
            rows = [row for group in fact_groups(new, zone, language) for row in group.rows]
            return [words["fact"].format(label=row.label, value=row.value) for row in rows]
        case _:
            return []


def _notes(event: AlertEvent, began: int, zone: str, language: str) -> list[str]:
    words, found = WORDS[language], []
    if event.transition in {"raised", "level_changed"}:
        found.append(priority_text(event.priority, language))
        if event.level:
            found.append(words["level"].format(level=event.level))
    elif event.event_at >= began + 1000:
        found.append(words["after"].format(text=duration_text(event.event_at - began, language)))
    if event.author != SYSTEM:
        found.append(words["by"].format(author=outside_text(author_text(event.author, language))))
    if event.reason and event.transition not in {"raised", "level_changed", "children"}:
        found.append(outside_text(" ".join(reason_text(event.reason, language).split()), SENTENCE))
    if event.transition == "shelved":
        found.append(words["until"].format(instant=local_text(event.shelved_until, zone, language)))
    if event.transition in {"raised", "suppressed"} and event.suppressed_by:
        found.append(words["suppressed"].format(cause=event.suppressed_by[:SHOWN_ID]))
    if event.children and event.transition in {"raised", "children", "cleared"}:
        many = len(event.children)
        found.append(words["child"] if many == 1 else words["children"].format(count=many))
    if event.late and event.transition == "raised":
        found.append(words["late"])
    if event.mail:
        found.append(words["mailed" if event.mail == "incident" else "digest"])
    return found
