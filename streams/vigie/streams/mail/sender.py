"""Hands mails to the mail server: what each tells is saved before it leaves, and its mark right after.

A mail server that is down or slow holds nothing up but mails: it is asked again, at last once a minute. A mail that it
refuses, or at which it falls silent, waits, while those of other threads pass.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from email.utils import formataddr, parseaddr
from typing import NamedTuple

import aiosmtplib
from prometheus_client import Counter, Gauge, Histogram

from vigie.streams import metrics
from vigie.streams.core.mail.besides import Besides
from vigie.streams.core.mail.compose import MailForm, compose
from vigie.streams.core.mail.desk import Desk
from vigie.streams.core.mail.dispatch import Dispatch, Mail
from vigie.streams.core.mail.lists import SETTING
from vigie.streams.mail.outbox_state import OutboxState
from vigie.streams.mail.server import fallback_addresses, mail_server
from vigie.streams.settings import Settings

log = logging.getLogger(__name__)

FIRST_RETRY_S, LAST_RETRY_S = 1.0, 60.0
LOOK_AGAIN_S = 5.0
"""How often the outbox is looked at without being told to (for mails that were refused, quiet hours, full hours)."""
AT_ONCE = 10
"""Mails whose words are set down by one write."""
BESIDE_LIMIT_S = 2.0
"""How long a mail waits for its chart and its second source."""
GIVE_UP_MS = 3 * 86_400_000
"""A mail that is refused is given up when it is so old."""

mails = Counter(
    "vigie_mails", "Mails handed to the mail server, refused by it, or given up.", ["outcome"],
    registry=metrics.REGISTRY,
)  # fmt: skip
outbox_waiting = Gauge("vigie_outbox_waiting", "Mails that could leave and wait.", registry=metrics.REGISTRY)
outbox_oldest = Gauge(
    "vigie_outbox_oldest_seconds", "Age of the oldest mail that could leave and waits.", registry=metrics.REGISTRY
)
mail_seconds = Histogram(
    "vigie_mail_seconds", "From a letter that is due to the mail server's yes.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600), registry=metrics.REGISTRY,
)  # fmt: skip


class _Postponed(NamedTuple):
    at_s: float
    wait_s: float


class Sender:
    """Sends what may leave.

    Args:
        settings: mail server, sender, language, legal time, address of the pages.
        outbox: where marks are saved.
        desk: whose address book is in force.
        dispatch: that offers mails.
        besides: finds charts and second sources.
        now: epoch ms UTC, of the clock by which letters are made.

    Attributes:
        oldest_s: age of the oldest mail that waits, but for those that the server refuses while it takes others: of a
            contact's wrong address the dead man's switch says nothing.
    """

    def __init__(
        self, settings: Settings, outbox: OutboxState, desk: Desk, dispatch: Dispatch, besides: Besides,
        now: Callable[[], int],
    ) -> None:  # fmt: skip
        self._settings, self._outbox, self._desk, self._dispatch = settings, outbox, desk, dispatch
        self._besides, self._now = besides, now
        self._fallback = fallback_addresses(settings)
        self._postponed: dict[str, _Postponed] = {}  # letter id -> (monotonic s of the next try, wait before it)
        self._sent, self._sent_at = 0, 0
        self.oldest_s = 0.0
        self.wake, self.stopping = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Send until `stopping` is set."""
        retry_s = 0.0
        while not self.stopping.is_set():
            sent = self._sent
            try:
                await self._round()
                retry_s = 0.0
            except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
                before_s = retry_s if self._sent == sent else 0.0  # it took some: it is there, and went away again
                retry_s = min(max(before_s * 2, FIRST_RETRY_S), LAST_RETRY_S)
                log.warning(
                    "The mail server %s:%d cannot be used (%s); %d mails wait, next try in %.0f s",
                    self._settings.smtp_host, self._settings.smtp_port, _answer(error),
                    self.measure(), retry_s,
                )  # fmt: skip
            self.measure()
            if retry_s:
                await _first(self.stopping, retry_s)
            else:
                await _first(self.wake, LOOK_AGAIN_S)
                self.wake.clear()

    def measure(self) -> int:
        """Say how many mails wait and how long; returns how many."""
        now = self._now()
        waiting = self._dispatch.mails(now)
        outbox_waiting.set(len(waiting))
        outbox_oldest.set(max((now - mail.made_at for mail in waiting), default=0) / 1000)
        held_up = [mail for mail in waiting if mail.id not in self._postponed or self._sent_at < mail.made_at]
        self.oldest_s = max((now - mail.made_at for mail in held_up), default=0) / 1000
        return len(waiting)

    async def _round(self) -> None:
        chunk = self._due()
        if not chunk:
            return
        async with mail_server(self._settings) as server:
            while chunk and not self.stopping.is_set():
                for mail in chunk:
                    self._dispatch.plan(mail)
                await self._outbox.save()
                for mail in chunk:
                    if self.stopping.is_set():
                        return
                    await self._send(server, mail)
                chunk = self._due()

    def _due(self) -> list[Mail]:
        monotonic = time.monotonic()
        found = self._dispatch.mails(self._now())
        known = {mail.id for mail in found}
        self._postponed = {name: when for name, when in self._postponed.items() if name in known}
        due = [mail for mail in found if mail.id not in self._postponed or self._postponed[mail.id].at_s <= monotonic]
        return due[:AT_ONCE]

    async def _send(self, server: aiosmtplib.SMTP, mail: Mail) -> None:
        """Send one mail and mark it; raises what says that the server cannot be used now."""
        letter = self._dispatch.letter(mail)
        if not letter.events and not letter.more:  # lists have changed, and it tells this contact nothing any more
            await self._done(mail, "")
            return
        form, address = self._form(mail)
        if not address:
            await self._refused(mail, "its contact has no address: state one in the fleet, or VIGIE_MAIL_TO")
            return
        try:
            message = compose(letter, form, await self._besides.of(letter, BESIDE_LIMIT_S))
        except Exception:  # a bug in one mail must not hold the others up
            log.exception("The mail %s to %s cannot be written", mail.id, mail.contact)
            await self._refused(mail, "it cannot be written: report the error above")
            return
        try:
            await server.send_message(message, recipients=[address])
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            if not server.is_connected:
                self._postpone(mail, FIRST_RETRY_S)
                raise
            said = _answer(error).replace(address, mail.contact)
            await self._refused(
                mail, f"the mail server answers: {said}. Check VIGIE_MAIL_FROM, the contact's address and the server's "
                "own log",
            )  # fmt: skip
            return
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            self._postpone(mail, FIRST_RETRY_S)
            raise
        await self._done(mail, "sent")

    async def _done(self, mail: Mail, outcome: str) -> None:
        self._sent += 1
        if outcome:
            mails.labels(outcome=outcome).inc()
        if outcome == "sent":
            self._sent_at = self._now()
        if outcome == "sent" and self._settings.ticks == "live":
            mail_seconds.observe(max(0.0, (self._now() - mail.made_at) / 1000))
        self._postponed.pop(mail.id, None)
        self._dispatch.done(mail, self._now(), counts=outcome == "sent")
        await self._outbox.save()

    async def _refused(self, mail: Mail, why: str) -> None:
        if self._now() - mail.made_at > GIVE_UP_MS:
            log.warning("The mail %s to %s is given up after 3 days: %s", mail.id, mail.contact, why)
            await self._done(mail, "given_up")
            return
        mails.labels(outcome="refused").inc()
        wait_s = self._postpone(mail, LAST_RETRY_S)
        log.warning(
            "The mail %s to %s is not sent, %s; it is tried again in %.0f s", mail.id, mail.contact, why, wait_s
        )

    def _postpone(self, mail: Mail, first_s: float) -> float:
        before = self._postponed.get(mail.id, _Postponed(0.0, 0.0))
        wait_s = min(max(before.wait_s * 2, first_s), 10 * LAST_RETRY_S)
        self._postponed[mail.id] = _Postponed(time.monotonic() + wait_s, wait_s)
        return wait_s

    def _form(self, mail: Mail) -> tuple[MailForm, str]:
        """How this mail is written, and the address that it goes to; empty if none is known."""
        settings, shown, address = self._settings, "", ""
        if mail.contact.startswith(SETTING):
            number = int(mail.contact.removeprefix(SETTING))
            shown = self._fallback[number] if number < len(self._fallback) else ""
            address = parseaddr(shown)[1]
        elif (contact := self._desk.book.contacts.get(mail.contact)) is not None and contact.address:
            shown, address = formataddr((contact.name, contact.address)), contact.address
        public_url = settings.public_url
        if not public_url and settings.http_port:
            public_url = f"http://{settings.host}:{settings.http_port}"
        form = MailForm(
            sender=settings.mail_from, recipients=(shown,), zone=settings.timezone, public_url=public_url,
            list_name=next((one.name for one in self._desk.book.lists if one.id == mail.list), ""),
        )  # fmt: skip
        return form, address


def _answer(error: Exception) -> str:
    """What a mail server says, without the address of a person: nobody's stands in the log."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return ", ".join(f"{one.code} {one.message}" for one in error.recipients)
    return str(error) or type(error).__name__


async def _first(event: asyncio.Event, limit_s: float) -> None:
    """Wait for an event, but not longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await event.wait()
