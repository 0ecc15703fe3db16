"""The role `notify`: one mail per alert raised, kept in an outbox until the mail server has it.

An alert event stands in the outbox before its offset is committed, and is marked after the mail server has answered.
Killed between the two, it sends that one mail again, with the same Message-ID. A mail server that is down or slow holds
nothing up but mails: it is asked again, at last once a minute. A mail that it refuses waits too, while others pass.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection
from typing import Any

import aiosmtplib
from msgspec import Struct, msgpack
from prometheus_client import Counter, Gauge

from vigie.streams import metrics
from vigie.streams.core.alarm.decide import RAISED
from vigie.streams.core.mail.compose import MailForm, compose
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Save
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer

log = logging.getLogger(__name__)

PARTITION = 0
SERVER_TIMEOUT_S = 30.0
IMPLICIT_TLS_PORT = 465
LOOPBACK = ("127.0.0.1", "::1", "localhost")
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 60.0
LOOK_AGAIN_S = 5.0
"""How often the outbox is looked at without being told to (for mails that were refused)."""
STOP_LIMIT_S = 3.0
"""How long a mail that is on its way may take when the outbox is given up."""

mails = Counter(
    "vigie_mails", "Mails handed to the mail server, or refused by it.", ["outcome"], registry=metrics.REGISTRY
)
outbox_waiting = Gauge("vigie_outbox_waiting", "Mails that wait in the outbox.", registry=metrics.REGISTRY)
mail_configured = Gauge("vigie_mail_configured", "1 if a mail server is set, else 0.", registry=metrics.REGISTRY)


class Mail(Struct, array_like=True, frozen=True):
    """One mail of the outbox, under the id of its event.

    Attributes:
        offset: of the event in alerts.v1; mails leave in this order.
        event: what it tells of; None once it is sent.
    """

    offset: int
    event: AlertEvent | None


_dump = msgpack.Encoder().encode
_load = msgpack.Decoder(Mail).decode


class NotifyStep:
    """Reads alert events into the outbox, and sends what waits there.

    Args:
        settings: mail server, sender, recipients, language, legal time, address of the pages.
    """

    name = "notify"
    inputs: tuple[str, ...] = ("alerts.v1",)

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._form = MailForm(
            sender=settings.mail_from,
            recipients=tuple(part.strip() for part in settings.mail_to.split(",") if part.strip()),
            language=settings.language,
            zone=settings.timezone,
            public_url=settings.public_url
            or (f"http://{settings.host}:{settings.http_port}" if settings.http_port else ""),
        )
        self._framer = Framer("alerts.v1")
        self.outbox: KeyedState[Mail] = KeyedState("state.notify.outbox", load=_load, dump=_dump)
        self.states: tuple[SavedState[Any], ...] = (self.outbox,)
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None
        self._refused: dict[str, tuple[float, float]] = {}  # event id -> (monotonic s of the next try, back-off s)

    _save: Save

    @property
    def enabled(self) -> bool:
        """Whether mails are sent at all."""
        return self._settings.smtp_port != 0 and bool(self._form.recipients)

    def bind(self, save: Save) -> None:
        """Take the harness's way to save the outbox."""
        self._save = save

    async def open(self) -> None:
        """Say so if there is no mail server, or if its password can be overheard."""
        mail_configured.set(self.enabled)
        if not self.enabled:
            log.warning(
                "No mail is sent: %s. Alerts are archived all the same",
                "VIGIE_SMTP_PORT is 0" if self._settings.smtp_port == 0 else "VIGIE_MAIL_TO names nobody",
            )
        elif password_in_clear(self._settings):
            log.warning(
                "VIGIE_SMTP_PASSWORD goes to %s in clear: set VIGIE_SMTP_STARTTLS=1, or VIGIE_SMTP_PORT=465",
                self._settings.smtp_host,
            )

    async def start_offsets(self, _partitions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The outbox is loaded: start sending. Reading starts at the group's own offsets."""
        if self.enabled and (self._sending is None or self._sending.done()):
            self._stopping.clear()
            self._wake.set()
            self._sending = asyncio.create_task(self._send_until_stopped(), name="outbox")
        return {}

    async def pause(self) -> None:
        """The outbox may go to another worker: finish the mail that is on its way and its mark, send no more."""
        self._stopping.set()
        self._wake.set()
        sending, self._sending = self._sending, None
        if sending is None:
            return
        await asyncio.wait({sending}, timeout=STOP_LIMIT_S)
        while not sending.done():  # more than once, for a library may swallow a cancellation
            sending.cancel()
            await asyncio.wait({sending}, timeout=1)
        outbox_waiting.set(0)  # who has the outbox counts what waits in it

    async def close(self) -> None:
        """Stop sending; what waits stays in the outbox."""
        await self.pause()

    async def write(self, batches: list[Batch]) -> None:
        """Put alerts that were raised into the outbox, and return once it is saved."""
        for batch in batches:
            for record in batch:
                event = self._framer.decode(record.value, AlertEvent)
                if event.transition != RAISED or self.outbox.get(PARTITION, event.event_id) is not None:
                    continue
                if not self.enabled:
                    log.info("No mail is sent for alert %s: %s", event.alert_id, event.explanation.sentence_en)
                    continue
                mail = Mail(record.offset, event)
                self.outbox.put(PARTITION, event.event_id, mail, batch.topic, record.offset)
        await self._save()
        self._wake.set()

    async def _send_until_stopped(self) -> None:
        retry_s = 0.0
        while not self._stopping.is_set():
            waiting = self._waiting()
            outbox_waiting.set(len(waiting))
            try:
                await self._send_all(waiting)
                retry_s = 0.0
            except Exception as error:  # whatever goes wrong with the server, mails wait and are tried again
                retry_s = min(max(retry_s * 2, FIRST_RETRY_S), LAST_RETRY_S)
                log.warning(
                    "The mail server %s:%d cannot be used (%s); %d mails wait, next try in %.0f s",
                    self._settings.smtp_host, self._settings.smtp_port, error or type(error).__name__,
                    len(self._waiting()), retry_s,
                )  # fmt: skip
            outbox_waiting.set(len(self._waiting()))
            if retry_s:
                await _first(self._stopping, retry_s)
            else:
                await _first(self._wake, LOOK_AGAIN_S)
                self._wake.clear()

    def _waiting(self) -> list[tuple[str, Mail]]:
        unsent = [(name, mail) for name, mail in self.outbox.items(PARTITION) if mail.event is not None]
        return sorted(unsent, key=lambda entry: entry[1].offset)

    async def _send_all(self, waiting: list[tuple[str, Mail]]) -> None:
        now = time.monotonic()
        due = [entry for entry in waiting if self._refused.get(entry[0], (now, 0.0))[0] <= now]
        if not due:
            return
        async with mail_server(self._settings) as server:
            for name, mail in due:
                if self._stopping.is_set():
                    return
                await self._send(server, name, mail)

    async def _send(self, server: aiosmtplib.SMTP, name: str, mail: Mail) -> None:
        """Send one mail and mark it; raises what says that the server cannot be used now."""
        if mail.event is None or self.outbox.get(PARTITION, name) is not mail:
            return  # the outbox was given to another worker meanwhile
        try:
            message = compose(mail.event, self._form)
        except Exception:  # a bug in one mail must not hold the others up
            log.exception("The mail of alert %s cannot be written", mail.event.alert_id)
            self._postpone(name)
            return
        try:
            refused, _ = await server.send_message(message)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            if not server.is_connected:
                raise
            log.warning(
                "The mail server refuses the mail of alert %s (%s): check VIGIE_MAIL_FROM, VIGIE_MAIL_TO and the "
                "server's own log; it is tried again", mail.event.alert_id, error,
            )  # fmt: skip
            self._postpone(name)
            return
        for recipient, answer in refused.items():
            log.warning("The mail server refuses the recipient %s (%s): the others have the mail", recipient, answer)
        mails.labels(outcome="sent").inc()
        self._refused.pop(name, None)
        if self.outbox.get(PARTITION, name) is mail:
            self.outbox.put(PARTITION, name, Mail(mail.offset, None))
            await self._save()

    def _postpone(self, name: str) -> None:
        mails.labels(outcome="refused").inc()
        retry_s = min(max(self._refused.get(name, (0.0, 0.0))[1] * 2, LAST_RETRY_S), 10 * LAST_RETRY_S)
        self._refused[name] = time.monotonic() + retry_s, retry_s


def mail_server(settings: Settings) -> aiosmtplib.SMTP:
    """The mail server of an installation, not yet connected; on port 465 the connection begins with TLS."""
    implicit_tls = settings.smtp_port == IMPLICIT_TLS_PORT
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host, port=settings.smtp_port, use_tls=implicit_tls,
        start_tls=settings.smtp_starttls and not implicit_tls, username=settings.smtp_user or None,
        password=settings.smtp_password or None, timeout=SERVER_TIMEOUT_S,
    )  # fmt: skip


def password_in_clear(settings: Settings) -> bool:
    """Whether the password crosses a network unprotected.

    >>> password_in_clear(Settings(smtp_host="mail.example", smtp_port=25, smtp_password="x"))
    True
    >>> password_in_clear(Settings(smtp_host="mail.example", smtp_port=465, smtp_password="x"))
    False
    """
    protected = settings.smtp_starttls or settings.smtp_port == IMPLICIT_TLS_PORT
    return bool(settings.smtp_password) and not protected and settings.smtp_host not in LOOPBACK


async def _first(event: asyncio.Event, limit_s: float) -> None:
    """Wait for an event, but not longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await event.wait()


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    ids = schema_ids_in_use(settings, ["dead-letters.v1"])
    return run_role(settings, "notify", NotifyStep(settings), dead_letter_schema_id=ids["dead-letters.v1"])
