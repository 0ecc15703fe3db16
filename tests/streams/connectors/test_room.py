"""What waits in memory, or is remembered, stays within limits of size and work, whatever is sent."""

import asyncio
import time
from types import SimpleNamespace

from vigie.streams.connectors import udp
from vigie.streams.intake import callers, inbox
from vigie.streams.intake.callers import Callers, sign
from vigie.streams.intake.inbox import Inbox


class Feed:
    def __init__(self):
        self.reasons = []
        self.begun = []

    def refused(self, reason):
        self.reasons.append(reason)

    async def begin(self, body):
        self.begun.append(body)


def message(qos: int, size: int = 1_000_000) -> SimpleNamespace:
    return SimpleNamespace(qos=qos, payload=bytes(size))


def test_messages_of_qos_0_wait_within_a_limit_of_bytes_and_those_of_qos_1_are_never_dropped():
    dropped = []
    box = Inbox(lambda: dropped.append(1))
    for _ in range(70):
        box.put_nowait(message(0))
    assert (box.qsize(), len(dropped)) == (inbox.MOST_BYTES // 1_000_000, 70 - inbox.MOST_BYTES // 1_000_000)
    box.put_nowait(message(1))
    assert box.qsize() == 65
    for _ in range(2):
        box.get_nowait()
    box.put_nowait(message(0))
    assert (box.qsize(), len(dropped)) == (64, 6)


def test_messages_of_qos_0_wait_within_a_limit_of_number():
    dropped = []
    box = Inbox(lambda: dropped.append(1))
    for _ in range(inbox.MOST + 5):
        box.put_nowait(message(0, 1))
    assert (box.qsize(), len(dropped)) == (inbox.MOST, 5)


def test_large_datagrams_wait_within_a_limit_of_bytes_and_make_room_when_they_leave():
    async def play():
        feed = Feed()
        source = udp.UdpSource(name="a", net="nbiot", format="milesight-nb", port=1, rate_per_s=100_000)
        listener = udp._Listener(feed, source)
        for _ in range(600):
            listener.datagram_received(bytes(60_000), ("127.0.0.1", 1))
        assert listener.waiting_bytes <= udp._MOST_WAITING_BYTES
        assert feed.reasons == ["overflow"] * (600 - listener.waiting.qsize())
        sending = asyncio.create_task(udp._hand_on(feed, listener))
        await asyncio.wait_for(listener.waiting.join(), 10)
        sending.cancel()
        assert (listener.waiting_bytes, len(feed.begun)) == (0, udp._MOST_WAITING_BYTES // 60_000)

    asyncio.run(play())


def test_a_busy_signed_source_does_not_write_its_memory_anew_for_each_request(tmp_path, monkeypatch):
    monkeypatch.setattr(callers, "_MOST_LINES", 100)
    written = []
    keep = callers._Taken._write_anew
    monkeypatch.setattr(callers._Taken, "_write_anew", lambda self: (written.append(1), keep(self)))
    one = Callers(secret="k", memory=tmp_path / "one.signatures")
    instant = str(int(time.time()))
    for number in range(1000):
        one.taken(sign("k", instant, b"%d" % number))
    assert len(written) < 8, "its work grows with the square of what comes"
    again = Callers(secret="k", memory=tmp_path / "one.signatures")
    assert all(sign("k", instant, b"%d" % number) in again._taken for number in range(1000))


def test_a_memory_that_cannot_be_written_costs_a_warning_and_still_knows_what_was_taken(tmp_path, caplog):
    one = Callers(secret="k", memory=tmp_path / "gone" / "one.signatures")
    (tmp_path / "gone").write_text("no folder")
    instant = str(int(time.time()))
    one.taken(sign("k", instant, b"1"))
    assert "cannot be written" in caplog.text
    assert sign("k", instant, b"1") in one._taken
    assert sign("k", instant, b"1") not in caplog.text
