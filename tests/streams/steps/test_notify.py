"""Mails against a real SMTP server: each incident's first and last, whatever becomes of the server or of us."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import time
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from aiosmtpd.controller import Controller
from told_events import MINUTE, cleared, raised

from vigie.deploy.demo.mail_sink import MailSink
from vigie.streams.core.mail.directory import AddressBook, Contact, MailingList
from vigie.streams.core.mail.dispatch import Dispatch
from vigie.streams.core.mail.groups import Waits
from vigie.streams.mail import sender, server
from vigie.streams.mail.server import mail_server
from vigie.streams.settings import Settings
from vigie.streams.steps import notify
from vigie.streams.steps.notify import NotifyStep
from vigie.streams.transport.step import Batch
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Tick
from vigie.topics.avro import Framer

FRAMER = Framer("alerts.v1")
AT_ONCE = Waits(critical_ms=0, other_ms=0, interval_ms=0)


class Log:
    """What the harness keeps for notify: the outbox's changelog."""

    def __init__(self):
        self.changes = []

    @asynccontextmanager
    async def worker(self, port, *, save=None, waits=AT_ONCE, directory=None, **settings):
        """A notify step as the harness runs it, its outbox loaded from the changelog."""
        common = {"smtp_port": port, "mail_to": "a@vigie.example", "mails_per_hour": 1000}
        step = NotifyStep(Settings(**(common | settings)), directory, waits=waits)
        step.outbox.state.restore(0, self.changes)

        async def keep():
            self.changes += step.outbox.state.snapshot().get(0, [])

        step.bind(save or keep)
        await step.open()
        await step.start_offsets([("alerts.v1", 0), ("platform", 0)])
        try:
            yield step
        finally:
            await step.close()


def batch(*events, first_offset=0):
    records = [
        SimpleNamespace(offset=first_offset + place, value=FRAMER.encode(event), timestamp=time.time_ns() // 1_000_000)
        for place, event in enumerate(events)
    ]
    return Batch(records, topic="alerts.v1", partition=0)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def until(condition, patience_s=10.0):
    for _ in range(int(patience_s / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to that")


def waiting(step):
    dispatch = Dispatch(step._desk, 1000)
    return len(dispatch.mails(step._now()))


def told(sink):
    return [mail["X-Vigie-Event"] for mail in sink.mails()]


NOW = time.time_ns() // 1_000_000
SILENCES = [raised(f"eui:{number}", NOW, commune=f"13{number:03}") for number in range(5)]
IDS = [event.event_id for event in SILENCES]


async def test_one_mail_per_alert_raised_and_one_when_it_is_over(tmp_path: Path):
    with MailSink(tmp_path) as sink:
        async with Log().worker(sink.port, mail_to="A <a@vigie.example>, b@vigie.example") as step:
            await step.write([batch(SILENCES[0])])
            await until(lambda: len(sink.files()) == 2)
            await step.write([batch(cleared(SILENCES[0], NOW + MINUTE), first_offset=1)])
            await until(lambda: len(sink.files()) == 4 and not waiting(step))
        mails = sink.mails()
    assert {mail["To"] for mail in mails} == {"A <a@vigie.example>", "b@vigie.example"}
    first, last = (mail for mail in mails if mail["To"] == "b@vigie.example")
    assert "Le capteur eui:0 se tait." in first.get_body(("plain",)).get_content()
    assert last["In-Reply-To"] == last["References"] == first["Message-ID"]


async def test_an_event_read_again_is_not_mailed_again(tmp_path: Path):
    log = Log()
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port) as step:
            await step.write([batch(*SILENCES)])
            await until(lambda: len(sink.files()) == 5 and not waiting(step))
        async with log.worker(sink.port) as step:
            await step.write([batch(*SILENCES)])
            await step.write([batch(*SILENCES)])
            await asyncio.sleep(0.7)
        assert len(sink.files()) == 5


async def test_server_down_then_up(tmp_path: Path):
    sink = MailSink(tmp_path)
    port = free_port()
    async with Log().worker(port) as step:
        await asyncio.wait_for(step.write([batch(*SILENCES)]), 1)  # reading goes on at once
        await until(lambda: waiting(step) == 5)
        controller = Controller(sink, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            await until(lambda: not waiting(step))
        finally:
            controller.stop()
    assert sorted(told(sink)) == sorted(IDS)


async def test_killed_between_sending_and_marking_sends_that_mail_again_and_no_other(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(notify, "STOP_LIMIT_S", 0.2)
    log = Log()

    async def dies_after_the_third_mail():
        if len(sink.files()) >= 3:  # its mark never reaches Kafka
            await asyncio.Event().wait()
        log.changes += step.outbox.state.snapshot().get(0, [])

    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port, save=dies_after_the_third_mail) as step:
            await step.write([batch(*SILENCES)])
            await until(lambda: len(sink.files()) == 3)
            await asyncio.sleep(0.2)
        async with log.worker(sink.port) as step:  # no event is read again: their offsets are committed
            await until(lambda: not waiting(step))
        names = [mail["Message-ID"] for mail in sink.mails()]
    assert len(names) == 6
    assert names[2] == names[3]
    assert len(set(names)) == 5


class Moody:
    """A mail server that refuses what it is told to."""

    def __init__(self, sink, refused_recipients=(), refused_words=(), answer="550 No such user", drops=0):
        self.sink, self.refused_recipients, self.refused_words = sink, refused_recipients, refused_words
        self.answer, self.drops = answer, drops
        self.tried = 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused_recipients:
            self.tried += 1
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(part.encode() in envelope.original_content for part in self.refused_words):
            self.tried += 1
            return self.answer
        said = await self.sink.handle_DATA(server, session, envelope)
        if self.drops:
            self.drops -= 1
            server.transport.abort()  # kept, and the answer is lost
        return said


@asynccontextmanager
async def moody(tmp_path, **mood):
    sink = MailSink(tmp_path)
    server = Moody(sink, **mood)
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield server, sink, controller.port
    finally:
        controller.stop()


async def test_one_recipient_refused_the_other_has_the_mail(tmp_path: Path, caplog):
    refused = "550 <b@vigie.example>: No such user"
    async with (
        moody(tmp_path, refused_recipients=["b@vigie.example"], answer=refused) as (server, sink, port),
        Log().worker(port, mail_to="b@vigie.example, a@vigie.example") as step,
    ):
        await step.write([batch(*SILENCES[:2])])
        await until(lambda: len(sink.files()) == 2 and server.tried == 2)
        await asyncio.sleep(0.1)
        assert waiting(step) == 2
        assert {mail["To"] for mail in sink.mails()} == {"a@vigie.example"}
        assert step._oldest_s() == 0  # a wrong address is not what a dead man's switch tells of
    assert "<setting:0>: No such user" in caplog.text
    assert "b@vigie.example" not in caplog.text


async def test_a_server_that_refuses_all_lets_the_dead_mans_switch_go(tmp_path: Path):
    async with (
        moody(tmp_path, refused_recipients=["a@vigie.example"]) as (server, _, port),
        Log().worker(port) as step,
    ):
        await step.write([batch(*SILENCES[:2])])
        await until(lambda: server.tried == 2 and step._oldest_s() > 0)


async def test_a_refused_mail_waits_while_others_pass_but_none_of_its_thread(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sender, "LAST_RETRY_S", 1.5)
    monkeypatch.setattr(sender, "LOOK_AGAIN_S", 0.1)
    async with (
        moody(tmp_path, refused_words=[IDS[1]], answer="451 Try again later") as (server, sink, port),
        Log().worker(port) as step,
    ):
        await step.write([batch(*SILENCES)])
        await until(lambda: len(sink.files()) == 4 and server.tried == 1)
        await step.write([batch(cleared(SILENCES[1], NOW + MINUTE), first_offset=5)])
        await asyncio.sleep(0.7)
        assert server.tried == 1  # not at each look
        assert len(sink.files()) == 4
        server.refused_words = ()
        await until(lambda: not waiting(step))
        first, last = sink.mails()[4:]
    assert first["X-Vigie-Event"] == IDS[1]
    assert last["In-Reply-To"] == first["Message-ID"]


async def test_a_lost_answer_repeats_that_mail_with_its_message_id(tmp_path: Path):
    async with moody(tmp_path, drops=1) as (_, sink, port), Log().worker(port) as step:
        await step.write([batch(*SILENCES[:3])])
        await until(lambda: len(sink.files()) == 4 and not waiting(step))
        names = [mail["Message-ID"] for mail in sink.mails()]
    assert len(names) == 4
    assert len(set(names)) == 3


async def test_a_server_that_accepts_and_hangs_holds_up_nothing_but_mails(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(server, "SERVER_TIMEOUT_S", 0.2)
    hung = []

    async def say_nothing(reader, writer):
        hung.append(writer)
        await reader.read()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    log = Log()
    async with log.worker(silent.sockets[0].getsockname()[1]) as step:
        await asyncio.wait_for(step.write([batch(*SILENCES)]), 1)
        await until(lambda: len(hung) >= 2)  # tried again
        assert waiting(step) == 5
    silent.close()
    for writer in hung:
        writer.close()
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port) as step:
            await until(lambda: not waiting(step))
        assert len(sink.files()) == 5


async def test_no_mail_server_is_said_and_nothing_waits(caplog):
    async with Log().worker(0) as step:
        await step.write([batch(*SILENCES)])
        assert not waiting(step)
    assert "No mail is sent: VIGIE_SMTP_PORT is 0" in caplog.text


async def test_a_password_that_can_be_overheard_is_said(caplog):
    heard = {"smtp_host": "mail.example", "smtp_password": "s3cret", "smtp_user": "vigie"}
    for settings, said in (
        (heard, True),
        (heard | {"smtp_starttls": True}, False),
        (heard | {"smtp_host": "127.0.0.1"}, False),
        (heard | {"smtp_password": ""}, False),
    ):
        caplog.clear()
        async with Log().worker(free_port(), **settings):
            assert ("VIGIE_SMTP_PASSWORD goes to mail.example in clear" in caplog.text) is said
        assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    ("port", "starttls", "first_tls", "then_tls"),
    [(25, False, False, False), (587, True, False, True), (465, False, True, False), (465, True, True, False)],
)
def test_how_the_connection_is_protected(port, starttls, first_tls, then_tls):
    server = mail_server(Settings(smtp_port=port, smtp_starttls=starttls))
    assert (server.use_tls, server._start_tls_on_connect) == (first_tls, then_tls)


async def test_handed_over_in_a_burst_each_mail_leaves_once(tmp_path: Path):
    events = [raised(f"eui:{number}", NOW, commune=f"13{number:03}") for number in range(20)]
    log = Log()
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port) as step:
            await step.write([batch(*events)])
            await until(lambda: len(sink.files()) > 5)
            await step.pause()
            left = len(sink.files())
            await asyncio.sleep(0.1)
            assert len(sink.files()) == left < 20  # it sends no more
        async with log.worker(sink.port) as step:
            await until(lambda: not waiting(step))
        assert sorted(told(sink)) == sorted(event.event_id for event in events)


class Known:
    """A directory that a test writes."""

    def __init__(self, book):
        self._book = book

    def book(self):
        return self._book

    async def start(self):
        """Nothing to read."""

    async def stop(self):
        """Nothing to end."""


async def test_lists_say_who_is_told_and_no_person_stands_in_the_outbox(tmp_path: Path):
    book = AddressBook(
        lists=(MailingList(id="heat", roles=("technician",), use_cases=("heat",)),),
        contacts={"tech": Contact(id="tech", address="ann@vigie.example", name="Ann Ö", role="technician")},
    )
    log = Log()
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port, directory=Known(book)) as step:
            await step.write([batch(SILENCES[0], raised("n", NOW, use_case="noise"))])
            await until(sink.files)
            await asyncio.sleep(0.2)
        (mail,) = sink.mails()
    assert mail["To"] == "Ann Ö <ann@vigie.example>"
    assert not any(b"ann@" in value or "Ö".encode() in value for _, value in log.changes)


async def test_with_the_logs_ticks_a_day_in_a_blink_has_its_mails(tmp_path: Path):
    event = raised("eui:1", 1_750_240_800_000)
    ticks = [event.decided_at + minute * MINUTE for minute in range(1441)]
    records = [
        SimpleNamespace(offset=place, value=alarm_input.encode(Tick(at=at))) for place, at in enumerate(ticks)
    ]  # fmt: skip
    with MailSink(tmp_path) as sink:
        async with Log().worker(sink.port, ticks="log", waits=Waits()) as step:
            await step.write([Batch(records[:5], topic="platform", partition=0)])
            await step.write([batch(event)])
            await asyncio.sleep(0.1)
            assert not sink.files()
            await step.write([Batch(records[5:20], topic="platform", partition=0)])
            await until(sink.files, 4)
        (mail,) = sink.mails()
    assert mail["Date"].startswith("Wed, 18 Jun 2025 12:10:00")  # when it was due, however far the clock leapt


async def test_a_restart_goes_on_by_the_logs_time_and_sends_nothing_twice(tmp_path: Path):
    log = Log()
    async with log.worker(free_port(), ticks="log") as step:
        await step.write([batch(*SILENCES)])
        await until(lambda: waiting(step) == 5)
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port, ticks="log") as step:  # no event and no tick comes any more
            await until(lambda: not waiting(step))
            await asyncio.sleep(0.3)
        assert sorted(told(sink)) == sorted(IDS)


async def test_the_webhook_is_told_what_is_mailed_and_asked_again(tmp_path: Path, monkeypatch):
    asked = []

    async def answer(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(
            next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split()[1]
        )
        asked.append((head, await reader.readexactly(length)))
        status = b"503 Busy" if len(asked) == 1 else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    web = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{web.sockets[0].getsockname()[1]}/hook"
    async with Log().worker(0, webhook_url=url, webhook_token="t0ken") as step:
        await step.write([batch(SILENCES[0])])
        await until(lambda: len(asked) == 2)
        await step.write([batch(cleared(SILENCES[0], NOW + MINUTE), first_offset=1)])
        await until(lambda: len(asked) == 3)
    web.close()
    assert b"Bearer t0ken" in asked[0][0]
    assert asked[0][1] == asked[1][1]
    first, last = (httpx.Response(200, content=body).json() for _, body in asked[1:])
    assert (first["version"], first["status"], last["status"]) == ("4", "firing", "resolved")
    assert first["groupKey"] == last["groupKey"]
    assert first["alerts"][0]["labels"]["severity"] == "medium"


@pytest.mark.parametrize("mails", [False, True])
async def test_a_webhook_that_is_away_lets_the_dead_mans_switch_go_where_it_is_the_only_way_out(mails, tmp_path: Path):
    away = f"http://127.0.0.1:{free_port()}/hook"
    with MailSink(tmp_path) as sink:
        async with Log().worker(sink.port if mails else 0, webhook_url=away) as step:
            await step.write([batch(SILENCES[0])])
            webhook = step._outlets[-1]
            await until(lambda: webhook.oldest_s > 0 and len(sink.files()) == mails)
            await until(lambda: (step._oldest_s() > 0) != mails)


async def test_the_dead_mans_address_is_called_while_ticks_come(monkeypatch):
    called = []

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        called.append(1)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    web = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{web.sockets[0].getsockname()[1]}/alive"
    async with Log().worker(0, dead_man_url=url) as step:
        await asyncio.sleep(0.3)
        assert not called
        tick = SimpleNamespace(offset=0, value=alarm_input.encode(Tick(at=NOW)))
        await step.write([Batch([tick], topic="platform", partition=0)])
        await until(lambda: called, 3)
    web.close()


@pytest.mark.skipif(shutil.which("mailpit") is None, reason="mailpit is not installed")
async def test_mails_are_read_by_mailpit(tmp_path: Path):
    smtp, web = free_port(), free_port()
    command = ["mailpit", "--smtp", f"127.0.0.1:{smtp}", "--listen", f"127.0.0.1:{web}", "--disable-version-check"]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        async with Log().worker(smtp) as step, httpx.AsyncClient(base_url=f"http://127.0.0.1:{web}") as client:
            await step.write([batch(*SILENCES)])
            await until(lambda: not waiting(step))
            found = (await client.get("/api/v1/messages")).json()
            assert found["total"] == 5
            checked = await client.get(f"/api/v1/message/{found['messages'][0]['ID']}/html-check")
            with contextlib.suppress(ValueError):
                assert checked.json()["Total"]["Supported"] > 80
    finally:
        process.terminate()
        process.wait(10)
