"""The subject of a mail: short, and the same for every mail of an incident, so that mail programs keep one thread."""

from collections.abc import Mapping

from vigie.streams.core.local_time import NO_BREAK, local, short_moment_text
from vigie.streams.core.mail.facts import fact_text
from vigie.streams.core.mail.letter import Letter
from vigie.streams.core.mail.words import KINDS, PLAIN, RULES, WORDS
from vigie.streams.core.outside_text import outside_text

_MOST = 40
"""Letters of what an alert is about."""
_WHOLE = 68
"""Letters of a subject: beyond, mail programs fold its header and phones cut it."""


def subject(letter: Letter, zone: str) -> str:
    """The subject of a letter, one line.

    Args:
        letter: what it tells.
        zone: IANA name of the legal time.
    """
    language = letter.language
    words = WORDS[language]
    if letter.kind == "digest":
        date = local(letter.made_at, zone).strftime("%d/%m/%Y" if language == "fr" else "%Y-%m-%d")
        return f"[Vigie] {words['subject_digest'].format(date=date)}"
    if letter.first is None and len({event.incident_id for event in letter.events}) > 1:
        where = _common(letter, zone)
        return f"[Vigie] {words['subject_several']}" + (f" ({where})"[:_MOST] if where else "")
    event = letter.first or next((one for one in letter.events if one.alert_id == letter.incident_id), letter.events[0])
    again = "Re: " if letter.thread not in ("", letter.id) else ""
    when = short_moment_text(event.raised_at or event.event_at, zone, language)
    text = " ".join(title(event.alarm_key, event.explanation.fields, zone, language).split())
    room = _WHOLE - len(f"Re: [Vigie]  ({when})")
    return f"{again}[Vigie] {text if len(text) <= room else text[: room - 1] + '…'} ({when})"


def title(alarm_key: str, fields: Mapping[str, str], zone: str, language: str) -> str:
    """What an alert is about, in a few words: « Silence : EM300-TH eui:24e1… »; of it nothing changes while it lasts.

    Args:
        alarm_key: kind:subject:rule.
        fields: of its explanation.
        zone: IANA name of the legal time.
        language: fr or en.

    >>> title("gateway:gw-07:gateway_down", {}, "UTC", "en")
    'Gateway down: gw-07'
    """
    kind, _, rest = alarm_key.partition(":")
    named, _, rule = rest.rpartition(":")
    colon = WORDS[language]["colon"].replace(NO_BREAK, " ")
    head = KINDS[language].get(kind, outside_text(kind, _MOST))
    if kind in ("value", "data") and fields.get("property"):
        head = _capital(outside_text(fact_text("property", fields, zone, language), _MOST))
    about = outside_text(_about(kind, named, fields), _MOST)
    if kind == "platform" and rule not in RULES[language]:
        return f"{head}{colon} {outside_text(rule, _MOST)} ({about})"
    if rule in RULES[language] and rule not in PLAIN and (kind != "value" or not fields.get("property")):
        head = _capital(RULES[language][rule])
    return f"{head}{colon} {about}"


def _about(kind: str, named: str, fields: Mapping[str, str]) -> str:
    if kind in ("value", "data"):
        bare = named.partition(":")[2] or named
        return " ".join(part for part in (fields.get("point_code") or bare, fields.get("commune", "")) if part)
    if kind in ("silence", "communication"):
        place = fields.get("point_code", "")
        device = named.removeprefix("device:")
        return f"{place} {device.removeprefix('eui:')}" if place else f"{fields.get('model', '')} {device}".strip()
    return named


def _common(letter: Letter, zone: str) -> str:
    """The use case and the commune that all the alerts of a letter have."""
    found = []
    for name in ("use_case", "commune"):
        values = {event.explanation.fields.get(name) or getattr(event, name) for event in letter.events}
        if len(values) == 1 and (only := values.pop()):
            found.append(outside_text(fact_text(name, {name: only}, zone, letter.language), _MOST))
    return ", ".join(found)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
