"""Communes by their names: alerts hold codes, which stay when names change."""

from collections.abc import Mapping

from msgspec.structs import replace

from vigie.streams.core.mail.letter import Letter
from vigie.topics.alert_event import AlertEvent


def with_communes(letter: Letter, names: Mapping[str, str]) -> Letter:
    """The letter, its facts with communes' names where they are known; a code without a name stays.

    Args:
        letter: whose facts hold codes.
        names: by code.
    """
    if not names:
        return letter
    first = None if letter.first is None else _named(letter.first, names)
    return replace(letter, events=tuple(_named(event, names) for event in letter.events), first=first)


def _named(event: AlertEvent, names: Mapping[str, str]) -> AlertEvent:
    told = event.explanation
    code = told.fields.get("commune", "")
    if code not in names:
        return event
    return replace(event, explanation=replace(told, fields=told.fields | {"commune": names[code]}))
