"""What goes with a mail: a chart and explained alerts from the store; a second source and an image from the raise.

The second source and the image are asked when the alert is raised, kept with the incident, and told to the life cycle
by a command `attach`, so that the archive has them whatever becomes of the mail. A mail waits for nothing longer than
its limit: what comes later goes with the next one.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable
from typing import Any, Protocol, TypeVar

from msgspec.structs import replace

from vigie.streams.core.mail.letter import Beside, Child, Letter
from vigie.streams.core.mail.second_source import HUBEAU, POINT, Kept, Wanted, attached, latest, said, wanted
from vigie.streams.mail import hubeau, images, store_asked
from vigie.streams.mail.directory import KeptDirectory
from vigie.streams.mail.incident_files import IncidentFiles
from vigie.streams.settings import Settings
from vigie.topics.alarm_input import Command
from vigie.topics.alert_event import SYSTEM, AlertEvent
from vigie.topics.identity import event_id

log = logging.getLogger(__name__)
T = TypeVar("T")

CHARTS_KEPT = 200
"""Charts kept for the other contacts of a letter."""


class Giver(Protocol):
    """Who sends commands to `alarm-inputs`."""

    async def __call__(self, command: Command) -> None:
        """Send one; raises OSError where Kafka does not take it."""
        ...

    async def stop(self) -> None:
        """Let go of the connection."""
        ...


class StoreBesides:
    """What goes with the mails of an installation.

    Args:
        settings: data folder, database, Hub'Eau, legal time.
        give: sends a command.
        directory: knows the names of communes; None: codes stay codes.
    """

    def __init__(self, settings: Settings, give: Giver, directory: KeptDirectory | None = None) -> None:
        self._settings, self._give, self._directory = settings, give, directory
        self._files = IncidentFiles(settings.data)
        self._store = store_asked.StoreAsked(settings)
        self._allowed = frozenset(part.strip() for part in settings.image_hosts.split(",") if part.strip())
        self._confirming: dict[str, asyncio.Task[None]] = {}
        self._charts: dict[tuple[str, str, int], asyncio.Future[Beside]] = {}

    def noticed(self, event: AlertEvent) -> None:
        """Ask a second source at the raise, and get ready to draw."""
        if event.mail:
            self._store.warm()
        if event.transition == "raised" and event.active and not event.suppressed_by and not event.late:
            self._confirm(event)

    async def of(self, letter: Letter, limit_s: float) -> Beside:
        """What could be had in time for a letter; of several alerts for the first."""
        communes = {} if self._directory is None else self._directory.communes()
        event = next((one for one in letter.events if not one.suppressed_by), None)
        if letter.kind == "digest" or event is None:
            return Beside(communes=communes)
        deadline = time.monotonic() + limit_s
        confirming = self._confirm(event)
        if confirming is not None:
            await _within(asyncio.shield(confirming), deadline, None)
        beside = await _within(asyncio.shield(self._chart(event, letter)), deadline, Beside())
        beside = replace(beside, communes=communes, **await asyncio.to_thread(self._kept, event))
        children = tuple(dict.fromkeys(name for one in letter.events for name in one.children))
        if children:
            none: tuple[Child, ...] = ()
            asked = self._store.ask(lambda connection: store_asked.explained(connection, children), none)
            beside = replace(beside, children=await _within(asyncio.wrap_future(asked), deadline, none))
        return beside

    async def stop(self) -> None:
        """Leave what is under way."""
        tasks = [*self._confirming.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._store.close()
        await self._give.stop()

    # -- the chart

    def _chart(self, event: AlertEvent, letter: Letter) -> "asyncio.Future[Beside]":
        key = (event.alert_id, letter.language, letter.made_at)
        if key not in self._charts:
            zone = self._settings.timezone
            asked = self._store.ask(
                lambda connection: store_asked.charted(connection, event, letter.made_at, zone, letter.language),
                Beside(),
            )
            self._charts[key] = asyncio.wrap_future(asked)
            while len(self._charts) > CHARTS_KEPT:
                del self._charts[next(iter(self._charts))]
        return self._charts[key]

    # -- the second source

    def _kept(self, event: AlertEvent) -> dict[str, Any]:
        kept, zone = self._files.load(event), self._settings.timezone
        if kept is None:
            return {}
        return {
            "second_source_fr": said(kept, zone, "fr"), "second_source_en": said(kept, zone, "en"),
            "image": self._files.image(event, kept), "image_type": kept.image_type,
        }  # fmt: skip

    def _confirm(self, event: AlertEvent) -> "asyncio.Task[None] | None":
        """Ask the second source of an alert beside, once; None where it names none, or all is done."""
        fields = event.explanation.fields
        source, url = wanted(fields.get("second_source", "")), fields.get("image", "")
        if source is None and not url:
            return None
        if event.alert_id not in self._confirming:
            task = asyncio.create_task(self._ask(event, source, url), name=f"second source {event.alert_id}")
            self._confirming[event.alert_id] = task
            task.add_done_callback(lambda _: self._confirming.pop(event.alert_id, None))
        return self._confirming[event.alert_id]

    async def _ask(self, event: AlertEvent, source: Wanted | None, url: str) -> None:
        try:
            kept = await asyncio.to_thread(self._files.load, event)
            if kept is None:
                found, image = await asyncio.gather(self._second(event, source), self._image(event, url))
                if image is not None:
                    found = replace(found, image_at=time.time_ns() // 1_000_000)
                kept = await asyncio.to_thread(self._files.save, event, found, image)
            if not kept.given and attached(kept):
                await self._give(self._command(event, kept))
                await asyncio.to_thread(self._files.save, event, replace(kept, given=True))
        except OSError as error:
            log.warning(
                "What confirms alert %s is not kept: %s; it is tried again with its mail", event.alert_id, error
            )

    def _command(self, event: AlertEvent, kept: Kept) -> Command:
        now = event.decided_at if self._settings.ticks == "log" else time.time_ns() // 1_000_000
        return Command(
            id=event_id(event.alert_id, "attach", 0), alert_id=event.alert_id, alert_revision=event.revision,
            action="attach", author=SYSTEM, at=now, facts=attached(kept),
        )  # fmt: skip

    async def _second(self, event: AlertEvent, source: Wanted | None) -> Kept:
        if source is None:
            return Kept()
        if source.kind == POINT:
            asked = self._store.ask(
                lambda connection: store_asked.upstream(connection, event, source.name), Kept(source=source.name)
            )
            return await asyncio.wrap_future(asked)
        quantity = hubeau.QUANTITIES.get(event.explanation.fields.get("property", "").partition("#")[0], "")
        kept = Kept(source=f"Hub'Eau {source.name}", unit="m³/s" if quantity == "Q" else "m")
        if source.kind != HUBEAU or not quantity or not self._settings.hubeau_url:
            return kept
        try:
            found = await hubeau.ask(self._settings.hubeau_url, source.name, quantity, event.decided_at)
        except hubeau.NoStationError as error:
            log.warning("Station %s of Hub'Eau does not confirm alert %s: %s", source.name, event.alert_id, error)
            return kept
        instants, values = latest(found)
        return replace(kept, at=instants, values=values)

    async def _image(self, event: AlertEvent, url: str) -> images.Image | None:
        if not url:
            return None
        try:
            return await images.fetch(url, self._allowed)
        except images.NoImageError as error:
            log.warning("Alert %s goes without its image: %s", event.alert_id, error)
            return None


async def _within(work: Awaitable[T], deadline: float, otherwise: T) -> T:
    """The result of some work, or `otherwise` at a monotonic instant; the work goes on."""
    try:
        return await asyncio.wait_for(work, max(deadline - time.monotonic(), 0.01))
    except TimeoutError:
        return otherwise
