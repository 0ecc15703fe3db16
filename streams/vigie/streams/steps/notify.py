"""The role `notify`: alert events in, mails out, by an outbox that a crash does not empty.

Events become groups, and groups letters in time (core/mail/); what waits stands on state.notify.outbox before offsets
are committed, and each mail is marked there right after the mail server has answered. Killed between the two, it sends
that one mail again, with the same Message-ID.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Coroutine
from typing import Any

from prometheus_client import Gauge

from vigie.streams import metrics
from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.core.mail.besides import Besides, NoBesides
from vigie.streams.core.mail.desk import Desk, Rules
from vigie.streams.core.mail.directory import Directory, NoDirectory
from vigie.streams.core.mail.dispatch import Dispatch
from vigie.streams.core.mail.groups import Waits
from vigie.streams.core.mail.log_clock import LogClock
from vigie.streams.mail.besides import StoreBesides
from vigie.streams.mail.commands_given import CommandsGiven
from vigie.streams.mail.dead_man import DeadMan
from vigie.streams.mail.directory import KeptDirectory
from vigie.streams.mail.outbox_state import EVENTS, OutboxState
from vigie.streams.mail.sender import Sender, outbox_oldest, outbox_waiting
from vigie.streams.mail.server import fallback_addresses, password_in_clear
from vigie.streams.mail.webhook import Webhook
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, Save
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Tick
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer

log = logging.getLogger(__name__)

STOP_LIMIT_S = 3.0
"""How long a mail that is on its way may take when the outbox is given up."""
TEND_S = 0.5
"""How often it is looked what is due."""
BEHIND_MS = 30_000
CATCH_UP_S = 2.0
"""While events are read that are older than BEHIND_MS, letters wait until none has come for so long: what began and
ended while nobody read is told in one."""
AT_ONCE = 500
"""Events taken without letting others work."""
USUAL = Waits()

mail_configured = Gauge("vigie_mail_configured", "1 if a mail server is set, else 0.", registry=metrics.REGISTRY)


class NotifyStep:
    """Reads alert events into the outbox, and sends what is due.

    Args:
        settings: mail server, sender, recipients, language, legal time, address of the pages.
        directory: lists and contacts.
        besides: charts and second sources.
        waits: before, between and after letters; other than the usual ones in tests and benchmarks.
    """

    name = "notify"
    inputs: tuple[str, ...] = (EVENTS, "platform")

    def __init__(
        self, settings: Settings, directory: Directory | None = None, besides: Besides | None = None,
        waits: Waits = USUAL,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._directory, self._besides = directory or NoDirectory(), besides or NoBesides()
        self._framer = Framer(EVENTS)
        self.outbox = OutboxState()
        self.states: tuple[SavedState[Any], ...] = (self.outbox.state,)
        self._fallback = fallback_addresses(settings)
        self._rules = Rules(
            settings.timezone, settings.language, settings.digest_at, len(self._fallback), bool(settings.webhook_url),
            waits,
        )  # fmt: skip
        self._log_clock = LogClock() if settings.ticks == "log" else None
        self._dead_man = DeadMan(settings.dead_man_url, self._oldest_s)
        self._wake = asyncio.Event()
        self._quiet_until_s = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._desk: Desk | None = None
        self._outlets: list[Sender | Webhook] = []

    @property
    def mails(self) -> bool:
        """Whether there is a mail server."""
        return self._settings.smtp_port != 0

    def bind(self, save: Save) -> None:
        """Take the harness's way to save the outbox."""
        self.outbox.bind(save)

    async def open(self) -> None:
        """Say so if there is no mail server, or if its password can be overheard; read who may be told."""
        mail_configured.set(self.mails)
        if not self.mails:
            log.warning("No mail is sent: VIGIE_SMTP_PORT is 0. Alerts are archived all the same")
        elif password_in_clear(self._settings):
            log.warning(
                "VIGIE_SMTP_PASSWORD goes to %s in clear: set VIGIE_SMTP_STARTTLS=1, or VIGIE_SMTP_PORT=465",
                self._settings.smtp_host,
            )
        await self._directory.start()

    async def start_offsets(self, partitions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The outbox is loaded: start sending. Reading starts at the group's own offsets."""
        if (EVENTS, 0) not in partitions or self._tasks:
            return {}
        shelf = self.outbox.loaded()
        if self._log_clock is not None:
            self._log_clock.event(shelf.head.now)
        desk = self._desk = Desk(shelf, self._rules)
        dispatch = Dispatch(desk, self._settings.mails_per_hour)
        if self.mails:
            self._outlets.append(Sender(self._settings, self.outbox, desk, dispatch, self._besides, self._now))
        if self._settings.webhook_url:
            self._outlets.append(Webhook(self._settings, self.outbox, dispatch, self._now))
        for outlet in self._outlets:
            self._begin(outlet.run())
        self._begin(self._tend(desk))
        if self._settings.dead_man_url:
            self._begin(self._dead_man.run())
        return {}

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def pause(self) -> None:
        """The outbox may go to another worker: finish the mail that is on its way and its mark, send no more."""
        for outlet in self._outlets:
            outlet.stopping.set()
            outlet.wake.set()
        tasks, self._tasks = self._tasks, []
        senders, others = tasks[: len(self._outlets)], tasks[len(self._outlets) :]
        for task in others:
            task.cancel()
        self._outlets, self._desk = [], None
        if not tasks:
            return
        await asyncio.wait(tasks, timeout=STOP_LIMIT_S)
        while running := [task for task in [*senders, *others] if not task.done()]:
            for task in running:  # more than once, for a library may swallow a cancellation
                task.cancel()
            await asyncio.wait(running, timeout=1)
        outbox_waiting.set(0)  # who has the outbox counts what waits in it
        outbox_oldest.set(0)

    async def close(self) -> None:
        """Stop sending; what waits stays in the outbox."""
        await self.pause()
        await self._directory.stop()
        await self._besides.stop()

    async def write(self, batches: list[Batch]) -> None:
        """Take alert events into the outbox, and return once it is saved; ticks tell the time."""
        desk = self._desk
        assert desk is not None, "records flow after start_offsets"
        self._look_at_tasks()
        for batch in batches:
            if batch.topic == EVENTS:
                await self._take(desk, batch)
            else:
                self._tell_time(batch)
        await self.outbox.save()
        self._wake.set()

    def _look_at_tasks(self) -> None:
        """A part that has failed ends the role: a tick a minute comes by here."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                log.error("A part of notify has failed", exc_info=error)
                raise CannotGoOnError("A part of notify has failed: report the error above; it starts anew")

    async def _take(self, desk: Desk, batch: Batch) -> None:
        desk.use(self._directory.book())
        for place, record in enumerate(batch):
            if record.offset <= self.outbox.offset:
                continue
            event = self._framer.decode(record.value, AlertEvent)
            if self._log_clock is not None:  # what was due before this happened is told first
                self._log_clock.event(event.decided_at)
                self._advance(desk, self._now())
            elif self._now() - record.timestamp > BEHIND_MS:
                self._quiet_until_s = time.monotonic() + CATCH_UP_S
            desk.take(event, record.offset, self._now(), len(record.value))
            self._besides.noticed(event)
            self.outbox.offset = record.offset
            if event.mail and not self._outlets:
                log.info("No mail is sent for alert %s: %s", event.alert_id, event.explanation.sentence_en)
            if place % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)

    def _tell_time(self, batch: Batch) -> None:
        for record in batch:
            message = alarm_input.decode(record.value)
            if isinstance(message, Tick):
                self._dead_man.tick()
                if self._log_clock is not None:
                    self._log_clock.tick(message.at, time.monotonic())

    def _oldest_s(self) -> float:
        """Of mails; of posts where the webhook is the only way out."""
        heeded = [outlet for outlet in self._outlets if isinstance(outlet, Sender) or not self.mails]
        return max((outlet.oldest_s for outlet in heeded), default=0.0)

    def _now(self) -> int:
        if self._log_clock is not None:
            return self._log_clock.now(time.monotonic())
        return time.time_ns() // 1_000_000

    def _advance(self, desk: Desk, now: int) -> None:
        """Make what is due by `now`; where the log tells the time, which leaps, each at the instant it was due."""
        book, done = self._directory.book(), 0
        if self._log_clock is not None:
            while done < (due := desk.next_at()) <= now:
                desk.advance(due, book)
                done = due
        desk.advance(now, book)

    async def _tend(self, desk: Desk) -> None:
        """Make letters when they are due, and tell those who send them."""
        while True:
            now, news = self._now(), self._wake.is_set()
            self._wake.clear()
            if now and time.monotonic() >= self._quiet_until_s:
                self._advance(desk, now)
                if desk.shelf.is_changed(self.outbox.offset):
                    await self.outbox.save()
                    news = True
            if news:  # letters may also have been made, and saved, while events were read
                for outlet in self._outlets:
                    outlet.wake.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TEND_S):
                    await self._wake.wait()


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    ids = schema_ids_in_use(settings, ["dead-letters.v1"])
    directory = KeptDirectory(settings)
    step = NotifyStep(settings, directory, StoreBesides(settings, CommandsGiven(settings), directory))
    return run_role(settings, "notify", step, dead_letter_schema_id=ids["dead-letters.v1"])
