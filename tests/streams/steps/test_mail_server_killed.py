"""A mail server killed at random points during many incidents: what arrives, how often, and in which order."""

import asyncio
import contextlib
import random
from email import message_from_bytes
from email.policy import default as policy

import pytest
from aiosmtpd.controller import Controller
from streams.steps.test_notify import Log, batch, free_port, until, waiting
from told_events import MINUTE, NOON, cleared, raised

from vigie.streams.mail import sender


class Mortal:
    """A mail server on a port of its own that can be killed: its connections end in the middle of a word."""

    def __init__(self):
        self.port, self.mails, self._sessions = free_port(), [], set()
        self._controller = None

    async def handle_EHLO(self, server, session, _envelope, hostname, responses):
        self._sessions.add(server)
        session.host_name = hostname
        return responses

    async def handle_DATA(self, _server, _session, envelope):
        await asyncio.sleep(random.random() * 0.004)
        self.mails.append(message_from_bytes(envelope.original_content, policy=policy))
        return "250 Kept"

    def start(self):
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def kill(self):
        controller, self._controller = self._controller, None
        sessions, self._sessions = self._sessions, set()
        for server in sessions:
            if server.transport is not None:
                controller.loop.call_soon_threadsafe(server.transport.abort)
        controller.stop()


@pytest.mark.parametrize("incidents", [30, pytest.param(200, marks=pytest.mark.long)])
async def test_every_first_and_last_mail_arrives_in_order_and_hardly_one_twice(incidents, monkeypatch):
    monkeypatch.setattr(sender, "FIRST_RETRY_S", 0.02)
    monkeypatch.setattr(sender, "LAST_RETRY_S", 0.1)
    rng = random.Random(incidents)
    events = [raised(f"eui:{n}", NOON + n, commune=f"{10_000 + n}") for n in range(incidents)]
    told = [event for one in events for event in (one, cleared(one, NOON + MINUTE))]
    told.sort(key=lambda event: int(event.commune) + rng.randrange(1, 20) * bool(event.revision))
    server, kills = Mortal(), 0
    server.start()
    async with Log().worker(server.port) as step:

        async def feed():
            for offset, event in enumerate(told):
                await step.write([batch(event, first_offset=offset)])
                await asyncio.sleep(rng.random() * 0.01)

        feeding = asyncio.create_task(feed())
        while not feeding.done() or waiting(step):
            await asyncio.sleep(rng.random() * 0.25)
            await asyncio.to_thread(server.kill)
            kills += 1
            await asyncio.sleep(rng.random() * 0.1)
            server.start()
            if feeding.done():
                with contextlib.suppress(AssertionError):
                    await until(lambda: not waiting(step), 1.0)
        await feeding
    server.kill()
    assert kills > incidents / 20

    names = [mail["Message-ID"] for mail in server.mails]
    first = list(dict.fromkeys(names))
    ids = {name: mail.get_all("X-Vigie-Event") for name, mail in zip(names, server.mails, strict=True)}
    assert sorted(event for name in first for event in ids[name]) == sorted(event.event_id for event in told)
    order = [event for name in first for event in ids[name]]
    assert all(order.index(one.event_id) < order.index(cleared(one, NOON + MINUTE).event_id) for one in events)
    assert len(names) - len(first) <= max(1, 0.01 * 2 * incidents)
