"""Renders the pages: templates, the words of the installation's language, its units and its legal time."""

from functools import partial
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from vigie.serving.alert_words import kind_text
from vigie.serving.page_words import WORDS
from vigie.serving.point_words import FLAG_WORDS
from vigie.serving.wording import (
    choice_text,
    iso_text,
    local_text,
    priority_text,
    property_label,
    reading_text,
    sentence,
    state_text,
    utc_text,
)
from vigie.streams.core.alarm.life_cycle import HIDDEN
from vigie.streams.core.local_time import duration_text
from vigie.streams.core.outside_text import outside_text
from vigie.streams.sinks.point_queries import LastValue
from vigie.streams.sinks.queries import StoredReading

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept",
    "Cache-Control": "no-cache",
}
"""No script runs on these pages, whatever a device or a network wrote into a field. One address answers as a page or as
data, and what it says changes: no cache may give the one for the other, or what was."""


class Pages:
    """The pages of one installation.

    Args:
        language: fr or en.
        timezone: IANA name.
    """

    def __init__(self, language: str, timezone: str) -> None:
        self.language, self.timezone = language, timezone
        self.words = WORDS[language]
        self._environment = Environment(
            loader=PackageLoader("vigie.serving"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._environment.globals.update(language=language, timezone=timezone, words=self.words, hidden_states=HIDDEN)
        self._environment.globals["words_colon"] = "\u00a0: " if language == "fr" else ": "
        self._environment.filters |= {
            "outside": outside_text,
            "utc": utc_text,
            "local": partial(local_text, zone=timezone, language=language),
            "label": partial(property_label, language=language),
            "amount": lambda reading: _amount(reading, language),
            "sentence": lambda event: sentence(event.explanation, language),
            "state": partial(state_text, language=language),
            "kind": partial(kind_text, language=language),
            "priority": partial(priority_text, language=language),
            "flag": lambda flag: FLAG_WORDS[language].get(flag, str(flag)),
            "choice": partial(choice_text, language=language),
            "instant": partial(iso_text, zone=timezone, language=language),
            "duration": partial(duration_text, language=language),
        }

    def render(self, template: str, http_status: int = 200, **values: Any) -> HTMLResponse:
        """A template with its values, as an answer."""
        text = self._environment.get_template(template).render(layout="layout.html", served=True, **values)
        return HTMLResponse(text, http_status, headers=HEADERS)

    def file(self, template: str, **values: Any) -> str:
        """The same as a file of its own: no address of the server in it, the style sheet within."""
        style = files("vigie.serving").joinpath("static/vigie.css").read_text("utf-8")
        return self._environment.get_template(template).render(
            layout="file.html", served=False, style=Markup(style),  # noqa: S704 -- our own style sheet
            **values,
        )  # fmt: skip


def data_answer(value: Any) -> Response:
    """JSON as an answer."""
    return Response(msgspec.json.encode(value), media_type="application/json", headers=HEADERS)


def _amount(reading: StoredReading | LastValue, language: str) -> str:
    return reading_text(reading.property, reading.value, language)
