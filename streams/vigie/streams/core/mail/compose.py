"""A letter as a mail: headers, text and HTML that say the same, the chart and the image beside.

The same letter makes the same bytes with the same Message-ID, so a mail that is sent again after a crash is seen to be
the same; mails of one incident refer to its first one and stand in one thread.

Source: RFC 5322 (threads), RFC 2046 (alternative), RFC 2387 (related), RFC 3834 (Auto-Submitted), RFC 2919 (List-Id).
"""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import NamedTuple

from vigie.streams.core.local_time import local
from vigie.streams.core.mail.html import html_of
from vigie.streams.core.mail.letter import Beside, Letter
from vigie.streams.core.mail.named import with_communes
from vigie.streams.core.mail.subject import subject
from vigie.streams.core.mail.text import text_of
from vigie.streams.core.mail.told import Told, tell
from vigie.streams.core.mail.words import WORDS

NOTHING = Beside()
URGENT = 2
"""Priorities up to this are marked as important."""
_MOST_EVENTS = 50
"""Event ids that stand in the headers; a digest may hold thousands."""
_IMAGES = {f"image/{name}": name for name in ("jpeg", "png", "gif", "webp")}


class MailForm(NamedTuple):
    """How an installation writes mails, and to whom this one goes.

    Attributes:
        sender: address, or `Name <address>`.
        recipients: addresses.
        zone: IANA name of the legal time.
        public_url: what links begin with; empty for none.
        list_name: how people call the mailing list; empty where the setting VIGIE_MAIL_TO names the recipients.
    """

    sender: str
    recipients: tuple[str, ...]
    zone: str
    public_url: str
    list_name: str = ""


def compose(letter: Letter, form: MailForm, beside: Beside = NOTHING) -> EmailMessage:
    """The mail of a letter.

    Args:
        letter: what it tells; it holds one event at least, unless it is a digest.
        form: of the installation, with the recipients.
        beside: chart, image and second source, where they could be had in time.
    """
    letter = with_communes(letter, beside.communes)
    domain = parseaddr(form.sender)[1].rpartition("@")[2] or "localhost"
    told = tell(letter, beside, form.zone, form.public_url, form.list_name or letter.list)
    line = subject(letter, form.zone)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = form.sender
    mail["To"] = ", ".join(form.recipients)
    mail["Subject"] = line
    mail["Date"] = format_datetime(local(letter.made_at, form.zone).replace(microsecond=0))
    for name, value in _headers(letter, domain):
        mail[name] = value
    mail.set_content(text_of(told), cte="quoted-printable")
    _add_html(mail, told, line, beside)
    for place, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_vigie_{_word(letter.id)[:40]}_{place}")  # else each composition has another
    mail["Content-Language"] = letter.language  # after the content, which takes every Content- field away
    return mail


def message_id(letter: str, domain: str) -> str:
    """The Message-ID of a letter.

    >>> message_id("0a1b", "metropole.example")
    '<0a1b@metropole.example>'
    """
    return f"<{_word(letter)}@{domain}>"


def _headers(letter: Letter, domain: str) -> Iterator[tuple[str, str]]:
    yield "Message-ID", message_id(letter.id, domain)
    if letter.thread not in ("", letter.id):
        yield "In-Reply-To", message_id(letter.thread, domain)
        yield "References", message_id(letter.thread, domain)
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    own = f"{_word(letter.list)}." if letter.list else ""
    yield "List-Id", f"{WORDS[letter.language]['list']} <{own}alertes.vigie.{domain}>"
    if letter.kind != "digest" and any(event.priority <= URGENT and event.active for event in letter.events):
        yield "Importance", "high"
    if letter.incident_id:
        yield "X-Vigie-Incident", _word(letter.incident_id)
    for event in letter.events[:_MOST_EVENTS]:
        yield "X-Vigie-Event", _word(event.event_id)


def _add_html(mail: EmailMessage, told: Told, line: str, beside: Beside) -> None:
    chart, image = ("chart@vigie" if beside.chart_png else ""), ("image@vigie" if beside.image else "")
    mail.add_alternative(html_of(told, line, chart, image), subtype="html", cte="quoted-printable")
    html = list(mail.iter_parts())[-1]
    assert isinstance(html, EmailMessage)
    if chart:
        html.add_related(
            beside.chart_png, "image", "png", cid=f"<{chart}>", filename="48h.png", disposition="inline"
        )  # fmt: skip
    if image:
        subtype = _IMAGES.get(beside.image_type, "")
        main, sub, name = (
            ("image", subtype, f"image.{subtype}") if subtype else ("application", "octet-stream", "image")
        )
        html.add_related(beside.image, main, sub, cid=f"<{image}>", filename=name, disposition="inline")


def _word(text: str) -> str:
    """An id as it may stand in a header: what is no letter, digit, dot, hyphen or underscore is one."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)[:100]
