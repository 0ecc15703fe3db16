"""Mails against a real SMTP server: one per alert, whatever becomes of the server or of us."""

import asyncio
import socket
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from streams.core.test_alarm import back, play, silent, trouble

from vigie.deploy.demo.mail_sink import MailSink
from vigie.streams.settings import Settings
from vigie.streams.steps import notify
from vigie.streams.steps.notify import NotifyStep, mail_server
from vigie.streams.transport.step import Batch
from vigie.topics.avro import Framer

FRAMER = Framer("alerts.v1")


class Record:
    def __init__(self, offset, event):
        self.offset, self.value = offset, FRAMER.encode(event)


class Log:
    """What the harness keeps for notify: the outbox's changelog."""

    def __init__(self):
        self.changes = []

    @asynccontextmanager
    async def worker(self, port, *, save=None, **settings):
        """A notify step as the harness runs it, its outbox loaded from the changelog."""
        step = NotifyStep(Settings(smtp_port=port, mail_to="a@vigie.example, b@vigie.example", **settings))
        step.outbox.restore(0, self.changes)

        async def keep():
            self.changes += step.outbox.snapshot().get(0, [])

        step.bind(save or keep)
        await step.open()
        await step.start_offsets([("alerts.v1", 0)])
        try:
            yield step
        finally:
            await step.close()


def batch(*events, first_offset=0):
    records = [Record(first_offset + place, event) for place, event in enumerate(events)]
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
    return [name for name, mail in step.outbox.items(0) if mail.event is not None]


SILENCES = [play(silent(number))[0] for number in range(5)]


async def test_one_mail_per_alert_raised(tmp_path: Path):
    with MailSink(tmp_path) as sink:
        async with Log().worker(sink.port) as step:
            await step.write([batch(*play(silent(), back(), silent(7), trouble()))])
            await until(lambda: len(sink.files()) == 3)
            await asyncio.sleep(0.2)
        mails = sink.mails()
    assert len(mails) == 3
    assert [mail["Subject"].split()[1] for mail in mails] == ["Silence", "Silence", "Enregistrement"]
    assert mails[0]["To"] == "a@vigie.example, b@vigie.example"
    assert "n'a rien envoyé depuis le 18/06/2025 à 09:12" in mails[0].get_body(("plain",)).get_content()
    assert f"http://127.0.0.1:8080/alerts/{SILENCES[0].alert_id}" in mails[0].get_body(("plain",)).get_content()


async def test_in_english_by_setting(tmp_path: Path):
    with MailSink(tmp_path) as sink:
        async with Log().worker(sink.port, language="en", public_url="https://v.example") as step:
            await step.write([batch(SILENCES[0])])
            await until(sink.files)
        (mail,) = sink.mails()
    assert "has sent nothing since 2025-06-18 09:12" in mail.get_body(("plain",)).get_content()
    assert "https://v.example/alerts/" in mail.get_body(("plain",)).get_content()


async def test_an_event_read_again_is_not_mailed_again(tmp_path: Path):
    log = Log()
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port) as step:
            await step.write([batch(*SILENCES)])
            await until(lambda: len(sink.files()) == 5 and not waiting(step))
        async with log.worker(sink.port) as step:
            await step.write([batch(*SILENCES)])
            await step.write([batch(*SILENCES)])
            await asyncio.sleep(0.3)
        assert len(sink.files()) == 5


async def test_server_down_then_up(tmp_path: Path):
    sink = MailSink(tmp_path)
    port = free_port()
    log = Log()
    async with log.worker(port) as step:
        await asyncio.wait_for(step.write([batch(*SILENCES)]), 1)  # reading goes on at once
        await asyncio.sleep(0.5)
        assert len(waiting(step)) == 5
        controller = Controller(sink, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            await until(lambda: not waiting(step))
        finally:
            controller.stop()
    subjects = [mail["Message-ID"] for mail in sink.mails()]
    assert subjects == [f"<{event.event_id}@localhost>" for event in SILENCES]  # in order, each once


async def test_a_restart_while_the_server_is_down_keeps_the_outbox(tmp_path: Path):
    log = Log()
    async with log.worker(free_port()) as step:
        await step.write([batch(*SILENCES)])
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port) as step:  # no event is read again: their offsets are committed
            await until(lambda: not waiting(step))
        assert [mail["X-Vigie-Event"] for mail in sink.mails()] == [event.event_id for event in SILENCES]


async def test_killed_between_sending_and_marking_sends_that_mail_again_and_no_other(tmp_path: Path):
    log = Log()
    saves = 0

    async def dies_after_the_third_mail():
        nonlocal saves
        saves += 1
        if saves > 3:  # the outbox, two marks; the third mark never reaches Kafka
            await asyncio.Event().wait()
        log.changes += step.outbox.snapshot().get(0, [])

    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port, save=dies_after_the_third_mail) as step:
            await step.write([batch(*SILENCES)])
            await until(lambda: len(sink.files()) == 3)
            await asyncio.sleep(0.2)
        async with log.worker(sink.port) as step:
            await until(lambda: not waiting(step))
        names = [mail["Message-ID"] for mail in sink.mails()]
    expected = [f"<{event.event_id}@localhost>" for event in SILENCES]
    assert names == [*expected[:3], *expected[2:]]


class Moody:
    """A mail server that refuses what it is told to."""

    def __init__(self, sink, refused_recipients=(), refused_subjects=(), answer="550 No such user"):
        self.sink, self.refused_recipients, self.refused_subjects = sink, refused_recipients, refused_subjects
        self.answer = answer
        self.tried = 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused_recipients:
            self.tried += 1
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(part in envelope.original_content for part in self.refused_subjects):
            self.tried += 1
            return self.answer
        return await self.sink.handle_DATA(server, session, envelope)


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


async def test_one_recipient_refused_the_other_has_the_mail(tmp_path: Path):
    async with moody(tmp_path, refused_recipients=["b@vigie.example"]) as (_, sink, port):
        async with Log().worker(port) as step:
            await step.write([batch(SILENCES[0])])
            await until(lambda: not waiting(step))
        assert len(sink.files()) == 1


async def test_a_refused_mail_waits_while_others_pass_and_is_tried_again(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(notify, "LAST_RETRY_S", 3.0)
    monkeypatch.setattr(notify, "LOOK_AGAIN_S", 0.1)
    refused = SILENCES[1].event_id.encode()
    async with (
        moody(tmp_path, refused_subjects=[refused], answer="451 Try again later") as (server, sink, port),
        Log().worker(port) as step,
    ):
        await step.write([batch(*SILENCES)])
        await until(lambda: waiting(step) == [SILENCES[1].event_id])
        assert len(sink.files()) == 4
        await asyncio.sleep(0.5)
        assert server.tried == 1  # not at each look
        server.refused_subjects = ()
        await until(lambda: not waiting(step))
        assert len(sink.files()) == 5


async def test_a_server_that_accepts_and_hangs_holds_up_nothing_but_mails(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(notify, "SERVER_TIMEOUT_S", 0.3)
    hung = []

    async def say_nothing(reader, writer):
        hung.append(writer)
        await reader.read()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    log = Log()
    async with log.worker(server.sockets[0].getsockname()[1]) as step:
        await asyncio.wait_for(step.write([batch(*SILENCES)]), 1)
        await until(lambda: len(hung) >= 2)  # tried again
        assert len(waiting(step)) == 5
    server.close()
    for writer in hung:
        writer.close()
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port) as step:
            await until(lambda: not waiting(step))
        assert len(sink.files()) == 5


async def test_no_mail_server_is_said_and_nothing_waits(caplog):
    log = Log()
    async with log.worker(0) as step:
        await step.write([batch(*SILENCES)])
        assert not waiting(step)
    assert "No mail is sent: VIGIE_SMTP_PORT is 0" in caplog.text
    assert not log.changes


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


async def test_mails_of_a_burst_leave_quickly(tmp_path: Path):
    events = [play(silent(number, decided=number + 1))[0] for number in range(100)]
    with MailSink(tmp_path) as sink:
        async with Log().worker(sink.port) as step:
            await step.write([batch(*events)])
            await until(lambda: len(sink.files()) == 100, 20)


async def test_handed_over_in_a_burst_each_mail_leaves_once(tmp_path: Path):
    events = [play(silent(number, decided=number + 1))[0] for number in range(60)]
    log = Log()
    with MailSink(tmp_path) as sink:
        async with log.worker(sink.port) as step:
            await step.write([batch(*events)])
            await until(lambda: len(sink.files()) > 5)
            await step.pause()
            left = len(waiting(step))
            await asyncio.sleep(0.1)
            assert len(waiting(step)) == left  # it sends no more
        assert left
        async with log.worker(sink.port) as step:
            await until(lambda: not waiting(step))
        names = [mail["Message-ID"] for mail in sink.mails()]
    assert names == [f"<{event.event_id}@localhost>" for event in events]
