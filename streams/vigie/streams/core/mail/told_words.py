"""The small parts that mails are made of."""

from typing import NamedTuple
from urllib.parse import quote

from vigie.streams.core.outside_text import SENTENCE, outside_text
from vigie.topics.alert_event import AlertEvent

ASKS = 2
"""Priorities up to this want to be acknowledged."""


class Line(NamedTuple):
    """One line, and where it leads; an empty address leads nowhere."""

    text: str
    url: str


class Section(NamedTuple):
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]


def sentence_of(event: AlertEvent, language: str) -> str:
    """The sentence of an event, fit to be shown."""
    told = event.explanation
    return outside_text(told.sentence_fr if language == "fr" else told.sentence_en, SENTENCE)


def alert_page(page: str, alert_id: str) -> str:
    """The address of an alert's page.

    Args:
        page: what links begin with, without a slash at its end; empty: pages have no address.
        alert_id: of the alert.
    """
    return f"{page}/alerts/{quote(alert_id, safe='')}" if page else ""
