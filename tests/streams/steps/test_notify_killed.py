"""`notify` killed at random points on a real Kafka: each first and last mail arrives, and at most one twice a kill."""

import random
import signal
import time
from pathlib import Path

import pytest
from streams.steps.installation import MINUTE, START, Installation, wait_until
from told_events import cleared, raised

from vigie.deploy.demo.mail_sink import MailSink
from vigie.topics.avro import Framer

pytestmark = [pytest.mark.parts, pytest.mark.long]

INCIDENTS, KILLS = 60, 8


def test_killed_at_random_points_it_loses_nothing_and_keeps_the_order(kafka: str, tmp_path: Path):
    rng, framer = random.Random(3), Framer("alerts.v1")
    begun = [raised(f"eui:{n}", START + n * 20 * MINUTE, commune=f"{10_000 + n}") for n in range(INCIDENTS)]
    ends = [cleared(one, one.decided_at + 90 * MINUTE) for one in begun]
    events = sorted([*begun, *ends], key=lambda event: event.decided_at)
    with (
        MailSink(tmp_path / "mails") as sink,
        Installation(kafka, tmp_path, smtp_port=sink.port, mails_per_hour=1000, session_timeout_s=6) as place,
    ):
        role = place.start("notify").wait_ready()
        killed_at = set(rng.sample(range(5, len(events)), KILLS))
        for number, event in enumerate(events):
            place._send("alerts.v1", framer.encode(event), partition=0)
            place.confirm()
            time.sleep(rng.random() * 0.2)
            if number in killed_at:
                role.end(signal.SIGKILL)
                role = place.start("notify")
                role.wait_ready()
        for minute in (1420, 1600, 1800):
            place.tick(minute)
        told = {event.event_id for event in events}

        def arrived() -> bool:
            return told <= {name for mail in sink.mails() for name in mail.get_all("X-Vigie-Event")}

        wait_until(arrived, 60, role.text)
        mails = sink.mails()
    names = [mail["Message-ID"] for mail in mails]
    assert len(names) - len(set(names)) <= KILLS
    whole = {name: mail.as_bytes() for name, mail in zip(names, mails, strict=True)}
    assert all(whole[name] == mail.as_bytes() for name, mail in zip(names, mails, strict=True))
    order = [event for name in dict.fromkeys(names) for event in
             next(mail for mail in mails if mail["Message-ID"] == name).get_all("X-Vigie-Event")]  # fmt: skip
    assert all(order.index(one.event_id) < order.index(end.event_id) for one, end in zip(begun, ends, strict=True))
